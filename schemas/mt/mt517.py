"""MT517 Trade confirmation affirmation."""

from __future__ import annotations

from schemas.mt.table import message

MT517 = message(
    "517",
    "Trade confirmation affirmation",
    """
M  A GENL
   M  20C
   M  23G
   O  98[ACE]
   M* 95[PQR]
   O  95L
   O  25D
   M* A1 LINK
      O  13[AB]
      M  20[CU]
""",
)
