"""The books, pure: accounts, what each happening books, lots, positions. Nothing here does I/O."""
