"""MT973 Netting request message."""

from __future__ import annotations

from schemas.mt.table import message

MT973 = message(
    "973",
    "Netting request message",
    """
M  20
M* Loop1 -
   M  12
   M  25
""",
    length_max=2_000,
)
