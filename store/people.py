"""People and their rights as rows. A person is disabled, never deleted: what they did stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from store.rows import Connection, columns


class Entitlement(NamedTuple):
    """A role a person holds; `*` is anywhere, no amount is any amount."""

    person: str
    role: str
    entity: str = "*"
    portfolio: str = "*"
    kind: str = "*"
    amount_max: Decimal | None = None
    currency: str | None = None


ADD = """
insert into person (login, name, password, must_change, created_at, created_by)
values ($1, $2, $3, $4, $5, $6) on conflict (login) do nothing returning login
"""
FIND = "select * from person where login = $1"
LOCK = "select * from person where login = $1 for update"
LIST = """
select p.*, (select count(*) from api_key k where k.person = p.login and k.disabled_at is null) as keys
from person p order by p.login
"""
RIGHTS = "select * from entitlement where person = $1 order by role, entity, portfolio, kind"
ALL_RIGHTS = "select * from entitlement order by person, role, entity, portfolio, kind"
GRANT = """
insert into entitlement (person, role, entity, portfolio, kind, amount_max, currency)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[],
    $7::text[]) on conflict do nothing
"""
CLEAR = "delete from entitlement where person = $1"
FAILED = """
update person set failed = case when $3::timestamptz is null then failed + 1 else 0 end,
    locked_until = coalesce($3, locked_until) where login = $1 and failed = $2
"""
SIGNED_IN = """
update person set failed = 0, locked_until = null, signed_in_at = $2,
    password = coalesce($3, password) where login = $1
"""
SET_PASSWORD = """
update person set password = $2, must_change = $3, failed = 0, locked_until = null where login = $1
"""
SET_DISABLED = "update person set disabled_at = $2 where login = $1"
END_SESSIONS = """
with ended as (delete from session where person = $1 and hash is distinct from $2 returning 1)
select count(*) from ended
"""
SECURITY = """
select count(distinct e.person) from entitlement e join person p on p.login = e.person
where e.role in ('security', 'admin') and p.disabled_at is null and p.password is not null
"""


async def add(
    db: Connection, login: str, name: str, password: str | None, at: datetime, by: str
) -> bool:
    """A new person, who must change a password that was given; False when there is one."""
    given = password is not None
    return await db.fetchval(ADD, login, name, password, given, at, by) is not None


async def find(db: Connection, login: str) -> Any | None:
    """This person, disabled or not."""
    return await db.fetchrow(FIND, login)


async def lock(db: Connection, login: str) -> Any | None:
    """This person, so that nobody else changes the row meanwhile."""
    return await db.fetchrow(LOCK, login)


async def everyone(db: Connection) -> list[Any]:
    """Everybody, with how many keys they answer for."""
    return list(await db.fetch(LIST))


async def rights(db: Connection, login: str) -> list[Entitlement]:
    """What one person may do."""
    return [Entitlement(*r) for r in await db.fetch(RIGHTS, login)]


async def all_rights(db: Connection) -> list[Entitlement]:
    """What anybody may do."""
    return [Entitlement(*r) for r in await db.fetch(ALL_RIGHTS)]


async def grant(db: Connection, rows: Sequence[Entitlement]) -> None:
    """Add these rights; one that is held already stays as it is."""
    if rows:
        await db.execute(GRANT, *columns(rows))


async def replace(db: Connection, login: str, rows: Sequence[Entitlement]) -> None:
    """Have exactly these rights."""
    await db.execute(CLEAR, login)
    await grant(db, rows)


async def failed(db: Connection, login: str, before: int, locked_until: datetime | None) -> None:
    """Count a wrong password; with a time, none is taken until then."""
    await db.execute(FAILED, login, before, locked_until)


async def signed_in(db: Connection, login: str, at: datetime, password: str | None) -> None:
    """Note a right password; a new hash of it replaces one made with older parameters."""
    await db.execute(SIGNED_IN, login, at, password)


async def set_password(db: Connection, login: str, password: str, must_change: bool) -> None:
    """Another password, and every lock off."""
    await db.execute(SET_PASSWORD, login, password, must_change)


async def set_disabled(db: Connection, login: str, at: datetime | None) -> None:
    """No longer let this person in by any door, or again."""
    await db.execute(SET_DISABLED, login, at)


async def end_sessions(db: Connection, login: str, keep: bytes | None = None) -> int:
    """Sign this person out everywhere, or everywhere but here; how many sessions ended."""
    return int(await db.fetchval(END_SESSIONS, login, keep))


async def security_officers(db: Connection) -> int:
    """How many people can sign in and decide about rights."""
    return int(await db.fetchval(SECURITY))
