"""MT548 Settlement status and processing advice."""

from __future__ import annotations

from schemas.mt.penalty_sequences import penalties
from schemas.mt.settlement_sequences import PARTIES, REFERENCES
from schemas.mt.table import message

MT548 = message(
    "548",
    "Settlement status and processing advice",
    f"""
M  A GENL
   M  20C SEME
   M  23G
   O  98[ACE] PREP
   M* A1 LINK
      O  13[AB] LINK
      M  20[CUN] {REFERENCES}
   M* A2 STAT
      M  25D IPRC/CPRC/RPRC/TPRC/SPRC/EPRC/MTCH/INMH/AFFM/SETT/ALLE/ALOC/CAEP/REST/ESTA
      O* A2a REAS
         M  24B CACK/CAND/CANP/CGEN/DEND/MOPN/NMAT/PACK/PEND/PENF/PPRC/REJT/REPR
         O  70D REAS
O  B SETTRAN
   O* 94[HL] CLEA
   O* 94[BL] TRAD
   O* 94[BCFLT] SAFE
   M  35B
   M* 36[BD] SETT
   O  36[BD]  Other quantity
   O  19A SETT
   O  19A  Other amount
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   M  22F SETR
   M  22H REDE
   M  22H PAYM
   O* 22F STCO
   O* 22F
   O  98[AC] ADEL
   O  98[CE] ASTS
   O  98[AC] EXSE
   O  98[AC] EXVA
   O  98[CE] MTCH
   M  98[ABC] SETT
   O  98[ABCE] TRAD
   O  70E SPRO
   O* B1 SETPRTY
      M  95[PQRCD] {PARTIES}
      O  95L ALTE
      O  97[ABD] SAFE/BCAW
      O  20C PROC
{penalties("C", statement=False)}
O* D ADDINFO
   O* 95[PQRC]
   O  95L ALTE
""",
)
