"""`make bench`: the whole line against this machine's own ceiling, alternated in one run.

(a) the ceiling: a bare script writes exactly the rows that (b) left behind, table by table, set-based, with
the same durability, at its best batch size and plan mode, or by COPY where that is faster. (b) the line: a
gateway process, simulators and a load generator on this box; HTTP one by one on 64 connections, and in
bulk of 100.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from gateway import app as wiring
from gateway import people
from gateway.clock import real_now
from gateway.config import Settings
from gateway.demo_data import demo_files
from gateway.demo_world import simulator_config
from gateway.handlers import importing
from gateway.load import Door, one_by_one, open_loop
from gateway.simulate import spawn_simulators, until_listening
from store import migrate as migrations

TABLES = (
    "raw_message",
    "inbox",
    "outbox",
    "reference",
    "instruction",
    "version",
    "condition",
    "fact",
    "timer",
    "event",
    "journal",
    "entry",
    "movement",
    "position",
    "balance",
    "lot",
    "witness",
)
FREE = frozenset({"position", "balance", "lot"})  # belong to no instruction
_OF_EVENT = ("e.aggregate", "join event e using (lane, seq)")
# whose a row is, and the join that tells
OWNERS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(TABLES, ("t.instruction", "")),
    "instruction": ("t.id", ""),
    "condition": ("t.id", ""),
    "event": ("t.aggregate", ""),
    "raw_message": (
        "coalesce(i.instruction, o.instruction)",
        "left join inbox i on i.id = t.id left join outbox o on o.id = t.id",
    ),
    **dict.fromkeys(("journal", "entry", "movement"), _OF_EVENT),
    **dict.fromkeys(sorted(FREE), ("null", "")),
    "witness": ("t.movement_key::uuid", ""),
}
CONNECTIONS = {1: 64, 100: 8}  # by how many instructions a request carries
LATENCY_RATE = 300.0
BATCHES = (100, 250, 500, 1000)
COPY = "copy"
Desk = Callable[[wiring.Parts, Settings, int], Awaitable[tuple[dict[str, Any], str]]]
WAYS = ("auto", "force_custom_plan", COPY)  # plan modes of set-based inserts, and COPY


@dataclass
class Line:
    """One run of the whole line."""

    settled: int
    seconds: float
    wal_bytes: int

    @property
    def rate(self) -> float:
        return self.settled / self.seconds


@dataclass
class Ceiling:
    """One run of the bare script."""

    instructions: int
    rows: int
    seconds: float
    wal_bytes: int
    batch: int
    way: str

    @property
    def rate(self) -> float:
        return self.instructions / self.seconds


def body(n: int, run: str, today: str) -> dict[str, Any]:
    """The n-th instruction of a run: a purchase that settles today."""
    quantity = Decimal(100 + n % 900)
    price = Decimal("190.25")
    deal = quantity * price
    fee = Decimal("25.00")
    portfolios = ("AGE-CORE", "AGE-GROWTH", "AAE-CORE", "AAE-VALUE", "ABI-EQUITY")
    return {
        "reference": f"{run}-{n:07d}",
        "portfolio": portfolios[n % len(portfolios)],
        "direction": "RECE",
        "payment": "APMT",
        "counterparty": "KESTUS30",
        "trade_id": f"{run}{n:07d}"[-16:],
        "trade_date": today,
        "settle_date": today,
        "isin": ("US0378331005", "US5949181045", "US67066G1040")[n % 3],
        "quantity": {"type": "UNIT", "value": str(quantity)},
        "price": {"type": "ACTU", "currency": "USD", "value": str(price)},
        "deal_amount": {"currency": "USD", "value": f"{deal:.2f}"},
        "commission": {"currency": "USD", "value": f"{fee:.2f}"},
        "settlement_amount": {"currency": "USD", "value": f"{deal + fee:.2f}"},
    }


@asynccontextmanager
async def bench_parts() -> AsyncIterator[tuple[wiring.Parts, Settings]]:
    """A database server and a broker of this run's own."""
    from store.account import temporary_data

    with temporary_data() as data:
        settings = Settings(data=data, environment="TEST", http_port=0)
        async with wiring.parts(settings) as real:
            yield real, settings


