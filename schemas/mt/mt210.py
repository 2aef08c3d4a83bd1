"""MT210 Notice to receive."""

from __future__ import annotations

from schemas.mt.table import message

MT210 = message(
    "210",
    "Notice to receive",
    """
M  20
O  25
M  30  Value date
M* Loop1 -
   M  21
   M  32B
   O  50[-CF]
   O  52[AD]
   O  56[AD]  Intermediary
""",
)
