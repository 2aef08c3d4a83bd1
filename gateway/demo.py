"""`finality demo`: everything on this machine, a virtual clock, and a stream of trades with its mishaps.

The driver owns time. It moves it only when all is quiet: nothing in hand here, and every simulator has
received what we sent and we have what it sent. People and upstream systems act through HTTP like anyone.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
import time
import webbrowser
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiohttp

from gateway import app as wiring
from gateway import identity
from gateway import verify as audit
from gateway.clock import VirtualClock, real_now
from gateway.config import Settings, data_folder
from gateway.demo_stream import OPEN, SCRIPTS, STOCKS, Holdings, Trade, payments, trades
from gateway.desk.login import one_time_link
from gateway.handlers import importing
from gateway.mqtt import Mqtt
from schemas.static_rows import OpeningPosition
from settlement.calendar import business_days_after
from store import events
from store.account import temporary_data

SIMULATORS = ("swift", "custodian", "bank")
PORTFOLIOS: dict[str, tuple[str, ...]] = {
    "US": ("AGE-CORE", "AGE-GROWTH", "AAE-CORE", "AAE-VALUE", "ABI-EQUITY"),
    "T2S": ("AGE-CORE", "AGE-GROWTH", "AAE-CORE", "AAE-VALUE", "ABI-EQUITY"),
}
PEOPLE = {
    "upstream": ("order management", ["maker", "viewer"]),
    "treasury": ("treasury system", ["maker", "viewer"]),
    "anna": ("anna", ["maker", "viewer"]),
    "ben": ("ben", ["checker", "viewer"]),
    "custody": ("custody link", ["link"]),
    "admin": ("carla", ["admin"]),
}
STEP = timedelta(seconds=30)
FINAL = frozenset({"settled", "cancelled", "rejected", "part_settled_rest_cancelled"})
LATE_SSI = (
    "counterparty,market,asset_class,agent,agent_account,account,pset,valid_from,valid_to\n"
    "NORDDE30,US,equity,DTCY/ID/00009644,,,,2024-01-01,\n"
)
NOT_BUILT = ("breaks_planted", "breaks_found", "nav")


def demo_files() -> dict[str, bytes]:
    """The demo's static data: a folder of CSV files like anyone's."""
    folder = files("gateway") / "demo_data"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".csv")}


def table(name: str) -> list[dict[str, str]]:
    """One of its tables as text."""
    return list(csv.DictReader(io.StringIO(demo_files()[f"{name}.csv"].decode())))


def simulator_config(at_once: bool = False) -> dict[str, Any]:
    """Who plays what: the network, the cast's custodians and their bank, with openings of their own."""
    opening = {n: table(n) for n in ("opening_positions", "opening_cash", "accounts")}
    directory = sorted({row["bic"] for row in table("parties")} | {"ALDRUS30"})
    mode = "at_once" if at_once else "story"
    rates: dict[str, float] = {}
    return {
        "swift": {
            "links": {
                "swift": {"format": "fin", "bic": "ALDRUS30", "zone": "America/New_York"},
                "swiftnet": {"format": "mx", "bic": "ALDRUS30", "zone": "America/New_York"},
            },
            "correspondents": {
                "HARBUS30": {"format": "fin"},
                "RHEIDE30": {"format": "mx"},
                "MERIUS30": {"format": "mx"},
            },
            "directory": directory,
            "latency_seconds": [0, 0] if at_once else [1, 3],
            "faults": {} if at_once else {"lose_ack": 0.001, "duplicate": 0.002},
        },
        "custodian": {
            "custodians": {
                "HARBUS30": {
                    "format": "fin",
                    "place": "DTC",
                    "partial": False,
                    "cash_basis": "actual" if at_once else "contractual",
                    "advice": not at_once,
                },
                "RHEIDE30": {
                    "format": "mx",
                    "place": "T2S",
                    "partial": True,
                    "cash_basis": "actual",
                    "advice": not at_once,
                },
            },
            **opening,
            "rates": rates,
            "scripts": [] if at_once else SCRIPTS,
            "mode": mode,
        },
        "bank": {
            "banks": {"MERIUS30": {"zone": "America/New_York"}},
            "opening_cash": opening["opening_cash"],
            "mode": mode,
            "rates": {"reject": 0.02},
        },
    }


