"""API keys: a public prefix and the hash of a secret. A key is disabled, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.rows import Connection

ADD = """
insert into api_key (prefix, hash, name, person, roles, created_at)
values ($1, $2, $3, $4, $5::text[], $6)
"""
# a person's rights as an array of rows, for `gateway.identity.client_of`
RIGHTS_OF = """array(select e from entitlement e where e.person = p.login
    order by e.role, e.entity, e.portfolio, e.kind) as rights"""
FIND = f"""
select k.prefix, k.hash, k.name, k.person, k.roles, {RIGHTS_OF}
from api_key k join person p on p.login = k.person
where k.prefix = $1 and k.disabled_at is null and p.disabled_at is null
"""
ALL = """
select prefix, name, person, roles, created_at, disabled_at from api_key
order by created_at, prefix
"""
DISABLE = """
update api_key set disabled_at = $2 where prefix = $1 and disabled_at is null returning person
"""

END_SESSIONS = """
with ended as (delete from session where prefix = $1 returning 1) select count(*) from ended
"""
PERSONS = """
select distinct p.login as person from person p join entitlement e on e.person = p.login
where p.disabled_at is null and e.role in ('maker', 'checker', 'admin')
"""


async def add(
    db: Connection,
    prefix: str,
    hash_: bytes,
    name: str,
    person: str,
    roles: Sequence[str],
    at: datetime,
) -> None:
    """Let this key in from now on."""
    await db.execute(ADD, prefix, hash_, name, person, list(roles), at)


async def find(db: Connection, prefix: str) -> Any | None:
    """The key of this prefix, unless it is disabled."""
    return await db.fetchrow(FIND, prefix)


async def everyone(db: Connection) -> list[Any]:
    """Every key that was ever made, without its hash."""
    return list(await db.fetch(ALL))


async def disable(db: Connection, prefix: str, at: datetime) -> str | None:
    """No longer let this key in: whose it was, or None when it was not in use."""
    person: str | None = await db.fetchval(DISABLE, prefix, at)
    return person


async def end_sessions(db: Connection, prefix: str) -> int:
    """Sign out everywhere who signed in with this key; how many sessions ended."""
    return int(await db.fetchval(END_SESSIONS, prefix))


async def persons(db: Connection) -> frozenset[str]:
    """Who can sign in and work on instructions."""
    return frozenset(r["person"] for r in await db.fetch(PERSONS))
