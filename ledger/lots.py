"""Lots: what was bought when and for how much, relieved first in, first out (DOMAIN 7.3).

Open lots come and go in the order (opened_on, ordinal); a holding is long or short, never both.
A short lot has negative quantity and cost.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lot:
    """One opening trade's lot; `ordinal` is its place in the order of events."""

    ordinal: int
    opened_on: date
    quantity: Decimal
    cost: Decimal
    open_quantity: Decimal
    open_cost: Decimal

    def moved(self, quantity: Decimal, cost: Decimal) -> Lot:
        """The lot with this much more open."""
        return Lot(
            self.ordinal,
            self.opened_on,
            self.quantity,
            self.cost,
            self.open_quantity + quantity,
            self.open_cost + cost,
        )


@dataclass(frozen=True, slots=True)
class LotMove:
    """What one trade did to one lot, enough to take it back: `lot` is the lot as it was opened."""

    lot: Lot
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Relief:
    """What a trade does to lots: those it touched as they are now, its moves, their cost in all."""

    lots: tuple[Lot, ...]
    moves: tuple[LotMove, ...]
    cost: Decimal  # investments at cost go up by this (down when negative)


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half up, at the currency's decimals."""
    return value.quantize(_unit(digits), rounding=ROUND_HALF_UP)


def share(total: Decimal, part: Decimal, whole: Decimal, digits: int) -> Decimal:
    """The pro rata share of a total; the whole takes all of it, whatever was rounded before."""
    return total if part == whole else rounded(total * part / whole, digits)


@cache
def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def trade(
    lots: Sequence[Lot],
    ordinal: int,
    on: date,
    quantity: Decimal,
    value: Decimal,
    digits: int,
) -> Relief:
    """Buy (quantity above zero) or sell for this value: close what is opposite, open the rest."""
    holding = _Holding(lots)
    closed = holding.close(quantity, digits)
    if closed != quantity:
        rest = value - share(value, closed, quantity, digits)
        holding.open(ordinal, on, quantity - closed, rest if quantity > 0 else -rest)
    return holding.relief()


def untrade(
    lots: Sequence[Lot],
    ordinal: int,
    on: date,
    moves: Sequence[LotMove],
    quantity: Decimal,
    digits: int,
) -> Relief:
    """Take back the last `quantity` (signed as traded) of a trade that made these moves.

    Lots it opened shrink and lots it relieved grow again. What others have relieved meanwhile comes
    out of the next lots in order, as a new run without this trade would have it.
    """
    holding = _Holding(lots)
    left = quantity
    for move in reversed(moves):
        if not left:
            break
        part = move.quantity if abs(move.quantity) <= abs(left) else left
        cost = share(move.cost, part, move.quantity, digits)
        holding.give_back(ordinal, on, LotMove(move.lot, -part, -cost), digits)
        left -= part
    return holding.relief()


def moves_left(moves: Sequence[LotMove], quantity: Decimal, digits: int) -> tuple[LotMove, ...]:
    """What is left of a trade's moves once its last `quantity` (signed as traded) is taken back."""
    kept: list[LotMove] = []
    left = quantity
    for move in reversed(moves):
        part = move.quantity if abs(move.quantity) <= abs(left) else left
        left -= part
        if part != move.quantity:
            cost = move.cost - share(move.cost, part, move.quantity, digits)
            kept.append(LotMove(move.lot, move.quantity - part, cost))
    return tuple(reversed(kept))


def after(lots: Sequence[Lot], touched: Iterable[Lot]) -> list[Lot]:
    """The open lots, in order, once these have changed."""
    kept = list(lots)
    for lot in touched:
        place = bisect_left(kept, _order(lot), key=_order)
        if place < len(kept) and kept[place].ordinal == lot.ordinal:
            del kept[place]
        if lot.open_quantity:
            insort(kept, lot, key=_order)
    return kept


def _order(lot: Lot) -> tuple[date, int]:
    return (lot.opened_on, lot.ordinal)


class _Holding:
    """The lots of one holding while one trade works on them."""

    def __init__(self, lots: Sequence[Lot]) -> None:
        self.lots = lots
        self.touched: dict[int, Lot] = {}
        self.moves: list[LotMove] = []

    def relief(self) -> Relief:
        """What was done."""
        cost = sum((move.cost for move in self.moves), ZERO)
        return Relief(tuple(self.touched.values()), tuple(self.moves), cost)

    def close(self, quantity: Decimal, digits: int) -> Decimal:
        """Relieve lots opposite to this quantity, first in first out: how much of it was closed."""
        left = quantity
        for lot in self.lots:
            lot = self.touched.get(lot.ordinal, lot)
            if not left or (lot.open_quantity and (lot.open_quantity > 0) == (quantity > 0)):
                break
            if lot.open_quantity:
                part = -lot.open_quantity if abs(lot.open_quantity) <= abs(left) else left
                self._shrink(lot, part, digits)
                left -= part
        return quantity - left

    def open(self, ordinal: int, on: date, quantity: Decimal, cost: Decimal) -> None:
        """Open a lot."""
        lot = self.touched.get(ordinal) or Lot(ordinal, on, quantity, cost, ZERO, ZERO)
        self._move(lot, quantity, cost)

    def give_back(self, ordinal: int, on: date, move: LotMove, digits: int) -> None:
        """Apply a move to its own lot as far as that can take it, the rest in order."""
        own = self._now(move.lot)
        if own.open_quantity and (own.open_quantity > 0) != (move.quantity > 0):
            fits = abs(move.quantity) <= abs(own.open_quantity)
            part = move.quantity if fits else -own.open_quantity
            cost = self._shrink(own, part, digits)
            self._in_order(ordinal, on, move.quantity - part, move.cost - cost, digits)
        elif self._shrinks(move) or self._opposed(move.quantity):
            self._in_order(ordinal, on, move.quantity, move.cost, digits)
        else:
            self._move(own, move.quantity, move.cost)

    def _in_order(
        self, ordinal: int, on: date, quantity: Decimal, cost: Decimal, digits: int
    ) -> None:
        closed = self.close(quantity, digits)
        if closed != quantity:
            self.open(
                ordinal, on, quantity - closed, share(cost, quantity - closed, quantity, digits)
            )

    def _shrink(self, lot: Lot, quantity: Decimal, digits: int) -> Decimal:
        """Take this opposite quantity out of a lot at its own cost, returned with its sign."""
        cost = -share(lot.open_cost, -quantity, lot.open_quantity, digits)
        self._move(lot, quantity, cost)
        return cost

    def _shrinks(self, move: LotMove) -> bool:
        """Whether it takes away from what the lot's opening trade brought."""
        return (move.lot.quantity > 0) != (move.quantity > 0)

    def _opposed(self, quantity: Decimal) -> bool:
        first = next((x for x in map(self._now, self.lots) if x.open_quantity), None)
        return first is not None and (first.open_quantity > 0) != (quantity > 0)

    def _now(self, lot: Lot) -> Lot:
        """The lot after what was done here; one that is not open any more has nothing left."""
        if lot.ordinal in self.touched:
            return self.touched[lot.ordinal]
        held = next((x for x in self.lots if x.ordinal == lot.ordinal), None)
        if held is not None:
            return held
        return Lot(lot.ordinal, lot.opened_on, lot.quantity, lot.cost, ZERO, ZERO)

    def _move(self, lot: Lot, quantity: Decimal, cost: Decimal) -> None:
        self.touched[lot.ordinal] = lot.moved(quantity, cost)
        self.moves.append(LotMove(lot, quantity, cost))
