"""Static data as effective-dated rows, with its version and its history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, columns


class StaticRow(NamedTuple):
    kind: str
    key: str
    valid_from: date
    valid_to: date | None
    body: str


VERSION = "select version from static_version"
LOCK = "select version from static_version for update"
ROWS = "select kind, key, valid_from, valid_to, body from static_row order by kind, key, valid_from"
KINDS = """
select kind, key, valid_from, valid_to, body from static_row where kind = $1
order by key, valid_from
"""
# a row whose dates alone change keeps the time at which what it says was approved
PUT_MANY = """
insert into static_row as s (kind, key, valid_from, valid_to, approved_at, body, changed_by, changed_at)
select *, $7, $8 from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::timestamptz[],
                             $6::text[])
on conflict (kind, key, valid_from) do update set
    valid_to = excluded.valid_to, body = excluded.body, changed_by = excluded.changed_by,
    changed_at = excluded.changed_at, approved_at = coalesce(excluded.approved_at, s.approved_at)
"""
APPROVED_SINCE = """
select kind, key, valid_from, approved_at from static_row where approved_at > $1
"""
CHANGED_MANY = """
insert into static_change (kind, key, valid_from, before, after, changed_by, changed_at, version,
                           proposal, approved_by)
select *, $6, $7, $8, $9, $10
from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
"""
HISTORY = "select * from static_change where kind = $1 and key = $2 order by id desc limit 200"
NEXT_VERSION = "update static_version set version = version + 1 returning version"


async def version(db: Connection) -> int:
    """The version of the static data; caches are keyed by it."""
    return int(await db.fetchval(VERSION))


async def rows(db: Connection, kind: str | None = None) -> list[StaticRow]:
    """All static rows, or those of one kind."""
    found = await (db.fetch(ROWS) if kind is None else db.fetch(KINDS, kind))
    return [StaticRow(*r) for r in found]


class Author(NamedTuple):
    """Who changed static data and when; who approved which proposal where one stands behind it."""

    by: str
    at: datetime
    proposal: UUID | None = None
    approved_by: str | None = None


async def apply(
    db: Connection,
    put: Sequence[StaticRow],
    before: Mapping[tuple[str, str, date], StaticRow],
    author: Author,
) -> int:
    """Put these rows and remember what they replaced; the new version. The caller holds the lock."""
    version_ = int(await db.fetchval(NEXT_VERSION))
    if put:
        approved_at = None if author.proposal is None else author.at
        stored = [
            (*row[:4], approved_at if _says_other(before.get(row[:3]), row) else None, row.body)
            for row in put
        ]
        await db.execute(PUT_MANY, *columns(stored), author.by, author.at)
        changes = [
            (r.kind, r.key, r.valid_from, old.body if old is not None else None, r.body)
            for r in put
            for old in [before.get((r.kind, r.key, r.valid_from))]
        ]
        by, at, *approved = author
        await db.execute(CHANGED_MANY, *columns(changes), by, at, version_, *approved)
    return version_


def _says_other(before: StaticRow | None, after: StaticRow) -> bool:
    """Whether a row is new, or says something else than when it holds."""
    if before is None:
        return True
    told = [json.loads(row.body) for row in (before, after)]
    for said in told:
        said.pop("valid_to")
    return bool(told[0] != told[1])


async def history(db: Connection, kind: str, key: str) -> list[Any]:
    """Every change of the rows of this key, newest first, with who made and who approved it."""
    return list(await db.fetch(HISTORY, kind, key))


async def approved_since(db: Connection, at: datetime) -> dict[tuple[str, str, date], datetime]:
    """The rows that say what they say only since a second person approved it after this time."""
    rows = await db.fetch(APPROVED_SINCE, at)
    return {(r["kind"], r["key"], r["valid_from"]): r["approved_at"] for r in rows}


async def lock(db: Connection) -> int:
    """Hold the static data for a change; one change at a time."""
    return int(await db.fetchval(LOCK))


async def settings(db: Connection) -> dict[str, Any]:
    """The installation's own small facts (clock, seed)."""
    return {r["key"]: r["value"] for r in await db.fetch("select key, value from setting")}


async def set_setting(db: Connection, key: str, value: str) -> None:
    """Remember one of them."""
    await db.execute(
        "insert into setting (key, value) values ($1, $2)"
        " on conflict (key) do update set value = excluded.value",
        key,
        value,
    )
