"""MT538 Statement of intra-position advices."""

from __future__ import annotations

from schemas.mt.table import message

MT538 = message(
    "538",
    "Statement of intra-position advices",
    """
M  A GENL
   M  28E
   O  13[AJ]
   M  20C
   M  23G
   O  98[ACE]
   M  69[AB]
   O* 22F
   O* A1 LINK
      O  13[AB]
      M  20C
   O  95[PR]
   M  97[ABD]
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
      O  13B
      O* 13[BK]
      O* 17B
      O* 90[AB]
      O* 36[BD]
      O* 35B
      O  70E
   M* B2 SUBBAL
      O  94[BCFT]
      M  93A
      M* B2a INPOS
         O* B2a1 LINK
            O  13[AB]
            M  20C
         M  36[BD]
         O  13B
         O  19A
         M  93A
         M* 98[AC]
         O  22F
         O  70E
O  C ADDINFO
   O* 95[PQR]
""",
)
