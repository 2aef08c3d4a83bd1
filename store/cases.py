"""Instructions with all that is known of them: body, versions, facts, and the condition they fold to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, add, columns


class InstructionRow(NamedTuple):
    lane: int
    id: UUID
    portfolio: str
    kind: str
    client: str
    reference: str
    maker: str
    created_at: datetime
    body: str
    body_hash: bytes


class VersionRow(NamedTuple):
    lane: int
    instruction: UUID
    version: int
    reference: str
    format: str
    link: str
    body: str
    static_version: int
    maker: str


class FactRow(NamedTuple):
    lane: int
    instruction: UUID
    key: str
    hash: bytes
    at: datetime
    rank: int
    message: int | None
    payload: str


class ConditionRow(NamedTuple):
    lane: int
    id: UUID
    portfolio: str
    kind: str
    reference: str
    state: str
    processing: str
    cancellation: str
    matching: str
    settlement: str
    change: str
    version: int
    wire_reference: str | None
    link: str | None
    direction: str | None
    payment: str | None
    isin: str | None
    instrument_name: str | None
    counterparty: str | None
    custodian: str | None
    place: str | None
    account: str | None
    cash_account: str | None
    currency: str | None
    amount: Decimal | None
    quantity: Decimal | None
    open_quantity: Decimal | None
    settled_quantity: Decimal | None
    trade_on: date | None
    settle_on: date | None
    waits_for: str | None
    whose_move: str | None
    since: datetime
    reason: str | None
    reason_text: str | None
    flags: list[str]
    posted: str
    terms: str | None
    facts: int


class Timer(NamedTuple):
    lane: int
    instruction: UUID
    kind: str
    due_at: datetime


class ExceptionRow(NamedTuple):
    lane: int
    instruction: UUID | None
    message: int | None
    code: str
    key: str
    text: str
    raised_at: datetime


INSTRUCTIONS = """
select i.* from instruction i join unnest($1::smallint[], $2::uuid[]) k (lane, id) using (lane, id)
"""
CONDITIONS = """
select c.* from condition c join unnest($1::smallint[], $2::uuid[]) k (lane, id) using (lane, id)
order by lane, id for update of c
"""
VERSIONS = """
select v.* from version v
join unnest($1::smallint[], $2::uuid[]) k (lane, instruction) using (lane, instruction)
order by lane, instruction, version
"""
FACTS = """
select f.* from fact f
join unnest($1::smallint[], $2::uuid[]) k (lane, instruction) using (lane, instruction)
"""
ADD_FACTS = """
insert into fact (lane, instruction, key, hash, at, rank, message, payload)
select * from unnest($1::smallint[], $2::uuid[], $3::text[], $4::bytea[], $5::timestamptz[],
                     $6::smallint[], $7::bigint[], $8::text[])
on conflict do nothing
"""
_TYPES = {
    "lane": "smallint",
    "id": "uuid",
    "version": "smallint",
    "amount": "numeric",
    "quantity": "numeric",
    "open_quantity": "numeric",
    "settled_quantity": "numeric",
    "trade_on": "date",
    "settle_on": "date",
    "since": "timestamptz",
    "facts": "int",
}
_MOVING = (
    "state",
    "processing",
    "cancellation",
    "matching",
    "settlement",
    "change",
    "version",
    "wire_reference",
    "link",
    "account",
    "cash_account",
    "custodian",
    "place",
    "amount",
    "quantity",
    "open_quantity",
    "settled_quantity",
    "settle_on",
    "waits_for",
    "whose_move",
    "since",
    "reason",
    "reason_text",
    "flags",
    "posted",
    "terms",
    "facts",
    "isin",
    "instrument_name",
    "counterparty",
    "currency",
)
# flags travel as one text per row: arrays of arrays have no unnest; names of people hold spaces
_BETWEEN = "\x1f"
_FLAGS = "coalesce(string_to_array(nullif(k.flags, ''), chr(31)), '{}')"
# what an answer may change; the rest changes only with a version, a person or static data
_ANSWERED = (
    "state",
    "processing",
    "cancellation",
    "matching",
    "settlement",
    "change",
    "open_quantity",
    "settled_quantity",
    "waits_for",
    "whose_move",
    "since",
    "reason",
    "reason_text",
    "flags",
    "posted",
    "facts",
)


def _update(fields: Sequence[str]) -> str:
    """Set these fields of many conditions; terms are sent only when a version changed them."""
    special = {"flags": f"flags = {_FLAGS}", "terms": "terms = coalesce(k.terms, c.terms)"}
    given = ("lane", "id", *fields)
    arrays = [f"${n}::{_TYPES.get(f, 'text')}[]" for n, f in enumerate(given, 1)]
    return (
        f"update condition c set {', '.join(special.get(f, f'{f} = k.{f}') for f in fields)}"
        f" from unnest({', '.join(arrays)})"
        f" k ({', '.join(given)}) where c.lane = k.lane and c.id = k.id"
    )


MOVE_CONDITIONS = _update(_MOVING)
ANSWER_CONDITIONS = _update(_ANSWERED)
SET_TIMERS = """
insert into timer (lane, instruction, kind, due_at)
select * from unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[])
on conflict (lane, instruction, kind) do update set due_at = excluded.due_at
"""
DUE_TIMERS = """
delete from timer t using (
    select lane, instruction, kind from timer where due_at <= $1 and lane = any($2::smallint[])
    order by due_at limit $3) d
