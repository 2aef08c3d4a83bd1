"""What is found wanting while one instruction or payment is completed: waits and problems.

A Wait keeps the instruction until its row or date arrives; a Problem refuses it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from schemas.calendar import Calendar
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem
from schemas.static import StaticData
from schemas.static_rows import AccountRow, ChannelProfile, CurrencyCalendar, Portfolio, Row
from settlement.calendar import ClosedDate

WaitCode = Literal[
    "instrument_missing",
    "ssi_missing",
    "ssi_cooling",
    "channel_missing",
    "place_missing",
    "cycle_missing",
    "calendar_missing",
    "closed_date",
    "date_passed",
]
# released by two persons; every other wait ends when the static data arrives
RELEASABLE: frozenset[WaitCode] = frozenset({"closed_date", "date_passed"})


@dataclass(frozen=True, slots=True)
class Wait:
    """What an instruction cannot go on without: which row, for which date, or which good date."""

    code: WaitCode
    message: str
    key: str
    on: date
    next_good: date | None = None
    until: datetime | None = None  # a wait that time alone ends


@dataclass(slots=True)
class Findings:
    """Static data on one business date, and what is missing or wrong so far."""

    static: StaticData
    today: date
    released: Collection[str] = ()
    waiting: list[Wait] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wait(
        self, code: WaitCode, message: str, key: str, on: date, next_good: date | None = None
    ) -> None:
        """Keep the instruction until then, unless two persons have released this."""
        if code not in self.released:
            self.waiting.append(Wait(code, message, key, on, next_good))

    def problem(self, path: str, rule: str, message: str, value: str | None = None) -> None:
        """Refuse the instruction for this, among other things."""
        self.problems.append(Problem(path, rule, message, value))

    def wait_for_cooling(self, row: Row) -> None:
        """What says where to settle or pay was approved too short a time ago (DOMAIN 10.2)."""
        until = self.static.cooling_until(row)
        if until is None or any(wait.until == until for wait in self.waiting):
            return
        what = "account" if isinstance(row, AccountRow) else "standing instruction"
        name = " ".join(part for part in row.key if part)
        message = (
            f"the {what} {name} has just been changed; it is used from {until:%Y-%m-%d %H:%M} UTC"
        )
        self.waiting.append(Wait("ssi_cooling", message, name, until.date(), until=until))

    def wait_for_calendar(self, error: LookupError, on: date) -> None:
        """A calendar is not loaded, or not for that year."""
        self.wait("calendar_missing", str(error), "", on)

    def wait_for_open(self, closed: ClosedDate | None) -> None:
        """A date is closed, as its calendars and their sources say."""
        if closed is not None:
            names = ",".join(day.calendar for day in closed.closings)
            self.wait("closed_date", str(closed), names, closed.on, closed.next_good)

    def portfolio(self, portfolio: str | None) -> str | None:
        """The portfolio if there is one of this name today."""
        if portfolio is None:
            self.problem("portfolio", "portfolio_missing", "no portfolio, and no account names one")
        elif self.static.find(Portfolio, portfolio, on=self.today) is None:
            self.problem("portfolio", "unknown_portfolio", "no such portfolio today", portfolio)
            return None
        return portfolio

    def channel(self, servicer: str) -> ChannelProfile | None:
        """How we speak with this servicer today."""
        channel = self.static.find(ChannelProfile, servicer, on=self.today)
        if channel is None:
            message = f"no channel profile for {servicer} on {self.today}"
            self.wait("channel_missing", message, servicer, self.today)
        return channel

    def calendar(self, name: str) -> Calendar:
        """The calendar of this name; LookupError when it is not loaded."""
        try:
            return self.static.calendars[name]
        except KeyError:
            raise LookupError(f"calendar {name} is not loaded") from None

    def currency_calendar(self, currency: str, on: date) -> Calendar:
        """The calendar that says when the currency is paid; LookupError when none does."""
        row = self.static.find(CurrencyCalendar, currency, on=on)
        if row is None:
            raise LookupError(f"no calendar says when {currency} is paid")
        return self.calendar(row.calendar)


def portfolio_of(given: Instruction | Payment, static: StaticData, on: date) -> str | None:
    """The portfolio named, or the one that owns the account named; None when that is not one."""
    if given.portfolio is not None:
        return given.portfolio
    column = "cash_account" if isinstance(given, Payment) else "safekeeping_account"
    account = getattr(given, column)
    if account is None:
        return None
    rows = static.all(AccountRow, on)
    owners = {row.portfolio for row in rows if getattr(row, column) == account}
    return owners.pop() if len(owners) == 1 else None


def absent(given: Instruction | Payment, filled: dict[str, Any]) -> dict[str, Any]:
    """Of what was filled in, only what was not given: the user's own word wins."""
    return {
        name: value
        for name, value in filled.items()
        if value is not None and getattr(given, name) is None
    }
