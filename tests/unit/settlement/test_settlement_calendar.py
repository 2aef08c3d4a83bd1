"""Settlement dates and cut-offs: every row of the tables of DOMAIN 1.4 and 1.5."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from schemas.calendar import calendars, seed_days
from schemas.static_rows import CutOff
from settlement.calendar import (
    business_days_after,
    business_days_before,
    closed_date,
    cut_off_at,
    next_good_date,
    settlement_date,
    time_left,
)

SEED = calendars(seed_days())


def us_equity(trade_date: date, lag: int = 1, explicit: date | None = None):
    return settlement_date(
        trade_date,
        lag,
        market=SEED["DTC"],
        currencies=[SEED["FED"]],
        venue=SEED["NYSE"],
        explicit=explicit,
    )


@pytest.mark.parametrize(
    ("trade_date", "lag", "settles"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # plain
        (date(2026, 11, 25), 1, date(2026, 11, 27)),  # Thanksgiving between
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # early close
        (date(2026, 10, 9), 1, date(2026, 10, 13)),  # Columbus Day is no settlement day
        (date(2026, 10, 12), 1, date(2026, 10, 13)),  # but a trading day
        (date(2026, 11, 10), 1, date(2026, 11, 12)),  # Veterans Day likewise
        (date(2026, 11, 11), 1, date(2026, 11, 12)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # Christmas Friday
        (date(2024, 5, 24), 2, date(2024, 5, 29)),  # the last T+2
        (date(2024, 5, 28), 1, date(2024, 5, 29)),  # and the first T+1
        (date(2026, 11, 28), 1, date(2026, 12, 1)),  # Saturday rolls to Monday first
        (date(2026, 4, 3), 1, date(2026, 4, 7)),  # Good Friday rolls to Monday first
    ],
)
def test_a_us_equity_settles_on(trade_date: date, lag: int, settles: date):
    assert us_equity(trade_date, lag).on == settles


def test_a_eurobond_counts_christmas_eve_but_not_christmas():
    found = settlement_date(
        date(2026, 12, 23), 2, market=SEED["EUROCLEAR"], currencies=[SEED["TARGET"]]
    )
    assert found.on == date(2026, 12, 28)


@pytest.mark.parametrize(("trade_date", "lag"), [(date(2027, 10, 8), 2), (date(2027, 10, 11), 1)])
def test_the_last_european_t2_and_the_first_t1_settle_together(trade_date: date, lag: int):
    found = settlement_date(
        trade_date, lag, market=SEED["T2S"], currencies=[SEED["TARGET"]], venue=SEED["TARGET"]
    )
    assert found.on == date(2027, 10, 12)


def test_the_currency_must_be_open_on_the_final_date():
    bond_in_dollars_on_good_friday = settlement_date(
        date(2026, 4, 2), 1, market=SEED["EUROCLEAR"], currencies=[SEED["TARGET"], SEED["FED"]]
    )
    assert bond_in_dollars_on_good_friday.on == date(2026, 4, 7)


def test_no_lag_settles_on_the_trade_date_when_it_is_open():
    assert us_equity(date(2026, 11, 23), lag=0).on == date(2026, 11, 23)


def test_an_explicit_date_stands_even_where_the_cycle_says_another():
    found = us_equity(date(2026, 11, 23), explicit=date(2026, 11, 30))
    assert (found.on, found.standard_on) == (date(2026, 11, 30), date(2026, 11, 24))
    assert not found.standard
    assert found.closed is None


def test_an_explicit_closed_date_names_calendar_and_source_and_the_next_good_date():
    found = us_equity(date(2026, 11, 25), explicit=date(2026, 11, 26))
    assert found.on == date(2026, 11, 26)
    assert found.closed is not None
    assert found.closed.next_good == date(2026, 11, 27)
    assert "DTC: Thanksgiving Day (source: holidays" in str(found.closed)


def test_an_explicit_weekend_is_closed_for_being_one():
    found = us_equity(date(2026, 11, 25), explicit=date(2026, 11, 28))
    assert found.closed is not None
    assert "Saturday (source: weekend)" in str(found.closed)
    assert found.closed.next_good == date(2026, 11, 30)


def test_an_explicit_date_before_the_trade_date_is_refused():
    with pytest.raises(ValueError, match="before trade date"):
        us_equity(date(2026, 11, 25), explicit=date(2026, 11, 24))


def test_a_date_beyond_the_loaded_years_is_not_guessed():
    with pytest.raises(LookupError):
        us_equity(date(2028, 12, 29))


def test_business_days_count_both_ways():
    assert business_days_after(date(2026, 11, 25), 1, SEED["DTC"]) == date(2026, 11, 27)
    assert business_days_before(date(2026, 11, 27), 1, SEED["DTC"]) == date(2026, 11, 25)


def test_a_good_date_is_open_in_every_calendar():
    assert next_good_date(date(2026, 10, 12), [SEED["NYSE"]]) == date(2026, 10, 12)
    assert next_good_date(date(2026, 10, 12), [SEED["NYSE"], SEED["FED"]]) == date(2026, 10, 13)
    assert closed_date(date(2026, 10, 13), [SEED["NYSE"], SEED["FED"]]) is None


AFFIRMATION = CutOff(
    owner="DTCYUS33",
    name="affirmation",
    local_time=time(21),
    zone="America/New_York",
    rule="trade_date",
    calendar="DTC",
)


@pytest.mark.parametrize(
    ("trade_date", "instant"),
    [
        (date(2026, 3, 13), datetime(2026, 3, 14, 1, tzinfo=UTC)),  # summer time
        (date(2026, 3, 6), datetime(2026, 3, 7, 2, tzinfo=UTC)),  # winter time
        (date(2026, 10, 30), datetime(2026, 10, 31, 1, tzinfo=UTC)),
        (date(2026, 11, 2), datetime(2026, 11, 3, 2, tzinfo=UTC)),
    ],
)
def test_nine_in_the_evening_in_new_york_is(trade_date: date, instant: datetime):
    assert cut_off_at(AFFIRMATION, trade_date, trade_date, SEED["DTC"]) == instant


@pytest.mark.parametrize(
    ("on", "hours"),
    [(date(2026, 3, 9), 5), (date(2026, 3, 30), 6), (date(2026, 10, 26), 5), (date(2026, 7, 1), 6)],
)
def test_new_york_and_frankfurt_are_five_hours_apart_for_some_weeks(on: date, hours: int):
    frankfurt = AFFIRMATION.model_copy(update={"zone": "Europe/Berlin"})
    here, there = (cut_off_at(c, on, on, SEED["DTC"]) for c in (AFFIRMATION, frankfurt))
    assert here - there == timedelta(hours=hours)


def test_the_countdown_on_the_long_sunday_repeats_no_hour():
    at = cut_off_at(AFFIRMATION, date(2026, 11, 1), date(2026, 11, 2), SEED["DTC"])
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)  # midnight in New York
    left = [time_left(at, start + timedelta(minutes=10 * n)) for n in range(25)]
    assert left[0] == timedelta(hours=22)
    assert {a - b for a, b in pairwise(left)} == {timedelta(minutes=10)}


@pytest.mark.parametrize(
    ("rule", "on"),
    [
        ("trade_date", date(2026, 11, 25)),
        ("settle_date", date(2026, 11, 27)),
        ("day_before_settle_date", date(2026, 11, 25)),
    ],
)
def test_a_cut_off_falls_on_the_business_date_of_its_rule(rule: str, on: date):
    cut_off = AFFIRMATION.model_copy(update={"rule": rule, "local_time": time(12)})
    at = cut_off_at(cut_off, date(2026, 11, 25), date(2026, 11, 27), SEED["DTC"])
    assert at == datetime(on.year, on.month, on.day, 17, tzinfo=UTC)
