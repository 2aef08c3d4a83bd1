"""Sequences that settlement instructions (MT540-543) and confirmations (MT544-547) share."""

from __future__ import annotations

REFERENCES = (
    "POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/MAST/INDX/COAF/BASK"
)
COSTS = (
    "ACRU/ANTO/BOOK/CHAR/COUN/DEAL/EXEC/ISDI/LADT/LEVY/LOCL/LOCO/MARG/OTHR/REGF/SHIP/SPCN/STAM"
    "/STEX/TRAN/TRAX/VATA/WITH/COAX/ACCA"
)
PARTIES = "BUYR/DEAG/DECU/DEI1/DEI2/PSET/REAG/RECU/REI1/REI2/SELL"

CERTIFIED = "   O  98[AC] CERT\n"  # free of payment alone
ATTRIBUTES = """
   O  B1 FIA
      O  94B PLIS
      O  22F MICO
      O  22F FORM
      O  22F PFRE
      O  22F PAYS
      O  22F CFRE
      O  12[AC] CLAS
      O  12B OPST
      O  12B OPTI
      O  11A DENO
      O  98A COUP
      O  98A EXPI
      O  98A FRNR
      O  98A MATU
      O  98A ISSU
      O  98A CALD
      O  98A CONV
      O  98A PUTT
      O  98A DDTE
      O  92A PRFC
      O  92A CUFC
      O  92A NWFC
      O  92A INTR
      O  92A NXRT
      O  92A INDX
      O  92A YTMR
      O  13[AB] COUP
      O  13B POOL
      O  17B FRNF
      O  17B CALL
      O  17B PUTT
      O  90[AB] INDC
      O  90[AB] MRKT
      O  36[BD] MINO
      O  36[BD] SIZE
      O* 35B  Underlying instrument
      O  70E FIAN
"""
LOTS = """
   O* C1 BREAK
      O  13B LOTS
      O  36[BD] LOTS
      O  98[ACE] LOTS
      O  90[AB] LOTS
"""
TWO_LEGS = """
O  D REPO
   O  98[ABC] TERM
   O  98[AC] RERA
   O  22F RERT
   O  22F MICO
   O  22F REVA
   O  22F LEGA
   O  22F OMAT
   O  22F INTR
   O  20C SECO
   O  20C REPO
   O  92C VASU
   O  92A REPO
   O  92A RSPR
   O  92[AC] PRIC
   O  92A SLMG
   O  92A SHAI
   O  99B CADE
   O  99B TOCO
   O  19A FORF
   O  19A TRTE
   O  19A REPP
   O  19A ACRU
   O  19A DEAL
   O  19A TAPC
   O  70C SECO
"""


def settlement_parties(*, confirmed: bool) -> str:
    """The parties of securities and cash; those of cash have a reference once it has moved."""
    reference = "      O  20C PROC\n" if confirmed else ""
    return f"""
   M* E1 SETPRTY
      M  95[PQRCD] {PARTIES}
      O* 95[LS] ALTE
      O  97[ABD] SAFE/BCAW
      O  98[AC] PROC
      O  20C PROC
      O  70E DECL
      O  70D REGI
      O  70C PACO
   O* E2 CSHPRTY
      M  95[PQR] ACCW/BENM/PAYE/DEBT/INTM
      O* 95[LS] ALTE
      O  97[ADE] CASH
      O  97[AE] CHAR
      O  97[AE] COMM
      O  97[AE] TAXE
{reference}      O  70E DECL
      O  70C PACO
"""


NETWORK_FEE = """
   O  E4 NTWKFEE
      M  35B  Digital token
      M  36D
"""
OTHER_PARTY = """
O* F OTHRPRTY
   M* 95[CPQR] EXCH/MEOR/MERE/TRRE/INVE/VEND/TRAG/QFIN/BRKR
   O* 95[LS] ALTE
   O  97[AD] SAFE/BCAW
   O  70E DECL
   O  70D REGI
   O  70C PACO
   O  20C PROC
"""
