"""MT578 Settlement allegement."""

from __future__ import annotations

from schemas.mt.table import message

MT578 = message(
    "578",
    "Settlement allegement",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   O* A1 LINK
      O  22F
      O  13[AB]
      M  20[CU]
M  B TRADDET
   O* 94[HL]
   O* 94[BL]
   M* 98[ABC]
   O  90[AB]
   O  99A
   M  35B
   O  B1 FIA
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
M  C FIAC
   M  36[BD]
   O  70D
   O  95[PR]
   O  95L
   M  97[ABD]
   O  97[AED]
   O* 94[BCFLT]
   O* C1 BREAK
      O  13B
      O  36[BD]
      O  98[ACE]
      O  90[AB]
      O  22F
O  D REPO
   O  98[ABC]
   O* 22F
   O* 20C
   O  92C
   O* 92A
   O  99B
   O* 19A
   O  70C
M  E SETDET
   M* 22F
   M* E1 SETPRTY
      M  95[PQRCD]
      O* 95[LS]
      O  97[ABD]
      O  98[AC]
      O  20C
      O  70E
      O  70D
      O  70C
   O* E2 CSHPRTY
      M  95[PQR]
      O* 95[LS]
      O  97[ADE]
      O* 97[AE]
      O  70E
      O  70C
   O* E3 AMT
      M* 19A
      O  98[AC]
      O  92B
O* F ADDINFO
   O  95[CPQR]
   O* 95[PQR]
   O  95L
""",
)
