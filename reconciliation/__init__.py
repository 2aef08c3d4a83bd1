"""Theirs against ours: nothing is built behind this door yet."""
