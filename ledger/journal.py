"""Journals: legs that balance per currency, or no journal. What they mean stands in rules.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


class Unbalanced(ValueError):
    """Legs whose debits are not their credits; no such journal can be constructed."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry: debits above zero, credits below; `detail` is the cash account or the ISIN."""

    account: str
    detail: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Journal:
    """What one happening books under one rule on one effective date."""

    rule: str
    effective_on: date
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        if not self.legs:
            raise Unbalanced(f"journal {self.rule} has no legs")
        for currency, total in totals(self.legs).items():
            if total:
                raise Unbalanced(f"journal {self.rule} is off by {currency} {total}")

    def reverse(self, on: date) -> Journal:
        """Same accounts, opposite signs (DOMAIN 7.5), on its own date."""
        legs = tuple(Leg(x.account, x.detail, x.currency, -x.amount) for x in self.legs)
        return Journal(f"{self.rule}_reversed", on, legs)


def totals(legs: Iterable[Leg]) -> dict[str, Decimal]:
    """The sum of the legs per currency."""
    sums: dict[str, Decimal] = {}
    for leg in legs:
        sums[leg.currency] = sums.get(leg.currency, ZERO) + leg.amount
    return sums


def trial_balance(journals: Iterable[Journal]) -> dict[tuple[str, str], Decimal]:
    """Balances by account and currency, debits above zero; accounts at zero are left out."""
    sums: dict[tuple[str, str], Decimal] = {}
    for journal in journals:
        for leg in journal.legs:
            name = (leg.account, leg.currency)
            sums[name] = sums.get(name, ZERO) + leg.amount
    return {name: total for name, total in sums.items() if total}