@asynccontextmanager
async def gateway_process(
    real: wiring.Parts, settings: Settings, database: str
) -> AsyncIterator[tuple[Door, asyncio.subprocess.Process]]:
    """A gateway on its own database, simulators beside it, and a door to send through."""
    assert real.postgres is not None and real.mqtt is not None
    await _create(real, database)
    owner, app = real.postgres.dsn("owner", database), real.postgres.dsn("app", database)
    db = await asyncpg.connect(app)
    files = {**demo_files(), "calendars.csv": open_today(real_now().date())}
    await importing.apply(db, files, "bench", real_now(), False)
    key = await people.create_key(db, "bench", "bench", ["maker", "viewer"], real_now())
    await db.close()
    folder = settings.data / database
    folder.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "FINALITY_DSN": owner,
        "FINALITY_APP_DSN": app,
        "FINALITY_MQTT": real.mqtt,
        "FINALITY_DATA": str(folder),
        "FINALITY_HTTP_PORT": "0",
    }
    config = simulator_config(at_once=True)
    async with until_listening(real.mqtt):
        simulators = await spawn_simulators(real.mqtt, folder / "simulators", 7, "real", config)
    gateway = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.cli",
        "serve",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=(folder / "gateway.log").open("wb"),
    )
    assert gateway.stdout is not None
    first = await asyncio.wait_for(gateway.stdout.readline(), 60)
    door = Door(first.decode().split()[-1], key)
    try:
        await asyncio.sleep(1.0)
        yield door, gateway
    finally:
        for process in (gateway, *simulators):
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(p.wait() for p in (gateway, *simulators)))


async def settled(db: asyncpg.Connection) -> int:
    """How many instructions are settled now."""
    return int(
        await db.fetchval(
            "select count(*) from condition where state = 'settled' and kind = 'securities'"
        )
    )


async def drained(db: asyncpg.Connection, wanted: int, seconds_max: float) -> None:
    """Wait until `wanted` are settled, or the time is up."""
    end = time.monotonic() + seconds_max
    while await settled(db) < wanted and time.monotonic() < end:
        await asyncio.sleep(0.05)


async def line(
    real: wiring.Parts, settings: Settings, name: str, seconds: float, bulk: int
) -> Line:
    """One run through every door and back; from the first POST to the last settled, drain included."""
    assert real.postgres is not None
    async with gateway_process(real, settings, name) as (door, _):
        db = await asyncpg.connect(real.postgres.dsn("app", name))
        before = await db.fetchval("select pg_current_wal_lsn()")
        started = time.perf_counter()
        make = bodies(name)
        sent = await one_by_one(door, make, CONNECTIONS[bulk], bulk, seconds)
        await drained(db, sent, 180)
        elapsed = time.perf_counter() - started
        done = await settled(db)
        wal = int(await db.fetchval("select pg_current_wal_lsn() - $1::pg_lsn", before))
        await db.close()
    if done < sent:
        raise RuntimeError(f"{sent - done} of {sent} did not settle in {name}")
    return Line(done, elapsed, wal)


async def latency(
    real: wiring.Parts, settings: Settings, rate: float, seconds: float
) -> dict[str, float]:
    """Open loop at a steady rate: seconds from the planned POST, and from receipt, to books and desk."""
    assert real.postgres is not None
    async with gateway_process(real, settings, "latency") as (door, _):
        arrivals: dict[str, float] = {}
        lags: list[float] = []
        watches = [
            asyncio.create_task(watch_events(door, "SettledPart", arrivals)),
            asyncio.create_task(watch_sink(door, lags)),
        ]
        await asyncio.sleep(0.5)
        planned = dict(await open_loop(door, bodies("late"), rate, seconds))
        db = await asyncpg.connect(real.postgres.dsn("app", "latency"))
        await drained(db, len(planned), 120)
        await asyncio.sleep(1.0)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        rows = await db.fetch(
            "select i.id, i.reference from instruction i where i.reference like 'late-%'"
        )
        receipts = await db.fetch(
            "select e.aggregate, m.stored_at from event e join raw_message m on m.id = e.cause"
            " where e.type = 'SettledPart'"
        )
        await db.close()
        books = await histogram(door)
    names = {r["id"]: r["reference"] for r in rows}
    line_ = sorted(
        arrivals[str(id_)] - planned[name] for id_, name in names.items() if str(id_) in arrivals
    )
    desk = sorted(
        arrivals[str(r["aggregate"])] - r["stored_at"].timestamp()
        for r in receipts
        if str(r["aggregate"]) in arrivals
    )
    return {
        "rate": rate,
        "settled": float(len(line_)),
        "post_to_settled_p50": quantile(line_, 0.5),
        "post_to_settled_p99": quantile(line_, 0.99),
        "receipt_to_desk_p50": quantile(desk, 0.5),
        "receipt_to_desk_p99": quantile(desk, 0.99),
        "receipt_to_books_p50": books[0],
        "receipt_to_books_p99": books[1],
        "sink_lag_max": max(lags, default=float("nan")),
    }


