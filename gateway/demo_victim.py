"""A second gateway process on the demo's books, that takes its share of the lanes and dies with work in hand.

It dies by SIGKILL, the signal of `kill -9`, between sending a message and writing down that it was taken:
the worst moment there is. Time stands still while it lives, so it needs no driver of its clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable

from gateway import app as wiring
from gateway.clock import VirtualClock
from gateway.config import Settings
from gateway.core import Core
from gateway.demo_stream import OPEN
from gateway.logs import to_stderr

LIFE_SECONDS = 60  # it ends by itself if nobody kills it
DEATH_SECONDS = 15  # after which it is killed wherever it stands
SHARE_SECONDS = 30
SHARED = "select count(distinct holder) from lane_lease where expires_at > now()"


async def killed(core: Core, real: wiring.Parts, work: Callable[[], Awaitable[None]]) -> None:
    """Start it, give it work once it holds lanes, see it die, and wait until its lanes are ours.

    Work that was given before finds nothing left to send: then it is killed where it stands.
    """
    environment = {
        **os.environ,
        "FINALITY_DSN": real.owner_dsn,
        "FINALITY_APP_DSN": real.app_dsn,
        "FINALITY_MQTT": real.mqtt or "",
        "FINALITY_DATA": str(core.settings.data),
        "FINALITY_ENVIRONMENT": "DEMO",
        "FINALITY_STATUS_TOPICS": "0",
        "FINALITY_FAILPOINT": "after_send:1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.demo_victim", env=environment, start_new_session=True
    )
    try:
        async with asyncio.timeout(SHARE_SECONDS):
            await _until(core, SHARED, 2)
        await work()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), DEATH_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    async with asyncio.timeout(SHARE_SECONDS):
        await _until(core, SHARED, 1)


async def _until(core: Core, query: str, wanted: int) -> None:
    """Until so many processes share the lanes."""
    while True:
        async with core.pool.acquire() as db:
            if await db.fetchval(query) == wanted and core.held.epochs:
                return
        await asyncio.sleep(0.05)


async def live() -> None:
    """Work until killed."""
    async with (
        asyncio.timeout(LIFE_SECONDS),
        wiring.running(Settings(), VirtualClock(OPEN), http=False),
    ):
        await wiring.until_signalled()


if __name__ == "__main__":
    to_stderr()
    asyncio.run(live())
