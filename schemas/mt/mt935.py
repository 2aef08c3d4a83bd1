"""MT935 Rate change advice."""

from __future__ import annotations

from schemas.mt.table import message

MT935 = message(
    "935",
    "Rate change advice",
    """
M  20
M* A -
   O  23
   O  25
   M  30  Effective date of the new rate
   M* 37H
O  72
""",
    length_max=2_000,
)
