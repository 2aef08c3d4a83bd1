"""What every page shows at its top: environment, clocks, links, counts. Read once for all."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, TypeVar
from zoneinfo import ZoneInfo

from gateway.alarms import sounds
from gateway.clock import business_date
from gateway.desk import words
from schemas.static import StaticData
from schemas.static_rows import Instrument, PartyRow, Place
from store import alarms, desk, scope
from store.scope import Scope

if TYPE_CHECKING:
    from gateway.core import Core

ZONES = (("ET", "America/New_York"), ("CET", "Europe/Paris"), ("UTC", "UTC"))
FRESH_SECONDS = 1.0
COST_SHARE = 20  # reading the counts takes at most one part in this of the time
CHOICES_SECONDS = 30.0
SCOPES_MAX = 100
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link as the strip shows it."""

    name: str
    up: bool
    format: str
    last_in: str
    last_out: str
    queued: int
    oldest: str
    detail: str


@dataclass(frozen=True, slots=True)
class Board:
    """The top of every page at one moment."""

    environment: str
    now: datetime
    virtual: bool
    zone: str
    today: date
    names: dict[str, str]  # of firms, by BIC; head offices in eight
    tickers: dict[str, str]  # by ISIN
    clocks: tuple[tuple[str, str, str], ...]  # label, zone, hh:mm:ss
    links: tuple[LinkLine, ...]
    tabs: dict[str, int]
    states: dict[str, int]
    exceptions: int
    parked: int
    alarms: int  # that sound
    alarm_tone: Literal["late", "near", "plain"]  # of the worst of them


class Boards:
    """Reads the board at most once a second, however many pages and screens want it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._lock = asyncio.Lock()
        self._choosing = asyncio.Lock()
        # by what the reader may see
        self._boards: dict[Scope | None, tuple[Board, float]] = {}
        self._choices: dict[Scope | None, tuple[dict[str, list[str]], float]] = {}
        self._names: dict[str, str] = {}
        self._tickers: dict[str, str] = {}
        self._names_of: StaticData | None = None

    async def now(self) -> Board:
        """The board, a second old at most (more where reading it is dear)."""
        mine = scope.current()
        async with self._lock:
            board, until = self._boards.get(mine, (None, 0.0))
            if board is None or time.monotonic() >= until:
                started = time.monotonic()
                board = await self._read()
                ended = time.monotonic()
                fresh = max(FRESH_SECONDS, COST_SHARE * (ended - started))
                _keep(self._boards, mine, (board, ended + fresh))
        return board

    def forget(self) -> None:
        """Read anew next time: this process just changed something."""
        self._boards.clear()

    async def choices(self) -> dict[str, list[str]]:
        """The values the filters offer, half a minute old at most; one reads them for all."""
        mine = scope.current()
        async with self._choosing:
            choices, until = self._choices.get(mine, ({}, 0.0))
            if time.monotonic() >= until:
                async with self.core.pool.acquire() as db:
                    choices = await desk.choices(db)
                _keep(self._choices, mine, (choices, time.monotonic() + CHOICES_SECONDS))
        return choices

    def _read_names(self) -> None:
        static = self.core.static
        if static is not self._names_of:
            firms = {row.bic.removesuffix("XXX"): row.name for row in static.all(PartyRow)}
            self._names = firms | {
                row.bic.removesuffix("XXX"): row.name for row in static.all(Place)
            }
            self._tickers = {row.isin: row.ticker for row in static.all(Instrument) if row.ticker}
            self._names_of = static

    async def _read(self) -> Board:
        now = self.core.clock.now()
        today = business_date(now, self.core.settings.business_zone)
        async with self.core.pool.acquire() as db:
            tabs = await desk.tab_counts(db, today)
            states = await desk.state_counts(db)
            exceptions, parked = await desk.queue_counts(db)
            queues = await desk.queues(db)
            standing = await alarms.standing(db)
        loud = [row["red"] for row in standing if sounds(row, now)]
        tabs["all"] = sum(states.values())
        self._read_names()
        return Board(
            environment=self.core.settings.environment,
            now=now,
            virtual=self.core.clock.virtual,
            zone=self.core.settings.business_zone,
            today=today,
            names=self._names,
            tickers=self._tickers,
            clocks=tuple(
                (label, zone, f"{now.astimezone(ZoneInfo(zone)):%H:%M:%S}") for label, zone in ZONES
            ),
            links=tuple(
                LinkLine(
                    name=state.name,
                    up=state.up,
                    format=state.format,
                    last_in=_ago(state.last_in_at, now),
                    last_out=_ago(state.last_out_at, now),
                    queued=queues[state.name]["queued"] if state.name in queues else 0,
                    oldest=_ago(queues[state.name]["oldest_at"], now)
                    if state.name in queues
                    else "",
                    detail=state.detail,
                )
                for state in self.core.link_states()
            ),
            tabs=tabs,
            states=states,
            exceptions=exceptions,
            parked=parked,
            alarms=len(loud),
            alarm_tone="late" if any(loud) else "near" if loud else "plain",
        )


def _keep(kept: dict[Scope | None, Kept], mine: Scope | None, new: Kept) -> None:
    if len(kept) >= SCOPES_MAX:
        kept.clear()
    kept[mine] = new


def _ago(at: datetime | None, now: datetime) -> str:
    return words.span(now - at) if at else ""
