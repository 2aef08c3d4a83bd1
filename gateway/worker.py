"""Lane workers: what waits in the lanes they hold goes into one transaction at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from gateway import failpoints, runner
from gateway.handlers import park
from gateway.handlers.advance import Advance
from gateway.handlers.unit import Memory
from gateway.items import Item, Overloaded, Result, finish
from store.leases import LostLease

if TYPE_CHECKING:
    from gateway.core import Core

log = structlog.get_logger()


class Worker:
    """One shard of the held lanes: natural group commit, no linger."""

    def __init__(self, core: Core, shard: int) -> None:
        self.core = core
        self.shard = shard
        self.memory = Memory()
        self._queue: deque[Item] = deque()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.busy = False

    def forget(self) -> None:
        """Remember nothing any more; a transaction in hand keeps what it began with."""
        self.memory = Memory()

    def __len__(self) -> int:
        return len(self._queue) + (1 if self.busy else 0)

    @property
    def oldest_seconds(self) -> float:
        """Age of the oldest unworked item, real seconds."""
        return time.monotonic() - self._queue[0].at if self._queue else 0.0

    def admit(self) -> None:
        """Overloaded when a new request would wait too long."""
        settings = self.core.settings
        if (
            len(self._queue) >= settings.queue_bound
            or self.oldest_seconds * 1000 > settings.admission_ms
        ):
            raise Overloaded

    def put(self, items: Sequence[Item]) -> None:
        """Queue items in their order; `room` says when links should wait."""
        self._queue.extend(items)
        self._arrived.set()
        if len(self._queue) >= self.core.settings.queue_bound:
            self._room.clear()

    async def room(self) -> None:
        """Wait until the queue is below its bound."""
        await self._room.wait()

    async def work(self) -> None:
        """Take what queued up while the last commit ran, for ever."""
        cap = self.core.settings.batch_cap
        while True:
            await self._arrived.wait()
            batch = [self._queue.popleft() for _ in range(min(cap, len(self._queue)))]
            if not self._queue:
                self._arrived.clear()
            if len(self._queue) < self.core.settings.queue_bound // 2:
                self._room.set()
            if not batch:
                continue
            self.busy = True
            try:
                await runner.run(self._advance, batch, self._park)
            except LostLease as lost:
                self.forget()
                log.warning("lost lease", detail=str(lost))
                finish(batch, {}, Overloaded())
                self.core.give_back(batch)
            finally:
                self.busy = False

    async def _advance(self, batch: Sequence[Item]) -> None:
        started = time.perf_counter()
        results: dict[int, Result] = {}
        advance = Advance(self.core, self.memory, batch, results)
        try:
            async with self.core.pool.acquire() as db, db.transaction():
                await advance.run(db)
        except BaseException:
            self.forget()
            raise
        advance.remember()
        failpoints.reach("after_commit")
        finish(batch, results, None)
        self.core.committed(advance.unit, batch)
        self.core.decided_by(advance.desk.static_version)
        self.core.metrics.batch(len(batch), time.perf_counter() - started)

    async def _park(self, item: Item, reason: str) -> None:
        await park.park(self.core, item, reason)
        self.core.done([item])
