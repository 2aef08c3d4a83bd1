"""Movements of securities and cash, and the measures of DOMAIN 7.2 computed from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ZERO = Decimal(0)
Side = Literal["R", "D"]


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one measure of a holding; `asset` is an ISIN, or a currency on a cash account."""

    portfolio: str
    account: str
    asset: str
    side: Side  # received or delivered; the delta is above zero either way, below when taken back
    measure: Literal["traded", "settled"]
    delta: Decimal
    effective_on: date
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Measures:
    """One holding at the end of a day, or during it; for cash, `settled` is the ledger balance."""

    traded: Decimal
    settled: Decimal
    pending_receive: Decimal
    pending_deliver: Decimal
    failed_receive: Decimal
    failed_deliver: Decimal
    available: Decimal


def measures(
    movements: Iterable[Movement],
    as_of: date,
    *,
    day_ended: bool = True,
    reserved: Decimal | None = None,
) -> Measures:
    """The measures of one holding's movements as of a date.

    What is due on the date itself has failed once the day has ended. `reserved` is what released
    deliveries hold back from what is available: every pending delivery, unless told otherwise.
    """
    known = [m for m in movements if m.effective_on <= as_of]
    traded = sum((_signed(m) for m in known if m.measure == "traded"), ZERO)
    settled = sum((_signed(m) for m in known if m.measure == "settled"), ZERO)
    receive, deliver = _pending(known, "R"), _pending(known, "D")
    pending_deliver = sum(deliver.values(), ZERO)
    return Measures(
        traded=traded,
        settled=settled,
        pending_receive=sum(receive.values(), ZERO),
        pending_deliver=pending_deliver,
        failed_receive=_failed(receive, as_of, day_ended),
        failed_deliver=_failed(deliver, as_of, day_ended),
        available=settled - (pending_deliver if reserved is None else reserved),
    )


def projected(movements: Iterable[Movement], as_of: date, on: date) -> Decimal:
    """Settled as of a date, and what is pending then and due by the other: 7.2's projected(D)."""
    known = [m for m in movements if m.effective_on <= as_of]
    settled = sum((_signed(m) for m in known if m.measure == "settled"), ZERO)
    return settled + _due(_pending(known, "R"), on) - _due(_pending(known, "D"), on)


def _signed(movement: Movement) -> Decimal:
    return movement.delta if movement.side == "R" else -movement.delta


def _pending(movements: Iterable[Movement], side: Side) -> dict[date | None, Decimal]:
    """What is traded and not settled on one side, by due date."""
    open_by_date: dict[date | None, Decimal] = {}
    for m in movements:
        if m.side == side:
            delta = m.delta if m.measure == "traded" else -m.delta
            open_by_date[m.due_on] = open_by_date.get(m.due_on, ZERO) + delta
    return open_by_date


def _failed(pending: dict[date | None, Decimal], as_of: date, day_ended: bool) -> Decimal:
    return sum(
        (
            quantity
            for due_on, quantity in pending.items()
            if due_on is not None and (due_on < as_of or (day_ended and due_on == as_of))
        ),
        ZERO,
    )


def _due(pending: dict[date | None, Decimal], on: date) -> Decimal:
    return sum((q for due_on, q in pending.items() if due_on is not None and due_on <= on), ZERO)
