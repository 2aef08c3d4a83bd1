"""The economics of one instruction for the books: what was dealt, what it cost, when it pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.instruction import Amount, Instruction

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trade:
    """One receive or delivery; `amount` is what is to be paid, `accrued` the interest inside it."""

    portfolio: str
    account: str  # safekeeping
    cash_account: str
    isin: str
    direction: Literal["RECE", "DELI"]
    payment: Literal["APMT", "FREE"]
    quantity: Decimal
    currency: str
    digits: int
    amount: Decimal
    deal: Decimal
    accrued: Decimal
    costs: Decimal  # commission, charges, tax and fees
    trade_on: date
    settle_on: date

    @property
    def buys(self) -> bool:
        return self.direction == "RECE"

    @property
    def paid(self) -> bool:
        return self.payment == "APMT"

    @property
    def value(self) -> Decimal:
        """Cost of what is bought, proceeds of what is sold: the amount less accrued interest."""
        return self.amount - self.accrued

    @property
    def side(self) -> Literal["R", "D"]:
        """Which way the securities go."""
        return "R" if self.buys else "D"

    @property
    def cash_side(self) -> Literal["R", "D"]:
        """Which way the cash goes."""
        return "D" if self.buys else "R"


def trade_of(instruction: Instruction, currency: str, digits: int) -> Trade:
    """The trade of a complete instruction, in its settlement (if free, the instrument) currency."""
    assert instruction.portfolio is not None
    assert instruction.safekeeping_account is not None
    assert instruction.settle_date is not None
    costs = sum(
        (
            _value(a)
            for a in (
                instruction.commission,
                instruction.charges,
                instruction.tax,
                instruction.regulatory_fee,
            )
        ),
        ZERO,
    )
    accrued = _value(instruction.accrued_interest)
    signed = costs if instruction.direction == "RECE" else -costs
    if instruction.settlement_amount is not None:
        amount = instruction.settlement_amount.value
    else:
        amount = _value(instruction.deal_amount) + accrued + signed
    return Trade(
        portfolio=instruction.portfolio,
        account=instruction.safekeeping_account,
        cash_account=instruction.cash_account or "",
        isin=instruction.isin,
        direction=instruction.direction,
        payment=instruction.payment,
        quantity=instruction.quantity.value,
        currency=currency,
        digits=digits,
        amount=amount,
        deal=amount - accrued - signed,
        accrued=accrued,
        costs=costs,
        trade_on=instruction.trade_date,
        settle_on=instruction.settle_date,
    )


def _value(amount: Amount | None) -> Decimal:
    return amount.value if amount is not None else ZERO
