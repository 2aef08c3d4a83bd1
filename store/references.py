"""The one directory of references: whose is what, for everything we take in or put on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from store.rows import Connection, columns


class Claim(NamedTuple):
    kind: str  # 'upstream', 'wire', 'uetr'
    owner: str
    value: str
    lane: int
    portfolio: str
    instruction: UUID


CLAIM_MANY = """
insert into reference (kind, owner, value, lane, portfolio, instruction)
select * from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::uuid[])
on conflict (kind, owner, value) do nothing
returning kind, owner, value
"""
FIND_MANY = """
select r.* from reference r
join unnest($1::text[], $2::text[], $3::text[]) k (kind, owner, value) using (kind, owner, value)
"""
FIND_WIRE = """
select value, lane, portfolio, instruction, kind from reference
where kind in ('wire', 'uetr') and owner = '' and value = any($1::text[])
"""


async def claim_many(db: Connection, claims: Sequence[Claim]) -> set[tuple[str, str, str]]:
    """The references that were free; a missing one is a resubmission, not a second trade."""
    if not claims:
        return set()
    rows = await db.fetch(CLAIM_MANY, *columns(claims))
    return {(r["kind"], r["owner"], r["value"]) for r in rows}


async def find_many(
    db: Connection, keys: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Claim]:
    """The claims that stand for these (kind, owner, value)."""
    if not keys:
        return {}
    rows = await db.fetch(FIND_MANY, *columns(keys))
    return {(r["kind"], r["owner"], r["value"]): _claim(r) for r in rows}


async def find_wire(db: Connection, values: Sequence[str]) -> dict[str, Claim]:
    """What we put on the wire under these references or UETRs."""
    if not values:
        return {}
    return {r["value"]: _claim(r, "") for r in await db.fetch(FIND_WIRE, list(values))}


def _claim(row: object, owner: str | None = None) -> Claim:
    r = dict(row)  # type: ignore[call-overload]
    return Claim(
        r["kind"],
        r["owner"] if owner is None else owner,
        r["value"],
        r["lane"],
        r["portfolio"],
        r["instruction"],
    )
