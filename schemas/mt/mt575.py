"""MT575 Report of combined activity."""

from __future__ import annotations

from schemas.mt.table import message

MT575 = message(
    "575",
    "Report of combined activity",
    """
M  A GENL
   M  28E
   O  13A
   M  20C
   M  23G
   O  98[ACE]
   M  69[AB]
   O* 22F
   O* A1 LINK
      O  13[AB]
      M  20C
   O  95[PR]
   O  95L
   O  97[ABD]
   M  17B
O* B CASHACCT
   O  95[PR]
   O  95L
   M  97[AED]
   M* B1 ACTCURR
      M  11A
      M  17B
      M  93D
      M  93D
      O* B1a ACTINFO
         M* B1a1 LINK
            O  13[AB]
            M  20[CU]
         O  B1a2 CASHDET
            M  19A
            O  36[BD]
            O  35B
            M  22F
            M  22H
            O  22F
            M  98[ABC]
            O  70E
         O  B1a3 CASHSECDET
            O  97[ABD]
            M* 19A
            M  36[BD]
            O  99A
            M  35B
            M  22F
            M  22H
            O* 22F
            M  98[AC]
            O* 98[ABC]
            O  25D
            O  70E
         O* B1a4 SETPRTY
            M  95[PQRCD]
            O  95L
            O  97[ABD]
O* C FREEASS
   M* C1 LINK
      O  13[AB]
      M  20[CU]
   O  C2 TRANSDET
      O  95[PR]
      O  95L
      O  97[ABD]
      M  36[BD]
      O  99A
      M  35B
      M  22F
      O  22H
      O* 22F
      M  98[AC]
      O* 98[ABC]
      O  25D
      O  70E
      O* C2a SETPRTY
         M  95[PQRCD]
         O  95L
         O  97[ABD]
O  D ADDINFO
   O* 95[PQR]
""",
)
