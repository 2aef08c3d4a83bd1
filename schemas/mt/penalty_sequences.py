"""The settlement penalties of a statement of pending transactions and of a status advice.

Qualifiers were never published together with their order: a place without takes any, and places
that only such a qualifier tells apart are one that repeats. In the lines below `?*` is `O*` in a
statement and `O ` in an advice, `*?` the other way round; a line that ends in `+` is a statement's.
"""

from __future__ import annotations

import re


def penalties(id_: str, *, statement: bool) -> str:
    """The lines of the sequence PENA; `id_` is its letter in the message.

    A statement (MT537) tells of several parties, currencies and counterparties, an advice (MT548) of one.
    """
    lines = _STATEMENT_ONLY.sub(r"\1\2" if statement else "", _LINES)
    many, one = ("O*", "O ") if statement else ("O ", "O*")
    lines = lines.replace("?*", many).replace("*?", one)
    return re.sub(r"\bP(?=\d| PENA\b)", id_, lines)


_STATEMENT_ONLY = re.compile(r"^(.*) \+(\n)", re.MULTILINE)
_LINES = """
?* P PENA
   O  69[AB]
   M  22F
   O  95P
   O  95L
   ?* P1 PENACUR
      O  11A
      O  98[AC]
      O  98A +
      O  97[AED] +
      O  20C +
      M  95[PQR]
      ?* 95[PQ]
      O  95L
      M  22F
      O* 19A +
      ?* P1a PENACOUNT
         M* 95[PQR]
         O* 95L
         M  22F
         M  19A
         O* P1a1 PENDET
            M* 20C
            M  22H
            M  22H
            ?* 17B
            O  25D
            O* 24B
            O  70D
            M  19A
            M  99A
            O* P1a1A CALDET
               M  98[ACE]
               O  17B
               O  P1a1A1 FIA
                  M  35B
                  O  12[AC]
                  O* 17B
                  O  90[AB]
                  O  94[BS]
                  O* 94[BL]
                  O* 98[AC]
                  O  92A
                  O* 92B
                  O* 92A
                  O  70E
               O  92A
               O* 92B
               O* 19A
               O  70E
            O  P1a1B RELTRAN
               M* 20C
               *? 20[CU]
               O  P1a1B1 TRAN
                  M  22H
                  M  22H
                  M  22F
                  M  22F
                  O  22F
                  M* 98[ABCE]
                  O  97[ABD]
                  O  97[AED]
                  O* 95[PQR]
                  O  95L
                  M* 36[BD]
                  O* 19A
                  O* P1a1B1a STAT
                     M  25D IPRC/CPRC/RPRC/TPRC/SPRC/EPRC/MTCH/INMH/AFFM/SETT/ALLE/ALOC/CAEP/
                                REST/ESTA
                     O* P1a1B1a1 REAS
                        M  24B CACK/CAND/CANP/CGEN/DEND/MOPN/NMAT/PACK/PEND/PENF/PPRC/REJT/REPR
                        O  70D REAS
                  O  70E
            O  70E
         O  70E
      O  70E
   O  70E
"""
