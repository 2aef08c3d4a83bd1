"""MT910 Confirmation of credit."""

from __future__ import annotations

from schemas.mt.table import message

MT910 = message(
    "910",
    "Confirmation of credit",
    """
M  20
M  21
M  25[-P]
O  13D
M  32A
O  50[AFK]
O  52[AD]
O  56[AD]  Intermediary
O  72
""",
    length_max=2_000,
)
