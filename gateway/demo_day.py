"""The demo's driver: it owns time, plays the stream, and the desk people who mend what went wrong.

It moves time only when all is quiet: nothing in hand here, and every simulator has received what we
sent and we have what it sent. People and upstream systems act through HTTP like anyone.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog

from gateway import app as wiring
from gateway.demo_orders import PREFIX
from gateway.demo_stream import OPEN, Trade
from gateway.demo_world import LATE_SSI
from gateway.mqtt import Mqtt
from gateway.runner import OUTAGES
from gateway.simulate import SIMULATORS

log = structlog.get_logger()
STEP = timedelta(seconds=30)
QUIET_SECONDS = 60
AGAIN_SECONDS = 5  # without rest, until the time is said once more
Processes = list[asyncio.subprocess.Process]
T = TypeVar("T")


class Door:
    """HTTP as its users use it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, keys: dict[str, str]) -> None:
        self.session = session
        self.url = url
        self.keys = keys

    async def get(self, who: str, path: str, **query: str) -> Any:
        """What a GET answers."""
        async with self.session.get(self.url + path, params=query, headers=self._headers(who)) as r:
            return await r.json(content_type=None)

    async def content(self, who: str, path: str) -> dict[str, str]:
        """What approving the instruction at this path says: the content that was looked at."""
        return {"content": (await self.get(who, path))["content"]}

    async def post(self, who: str, path: str, body: Any, turn: str = "") -> tuple[int, Any]:
        """Status and answer of a POST; 503 is waited out. Said again in another `turn`, it is meant anew."""
        while True:
            headers = self._headers(who)
            if "/v1/instructions" not in path or path.count("/") > 2:
                headers["Idempotency-Key"] = f"demo-{who}-{path}-{hash_of(body)}{turn}"
            async with self.session.post(self.url + path, json=body, headers=headers) as r:
                if r.status != 503:
                    return r.status, await r.json(content_type=None)
                await asyncio.sleep(float(r.headers.get("Retry-After", "1")))

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"}