where t.lane = d.lane and t.instruction = d.instruction and t.kind = d.kind
returning t.lane, t.instruction, t.kind, t.due_at
"""
PEEK_TIMERS = """
select lane, instruction, kind, due_at from timer
where due_at <= $1 and lane = any($2::smallint[]) order by due_at limit $3
"""
WAITING = """
select lane, id from condition where state in ('draft', 'approved') and lane = any($1::smallint[])
"""
NEXT_TIMER = "select min(due_at) from timer"
RAISE_EXCEPTIONS = """
insert into exception (lane, instruction, message, code, key, text, raised_at)
select * from unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                     $7::timestamptz[])
on conflict (lane, code, key) do update set text = excluded.text, raised_at = excluded.raised_at,
    round = exception.round + 1, closed_at = null, closed_by = null, outcome = null,
    closed_reason = null
where exception.closed_at is not null
"""
CLOSE_FOR = """
update exception e set closed_at = k.at, closed_by = k.actor
from unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
     k (lane, instruction, code, at, actor)
where e.lane = k.lane and e.instruction = k.instruction and e.code = k.code and e.closed_at is null
"""


async def load_many(
    db: Connection, keys: Sequence[tuple[int, UUID]], whole: Sequence[tuple[int, UUID]]
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Conditions (locked, in one order) and facts of `keys`; instructions and versions of `whole`."""
    if not keys:
        return [], [], [], []
    args = columns(keys)
    return (
        list(await db.fetch(INSTRUCTIONS, *columns(whole))) if whole else [],
        list(await db.fetch(CONDITIONS, *args)),
        list(await db.fetch(VERSIONS, *columns(whole))) if whole else [],
        list(await db.fetch(FACTS, *args)),
    )


async def load_whole(
    db: Connection, keys: Sequence[tuple[int, UUID]]
) -> tuple[list[Any], list[Any]]:
    """Instructions and versions alone."""
    args = columns(keys)
    return list(await db.fetch(INSTRUCTIONS, *args)), list(await db.fetch(VERSIONS, *args))


async def add_instructions(db: Connection, rows: Sequence[InstructionRow]) -> None:
    """Record instructions as they came in; never changed afterwards."""
    await add(db, "instruction", InstructionRow._fields, rows)


async def add_versions(db: Connection, rows: Sequence[VersionRow]) -> None:
    """Record the enriched content of each version that goes to the wire."""
    await add(db, "version", VersionRow._fields, rows)


async def add_facts(db: Connection, rows: Sequence[FactRow]) -> None:
    """Add to the sets that conditions are folded from; what is there already stays."""
    if rows:
        await db.execute(ADD_FACTS, *columns(rows))


async def add_conditions(db: Connection, rows: Sequence[ConditionRow]) -> None:
    """The first condition of new instructions."""
    await add(db, "condition", ConditionRow._fields, rows)


async def move_conditions(db: Connection, rows: Sequence[ConditionRow]) -> None:
    """The new condition of known instructions, all of it."""
    if rows:
        await db.execute(MOVE_CONDITIONS, *columns(_flat(rows, _MOVING)))


async def answer_conditions(db: Connection, rows: Sequence[ConditionRow]) -> None:
    """The new condition of instructions that were only answered."""
    if rows:
        await db.execute(ANSWER_CONDITIONS, *columns(_flat(rows, _ANSWERED)))


def _flat(rows: Sequence[ConditionRow], fields: Sequence[str]) -> list[tuple[Any, ...]]:
    pick = attrgetter("lane", "id", *fields)
    flags = fields.index("flags") + 2
    found = []
    for row in rows:
        values = pick(row)
        found.append((*values[:flags], _BETWEEN.join(values[flags]), *values[flags + 1 :]))
    return found


async def set_timers(db: Connection, timers: Sequence[Timer]) -> None:
    """Wake these instructions at their time; one timer per instruction and kind."""
    if timers:
        latest = {(t.lane, t.instruction, t.kind): t for t in timers}
        await db.execute(SET_TIMERS, *columns(list(latest.values())))


async def due_timers(db: Connection, now: datetime, lanes: Sequence[int], limit: int) -> list[Any]:
    """Take the timers that are due in these lanes; the caller's transaction decides what they do."""
    return list(await db.fetch(DUE_TIMERS, now, list(lanes), limit))


async def peek_timers(db: Connection, now: datetime, lanes: Sequence[int], limit: int) -> list[Any]:
    """The timers that are due in these lanes, left in place."""
    return list(await db.fetch(PEEK_TIMERS, now, list(lanes), limit))


async def raise_exceptions(db: Connection, rows: Sequence[ExceptionRow]) -> None:
    """Put what needs a person on the queue, once per (lane, code, key); again once it was closed."""
    if rows:
        latest = {(r.lane, r.code, r.key): r for r in rows}
        await db.execute(RAISE_EXCEPTIONS, *columns(list(latest.values())))


async def close_for(db: Connection, rows: Sequence[tuple[int, UUID, str, datetime, str]]) -> None:
    """Close what an instruction's own progress made void: (lane, instruction, code, at, by)."""
    if rows:
        await db.execute(CLOSE_FOR, *columns(rows))
