"""MT568 Corporate action narrative."""

from __future__ import annotations

from schemas.mt.table import message

MT568 = message(
    "568",
    "Corporate action narrative",
    """
M  A GENL
   O  28E
   M  20C CORP
   M  20C SEME
   O  20C COAF
   M  23G
   M  22F CAEV
   O  98[ACE]
   O* A1 LINK
      O  22F
      O  13[AB]
      M  20C
O  B USECU
   O  95[PR]
   M  97[ACD]
   O  94[BCFT]
   O  35B
   O  B1 FIA
      O  94B
      O  22F
      O  12[AC]
      O  11A
      O* 98A
      O* 92A
      O* 36[BD]
   O* 93[BF]
   O* 93[BCE]
M  C ADDINFO
   O* 70[EF]
   O* 70E
   O* 70[EF]
   O* 95[PQR]
""",
)
