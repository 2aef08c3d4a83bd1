"""What one request may see: everything, or the portfolios a person's rights reach.

The database holds it: a bounded reader's connections find views by the tables' names
(0014_scope.sql), so no statement needs to know, and a new one cannot forget.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import asyncpg

from store.rows import Connection

SEPARATOR = "\x1f"
CONNECTIONS = 4
BOUND = """
select set_config('finality.portfolios', $1, false), set_config('finality.person', $2, false)
"""


class Scope(NamedTuple):
    """A reader that is bounded to portfolios; without any, to nothing."""

    person: str
    portfolios: tuple[str, ...]


_SCOPE: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """What is being worked on now may see; None for everything."""
    return _SCOPE.get()


def sees(portfolio: str) -> bool:
    """Whether what is being worked on now may see this portfolio; for what is in memory."""
    scope = _SCOPE.get()
    return scope is None or portfolio in scope.portfolios


@contextmanager
def seeing(scope: Scope | None) -> Iterator[None]:
    """What is asked for in this block sees no more than this."""
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


class ScopedPool:
    """The pool of the app role; whoever is bounded gets a connection that is, too."""

    def __init__(self, whole: asyncpg.Pool, dsn: str) -> None:
        self.whole = whole
        self._dsn = dsn
        self._bounded: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees what `current` says."""
        scope = _SCOPE.get()
        return self.whole.acquire() if scope is None else self._within(scope)

    async def close(self) -> None:
        """Close what was opened here; the whole pool is its maker's."""
        if self._bounded is not None:
            await self._bounded.close()

    @asynccontextmanager
    async def _within(self, scope: Scope) -> AsyncIterator[Connection]:
        async with self._opening:
            if self._bounded is None:
                self._bounded = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=CONNECTIONS,
                    command_timeout=60,
                    server_settings={
                        "application_name": "finality bounded",
                        "search_path": "scoped, public",
                    },
                )
        async with self._bounded.acquire() as db:  # given back, its settings are reset
            await db.execute(BOUND, SEPARATOR.join(scope.portfolios), scope.person)
            yield db
