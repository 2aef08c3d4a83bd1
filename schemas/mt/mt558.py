"""MT558 Triparty collateral status and processing advice."""

from __future__ import annotations

from schemas.mt.table import message

MT558 = message(
    "558",
    "Triparty collateral status and processing advice",
    """
M  A GENL
   M  28E
   M* 20C
   M  23G
   O  98[ACE]
   O  98[AC]
   O* 98A
   M  22[FH]
   M  22[FH]
   M  22H
   O* 22F
   O* 13B
   M* A1 COLLPRTY
      M* 95[PQR]
      O* 95L
      O  97[ABD]
   O* A2 STAT
      M  25D
      O* A2a REAS
         M  24B
         O  70D
   O* 17B
   O* 19A
   O  70D
   O* 70E
   O* A3 LINK
      O  13[AB]
      M  20[CU]
M  B DEALTRAN
   O  94[BL]
   O  17B
   O* 99B
   M  98[ABC]
   O* 19A
   O* B1 BREAK
      M  13B
      M  19A
   O  92[AC]
   O  92A
   O  92[AC]
   O  11A
   O  22F
   O* 22H
   O* 22F
O* C SECMOVE
   M  22H
   M  35B
   M  36[BD]
   O  25D
   M* 17B
   O  97[ABD]
   O* 20C
   O  19A
   O  70D
O* D CASHMOVE
   M  22H
   M  19A
   O* 20C
   O  25D
   M* 17B
   O  97[AE]
   O  70D
O  E ADDINFO
   O* 95[PQR]
""",
)
