"""Who lives and who holds which lane, on a real server whose sessions are really ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest

from gateway.runner import OUTAGES
from gateway.seat import Seat
from store import leases
from store.leases import LANES, Held, LostLease

SECONDS = 3600.0  # no lease and nobody's name runs out by itself in these tests


@pytest.fixture
async def pool(database: Any) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database.app, min_size=0, max_size=6) as pool:
        yield pool


@pytest.fixture
async def observer(database: Any) -> AsyncIterator[asyncpg.Connection]:
    db = await asyncpg.connect(database.superuser)
    yield db
    await db.close()


class Worker:
    """A worker as far as its leases go."""

    def __init__(self, pool: asyncpg.Pool, name: str) -> None:
        self.name = name
        self.seat = Seat(pool, name)
        self.held = Held(name, {})

    async def look_round(self) -> set[int]:
        """Renew, strike off the dead, take what is free; the lanes that are ours now."""
        try:
            mine = await self._looked()
        except OUTAGES:  # a session ended a moment before: looked again, as the gateway does
            mine = await self._looked()
        self.held = Held(self.name, mine)
        return set(mine)

    async def _looked(self) -> set[int]:
        async with self.seat.taken() as db:
            mine = await leases.renew(db, self.name, SECONDS)
            await leases.workers(db, SECONDS)
            return mine | await leases.take(db, self.name, SECONDS, LANES)

    async def session(self) -> int:
        async with self.seat.taken() as db:
            return int(await db.fetchval("select pg_backend_pid()"))


@pytest.fixture
async def two(pool: asyncpg.Pool) -> AsyncIterator[tuple[Worker, Worker]]:
    async with AsyncExitStack() as stack:
        both = Worker(pool, "first"), Worker(pool, "second")
        for worker in both:
            stack.push_async_callback(worker.seat.close)
        yield both


Two = tuple[Worker, Worker]
ALL = set(range(LANES))


async def end(observer: asyncpg.Connection, session: int) -> None:
    """End a session as the death of its process does, and wait until it is gone."""
    await observer.fetchval("select pg_terminate_backend($1, 5000)", session)


async def test_who_lives_keeps_every_lane(two: Two) -> None:
    first, second = two
    assert await first.look_round() == ALL
    assert await second.look_round() == set()


async def test_the_lanes_of_the_dead_go_at_once(two: Two, observer: asyncpg.Connection) -> None:
    first, second = two
    await first.look_round()
    await end(observer, await first.session())
    assert await second.look_round() == ALL


async def test_a_successor_is_not_kept_waiting_by_a_lane_still_in_use(
    two: Two, observer: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    first, second = two
    await first.look_round()
    async with pool.acquire() as db, db.transaction():
        await leases.hold(db, first.held, [7])
        await end(observer, await first.session())
        assert await second.look_round() == ALL - {7}
    assert await second.look_round() == ALL


async def test_one_taken_for_dead_can_no_longer_write(
    two: Two, observer: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    first, second = two
    await first.look_round()
    await end(observer, await first.session())
    await second.look_round()
    async with pool.acquire() as db, db.transaction():
        with pytest.raises(LostLease):
            await leases.hold(db, first.held, [7])


async def test_one_taken_for_dead_sits_down_again(two: Two, observer: asyncpg.Connection) -> None:
    first, second = two
    await first.look_round()
    await end(observer, await first.session())
    assert await first.look_round() == ALL
    assert await second.look_round() == set()


async def test_a_lost_lock_from_before_the_servers_start_says_nothing(
    two: Two, observer: asyncpg.Connection
) -> None:
    first, second = two
    await first.look_round()
    await end(observer, await first.session())
    await observer.execute(
        "update worker set seen_at = pg_postmaster_start_time() - interval '1 second'"
    )
    assert await second.look_round() == set()


async def test_a_seat_that_broke_in_use_is_not_used_again(two: Two) -> None:
    first, second = two
    await first.look_round()
    before = await first.session()
    with pytest.raises(ValueError, match="in the middle"):
        async with first.seat.taken():
            raise ValueError("in the middle")
    assert await first.session() != before
    assert await first.look_round() | await second.look_round() == ALL
