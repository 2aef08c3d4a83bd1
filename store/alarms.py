"""Alarms: what the database says should not stay as it is, and what people did about it.

One statement for each rule finds the objects it holds for now; each answers with the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, columns


class Found(NamedTuple):
    """A rule holds for an object, so badly, since then."""

    rule: str
    object: str
    portfolio: str
    instruction: UUID | None
    words: str
    red: bool
    weight: Decimal


LIMIT = "limit 200"  # alarms of one rule: more are one fault, and these the oldest of it
# $1 is the moment before which it is too old, or the number that is too much
QUERIES: dict[str, str] = {
    "link_down": """
select l.link as object, '' as portfolio, null::uuid as instruction, l.link as name,
       power(2, floor(log(2, greatest(1, extract(epoch from $2::timestamptz - l.since)
           / greatest(1, extract(epoch from $2::timestamptz - $1::timestamptz)))))) as weight,
       l.since
from link_state l where not l.up and l.since <= $1 and l.link = any($3::text[])
""",
    "unsent": """
select o.link as object, '' as portfolio, null::uuid as instruction, o.link as name,
       count(*) as weight, min(m.stored_at) as since
from outbox o join raw_message m on m.id = o.id
where o.state in ('queued', 'sending')
group by o.link having min(m.stored_at) < $1
""",
    "ack_overdue": """
select o.link as object, '' as portfolio, null::uuid as instruction, o.link as name,
       count(*) as weight, min(o.sent_at) as since
from outbox o where o.state = 'taken' and o.sent_at < $1
group by o.link
""",
    "inbound_waits": """
select i.link as object, '' as portfolio, null::uuid as instruction, i.link as name,
       count(*) as weight, min(m.stored_at) as since
from inbox i join raw_message m on m.id = i.id
where i.state in ('new', 'routed')
group by i.link having min(m.stored_at) < $1
""",
    "inbound_parked": """
select i.link as object, '' as portfolio, null::uuid as instruction, i.link as name,
       count(*) as weight, min(m.stored_at) as since
from inbox i join raw_message m on m.id = i.id
where i.state = 'parked'
group by i.link having min(m.stored_at) < $1
""",
    "fate_unknown": f"""
select c.id::text as object, c.portfolio, c.id as instruction, c.reference as name,
       coalesce(c.amount, 0) as weight, c.since
from condition c where c.state = 'fate_unknown' and c.since < $1 order by c.since {LIMIT}
""",
    "silent": """
select coalesce(c.custodian, '') as object, '' as portfolio, null::uuid as instruction,
       coalesce(c.custodian, 'no custodian') as name, count(*) as weight, min(c.since) as since
from condition c join unnest($3::text[], $4::numeric[]) k (state, seconds) on k.state = c.state
where c.urgency < 500000 and c.whose_move in ('them', 'custodian', 'network')
  and extract(epoch from $2::timestamptz - c.since) >= $1::numeric * k.seconds
group by c.custodian
""",
    "exceptions_wait": """
select 'exceptions' as object, '' as portfolio, null::uuid as instruction, 'Exceptions' as name,
       count(*) as weight, min(x.raised_at) as since
from exception x left join condition c on c.lane = x.lane and c.id = x.instruction
where x.closed_at is null and not exists (select from unnest(c.flags) f where f like 'owner:%')
having min(x.raised_at) < $1
""",
    "contradiction": """
select x.code as object, '' as portfolio, null::uuid as instruction,
       replace(x.code, '_', ' ') as name, count(*) as weight, min(x.raised_at) as since
from exception x where x.closed_at is null and x.code in (
    'contradiction', 'double_sent', 'network_aborted', 'nak_after_ack', 'debited_twice',
    'reversed_twice', 'already_settled', 'rejected_after_settlement', 'superseded_settled',
    'quantity_above_open', 'parts_do_not_add_up')
group by x.code having count(*) > $1
""",
    "log_broken": """
select 'log' as object, '' as portfolio, null::uuid as instruction,
       'lanes ' || string_agg(h.lane::text, ', ' order by h.lane) as name, count(*) as weight,
       max(h.known_at) as since
from lane_head h left join lateral (
    select seq, hash from event where lane = h.lane order by seq desc limit 1
) e on true
where h.seq <> coalesce(e.seq, 0) or h.hash <> e.hash
having count(*) > $1
""",
    "sink_behind": """
select 'status sink' as object, '' as portfolio, null::uuid as instruction, 'Listeners' as name,
       sum(h.seq - coalesce(t.seq, 0)) as weight, max(h.known_at) as since
from lane_head h left join unnest($2::smallint[], $3::bigint[]) t (lane, seq) using (lane)
having sum(h.seq - coalesce(t.seq, 0)) > $1
""",
    "overdue_unconfirmed": """
select coalesce(c.custodian, '') as object, '' as portfolio, null::uuid as instruction,
       coalesce(c.custodian, 'no custodian') as name, count(*) as weight, min(c.since) as since
from condition c where c.state = 'overdue_unconfirmed' and c.since < $1
group by c.custodian
""",
    "approval_late": f"""
select c.id::text as object, c.portfolio, c.id as instruction, c.reference as name,
       coalesce(c.amount, 0) as weight, c.since
from condition c
where c.urgency <= $2::date - date '2000-01-01' and c.settle_on <= $2
  and c.waits_for = 'approval by a second person' and c.since < $1
