"""Idempotency keys: what was asked under each and answered. Status 0 is a request in work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.rows import Connection

CLAIM = """
insert into idempotency (client, key, request_hash, status, body, created_at)
values ($1, $2, $3, 0, '', $4) on conflict (client, key) do nothing returning key
"""
FIND = "select request_hash, status, body from idempotency where client = $1 and key = $2"
TAKE_OVER = """
update idempotency set created_at = $4
where client = $1 and key = $2 and request_hash = $3 and status = 0 and created_at < $5
returning key
"""
ANSWER = "update idempotency set status = $3, body = $4 where client = $1 and key = $2"
RELEASE = "delete from idempotency where client = $1 and key = $2 and status = 0"
FORGET = "delete from idempotency where created_at < $1"


async def claim(db: Connection, client: str, key: str, request_hash: bytes, at: datetime) -> bool:
    """Take the key for this request; False when it was used before."""
    return await db.fetchval(CLAIM, client, key, request_hash, at) is not None


async def find(db: Connection, client: str, key: str) -> Any | None:
    """What stands under this key."""
    return await db.fetchrow(FIND, client, key)


async def take_over(
    db: Connection, client: str, key: str, request_hash: bytes, at: datetime, before: datetime
) -> bool:
    """Take the key from a process that claimed it before this time and never answered."""
    return await db.fetchval(TAKE_OVER, client, key, request_hash, at, before) is not None


async def answer(db: Connection, client: str, key: str, status: int, body: str) -> None:
    """Keep the answer for whoever asks again."""
    await db.execute(ANSWER, client, key, status, body)


async def release(db: Connection, client: str, key: str) -> None:
    """Nothing was done: the key is free again."""
    await db.execute(RELEASE, client, key)


async def forget(db: Connection, before: datetime) -> None:
    """Drop what is older than the promise."""
    await db.execute(FORGET, before)
