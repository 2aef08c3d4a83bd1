"""MT970 Netting statement."""

from __future__ import annotations

from schemas.mt.table import message

MT970 = message(
    "970",
    "Netting statement",
    """
M  20
M  25
M  28C
M  60[FM]
O* 61
M  62[FM]
O  64
""",
    length_max=2_000,
)
