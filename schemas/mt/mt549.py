"""MT549 Request for statement or status advice."""

from __future__ import annotations

from schemas.mt.table import message

MT549 = message(
    "549",
    "Request for statement or status advice",
    """
M  A GENL
   M  20C
   M  23G
   O  98[AC]
   O  69[AB]
   M  13A
   O  95[PR]
   O  95L
   M  97[ABD]
   O* 22F
   O* A1 LINK
      O  13[AB]
      M  20C
O* B BYSTAREA
   O  25D
   O* 24B
   O* 35B
O* C REF
   M* 20[CU]
O  D ADDINFO
   O* 95[PQR]
""",
)
