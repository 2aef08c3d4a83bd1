"""When a due date has failed: at the end of its business day, not before."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gateway.api.books import first_not_late
from gateway.config import Settings

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
MORNING = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 09:00 in New York
EVENING = datetime(2026, 11, 24, 23, 45, tzinfo=UTC)  # 18:45 in New York


@pytest.mark.parametrize(
    ("as_of", "now", "first"),
    [
        (TUESDAY, MORNING, TUESDAY),  # what is due today may still settle
        (TUESDAY, EVENING, WEDNESDAY),  # the day is over
        (MONDAY, MORNING, TUESDAY),  # a day that is over, seen from later
        (WEDNESDAY, MORNING, TUESDAY),  # nothing of a day to come has failed
        (WEDNESDAY, EVENING, WEDNESDAY),
    ],
)
def test_a_due_date_fails_when_its_day_ends(as_of, now, first):
    assert first_not_late(as_of, now, Settings()) == first
