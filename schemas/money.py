"""Money and quantity: exact decimals that know their unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

QuantityType = Literal["UNIT", "FAMT", "AMOR"]


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency; adding two currencies raises ValueError."""

    currency: str
    amount: Decimal

    def __add__(self, other: Money) -> Money:
        return Money(self._same(other), self.amount + other.amount)

    def __sub__(self, other: Money) -> Money:
        return Money(self._same(other), self.amount - other.amount)

    def __neg__(self) -> Money:
        return Money(self.currency, -self.amount)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    def _same(self, other: Money) -> str:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return self.currency


@dataclass(frozen=True, slots=True)
class Quantity:
    """Units, face amount (FAMT) or amortised face (AMOR) of one instrument."""

    type: QuantityType
    value: Decimal
