"""The running gateway: pool, lanes, links, memory. Doors call `submit`, `act`, `receive`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from gateway import lau
from gateway.clock import Clock, VirtualClock, business_date, new_id, real_now
from gateway.config import Settings
from gateway.feed import Feed
from gateway.handlers import commands as lane_commands
from gateway.handlers.unit import Ids, Unit, lane_of
from gateway.identity import Client
from gateway.inbound import Arrival, Inbound
from gateway.items import Action, Due, Item, Overloaded, Result, Routed, Submission
from gateway.metrics import Metrics
from gateway.runner import OUTAGES
from gateway.seat import Seat
from gateway.worker import Worker
from schemas.instruction import Instruction, Payment
from schemas.lau import Keys
from schemas.mx.compiler import Schemas
from schemas.problem import Problem, Refused
from schemas.static import StaticData, StoredRow
from schemas.static_rows import COOLED, ChannelProfile, LinkRow
from settlement.findings import portfolio_of
from store import cases, commands, leases, messages, scope, static
from store.cases import Timer
from store.leases import LANES, Held
from store.messages import Settled
from store.rows import Connection
from store.scope import ScopedPool

if TYPE_CHECKING:
    from gateway.links import Link, LinkState
    from gateway.relay import Relay
    from gateway.story import Story

log = structlog.get_logger()


class Core:
    """Everything one gateway process holds. One lane, one holder; one item, one transaction."""

    def __init__(
        self,
        pool: ScopedPool,
        settings: Settings,
        clock: Clock,
        schemas: Schemas,
        holder: str | None = None,
    ) -> None:
        self.pool = pool
        self.settings = settings
        self.clock = clock
        self.schemas = schemas
        self.holder = holder or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.seat = Seat(pool.whole, self.holder)
        self.held = Held(self.holder, {})
        self.metrics = Metrics()
        self.feed = Feed()
        self.ids = Ids()
        self.fresh: dict[int, bytes] = {}
        self.leaving: set[int] = (
            set()
        )  # outbox rows this process began to send, and has not recorded
        self.static = StaticData.of(())
        self.lau = lau.load(settings.lau_keys)
        self.static_version = -1
        self.static_rung: int | None = None  # the version whose news those who wait have heard
        self.workers = [Worker(self, shard) for shard in range(settings.shards)]
        self.inbounds: dict[str, Inbound] = {}
        self.links: dict[str, Link] = {}
        self.relays: dict[str, Relay] = {}
        self.parked_references: set[str] = set()
        self.story: Story | None = None  # told by the demo alone
        self._last_command = 0
        self._commands_in_flight: set[int] = set()

    # doors ----------------------------------------------------------------------------------------

    def admit(self) -> None:
        """Overloaded when new work would wait too long: asked before a request is even read."""
        try:
            for worker in self.workers:
                worker.admit()
        except Overloaded:
            self.metrics.refused()
            raise

    async def submit(
        self, client: Client, items: Sequence[Instruction | Payment], *, by_hand: bool = False
    ) -> list[Result]:
        """Take these in; every result stands for something committed. What is `by_hand` is approved first."""
        now = real_now()
        submissions = [self.submission(client, item, now) for item in items]
        for submission in submissions:
            submission.by_hand = by_hand
        away = [s for s in submissions if s.lane not in self.held]
        if away:
            with scope.seeing(None):  # a reference is unique for everybody
                return await lane_commands.submit_away(self, submissions)
        return await self._wait_for(submissions)

    async def act(self, client: Client, id_: UUID, action: str, body: dict[str, Any]) -> Result:
        """Do what a person asks with one instruction; Refused when its state does not allow it."""
        async with self.pool.acquire() as db:
            lane = await db.fetchval("select lane from instruction where id = $1", id_)
        if lane is None:
            raise Refused(
                "not_found", [Problem("id", "unknown", f"no instruction {id_}", str(id_))]
            )
        item = Action(lane, id_, client, action, body)
        if lane not in self.held:
            with scope.seeing(None):
                return await lane_commands.act_away(self, item)
        return (await self._wait_for([item]))[0]

    async def receive(self, link: str, payload: bytes) -> list[int]:
        """Store an inbound payload that came over HTTP; the ids of its messages."""
        if link not in self.inbounds:
            raise Refused(
                "unknown_link",
                [Problem("link", "unknown", f"one of {', '.join(sorted(self.inbounds))}", link)],
            )

        with scope.seeing(None):
            return await self.inbounds[link].receive([Arrival(payload, answered_by_http)])

    def keys_of(self, link: str) -> Keys | None:
        """The keys this link authenticates with; None where it does not."""
        return lau.of_link(self._link_row(link), self.lau)

    def tolerated_of(self, link: str) -> frozenset[str]:
        """The deviations that messages of this link may have."""
        row = self._link_row(link)
        return row.tolerated if row else frozenset()

    def _link_row(self, link: str) -> LinkRow | None:
        return next((row for row in self.static.all(LinkRow) if row.name == link), None)

    def link_states(self) -> list[LinkState]:
        """What is up, and when it last spoke."""
        return [link.state for link in self.links.values()]

    # lanes ----------------------------------------------------------------------------------------

    def _worker(self, lane: int) -> Worker:
        return self.workers[lane % len(self.workers)]

    def submission(self, client: Client, item: Instruction | Payment, now: datetime) -> Submission:
        """What would be put into a lane for this item."""
        text = item.model_dump_json(exclude_none=True)
        on = item.trade_date if isinstance(item, Instruction) else item.value_date
        portfolio = portfolio_of(item, self.static, on) or ""
        hash_ = hashlib.sha256(text.encode()).digest()
        return Submission(lane_of(portfolio), new_id(now), client, item, text, hash_, portfolio)

    async def _wait_for(self, items: Sequence[Submission | Action]) -> list[Result]:
        loop = asyncio.get_running_loop()
        for item in items:
            item.done = loop.create_future()
        await self.put(items)
        return [await item.done for item in items if item.done is not None]

    async def put(self, items: Sequence[Item]) -> None:
        """Queue for the lanes, in order; those of other holders are left for them."""
        by_worker: dict[Worker, list[Item]] = {}
        away: list[Item] = []
        for item in items:
            if item.lane in self.held:
                by_worker.setdefault(self._worker(item.lane), []).append(item)
            else:
                away.append(item)
        if away:  # first, for it may fail and be tried again: the lanes get theirs once
            await self._leave(away)
        for worker, mine in by_worker.items():
            worker.put(mine)

    async def _leave(self, items: Sequence[Item]) -> None:
        """Another process holds these lanes: the inbox says so, the holder polls."""
        settled = [
            Settled(i.message, "routed", i.lane, i.id, None, None, None, None)
            for i in items
            if isinstance(i, Routed) and i.part == 0
        ]
        async with self.pool.acquire() as db:
            await messages.settle_many(db, settled)
            await db.execute(commands.NOTIFY)
        self.done(items)

    def give_back(self, items: Sequence[Item]) -> None:
        """After a lost lease: stored work stays stored, its next holder finds it."""
        self.done(items)

    async def room(self) -> None:
        """Wait until every lane worker has room: links stop acknowledging, memory stays bounded."""
        for worker in self.workers:
            await worker.room()

    async def idle(self) -> None:
        """Wait until the lanes are empty."""
        while any(len(worker) for worker in self.workers):
            await asyncio.sleep(0.005)

    def committed(self, unit: Unit, batch: Sequence[Item]) -> None:
        """After the commit: wake relays and readers, remember bytes that leave next."""
        if len(self.fresh) < 20_000:
            self.fresh.update((raw.id, raw.body) for raw in unit.raws if raw.link in self.relays)
        for link in {out.link for out in unit.outs}:
            if link in self.relays:
                self.relays[link].wake.set()
        if unit.answered:
            for relay in self.relays.values():
                relay.wake.set()
        now = time.monotonic()
        for item in batch:
            if isinstance(item, Routed):
                self.metrics.latency.observe(now - item.at)
        self.done(batch)
        if unit.events:
            self.feed.wake()

    def done(self, items: Iterable[Item]) -> None:
        """These are out of our hands."""
        for item in items:
            if isinstance(item, Routed) and item.link in self.inbounds:
                self.inbounds[item.link].in_flight.discard(item.message)
            elif (command := getattr(item, "command", None)) is not None:
                self._commands_in_flight.discard(command)

    def parked(self, settled: Sequence[Settled]) -> None:
        """Remember which references are waited for."""
        self.parked_references.update(s.reference for s in settled if s.reference)
        self.feed.wake()

    async def ring_now(self, db: Connection, kind: str, rows: Sequence[Any]) -> None:
        """Leave this for the holders of the lanes, in the caller's transaction: a kill loses nothing."""
        now = self.clock.now()
        await cases.set_timers(db, [Timer(r["lane"], r["instruction"], kind, now) for r in rows])

    # what comes round -----------------------------------------------------------------------------

    async def refresh_static(self, db: Connection) -> None:
        """Have the static data of the version the database is at."""
        version = await static.version(db)
        now = self.clock.now()
        if version != self.static_version:
            rest = timedelta(hours=self.settings.cooling_hours)
            approved = await static.approved_since(db, now - rest) if rest else {}
            self.static = replace(
                StaticData.from_rows(StoredRow(*r) for r in await static.rows(db)),
                cooling={row: at + rest for row, at in approved.items() if row[0] in COOLED},
            )
            self.static_version = version
        self.static = self.static.at(now)

    async def keep_leases(self) -> None:
        """Hold a fair share of the lanes, renewed well before they expire."""
        seconds = self.settings.lease_seconds
        while True:
            try:
                await self.balance()
            except OUTAGES as outage:  # anything else is a bug, and ends the gateway
                log.warning("leases", error=repr(outage))
            await asyncio.sleep(seconds / 5)

    async def balance(self) -> None:
        """Renew, give back what is above our share, take what is free."""
        seconds = self.settings.lease_seconds
        async with self.seat.taken() as db:
            mine = await leases.renew(db, self.holder, seconds)
            alive = await leases.workers(db, seconds * 2)
            share = -(-LANES // max(1, len(alive)))
            if len(mine) > share:
                over = sorted(mine)[share:]
                self._hold({lane: e for lane, e in mine.items() if lane not in over})
                await self.idle()
                await leases.drop(db, self.holder, over)
                mine = {lane: e for lane, e in mine.items() if lane not in over}
            elif len(mine) < share:
                mine |= await leases.take(db, self.holder, seconds, share - len(mine))
        self._hold(mine)

    def _hold(self, epochs: dict[int, int]) -> None:
        if epochs != self.held.epochs:
            for worker in self.workers:
                worker.forget()
            self.held = Held(self.holder, epochs)
            self.static_rung = None

    async def sweep(self) -> None:
        """Work what is due: timers, overdue acknowledgements, parked messages, other processes' work."""
        async with self.pool.acquire() as db:
            await self._commands(db)
            await self._overdue(db)
            await self._timers(db)
            await self._parked(db)
            await self._static(db)
        for inbound in list(self.inbounds.values()):  # links may start meanwhile
            await inbound.recover()

    async def _commands(self, db: Connection) -> None:
        lanes = list(self.held.epochs)
        for row in await commands.waiting(db, lanes, 0, self.settings.batch_cap):
            if row["id"] not in self._commands_in_flight:
                self._commands_in_flight.add(row["id"])
                try:
                    await self.put([lane_commands.read(row)])
                except BaseException:  # for the next sweep
                    self._commands_in_flight.discard(row["id"])
                    raise

    async def _timers(self, db: Connection) -> None:
        now = self.clock.now()
        rows = await cases.peek_timers(db, now, list(self.held.epochs), self.settings.batch_cap)
        await self.put([Due(r["lane"], r["instruction"], r["kind"], r["due_at"]) for r in rows])

    async def _overdue(self, db: Connection) -> None:
        rows = await messages.overdue(db, self._patience(), self.clock.now(), 500)
        if not rows:
            return
        log.warning("ack_overdue", messages=len(rows))
        securities = [r for r in rows if r["securities"]]
        lost = [r for r in rows if not r["securities"]]  # a person or a status decides (DOMAIN 4.7)
        async with db.transaction():
            await messages.send_again(db, [r["id"] for r in securities])
            await messages.fate_unknown(db, [r["id"] for r in lost])
            await self.ring_now(db, "ack_overdue", securities)
            await self.ring_now(db, "fate_unknown", lost)
        for relay in self.relays.values():
            relay.wake.set()

    def _patience(self) -> messages.Patience:
        """What the channel profiles say of each link, else the setting."""
        today = business_date(self.clock.now(), self.settings.business_zone)
        minutes: dict[str, int] = {}
        for channel in self.static.all(ChannelProfile, today):
            if channel.ack_minutes is not None:
                minutes[channel.link] = max(minutes.get(channel.link, 0), channel.ack_minutes)
        return messages.Patience(
            {link: timedelta(minutes=m) for link, m in minutes.items()},
            timedelta(minutes=self.settings.ack_overdue_minutes),
            list(self.held.epochs),
            self.settings.attempts_max,
        )

    async def _parked(self, db: Connection) -> None:
        rows = await messages.expired_parked(db, self.clock.now(), 500)
        if rows:
            await lane_commands.raise_parked(self, db, rows)

    async def _static(self, db: Connection) -> None:
        """Ring for all that may wait for static data, once for each version and for lanes that came."""
        await self.refresh_static(db)
        if self.static_rung == self.static_version:
            return
        self.static_rung = self.static_version
        now = self.clock.now()
        try:
            rows = await db.fetch(cases.WAITING, list(self.held.epochs))
            await self.put([Due(r["lane"], r["id"], "static", now) for r in rows])
        except BaseException:  # for the next sweep
            self.static_rung = None
            raise

    def decided_by(self, version: int) -> None:
        """A commit was decided by this version of static data: if it is old, the bell came too early."""
        if version != self.static_version:
            self.static_rung = None

    async def next_due(self) -> datetime | None:
        """The next business instant at which this gateway has something to do by itself."""
        async with self.pool.acquire() as db:
            timer = await db.fetchval(cases.NEXT_TIMER)
            overdue = await messages.next_overdue(db, self._patience())
            parked = await db.fetchval("select min(retry_at) from inbox where state = 'parked'")
        return min((t for t in (timer, overdue, parked) if t is not None), default=None)

    async def quiet(self) -> bool:
        """Nothing in hand: no queue, no open inbox row, nothing to send."""
        if any(len(w) for w in self.workers) or any(i.in_flight for i in self.inbounds.values()):
            return False
        async with self.pool.acquire() as db:
            return not await db.fetchval(
                "select exists (select from outbox where state in ('queued', 'sending')"
                " and not exists (select from outbox e where e.instruction = outbox.instruction"
                " and e.state in ('queued', 'sending', 'taken') and e.id < outbox.id))"
                " or exists (select from inbox where state in ('new', 'routed'))"
                " or exists (select from command where reason is null)"
                " or exists (select from timer where due_at <= $1)",
                self.clock.now(),
            )

    async def set_clock(self, now: datetime) -> None:
        """Move virtual time; Refused on a real clock or a step back."""
        if not isinstance(self.clock, VirtualClock):
            raise Refused(
                "real_clock", [Problem("now", "clock", "this gateway runs on the real clock")]
            )
        try:
            self.clock.set(now)
        except ValueError as error:
            raise Refused("clock_back", [Problem("now", "clock", str(error), str(now))]) from error
        async with self.pool.acquire() as db:
            await static.set_setting(db, "clock", now.isoformat())
        await self.sweep()


def answered_by_http() -> None:
    """The HTTP answer is the acknowledgement."""
