"""The rules of settlement, pure: lifecycle, calendar and cut-offs, enrichment. Nothing here does I/O."""
