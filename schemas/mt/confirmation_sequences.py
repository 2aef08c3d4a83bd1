"""Sequences of settlement confirmations, MT544-547."""

from __future__ import annotations

from schemas.mt.message import Item
from schemas.mt.settlement_sequences import (
    ATTRIBUTES,
    CERTIFIED,
    COSTS,
    LOTS,
    NETWORK_FEE,
    OTHER_PARTY,
    REFERENCES,
    TWO_LEGS,
    settlement_parties,
)
from schemas.mt.table import items

_GENERAL = f"""
M  A GENL
   M  20C SEME
   M  23G
   O  98[ACE] PREP
   O  22H PREC
   O  22F PARS
   M* A1 LINK
      O  22F LINK
      O  13[AB] LINK
      M  20[CUN] {REFERENCES}
"""
_TRADE = f"""
M  B TRADDET
   O* 94[HL] CLEA
   O* 94[BL] TRAD
   O  98[ABC] SETT
   O  98[ABCE] TRAD
   M  98[ABC] ESET
{{certified}}   O  90[AB] DEAL
   O  99A DAAC
   M  35B
{ATTRIBUTES}
   O  22F PROC
   O* 22F RPOR
   O  22F PRIR
   O  22F BORR
   O* 22F TTCO
   O  22F INCA
   O  22F TRCA
   O  22F PRIC
   O  70E FXIN
   O  70E SPRO
"""
_HOLDING = f"""
M  C FIAC
   M* 36[BD] ESTT
   O  36[BD] PSTT/PSTA
   O  36[BD] RSTT
   O  19A PSTT
   O  19A RSTT
   O  70D DENC
   O* 13B CERT
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   O  97[ADE] CASH
   O* 94[BCFLT] SAFE
{LOTS}      O* 22F PRIC
"""
_DETAILS = f"""
M  E SETDET
   O* 22F STCO
   M  22F SETR
   O  22F TRCA
   O  22F STAM
   O  22F RTGS
   O  22F REGT
   O  22F BENE
   O  22F CASY
   O  22F TCPI
   O  22F MACL
   O  22F FXCX
   O  22F BLOC
   O  22F REST
   O  22F SETS
   O  22F NETT
   O  22F CCPT
   O  22F LEOG
   O  22F COLA
   O  22F TRAK
   O  22F REPT
   O  22F SSBT
   O  22F CSBT
{settlement_parties(confirmed=True)}
"""


def confirmation(*, against_payment: bool) -> tuple[Item, ...]:
    """The items of a confirmation; amounts are needed only against payment."""
    use = "M" if against_payment else "O"
    amounts = f"""
   {use}* E3 AMT
      O* 17B ACRU/STAM
      M  19A ESTT/{COSTS}
      O  19A RESU
      O  19A OCMT
      O  98[AC] VALU
      O  92B EXCH
"""
    trade = _TRADE.format(certified="" if against_payment else CERTIFIED)
    return items(
        _GENERAL + trade + _HOLDING + TWO_LEGS + _DETAILS + amounts + NETWORK_FEE + OTHER_PARTY
    )
