"""Many rows in one statement: as columns for unnest, or copied where nothing can be in the way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

import asyncpg

Connection: TypeAlias = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


class Pool(Protocol):
    """Where connections come from: the app role's pool, or one that sees less (store/scope.py)."""

    def acquire(self) -> AbstractAsyncContextManager[Any]:
        """A connection, given back when the block ends."""
        ...


def columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """The columns of these rows, one list each."""
    return [list(column) for column in zip(*rows, strict=True)]


async def add(
    db: Connection, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Copy new rows into a table; a row that is there already is a fault, and nothing is written."""
    if rows:
        await db.copy_records_to_table(table, columns=names, records=rows)
