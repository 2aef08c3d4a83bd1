"""A worker's seat: the one connection that says it lives, and on which it keeps its leases."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from store import leases
from store.rows import Connection


class Seat:
    """Kept from the first use to `close`; a lost connection is replaced at the next use."""

    def __init__(self, pool: asyncpg.Pool, holder: str) -> None:
        self._pool = pool
        self._holder = holder
        self._db: Any = None
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[Connection]:
        """The connection, its session marked as this worker's."""
        async with self._one_at_a_time:
            if self._db is not None and self._lost():
                await self._give_back()
            if self._db is None:
                self._db = await self._pool.acquire()
                try:
                    await leases.sit(self._db, self._holder)
                except BaseException:
                    await self._give_back()
                    raise
            try:
                yield self._db
            except BaseException:
                self._db.terminate()  # what broke in the middle says nothing for sure
                await self._give_back()
                raise

    async def close(self) -> None:
        """Give the connection back; with it goes the lock."""
        async with self._one_at_a_time:
            if self._db is not None:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await self._give_back()  # a server that is gone has let go already

    def _lost(self) -> bool:
        try:
            return bool(self._db.is_closed())
        except asyncpg.InterfaceError:  # the pool took it back when it closed
            return True

    async def _give_back(self) -> None:
        db, self._db = self._db, None
        await self._pool.release(db)
