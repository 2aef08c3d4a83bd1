"""Settlement dates, good dates and cut-offs: the algorithm of DOMAIN 1.4 and the clocks of 1.5.

Calendars, cycles and cut-offs arrive as values; nothing here knows a holiday or asks the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.calendar import Calendar, Day
from schemas.static_rows import CutOff

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClosedDate:
    """A date asked for that calendars call closed: their reasons and the next date open in all."""

    on: date
    closings: tuple[Day, ...]
    next_good: date

    def __str__(self) -> str:
        reasons = "; ".join(f"{d.calendar}: {d.name} (source: {d.source})" for d in self.closings)
        return f"{self.on} is closed, {reasons}; next good date {self.next_good}"


@dataclass(frozen=True, slots=True)
class SettlementDate:
    """The date that holds, the date the cycle gives, and why the one that holds is questionable."""

    on: date
    standard_on: date
    closed: ClosedDate | None = None

    @property
    def standard(self) -> bool:
        return self.on == self.standard_on


def settlement_date(
    trade_date: date,
    lag: int,
    *,
    market: Calendar,
    currencies: Sequence[Calendar] = (),
    venue: Calendar | None = None,
    explicit: date | None = None,
) -> SettlementDate:
    """When a trade settles: the lag counts days of `market` and ends where all are open."""
    standard_on = _cycle_date(trade_date, lag, market, currencies, venue)
    if explicit is None:
        return SettlementDate(standard_on, standard_on)
    if explicit < trade_date:
        raise ValueError(f"settlement date {explicit} is before trade date {trade_date}")
    return SettlementDate(explicit, standard_on, closed_date(explicit, [market, *currencies]))


def _cycle_date(
    trade_date: date,
    lag: int,
    market: Calendar,
    currencies: Sequence[Calendar],
    venue: Calendar | None,
) -> date:
    start = next_good_date(trade_date, [venue]) if venue is not None else trade_date
    counted = business_days_after(start, lag, market)
    return next_good_date(counted, [market, *currencies])


def next_good_date(on: date, calendars: Iterable[Calendar]) -> date:
    """The first date from `on` that is open in every calendar."""
    together = tuple(calendars)
    while not all(calendar.is_open(on) for calendar in together):
        on += ONE_DAY
    return on


def business_days_after(on: date, count: int, calendar: Calendar) -> date:
    """The date `count` open days after `on`; `on` itself for none."""
    return _step(on, count, calendar, ONE_DAY)


def business_days_before(on: date, count: int, calendar: Calendar) -> date:
    """The date `count` open days before `on`; `on` itself for none."""
    return _step(on, count, calendar, -ONE_DAY)


def _step(on: date, count: int, calendar: Calendar, step: timedelta) -> date:
    while count > 0:
        on += step
        count -= calendar.is_open(on)
    return on


def closed_date(on: date, calendars: Iterable[Calendar]) -> ClosedDate | None:
    """What closes this date and the next good one; None when every calendar is open."""
    together = tuple(calendars)
    closings = tuple(day for day in (c.closing(on) for c in together) if day is not None)
    return ClosedDate(on, closings, next_good_date(on, together)) if closings else None


CUT_OFF_DATES: dict[str, Callable[[date, date, Calendar], date]] = {
    "trade_date": lambda trade_date, settle_date, calendar: trade_date,
    "settle_date": lambda trade_date, settle_date, calendar: settle_date,
    "day_before_settle_date": (
        lambda trade_date, settle_date, calendar: business_days_before(settle_date, 1, calendar)
    ),
}


def cut_off_at(
    cut_off: CutOff, trade_date: date, settle_date: date, calendar: Calendar
) -> datetime:
    """The UTC instant of this cut-off for a trade, converted for the date it falls on."""
    on = CUT_OFF_DATES[cut_off.rule](trade_date, settle_date, calendar)
    local = datetime.combine(on, cut_off.local_time, ZoneInfo(cut_off.zone))
    return local.astimezone(UTC)


def time_left(cut_off: datetime, now: datetime) -> timedelta:
    """Time to go, in UTC so that no hour repeats when clocks go back; negative once past."""
    return cut_off.astimezone(UTC) - now.astimezone(UTC)
