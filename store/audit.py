"""What `finality verify` asks of the database: each query returns what is wrong, nothing when all is well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from store.rows import Connection

EVENTS = "select * from event where lane = $1 order by seq"
HEADS = "select lane, seq, hash from lane_head order by lane"
UNBALANCED = """
select lane, seq, rule, currency, sum(amount) as total from entry
group by lane, seq, rule, currency having sum(amount) <> 0 order by 1, 2, 3
"""
NO_ENTRIES = """
select j.lane, j.seq, j.rule from journal j
left join entry e using (lane, seq, rule) where e.lane is null order by 1, 2, 3
"""
NO_JOURNAL = """
select distinct e.lane, e.seq, e.rule from entry e
left join journal j using (lane, seq, rule) where j.lane is null order by 1, 2, 3
"""
NO_EVENT = """
select 'journal' as what, j.lane, j.seq from journal j
left join event e using (lane, seq) where e.lane is null
union all
select distinct 'movement', m.lane, m.seq from movement m
left join event e using (lane, seq) where e.lane is null
"""
POSITIONS = """
with sums as (
    select lane, portfolio, account, asset,
        sum(case when measure <> 'traded' then 0 when side = 'R' then delta else -delta end) as traded,
        sum(case when measure <> 'settled' then 0 when side = 'R' then delta else -delta end) as settled,
        sum(case when side <> 'R' then 0 when measure = 'traded' then delta else -delta end)
            as pending_receive,
        sum(case when side <> 'D' then 0 when measure = 'traded' then delta else -delta end)
            as pending_deliver
    from movement group by lane, portfolio, account, asset)
select coalesce(p.lane, s.lane) as lane, coalesce(p.portfolio, s.portfolio) as portfolio,
    coalesce(p.account, s.account) as account, coalesce(p.asset, s.asset) as asset,
    p.traded, p.settled, p.pending_receive, p.pending_deliver,
    s.traded as sum_traded, s.settled as sum_settled,
    s.pending_receive as sum_pending_receive, s.pending_deliver as sum_pending_deliver
from position p full join sums s using (lane, portfolio, account, asset)
where p.traded is distinct from s.traded or p.settled is distinct from s.settled
    or p.pending_receive is distinct from s.pending_receive
    or p.pending_deliver is distinct from s.pending_deliver
"""
BALANCES = """
with sums as (
    select lane, portfolio, account, detail, currency, sum(amount) as total from entry
    group by lane, portfolio, account, detail, currency)
select coalesce(b.portfolio, s.portfolio) as portfolio, coalesce(b.account, s.account) as account,
    coalesce(b.detail, s.detail) as detail, coalesce(b.currency, s.currency) as currency,
    b.amount, s.total
from balance b full join sums s using (lane, portfolio, account, detail, currency)
where coalesce(b.amount, 0) <> coalesce(s.total, 0)
"""
LOTS = """
with held as (
    select lane, portfolio, account, isin, sum(open_quantity) as quantity, sum(open_cost) as cost
    from lot group by lane, portfolio, account, isin),
booked as (
    select lane, portfolio, detail as isin, sum(amount) as cost from entry
    where account = 'Investments at cost' group by lane, portfolio, detail),
costs as (select lane, portfolio, isin, sum(cost) as cost from held group by lane, portfolio, isin)
select coalesce(b.portfolio, c.portfolio) as portfolio, coalesce(b.isin, c.isin) as isin,
    c.cost as lots, b.cost as ledger
from costs c full join booked b using (lane, portfolio, isin)
where coalesce(b.cost, 0) <> coalesce(c.cost, 0)
"""
LOT_QUANTITIES = """
select l.portfolio, l.account, l.isin, l.quantity, p.traded from (
    select lane, portfolio, account, isin, sum(open_quantity) as quantity from lot
    group by lane, portfolio, account, isin) l
left join position p on p.lane = l.lane and p.portfolio = l.portfolio and p.account = l.account
    and p.asset = l.isin
where l.quantity <> coalesce(p.traded, 0)
"""
NO_CAUSE = """
select e.lane, e.seq, e.type from event e
left join raw_message m on m.id = e.cause
left join instruction i on i.id = e.aggregate
where (e.cause is not null and m.id is null) or (e.cause is null and i.id is null
       and e.type not in ('PositionOpened', 'CashOpened', 'StaticChanged', 'ExceptionRaised',
                          'ExceptionClosed', 'ProposalMade', 'ProposalApproved',
                          'ProposalRejected', 'ProposalWithdrawn', 'ProposalStale')
       and not (e.portfolio = ''
                and exists (select from person where login = e.payload::json ->> 'person'))
       and not (e.type like 'Alarm%' and exists (select from alarm a where a.id = e.aggregate)))
"""
NO_RAW = "select i.id, i.link from inbox i left join raw_message m using (id) where m.id is null"
NO_INBOX = """
select m.id, m.link from raw_message m left join inbox i using (id)
where m.direction = 'in' and i.id is null
"""
NO_OUT = """
select o.id, o.link, o.reference from outbox o left join raw_message m using (id)
where m.id is null
"""
NO_OUTBOX = """
select m.id, m.link from raw_message m
where m.direction = 'out' and not exists (select from outbox o where o.id = m.id)
    and not exists (select from outbox_attempt a where a.message = m.id)
