"""`finality demo`: everything on this machine, a virtual clock, and a stream of trades with mishaps."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
import asyncpg

from gateway import app as wiring
from gateway import identity, people
from gateway.clock import VirtualClock, real_now
from gateway.config import Settings
from gateway.demo_day import Day, Door
from gateway.demo_keys import steered_by_keys
from gateway.demo_orders import PREFIX
from gateway.demo_report import report
from gateway.demo_scenes import LAST, SCENES
from gateway.demo_story import Player
from gateway.demo_stream import OPEN
from gateway.demo_world import PEOPLE, holdings_of, plan, simulator_config
from gateway.desk.login import one_time_link
from gateway.handlers import importing
from gateway.mqtt import Mqtt
from gateway.simulate import spawn_simulators, stop_processes
from gateway.story import Story
from gateway.workbook import demo_book
from settlement.calendar import business_days_after
from store.account import temporary_data

LAST_STEP_SECONDS = 10


@asynccontextmanager
async def stage(settings: Settings, seed: int, revive: bool = False) -> AsyncIterator[Day]:
    """A gateway on a virtual clock with simulators, static data, keys and a driver.

    With `revive` simulators that die are started again; without, their end is the run's.
    """
    clock = VirtualClock(OPEN)
    async with wiring.parts(settings) as real:
        await _set_up(real, settings)
        assert real.mqtt is not None
        spawn = partial(
            spawn_simulators,
            real.mqtt,
            settings.data / "simulators",
            seed,
            "virtual",
            simulator_config(),
        )
        processes = await spawn()
        try:
            async with (
                wiring.running(settings, clock, real) as up,
                aiohttp.ClientSession() as session,
                Mqtt(real.mqtt, "finality-driver") as mqtt,
                wiring.background() as tasks,
            ):
                keys = json.loads((settings.data / "keys.json").read_text())
                day = Day(
                    up,
                    Door(session, up.url, keys),
                    mqtt,
                    seed,
                    processes,
                    spawn if revive else None,
                )
                await day.subscribe()
                tasks.start(day.listen(), "reports")
                await up.core.sweep()
                await day.set_clock(up.core.clock.now())
                yield day
        finally:
            await stop_processes(processes)


async def _set_up(real: wiring.Parts, settings: Settings) -> None:
    """Static data and keys, once; a second start keeps what is there."""
    db = await asyncpg.connect(real.app_dsn)
    try:
        await importing.apply(db, {"demo.xlsx": demo_book()}, "demo", real_now(), False)
        file = settings.data / "keys.json"
        if not file.exists():
            keys = {
                name: await people.create_key(db, name, person, roles, real_now())
                for name, (person, roles) in PEOPLE.items()
            }
            file.touch(mode=0o600)
            file.write_text(json.dumps(keys, indent=1))
    finally:
        await db.close()


async def once(
    count: int, seed: int, settings: Settings, kept: bool, quiet: bool
) -> dict[str, Any]:
    """One whole settlement cycle, on a data folder of its own unless it is `kept`; the report."""
    started = time.perf_counter()
    with temporary_data() as fresh:
        chosen = settings if kept else settings.model_copy(update={"data": fresh})
        async with stage(chosen, seed) as day:
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
            return await report(day, chosen, time.perf_counter() - started)


async def stream(count: int, seed: int, settings: Settings) -> None:
    """Play business days of about two minutes each until stopped; data and clock are kept."""
    async with stage(settings, seed, revive=True) as day:
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
        if playing in done:
            stopping.cancel()
            playing.result()
        sys.stdout.write("\nstopping\n")
        day.ending = True  # at rest: what one side has sent, the other has
        if day.core.story is not None:
            day.core.story.over = True
        await asyncio.wait({playing}, timeout=LAST_STEP_SECONDS)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


UNTOLD = """
select not exists (select from instruction)
    or exists (select from instruction where starts_with(reference, $1))
"""


async def _untold(day: Day) -> bool:
    """Whether there is story left to tell: on empty books, or where a process before this one stopped."""
    async with day.core.pool.acquire() as db:
        return day.core.clock.now() < LAST and bool(await db.fetchval(UNTOLD, PREFIX))


async def _played(day: Day) -> int:
    """How many trades of the stream these books hold."""
    async with day.core.pool.acquire() as db:
        return int(await db.fetchval("select count(*) from instruction where reference ~ '^T'"))


async def _tell(day: Day, count: int, seed: int) -> None:
    """The story of the demo day, on a background of trades."""
    day.waiting = plan(seed, count, OPEN.date(), 1, OPEN, holdings_of())
    day.core.story = Story([scene.title for scene in SCENES])
    with steered_by_keys(day.core.story):
        await Player(day, day.core.story, partial(print, flush=True)).play()


async def _play(day: Day, count: int, seed: int) -> None:
    """The story, once; then one business day after another."""
    if await day.through(partial(_untold, day)):
        await _tell(day, count, seed)
    calendar = day.core.static.calendars["NYSE"]
    while not day.ending:
        first = 1 + await day.through(partial(_played, day))
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
