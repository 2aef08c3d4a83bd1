"""The audit trail: what people did, read from the event log. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection


class Asked(NamedTuple):
    """Which deeds; None asks for any. `after` is the known time, lane and sequence of the last row."""

    person: str | None = None
    objects: Sequence[UUID] | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, int, int] | None = None


# the condition on actor is that of the indexes event_deeds and event_by_people: the lanes' own
# doings are not in them
DEEDS = """
select e.known_at, e.lane, e.seq, e.actor, e.type, e.aggregate, e.portfolio, e.payload,
    i.reference, encode(e.hash, 'hex') as hash
from event e left join instruction i on i.lane = e.lane and i.id = e.aggregate
where e.actor not in ('lifecycle', 'outside')
  and ($1::text is null or e.actor = $1)
  and ($2::uuid[] is null or e.aggregate = any($2))
  and ($3::text is null or e.type = $3)
  and ($4::timestamptz is null or e.known_at >= $4)
  and ($5::timestamptz is null or e.known_at < $5)
  and ($6::timestamptz is null or (e.known_at, e.lane, e.seq) < ($6, $7::smallint, $8::bigint))
order by e.known_at desc, e.lane desc, e.seq desc limit $9
"""
NAMED = "select id from instruction where reference = $1"


async def deeds(db: Connection, asked: Asked, limit: int) -> list[Any]:
    """What was done, newest first."""
    objects = None if asked.objects is None else list(asked.objects)
    after = asked.after or (None, None, None)
    rows = await db.fetch(
        DEEDS, asked.person, objects, asked.type, asked.since, asked.until, *after, limit
    )
    return list(rows)


async def named(db: Connection, reference: str) -> list[UUID]:
    """The instructions of this upstream reference."""
    return [row["id"] for row in await db.fetch(NAMED, reference)]
