"""MT586 Statement of settlement allegements."""

from __future__ import annotations

from schemas.mt.table import message

MT586 = message(
    "586",
    "Statement of settlement allegements",
    """
M  A GENL
   M  28E
   O  13[AJ]
   M  20C
   M  23G
   O  98[ACE] PREP
   M  98[AC] STAT
   O* 22F
   O* A1 LINK
      O  13[AB]
      M  20C
   O  95[PQR]
   O  95L
   M  97[ABD]
   M  17B
O* B ALLDET
   O* B1 LINK
      O  13[AB]
      M  20[CU]
   O  25D
   O* B2 REAS
      M  24B
      O  70D
   O* 94[HL]
   O* 94[BL]
   M* 98[ABC]
   O  90[AB]
   O  99A
   M  35B
   O  B3 FIA
      O  94B
      O* 22F
      O  12[AC]
      O* 12B
      O  11A
      O* 98A
      O* 92A
      O  13[AB]
      O  13B
      O* 17B
      O* 90[AB]
      O* 36[BD]
      O* 35B
      O  70E
   M  22H
   M  22H
   O* 22F
   M  B4 FIAC
      M  36[BD]
      O  70D
      O  97[AED]
      O* 94[BCFLT]
      O* B4a BREAK
         O  13B
         O  36[BD]
         O  98[ACE]
         O  90[AB]
         O  22F
   O  B5 REPO
      O  98[ABC]
      O* 22F
      O* 20C
      O  92C
      O* 92A
      O  99B
      O* 19A
      O  70C
   M  B6 SETDET
      M* 22F
      M* B6a SETPRTY
         M  95[PQRCD]
         O* 95[LS]
         O  97[ABD]
         O  98[AC]
         O  20C
         O  70E
         O  70D
         O  70C
      O* B6b AMT
         M* 19A
         O  98[AC]
         O  92B
O* C ADDINFO
   O* 95[PQR]
   O  95[CPQR]
   O* 95[PQR]
   O* 95[LS]
   O* 95[PQR]
""",
)
