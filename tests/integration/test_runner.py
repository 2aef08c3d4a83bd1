"""The batch runner while the server is killed: an outage is waited out, whatever it looks like."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence

import asyncpg

from gateway import runner
from store.account import temporary_data
from store.postgres import EmbeddedPostgres

SMALL = {"shared_buffers": "64MB"}
BUSY = "select count(*) from generate_series(1, 2000)"


async def test_no_item_is_parked_for_the_death_of_the_server() -> None:
    parked: list[str] = []
    killing = True

    async def park(item: int, reason: str) -> None:
        parked.append(reason)

    with temporary_data() as data:
        async with (
            EmbeddedPostgres(data, settings=SMALL) as server,
            asyncpg.create_pool(
                server.dsn("superuser", "postgres"), min_size=1, max_size=8
            ) as pool,
        ):

            async def work(batch: Sequence[int]) -> None:
                async with pool.acquire() as db, db.transaction():
                    for _ in range(5):
                        await db.execute(BUSY)

            async def one_after_the_other() -> None:
                while killing:
                    await runner.run(work, [1], park, pause_seconds=0.01)

            working = [asyncio.create_task(one_after_the_other()) for _ in range(8)]
            for _ in range(4):
                await asyncio.sleep(0.5)
                killed = server.pid
                assert killed is not None
                os.kill(killed, signal.SIGKILL)
                while server.pid == killed:
                    await asyncio.sleep(0.02)
            killing = False
            async with asyncio.timeout(30):
                await asyncio.gather(*working)
    assert parked == []
