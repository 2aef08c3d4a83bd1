"""What the API reads: instructions, books as of a date and as known at a time, the log by position.

`as_of` bounds effective dates. `known_at` is a cut: a position per lane, from `store.events.cut`;
every row of the books names the event that caused it, so rows up to the cut are what was known.
Without either the answer is as of the current business date, as known now: the projections hold
everything booked, and what is dated later is taken off again, so that no history is walked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from store.rows import Connection, columns
from store.search import OPEN

LANES = range(64)
END = 2**63 - 1
Cut = Mapping[int, int]  # the last position of each lane that counts
EVERYTHING: Cut = dict.fromkeys(LANES, END)

# instructions -------------------------------------------------------------------------------------

FILTERS: dict[str, str] = {
    "state": "c.state = any(string_to_array({0}, ','))",
    "portfolio": "c.portfolio = {0}",
    "counterparty": "c.counterparty = {0}",
    "isin": "c.isin = {0}",
    "settle_on": "c.settle_on = {0}::text::date",
    "kind": "c.kind = any(string_to_array({0}, ','))",
    "reference": "c.id in (select r.instruction from reference r"
    " where r.kind in ('upstream', 'wire', 'uetr') and r.value = {0})",
}
SEARCH = (
    "c.reference ilike {like}",
    "c.wire_reference ilike {like}",
    "c.instrument_name ilike {like}",
    "c.isin like {prefix}",
    "c.counterparty like {prefix}",
    "c.custodian like {prefix}",
)
LIST = """
select c.*, i.created_at, i.maker, i.client from condition c
join instruction i on i.lane = c.lane and i.id = c.id
where {where} order by c.id desc limit {limit}
"""
THESE = """
select c.*, i.created_at, i.maker, i.client from condition c
join instruction i on i.lane = c.lane and i.id = c.id where c.id = any($1::uuid[])
"""
ONE = """
select c.*, i.created_at, i.maker, i.client, i.body from condition c
join instruction i on i.lane = c.lane and i.id = c.id where c.id = $1
"""
FACTS = """
select key, at, rank, message, payload from fact
where lane = $1 and instruction = $2 order by at, rank, hash
"""
# the first sending has a row of its own only once there was a second
ATTEMPTS = """
select a.outbox, a.attempt, a.message, a.at, a.attempt > 1 as possible_duplicate
from outbox_attempt a where a.outbox = any($1::bigint[])
union all
select o.id, 1, o.id, coalesce(case when o.attempt = 1 then o.sent_at end, m.stored_at), false
from outbox o join raw_message m using (id)
where o.id = any($1::bigint[]) and o.attempt > 0
  and not exists (select from outbox_attempt a where a.outbox = o.id and a.attempt = 1)
order by outbox, attempt
"""

# messages ---------------------------------------------------------------------------------------

MESSAGES = """
select m.id, m.direction, m.link, m.stored_at, coalesce(o.type, i.type) as type,
       coalesce(o.reference, i.reference) as reference, coalesce(o.state, i.state) as state,
       coalesce(o.instruction, i.instruction) as instruction,
       coalesce(o.reason, i.reason) as reason, coalesce(i.seen, 1) as seen
from raw_message m left join inbox i on i.id = m.id left join outbox o on o.id = m.id
where ($1::text is null or m.link = $1) and ($2::text is null or m.direction = $2)
  and ($3::text is null or coalesce(o.state, i.state) = $3)
  and ($4::text is null or coalesce(o.reference, i.reference) = $4)
  and ($5::bigint is null or m.id < $5)
order by m.id desc limit $6
"""
STORED_UNDER = """
select id, transport_key from raw_message
where link = $1 and direction = 'in' and transport_key = any($2::bytea[])
"""
UNHELD_LANES = "select count(*) from lane_lease where expires_at <= clock_timestamp()"

# the books ----------------------------------------------------------------------------------------

# a delivery that is held, or not sent yet, reserves nothing (DOMAIN 7.2)
_HELD = f"""
held as (
    select portfolio, account, isin, sum(open_quantity) as quantity from condition c
    where {OPEN} and kind = 'securities' and direction = 'DELI' and open_quantity > 0
      and (state in ('draft', 'approved', 'on_hold') or 'held' = any(flags))
      and ($1::text is null or portfolio = $1)
    group by portfolio, account, isin)
"""
_MEASURES = """
coalesce(sum(case m.side when 'R' then m.delta else -m.delta end)
    filter (where m.measure = 'traded'), 0) as traded,
coalesce(sum(case m.side when 'R' then m.delta else -m.delta end)
    filter (where m.measure = 'settled'), 0) as settled,
