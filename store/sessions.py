"""Desk sessions and one-time login links. Only hashes of the secrets are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.keys import RIGHTS_OF
from store.rows import Connection

ADD_LINK = "insert into login_link (hash, prefix, expires_at) values ($1, $2, $3)"
USE_LINK = """
update login_link l set used_at = $2 from api_key k
where l.hash = $1 and l.used_at is null and l.expires_at > $2
  and k.prefix = l.prefix and k.disabled_at is null
returning l.prefix
"""
OPEN = """
insert into session (hash, person, prefix, expires_at, seen_at) values ($1, $2, $3, $4, $5)
"""
FIND = f"""
select s.prefix, coalesce(k.name, p.login) as name, p.login as person, k.roles, p.must_change,
       s.seen_at, {RIGHTS_OF}
from session s join person p on p.login = s.person left join api_key k on k.prefix = s.prefix
where s.hash = $1 and s.expires_at > $2 and s.seen_at > $3
  and p.disabled_at is null and k.disabled_at is null
"""
SEEN = "update session set seen_at = $2 where hash = $1 and seen_at < $2"
CLOSE = "delete from session where hash = $1 returning person, prefix"
LAPSED = """
delete from session where expires_at <= $1 or seen_at <= $2
returning person, prefix, case when expires_at <= $1 then 'expired' else 'idle' end as why
"""
KEY_PERSON = "select person from api_key where prefix = $1"


async def add_link(db: Connection, hash_: bytes, prefix: str, expires_at: datetime) -> None:
    """Remember a link that opens the desk once."""
    await db.execute(ADD_LINK, hash_, prefix, expires_at)


async def use_link(db: Connection, hash_: bytes, now: datetime) -> str | None:
    """Use up a link: the key it stands for, or None when it is unknown, used, late or disabled."""
    prefix: str | None = await db.fetchval(USE_LINK, hash_, now)
    return prefix


async def open_session(
    db: Connection,
    hash_: bytes,
    person: str | None,
    prefix: str | None,
    now: datetime,
    expires_at: datetime,
) -> str:
    """Start a session: of a person, or of whoever answers for this key; whose it is."""
    who: str = person if person is not None else await db.fetchval(KEY_PERSON, prefix)
    await db.execute(OPEN, hash_, who, prefix, expires_at, now)
    return who


async def find_session(
    db: Connection, hash_: bytes, now: datetime, seen_after: datetime
) -> Any | None:
    """Who stands behind a live session that was used lately enough, or None."""
    return await db.fetchrow(FIND, hash_, now, seen_after)


async def seen(db: Connection, hash_: bytes, now: datetime) -> None:
    """The person is still there."""
    await db.execute(SEEN, hash_, now)


async def close_session(db: Connection, hash_: bytes) -> Any | None:
    """End this session: whose it was, or None when it had ended already."""
    return await db.fetchrow(CLOSE, hash_)


async def end_lapsed(db: Connection, now: datetime, seen_after: datetime) -> list[Any]:
    """Sweep out the sessions that expired or that nobody used; whose they were and why they ended."""
    return list(await db.fetch(LAPSED, now, seen_after))
