"""MT205 Financial institution transfer execution, and as a cover."""

from __future__ import annotations

from schemas.mt.table import message

MT205 = message(
    "205",
    "Financial institution transfer execution",
    """
M  20
M  21
O* 13C
M  32A
M  52[AD]
O  53[ABD]
O  56[AD]  Intermediary
O  57[ABD]
M  58[AD]
O  72
""",
)

MT205COV = message(
    "205COV",
    "Financial institution transfer execution, cover of a customer transfer",
    """
M  A -
   M  20
   M  21
   O* 13C
   M  32A
   M  52[AD]
   O  53[ABD]
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
