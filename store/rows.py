"""Rows to columns: the shape that unnest takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Pool = asyncpg.Pool


def columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """The columns of these rows, one list each."""
    return [list(column) for column in zip(*rows, strict=True)]
