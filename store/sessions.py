"""Desk sessions and one-time login links. Only hashes of the secrets are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.rows import Connection

ADD_LINK = "insert into login_link (hash, prefix, expires_at) values ($1, $2, $3)"
USE_LINK = """
update login_link l set used_at = $2 from api_key k
where l.hash = $1 and l.used_at is null and l.expires_at > $2
  and k.prefix = l.prefix and k.disabled_at is null
returning l.prefix
"""
OPEN = "insert into session (hash, prefix, expires_at) values ($1, $2, $3)"
FIND = """
select k.prefix, k.name, k.person, k.roles from session s join api_key k on k.prefix = s.prefix
where s.hash = $1 and s.expires_at > $2 and k.disabled_at is null
"""
CLOSE = "delete from session where hash = $1 or expires_at <= $2"


async def add_link(db: Connection, hash_: bytes, prefix: str, expires_at: datetime) -> None:
    """Remember a link that opens the desk once."""
    await db.execute(ADD_LINK, hash_, prefix, expires_at)


async def use_link(db: Connection, hash_: bytes, now: datetime) -> str | None:
    """Use up a link: the key it stands for, or None when it is unknown, used, late or disabled."""
    prefix: str | None = await db.fetchval(USE_LINK, hash_, now)
    return prefix


async def open_session(db: Connection, hash_: bytes, prefix: str, expires_at: datetime) -> None:
    """Start a session for the holder of this key."""
    await db.execute(OPEN, hash_, prefix, expires_at)


async def find_session(db: Connection, hash_: bytes, now: datetime) -> Any | None:
    """The key behind a live session, or None."""
    return await db.fetchrow(FIND, hash_, now)


async def close_session(db: Connection, hash_: bytes, now: datetime) -> None:
    """End this session, and sweep out the expired ones."""
    await db.execute(CLOSE, hash_, now)
