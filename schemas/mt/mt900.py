"""MT900 Confirmation of debit."""

from __future__ import annotations

from schemas.mt.table import message

MT900 = message(
    "900",
    "Confirmation of debit",
    """
M  20
M  21
M  25[-P]
O  13D
M  32A
O  52[AD]
O  72
""",
    length_max=2_000,
)