def hash_of(body: Any) -> str:
    """A short name for a body."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


class Day:
    """The driver: clock, stream, and the desk people who mend what went wrong."""

    def __init__(
        self,
        up: wiring.Running,
        door: Door,
        mqtt: Mqtt,
        seed: int,
        simulators: Processes,
        spawn: Callable[[], Awaitable[Processes]] | None = None,
    ) -> None:
        self.up = up
        self.spawn = spawn  # again, when they die; without it their end is the demo's
        self.simulators = simulators
        self.core = up.core
        self.door = door
        self.mqtt = mqtt
        self.seed = seed
        self.tick = 0  # the last that went out
        self.ticks = 0
        self.ending = False  # the step in hand is the last
        self.reports: dict[str, dict[str, Any]] = {}
        self.waiting: list[Trade] = []
        self.mended: set[str] = set()
        self.problems: list[str] = []
        self.accepted: set[str] = set()  # references upstream was told were taken

    async def subscribe(self) -> None:
        """Ask for the reports before the first tick goes out: they are not retained."""
        for name in SIMULATORS:
            await self.mqtt.subscribe(f"finality/simulators/{name}/report")

    async def listen(self) -> None:
        """Keep the last report of each simulator."""
        async for batch in self.mqtt.batches():
            for delivery in batch:
                report = json.loads(delivery.payload)
                self.reports[report["name"]] = report
                delivery.ack()

    async def set_clock(self, now: datetime) -> None:
        """Move time for everyone."""
        await self.core.set_clock(now)
        await self._say(now)

    async def _say(self, now: datetime) -> None:
        """Tell the simulators what time it is; a tick that did not go out is waited for by nobody."""
        self.ticks += 1
        tick = self.ticks
        payload = json.dumps({"now": now.isoformat(), "tick": tick}).encode()
        await self.mqtt.publish("finality/clock", payload, retain=True)
        self.tick = tick

    async def quiet(self) -> None:
        """Wait until nobody has anything in hand; RuntimeError names who has not moved for so long."""
        began = said_at = time.monotonic()
        calm, last = 0, ""
        while calm < 2:
            now = time.monotonic()
            again = now > said_at + AGAIN_SECONDS
            said_at = now if again else said_at
            why = await self._unrest(again)
            calm = 0 if why else calm + 1
            if why != last:
                began, last = now, why
            if why and now > began + QUIET_SECONDS:
                raise RuntimeError(f"not quiet after {QUIET_SECONDS} s: {why}")
            await asyncio.sleep(0.004 if why else 0.001)

    async def _unrest(self, again: bool) -> str:
        try:
            why = await self._in_hand()
            if why and again:  # a subscription in the making may have missed the tick or its report
                await self._say(self.core.clock.now())
            return why
        except OUTAGES as outage:
            return f"{outage!r}"

    async def _in_hand(self) -> str:
        if any(process.returncode is not None for process in self.simulators):
            await self._revive()
        late = [n for n in SIMULATORS if (self.reports.get(n, {}).get("tick") or 0) < self.tick]
        if late:
            return f"the time is not known to {', '.join(late)}"
        if not await self.core.quiet():
            return "work in hand in the gateway"
        async with self.core.pool.acquire() as db:
            ours_in = dict(
                await db.fetch(
                    "select link, count(*) from inbox where id not in (select message from repair)"
                    " group by link"
                )
            )
            ours_out = dict(await db.fetch("select link, sum(attempt) from outbox group by link"))
        network = self.reports["swift"]
        for link in ("swift", "swiftnet"):
            if int(ours_out.get(link) or 0) > network["received"].get(link, 0):
                return f"{link}: the network has not received all we sent"
            if network["sent"].get(link, 0) > ours_in.get(link, 0):
                return f"{link}: we have not received all it sent"
        for name in ("custodian", "bank"):
            theirs = self.reports[name]
            for topic, count in theirs["received"].items():
                if network["sent"].get(topic, 0) != count:
                    return f"{topic}: on its way to {name}"
            for topic, count in theirs["sent"].items():
                if network["received"].get(topic, 0) != count:
                    return f"{topic}: on its way from {name}"
        return ""

    async def _revive(self) -> None:
        """Start the simulators again: each replays its journal, and reports anew."""
        if self.spawn is None:
            raise RuntimeError(f"a simulator ended; see {self.core.settings.data / 'simulators'}")
        log.warning("died, restarting", service="simulators")
        self.simulators[:] = await self.spawn()
        self.reports.clear()

    async def run(self, until: datetime, progress: Any = None, pace_seconds: float = 0.0) -> None:
        """Play until this business instant, or to the end of a step once `ending` is set."""
        await self.quiet()
        while self.core.clock.now() < until and not self.ending:
            await self.through(partial(self._step, until, progress, pace_seconds))

    async def through(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do this, and after an outage once more: references and keys know what was done already."""
        while True:
            try:
                return await work()
            except OUTAGES as outage:
                log.warning("the demo waits", error=repr(outage))
                await self.quiet()

    async def _step(self, until: datetime, progress: Any, pace_seconds: float) -> None:
        await self._act()
        await self.quiet()
        next_at = await self._next(until)
        if pace_seconds:
            await asyncio.sleep(pace_seconds)
        await self.set_clock(next_at)
        await self.quiet()
        if progress is not None:
            await progress()

    async def _next(self, until: datetime) -> datetime:
        """The next instant at which anyone has something to do, on the grid of steps."""
        now = self.core.clock.now()
        dues = [
            datetime.fromisoformat(r["next_due"])
            for r in self.reports.values()
            if r.get("next_due")
        ]
        if (own := await self.core.next_due()) is not None:
            dues.append(own)
        if self.waiting:
            dues.append(self.waiting[0].at)
        due = min((d for d in dues if d > now), default=until)
        steps = -(-(due - OPEN) // STEP)
        return min(max(OPEN + steps * STEP, now + STEP), until)

    async def _act(self) -> None:
        """What upstream and the desk do at this instant."""
        now = self.core.clock.now()
        due = [t for t in self.waiting if t.at <= now]
        by_door: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for t in due:
            by_door.setdefault((t.who, t.kind), []).append(t.body)
        for (who, kind), bodies in by_door.items():
            for start in range(0, len(bodies), 200):
                status, said = await self.door.post(who, f"/v1/{kind}", bodies[start : start + 200])
                if status != 200:
                    raise RuntimeError(f"upstream was answered {status}: {said}")
                self.note(said["results"])
        self.waiting = self.waiting[len(due) :]
        await self._mend(now)

    def note(self, results: list[Any]) -> None:
        """Remember what was taken, and what was refused."""
        self.problems += [str(r) for r in results if r["outcome"] == "refused"]
        self.accepted |= {r["reference"] for r in results if r["outcome"] != "refused"}

    async def _mend(self, now: datetime) -> None:
        """The desk: approve, repair what was refused, amend what does not match, cancel what was wrong."""
        for state, mend in (
            ("draft,approved", self._approve),
            ("network_nak", self._repair),
            ("unmatched", self._amend),
            ("matched,pending,accepted,failing", self._cancel),
        ):
            for row in await self._rows(state):
                await mend(row, now)

    async def _rows(self, states: str) -> list[Any]:
        async with self.core.pool.acquire() as db:
            return list(
                await db.fetch(
                    "select c.*, i.body, i.maker from condition c join instruction i using (lane, id)"
                    " where c.state = any($1::text[])"
                    " and (c.state in ('draft', 'approved', 'network_nak', 'unmatched')"
                    " or i.body like '%\"CANCEL%')"
                    " and not starts_with(c.reference, $2)"  # the story's own people do that
                    " order by c.reference",
                    states.split(","),
                    PREFIX,
                )
            )

    async def _person(self, who: str, path: str, body: Any) -> None:
        """A person acts; an answer of no is kept for the report, but for a state that moved on (409)."""
        status, said = await self.door.post(who, path, body)
        if status not in (200, 201, 409):
            self.problems.append(f"{who} {path}: {status} {said}")

    async def _static(self, files: dict[str, str]) -> None:
        """One person brings static data, another approves what moves money."""
        status, said = await self.door.post("admin", "/v1/static", files)
        if status != 200:
            self.problems.append(f"admin /v1/static: {status} {said}")
        elif said["proposal"] is not None:
            path = f"/v1/proposals/{said['proposal']}/approve"
            await self._person("ben", path, {"hash": said["hash"]})

    async def _once(self, key: str) -> bool:
        fresh = key not in self.mended
        self.mended.add(key)
        return fresh

    async def _approve(self, row: Any, now: datetime) -> None:
        if "ssi_missing" in row["flags"] and now - row["since"] > timedelta(minutes=30):
            if await self._once("ssi"):
                await self._static({"counterparty_ssi.csv": LATE_SSI})
            return
        if (
            row["waits_for"]
            and "approval" in row["waits_for"]
            and await self._once(f"approve {row['id']}")
        ):
            path = f"/v1/instructions/{row['id']}"
            await self._person("ben", f"{path}/approve", await self.door.content("ben", path))

    async def _repair(self, row: Any, now: datetime) -> None:
        if row["kind"] == "securities" and await self._once(f"repair {row['id']} {row['version']}"):
            await self._person(
                "anna", f"/v1/instructions/{row['id']}/repair", {"sell": None, "buyr": None}
            )

    async def _amend(self, row: Any, now: datetime) -> None:
        if row["reason"] not in ("DQUA", "DMON") or now - row["since"] < timedelta(minutes=20):
            return
        if not await self._once(f"amend {row['id']}"):
            return
        body = json.loads(row["body"])
        price = Decimal(body["price"]["value"])
        quantity = Decimal(body["quantity"]["value"]) - 10
        deal = (price * quantity).quantize(Decimal("0.01"))
        fee = Decimal(body["commission"]["value"])
        net = deal + fee if body["direction"] == "RECE" else deal - fee
        currency = body["settlement_amount"]["currency"]
        await self._person(
            "anna",
            f"/v1/instructions/{row['id']}/amend",
            {
                "quantity": {"type": "UNIT", "value": str(quantity)},
                "deal_amount": {"currency": currency, "value": str(deal)},
                "settlement_amount": {"currency": currency, "value": str(net)},
            },
        )

    async def _cancel(self, row: Any, now: datetime) -> None:
        trade = json.loads(row["body"]).get("trade_id", "")
        race = trade.startswith("CANCELR")
        wanted = trade.startswith("CANCEL")
        late = row["settle_on"] is not None and now.date() >= row["settle_on"] and now.hour >= 14
        if wanted and (late if race else True) and await self._once(f"cancel {row['id']}"):
            await self._person(
                "anna", f"/v1/instructions/{row['id']}/cancel", {"reason": "dealt in error"}
            )
