"""Of the gateway's background tasks none may end unnoticed."""

from __future__ import annotations

import asyncio

import pytest

from gateway.app import background


async def breaks() -> None:
    raise ValueError("a bug")


async def is_cancelled() -> None:
    raise asyncio.CancelledError


async def returns() -> None:
    return


@pytest.mark.parametrize("work", [breaks, is_cancelled, returns])
async def test_a_background_task_that_ends_ends_the_gateway(work: object) -> None:
    async def gateway() -> None:
        async with background() as tasks:
            tasks.start(work(), "work")  # type: ignore[operator]
            await asyncio.sleep(10)

    running = asyncio.create_task(gateway())
    await asyncio.wait((running,), timeout=5)
    assert running.cancelled()
