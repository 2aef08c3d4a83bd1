"""What a happening books: the rows of DOMAIN 7.5, a line per leg. Figures come from posting.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from ledger.accounts import (
    CAPITAL,
    CASH,
    CUSTODIAN_ADVANCE,
    INTEREST_INCOME,
    INTEREST_PURCHASED,
    INVESTMENTS_AT_COST,
    PAYABLE_FOR_SECURITIES,
    PAYMENTS_TO_ALLOCATE,
    REALISED_GAIN,
    RECEIVABLE_FOR_SECURITIES,
    SETTLEMENT_DIFFERENCE,
    Account,
)
from ledger.journal import Journal, Leg

ZERO = Decimal(0)


class Rule(StrEnum):
    """The happenings that book something."""

    BUY_TRADED = "buy_traded"
    SELL_TRADED = "sell_traded"
    RECEIVED_FREE = "received_free"
    DELIVERED_FREE = "delivered_free"
    BUY_SETTLED = "buy_settled"
    SELL_SETTLED = "sell_settled"
    BUY_ADVANCED = "buy_advanced"
    SELL_ADVANCED = "sell_advanced"
    BUY_SETTLED_ADVANCED = "buy_settled_advanced"
    SELL_SETTLED_ADVANCED = "sell_settled_advanced"
    POSITION_OPENED = "position_opened"
    CASH_OPENED = "cash_opened"
    PAYMENT_DEBITED = "payment_debited"
    PAYMENT_RETURNED = "payment_returned"


@dataclass(slots=True)
class Figures:
    """What the lines of a rule may name; a figure below zero stands on the other side."""

    currency: str
    isin: str = ""
    cash_account: str = ""
    amount: Decimal = ZERO  # to be paid for the trade
    accrued: Decimal = ZERO
    cost: Decimal = ZERO  # of the lots opened or relieved
    gain: Decimal = ZERO
    cash: Decimal = ZERO  # really paid
    relieved: Decimal = ZERO  # of the payable or receivable
    difference: Decimal = ZERO  # cash less relieved, within tolerance


Figure = Callable[[Figures], Decimal]
amount: Figure = attrgetter("amount")
accrued: Figure = attrgetter("accrued")
cost: Figure = attrgetter("cost")
gain: Figure = attrgetter("gain")
cash: Figure = attrgetter("cash")
relieved: Figure = attrgetter("relieved")
difference: Figure = attrgetter("difference")


class Line(NamedTuple):
    """One leg of a rule."""

    account: Account
    figure: Figure
    sign: int


def debit(account: Account, figure: Figure) -> Line:
    """The account is debited with this figure."""
    return Line(account, figure, 1)


def credit(account: Account, figure: Figure) -> Line:
    """The account is credited with this figure."""
    return Line(account, figure, -1)


RULES: dict[Rule, tuple[Line, ...]] = {
    Rule.BUY_TRADED: (
        debit(INVESTMENTS_AT_COST, cost),  # with commission and charges
        debit(INTEREST_PURCHASED, accrued),
        credit(PAYABLE_FOR_SECURITIES, amount),
        credit(REALISED_GAIN, gain),  # only where it covers a short position
    ),
    Rule.SELL_TRADED: (
        debit(RECEIVABLE_FOR_SECURITIES, amount),
        credit(INVESTMENTS_AT_COST, cost),
        credit(REALISED_GAIN, gain),
        credit(INTEREST_INCOME, accrued),
    ),
    Rule.RECEIVED_FREE: (  # in kind, at the cost given
        debit(INVESTMENTS_AT_COST, cost),
        credit(CAPITAL, cost),
    ),
    Rule.DELIVERED_FREE: (
        debit(CAPITAL, cost),
        credit(INVESTMENTS_AT_COST, cost),
    ),
    Rule.BUY_SETTLED: (
        debit(PAYABLE_FOR_SECURITIES, relieved),
        credit(CASH, cash),
        debit(SETTLEMENT_DIFFERENCE, difference),
    ),
    Rule.SELL_SETTLED: (
        debit(CASH, cash),
        credit(RECEIVABLE_FOR_SECURITIES, relieved),
        credit(SETTLEMENT_DIFFERENCE, difference),
    ),
    Rule.BUY_ADVANCED: (  # contractual: cash goes on the settlement date, settled or not
        debit(CUSTODIAN_ADVANCE, cash),
        credit(CASH, cash),
    ),
    Rule.SELL_ADVANCED: (
        debit(CASH, cash),
        credit(CUSTODIAN_ADVANCE, cash),
    ),
    Rule.BUY_SETTLED_ADVANCED: (
        debit(PAYABLE_FOR_SECURITIES, relieved),
        credit(CUSTODIAN_ADVANCE, cash),
        debit(SETTLEMENT_DIFFERENCE, difference),
    ),
    Rule.SELL_SETTLED_ADVANCED: (
        debit(CUSTODIAN_ADVANCE, cash),
        credit(RECEIVABLE_FOR_SECURITIES, relieved),
        credit(SETTLEMENT_DIFFERENCE, difference),
    ),
    Rule.POSITION_OPENED: (
        debit(INVESTMENTS_AT_COST, cost),
        credit(CAPITAL, cost),
    ),
    Rule.CASH_OPENED: (
        debit(CASH, cash),
        credit(CAPITAL, cash),
    ),
    Rule.PAYMENT_DEBITED: (  # what for is for the payment's owner to say
        debit(PAYMENTS_TO_ALLOCATE, cash),
        credit(CASH, cash),
    ),
    Rule.PAYMENT_RETURNED: (
        debit(CASH, cash),
        credit(PAYMENTS_TO_ALLOCATE, cash),
    ),
}


def book(rule: Rule, figures: Figures, on: date) -> tuple[Journal, ...]:
    """The journal of this rule; none where all figures are zero (a free receipt at no cost)."""
    details = {"isin": figures.isin, "cash_account": figures.cash_account, "none": ""}
    legs = tuple(
        Leg(account.name, details[account.detail], figures.currency, sign * value)
        for account, figure, sign in RULES[rule]
        if (value := figure(figures))
    )
    return (Journal(rule.value, on, legs),) if legs else ()
