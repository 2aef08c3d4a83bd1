"""What is to settle, and what has: the terms a life is measured against, and its settled parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from schemas.money import Money, Quantity


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a received amount may be off at matching, by its size; the place of settlement says."""

    limit: Decimal
    up_to: Decimal
    above: Decimal

    def of(self, amount: Decimal) -> Decimal:
        """What is allowed for a settlement amount of this size."""
        return self.up_to if amount <= self.limit else self.above


@dataclass(frozen=True, slots=True)
class Obligation:
    """The terms of one settlement, as its live version has them; `id` stays over all versions."""

    id: UUID
    direction: Literal["RECE", "DELI"]
    payment: Literal["APMT", "FREE"]
    quantity: Quantity
    isin: str
    settle_on: date
    safekeeping_account: str | None = None
    settlement_amount: Money | None = None
    digits: int = 2  # of the settlement currency
    partial_wish: Literal["PART", "NPAR", "PARC", "PARQ"] | None = None
    partial_supported: bool = False
    hold: bool = False  # sent as not to be settled yet
    hold_supported: bool = False
    matches_at_market: bool = True  # so that a settlement status implies a match
    tolerance: Tolerance | None = None  # of receipts; deliveries are exact
    contractual: bool = False  # the custodian moves cash on the settlement date by itself


@dataclass(frozen=True, slots=True)
class Part:
    """One confirmed part; one taken back stays, marked, so that its books can be taken back too."""

    key: str  # of the confirmation: its books are posted once under this
    ordinal: int  # 1.. in the order of events
    quantity: Decimal
    amount: Money | None  # as the agent stated it; None is shared out pro rata
    effective_on: date
    reversed: bool = False
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Cash the custodian moved on the contractual date, before anything settled."""

    key: str
    amount: Money | None  # None is the whole settlement amount
    effective_on: date


@dataclass(frozen=True, slots=True)
class Transfer:
    """The terms of one payment of ours, as the lifecycle needs them."""

    id: UUID
    amount: Money
    value_on: date
    uetr: str | None = None
    references: tuple[str, ...] = ()  # instruction and end-to-end ids it is known by
