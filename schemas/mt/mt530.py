"""MT530 Transaction processing command."""

from __future__ import annotations

from schemas.mt.table import message

MT530 = message(
    "530",
    "Transaction processing command",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   O  95[PR]
   O  95L
   M  97[ABD]
M* B REQD
   O* 20C
   O  20[CU]
   O* 20C
   O* 22F
   O* B1 LINK
      O  22F
      O  13[AB]
      M  20[CU]
O* C ADDINFO
   O  20C
   O  12A
   O  97[ABD]
   O  35B
   O  36[BD]
   O  90[AB]
   O  19A
   O* 98[AC]
   O  17B
   O* 95[PQR]
   O  C1 STAT
      M  25D
      O* C1a REAS
         M  24B
         O  70D
""",
)
