"""A calendar as a value: which days a market, a depository or a currency is open. No rules here.

The seed table is schemas/codes/calendars.csv; rows of the operator's own win over it (DOMAIN 1.3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Literal

from schemas import codes

WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Day:
    """One date of one calendar that is not an ordinary day, and who says so."""

    calendar: str
    on: date
    kind: Literal["closed", "early", "open"]  # open takes back a closing or opens a weekend day
    name: str
    source: str
    closes_at: time | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open days of the years that have rows; any other year is a LookupError, never a guess."""

    name: str
    days: Mapping[date, Day]
    years: frozenset[int]
    weekend: frozenset[int] = WEEKEND

    def is_open(self, on: date) -> bool:
        """Whether the calendar is open on this date, early closes included."""
        return self.closing(on) is None

    def closing(self, on: date) -> Day | None:
        """Why the calendar is closed on this date; None when it is open."""
        if on.year not in self.years:
            loaded = ", ".join(str(year) for year in sorted(self.years))
            raise LookupError(f"calendar {self.name} is loaded for {loaded}, not for {on}")
        day = self.days.get(on)
        if day is not None:
            return day if day.kind == "closed" else None
        if on.weekday() in self.weekend:
            return Day(self.name, on, "closed", f"{on:%A}", "weekend")
        return None

    def closes_early_at(self, on: date) -> time | None:
        """The local time of an early close."""
        day = self.days.get(on)
        return day.closes_at if day is not None and day.kind == "early" else None


def calendars(days: Iterable[Day]) -> dict[str, Calendar]:
    """Calendars by name; of two days with the same date the later in the iterable wins."""
    grouped: defaultdict[str, dict[date, Day]] = defaultdict(dict)
    for day in days:
        grouped[day.calendar][day.on] = day
    return {
        name: Calendar(name, found, frozenset(on.year for on in found))
        for name, found in grouped.items()
    }


@cache
def seed_days() -> tuple[Day, ...]:
    """The days of the packaged seed table."""
    return tuple(
        Day(
            calendar=row["calendar"],
            on=date.fromisoformat(row["on"]),
            kind="early" if row["kind"] == "early" else "closed",
            name=row["name"],
            source=row["source"],
            closes_at=time.fromisoformat(row["closes_at"]) if row["closes_at"] else None,
        )
        for row in codes.rows("calendars")
    )
