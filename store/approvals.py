"""What waits for a second person, with the hash of the content each is asked to let go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from store.desk import APPROVAL
from store.rows import Connection
from store.search import OPEN

# the last edit, else what was sent in: the body that gateway/handlers/people.py approves
_BODY = """
coalesce((select v.body from version v where v.lane = i.lane and v.instruction = i.id
          and v.version < 0 order by v.version limit 1), i.body)
"""
_HASH = f"encode(sha256(convert_to({_BODY}, 'UTF8')), 'hex')"
CONTENT = f"select {_HASH} from instruction i where i.id = $1"
STANDING = f"select {_BODY} as body, {_HASH} as content from instruction i where i.id = $1"
REFERENCE = "select reference from instruction where id = $1"
WAITING = f"""
with waiting as (
    select c.* from condition c where {OPEN} and c.waits_for = '{APPROVAL}'
    order by c.since, c.id limit $1
)
select c.*, i.created_at, i.maker, {_HASH} as content
from waiting c join instruction i using (lane, id) order by c.since, c.id
"""
REPAIRS = """
select x.*, r.message as proposed, r.maker, r.asked_at, r.reason as because
from repair r join exception x on x.lane = r.lane and x.code = r.code and x.key = r.key
where r.decision is null and x.closed_at is null order by r.asked_at limit $1
"""


async def content(db: Connection, id_: UUID) -> str | None:
    """SHA-256, in hexadecimal, of the content that waits or stands; None where nothing is."""
    found: str | None = await db.fetchval(CONTENT, id_)
    return found


async def standing(db: Connection, id_: UUID) -> Any:
    """The content that waits or stands, with its hash; of an instruction there is."""
    return await db.fetchrow(STANDING, id_)


async def reference(db: Connection, id_: UUID) -> str | None:
    """What upstream calls it."""
    found: str | None = await db.fetchval(REFERENCE, id_)
    return found


async def waiting(db: Connection, limit: int) -> list[Any]:
    """Instructions and payments that wait for a second person, longest first."""
    return list(await db.fetch(WAITING, limit))


async def repairs(db: Connection, limit: int) -> list[Any]:
    """Repairs of inbound messages that wait for a second person, longest first."""
    return list(await db.fetch(REPAIRS, limit))
