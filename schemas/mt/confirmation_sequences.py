"""What MT544, 545, 546 and 547 have in common: one shape, with or without payment."""

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
        generic("22", "H", {"PREC": "Pre-confirmation"}),
        generic("22", "F", {"PARS": "Partial settlement"}),
        linkage(position=True, required=True),
    ),
    required=True,
)
_TRADE = trade(
    (
        generic("98", "ABC", {"SETT": "Settlement date"}),
        generic("98", "ABCE", {"TRAD": "Trade date"}),
        generic("98", "ABC", {"ESET": "Effective settlement date"}, required=True),
    ),
    matching=False,
)
_HOLDING = holding(
    (
        generic("36", "BD", {"ESTT": "Quantity settled"}, required=True, repeats=True),
        generic("36", "BD", {"PSTT": "Previously settled quantity",
                             "PSTA": "Previously settled quantity"}),
        generic("36", "BD", {"RSTT": "Remaining quantity"}),
        generic("19", "A", {"PSTT": "Previously settled amount"}),
        generic("19", "A", {"RSTT": "Remaining amount"}),
    )
)  # fmt: skip


def confirmation(*, against_payment: bool) -> tuple[Item, ...]:
    """The items of a confirmation; amounts are needed only against payment."""
    amount = amounts("ESTT", "Settled amount", required=against_payment, value_date=True)
    settlement = details(amount, leave_out=frozenset({"DBNM", "COLE"}))
    return (_GENERAL, _TRADE, _HOLDING, TWO_LEGS, settlement, OTHER_PARTY)
