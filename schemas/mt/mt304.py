"""MT304 Advice or instruction of a third party deal."""

from __future__ import annotations

from schemas.mt.table import message

MT304 = message(
    "304",
    "Advice or instruction of a third party deal",
    """
M  A -
   M  15A
   M  20
   O  21
   M  22A
   M  94A
   O  17O
   O  17F
   O  17N
   M  83[AJ]
   M  82[AJ]
   M  87[AJ]
   O  81[ADJ]
   O  89[ADJ]
   O  17I
   O  77H
   O  14C
   O  32E
   O  30U
   O* 14S
   O  26K
   O  21A
   O  14E
M  B -
   M  15B
   M  30T
   M  30V
   M  36
   O  39M
   O  35C
   M  B1 -
      M  32B
      M  53[AJ]
      O  56[AJ]
      O  57[AJ]
   M  B2 -
      M  33B
      O  53[AJ]
      O  56[AJ]
      M  57[AJ]
      O  58[AJ]
O  C -
   M  15C
   O  21A
   O  21G
   O* C1 -
      M  22L
      M  22M
      M  22N
      O* C1a -
         M  22P
         M  22R
   O  22U
   O  35B
   O  22V
   O  98D
   O  98G
   O  98H
   O  29A
   O* 34C
   O  22W
   O  72
O  D -
   M  15D
   O* 21P
   O  17G
   O  32G
   O  34B
   O  30F
O  E -
   M  15E
   M  17G
   M  32G
   O  53[ADJ]
   O  56[ADJ]
   O  57[ADJ]
   O  58[ADJ]
""",
)
