"""What restarts did with what was in hand: what went again, what waits, and whether anything was lost or
doubled.

Counted against the queues, the stored bytes and the log of what moved, not against what a process
says of itself.
"""

from __future__ import annotations

from typing import Any

from store.rows import Connection

LATEST = 5  # restarts that are shown
CHECKED = 20_000  # the latest messages each way that are held against their queue rows

# one row for each process that died with messages in hand; a message counts once, whoever took it up
DID = """
with died as (
    select gone, max(at) as at from taken_up group by gone order by 2 desc, 1 limit $1
), message as (
    select distinct on (t.gone, t.outbox) t.gone, died.at, t.outbox, t.lane, t.instruction, t.attempt
    from taken_up t join died using (gone) order by t.gone, t.outbox, t.attempt
)
select m.gone, m.at, count(*) as in_hand,
       count(*) filter (where copy.sent and copy.marked) as again,
       count(*) filter (where o.state in ('queued', 'sending') and not copy.sent) as going,
       count(*) filter (where o.state in ('fate_unknown', 'parked')) as person,
       count(*) filter (where o.state = 'answered') as answered,
       count(*) filter (where o.id is null or raw.id is null or c.id is null) as lost,
       count(*) filter (where copy.sent and not copy.marked or c.settled_quantity > c.quantity)
           as twice
from message m
left join outbox o on o.id = m.outbox
left join raw_message raw on raw.id = m.outbox
left join condition c on c.lane = m.lane and c.id = m.instruction
cross join lateral (
    select count(*) > 0 as sent, coalesce(bool_and(again.body <> raw.body), true) as marked
    from outbox_attempt a join raw_message again on again.id = a.message
    where a.outbox = m.outbox and a.attempt > m.attempt
) copy
group by m.gone, m.at order by m.at desc, m.gone
"""
# what the latest traffic has lost: a queue row without its bytes, or bytes without their queue row
LOST = """
with lately as (
    (select id, direction from raw_message where direction = 'in' order by id desc limit $1)
    union all
    (select id, direction from raw_message where direction = 'out' order by id desc limit $1)
)
select (select count(*) from lately m where direction = 'in'
            and not exists (select from inbox i where i.id = m.id))
     + (select count(*) from lately m where direction = 'out'
            and not exists (select from outbox o where o.id = m.id)
            and not exists (select from outbox_attempt a where a.message = m.id))
     + (select count(*) from (select id from outbox order by id desc limit $1) o
            where not exists (select from raw_message m where m.id = o.id))
     + (select count(*) from (select id from inbox order by id desc limit $1) i
            where not exists (select from raw_message m where m.id = i.id))
"""


async def did(db: Connection) -> list[Any]:
    """The latest processes that died with messages in hand, and what became of each message."""
    return list(await db.fetch(DID, LATEST))


async def lost(db: Connection) -> int:
    """Of the latest messages both ways, how many lack their bytes or their place in a queue."""
    count: int = await db.fetchval(LOST, CHECKED)
    return count
