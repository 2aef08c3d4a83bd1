"""MT300 Foreign exchange confirmation."""

from __future__ import annotations

from schemas.mt.table import message

MT300 = message(
    "300",
    "Foreign exchange confirmation",
    """
M  A -
   M  15A
   M  20
   O  21
   M  22A
   O  94A
   M  22C
   O  17T
   O  17U
   O  17I
   M  82[AJ]
   M  87[AJ]
   O  83[AJ]
   O  77H
   O  77D
   O  14C
   O  17F
   O  17O
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
      O  53[AJ]
      O  56[AJ]
      M  57[AJ]
   M  B2 -
      M  33B
      O  53[AJ]
      O  56[AJ]
      M  57[AJ]
      O  58[AJ]
O  C -
   M  15C
   O  29A
   O  24D
   O  84[ABDJ]
   O  85[ABDJ]
   O  88[ADJ]
   O  71F
   O  26H
   O  21G
   O  72
O  D -
   M  15D
   O* D1 -
      M  17A
      M  32B
      O  53[ADJ]
      O  56[ADJ]
      O  57[ADJ]
      O  58[ADJ]
   M  16A
O  E -
   M  15E
   O* E1 -
      M  22L
      O  91[ADJ]
      O* E1a -
         M  22M
         M  22N
         O* E1a1 -
            M  22P
            M  22R
   O  81[ADJ]
   O  89[ADJ]
   O  96[ADJ]
   O* 22S
   O  22T
   O  17E
   O  22U
   O  35B
   O  17H
   O  17P
   O  22V
   O  98D
   O  17W
   O  22W
   O  17Y
   O  17Z
   O  22Q
   O  17L
   O  17M
   O  17Q
   O  17S
   O  17X
   O  98G
   O  98H
   O* 34C
   O  77A
O  F -
   M  15F
   M  21H
   O  21F
   O  30F
   O  32H
   O  33E
""",
)
