"""MT565 Corporate action instruction."""

from __future__ import annotations

from schemas.mt.table import message

MT565 = message(
    "565",
    "Corporate action instruction",
    """
M  A GENL
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
M  B USECU
   O  35B
   O  B1 FIA
      O  94B
      O  22F
      O  12[AC]
      O  11A
      O* 98A
      O* 92A
      O* 36[BD]
   M  B2 ACCTINFO
      O  95[PR]
      M  97[AD]
      O  94[BCFT]
      O* 93[BF]
      O* 93[BCE]
O* C BENODET
   M* 95[LPRSV]
   O* 95S
   O* 94C
   M  36[BD]
   O* 22F
   O* 70[EG]
   O  92[AFK]
M  D CAINST
   M  13A
   M  22[FH]
   O* 22F
   O* 11A
   O  35B
   O* 36[BCD]
   O* 36[BD]
   O  19B
   O  98[ACE]
   O  92A
   O  92[AF]
   O* 92[AFR]
   O* 90[AB]
   O  90[ABEFJL]
   O  90[AB]
   O  20D
   O  17B
   O* 70E
O  E ADDINFO
   O* 70E
   O* 95[PQR]
""",
)
