"""MT537 Statement of pending transactions."""

from __future__ import annotations

from schemas.mt.penalty_sequences import penalties
from schemas.mt.table import message

MT537 = message(
    "537",
    "Statement of pending transactions",
    f"""
M  A GENL
   M  28E
   O  13[AJ] STAT
   M  20C SEME
   M  23G
   O  98[ACE] PREP
   M  98[AC] STAT
   O  22F SFRE
   O  22F CODE
   M  22H STST
   O* A1 LINK
      O  13[AB] LINK
      M  20C POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/MAST/INDX/
                 COAF/BASK
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   M  17B ACTI
O* B STAT
   M  25D IPRC/CPRC/RPRC/TPRC/SPRC/EPRC/MTCH/INMH/AFFM/SETT/ALLE/ALOC/CAEP/REST/ESTA
   O* B1 REAS
      M  24B CACK/CAND/CANP/CGEN/DEND/MOPN/NMAT/PACK/PEND/PENF/PPRC/REJT/REPR
      O  70D REAS
   M* B2 TRAN
      M* B2a LINK
         O  13[AB] LINK
         M  20[CU] POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/MAST/
                    INDX/COAF/BASK
      O  B2b TRANSDET
         O* 94[HL] CLEA
         O* 94[BL] TRAD
         O* 94[BCFLT] SAFE
         M  35B
         M* 36[BD] PSTA
         O  36[BD]
         O  19A PSTA
         O  19A ACRU
         M  22F TRAN/REDE/PAYM/STCO
         M  22H TRAN/REDE/PAYM/STCO
         M  22H TRAN/REDE/PAYM/STCO
         O* 22F TRAN/REDE/PAYM/STCO
         O  98[AC]
         O  98[CE]
         O* 98[AC]
         O  98[CE]
         M  98[ABC] SETT
         O  98[ABC] TRAD
         O  70E TRDE
         O* B2b1 SETPRTY
            M  95[PQRCD] BUYR/DEAG/DECU/DEI1/DEI2/PSET/REAG/RECU/REI1/REI2/SELL
            O  95L ALTE
            O  97[ABD] SAFE/BCAW
            O  20C PROC
O* C TRANS
   M* C1 LINK
      O  13[AB] LINK
      M  20[CU] POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/MAST/INDX/
                 COAF/BASK
   O  C2 TRANSDET
      O* 94[HL] CLEA
      O* 94[BL] TRAD
      O* 94[BCFLT] SAFE
      M  35B
      M* 36[BD] PSTA
      O  36[BD]
      O  19A PSTA
      O  19A ACRU
      M  22F TRAN/REDE/PAYM/STCO
      M  22H TRAN/REDE/PAYM/STCO
      M  22H TRAN/REDE/PAYM/STCO
      O* 22F TRAN/REDE/PAYM/STCO
      O  98[AC]
      O  98[CE]
      O* 98[AC]
      O  98[CE]
      M  98[ABC] SETT
      O  98[ABC] TRAD
      O  70E TRDE
      O* C2a SETPRTY
         M  95[PQRCD] BUYR/DEAG/DECU/DEI1/DEI2/PSET/REAG/RECU/REI1/REI2/SELL
         O  95L ALTE
         O  97[ABD] SAFE/BCAW
         O  20C PROC
   O* C3 STAT
      M  25D IPRC/CPRC/RPRC/TPRC/SPRC/EPRC/MTCH/INMH/AFFM/SETT/ALLE/ALOC/CAEP/REST/ESTA
      O* C3a REAS
         M  24B CACK/CAND/CANP/CGEN/DEND/MOPN/NMAT/PACK/PEND/PENF/PPRC/REJT/REPR
         O  70D REAS
{penalties("D", statement=True)}
O  E ADDINFO
   O* 95[PQR]
""",
)
