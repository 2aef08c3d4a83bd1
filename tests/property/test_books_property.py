"""Whatever is traded, settled, reversed, cancelled: journals balance, lots and positions agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.journal import totals, trial_balance
from ledger.lots import Lot, LotMove, after
from ledger.positions import measures
from ledger.posting import Posting, book_trade, dated, settle, shares, unbook_trade, unsettle
from schemas.obligation import Part
from schemas.trade import Trade

DAY = date(2026, 11, 23)
ISIN = "US0378331005"
BUY = Trade(
    "FUND", "SAFE", "CASH", ISIN, "RECE", "APMT", Decimal(1), "USD", 2,
    Decimal(1), Decimal(1), Decimal(0), Decimal(0), DAY, DAY,
)  # fmt: skip
QUANTITIES = st.integers(1, 1000).map(Decimal)
AMOUNTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def trades(draw: st.DrawFn) -> Trade:
    amount = draw(AMOUNTS)
    traded = DAY + timedelta(draw(st.integers(0, 5)))
    return replace(
        BUY,
        direction=draw(st.sampled_from(["RECE", "DELI"])),
        payment=draw(st.sampled_from(["APMT", "APMT", "FREE"])),
        quantity=draw(QUANTITIES),
        amount=amount,
        accrued=min(amount, draw(st.sampled_from([Decimal(0), Decimal("1.23")]))),
        trade_on=traded,
        settle_on=traded + timedelta(1),
    )


class Books:
    """All postings so far, and the lots they leave."""

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.posted: list[Posting] = []

    def add(self, posting: Posting) -> Posting:
        self.posted.append(posting)
        self.lots = after(self.lots, posting.lots)
        return posting

    def balance(self, account: str) -> Decimal:
        found = trial_balance(j for p in self.posted for j in p.journals)
        return found.get((account, "USD"), Decimal(0))


@st.composite
def histories(draw: st.DrawFn) -> Books:
    books = Books()
    known: list[tuple[int, Trade, tuple[LotMove, ...], list[Part], date]] = []
    for n in range(draw(st.integers(1, 8))):
        trade = draw(trades())
        moves = books.add(book_trade(trade, books.lots, n)).moves
        parts: list[Part] = []
        until = trade.trade_on
        if draw(st.booleans()):
            quantity = min(trade.quantity, draw(QUANTITIES))
            parts.append(Part(f"C{n}", 1, quantity, None, trade.settle_on))
            for one in shares(parts, trade):
                books.add(settle(one, trade))
                if draw(st.booleans()):
                    books.add(unsettle(one, trade, trade.settle_on + timedelta(1)))
                    parts.clear()
                    until = trade.settle_on + timedelta(1)  # it stood until it was taken back
        known.append((n, trade, moves, parts, until))
        if draw(st.integers(0, 2)) == 0:
            n, trade, moves, parts, until = known.pop(draw(st.integers(0, len(known) - 1)))
            settled = shares(parts, trade)
            rest = replace(
                trade,
                quantity=trade.quantity - sum((s.quantity for s in settled), Decimal(0)),
                amount=trade.amount - sum((s.relieved for s in settled), Decimal(0)),
            )
            if rest.quantity:
                books.add(dated(unbook_trade(rest, books.lots, n, moves), until))
    return books


@given(histories())
def test_lots_are_the_position_and_their_cost_is_the_account(books):
    movements = [m for p in books.posted for m in p.movements if m.asset == ISIN]
    last = DAY + timedelta(30)
    assert (
        sum((x.open_quantity for x in books.lots), Decimal(0)) == measures(movements, last).traded
    )
    held = sum((x.open_cost for x in books.lots), Decimal(0))
    assert held == books.balance("Investments at cost")


@given(histories())
def test_a_holding_is_long_or_short_and_closed_lots_are_gone(books):
    assert len({x.open_quantity > 0 for x in books.lots}) <= 1
    assert all(x.open_quantity for x in books.lots)
    assert all((x.open_cost >= 0) == (x.open_quantity > 0) or not x.open_cost for x in books.lots)


@given(histories(), st.integers(0, 12), st.booleans())
def test_traded_is_settled_and_what_is_pending(books, days, ended):
    as_of = DAY + timedelta(days)
    for asset in (ISIN, "USD"):
        movements = [m for p in books.posted for m in p.movements if m.asset == asset]
        found = measures(movements, as_of, day_ended=ended)
        assert found.traded == found.settled + found.pending_receive - found.pending_deliver
        assert found.failed_receive <= found.pending_receive
        assert found.failed_deliver <= found.pending_deliver


@given(histories())
def test_every_journal_balances_to_the_cent(books):
    for posting in books.posted:
        for journal in posting.journals:
            assert set(totals(journal.legs).values()) == {Decimal(0)}
            for leg in journal.legs:
                assert leg.amount == round(leg.amount, 2)
