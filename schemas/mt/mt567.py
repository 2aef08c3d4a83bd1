"""MT567 Corporate action status and processing advice."""

from __future__ import annotations

from schemas.mt.table import message

MT567 = message(
    "567",
    "Corporate action status and processing advice",
    """
M  A GENL
   M  20C CORP
   M  20C SEME
   O  20C COAF
   M  23G
   M  22F CAEV
   O  98[ACE]
   M* A1 LINK
      O  13[AB]
      M  20C
   M* A2 STAT
      M  25D
      O* 36[BD]
      O* A2a REAS
         M  24B
         O  70D
O  B CADETL
   O  13A
   O  22[FH]
   O  22F
   O  95[PR]
   O  97[AD]
   O  97[AED]
   O  94[BCFT]
   O  35B
   O* 36[BD]
   O* 19B
   O* 93[BF]
   O  17B
O  C ADDINFO
   O* 70E
   O* 95[PQR]
""",
)
