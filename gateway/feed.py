"""Tells in-process readers of the log that there is more to read. A hint only: readers also poll."""

from __future__ import annotations

import asyncio


class Feed:
    """A wake-up for everyone who waits at once."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def wake(self) -> None:
        """There is more in the log."""
        now, self._next = self._next, asyncio.Event()
        now.set()

    async def wait(self, timeout: float) -> bool:
        """True when woken, False when `timeout` seconds passed first."""
        try:
            await asyncio.wait_for(self._next.wait(), timeout)
        except TimeoutError:
            return False
        return True
