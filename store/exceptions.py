"""The exceptions queue as people work it: what stands open, the bytes behind it, and their repairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from store.rows import Connection, columns

Name = tuple[int, str, str]  # lane, code, key


class Closed(NamedTuple):
    lane: int
    code: str
    key: str
    at: datetime
    by: str
    outcome: str
    reason: str


class Repair(NamedTuple):
    message: int
    original: int
    lane: int
    code: str
    key: str
    maker: str
    reason: str
    asked_at: datetime


class Decision(NamedTuple):
    message: int
    decision: str
    by: str
    at: datetime


class Entered(NamedTuple):
    """An inbox row of a repair; it is no arrival."""

    id: int
    link: str
    type: str | None
    reference: str | None


LOCK_MANY = """
select x.*, coalesce(c.portfolio, '') as portfolio, c.kind as about, c.direction, c.payment,
    c.amount, c.currency
from exception x
join unnest($1::smallint[], $2::text[], $3::text[]) k (lane, code, key) using (lane, code, key)
left join condition c on c.lane = x.lane and c.id = x.instruction
order by x.lane, x.code, x.key for update of x
"""
LOCK_MESSAGES = """
select i.id, i.link, i.state, i.type, i.reference, m.body, m.stored_at
from inbox i join raw_message m using (id) where i.id = any($1::bigint[])
order by i.id for update of i
"""
REPAIRS_OF = """
select r.*, m.body from repair r join raw_message m on m.id = r.message
where r.original = any($1::bigint[]) order by r.asked_at, r.message
"""
CLOSE_MANY = """
update exception x set closed_at = k.at, closed_by = k.by, outcome = k.outcome,
    closed_reason = k.reason
from unnest($1::smallint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[],
            $7::text[]) k (lane, code, key, at, by, outcome, reason)
where x.lane = k.lane and x.code = k.code and x.key = k.key and x.closed_at is null
"""
ENTER_MANY = """
insert into inbox (id, link, state, type, reference)
select id, link, 'proposed', type, reference
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) k (id, link, type, reference)
"""
ADD_REPAIRS = """
insert into repair (message, original, lane, code, key, maker, reason, asked_at)
select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::timestamptz[])
"""
DECIDE_MANY = """
update repair r set decision = k.decision, decided_by = k.by, decided_at = k.at
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) k (message, decision, by, at)
where r.message = k.message and r.decision is null
"""
MOVE_MANY = """
update inbox i set state = k.state, reason = k.reason, retry_at = null, attempts = 0
from unnest($1::bigint[], $2::text[], $3::text[]) k (id, state, reason) where i.id = k.id
"""
_SHOWN = """
select x.*, c.reference, c.state, c.portfolio, c.instrument_name, c.counterparty,
       r.message as proposed
from exception x left join condition c on c.lane = x.lane and c.id = x.instruction
left join repair r on r.original = x.message and r.decision is null
"""
LIST = (
    _SHOWN
    + """
where ($1::boolean or x.closed_at is null) and ($2::text is null or x.code = $2)
  and ($3::uuid is null or x.instruction = $3)
order by x.raised_at, x.lane, x.code, x.key limit $4
"""
)
ONE = _SHOWN + "where x.lane = $1 and x.code = $2 and x.key = $3"
REPAIRS = """
select message, original, maker, reason, asked_at, decision, decided_by, decided_at from repair
where lane = $1 and code = $2 and key = $3 order by asked_at, message
"""
DEEDS = """
select known_at, type, actor, effective_on, cause, payload from event
where aggregate = $1 and lane = $2 and type = any($3::text[])
  and payload::json ->> 'code' = $4 and payload::json ->> 'key' = $5
order by seq
"""


async def lock_many(db: Connection, names: Sequence[Name]) -> list[Any]:
    """These exceptions, locked in one order, with the portfolio of their instruction."""
    return list(await db.fetch(LOCK_MANY, *columns(sorted(set(names)))))


async def lock_messages(db: Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Inbox rows with their bytes, locked, so that nothing wakes them meanwhile."""
    return {r["id"]: r for r in await db.fetch(LOCK_MESSAGES, sorted(set(ids)))}


async def repairs_of(db: Connection, originals: Sequence[int]) -> list[Any]:
    """Every repair of these messages with its bytes, oldest first."""
    return list(await db.fetch(REPAIRS_OF, list(originals)))


async def close_many(db: Connection, rows: Sequence[Closed]) -> None:
    """These were dealt with."""
    if rows:
        await db.execute(CLOSE_MANY, *columns(rows))


async def propose_many(
    db: Connection, entered: Sequence[Entered], repairs: Sequence[Repair]
) -> None:
    """Corrected bytes, stored already, that wait for a second person."""
    if repairs:
        await db.execute(ENTER_MANY, *columns(entered))
        await db.execute(ADD_REPAIRS, *columns(repairs))


async def decide_many(db: Connection, decisions: Sequence[Decision]) -> None:
    """A person let these repairs in or refused them."""
    if decisions:
        await db.execute(DECIDE_MANY, *columns(decisions))


async def move_many(db: Connection, moves: Sequence[tuple[int, str, str | None]]) -> None:
    """Where inbox rows stand after a person's decision: (id, state, reason)."""
    if moves:
        await db.execute(MOVE_MANY, *columns(moves))


async def listed(
    db: Connection, closed: bool, code: str | None, instruction: object | None, limit: int
) -> list[Any]:
    """What needs a person, oldest first, or also what needed one."""
    return list(await db.fetch(LIST, closed, code, instruction, limit))


async def one(db: Connection, lane: int, code: str, key: str) -> Any | None:
    """One exception, open or closed."""
    return await db.fetchrow(ONE, lane, code, key)


async def repairs(db: Connection, lane: int, code: str, key: str) -> list[Any]:
    """Every repair that was asked for one exception, oldest first."""
    return list(await db.fetch(REPAIRS, lane, code, key))


async def deeds(
    db: Connection, aggregate: object, lane: int, types: Sequence[str], code: str, key: str
) -> list[Any]:
    """The events that tell what people did with one exception."""
    return list(await db.fetch(DEEDS, aggregate, lane, list(types), code, key))