order by c.since {LIMIT}
""",
    "locked_out": """
select p.login as object, '' as portfolio, null::uuid as instruction, p.login as name,
       p.failed as weight, p.locked_until as since
from person p where p.locked_until > $1
""",
    "failing_money": """
select c.currency as object, '' as portfolio, null::uuid as instruction, c.currency as name,
       sum(c.open_amount) as weight, min(c.since) as since
from (
    select currency, since, case when quantity > 0 then round(amount * open_quantity / quantity, 2)
        else amount end as open_amount
    from condition
    where urgency <= $2::date - date '2000-01-01' and currency is not null
      and (settle_on < $2 or state in ('failing', 'overdue_unconfirmed'))
) c
group by c.currency having sum(c.open_amount) > $1
""",
}

NOTE_LINKS = """
insert into link_state (link, up, since) select *, $3::timestamptz from unnest($1::text[], $2::boolean[])
on conflict (link) do update set up = excluded.up,
    since = case when link_state.up = excluded.up then link_state.since else excluded.since end
"""
STANDING = "select * from alarm where cleared_at is null order by red desc, raised_at, id"
LISTED = """
select * from alarm where ($1 or cleared_at is null)
order by cleared_at is not null, red desc, raised_at desc, id limit $2
"""
LOCK = "select * from alarm where id = $1 for update"
RAISE = """
insert into alarm (id, rule, object, portfolio, instruction, words, red, weight, raised_at, changed_at)
select k.id, k.rule, k.object, k.portfolio, k.instruction, k.words, k.red, k.weight, $1, $1
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::boolean[],
            $9::numeric[]) k (id, rule, object, portfolio, instruction, words, red, weight)
on conflict (rule, object) where cleared_at is null do nothing
"""
CHANGE = """
update alarm a set words = k.words, red = k.red, weight = k.weight, changed_at = $1
from unnest($2::uuid[], $3::text[], $4::boolean[], $5::numeric[]) k (id, words, red, weight)
where a.id = k.id
"""
CLEAR = "update alarm set cleared_at = $1, changed_at = $1 where id = any($2::uuid[])"
OWN = "update alarm set owner = $2, changed_at = $3 where id = $1 returning *"
ACKNOWLEDGE = """
update alarm set acknowledged_by = $2, acknowledged_at = $3, note = $4, quiet_weight = weight,
    muted_by = null, muted_until = null, mute_reason = null, changed_at = $3
where id = $1 returning *
"""
MUTE = """
update alarm set muted_by = $2, muted_until = $5, mute_reason = $4, quiet_weight = weight,
    acknowledged_by = null, acknowledged_at = null, note = null, changed_at = $3
where id = $1 returning *
"""
SOUND = """
update alarm set muted_by = null, muted_until = null, mute_reason = null, acknowledged_by = null,
    acknowledged_at = null, note = null, quiet_weight = null, changed_at = $2
where id = $1 returning *
"""


async def found(db: Connection, rule: str, *limits: object) -> list[Any]:
    """The objects a rule holds for, with how badly and since when."""
    return list(await db.fetch(QUERIES[rule], *limits))


async def note_links(db: Connection, up: Mapping[str, bool], at: datetime) -> None:
    """What the holder of these links sees of them; since when stays while that stays."""
    await db.execute(NOTE_LINKS, list(up), list(up.values()), at)


async def standing(db: Connection) -> list[Any]:
    """The alarms that have not cleared, red ones first."""
    return list(await db.fetch(STANDING))


async def listed(db: Connection, cleared: bool, limit: int) -> list[Any]:
    """Standing alarms first, then, if asked for, those that have cleared."""
    return list(await db.fetch(LISTED, cleared, limit))


async def lock(db: Connection, id_: UUID) -> Any | None:
    """One alarm, held until the transaction ends."""
    return await db.fetchrow(LOCK, id_)


async def raise_many(db: Connection, at: datetime, new: Mapping[UUID, Found]) -> None:
    """Alarms that begin; one that stands already for its rule and object goes on."""
    if new:
        await db.execute(RAISE, at, list(new), *columns(list(new.values())))


async def change_many(
    db: Connection, at: datetime, changed: Sequence[tuple[UUID, str, bool, Decimal]]
) -> None:
    """What alarms that go on say now."""
    if changed:
        await db.execute(CHANGE, at, *columns(changed))


async def clear_many(db: Connection, at: datetime, ids: Sequence[UUID]) -> None:
    """Alarms whose rule does not hold any more."""
    if ids:
        await db.execute(CLEAR, at, list(ids))


async def own(db: Connection, id_: UUID, owner: str | None, at: datetime) -> Any:
    """Give it to somebody, or to nobody."""
    return await db.fetchrow(OWN, id_, owner, at)


async def acknowledge(db: Connection, id_: UUID, by: str, at: datetime, note: str) -> Any:
    """It is known, and quiet until it is twice as bad."""
    return await db.fetchrow(ACKNOWLEDGE, id_, by, at, note)


async def mute(
    db: Connection, id_: UUID, by: str, at: datetime, reason: str, until: datetime
) -> Any:
    """Quiet until then, or until it is twice as bad."""
    return await db.fetchrow(MUTE, id_, by, at, reason, until)


async def sound(db: Connection, id_: UUID, at: datetime) -> Any:
    """As new: neither acknowledged nor muted."""
    return await db.fetchrow(SOUND, id_, at)
