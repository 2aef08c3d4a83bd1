"""Raw messages, the inbox and the outbox: bytes first, then what is to be done with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, add, columns


class Raw(NamedTuple):
    id: int
    direction: str
    link: str
    transport_key: bytes
    stored_at: datetime
    body: bytes


class Proof(NamedTuple):
    """By which key a message was authenticated, and when."""

    message: int
    key: str
    at: datetime


class Out(NamedTuple):
    id: int
    lane: int
    link: str
    instruction: UUID
    type: str
    reference: str
    securities: bool


class Settled(NamedTuple):
    id: int
    state: str
    lane: int | None
    instruction: UUID | None
    type: str | None
    reference: str | None
    reason: str | None
    retry_at: datetime | None


NEXT_IDS = "select nextval('message_id')"
ID_BLOCK = 4096

STORE_MANY = """
insert into raw_message (id, direction, link, transport_key, stored_at, body)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::timestamptz[], $6::bytea[])
on conflict (link, direction, transport_key) do nothing
returning id
"""
ENTER_MANY = """
insert into inbox (id, link, state)
select id, $2, 'new' from unnest($1::bigint[]) id
"""
REPEATS = """
select m.id, k.times from raw_message m
join (select key, count(*)::int as times from unnest($2::bytea[]) key group by key) k
  on m.transport_key = k.key
where m.link = $1 and m.direction = 'in' order by m.id
"""
SEEN_MANY = """
update inbox i set seen = seen + k.times
from unnest($1::bigint[], $2::int[]) k (id, times) where i.id = k.id
"""
WAITING = """
select i.id, i.link, i.attempts, m.body, m.stored_at from inbox i join raw_message m using (id)
where i.link = $1
  and (i.state = 'new' and $2::boolean or i.state = 'routed' and i.lane = any($3::smallint[]))
order by i.id limit $4
"""
SETTLE_MANY = """
update inbox i set state = k.state, lane = coalesce(k.lane, i.lane),
    instruction = coalesce(k.instruction, i.instruction), type = coalesce(k.type, i.type),
    reference = coalesce(k.reference, i.reference), reason = k.reason, retry_at = k.retry_at,
    attempts = case k.state when 'routed' then 0 else i.attempts end
from unnest($1::bigint[], $2::text[], $3::smallint[], $4::uuid[], $5::text[], $6::text[],
            $7::text[], $8::timestamptz[])
     k (id, state, lane, instruction, type, reference, reason, retry_at)
where i.id = k.id
"""
TRIED_MANY = (
    "update inbox set attempts = attempts + 1 where id = any($1::bigint[]) returning id, attempts"
)
WAKE_PARKED = """
update inbox set state = 'new', reason = null, retry_at = null, attempts = 0
where state = 'parked' and reference = any($1::text[]) returning id, link
"""
EXPIRED_PARKED = """
select i.id, i.link, i.reference, i.type, i.reason from inbox i
where i.state = 'parked' and i.retry_at <= $1 order by i.id limit $2
"""
PARKED_REFERENCES = """
select distinct reference from inbox where state = 'parked' and reference is not null
"""
AUTHENTICATE_MANY = """
insert into authentication (message, key, at)
select * from unnest($1::bigint[], $2::text[], $3::timestamptz[])
"""
# a repair stands for its original: two persons wrote it, but the link must have said the first
AUTHENTICATED = """
select m.id from unnest($1::bigint[]) m (id)
where exists (select from authentication a where a.message = m.id)
   or exists (select from repair r join authentication a on a.message = r.original
              where r.message = m.id)
