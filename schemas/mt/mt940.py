"""MT940 Customer statement message."""

from __future__ import annotations

from schemas.mt.table import message

MT940 = message(
    "940",
    "Customer statement message",
    """
M  20
O  21
M  25[-P]
M  28C
M  60[FM]
O* A -
   O  61
   O  86
M  62[FM]
O  64
O* 65
O  86
""",
    length_max=2_000,
)
