"""Static data as one immutable value: every row, found by key and date."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from schemas.calendar import Calendar, Day, calendars, seed_days
from schemas.static_rows import FILES, AccountRow, CalendarDay, Row

Kept = TypeVar("Kept", bound=Row)
Key = tuple[str, ...]
REMEMBERED_MAX = 10_000


class StoredRow(NamedTuple):
    """A row as the store keeps it; `body` is the row's JSON."""

    kind: str
    key: str
    valid_from: date
    valid_to: date | None
    body: str


@dataclass(frozen=True, slots=True)
class StaticData:
    """All rows, found by key and date; immutable, so that a batch decides on one version of it."""

    rows: tuple[Row, ...]
    calendars: Mapping[str, Calendar]
    _by_key: Mapping[tuple[str, Key], tuple[Row, ...]] = field(repr=False)
    _by_file: Mapping[str, tuple[Row, ...]] = field(repr=False)
    _accounts: Mapping[str, tuple[AccountRow, ...]] = field(repr=False)
    _accounts_on: dict[tuple[str, date], tuple[AccountRow, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )  # answers given before
    # when a row just approved may be used, by table, key and first date
    cooling: Mapping[tuple[str, str, date], datetime] = field(default_factory=dict)
    _rested: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> StaticData:
        """The rows with their indexes; a row replaces an earlier one of its key and valid_from."""
        kept = tuple({(row.file, row.key, row.valid_from): row for row in rows}.values())
        by_key: defaultdict[tuple[str, Key], list[Row]] = defaultdict(list)
        by_file: defaultdict[str, list[Row]] = defaultdict(list)
        accounts: defaultdict[str, list[AccountRow]] = defaultdict(list)
        for row in sorted(kept, key=lambda row: row.valid_from):
            by_key[row.file, row.key].append(row)
            by_file[row.file].append(row)
            if isinstance(row, AccountRow):
                accounts[row.portfolio].append(row)
        return cls(
            kept,
            calendars([*seed_days(), *map(_day, _kept(by_file, CalendarDay))]),
            {key: tuple(found) for key, found in by_key.items()},
            {file: tuple(found) for file, found in by_file.items()},
            {portfolio: tuple(found) for portfolio, found in accounts.items()},
        )

    def at(self, now: datetime) -> StaticData:
        """The same without the rows that may be used by now."""
        if all(until > now for until in self.cooling.values()):
            return self
        left = {row: until for row, until in self.cooling.items() if until > now}
        return replace(self, cooling=left)

    def cooling_until(self, row: Row) -> datetime | None:
        """When this row may be used, where it was approved too short a time ago."""
        if not self.cooling:
            return None
        return self.cooling.get((row.file, "|".join(row.key), row.valid_from))

    def resting(self) -> list[Row]:
        """The rows that were approved too short a time ago to be used."""
        if not self.cooling:
            return []
        files = {file for file, _, _ in self.cooling}
        for file in files - self._rested.keys():
            rows = self._by_file.get(file, ())
            self._rested[file] = tuple(row for row in rows if self.cooling_until(row) is not None)
        kept = (row for file in sorted(files) for row in self._rested[file])
        return [row for row in kept if self.cooling_until(row) is not None]

    @classmethod
    def from_rows(cls, stored: Iterable[StoredRow]) -> StaticData:
        """What `to_rows` gave, read back."""
        return cls.of(FILES[row.kind].model_validate_json(row.body) for row in stored)

    def to_rows(self) -> list[StoredRow]:
        """Every row in the one shape the store keeps."""
        return [stored(row) for row in self.rows]

    def find(self, kind: type[Kept], *key: str, on: date) -> Kept | None:
        """The row of this key that holds on this date."""
        rows = self._by_key.get((kind.file, key))
        if rows is None:
            return None
        row = rows[0]
        if row.valid_from > on:
            return None
        if len(rows) > 1:
            row = rows[bisect_right(rows, on, key=_valid_from) - 1]
        ended = row.valid_to is not None and row.valid_to < on
        return None if ended or not isinstance(row, kind) else row

    def all(self, kind: type[Kept], on: date | None = None) -> list[Kept]:
        """Every row of this kind, or those that hold on a date."""
        rows = _kept(self._by_file, kind)
        if on is None:
            return rows
        return [row for row in rows if self.find(kind, *row.key, on=on) is row]

    def accounts_of(self, portfolio: str, on: date) -> list[AccountRow]:
        """The accounts a portfolio has on this date."""
        found = self._accounts_on.get((portfolio, on))
        if found is None:
            rows = self._accounts.get(portfolio, ())
            found = tuple(row for row in rows if self.find(AccountRow, *row.key, on=on) is row)
            if len(self._accounts_on) >= REMEMBERED_MAX:
                self._accounts_on.clear()
            self._accounts_on[portfolio, on] = found
        return list(found)


def stored(row: Row) -> StoredRow:
    """The row in the one shape the store keeps."""
    key = "|".join(row.key)
    return StoredRow(row.file, key, row.valid_from, row.valid_to, row.model_dump_json())


def _valid_from(row: Row) -> date:
    return row.valid_from


def _kept(rows: Mapping[str, Iterable[Row]], kind: type[Kept]) -> list[Kept]:
    return [row for row in rows.get(kind.file, ()) if isinstance(row, kind)]


def _day(row: CalendarDay) -> Day:
    return Day(row.calendar, row.on, row.kind, row.name, row.source, row.closes_at)
