"""Lots: first in first out, short positions, rounding (DOMAIN 7.3)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ledger.lots import Lot, after, trade, untrade

D = Decimal
DAY = date(2026, 11, 23)


def run(*trades: tuple[int, str]) -> tuple[list[Lot], list[Decimal]]:
    """Lots after (quantity, value) trades one a day, and each one's gain."""
    lots: list[Lot] = []
    gains = []
    for n, (quantity, value) in enumerate(trades):
        relief = trade(lots, n, DAY + timedelta(n), D(quantity), D(value), 2)
        gains.append(relief.cost - (D(value) if quantity > 0 else -D(value)))
        lots = after(lots, relief.lots)
    return lots, gains


def opened(lots: list[Lot]) -> list[tuple[Decimal, Decimal]]:
    return [(x.open_quantity, x.open_cost) for x in lots]


def test_fifo_of_the_handbook_realises_350():
    lots, gains = run((100, "1000"), (100, "1200"), (100, "1100"), (-150, "1950"))
    assert gains[-1] == 350
    assert opened(lots) == [(50, 600), (100, 1100)]


def test_lots_of_one_day_go_in_the_order_of_events():
    lots = [Lot(n, DAY, D(10), D(n), D(10), D(n)) for n in (2, 7)]
    relief = trade(lots, 9, DAY, D(-10), D(50), 2)
    assert [m.lot.ordinal for m in relief.moves] == [2]


def test_the_last_relief_of_a_lot_takes_the_rest_of_its_cost():
    lots, _ = run((3, "100.00"), (-1, "40"), (-1, "40"))
    assert opened(lots) == [(1, D("33.33"))]
    lots, _ = run((3, "100.00"), (-1, "40"), (-1, "40"), (-1, "40"))
    assert lots == []


def test_tiny_costs_never_go_below_zero():
    lots, _ = run((10, "0.05"), *[(-1, "1")] * 9)
    assert len(lots) == 1
    assert lots[0].open_cost >= 0


def test_a_sale_of_more_than_is_held_is_split_at_zero():
    lots, gains = run((100, "1000"), (-150, "1500"))
    assert (gains[-1], opened(lots)) == (0, [(-50, -500)])


def test_buying_to_cover_relieves_the_short_lot():
    lots, gains = run((-100, "1000"), (40, "360"))
    assert (gains[-1], opened(lots)) == (40, [(-60, -600)])


def test_a_buy_through_zero_closes_the_short_and_opens_a_long_lot():
    lots, gains = run((-100, "1000"), (150, "1350"))
    assert (gains[-1], opened(lots)) == (100, [(50, 450)])


def test_a_back_dated_lot_takes_its_place_in_the_order():
    newer = Lot(1, DAY, D(10), D(10), D(10), D(10))
    older = Lot(2, DAY - timedelta(1), D(10), D(10), D(10), D(10))
    assert after([newer], [older]) == [older, newer]


def test_a_short_sale_taken_back_after_it_was_covered_leaves_the_cover_long():
    short = trade([], 1, DAY, D(-100), D(1000), 2)
    lots = after([], short.lots)
    cover = trade(lots, 2, DAY, D(100), D(900), 2)
    lots = after(lots, cover.lots)
    assert lots == []
    undone = untrade(lots, 1, DAY, short.moves, D(-100), 2)
    assert opened(after(lots, undone.lots)) == [(100, 1000)]


def test_a_holding_is_never_long_and_short_at_once():
    buy = trade([], 1, DAY, D(100), D(1000), 2)
    lots = after([], buy.lots)
    sell = trade(lots, 2, DAY, D(-100), D(1100), 2)
    lots = after(lots, sell.lots)
    short = trade(lots, 3, DAY, D(-30), D(330), 2)
    lots = after(lots, short.lots)
    undone = untrade(lots, 2, DAY, sell.moves, D(-100), 2)
    lots = after(lots, undone.lots)
    assert sum(q for q, _ in opened(lots)) == 70
    assert all(q > 0 for q, _ in opened(lots))
