"""Money and quantity: exact decimals that know their unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic_core import PydanticCustomError

QuantityType = Literal["UNIT", "FAMT", "AMOR"]
_WRITTEN = re.compile(r"(?!-0*\.?0*$)-?[0-9]+(\.[0-9]+)?")


def written(value: object) -> object:
    """The value, if it is a decimal as people write one; nothing is guessed from another spelling.

    A JSON float has already lost digits. Python's Decimal would also take `1_000`, `1e3`, blanks
    around, digits of other scripts, and a minus before zero.
    """
    if isinstance(value, float):
        raise PydanticCustomError(
            "decimal_text", 'send decimals as a string, e.g. "190.25"; a JSON float is not exact'
        )
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise PydanticCustomError(
            "decimal_text", "write a decimal with digits and a point alone, e.g. 190.25"
        )
    return value


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