def quantile(sorted_: Sequence[float], q: float) -> float:
    """The value below which this share lies; nan of nothing."""
    return sorted_[min(len(sorted_) - 1, int(q * len(sorted_)))] if sorted_ else float("nan")


async def watch_events(door: Door, type_: str, arrivals: dict[str, float]) -> None:
    """Note when the event stream tells of each instruction, until cancelled."""
    reader, writer = await asyncio.open_connection(door.host, door.port)
    writer.write(
        f"GET /v1/events/stream?types={type_} HTTP/1.1\r\nHost: {door.host}\r\n"
        f"Authorization: Bearer {door.key}\r\n\r\n".encode()
    )
    while raw := await reader.readline():
        if raw.startswith(b"data:"):
            event = json.loads(raw[5:])
            arrivals.setdefault(event["aggregate"], time.time())


async def watch_sink(door: Door, lags: list[float]) -> None:
    """Note how far the status sink is behind the log, until cancelled."""
    while True:
        for row in (await door.get("/metrics")).splitlines():
            if row.startswith("finality_sink_lag_seconds"):
                lags.append(float(row.rsplit(" ", 1)[1]))
        await asyncio.sleep(0.25)


async def histogram(door: Door) -> tuple[float, float]:
    """Median and p99 of the gateway's own measure, to the upper bound of their bucket."""
    text = await door.get("/metrics")
    buckets: list[tuple[float, float]] = []
    for row in text.splitlines():
        if row.startswith("finality_answer_seconds_bucket"):
            bound = row.partition('le="')[2].partition('"')[0]
            buckets.append((float(bound), float(row.rsplit(" ", 1)[1])))
    total = buckets[-1][1] if buckets else 0.0
    found = [next((b for b, n in buckets if n >= q * total), float("nan")) for q in (0.5, 0.99)]
    return found[0], found[1]


async def memory_after(real: wiring.Parts, settings: Settings, count: int) -> tuple[int, float]:
    """Resident MiB of the gateway after this many instructions settled."""
    assert real.postgres is not None
    async with gateway_process(real, settings, "memory") as (door, process):
        db = await asyncpg.connect(real.postgres.dsn("app", "memory"))
        sent = await one_by_one(door, bodies("memo"), 4, 100, 1e9, count)
        await drained(db, sent, 600)
        done = await settled(db)
        await db.close()
        status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text)
    kilobytes = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS"))
    return done, kilobytes / 1024


def bodies(run_: str) -> Callable[[int], dict[str, Any]]:
    """Instructions of one run, numbered."""
    today = datetime.now(ZoneInfo("America/New_York")).date().isoformat()
    return lambda n: body(n, run_[-4:], today)