async def spawn_simulators(
    mqtt: str,
    folder: Path,
    seed: int,
    clock: str,
    config: dict[str, Any],
    names: Sequence[str] = ("all",),
) -> list[asyncio.subprocess.Process]:
    """The other side, each name a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    return [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"simulators.{name}",
            "--mqtt",
            mqtt,
            "--data",
            str(folder),
            "--seed",
            str(seed),
            "--clock",
            clock,
            "--config",
            str(file),
            "--with-parent",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=(folder / f"{name}.log").open("ab"),
            start_new_session=True,
        )
        for name in names
    ]


async def stop_processes(processes: Sequence[asyncio.subprocess.Process]) -> None:
    """End these and wait."""
    for process in processes:
        if process.returncode is None:
            process.terminate()
    await asyncio.gather(*(p.wait() for p in processes))


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

    async def post(self, who: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and answer of a POST; 503 is waited out as it asks."""
        while True:
            headers = self._headers(who)
            if "/v1/instructions" not in path or path.count("/") > 2:
                headers["Idempotency-Key"] = f"demo-{who}-{path}-{hash_of(body)}"
            async with self.session.post(self.url + path, json=body, headers=headers) as r:
                if r.status != 503:
                    return r.status, await r.json(content_type=None)
                await asyncio.sleep(float(r.headers.get("Retry-After", "1")))

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"}


def hash_of(body: Any) -> str:
    """A short name for a body."""
    import hashlib

    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


class Day:
    """The driver: clock, stream, and the desk people who mend what went wrong."""

    def __init__(
        self,
        up: wiring.Running,
        door: Door,
        mqtt: Mqtt,
        seed: int,
        simulators: Sequence[asyncio.subprocess.Process],
    ) -> None:
        self.up = up
        self.simulators = simulators
        self.core = up.core
        self.door = door
        self.mqtt = mqtt
        self.seed = seed
        self.tick = 0
        self.reports: dict[str, dict[str, Any]] = {}
        self.waiting: list[Trade] = []
        self.mended: set[str] = set()
        self.problems: list[str] = []

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
        self.tick += 1
        await self.core.set_clock(now)
        payload = json.dumps({"now": now.isoformat(), "tick": self.tick}).encode()
        await self.mqtt.publish("finality/clock", payload, retain=True)

    async def quiet(self) -> None:
        """Wait until nobody has anything in hand; RuntimeError names who never comes to rest."""
        end = time.monotonic() + 60
        calm = 0
        while calm < 2:
            why = await self._unrest()
            calm = 0 if why else calm + 1
            if why and time.monotonic() > end:
                raise RuntimeError(f"not quiet after 60 s: {why}")
            await asyncio.sleep(0.004 if why else 0.001)

    async def _unrest(self) -> str:
        if any(process.returncode is not None for process in self.simulators):
            raise RuntimeError(f"a simulator ended; see {self.core.settings.data / 'simulators'}")
        late = [n for n in SIMULATORS if self.reports.get(n, {}).get("tick") != self.tick]
        if late:
            return f"no report of tick {self.tick} from {', '.join(late)}"
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

    async def run(self, until: datetime, progress: Any = None, pace_seconds: float = 0.0) -> None:
        """Play until this business instant."""
        await self.quiet()
        while self.core.clock.now() < until:
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
        self.waiting = self.waiting[len(due) :]
        by_door: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for t in due:
            by_door.setdefault((t.who, t.kind), []).append(t.body)
        for (who, kind), bodies in by_door.items():
            for start in range(0, len(bodies), 200):
                status, said = await self.door.post(who, f"/v1/{kind}", bodies[start : start + 200])
                if status != 200:
                    raise RuntimeError(f"upstream was answered {status}: {said}")
                self.problems += [str(r) for r in said["results"] if r["outcome"] == "refused"]
        await self._mend(now)

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
                    " order by c.reference",
                    states.split(","),
                )
            )

    async def _person(self, who: str, path: str, body: Any) -> None:
        """A person acts; an answer of no is kept for the report, but for a state that moved on (409)."""
        status, said = await self.door.post(who, path, body)
        if status not in (200, 201, 409):
            self.problems.append(f"{who} {path}: {status} {said}")

    async def _once(self, key: str) -> bool:
        fresh = key not in self.mended
        self.mended.add(key)
        return fresh

    async def _approve(self, row: Any, now: datetime) -> None:
        if "ssi_missing" in row["flags"] and now - row["since"] > timedelta(minutes=30):
            if await self._once("ssi"):
                await self._person("admin", "/v1/static", {"counterparty_ssi.csv": LATE_SSI})
            return
        if (
            row["waits_for"]
            and "approval" in row["waits_for"]
            and await self._once(f"approve {row['id']}")
        ):
            await self._person("ben", f"/v1/instructions/{row['id']}/approve", {})

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


