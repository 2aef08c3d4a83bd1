"""MT564 Corporate action notification."""

from __future__ import annotations

from schemas.mt.table import message

MT564 = message(
    "564",
    "Corporate action notification",
    """
M  A GENL
   O  28E
   M  20C CORP
   M  20C SEME
   O  20C COAF
   M  23G
   O  22F CAEP
   M  22F CAEV
   M  22F CAMV
   O  98[ACE]
   M  25D
   O* A1 LINK
      O  22F
      O  13[AB]
      M  20C
   O  A2 REVR
      M  24B
      O  70D
M  B USECU
   M  35B
   O  B1 FIA
      O  94B
      O  22F
      O  12[AC]
      O  12B
      O  11A
      O* 98A
      O* 92[AK]
      O  92D
      O* 36[BD]
   M* B2 ACCTINFO
      O  95[PR]
      M  97[ACD]
      O  94[BCFT]
      O* 93[BCEF]
      O* 93[BCE]
O  C INTSEC
   M  35B
   O  36[BED]
   O* 93[BCE]
   O* 22F
   O  92D
   O  90B
   M  98[ABE]
   M  98[AB]
   O  69[ABCDEF]
O  D CADETL
   O* 98[ABCE]
   O* 98[AB]
   O  98[ABCE]
   O  98[AB]
   O  98[ABCE]
   O  98[AB]
   O* 98[ABCE]
   O* 98[AB]
   O* 98[ABCE]
   O  98[AB]
   O  98[ABC]
   O* 98[AB]
   O  98[ABCE]
   O* 98[AB]
   O  98[ABCE]
   O* 98[AB]
   O* 98[ABCE]
   O* 98[AB]
   O  98[ABCE]
   O* 69[ABCDEFJ]
   O  69[ACEJ]
   O  99A
   O  92[AK]
   O  92[AFK]
   O  92[AFKP]
   O* 92[AK]
   O* 92[AF]
   O  92[AFK]
   O* 90[ABEL]
   O* 36[BCD]
   O* 13[AB]
   O  13A
   O* 17B
   O* 22F
   O* 94E
   O* 70E
   O  70[EG]
   O  70E
   O  70[EG]
O* E CAOPTN
   M  13A
   M* 22F
   O* 94C
   O  11A
   M* 17B
   O  35B
   O* 98[ABCE]
   O  98[ABCEF]
   O  98[ABCE]
   O* 98[ABCEJK]
   O* 98[ABCE]
   O* 69[ABCDEFJ]
   O* 92[FHJK]
   O* 92[AFKR]
   O  92[AFK]
   O* 92[AK]
   O* 92[AFJK]
   O* 92[FJK]
   O* 92[FHJK]
   O  92B
   O  92[AFK]
   O* 92[AFKR]
   O  92[AFKP]
   O* 90[ABE]
   O* 90[BE]
   O* 90[ABEL]
   O* 36[BCD]
   O* E1 SECMOVE
      M  22H
      O* 22F
      O  22H
      O* 22F
      M  35B
      O  E1a FIA
         O  94B
         O  22F
         O  12[AC]
         O  12B
         O  11A
         O* 98A
         O  90[ABE]
         O* 92[AK]
         O* 36[BD]
      O* 36[BD]
      O  94[BCFT]
      O  94C
      O  22F
      O  11A
      O  69[ABCDEFJ]
      O* 90[ABE]
      O  90[ABEFJL]
      O  90[ABEK]
      O  90[BE]
      O  92[DKL]
      O  92[DKLMN]
      O  92[DKL]
      O  92A
      O  92[AFK]
      O* 92[AK]
      O  92[AFK]
      O  92[AK]
      O* 92[AFKR]
      M* 98[AB]
      O* 19B
   O* E2 CASHMOVE
      M* 22H
      O* 22F
      O  94C
      O  97[AED]
      O* 19B
      M* 98[AB]
      O  98[ABCE]
      O* 92[AFK]
      O  92[FK]
      O  92[AFKM]
      O  92[AK]
      O* 92[FHJK]
      O  92B
      O  92[AFK]
      O* 92[AFJK]
      O* 92[FHJK]
      O  92[AK]
      O  92[AFKM]
      O  92[AFK]
      O* 92[AFKR]
      O  92[AFK]
      O* 92[AK]
      O* 92[AFKR]
      O* 92[AFJKR]
      O  90[ABEFJL]
      O  90[ABEK]
      O  90[ABE]
   O* 70E
O  F ADDINFO
   O* 70E
   O* 95[PQR]
   O* 95[LPQR]
   O* 95[PQR]
   O* 95[LPQR]
""",
)