"""
# a transport key begins with the hash of the bytes it came or left with
CHANGED_BODY = """
select m.id, m.link from raw_message m where substring(m.transport_key for 32) <> sha256(m.body)
"""
NO_REFERENCE = """
select o.id, o.link from outbox o
left join reference r on r.kind = 'wire' and r.owner = '' and r.value = o.reference
where r.instruction is distinct from o.instruction
"""
NO_MOVEMENT = """
select e.lane, e.seq, e.type from event e left join movement m using (lane, seq)
where m.lane is null and e.type in
    ('TradeBooked', 'SettledPart', 'SettlementReversed', 'PositionOpened', 'CashOpened')
"""
UNBOOKED_CASH = """
select distinct m.lane, m.seq from movement m left join journal j using (lane, seq)
where j.lane is null and m.measure = 'settled' and length(m.asset) = 3
"""
STATES = """
select c.reference, c.state, told.state as told from condition c
cross join lateral (
    select payload::json ->> 'state' as state from event e
    where e.aggregate = c.id and payload like '%"state":%' order by seq desc limit 1) told
where told.state <> c.state
"""
IN_COUNTS = """
select link, count(*) as messages, sum(seen) as arrivals from inbox group by link order by link
"""
IN_HASHES = """
select encode(sha256(m.body), 'hex') as hash, i.seen from inbox i join raw_message m using (id)
where i.link = $1 and not exists (select from repair r where r.message = i.id)
"""
# a repair's bytes were never on a link: what its inbox rows say follows from who decided what
REPAIR_STATES = """
select i.id, i.link, i.state, coalesce(r.decision, 'open') as decision from inbox i
left join repair r on r.message = i.id
where (r.message is null and i.state in ('proposed', 'refused'))
    or (r.message is not null and (r.decision is null) <> (i.state = 'proposed'))
    or (r.message is not null and (r.decision is not distinct from 'refused') <> (i.state = 'refused'))
union all
select i.id, i.link, i.state, coalesce(r.decision, 'none') from inbox i
left join repair r on r.original = i.id and r.decision = 'approved'
where (i.state = 'replaced') <> (r.message is not null)
union all
select m.id, m.link, 'on another link', 'than ' || o.link from repair r
join raw_message m on m.id = r.message join raw_message o on o.id = r.original
where m.link <> o.link or m.direction <> 'in' or o.direction <> 'in'
"""
REPAIRS_TOLD = """
with stands as (
    select r.message, r.original, r.lane, k.type, k.actor,
        encode(sha256(o.body), 'hex') as original_sha256,
        encode(sha256(m.body), 'hex') as repaired_sha256
    from repair r join raw_message m on m.id = r.message join raw_message o on o.id = r.original
    cross join lateral (values ('RepairAsked', r.maker), ('RepairApproved',
        case r.decision when 'approved' then r.decided_by end)) k (type, actor)
    where k.actor is not null),
told as (
    select (payload::json ->> 'repaired')::bigint as message, cause as original, lane, type, actor,
        payload::json ->> 'original_sha256' as original_sha256,
        payload::json ->> 'repaired_sha256' as repaired_sha256
    from event where type in ('RepairAsked', 'RepairApproved'))
select message, type, stands.actor as by from stands full join told
    using (message, original, lane, type, actor, original_sha256, repaired_sha256)
where stands.actor is null or told.actor is null
"""
# a proposal's steps stand in the log by the same people and for the same hash, or wait to be told
PROPOSALS_TOLD = """
with stands as (
    select p.id, encode(p.hash, 'hex') as sha256, k.type, k.actor
    from proposal p cross join lateral (values ('ProposalMade', p.proposed_by),
        ('Proposal' || initcap(p.outcome), p.decided_by)) k (type, actor)
    where k.actor is not null),
told as (
    select aggregate as id, payload::json ->> 'sha256' as sha256, type, actor from event
    where type like 'Proposal%'
    union all
    select (payload::json ->> 'aggregate')::uuid, payload::json #>> '{said,sha256}',
        payload::json ->> 'type', payload::json ->> 'actor'
    from command where kind = 'tell' and payload::json ->> 'type' like 'Proposal%')
select id, type, stands.actor as by from stands full join told using (id, sha256, type, actor)
where stands.actor is null or told.actor is null
"""
DEEDS_TOLD = """
select x.lane, x.code, x.key, x.outcome, x.closed_by from exception x
where x.outcome is not null and not exists (
    select from event e where e.lane = x.lane and e.actor = x.closed_by
      and e.type = case x.outcome when 'closed' then 'ExceptionClosed'
          when 'reinjected' then 'MessageReinjected' else 'RepairApproved' end
      and e.payload::json ->> 'code' = x.code and e.payload::json ->> 'key' = x.key
      and (e.payload::json ->> 'round')::int = x.round)
"""
OUT_HASHES = """
select encode(sha256(m.body), 'hex') as hash, o.state, o.reference from outbox o
join raw_message m using (id) where o.link = $1
"""
AGAIN_HASHES = """
select encode(sha256(m.body), 'hex') as hash from outbox_attempt a
join outbox o on o.id = a.outbox join raw_message m on m.id = a.message where o.link = $1
"""
SETTLED = """
select account, asset, sum(settled) as settled from position
where asset ~ '^[A-Z]{2}[A-Z0-9]{9}[0-9]$' group by account, asset having sum(settled) <> 0
"""
LINKS = "select distinct link from raw_message order by link"


async def events(db: Connection, lane: int) -> AsyncIterator[Any]:
    """One lane's chain from its first event."""
    async with db.transaction():
        async for row in db.cursor(EVENTS, lane, prefetch=2000):
            yield row


async def rows(db: Connection, query: str, *args: Any) -> list[Any]:
    """The rows of one of the queries above."""
    return list(await db.fetch(query, *args))