@asynccontextmanager
async def stage(settings: Settings, seed: int) -> AsyncIterator[Day]:
    """A gateway on a virtual clock with simulators, static data, keys and a driver."""
    clock = VirtualClock(OPEN)
    async with wiring.parts(settings) as real:
        await _set_up(real, settings)
        assert real.mqtt is not None
        processes = await spawn_simulators(
            real.mqtt, settings.data / "simulators", seed, "virtual", simulator_config()
        )
        try:
            async with (
                wiring.running(settings, clock, real) as up,
                aiohttp.ClientSession() as session,
                Mqtt(real.mqtt, "finality-driver") as mqtt,
                wiring.background() as tasks,
            ):
                keys = json.loads((settings.data / "keys.json").read_text())
                day = Day(up, Door(session, up.url, keys), mqtt, seed, processes)
                await day.subscribe()
                tasks.start(day.listen(), "reports")
                await up.core.sweep()
                await day.set_clock(up.core.clock.now())
                yield day
        finally:
            await stop_processes(processes)


async def _set_up(real: wiring.Parts, settings: Settings) -> None:
    """Static data and keys, once; a second start keeps what is there."""
    import asyncpg

    db = await asyncpg.connect(real.app_dsn)
    try:
        await importing.apply(db, demo_files(), "demo", real_now(), False)
        file = settings.data / "keys.json"
        if not file.exists():
            keys = {
                name: await identity.create_key(db, name, person, roles, real_now())
                for name, (person, roles) in PEOPLE.items()
            }
            file.touch(mode=0o600)
            file.write_text(json.dumps(keys, indent=1))
    finally:
        await db.close()


def holdings_of() -> Holdings:
    """What each portfolio holds when the books open."""
    found = Holdings()
    for row in table(OpeningPosition.file):
        key = (row["portfolio"], row["isin"])
        found.free[key] = found.free.get(key, Decimal(0)) + Decimal(row["quantity"])
    return found


def plan(
    seed: int, count: int, day: date, first: int, opening: datetime, held: Holdings
) -> list[Trade]:
    """A business day of trades and payments, in time order."""
    stream = [
        *trades(seed, count, day, first, STOCKS, PORTFOLIOS, held, opening),
        *payments(seed, count, day, first, opening),
    ]
    return sorted(stream, key=lambda t: (t.at, t.body["reference"]))


async def once(count: int, seed: int, data: Path | None, quiet: bool) -> dict[str, Any]:
    """One whole settlement cycle on a fresh data folder; the report."""
    started = time.perf_counter()
    with temporary_data() as fresh:
        settings = Settings(data=data or fresh, environment="DEMO", http_port=0)
        async with stage(settings, seed) as day:
            day.waiting = plan(seed, count, OPEN.date(), 1, OPEN, holdings_of())
            until = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)

            async def show() -> None:
                if not quiet and day.tick % 50 == 0:
                    async with day.core.pool.acquire() as db:
                        states = await db.fetch(
                            "select state, count(*) from condition group by 1 order by 1"
                        )
                    line = "  ".join(f"{r['state']} {r['count']}" for r in states)
                    sys.stderr.write(f"{day.core.clock.now():%a %H:%M}Z  {line}\n")

            await day.run(until, show)
            return await report(day, settings, time.perf_counter() - started)


async def report(day: Day, settings: Settings, seconds: float) -> dict[str, Any]:
    """What `demo --once --json` prints (DESIGN 6)."""
    async with day.core.pool.acquire() as db:
        by_state = dict(
            await db.fetch(
                "select state, count(*) from condition where kind = 'securities' group by 1"
            )
        )
        rows = await db.fetch(
            "select reference, state, reason, whose_move, settle_on from condition where kind = 'securities'"
        )
        out = dict(await db.fetch("select type, count(*) from outbox group by 1"))
        inbound = dict(
            await db.fetch("select coalesce(type, 'unreadable'), count(*) from inbox group by 1")
        )
        ever = await events.states_ever(db)
        findings = await audit.verify(db, settings.data / "simulators")
    today = day.core.clock.now().date()
    open_rows = [r for r in rows if r["state"] not in FINAL]
    explained = [
        r
        for r in open_rows
        if (r["reason"] and r["whose_move"] not in (None, "nobody"))
        or (r["settle_on"] is not None and r["settle_on"] > today)
    ]
    unexplained = [f"{r['reference']} {r['state']}" for r in open_rows if r not in explained]
    checks = Counter(f["check"] for f in findings)
    count = sum(by_state.values())
    return {
        "instructions": count,
        "by_state": dict(sorted(by_state.items())),
        "ever_in_state": sorted(ever),
        "explained": len(explained),
        "unexplained": unexplained,
        "messages_out": dict(sorted(out.items())),
        "messages_in": dict(sorted(inbound.items())),
        "ledger_balanced": not checks.keys() & {"journal", "balance", "chain", "cause", "lots"},
        "positions_agree": not checks.keys() & {"position", "custodian"},
        "findings": findings[:50],
        "refused": day.problems[:20],
        **dict.fromkeys(NOT_BUILT),
        "seconds": round(seconds, 1),
        "instructions_per_second": round(count / seconds, 1),
    }