coalesce(sum({pending}) filter (where m.side = 'R'), 0) as pending_receive,
coalesce(sum({pending}) filter (where m.side = 'D'), 0) as pending_deliver,
coalesce(sum({pending}) filter (where m.side = 'R' and m.due_on < {late}), 0) as failed_receive,
coalesce(sum({pending}) filter (where m.side = 'D' and m.due_on < {late}), 0) as failed_deliver,
coalesce(sum({pending}) filter (where m.side = 'R' and m.due_on <= {day}), 0) as due_receive,
coalesce(sum({pending}) filter (where m.side = 'D' and m.due_on <= {day}), 0) as due_deliver
"""
_PENDING = "case m.measure when 'traded' then m.delta else -m.delta end"
_KNOWN = """
join unnest({lanes}::smallint[], {cuts}::bigint[]) k (lane, cut)
    on {t}.lane = k.lane and {t}.seq <= k.cut
"""
_THEN = _MEASURES.format(pending=_PENDING, late="$3::date", day="$2::date")
POSITIONS_THEN = f"""
with {_HELD},
sums as (
    select m.portfolio, m.account, m.asset, {_THEN}
    from movement m {_KNOWN.format(lanes="$4", cuts="$5", t="m")}
    where m.effective_on <= $2 and length(m.asset) <> 3 and ($1::text is null or m.portfolio = $1)
      and ($6::text is null or m.asset = $6)
    group by m.portfolio, m.account, m.asset)
select s.*, s.settled + s.due_receive - s.due_deliver as projected,
       s.settled - greatest(s.pending_deliver - coalesce(h.quantity, 0), 0) as available
from sums s left join held h
    on h.portfolio = s.portfolio and h.account = s.account and h.isin = s.asset
order by s.portfolio, s.asset, s.account
"""
_LATER = """
coalesce(sum(case side when 'R' then delta else -delta end) filter (where measure = 'traded'), 0)
    as traded,
coalesce(sum(case side when 'R' then delta else -delta end) filter (where measure = 'settled'), 0)
    as settled
"""
POSITIONS_NOW = f"""
with {_HELD},
due as (
    select m.portfolio, m.account, m.asset,
        coalesce(sum({_PENDING}) filter (where side = 'R' and due_on < $3), 0) as failed_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D' and due_on < $3), 0) as failed_deliver,
        coalesce(sum({_PENDING}) filter (where side = 'R'), 0) as due_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D'), 0) as due_deliver
    from condition c join event v on v.aggregate = c.id
    join movement m on m.lane = v.lane and m.seq = v.seq
    where c.urgency <= $2 - date '2000-01-01' and c.kind = 'securities'
      and ($1::text is null or c.portfolio = $1)
      and length(m.asset) <> 3 and m.due_on <= $2
    group by m.portfolio, m.account, m.asset),
later as (
    select m.portfolio, m.account, m.asset, {_LATER},
        coalesce(sum({_PENDING}) filter (where side = 'R'), 0) as pending_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D'), 0) as pending_deliver,
        coalesce(sum({_PENDING}) filter (where side = 'R' and due_on < $3), 0)
            as failed_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D' and due_on < $3), 0)
            as failed_deliver,
        coalesce(sum({_PENDING}) filter (where side = 'R' and due_on <= $2), 0)
            as due_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D' and due_on <= $2), 0)
            as due_deliver
    from movement m where m.effective_on > $2 and length(m.asset) <> 3
    group by m.portfolio, m.account, m.asset),
sums as (
    select p.portfolio, p.account, p.asset,
        p.traded - coalesce(l.traded, 0) as traded, p.settled - coalesce(l.settled, 0) as settled,
        p.pending_receive - coalesce(l.pending_receive, 0) as pending_receive,
        p.pending_deliver - coalesce(l.pending_deliver, 0) as pending_deliver,
        coalesce(d.failed_receive, 0) - coalesce(l.failed_receive, 0) as failed_receive,
        coalesce(d.failed_deliver, 0) - coalesce(l.failed_deliver, 0) as failed_deliver,
        coalesce(d.due_receive, 0) - coalesce(l.due_receive, 0) as due_receive,
        coalesce(d.due_deliver, 0) - coalesce(l.due_deliver, 0) as due_deliver
    from position p
    left join due d on d.portfolio = p.portfolio and d.account = p.account and d.asset = p.asset
    left join later l on l.portfolio = p.portfolio and l.account = p.account and l.asset = p.asset
    where length(p.asset) <> 3 and ($1::text is null or p.portfolio = $1)
      and ($4::text is null or p.asset = $4))
