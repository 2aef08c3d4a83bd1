"""The seed calendar table against the library it is made from, and facts of 2026 (DOMAIN 1.3)."""

from __future__ import annotations

from datetime import date, time

import calendar_seed
import pytest

from schemas import codes
from schemas.calendar import Day, calendars, seed_days

SEED = calendars(seed_days())


def test_the_packaged_table_is_what_the_library_says():
    packaged = [tuple(row.values()) for row in codes.rows("calendars")]
    assert packaged == calendar_seed.table()


@pytest.mark.parametrize(
    ("name", "open_on"),
    [
        ("NYSE", date(2026, 10, 12)),
        ("NYSE", date(2026, 11, 11)),
        ("NYSE", date(2026, 11, 27)),
        ("DTC", date(2026, 11, 27)),
        ("FED", date(2026, 4, 3)),
        ("FED", date(2026, 7, 3)),
        ("TARGET", date(2026, 11, 26)),
        ("TARGET", date(2026, 12, 24)),
        ("T2S", date(2026, 10, 5)),
        ("EUROCLEAR", date(2026, 4, 3)),
        ("SIFMA", date(2025, 1, 9)),
    ],
)
def test_a_calendar_is_open_where_another_is_closed(name: str, open_on: date):
    assert SEED[name].is_open(open_on)


@pytest.mark.parametrize(
    ("name", "closed_on"),
    [
        ("NYSE", date(2026, 4, 3)),
        ("NYSE", date(2026, 7, 3)),
        ("DTC", date(2026, 10, 12)),
        ("DTC", date(2026, 11, 11)),
        ("DTC", date(2026, 4, 3)),
        ("DTC", date(2026, 7, 3)),
        ("SIFMA", date(2026, 10, 12)),
        ("FED", date(2026, 11, 11)),
        ("TARGET", date(2026, 5, 1)),
        ("TARGET", date(2026, 4, 6)),
        ("T2S", date(2026, 12, 25)),
        ("EUROCLEAR", date(2026, 12, 25)),
        ("LSE", date(2026, 12, 28)),
        ("DTC", date(2026, 11, 28)),
    ],
)
def test_a_calendar_is_closed_on_its_own_days(name: str, closed_on: date):
    assert not SEED[name].is_open(closed_on)


def test_an_early_close_has_its_local_time():
    assert SEED["NYSE"].closes_early_at(date(2026, 11, 27)) == time(13)
    assert SEED["NYSE"].closes_early_at(date(2026, 11, 30)) is None


def test_a_year_without_rows_is_not_guessed():
    with pytest.raises(LookupError, match="DTC is loaded for 2024, 2025"):
        SEED["DTC"].is_open(date(2031, 1, 2))


def test_a_later_row_opens_a_day_the_seed_closes():
    day = date(2026, 4, 3)
    opened = Day("DTC", day, "open", "Good Friday", "depository schedule")
    assert calendars([*seed_days(), opened])["DTC"].is_open(day)


def test_a_later_row_may_open_a_saturday():
    saturday = date(2026, 11, 28)
    opened = Day("DTC", saturday, "open", "migration weekend", "notice 12")
    assert calendars([*seed_days(), opened])["DTC"].is_open(saturday)
