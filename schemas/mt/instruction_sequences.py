"""Sequences of settlement instructions, MT540-543."""

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
   O  99[BC] SETT
   O  99[BC] TOSE
   O* A1 LINK
      O  22F LINK
      O  13[AB] LINK
      M  20[CUN] {REFERENCES}
      O  36[BD] PAIR/TURN
"""
_TRADE = f"""
M  B TRADDET
   O* 94[HL] CLEA
   O* 94[BL] TRAD
   M  98[ABC] SETT
   O  98[ABCE] TRAD
   O  98[AC] ADEL
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
   O  11A FXIB
   O  25D MTCH
   O  25D AFFM
   O  70E FXIN
   O  70E SPRO
"""
_HOLDING = f"""
M  C FIAC
   M* 36[BD] SETT
   O  70D DENC
   O* 13B CERT
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   O  97[ADE] CASH
   O* 94[BCFLT] SAFE
{LOTS}      O  22F PRIC
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
   O  22F DBNM
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
   O  22F COLE
   O  22F SSBT
   O  22F CSBT
{settlement_parties(confirmed=False)}
"""


def instruction(*, against_payment: bool) -> tuple[Item, ...]:
    """The items of an instruction; amounts are needed, and have a value date, only against payment."""
    use, value_date = ("M", "O  98[AC] VALU") if against_payment else ("O", "")
    amounts = f"""
   {use}* E3 AMT
      O* 17B ACRU/STAM
      M  19A SETT/{COSTS}
      O  19A RESU
      O  19A OCMT
      {value_date}
      O  92B EXCH
"""
    trade = _TRADE.format(certified="" if against_payment else CERTIFIED)
    return items(
        _GENERAL + trade + _HOLDING + TWO_LEGS + _DETAILS + amounts + NETWORK_FEE + OTHER_PARTY
    )