select s.*, s.settled + s.due_receive - s.due_deliver as projected,
       s.settled - greatest(s.pending_deliver - coalesce(h.quantity, 0), 0) as available
from sums s left join held h
    on h.portfolio = s.portfolio and h.account = s.account and h.isin = s.asset
order by s.portfolio, s.asset, s.account
"""
# cash that is still to come: of what is open, and as if what is dated later had not happened
_FLOWS = f"""
flows as (
    select m.portfolio, m.account, m.asset, m.side, m.due_on, {_PENDING} as pending
    from condition c join event v on v.aggregate = c.id
    join movement m on m.lane = v.lane and m.seq = v.seq
    where {OPEN} and ($1::text is null or c.portfolio = $1) and length(m.asset) = 3
    union all
    select m.portfolio, m.account, m.asset, m.side, m.due_on, -{_PENDING}
    from movement m
    where m.effective_on > $2 and length(m.asset) = 3 and ($1::text is null or m.portfolio = $1))
"""
CASH_NOW = f"""
with {_FLOWS},
by_account as (
    select portfolio, account, asset,
        coalesce(sum(pending) filter (where side = 'R' and due_on < $3), 0) as failed_receive,
        coalesce(sum(pending) filter (where side = 'D' and due_on < $3), 0) as failed_deliver,
        coalesce(sum(pending) filter (where side = 'R' and due_on <= $2), 0) as due_receive,
        coalesce(sum(pending) filter (where side = 'D' and due_on <= $2), 0) as due_deliver
    from flows group by portfolio, account, asset),
later as (
    select m.portfolio, m.account, m.asset, {_LATER},
        coalesce(sum({_PENDING}) filter (where side = 'R'), 0) as pending_receive,
        coalesce(sum({_PENDING}) filter (where side = 'D'), 0) as pending_deliver
    from movement m where m.effective_on > $2 and length(m.asset) = 3
    group by m.portfolio, m.account, m.asset),
booked as (
    select b.portfolio, b.detail as account, b.currency as asset, sum(b.amount) as ledger
    from balance b where b.account = 'Cash' and ($1::text is null or b.portfolio = $1)
    group by b.portfolio, b.detail, b.currency),
booked_later as (
    select e.portfolio, e.detail as account, e.currency as asset, sum(e.amount) as ledger
    from entry e where e.effective_on > $2 and e.account = 'Cash'
    group by e.portfolio, e.detail, e.currency),
held as (
    select * from position where length(asset) = 3 and ($1::text is null or portfolio = $1))
select portfolio, account, asset, coalesce(b.ledger, 0) - coalesce(f.ledger, 0) as ledger,
    coalesce(p.settled, 0) - coalesce(l.settled, 0) as settled,
    coalesce(p.pending_receive, 0) - coalesce(l.pending_receive, 0) as pending_receive,
    coalesce(p.pending_deliver, 0) - coalesce(l.pending_deliver, 0) as pending_deliver,
    coalesce(d.failed_receive, 0) as failed_receive,
    coalesce(d.failed_deliver, 0) as failed_deliver,
    coalesce(p.settled, 0) - coalesce(l.settled, 0) + coalesce(d.due_receive, 0)
        - coalesce(d.due_deliver, 0) as projected
from booked b full join held p using (portfolio, account, asset)
left join booked_later f using (portfolio, account, asset)
left join later l using (portfolio, account, asset)
left join by_account d using (portfolio, account, asset)
order by portfolio, account, asset
"""
LADDER_NOW = f"""
with {_FLOWS}
select portfolio, account, asset, due_on as on,
    coalesce(sum(pending) filter (where side = 'R'), 0) as receivable,
    coalesce(sum(pending) filter (where side = 'D'), 0) as payable
from flows where due_on is not null group by portfolio, account, asset, due_on
having coalesce(sum(pending) filter (where side = 'R'), 0) <> 0
    or coalesce(sum(pending) filter (where side = 'D'), 0) <> 0
order by portfolio, account, asset, due_on
"""
CASH = f"""
with booked as (
    select e.portfolio, e.detail as account, e.currency as asset, sum(e.amount) as ledger
    from entry e {_KNOWN.format(lanes="$4", cuts="$5", t="e")}
    where e.account = 'Cash' and e.effective_on <= $2 and ($1::text is null or e.portfolio = $1)
    group by e.portfolio, e.detail, e.currency),
sums as (
    select m.portfolio, m.account, m.asset, {_THEN}
    from movement m {_KNOWN.format(lanes="$4", cuts="$5", t="m")}
    where m.effective_on <= $2 and length(m.asset) = 3 and ($1::text is null or m.portfolio = $1)
    group by m.portfolio, m.account, m.asset)
