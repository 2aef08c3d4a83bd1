"""DOMAIN 7.6 to the cent: what needs only openings, trades and settlements, day by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.journal import Journal, trial_balance
from ledger.lots import Lot, after
from ledger.positions import Movement, measures
from ledger.posting import Posting, book_trade, open_cash, settle, shares
from schemas.money import Money
from schemas.obligation import Part
from schemas.trade import Trade

D = Decimal
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
THU, FRI = date(2026, 11, 26), date(2026, 11, 27)
AAPL = "US0378331005"
BUY = Trade(
    "FUND", "SAFE", "CASH", AAPL, "RECE", "APMT", D(1000), "USD", 2,
    D("190275.00"), D("190250.00"), D(0), D("25.00"), MON, TUE,
)  # fmt: skip
SELL = Trade(
    "FUND", "SAFE", "CASH", AAPL, "DELI", "APMT", D(400), "USD", 2,
    D("77988.40"), D("78000.00"), D(0), D("11.60"), TUE, WED,
)  # fmt: skip
BUY_PARTS = (Part("B1", 1, D(1000), Money("USD", D("190275.00")), TUE),)
SELL_PARTS = (
    Part("S1", 1, D(300), Money("USD", D("58491.30")), WED),
    Part("S2", 2, D(100), None, FRI),
)


def books() -> list[Posting]:
    lots: list[Lot] = []
    bought = book_trade(BUY, lots, 1)
    lots = after(lots, bought.lots)
    sold = book_trade(SELL, lots, 2)
    return [
        open_cash("FUND", "CASH", "USD", D("1000000.00"), MON),
        bought,
        *(settle(s, BUY) for s in shares(BUY_PARTS, BUY)),
        sold,
        *(settle(s, SELL) for s in shares(SELL_PARTS, SELL)),
    ]


def journals(on: date) -> list[Journal]:
    return [j for p in books() for j in p.journals if j.effective_on == on]


def balances(as_of: date) -> dict[str, Decimal]:
    found = trial_balance(j for p in books() for j in p.journals if j.effective_on <= as_of)
    return {account: amount for (account, _), amount in found.items()}


def movements(asset: str) -> list[Movement]:
    return [m for p in books() for m in p.movements if m.asset == asset]


def legs(journal: Journal) -> dict[str, Decimal]:
    return {leg.account: leg.amount for leg in journal.legs}


def test_j1_the_buy_on_its_trade_date():
    assert legs(journals(MON)[1]) == {
        "Investments at cost": D("190275.00"),
        "Payable for securities purchased": D("-190275.00"),
    }


def test_j4_the_buy_settles_and_j6_the_sale_is_traded():
    settled, sold = journals(TUE)
    assert legs(settled) == {
        "Payable for securities purchased": D("190275.00"),
        "Cash": D("-190275.00"),
    }
    assert legs(sold) == {
        "Receivable for securities sold": D("77988.40"),
        "Investments at cost": D("-76110.00"),
        "Realised gain": D("-1878.40"),
    }


def test_the_trial_balance_of_tuesday():
    assert balances(TUE) == {
        "Cash": D("809725.00"),
        "Investments at cost": D("114165.00"),
        "Receivable for securities sold": D("77988.40"),
        "Capital": D("-1000000.00"),
        "Realised gain": D("-1878.40"),
    }


def test_j9_the_part_of_wednesday():
    assert legs(journals(WED)[0]) == {
        "Cash": D("58491.30"),
        "Receivable for securities sold": D("-58491.30"),
    }
    assert balances(WED)["Cash"] == D("868216.30")
    assert balances(WED)["Receivable for securities sold"] == D("19497.10")


def test_the_rest_settles_on_friday_and_nothing_is_receivable():
    assert balances(FRI) == {
        "Cash": D("887713.40"),
        "Investments at cost": D("114165.00"),
        "Capital": D("-1000000.00"),
        "Realised gain": D("-1878.40"),
    }


def test_the_position_day_by_day():
    days = {on: measures(movements(AAPL), on) for on in (MON, TUE, WED, THU, FRI)}
    rows = {
        on: (m.traded, m.settled, m.pending_receive, m.pending_deliver, m.failed_deliver)
        for on, m in days.items()
    }
    assert rows == {
        MON: (1000, 0, 1000, 0, 0),
        TUE: (600, 1000, 0, 400, 0),
        WED: (600, 700, 0, 100, 100),
        THU: (600, 700, 0, 100, 100),
        FRI: (600, 600, 0, 0, 0),
    }


def test_cash_day_by_day():
    settled = [measures(movements("USD"), on).settled for on in (MON, TUE, WED, FRI)]
    assert settled == [D("1000000.00"), D("809725.00"), D("868216.30"), D("887713.40")]