def holds(report_: dict[str, Any]) -> bool:
    """Whether every invariant held."""
    return bool(
        report_["ledger_balanced"]
        and report_["positions_agree"]
        and not report_["findings"]
        and not report_["unexplained"]
    )


def summary(report_: dict[str, Any]) -> str:
    """The report for a person."""
    lines = [f"{report_['instructions']} instructions in {report_['seconds']} s"]
    lines += [f"  {state:<28} {count}" for state, count in report_["by_state"].items()]
    lines.append(f"  open and explained           {report_['explained']}")
    lines += [f"  not explained: {text}" for text in report_["unexplained"]]
    lines.append(
        f"ledger balanced: {report_['ledger_balanced']}, positions agree: {report_['positions_agree']}"
    )
    lines += [f"  {f['check']} {f['where']}: {f['what']}" for f in report_["findings"]]
    return "\n".join(lines)


async def stream(count: int, seed: int, data: Path | None) -> None:
    """Play business days of about two minutes each until stopped; data and clock are kept."""
    settings = Settings(data=data or data_folder(), environment="DEMO")
    async with stage(settings, seed) as day:
        key = json.loads((settings.data / "keys.json").read_text())["admin"]
        link = await one_time_link(day.core.pool, identity.prefix_of(key), day.up.url, real_now())
        sys.stdout.write(
            f"\nFinality demo: {day.up.url}\nOpen the desk, signed in (once, within ten minutes):\n  {link}\n"
            f"Keys: {settings.data / 'keys.json'}\nCtrl-C stops everything; the data stays.\n\n"
        )
        sys.stdout.flush()
        if sys.stdout.isatty():
            await asyncio.to_thread(webbrowser.open, link)
        playing = asyncio.create_task(_play(day, count, seed))
        stopping = asyncio.create_task(wiring.until_signalled())
        done, _ = await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (playing, stopping):
            if task not in done:
                task.cancel()
        await asyncio.gather(playing, stopping, return_exceptions=True)
        if playing in done:
            playing.result()
        sys.stdout.write("\nstopping\n")


async def _play(day: Day, count: int, seed: int) -> None:
    """One business day after another."""
    calendar = day.core.static.calendars["NYSE"]
    while True:
        async with day.core.pool.acquire() as db:
            first = 1 + int(
                await db.fetchval("select count(*) from instruction where reference ~ '^T'")
            )
        now = day.core.clock.now()
        today = now.date()
        opening = datetime.combine(today, OPEN.timetz())
        if first > 1:
            today = business_days_after(today, 1, calendar)
            opening = datetime.combine(today, OPEN.timetz())
        opening = max(opening, now)
        day.waiting = plan(seed, count, today, first, opening, holdings_of())
        nights = business_days_after(today, 1, calendar)
        until = datetime.combine(nights, OPEN.timetz())

        async def show() -> None:
            if day.tick % 20 == 0:
                async with day.core.pool.acquire() as db:
                    states = await db.fetch(
                        "select state, count(*) from condition group by 1 order by 2 desc"
                    )
                text = "  ".join(f"{r['state']} {r['count']}" for r in states)
                sys.stdout.write(f"{day.core.clock.now():%a %d %b %H:%M}Z  {text}\n")
                sys.stdout.flush()

        await day.run(until, show, pace_seconds=0.15)


def simulator(which: str, config: Path | None, seed: int, clock: str, settings: Settings) -> int:
    """Run one simulator against the broker of this data folder, or of FINALITY_MQTT."""
    import subprocess

    from gateway.broker import EmbeddedBroker

    url = settings.mqtt or EmbeddedBroker(settings.data).known_url()
    if url is None:
        sys.stderr.write(
            "no broker is known here: start `finality serve` first, or set FINALITY_MQTT\n"
        )
        return 2
    folder = settings.data / "simulators"
    folder.mkdir(parents=True, exist_ok=True)
    file = config or folder / "config.json"
    if config is None and not file.exists():
        file.write_text(json.dumps(simulator_config()))
    return subprocess.run(
        [
            sys.executable,
            "-m",
            f"simulators.{which}",
            "--mqtt",
            url,
            "--data",
            str(folder),
            "--seed",
            str(seed),
            "--clock",
            clock,
            "--config",
            str(file),
        ],
        check=False,
    ).returncode
