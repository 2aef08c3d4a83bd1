"""The event log: appended by the lane's holder only, read by everyone through positions per lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.event import Event
from store.rows import Connection, add, columns


class Head(NamedTuple):
    lane: int
    seq: int
    hash: bytes
    known_at: datetime | None


HEADS = """
select lane, seq, hash, nullif(known_at, '-infinity') as known_at from lane_head
where lane = any($1::smallint[])
"""
MOVE_HEADS = """
update lane_head h set seq = k.seq, hash = k.hash, known_at = k.known_at
from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::timestamptz[]) k (lane, seq, hash, known_at)
where h.lane = k.lane
"""
AFTER = """
select e.* from event e
join unnest($1::smallint[], $2::bigint[]) c (lane, seq) on e.lane = c.lane and e.seq > c.seq
order by e.known_at, e.lane, e.seq limit $3
"""
CUT = "select lane, max(seq) as seq from event where known_at <= $1 group by lane"
ALL_HEADS = "select lane, seq from lane_head order by lane"
STATES_EVER = """
select distinct payload::json ->> 'state' as state from event
where payload like '%"state":%' and aggregate = any(
    select id from condition where kind = 'securities')
"""


async def heads(db: Connection, lanes: Sequence[int]) -> dict[int, Head]:
    """Last sequence, hash and known time of these lanes."""
    return {r["lane"]: Head(*r) for r in await db.fetch(HEADS, list(lanes))}


async def append_many(db: Connection, events: Sequence[Event], moved: Sequence[Head]) -> None:
    """Add to the log and move the heads of its lanes."""
    if not events:
        return
    await add(db, "event", Event._fields, events)
    await db.execute(MOVE_HEADS, *columns(moved))


async def after(db: Connection, positions: Mapping[int, int], limit: int) -> list[Any]:
    """Events beyond these lane positions, in known order; within a lane always in sequence."""
    lanes = [(lane, positions.get(lane, 0)) for lane in range(64)]
    return list(await db.fetch(AFTER, *columns(lanes), limit))


async def cut(db: Connection, known_at: datetime) -> dict[int, int]:
    """The lane positions that were known at this time."""
    return {r["lane"]: r["seq"] for r in await db.fetch(CUT, known_at)}


async def positions_now(db: Connection) -> dict[int, int]:
    """The end of the log, a position per lane."""
    return {r["lane"]: r["seq"] for r in await db.fetch(ALL_HEADS)}


async def states_ever(db: Connection) -> set[str]:
    """Every display state a securities instruction ever showed."""
    return {r["state"] for r in await db.fetch(STATES_EVER)}