def open_today(today: date) -> bytes:
    """The bench settles today, whatever day it is run on: an operator's own calendar rows say so."""
    rows = [
        f"{calendar},{today + timedelta(days=n)},open,,Bench day,finality bench"
        for calendar in ("DTC", "FED", "NYSE")
        for n in (-1, 0, 1)
    ]
    return ("calendar,on,kind,closes_at,name,source\n" + "\n".join(rows) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Source:
    """What one run of the line left behind, by table: columns with their types, rows and whose they are."""

    types: dict[str, dict[str, str]]
    rows: dict[str, list[tuple[Any, ...]]]
    owners: dict[
        str, list[Any]
    ]  # the instruction each row belongs to; None where it belongs to none
    instructions: list[Any]

    def slices(self, batch: int) -> list[dict[str, list[tuple[Any, ...]]]]:
        """The rows of `batch` instructions at a time, as a transaction would write them."""
        count = max(1, -(-len(self.instructions) // batch))
        place = {id_: n // batch for n, id_ in enumerate(self.instructions)}
        found: list[dict[str, list[tuple[Any, ...]]]] = [{} for _ in range(count)]
        for table, rows in self.rows.items():
            for n, (row, owner) in enumerate(zip(rows, self.owners[table], strict=True)):
                at = place.get(owner, n * count // len(rows) if table in FREE else 0)
                found[at].setdefault(table, []).append(row)
        return found


async def source_of(real: wiring.Parts, name: str) -> Source:
    """Read everything one run left behind."""
    assert real.postgres is not None
    db = await asyncpg.connect(real.postgres.dsn("owner", name))
    types: dict[str, dict[str, str]] = {}
    rows: dict[str, list[tuple[Any, ...]]] = {}
    owners: dict[str, list[Any]] = {}
    for table in TABLES:
        columns = await db.fetch(
            "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute"
            " where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"
            " and attgenerated = '' order by attnum",
            table,
        )
        types[table] = {r["name"]: r["type"] for r in columns}
        names = ", ".join(f"t.{name}" for name in types[table])
        owner, join = OWNERS[table]
        found = await db.fetch(f"select {owner} as owner_, {names} from {table} t {join}")
        owners[table] = [r[0] for r in found]
        rows[table] = [tuple(r)[1:] for r in found]
    instructions = [r[0] for r in await db.fetch("select id from instruction order by id")]
    await db.close()
    return Source(types, rows, owners, instructions)


async def ceiling(real: wiring.Parts, source: Source, batch: int, way: str) -> Ceiling:
    """Write these rows into an empty copy of the tables, `batch` instructions a transaction."""
    assert real.postgres is not None
    name = "ceiling"
    await _create(real, name)
    mode = {} if way == COPY else {"plan_cache_mode": way}
    db = await asyncpg.connect(real.postgres.dsn("owner", name), server_settings=mode)
    work = [[(t, part[t]) for t in TABLES if t in part] for part in source.slices(batch)]
    ready = [[_ready(t, rows, source.types[t], way) for t, rows in step] for step in work]
    before = await db.fetchval("select pg_current_wal_lsn()")
    started = time.perf_counter()
    for step in ready:
        async with db.transaction():
            for write in step:
                await write(db)
    elapsed = time.perf_counter() - started
    wal = int(await db.fetchval("select pg_current_wal_lsn() - $1::pg_lsn", before))
    written = 0
    for table in TABLES:
        have = int(await db.fetchval(f"select count(*) from {table}"))
        wanted = len(source.rows[table])
        if have != wanted:
            raise RuntimeError(f"{table}: the ceiling wrote {have} rows, the line {wanted}")
        written += have
    await db.close()
    await _drop(real, name)
    return Ceiling(len(source.instructions), written, elapsed, wal, batch, way)


async def _create(real: wiring.Parts, name: str) -> None:
    assert real.postgres is not None
    admin = await asyncpg.connect(real.postgres.dsn("superuser", "postgres"))
    await admin.execute(f"create database {name} owner finality_owner")
    await admin.close()
    await migrations.apply(real.postgres.dsn("owner", name))


def _ready(
    table: str, rows: Sequence[tuple[Any, ...]], types: Mapping[str, str], way: str
) -> Callable[[asyncpg.Connection], Awaitable[Any]]:
    """One statement with its values at hand."""
    if way == COPY:
        return lambda db: db.copy_records_to_table(table, columns=list(types), records=rows)
    statement = _insert(table, types)
    given = _columns(rows, list(types.values()))
    return lambda db: db.execute(statement, *given)


def _insert(table: str, types: Mapping[str, str]) -> str:
    """Set-based; an array travels as its text, for arrays of arrays have no unnest."""
    names = ", ".join(types)
    chosen = [f"{name}::text[]" if t == "text[]" else name for name, t in types.items()]
    given = [f"${n}::{_array(t)}" for n, t in enumerate(types.values(), 1)]
    return (
        f"insert into {table} ({names}) select {', '.join(chosen)}"
        f" from unnest({', '.join(given)}) u ({names})"
    )


def _array(type_: str) -> str:
    return type_ if type_ == "text[]" else f"{type_}[]"


def _columns(part: Sequence[tuple[Any, ...]], types: Sequence[str]) -> list[list[Any]]:
    columns = [list(column) for column in zip(*part, strict=True)]
    for n, type_ in enumerate(types):
        if type_ == "text[]":  # one text per row: arrays of arrays have no unnest
            columns[n] = ["{" + ",".join(value) + "}" for value in columns[n]]
    return columns


async def _drop(real: wiring.Parts, name: str) -> None:
    assert real.postgres is not None
    admin = await asyncpg.connect(real.postgres.dsn("superuser", "postgres"))
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.close()


async def run(
    seconds: float, rounds: int, memory: int, as_json: bool, desk: Desk, instructions: int
) -> None:
    """Everything, alternated, medians; printed as it comes. `desk` measures the desk over so many."""

    def say(text: str) -> None:
        if not as_json:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    report: dict[str, Any] = {"machine": machine(), "link": "MQTT, packed, nats-server embedded"}
    say(f"{report['machine']}; link: {report['link']}")
    async with bench_parts() as (real, settings):
        await line(real, settings, "warm", 2, 100)
        source = await source_of(real, "warm")
        tried = [await ceiling(real, source, b, w) for b in BATCHES for w in WAYS]
        best = max(tried, key=lambda c: c.rate)
        say(f"(a) ceiling: best of {len(tried)} at batch {best.batch}, {best.way}")
        ceilings: list[Ceiling] = []
        lines: dict[int, list[Line]] = {100: [], 1: []}
        for n in range(rounds):
            for bulk, found in lines.items():
                name = f"r{n}b{bulk}"
                found.append(await line(real, settings, name, seconds, bulk))
                source = await source_of(real, name)
                ceilings.append(await ceiling(real, source, best.batch, best.way))
                await _drop(real, name)
                say(
                    f"  round {n + 1} {'bulk' if bulk > 1 else 'one by one':<10}"
                    f" {found[-1].rate:7.0f}/s   ceiling {ceilings[-1].rate:7.0f}/s"
                )
        top = statistics.median(c.rate for c in ceilings)
        report["ceiling"] = {
            "per_second": round(top),
            "rows_per_second": round(statistics.median(c.rows / c.seconds for c in ceilings)),
            "wal_bytes_each": round(
                statistics.median(c.wal_bytes / c.instructions for c in ceilings)
            ),
        }
        for bulk, found in lines.items():
            name = "bulk" if bulk > 1 else "one_by_one"
            rate = statistics.median(x.rate for x in found)
            report[name] = {
                "per_second": round(rate),
                "of_ceiling": round(rate / top, 3),
                "wal_bytes_each": round(statistics.median(x.wal_bytes / x.settled for x in found)),
            }
        report["latency"] = await latency(real, settings, LATENCY_RATE, max(seconds, 10))
        if memory:
            done, mebibytes = await memory_after(real, settings, memory)
            report["memory"] = {"instructions": done, "resident_mib": round(mebibytes)}
        if instructions:
            report["desk"], told = await desk(real, settings, instructions)
            say(told)
    sys.stdout.write(json.dumps(report) + "\n" if as_json else summary(report))


def machine() -> str:
    """What this was measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def summary(report: dict[str, Any]) -> str:
    """The report for a person."""
    late = report["latency"]
    text = [
        f"(a) ceiling     {report['ceiling']['per_second']}/s, {report['ceiling']['rows_per_second']}"
        f" rows/s, {report['ceiling']['wal_bytes_each']} WAL bytes each",
        *(
            f"(b) {name:<11} {report[name]['per_second']}/s = {report[name]['of_ceiling']:.1%} of (a),"
            f" {report[name]['wal_bytes_each']} WAL bytes each"
            for name in ("bulk", "one_by_one")
        ),
        f"    at {late['rate']:.0f}/s open loop: POST to settled p50 {late['post_to_settled_p50']:.3f} s"
        f" p99 {late['post_to_settled_p99']:.3f} s; confirmation to books p99 <="
        f" {late['receipt_to_books_p99']:.3f} s, to desk p99 {late['receipt_to_desk_p99']:.3f} s;"
        f" status sink at most {late['sink_lag_max']:.1f} s behind",
    ]
    if "memory" in report:
        found = report["memory"]
        text.append(
            f"(c) {found['resident_mib']} MiB resident after {found['instructions']} instructions"
        )
    return "\n".join(text) + "\n"