"""
BODIES = "select id, link, direction, stored_at, body from raw_message where id = any($1::bigint[])"


async def reserve_ids(db: Connection) -> range:
    """A block of message ids for this process, above all ids given before."""
    first = await db.fetchval(NEXT_IDS)
    return range(first, first + ID_BLOCK)


async def store_many(db: Connection, link: str, messages: Sequence[Raw]) -> set[int]:
    """Store inbound bytes and enter the new ones; a repeat raises `seen` on its row. The new ids."""
    if not messages:
        return set()
    fresh = {r["id"] for r in await db.fetch(STORE_MANY, *columns(messages))}
    if fresh:
        await db.execute(ENTER_MANY, sorted(fresh), link)
    repeats = [m.transport_key for m in messages if m.id not in fresh]
    if repeats:
        rows = await db.fetch(REPEATS, link, repeats)
        await db.execute(SEEN_MANY, [r["id"] for r in rows], [r["times"] for r in rows])
    return fresh


async def authenticate_many(db: Connection, proofs: Sequence[Proof]) -> None:
    """Record by which keys these messages were authenticated."""
    if proofs:
        await db.execute(AUTHENTICATE_MANY, *columns(proofs))


async def authenticated(db: Connection, ids: Sequence[int]) -> set[int]:
    """Those that were authenticated when they came, or repair one that was."""
    return {r["id"] for r in await db.fetch(AUTHENTICATED, list(ids))}


async def keep_many(db: Connection, messages: Sequence[Raw]) -> None:
    """Store outbound bytes as they will leave."""
    await add(db, "raw_message", Raw._fields, messages)


async def waiting(
    db: Connection, link: str, new: bool, lanes: Sequence[int], limit: int
) -> list[Any]:
    """Inbox rows of a link, oldest first: stored and not yet routed, if asked, and left for these lanes."""
    return list(await db.fetch(WAITING, link, new, list(lanes), limit))


async def settle_many(db: Connection, settled: Sequence[Settled]) -> None:
    """Say what became of inbox rows."""
    if settled:
        await db.execute(SETTLE_MANY, *columns(settled))


async def tried_many(db: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Count one more attempt for each, before the work."""
    rows = await db.fetch(TRIED_MANY, list(ids))
    return {r["id"]: r["attempts"] for r in rows}


async def wake_parked(db: Connection, references: Sequence[str]) -> list[Any]:
    """Messages parked for these references are new again."""
    return list(await db.fetch(WAKE_PARKED, list(references)))


async def parked_references(db: Connection) -> set[str]:
    """The references that parked messages wait for."""
    rows = await db.fetch(PARKED_REFERENCES)
    return {r["reference"] for r in rows}


async def expired_parked(db: Connection, now: datetime, limit: int) -> list[Any]:
    """Parked messages whose time to wait is over."""
    return list(await db.fetch(EXPIRED_PARKED, now, limit))


async def bodies(db: Connection, ids: Sequence[int]) -> dict[int, Any]:
    """The stored bytes of these messages, by id."""
    return {r["id"]: r for r in await db.fetch(BODIES, list(ids))}


# the outbox ---------------------------------------------------------------------------------------

CLAIM_QUEUED = """
update outbox o set state = 'sending', attempt = attempt + 1, holder = $2, sent_at = $3
from (
    select id, sent_at as before from outbox q
    where q.link = $1 and q.state = 'queued'
      and not exists (select 1 from outbox e where e.instruction = q.instruction
                      and e.state in ('queued', 'sending', 'taken') and e.id < q.id)
    order by q.id limit $4 for update skip locked) c
where o.id = c.id
returning o.id, o.attempt, o.type, o.reference, o.securities, o.lane, o.instruction, c.before
"""
ATTEMPTS_KEPT = """
select outbox from outbox_attempt
join unnest($1::bigint[], $2::smallint[]) k (outbox, attempt) using (outbox, attempt)
"""
ATTEMPTED_MANY = """
insert into outbox_attempt (outbox, attempt, message, at)
select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::timestamptz[])
"""
TAKEN_MANY = "update outbox set state = 'taken' where id = any($1::bigint[]) and state = 'sending'"
NOT_SENT_MANY = """
update outbox set state = 'queued', attempt = attempt - 1
where id = any($1::bigint[]) and state = 'sending'
"""
ANSWERED_MANY = """
update outbox set state = 'answered'
where instruction = any($1::uuid[]) and reference = any($2::text[])
  and state in ('queued', 'sending', 'taken', 'fate_unknown')
"""
NEVER_LEFT_MANY = """
update outbox set state = 'queued', attempt = attempt - 1
where link = $1 and state = 'sending' and holder = $2 and not id = any($3::bigint[])
"""
STRANDED_MANY = """
with stranded as (
    update outbox set state = case when securities then 'queued' else 'fate_unknown' end,
        reason = 'an earlier attempt may have left the machine'
    where link = $1 and state = 'sending' and holder is distinct from $2
    returning id, attempt, securities, lane, instruction, reference, link, holder
), noted as (
    insert into taken_up (outbox, attempt, lane, instruction, link, gone, at)
    select id, attempt, lane, instruction, link, coalesce(holder, ''), $3::timestamptz from stranded
    on conflict (outbox, attempt) do nothing
)
select id, securities, lane, instruction, reference from stranded
"""
_UNANSWERED = """
outbox o left join unnest($1::text[], $2::interval[]) k (link, wait) using (link)
where o.state = 'taken' and o.lane = any($4::smallint[]) and (not o.securities or o.attempt < $5)
"""
OVERDUE = f"""
select o.id, o.lane, o.instruction, o.reference, o.securities, o.attempt from {_UNANSWERED}
  and o.sent_at + coalesce(k.wait, $3::interval) <= $6::timestamptz order by o.id limit $7
"""
NEXT_OVERDUE = f"select min(o.sent_at + coalesce(k.wait, $3::interval)) from {_UNANSWERED}"
AGAIN_MANY = """
update outbox set state = 'queued', reason = 'ack_overdue'
where id = any($1::bigint[]) and state = 'taken'
"""
FATE_UNKNOWN_MANY = """
update outbox set state = 'fate_unknown', reason = 'ack_overdue'
where id = any($1::bigint[]) and state = 'taken'
"""
PARK_OUT = "update outbox set state = 'parked', reason = $2 where id = $1"
OUT_BUSY = "select count(*) filter (where state in ('queued', 'sending')) from outbox"


