"""MT513 Client advice of excecution."""

from __future__ import annotations

from schemas.mt.table import message

MT513 = message(
    "513",
    "Client advice of excecution",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   M  22F
   O* A1 LINK
      O  13[AB]
      M  20[CU]
O  B RCAP
   O* B1 PAFILL
      M  36[BD]
      M  90[AB]
      O* 22F
      O  98[ABCE]
      O* 94[BL]
   M  36[BD]
   M  36[BD]
   M  36[BD]
   O  36[BD]
M  C ORDRDET
   M  98[ABCE]
   O  98[ABC]
   O  98C
   O  98[AC]
   M* 90[AB]
   O* C1 REFPRICE
      M  90[AB]
      O  22F
      O  98[AC]
      O  69[ABCDEFJ]
      O  94[BS]
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
   M* C2 CONFPRTY
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
   O  C3 FIA
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
   O  70E
O  D SETDET
   M* 22F
   O  11A
   O* D1 SETPRTY
      M  95[PQRCD]
      O* 95[LS]
      O  97[ABD]
      O  98[AC]
      O  20C
      O  70D
      O  70C
   O* D2 CSHPRTY
      M  95[PQR]
      O* 95[LS]
      O  97[ADE]
      O* 97[AE]
      O  98[AC]
      O  20C
      O  70C
   O* D3 AMT
      O* 17B
      M* 19A
      O  98[AC]
      O  92B
O* E OTHRPRTY
   M  95[PQR]
   O* 95[LS]
   O  97[ABD]
   O  97[AED]
   O  70C
   O  20C
O  F REPO
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
