"""The measures of a holding, day by day (DOMAIN 7.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.positions import Movement, measures, projected

D = Decimal
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def moved(side: str, measure: str, delta: int, on: date, due: date = TUE) -> Movement:
    return Movement("ALPHA", "SAFE1", "US0378331005", side, measure, D(delta), on, due)  # type: ignore[arg-type]


BOUGHT = moved("R", "traded", 1000, MON)
SOLD = moved("D", "traded", 400, MON, WED)


def test_what_is_traded_and_not_settled_is_pending_on_its_side():
    found = measures([BOUGHT, SOLD], MON)
    assert (found.traded, found.settled) == (600, 0)
    assert (found.pending_receive, found.pending_deliver) == (1000, 400)


def test_a_later_movement_is_not_there_yet():
    assert measures([BOUGHT, moved("R", "settled", 1000, TUE)], MON).settled == 0


def test_pending_on_its_due_date_has_failed_once_the_day_ended():
    assert measures([BOUGHT], TUE, day_ended=False).failed_receive == 0
    assert measures([BOUGHT], TUE).failed_receive == 1000
    assert measures([BOUGHT], WED, day_ended=False).failed_receive == 1000


def test_only_what_is_still_open_has_failed():
    assert measures([BOUGHT, moved("R", "settled", 600, TUE)], TUE).failed_receive == 400


def test_projected_takes_what_is_due_by_then():
    movements = [BOUGHT, SOLD]
    assert (projected(movements, MON, TUE), projected(movements, MON, WED)) == (1000, 600)


def test_pending_deliveries_are_not_available():
    settled = moved("R", "settled", 1000, TUE)
    assert measures([BOUGHT, settled, SOLD], TUE).available == 600
    assert measures([BOUGHT, settled, SOLD], TUE, reserved=D(0)).available == 1000
