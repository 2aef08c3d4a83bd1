"""MT101 Request for transfer."""

from __future__ import annotations

from schemas.mt.table import message

MT101 = message(
    "101",
    "Request for transfer",
    """
M  A -
   M  20
   O  21R
   M  28D
   O  50[CL]  Instructing party
   O  50[FGH]  Ordering customer
   O  52[AC]
   O  51A
   M  30  Requested execution date
   O  25
M* B -
   M  21  Transaction reference
   O  21F
   O* 23E
   M  32B  Currency and transaction amount
   O  50[CL]  Instructing party
   O  50[FGH]  Ordering customer
   O  52[AC]
   O  56[ACD]
   O  57[ACD]
   M  59[-AF]
   O  70
   O  77B
   O  33B  Currency and original ordered amount
   M  71A
   O  25A
   O  36
""",
)
