"""ISO 20022 as data: which messages, where their elements mean what, and their schemas."""
