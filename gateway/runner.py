"""The batch runner: the one place that meets bugs and outages. A poisoned item never blocks its batch."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg
import structlog

from store.leases import LostLease

Item = TypeVar("Item")
log = structlog.get_logger()

OUTAGES: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the rollback on a connection the server ended a moment before
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
)


async def run(
    work: Callable[[Sequence[Item]], Awaitable[Any]],
    batch: Sequence[Item],
    park: Callable[[Item, str], Awaitable[None]],
    pause_seconds: float = 0.05,
) -> None:
    """Do the batch; on a bug halve it until one item fails alone and park that; wait out an outage."""
    while True:
        try:
            await work(batch)
            return
        except LostLease:
            raise
        except OUTAGES as outage:
            log.warning("outage", error=repr(outage), items=len(batch))
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, 1.0)
        except Exception as bug:
            if len(batch) == 1:
                log.error("parked", error=repr(bug))
                await _park(park, batch[0], traceback.format_exc())
                return
            middle = len(batch) // 2
            await run(work, batch[:middle], park)
            await run(work, batch[middle:], park)
            return


async def _park(park: Callable[[Item, str], Awaitable[None]], item: Item, reason: str) -> None:
    pause_seconds = 0.05
    while True:
        try:
            await park(item, reason)
            return
        except OUTAGES as outage:
            log.warning("outage while parking", error=repr(outage))
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, 1.0)
