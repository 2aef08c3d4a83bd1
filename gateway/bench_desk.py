"""The desk's part of the bench: what its pages cost over many instructions, and how late a screen is.

Pages are timed at the client on the same machine, so figures are server time and a loopback's. How
late: from the moment an event bears (it is taken before its commit) to the message that brings its
row, for every event and every screen.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from bisect import bisect_left
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
import asyncpg

from gateway import app as wiring
from gateway import identity
from gateway.bench import bodies, drained, gateway_process, quantile
from gateway.clock import real_now
from gateway.config import Settings
from gateway.desk import lines
from gateway.desk.login import one_time_link
from gateway.load import Door, one_by_one
from store import desk

OPEN = 120  # instructions that wait for a second person, the rows on the screens
SCREENS = 50
ACTIONS_PER_SECOND = 300.0  # holding and releasing; each writes one event
SECONDS = 10.0
TIMES = 7
PAGES = {
    "act now": "/?tab=act",
    "waiting on us": "/?tab=us",
    "all": "/?tab=all",
    "all, by amount": "/?tab=all&order=amount",
    "filter: counterparty": "/?tab=all&counterparty=KESTUS30",
    "filter: state": "/?tab=all&state=settled",
    "filter: two": "/?tab=all&portfolio=AGE-CORE&isin=US5949181045",
    "search: reference": "/?tab=all&q={reference}",
    "search: ticker": "/?tab=all&q=MSFT",
    "search: amount": "/?tab=all&q=19050.00",
    "one instruction": "/instructions/{id}",
    "exceptions": "/exceptions",
    "positions": "/positions",
    "ledger": "/ledger",
    "links": "/links",
}


@dataclass
class Screen:
    """One open list: when each message came, how far in the log it was, and whose rows it brought."""

    heard: dict[str, list[tuple[dict[int, int], float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    bytes: int = 0
    rows: int = 0

    async def follow(self, session: aiohttp.ClientSession, address: str) -> None:
        """Read the stream until cancelled."""
        place: dict[int, int] = {}
        async with session.get(address) as answer:
            async for line in answer.content:
                if line.startswith(b"id: "):
                    place = lines.read_place(line[4:].decode().strip())
                elif line.startswith(b"data: "):
                    at = time.time()
                    brought = json.loads(line[6:]).get("rows")
                    if brought:
                        self.bytes += len(line)
                        self.rows += len(brought)
                    for id_ in brought or ():
                        self.heard[id_].append((place, at))


async def measure(real: wiring.Parts, settings: Settings, count: int) -> tuple[dict[str, Any], str]:
    """Seconds of each page over `count` instructions, and how late and how heavy updates are."""
    assert real.postgres is not None
    async with gateway_process(real, settings, "desk") as (door, _), AsyncExitStack() as stack:
        db = await asyncpg.connect(real.postgres.dsn("app", "desk"))
        stack.push_async_callback(db.close)
        sent = await one_by_one(door, bodies("desk"), 4, 100, 1e9, count)
        await drained(db, sent, 900)
        ids = await _drafts(door, db)
        url = f"http://{door.host}:{door.port}"
        jar = aiohttp.CookieJar(unsafe=True)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                url,
                cookie_jar=jar,
                connector=aiohttp.TCPConnector(limit=0),
                read_bufsize=2**20,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        )
        await _sign_in(session, real.postgres.dsn("app", "desk"), door, url)
        pages = await _pages(session, db)
        live = await _live(session, door, db, ids)
    report = {"instructions": sent, "pages": pages, **live}
    return report, summary(report)


async def _sign_in(session: aiohttp.ClientSession, dsn: str, door: Door, url: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        link = await one_time_link(pool, identity.prefix_of(door.key), url, real_now())
    parts = urlsplit(link)
    async with session.get(f"{parts.path}?{parts.query}") as answer:
        answer.raise_for_status()


async def _drafts(door: Door, db: asyncpg.Connection) -> list[UUID]:
    """Free deliveries that wait for a second person: rows that stay where they are."""
    make = bodies("draft")

    def delivery(n: int) -> dict[str, Any]:
        paid = ("price", "deal_amount", "commission", "settlement_amount")
        said = {k: v for k, v in make(n).items() if k not in paid}
        return {**said, "direction": "DELI", "payment": "FREE"}

    await one_by_one(door, delivery, 1, OPEN, 60, OPEN)
    rows = await db.fetch(
        "select id from condition where state = 'draft' order by urgency, id limit $1", OPEN
    )
    return [r["id"] for r in rows]


async def _pages(session: aiohttp.ClientSession, db: asyncpg.Connection) -> dict[str, float]:
    one = await db.fetchrow("select id, reference from instruction order by id offset 500 limit 1")
    found: dict[str, float] = {}
    for name, path in PAGES.items():
        took = []
        for _ in range(TIMES):
            started = time.perf_counter()
            async with session.get(path.format(**one)) as answer:
                await answer.read()
                answer.raise_for_status()
            took.append(time.perf_counter() - started)
        found[name] = statistics.median(took)
    return found


async def _live(
    session: aiohttp.ClientSession, door: Door, db: asyncpg.Connection, ids: list[UUID]
) -> dict[str, float]:
    """Fifty screens on the same rows while people hold and release them."""
    visible = lines.write_ids(r["id"] for r in await desk.by_ids(db, ids))
    heads = await desk.heads(db)
    address = f"/live?tab=all&ids={visible}&from={lines.write_place(heads)}"
    screens = [Screen() for _ in range(SCREENS)]
    following = [asyncio.create_task(s.follow(session, address)) for s in screens]
    await asyncio.sleep(1.0)
    started = time.time()
    await _act(session, door, ids)
    seconds = time.time() - started
    await asyncio.sleep(2.0)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    events = await db.fetch(
        "select e.lane, e.seq, e.aggregate, e.known_at from event e"
        " join unnest($1::smallint[], $2::bigint[]) k (lane, seq)"
        " on e.lane = k.lane and e.seq > k.seq where e.aggregate = any($3::uuid[])",
        list(range(64)),
        [heads.get(lane, 0) for lane in range(64)],
        ids,
    )
    late = sorted(
        at - event["known_at"].timestamp()
        for screen in screens
        for event in events
        if (at := _brought(screen, event)) is not None
    )
    return {
        "screens": float(SCREENS),
        "events_per_second": len(events) / seconds,
        "brought": len(late) / (len(events) * SCREENS) if events else 0.0,
        "commit_to_screen_p50": quantile(late, 0.5),
        "commit_to_screen_p99": quantile(late, 0.99),
        "bytes_per_update": sum(s.bytes for s in screens) / max(1, sum(s.rows for s in screens)),
    }


async def _act(session: aiohttp.ClientSession, door: Door, ids: list[UUID]) -> None:
    """Hold and release every row in turn, each at its planned time or when its last was answered."""
    started = time.perf_counter()

    async def row(place: int, id_: UUID) -> None:
        for n in range(place, int(ACTIONS_PER_SECOND * SECONDS), len(ids)):
            await asyncio.sleep(max(0.0, started + n / ACTIONS_PER_SECOND - time.perf_counter()))
            path = f"/v1/instructions/{id_}/{('hold', 'release')[n // len(ids) % 2]}"
            headers = {"Authorization": f"Bearer {door.key}", "Idempotency-Key": f"bench-{n}"}
            async with session.post(path, json={}, headers=headers) as answer:
                if answer.status not in (200, 202):
                    raise RuntimeError(f"{path} answered {answer.status}: {await answer.text()}")

    async with asyncio.TaskGroup() as group:
        for place, id_ in enumerate(ids):
            group.create_task(row(place, id_))


def _brought(screen: Screen, event: Any) -> float | None:
    """When this screen had the row as it was after this event, or later."""
    heard = screen.heard.get(str(event["aggregate"]), [])
    at = bisect_left(heard, event["seq"], key=lambda message: message[0].get(event["lane"], 0))
    return heard[at][1] if at < len(heard) else None


def summary(report: dict[str, Any]) -> str:
    """The figures for a person."""
    pages = ", ".join(f"{name} {1000 * took:.0f}" for name, took in report["pages"].items())
    return (
        f"(d) desk pages over {report['instructions']} instructions, ms: {pages}\n"
        f"    {report['screens']:.0f} screens at {report['events_per_second']:.0f} events/s: commit to"
        f" changed row p50 {report['commit_to_screen_p50']:.3f} s, p99"
        f" {report['commit_to_screen_p99']:.3f} s, {report['bytes_per_update']:.0f} bytes each,"
        f" {report['brought']:.1%} of all brought"
    )
