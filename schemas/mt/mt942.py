"""MT942 Interim transaction report."""

from __future__ import annotations

from schemas.mt.table import message

MT942 = message(
    "942",
    "Interim transaction report",
    """
M  20
O  21
M  25[-P]
M  28C
M* 34F
M  13D
O* A -
   O  61
   O  86
O  90D
O  90C
O  86
""",
    length_max=2_000,
)
