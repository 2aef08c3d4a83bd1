"""MT524 Intra-Position instruction."""

from __future__ import annotations

from schemas.mt.table import message

MT524 = message(
    "524",
    "Intra-Position instruction",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   O* 99B
   O  22F
   O  A1 LINK
      O  22F
      O  13[AB]
      M  20C
M  B INPOSDET
   O  95[PR]
   M  97[ABD]
   O  94[BCFT]
   M  36[BD]
   O  13B
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
   M  98[AC]
   O  70E
   M  93A
   M  93A
O  C ADDINFO
   O* 95[PQR]
""",
)
