"""MT566 Corporate action confirmation."""

from __future__ import annotations

from schemas.mt.table import message

MT566 = message(
    "566",
    "Corporate action confirmation",
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
   O  A2 REVR
      M  24B
      O  70D
M  B USECU
   O  95[PR]
   M  97[AD]
   O  94[BCFT]
   M  35B
   O  B1 FIA
      O  94B
      O  22F
      O  12[AC]
      O  11A
      O* 98A
      O* 92A
      O  92D
      O* 36[BD]
   O* 93[BCEF]
   M  93[BCE] CONB
   O* 93[BCE]
O  C CADETL
   O* 98[AB]
   O  98[ABCE]
   O* 98[AB]
   O  98[ABCE]
   O* 69[ABCDEF]
   O  99A
   O  92A
   O  92[AF]
   O  92[FP]
   O* 92A
   O  92[AK]
   O* 92[AF]
   O  90[AB]
   O* 90[ABL]
   O* 36[BCD]
   O* 36[BD]
   O* 13[AB]
   O* 17B
   O* 22F
M  D CACONF
   M  13A
   M  22[FH]
   O* 22F
   O  11A
   O* 98[ABCE]
   O* 69[ABCDEF]
   O* 92[FHJ]
   O* 92[AFR]
   O  92[AF]
   O* 92A
   O* 92[AFJ]
   O* 92J
   O* 92[FHJ]
   O* 92[AFR]
   O* 90[AB]
   O  94B
   O* D1 SECMOVE
      M  22H
      O  22F
      O  22H
      O* 22F
      M  35B
      O  D1a FIA
         O  94B
         O  22F
         O  12[AC]
         O  11A
         O* 98A
         O  90[AB]
         O* 92A
         O* 36[BD]
      M* 36[BD]
      O  94[BCFT]
      O  94C
      O  22F
      O  11A
      O* 90[AB]
      O  90[ABFJL]
      O  90[ABK]
      O  90B
      O  92[DL]
      O  92[DLMN]
      O  92[DL]
      O  92[AF]
      O* 92A
      O  92[AF]
      O  92A
      O* 92[AFR]
      M  98[AC]
      O* 98[AB]
      O* D1b RECDEL
         M  95[PQRCD]
         O* 95S
         O  97[AD]
         O  20C
      O* 19B
   O* D2 CASHMOVE
      M* 22H
      O* 22F
      O  94C
      O  97[AED]
      O* D2a CSHPRTY
         M  95[PQR]
         O  95S
         O  97[AED]
         O  20C
      M* 19B
      M  98[AC]
      O* 98A
      O  98[ACE]
      O  98A
      O* 92[AF]
      O  92F
      O  92[AFM]
      O  92A
      O* 92[FHJ]
      O  92B
      O  92[AF]
      O* 92[AFJ]
      O* 92[FHJ]
      O  92A
      O  92[AFM]
      O* 92[AF]
      O* 92[AFR]
      O  92[AF]
      O* 92A
      O* 92[AFR]
      O* 92[AFJR]
      O  90[ABFJL]
      O  90[ABK]
      O  90[AB]
      O  D2b TAXVODET
         M  20C
         O* 98[AC]
O  E ADDINFO
   O* 70E
   O* 95[PQR]
""",
)
