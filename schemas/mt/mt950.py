"""MT950 Statement message."""

from __future__ import annotations

from schemas.mt.table import message

MT950 = message(
    "950",
    "Statement message",
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
