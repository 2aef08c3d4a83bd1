"""What each link has in hand: unsent, unanswered, sent again, and what a dead process left."""

from __future__ import annotations

from typing import Any

from store.rows import Connection

OUT = """
select o.link, count(*) filter (where o.state <> 'queued') as messages,
       (select stored_at from raw_message m where m.id = max(o.id)) as last_at,
       count(*) filter (where o.state = 'queued') as queued,
       count(*) filter (where o.state = 'sending') as sending,
       count(*) filter (where o.state = 'sending'
                        and not exists (select from worker w where w.holder = o.holder)) as left_behind,
       count(*) filter (where o.state = 'taken') as unanswered,
       min(o.sent_at) filter (where o.state = 'taken') as unanswered_since,
       count(*) filter (where o.state = 'fate_unknown') as fate_unknown,
       count(*) filter (where o.state = 'parked') as given_up,
       count(*) filter (where o.attempt > 1) as again
from outbox o group by o.link
"""
IN = """
select i.link, count(*) as messages,
       (select stored_at from raw_message m where m.id = max(i.id)) as last_at,
       count(*) filter (where i.state in ('new', 'routed')) as unworked,
       count(*) filter (where i.state = 'parked') as parked
from inbox i group by i.link
"""


async def out(db: Connection) -> dict[str, Any]:
    """Our messages by link: how many stand where, and since when the oldest is unanswered."""
    return {row["link"]: row for row in await db.fetch(OUT)}


async def inbound(db: Connection) -> dict[str, Any]:
    """Theirs by link: what is stored and not worked yet, and what found no home."""
    return {row["link"]: row for row in await db.fetch(IN)}
