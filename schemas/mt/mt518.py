"""MT518 Market-Side securities trade confirmation."""

from __future__ import annotations

from schemas.mt.table import message

MT518 = message(
    "518",
    "Market-Side securities trade confirmation",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   M  22F
   O* A1 LINK
      O  13[AB]
      M  20[CU]
M  B CONFDET
   M  98[ABCE]
   M  98[ABC]
   O  98[AC]
   M  90[AB]
   O* 92A
   O* 99A
   O* 94[BL]
   O* 94[BCFLT]
   O  19A
   M  22H
   O* 22F
   M  22H
   O* 22F
   O  11A
   M* B1 CONFPRTY
      M  95[PQR]
      O* 95[LS]
      O  97[ABD]
      O  97[AED]
      O  98[AC]
      O  20C
      O  70C
      O  70E
      O* 22F
   M  36[BD]
   M  35B
   O  B2 FIA
      O  94B
      O* 22F
      O  12[AC]
      O* 12B
      O  11A
      O* 98A
      O* 92A
      O  13[AB]
      O* 13B
      O  13[AB]
      O* 17B
      O* 90[AB]
      O* 36[BD]
      O* 35B
      O  70E
   O* 13B
   O* 70E
O  C SETDET
   M* 22F
   O  11A
   O* C1 SETPRTY
      M  95[PQRCD]
      O* 95[LS]
      O  97[ABD]
      O  98[AC]
      O  20C
      O  70D
      O  70C
   O* C2 CSHPRTY
      M  95[PQR]
      O* 95[LS]
      O  97[ADE]
      O* 97[AE]
      O  98[AC]
      O  20C
      O  70C
   O* C3 AMT
      O* 17B
      M* 19A
      O  98[AC]
      O  92B
O* D OTHRPRTY
   M  95[PQR]
   O* 95[LS]
   O  97[ABD]
   O  97[AED]
   O  70C
   O  20C
O  E REPO
   O  98[ABC]
   O  98[AC]
   O* 22F
   O* 20C
   O  92C
   O* 92A
   O  92[AC]
   O* 92A
   O* 99B
   O* 19A
   O  70C
""",
)
