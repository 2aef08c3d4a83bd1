"""Proposals as rows: what was asked, by whom, what it would change, and who decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection


class Asked(NamedTuple):
    """A proposal nobody has decided; `content` and `changes` are canonical JSON, `hash` is of both."""

    id: UUID
    kind: str
    content: str
    changes: str
    hash: bytes
    by: str
    at: datetime
    reason: str


ADD = """
insert into proposal (id, kind, content, changes, hash, proposed_by, proposed_at, reason)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (hash) where outcome is null do nothing returning *
"""
WAITING_WITH = "select * from proposal where hash = $1 and outcome is null"
LOCK = "select * from proposal where id = $1 for update"
DECIDE = """
update proposal set outcome = $2, decided_by = $3, decided_at = $4, decision_reason = $5
where id = $1 and outcome is null returning *
"""
ONE = "select * from proposal where id = $1"
LIST = """
select * from proposal
where ($1::boolean or outcome is null) and ($2::text is null or kind = $2)
order by proposed_at desc, id desc limit $3
"""
WAITING = (
    "select kind, proposed_by, count(*) as count from proposal where outcome is null group by 1, 2"
)


async def add(db: Connection, asked: Asked) -> tuple[Any, bool]:
    """The proposal as it stands and whether it is new: the same one may wait already."""
    row = await db.fetchrow(ADD, *asked)
    if row is not None:
        return row, True
    return await db.fetchrow(WAITING_WITH, asked.hash), False


async def lock(db: Connection, id_: UUID) -> Any | None:
    """One proposal, so that nobody else decides it meanwhile."""
    return await db.fetchrow(LOCK, id_)


async def decide(
    db: Connection, id_: UUID, outcome: str, by: str, at: datetime, reason: str | None
) -> Any:
    """The proposal as it stands after this decision; the caller holds its lock."""
    return await db.fetchrow(DECIDE, id_, outcome, by, at, reason)


async def one(db: Connection, id_: UUID) -> Any | None:
    """One proposal, open or decided."""
    return await db.fetchrow(ONE, id_)


async def listed(db: Connection, decided: bool, kind: str | None, limit: int) -> list[Any]:
    """Proposals that wait, or also those decided, newest first."""
    return list(await db.fetch(LIST, decided, kind, limit))


async def waiting(db: Connection) -> list[Any]:
    """How many wait, by kind and by who asked: nobody decides their own."""
    return list(await db.fetch(WAITING))
