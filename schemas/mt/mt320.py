"""MT320 Fixed loan or deposit confirmation."""

from __future__ import annotations

from schemas.mt.table import message

MT320 = message(
    "320",
    "Fixed loan or deposit confirmation",
    """
M  A -
   M  15A
   M  20
   O  21
   M  22A
   O  94A
   M  22B
   M  22C
   O  21N
   M  82[ADJ]
   M  87[ADJ]
   O  83[ADJ]
   O  77D
M  B -
   M  15B
   M  17R
   M  30T
   M  30V
   M  30P
   M  32B
   O  32H
   O  30X
   M  34E
   M  37G
   M  14D
   O  30F
   O  38J
   O  39M
M  C -
   M  15C
   O  53[ADJ]
   O  86[ADJ]
   O  56[ADJ]
   M  57[ADJ]
   O  58[ADJ]
M  D -
   M  15D
   O  53[ADJ]
   O  86[ADJ]
   O  56[ADJ]
   M  57[ADJ]
   O  58[ADJ]
O  E -
   M  15E
   O  53[ADJ]
   O  86[ADJ]
   O  56[ADJ]
   M  57[ADJ]
   O  58[ADJ]
O  F -
   M  15F
   O  53[ADJ]
   O  86[ADJ]
   O  56[ADJ]
   M  57[ADJ]
   O  58[ADJ]
O  G -
   M  15G
   M  37L
   M  33B
   O  36
   O  33E
O  H -
   M  15H
   O  29A
   O  24D
   O  84[ABDJ]
   O  85[ABDJ]
   O  88[ADJ]
   O  71F
   O  26H
   O  21G
   O* 34C
   O  72
O  I -
   M  15I
   M  18A
   O* I1 -
      M  30F
      M  32H
   O  53[ADJ]
   O  86[ADJ]
   O  56[ADJ]
   M  57[ADJ]
""",
)
