"""What changed since a moment of business time: what moved, what people did, what needs a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from store.rows import Connection

# what programs and lanes do by themselves is no deed; event_by_people has the rest
_BY_PEOPLE = "e.actor not in ('lifecycle', 'outside')"
_ROUTINE = """(
    'InstructionReceived', 'Instructed', 'TradeBooked', 'CashOpened', 'PositionOpened'
)"""
# coming, going and reading are no work: who has just signed in was away since before
_COMING = """(
    'SignedIn', 'SignInFailed', 'PasswordChanged', 'SignedOut', 'SessionEnded', 'Exported', 'Printed'
)"""
LAST_DEED = f"""
select max(e.known_at) from event e
where e.actor = $1 and {_BY_PEOPLE} and e.type not in {_COMING}
"""
MOVED = "select state, count(*) as count from condition where since > $1 group by state order by 2 desc, 1"
MOVED_LAST = "select id from condition where since > $1 order by since desc, id limit $2"
# the conditions on actor and routine are those of the index event_work
DEEDS = f"""
select e.type, e.actor, e.known_at, i.id, i.reference
from event e left join instruction i on i.lane = e.lane and i.id = e.aggregate
where {_BY_PEOPLE} and e.actor <> $2 and e.known_at > $1 and e.type not in {_ROUTINE}
  and e.type not in {_COMING}
order by e.known_at desc, e.lane desc, e.seq desc limit $3
"""
EXCEPTIONS = """
select count(*) filter (where raised_at > $1) as raised,
       count(*) filter (where closed_at > $1) as closed
from exception where raised_at > $1 or closed_at > $1
"""


async def last_deed(db: Connection, person: str) -> datetime | None:
    """When this person last did something that stands in the log."""
    found: datetime | None = await db.fetchval(LAST_DEED, person)
    return found


async def moved(db: Connection, since: datetime) -> list[Any]:
    """How many came to where they stand after this moment, by state."""
    return list(await db.fetch(MOVED, since))


async def moved_last(db: Connection, since: datetime, limit: int) -> list[UUID]:
    """The latest of them."""
    return [row["id"] for row in await db.fetch(MOVED_LAST, since, limit)]


async def deeds(db: Connection, since: datetime, but: str, limit: int) -> list[Any]:
    """What other persons did after this moment, latest first."""
    return list(await db.fetch(DEEDS, since, but, limit))


async def exceptions(db: Connection, since: datetime) -> Any:
    """How many exceptions were raised and how many closed after this moment."""
    return await db.fetchrow(EXCEPTIONS, since)
