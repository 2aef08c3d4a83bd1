"""MT509 Trade status message."""

from __future__ import annotations

from schemas.mt.table import message

MT509 = message(
    "509",
    "Trade status message",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   O* A1 LINK
      O  13[AB]
      M  20[CU]
   M* A2 STAT
      M  25D
      O* A2a REAS
         M  24B
         O  70D
O  B TRADE
   O  98[AC]
   O* 98[ABC]
   O* 98A
   O  11A
   M  22H
   O* 22F
   M  22H
   O  95[PR]
   O  95L
   O  97[ABD]
   O* B1 TRADPRTY
      M  95[PQR]
      O* 95[LS]
      O  97[ABD]
      O  97[AED]
      O  98[AC]
      O  20C
      O  70C
      O  70E
      O* 22F
   O* 19A
   O* 90[AB]
   O* 36[BD]
   M  35B
O  C ADDINFO
   O* 95[PQR]
""",
)
