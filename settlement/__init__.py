"""The rules of settlement, pure: lifecycle, calendar and cut-offs, enrichment. No I/O here."""
