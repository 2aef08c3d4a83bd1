"""MT202 General financial institution transfer, and as a cover."""

from __future__ import annotations

from schemas.mt.table import message

MT202 = message(
    "202",
    "General financial institution transfer",
    """
M  20
M  21
O* 13C
M  32A
O  52[AD]
O  53[ABD]
O  54[ABD]
O  56[AD]  Intermediary
O  57[ABD]
M  58[AD]
O  72
""",
)

MT202COV = message(
    "202COV",
    "General financial institution transfer, cover of a customer transfer",
    """
M  A -
   M  20
   M  21
   O* 13C
   M  32A
   O  52[AD]
   O  53[ABD]
   O  54[ABD]
   O  56[AD]
   O  57[ABD]
   M  58[AD]
   O  72
M  B -
   M  50[AFK]
   O  52[AD]
   O  56[ACD]
   O  57[ABCD]
   M  59[-AF]
   O  70
   O  72
   O  33B
""",
)
