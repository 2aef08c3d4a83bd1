"""MT971 Netting balance report."""

from __future__ import annotations

from schemas.mt.table import message

MT971 = message(
    "971",
    "Netting balance report",
    """
M  20
M* A -
   M  25
   M  62F
""",
    length_max=2_000,
)