select portfolio, account, asset,
    coalesce(b.ledger, 0) as ledger, coalesce(s.settled, 0) as settled,
    coalesce(s.pending_receive, 0) as pending_receive,
    coalesce(s.pending_deliver, 0) as pending_deliver,
    coalesce(s.failed_receive, 0) as failed_receive,
    coalesce(s.failed_deliver, 0) as failed_deliver,
    coalesce(s.settled + s.due_receive - s.due_deliver, 0) as projected
from booked b full join sums s using (portfolio, account, asset)
order by portfolio, account, asset
"""
LADDER = f"""
select m.portfolio, m.account, m.asset, m.due_on as on,
    coalesce(sum({_PENDING}) filter (where m.side = 'R'), 0) as receivable,
    coalesce(sum({_PENDING}) filter (where m.side = 'D'), 0) as payable
from movement m {_KNOWN.format(lanes="$3", cuts="$4", t="m")}
where m.effective_on <= $2 and length(m.asset) = 3 and m.due_on is not null
  and ($1::text is null or m.portfolio = $1)
group by m.portfolio, m.account, m.asset, m.due_on
having coalesce(sum({_PENDING}) filter (where m.side = 'R'), 0) <> 0
    or coalesce(sum({_PENDING}) filter (where m.side = 'D'), 0) <> 0
order by m.portfolio, m.account, m.asset, m.due_on
"""
TRIAL_BALANCE_NOW = """
select account, currency, sum(amount) as amount from (
    select account, currency, amount from balance where ($1::text is null or portfolio = $1)
    union all
    select account, currency, -amount from entry
    where effective_on > $2 and ($1::text is null or portfolio = $1)) booked
group by account, currency order by currency, account
"""
TRIAL_BALANCE_THEN = f"""
select e.account, e.currency, sum(e.amount) as amount
from entry e {_KNOWN.format(lanes="$3", cuts="$4", t="e")}
where e.effective_on <= $2 and ($1::text is null or e.portfolio = $1)
group by e.account, e.currency order by e.currency, e.account
"""
JOURNALS = f"""
with page as (
    select j.* from journal j {_KNOWN.format(lanes="$1", cuts="$2", t="j")}
    where ($3::text is null or j.portfolio = $3) and ($4::uuid is null or j.instruction = $4)
      and ($5::text is null or j.rule = $5)
      and ($6::date is null or j.effective_on >= $6) and ($7::date is null or j.effective_on <= $7)
      and ($8::text is null or exists (select from entry e where e.lane = j.lane and e.seq = j.seq
          and e.rule = j.rule and e.account = $8))
      and ($9::smallint is null or (j.lane, j.seq, j.rule) > ($9, $10::bigint, $11::text))
    order by j.lane, j.seq, j.rule limit $12)
select p.lane, p.seq, p.rule, p.portfolio, p.instruction, p.effective_on, v.known_at, v.type,
       v.cause, v.actor, e.line, e.account, e.detail, e.currency, e.amount
from page p join event v on v.lane = p.lane and v.seq = p.seq
join entry e on e.lane = p.lane and e.seq = p.seq and e.rule = p.rule
order by p.lane, p.seq, p.rule, e.line
"""

# the log ------------------------------------------------------------------------------------------

# a bounded walk of each lane's key: a reader far behind costs no more than one near the end
FEED = """
select e.* from unnest($1::smallint[], $2::bigint[]) k (lane, seq)
cross join lateral (
    select v.lane, v.seq, v.portfolio, v.aggregate, v.type, v.effective_on, v.known_at, v.cause,
           v.actor, v.payload, v.hash
    from event v where v.lane = k.lane and v.seq > k.seq order by v.seq limit $3) e