async def queue_many(db: Connection, messages: Sequence[Out]) -> None:
    """Queue for the relay; nothing is sent but from here."""
    await add(db, "outbox", (*Out._fields, "state"), [(*m, "queued") for m in messages])


async def claim_queued(
    db: Connection, link: str, holder: str, now: datetime, limit: int
) -> list[Any]:
    """Take what may go out on this link: one unanswered message per instruction, oldest first."""
    rows = await db.fetch(CLAIM_QUEUED, link, holder, now, limit)
    return sorted(rows, key=lambda r: r["id"])


async def attempts_kept(db: Connection, attempts: Sequence[tuple[int, int]]) -> set[int]:
    """Whose bytes of this attempt are stored: the transport did not take them, and they go again."""
    return {r["outbox"] for r in await db.fetch(ATTEMPTS_KEPT, *columns(attempts))}


async def attempted_many(
    db: Connection, attempts: Sequence[tuple[int, int, int, datetime]]
) -> None:
    """Keep which bytes each attempt sends: (outbox, attempt, message, at)."""
    if attempts:
        await db.execute(ATTEMPTED_MANY, *columns(attempts))


async def taken_many(db: Connection, ids: Sequence[int]) -> None:
    """The transport took these (PUBACK, rename)."""
    if ids:
        await db.execute(TAKEN_MANY, list(ids))


async def not_sent_many(db: Connection, ids: Sequence[int]) -> None:
    """These never left the machine: the attempt did not happen."""
    if ids:
        await db.execute(NOT_SENT_MANY, list(ids))


async def answered_many(db: Connection, pairs: Sequence[tuple[UUID, str]]) -> None:
    """The network answered these (instruction, reference)."""
    if pairs:
        await db.execute(ANSWERED_MANY, *columns(pairs))


async def never_left_many(db: Connection, link: str, holder: str, leaving: Collection[int]) -> None:
    """What this holder claimed, by a commit it never heard of, and did not begin to send."""
    await db.execute(NEVER_LEFT_MANY, link, holder, list(leaving))


async def stranded_many(db: Connection, link: str, holder: str, now: datetime) -> list[Any]:
    """What a dead relay left in `sending`: securities go again with PDE, payments wait; both are noted."""
    return list(await db.fetch(STRANDED_MANY, link, holder, now))


class Patience(NamedTuple):
    """How long the network may take to answer: each link's time, else the usual one."""

    by_link: Mapping[str, timedelta]
    usual: timedelta
    lanes: Sequence[int]
    attempts_max: int  # a securities message sent so often is a person's

    def values(self) -> tuple[Any, ...]:
        return (
            list(self.by_link),
            list(self.by_link.values()),
            self.usual,
            list(self.lanes),
            self.attempts_max,
        )


async def overdue(db: Connection, patience: Patience, now: datetime, limit: int) -> list[Any]:
    """Messages the transport took and the network has not answered in its time."""
    return list(await db.fetch(OVERDUE, *patience.values(), now, limit))


async def next_overdue(db: Connection, patience: Patience) -> datetime | None:
    """When the next of them will be."""
    at: datetime | None = await db.fetchval(NEXT_OVERDUE, *patience.values())
    return at


async def send_again(db: Connection, ids: Sequence[int]) -> None:
    """Queue another attempt; the relay marks it as a possible duplicate."""
    if ids:
        await db.execute(AGAIN_MANY, list(ids))


async def fate_unknown(db: Connection, ids: Sequence[int]) -> None:
    """Payments are never sent again by themselves (DOMAIN 4.7)."""
    if ids:
        await db.execute(FATE_UNKNOWN_MANY, list(ids))


async def park_out(db: Connection, id_: int, reason: str) -> None:
    """A row the transport can never take is parked with its reason."""
    await db.execute(PARK_OUT, id_, reason)
