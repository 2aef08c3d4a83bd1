"""When places of settlement work: zones, holidays, cycles, cut-offs, as data to be configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Window = tuple[time, time]
BATCH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """One place of settlement in its own local time."""

    zone: ZoneInfo
    night: Window
    day: Window
    night_share: float  # of instructions matched in time that settle in the night cycle
    advance: time  # contractual cash moves from here
    cut_off: time
    holidays: frozenset[date]

    def is_open(self, day: date) -> bool:
        """Whether the place settles on this date."""
        return day.weekday() < 5 and day not in self.holidays

    def next_open(self, day: date) -> date:
        """This date or the next on which the place settles."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, days: int) -> date:
        """So many settlement days later."""
        for _ in range(days):
            day = self.next_open(day + timedelta(days=1))
        return day

    def today(self, at: datetime) -> date:
        """The local date."""
        return at.astimezone(self.zone).date()

    def at(self, day: date, local: time) -> datetime:
        """The instant of this local time."""
        return datetime.combine(day, local, self.zone).astimezone(UTC)

    def within(self, day: date, window: Window, share: float) -> datetime:
        """The instant so far into a window: places settle in batches, so on the batch's minute."""
        start, end = self.at(day, window[0]), self.at(day, window[1])
        batches = (end - start) // BATCH
        return start + BATCH * int(batches * share)

    def settles_at(self, day: date, not_before: datetime, night: float, share: float) -> datetime:
        """When what is due on `day` settles: in a cycle of that day, or the next that is left."""
        day = self.next_open(max(day, self.today(not_before)))
        chosen = self.night if night < self.night_share else self.day
        for window in (chosen, self.day):
            found = self.within(day, window, share)
            if found >= not_before:
                return found
        if not_before <= self.at(day, self.cut_off):
            return not_before
        return self.within(self.after(day, 1), self.day, share)


def _dates(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


_US = _dates(
    "2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-19",
    "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
    "2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26", "2027-05-31", "2027-06-18",
    "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24",
)  # fmt: skip
_TARGET = _dates(
    "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2027-01-01",
    "2027-03-26", "2027-03-29",
)  # fmt: skip
PLACES = {
    "DTC": Place(
        ZoneInfo("America/New_York"), (time(0, 15), time(1, 30)), (time(9), time(15)), 0.6, time(8),
        time(15, 10), _US,
    ),
    "T2S": Place(
        ZoneInfo("Europe/Berlin"), (time(0, 5), time(3)), (time(7), time(15, 45)), 0.6, time(7, 30),
        time(16), _TARGET,
    ),
}  # fmt: skip


def _window(texts: list[str]) -> Window:
    return time.fromisoformat(texts[0]), time.fromisoformat(texts[1])


def places(changes: Mapping[str, Any]) -> dict[str, Place]:
    """The places, with what the configuration says of them: a new one needs every field."""
    known = dict(PLACES)
    for name, change in changes.items():
        old = known.get(name)
        known[name] = Place(
            ZoneInfo(change["zone"]) if old is None or "zone" in change else old.zone,
            _window(change["night"]) if old is None or "night" in change else old.night,
            _window(change["day"]) if old is None or "day" in change else old.day,
            change["night_share"] if old is None or "night_share" in change else old.night_share,
            time.fromisoformat(change["advance"])
            if old is None or "advance" in change
            else old.advance,
            time.fromisoformat(change["cut_off"])
            if old is None or "cut_off" in change
            else old.cut_off,
            _dates(*change["holidays"]) if old is None or "holidays" in change else old.holidays,
        )
    return known