order by e.known_at, e.lane, e.seq limit $3
"""


async def instructions(
    db: Connection, filters: Mapping[str, str], search: str | None, after: UUID | None, limit: int
) -> list[Any]:
    """Instructions and payments that pass the filters, newest first, beyond `after`."""
    values: list[Any] = []

    def add(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    parts = [FILTERS[name].format(add(value)) for name, value in filters.items()]
    if search:
        plain = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        words = {"like": add(f"%{plain}%"), "prefix": add(f"{plain.upper()}%")}
        parts.append(" or ".join(part.format(**words) for part in SEARCH))
    if after is not None:
        parts.append(f"c.id < {add(after)}")
    where = " and ".join(f"({part})" for part in parts) or "true"
    return list(await db.fetch(LIST.format(where=where, limit=add(limit)), *values))


async def these(db: Connection, ids: Collection[UUID]) -> list[Any]:
    """Those of these that are instructions or payments, as they stand."""
    return list(await db.fetch(THESE, list(ids)))


async def instruction(db: Connection, id_: UUID) -> Any | None:
    """One instruction or payment as it stands, with the body it came with."""
    return await db.fetchrow(ONE, id_)


async def facts(db: Connection, lane: int, id_: UUID) -> list[Any]:
    """The set its condition is folded from, in order of event time."""
    return list(await db.fetch(FACTS, lane, id_))


async def attempts(db: Connection, outbox: Sequence[int]) -> list[Any]:
    """Each sending of these messages: when, which bytes, and whether marked a possible duplicate."""
    return list(await db.fetch(ATTEMPTS, list(outbox)))


async def messages(
    db: Connection,
    link: str | None,
    direction: str | None,
    state: str | None,
    reference: str | None,
    before: int | None,
    limit: int,
) -> list[Any]:
    """Stored messages with what became of them, newest first."""
    return list(await db.fetch(MESSAGES, link, direction, state, reference, before, limit))


async def stored_under(
    db: Connection, link: str, transport_keys: Sequence[bytes]
) -> dict[bytes, int]:
    """The ids of the inbound messages stored under these keys."""
    rows = await db.fetch(STORED_UNDER, link, list(transport_keys))
    return {r["transport_key"]: r["id"] for r in rows}


async def unheld_lanes(db: Connection) -> int:
    """How many lanes nobody works at present."""
    return int(await db.fetchval(UNHELD_LANES))


async def positions_now(
    db: Connection, portfolio: str | None, today: date, late: date, isin: str | None
) -> list[Any]:
    """All measures of every holding as of today, known now; what was due before `late` has failed."""
    return list(await db.fetch(POSITIONS_NOW, portfolio, today, late, isin))


async def positions_then(
    db: Connection, portfolio: str | None, as_of: date, late: date, isin: str | None, cut: Cut
) -> list[Any]:
    """All measures of every holding on a date, as known at a cut."""
    return list(await db.fetch(POSITIONS_THEN, portfolio, as_of, late, *_known(cut), isin))


async def cash_now(
    db: Connection, portfolio: str | None, today: date, late: date
) -> tuple[list[Any], list[Any]]:
    """Every cash account as of today, known now, and what each is to receive and pay by date."""
    rows = list(await db.fetch(CASH_NOW, portfolio, today, late))
    return rows, list(await db.fetch(LADDER_NOW, portfolio, today))


async def cash(
    db: Connection, portfolio: str | None, as_of: date, late: date, cut: Cut
) -> list[Any]:
    """Ledger balance and movements of every cash account on a date, as known at a cut."""
    return list(await db.fetch(CASH, portfolio, as_of, late, *_known(cut)))


async def ladder(db: Connection, portfolio: str | None, as_of: date, cut: Cut) -> list[Any]:
    """What each cash account is to receive and pay, by date."""
    return list(await db.fetch(LADDER, portfolio, as_of, *_known(cut)))


async def trial_balance_now(db: Connection, portfolio: str | None, today: date) -> list[Any]:
    """Balance per ledger account and currency as of today, known now; debit above zero."""
    return list(await db.fetch(TRIAL_BALANCE_NOW, portfolio, today))


async def trial_balance_then(
    db: Connection, portfolio: str | None, as_of: date, cut: Cut
) -> list[Any]:
    """Balance per ledger account and currency on a date, as known at a cut."""
    return list(await db.fetch(TRIAL_BALANCE_THEN, portfolio, as_of, *_known(cut)))


async def journals(
    db: Connection,
    cut: Cut,
    portfolio: str | None,
    instruction_: UUID | None,
    rule: str | None,
    effective_from: date | None,
    effective_to: date | None,
    account: str | None,
    after: tuple[int, int, str] | None,
    limit: int,
) -> list[Any]:
    """Entries of up to `limit` journals in log order, with the event behind each journal."""
    return list(
        await db.fetch(
            JOURNALS,
            *_known(cut),
            portfolio,
            instruction_,
            rule,
            effective_from,
            effective_to,
            account,
            *(after or (None, None, None)),
            limit,
        )
    )


async def feed(db: Connection, positions: Mapping[int, int], limit: int) -> list[Any]:
    """Events beyond these positions; within a lane, and so within a portfolio, in sequence."""
    lanes = [(lane, positions.get(lane, 0)) for lane in LANES]
    return list(await db.fetch(FEED, *columns(lanes), limit))


def _known(cut: Cut) -> list[list[Any]]:
    return columns(sorted(cut.items())) if cut else [[], []]
