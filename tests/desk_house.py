"""A gateway with its desk on a database of its own, and browsers without script to look at it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from desk_world import NOW, World, add

from gateway import app as wiring
from gateway import identity, people
from gateway.clock import VirtualClock, real_now
from gateway.config import Settings
from gateway.desk import login
from gateway.handlers import importing
from schemas.instruction import Instruction
from store import cases, events

DEMO = Path(wiring.__file__).parent / "demo_data"
PEOPLE = {
    "ann": ("maker",),
    "bob": ("checker",),
    "both": ("maker", "checker"),
    "vera": ("viewer",),
    "carla": ("admin",),
    "custodian": ("link",),
}
DELIVERY = {
    "reference": "FREE/1",
    "portfolio": "AGE-CORE",
    "direction": "DELI",
    "payment": "FREE",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-23",
    "settle_date": "2026-11-24",
    "isin": "US5949181045",
    "quantity": {"type": "UNIT", "value": "250"},
}
ROW = re.compile(r'<tr id="i-([0-9a-f-]{36})"')


@dataclass
class Browser:
    """One person's browser: its own cookies, no script."""

    web: aiohttp.ClientSession
    url: str

    async def get(self, path: str, status: int = 200) -> str:
        async with self.web.get(self.url + path, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text[:500]
            return text

    async def post(self, path: str, form: dict[str, str], **headers: str) -> tuple[int, str]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.web.post(
            self.url + path, data=form, headers=sent, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def ids(self, path: str) -> list[str]:
        """The rows of one page, in order."""
        return ROW.findall(await self.get(path))


@dataclass
class House:
    """A gateway with its desk, and a key for each person."""

    running: wiring.Running
    keys: dict[str, str]
    stack: list[aiohttp.ClientSession]
    worlds: int = 0

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def pool(self) -> asyncpg.Pool:
        return self.running.core.pool.whole

    def stranger(self) -> Browser:
        """A browser nobody has signed in with."""
        jar = aiohttp.CookieJar(unsafe=True)
        self.stack.append(aiohttp.ClientSession(cookie_jar=jar))
        return Browser(self.stack[-1], self.url)

    async def signed_in(self, who: str) -> Browser:
        """A browser someone signed in with their key."""
        browser = self.stranger()
        status, _ = await browser.post("/login", {"key": self.keys[who]})
        assert status == 200
        return browser

    async def link(self, who: str, minutes_ago: int = 0) -> str:
        """A one-time link, as a path."""
        prefix = identity.prefix_of(self.keys[who])
        at = real_now() - timedelta(minutes=minutes_ago)
        return (await login.one_time_link(self.pool, prefix, self.url, at)).removeprefix(self.url)

    async def world(self, *rows: Any) -> World:
        """These conditions with all that hangs on them, after what is in the log."""
        self.worlds += 1
        await self.running.core.sweep()  # what was left to be told takes its place in the log first
        await self.running.core.idle()
        async with self.pool.acquire() as db:
            heads = await events.heads(db, range(64))
        world = World(heads=dict(heads), first_message=self.worlds * 1_000_000)
        for row in rows:
            add(world, row)
        return world

    async def write(self, world: World) -> None:
        """Put rows in, and wake whoever follows the log."""
        async with self.pool.acquire() as db:
            await world.write(db)
        for worker in self.running.core.workers:
            worker.forget()  # this was written behind the lanes' back
        self.running.core.feed.wake()

    async def show(self, *rows: Any) -> None:
        """Put these conditions in."""
        await self.write(await self.world(*rows))


@asynccontextmanager
async def housed(dsn_owner: str, dsn_app: str, folder: Path) -> AsyncIterator[House]:
    files = {p.name: p.read_bytes() for p in DEMO.glob("*.csv")}
    files["links.csv"] = files["links.csv"].replace(b",mqtt,", b",directory,")  # no broker here
    db = await asyncpg.connect(dsn_app)
    try:
        await importing.apply(db, files, "test", real_now(), False)
        keys = {
            who: await people.create_key(db, who, who, roles, real_now())
            for who, roles in PEOPLE.items()
        }
    finally:
        await db.close()
    settings = Settings(data=folder, http_port=0, lease_seconds=30, environment="DEMO")
    given = wiring.Parts(dsn_owner, dsn_app, None)
    async with wiring.running(settings, VirtualClock(NOW), given) as running:
        house = House(running, keys, [])
        async with asyncio.timeout(20):
            while not await running.core.quiet():
                await asyncio.sleep(0.02)
        try:
            yield house
        finally:
            for session in house.stack:
                await session.close()


async def delivery(house: House, by: str = "ann") -> str:
    """A free delivery that waits for a second person."""
    client = await identity.authenticate(house.pool, house.keys[by])
    assert client
    (result,) = await house.running.core.submit(client, [Instruction.model_validate(DELIVERY)])
    assert result.outcome == "created"
    return str(result.id)


async def moved(house: House, row: Any, **changes: Any) -> Any:
    """The row changes, and the log says so."""
    after = row._replace(facts=row.facts + 1, **changes)
    async with house.pool.acquire() as db:
        while not await _told(db, row, after):
            await asyncio.sleep(0.02)
    house.running.core.feed.wake()
    return after


async def _told(db: Any, row: Any, after: Any) -> bool:
    """Whether the change went into the log; not when the gateway wrote to the lane meanwhile."""
    world = World()
    world.heads = dict(await events.heads(db, [row.lane]))
    world.tell(after, "Moved", NOW, "lifecycle", {"from": row.state, "state": after.state})
    try:
        async with db.transaction():
            await cases.move_conditions(db, [after])
            await events.append_many(db, world.events, [world.heads[row.lane]])
    except asyncpg.UniqueViolationError:
        return False
    return True
