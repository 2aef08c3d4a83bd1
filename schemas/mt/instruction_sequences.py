"""What MT540, 541, 542 and 543 have in common: one shape, with or without payment."""

from __future__ import annotations

from schemas.mt.message import Item, Sequence, generic
from schemas.mt.settlement_sequences import (
    FUNCTION,
    OTHER_PARTY,
    PREPARED,
    SENDER_REFERENCE,
    TWO_LEGS,
    amounts,
    details,
    holding,
    linkage,
    trade,
)

_GENERAL = Sequence(
    "GENL",
    "General information",
    (
        SENDER_REFERENCE,
        FUNCTION,
        PREPARED,
        generic("99", "BC", {"SETT": "Number of this linked instruction"}),
        generic("99", "BC", {"TOSE": "Linked instructions in total"}),
        linkage(position=True, quantity=True),
    ),
    required=True,
)
_TRADE = trade(
    (
        generic("98", "ABC", {"SETT": "Settlement date"}, required=True),
        generic("98", "ABCE", {"TRAD": "Trade date"}),
        generic("98", "AC", {"ADEL": "Additional delay", "LATE": "Late delivery date"}),
    ),
    matching=True,
)
_HOLDING = holding(
    (generic("36", "BD", {"SETT": "Quantity to settle"}, required=True, repeats=True),)
)


def instruction(*, against_payment: bool) -> tuple[Item, ...]:
    """The items of an instruction; amounts are needed only against payment."""
    amount = amounts(
        "SETT", "Settlement amount", required=against_payment, value_date=against_payment
    )
    return (_GENERAL, _TRADE, _HOLDING, TWO_LEGS, details(amount), OTHER_PARTY)
