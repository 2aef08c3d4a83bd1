"""MT576 Statement of open orders."""

from __future__ import annotations

from schemas.mt.table import message

MT576 = message(
    "576",
    "Statement of open orders",
    """
M  A GENL
   M  28E
   O  13A
   M  20C
   M  23G
   M  98[AC]
   O  98[ACE]
   O* A1 LINK
      O  13[AB]
      M  20C
   O  95[PR]
   O  95L
   O  97[ABD]
   M  17B
O* B FIN
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
      O* 13B
      O  13[AB]
      O* 17B
      O* 90[AB]
      O* 36[BD]
      O  70E
   O* B2 ORDER
      O  98[AC]
      O* 36[BD]
      O* 19A
      O  11A
      O* B2a LINK
         O  13[AB]
         M  20C
      O* B2b PRIC
         M  90[AB]
         O  22F
      M  22H
      O* 22F
      M  22H
      O  22F
      O* 98[AC]
      O* B2c TRADPRTY
         M  95[PQR]
         O* 95[LS]
         O  97[ABD]
         O  98[AC]
         O  20C
         O  70C
         O  70E
         O  22F
O  C ADDINFO
   O* 95[PQR]
""",
)
