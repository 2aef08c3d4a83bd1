"""MT941 Balance report."""

from __future__ import annotations

from schemas.mt.table import message

MT941 = message(
    "941",
    "Balance report",
    """
M  20
O  21
M  25[-P]
M  28
O  13D
O  60F
O  90D
O  90C
M  62F
O  64
O* 65
O  86
""",
    length_max=2_000,
)
