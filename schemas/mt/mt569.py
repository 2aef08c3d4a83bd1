"""MT569 Triparty collateral and exposure statement."""

from __future__ import annotations

from schemas.mt.table import message

MT569 = message(
    "569",
    "Triparty collateral and exposure statement",
    """
M  A GENL
   M  28E
   O  13A
   M  20C
   M  23G
   O  98[ACE]
   M  22F
   M  22H
   O  22F
   O* A1 COLLPRTY
      M  95[PQR]
      O  95L
      O  97[ABD]
   O* A2 LINK
      O  13[AB]
      M  20C
M  B SUMM
   M  19A
   M  19A
   O* 19A
   O  92A
   O  25D
   M  98[AC]
   O  70E
M* C SUME
   M  22[FH]
   O  22F
   M  19A
   M  19A
   O* 19A
   O  92A
   O  25D
   O* C1 SUMC
      O* 13B
      M* 95[PQR]
      O  95L
      M  19A
      M  19A
      O* 19A
      O  92A
      O  25D
      M* C1a TRANSDET
         M  20C
         O  20[CU]
         O* 20C
         O  94[BL]
         M  98[ABC]
         M  98[ABC]
         M  19A
         M  19A
         O* 19A
         O* 22F
         O  92[AC]
         O* 92A
         O* 25D
         O* C1a1 VALDET
            M  17B
            M  17B
            O  98[AC]
            M* 19A
            M  92B
            M  92A
            O  99A
            O  99B
            O  22F
            O* C1a1A SECDET
               M  35B
               M  36[BD]
               O  95[PQR]
               O  95L
               O  97[ABD]
               O  25D
               O  11A
               O  90[AB]
               O* 94B
               O  70C
O* D ADDINFO
   O* 19A
   O* 95[PQR]
""",
)
