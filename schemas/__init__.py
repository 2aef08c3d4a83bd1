"""Shapes as data: values and events, message tables, code lists. Nothing here does I/O."""
