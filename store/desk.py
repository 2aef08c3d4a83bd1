"""What the desk shows: the list with its filters, order and counts, and one instruction whole.

Read only; sessions are in store/sessions.py. Filters, tabs and orders are tables of
SQL fragments over `condition c`; values always travel as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from store import search
from store.rows import Connection, columns
from store.search import OPEN, Sought

# nothing open any more: DOMAIN 2.4 for securities, 3.3 for payments
CLOSED = (
    "settled",
    "part_settled_rest_cancelled",
    "cancelled",
    "rejected",
    "reversed",
    "credited",
    "debited",
    "returned",
)
APPROVAL = "approval by a second person"  # what the lane's holder says it waits for
_THEIRS = "c.whose_move in ('them', 'custodian', 'network')"
_TROUBLE = "exists (select from exception x where x.instruction = c.id and x.closed_at is null)"
# {today} is the business date's parameter
TABS: dict[str, str] = {
    "act": f"{OPEN} and (c.whose_move = 'us' and (c.settle_on <= {{today}} or {_TROUBLE}"
    " or c.state in ('network_nak', 'in_repair', 'fate_unknown'))"
    " or c.flags @> array['follow_up_due'])",
    "us": f"{OPEN} and c.whose_move = 'us'",
    "them": f"{OPEN} and {_THEIRS}",
    "due": "c.urgency = {today} - date '2000-01-01'",
    "failing": f"{OPEN} and (c.state in ('failing', 'overdue_unconfirmed')"
    " or c.settle_on < {today})",
    "approvals": f"{OPEN} and c.waits_for = '{APPROVAL}'",
    "all": "true",
}
FILTERS: dict[str, str] = {
    "state": "c.state = {0}",
    "kind": "c.kind = {0}",
    "counterparty": "c.counterparty = {0}",
    "custodian": "c.custodian = {0}",
    "portfolio": "c.portfolio = {0}",
    "isin": "c.isin = {0}",
    "currency": "c.currency = {0}",
    "owner": "c.flags @> array['owner:' || {0}::text]",
    "settle_on": "c.settle_on = {0}::text::date",
}
# each order is two ascending keys and then the id, with the type a cursor value is read back as
_DAY = "(coalesce(c.settle_on, date '2000-01-01') - date '2000-01-01')"
ORDERS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "urgency": (
        ("c.urgency", "integer"),
        ("-coalesce(c.amount, 0)", "numeric"),
    ),
    "state": (("c.state", "text"), (_DAY, "integer")),
    "since": (("c.since", "timestamptz"), ("c.reference", "text")),
    "instrument": (("coalesce(c.instrument_name, c.isin, '')", "text"), (_DAY, "integer")),
    "quantity": (("coalesce(c.open_quantity, 0)", "numeric"), (_DAY, "integer")),
    "amount": (("coalesce(c.currency, '')", "text"), ("coalesce(c.amount, 0)", "numeric")),
    "counterparty": (("coalesce(c.counterparty, '')", "text"), (_DAY, "integer")),
    "custodian": (("coalesce(c.custodian, '')", "text"), (_DAY, "integer")),
    "settle_on": ((_DAY, "integer"), ("c.reference", "text")),
    "reference": (("c.reference", "text"), (_DAY, "integer")),
}
_COLUMNS = """
c.lane, c.id, c.portfolio, c.kind, c.reference, c.state, c.processing, c.cancellation, c.matching,
c.settlement, c.change, c.version, c.wire_reference, c.link, c.direction, c.payment, c.isin,
c.instrument_name, c.counterparty, c.custodian, c.place, c.account, c.cash_account, c.currency,
c.amount, c.quantity, c.open_quantity, c.settled_quantity, c.trade_on, c.settle_on, c.waits_for,
c.whose_move, c.since, c.reason, c.reason_text, c.flags, c.facts, i.created_at, i.maker
"""
_FROM = "from condition c join instruction i on i.lane = c.lane and i.id = c.id"

BY_IDS = f"select {_COLUMNS} {_FROM} where c.id = any($1::uuid[])"
TAB_COUNTS = "select {counts} from condition c where " + OPEN
TOTALS = (
    """
select c.currency, count(*) as count,
       sum(case when c.quantity > 0 then round(c.amount * c.open_quantity / c.quantity, 2)
           else c.amount end) filter (where """
    + OPEN
    + """) as amount
from condition c where {where} group by c.currency order by c.currency nulls last
"""
)
STATE_COUNTS = "select state, count(*) from condition group by state"
EXCEPTIONS_OPEN = "select count(*) from exception where closed_at is null"
PARKED = "select count(*) from inbox where state = 'parked'"
QUEUES = """
select o.link, count(*) as queued, min(m.stored_at) as oldest_at
from outbox o left join raw_message m on m.id = o.id
where o.state in ('queued', 'sending') group by o.link
"""
CHOICES_MAX = 1000
OWNERS = f"""
select distinct substr(f, 7) as owner from condition c cross join unnest(c.flags) f
where {OPEN} and f like 'owner:%' order by 1
"""
CHOICES = """
select counterparty, custodian, nullif(portfolio, '') as portfolio, currency from condition
group by grouping sets (counterparty, custodian, portfolio, currency)
"""
HEADS = "select lane, seq from lane_head where seq > 0 order by lane"
CHANGED = """
select e.lane, max(e.seq) as seq, array_agg(distinct e.aggregate) as ids
from unnest($1::smallint[], $2::bigint[]) k (lane, seq)
join event e on e.lane = k.lane and e.seq > k.seq and e.seq <= k.seq + 5000
group by e.lane
"""
INSTRUCTION_BODY = "select * from instruction where lane = $1 and id = $2"
VERSIONS = "select * from version where lane = $1 and instruction = $2 order by version"
EVENTS = """
select lane, seq, type, effective_on, known_at, cause, actor, payload from event
where aggregate = $1 order by known_at, lane, seq limit 1000
"""
EXCEPTIONS_OF = """
select lane, code, key, round, text, raised_at, closed_at, closed_by, closed_reason from exception
where lane = $1 and instruction = $2 order by raised_at
"""
MESSAGES_OF = """
select m.id, m.direction, m.link, m.stored_at, m.body, o.type, o.reference, o.state, o.attempt,
       o.sent_at, o.reason, 1 as seen, null::bigint as repairs
from outbox o join raw_message m on m.id = o.id where o.instruction = $2
union all
select m.id, m.direction, m.link, m.stored_at, m.body, coalesce(i.type, ''),
       coalesce(i.reference, ''), i.state, i.attempts, null, i.reason, i.seen, r.original
from raw_message m join inbox i on i.id = m.id left join repair r on r.message = m.id
where m.id in (
    select message from fact where lane = $1 and instruction = $2 and message is not null
    union select cause from event where aggregate = $2 and cause is not null)
order by 4, 1
"""
JOURNALS_OF = """
select j.lane, j.seq, j.rule, j.effective_on, v.known_at, v.type, v.cause, e.line, e.account,
       e.detail, e.currency, e.amount
from journal j join event v on v.lane = j.lane and v.seq = j.seq
join entry e on e.lane = j.lane and e.seq = j.seq and e.rule = j.rule
where j.instruction = $1 order by v.known_at, j.seq, j.rule, e.line
"""
LOTS_OF = """
select l.opened_on, i.reference, i.id as instruction, m.quantity, m.cost, l.open_quantity,
       l.quantity as lot_quantity
from condition c
cross join lateral jsonb_to_recordset(c.posted::jsonb -> 'moves')
    as m (lot jsonb, quantity numeric, cost numeric)
join lot l on l.lane = c.lane and l.portfolio = c.portfolio and l.account = c.account
    and l.isin = c.isin and l.ordinal = (m.lot ->> 'ordinal')::bigint
left join event e on e.lane = l.lane and e.seq = l.ordinal
left join instruction i on i.lane = e.lane and i.id = e.aggregate
where c.lane = $1 and c.id = $2 order by l.opened_on, l.ordinal
"""
MESSAGE = """
select m.id, m.direction, m.link, m.stored_at, m.body, coalesce(o.type, i.type) as type,
       coalesce(o.reference, i.reference) as reference, coalesce(o.state, i.state) as state,
       coalesce(o.instruction, i.instruction, (select f.instruction from fact f
           where f.message = m.id limit 1)) as instruction,
       coalesce(o.reason, i.reason) as reason, coalesce(i.seen, 1) as seen,
       r.original as repairs, (select a.message from repair a
           where a.original = m.id and a.decision = 'approved') as repaired_as,
       p.key as authenticated_by
from raw_message m left join inbox i on i.id = m.id and m.direction = 'in'
left join outbox o on o.id = m.id and m.direction = 'out'
left join authentication p on p.message = m.id
left join repair r on r.message = m.id where m.id = $1
"""
PARKED_MESSAGES = """
select i.id, i.link, i.type, i.reference, i.reason, i.seen, m.stored_at
from inbox i join raw_message m on m.id = i.id where i.state = 'parked' order by i.id limit $1
"""


@dataclass(frozen=True, slots=True)
class View:
    """Which rows, in which order, as the address of the page says."""

    tab: str = "all"
    filters: tuple[tuple[str, str], ...] = ()
    search: Sought | None = None
    order: str = "urgency"
    descending: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether more than the tab decides what it holds."""
        return bool(self.filters or self.search)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and where the next one begins."""

    rows: list[Any]
    after: list[str] | None


class _Parameters:
    """Values gathered while fragments are put together."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


async def page(
    db: Connection, view: View, today: date, after: Sequence[str] | None, limit: int
) -> Page:
    """One page of the list, and the cursor of the next when there is more."""
    parameters = _Parameters()
    where = _where(view, today, parameters)
    first, second = ORDERS[view.order]
    way, beyond = ("desc", "<") if view.descending else ("asc", ">")
    if after is not None:
        keys = ", ".join(
            f"{parameters.add(value)}::text::{type_}"
            for value, type_ in zip(after, (first[1], second[1], "uuid"), strict=True)
        )
        where += f" and ({first[0]}, {second[0]}, c.id) {beyond} ({keys})"
    # what is narrowed down is gathered in one scan; a whole tab is walked along its index
    gathered = "materialized" if view.narrowed else "not materialized"
    rows = await db.fetch(
        f"with hit as {gathered} (select c.lane, c.id, {first[0]} as key1, {second[0]} as key2"
        f" from condition c where {where}),"
        f" page as (select * from hit order by key1 {way}, key2 {way}, id {way} limit {limit + 1})"
        f" select {_COLUMNS}, p.key1::text, p.key2::text from page p"
        f" join condition c using (lane, id) join instruction i using (lane, id)"
        f" order by p.key1 {way}, p.key2 {way}, p.id {way}",
        *parameters.values,
    )
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], [last["key1"], last["key2"], str(last["id"])])


async def totals(db: Connection, view: View, today: date) -> list[Any]:
    """Count and open amount per currency of what the view holds; of the open alone, if not narrowed."""
    parameters = _Parameters()
    where = _where(view, today, parameters)
    if not view.narrowed:
        where += f" and {OPEN}"
    return list(await db.fetch(TOTALS.format(where=where), *parameters.values))


async def members(db: Connection, view: View, today: date, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these the view holds."""
    parameters = _Parameters()
    mine = parameters.add(list(ids))
    where = _where(view, today, parameters)
    rows = await db.fetch(
        f"select c.id from condition c where c.id = any({mine}::uuid[]) and {where}",
        *parameters.values,
    )
    return {r["id"] for r in rows}


async def by_ids(db: Connection, ids: Sequence[UUID]) -> list[Any]:
    """The list's columns of these instructions."""
    return list(await db.fetch(BY_IDS, list(ids)))


async def tab_counts(db: Connection, today: date) -> dict[str, int]:
    """How many rows each tab holds."""
    named = {name: condition for name, condition in TABS.items() if name != "all"}
    counts = ", ".join(
        f"count(*) filter (where {condition.format(today='$1::date')}) as {name}"
        for name, condition in named.items()
    )
    return dict(await db.fetchrow(TAB_COUNTS.format(counts=counts), today))


async def state_counts(db: Connection) -> dict[str, int]:
    """How many instructions show each display state."""
    return {r["state"]: r["count"] for r in await db.fetch(STATE_COUNTS)}


async def queue_counts(db: Connection) -> tuple[int, int]:
    """Open exceptions and parked inbound messages."""
    return await db.fetchval(EXCEPTIONS_OPEN), await db.fetchval(PARKED)


async def queues(db: Connection) -> dict[str, Any]:
    """What waits to leave, by link, with the age of the oldest."""
    return {r["link"]: r for r in await db.fetch(QUEUES)}


async def choices(db: Connection) -> dict[str, list[str]]:
    """The values the filters offer."""
    rows = await db.fetch(CHOICES)
    found = {
        name: sorted({r[name] for r in rows} - {None})[:CHOICES_MAX]
        for name in ("counterparty", "custodian", "portfolio", "currency")
    }
    return found | {"owner": [r["owner"] for r in await db.fetch(OWNERS)]}


async def heads(db: Connection) -> dict[int, int]:
    """The end of the log, for the lanes that have one."""
    return {r["lane"]: r["seq"] for r in await db.fetch(HEADS)}


async def changed(db: Connection, positions: Mapping[int, int]) -> tuple[dict[int, int], set[UUID]]:
    """Which instructions the log speaks of beyond these positions, and how far it was read."""
    lanes = [(lane, positions.get(lane, 0)) for lane in range(64)]
    rows = await db.fetch(CHANGED, *columns(lanes))
    return {r["lane"]: r["seq"] for r in rows}, {id_ for r in rows for id_ in r["ids"]}


async def one(db: Connection, id_: UUID) -> Any | None:
    """The list's columns of one instruction."""
    return next(iter(await by_ids(db, [id_])), None)


async def versions(db: Connection, lane: int, id_: UUID) -> list[Any]:
    """Every version that was made for the wire."""
    return list(await db.fetch(VERSIONS, lane, id_))


async def body(db: Connection, lane: int, id_: UUID) -> Any:
    """The instruction as it came in."""
    return await db.fetchrow(INSTRUCTION_BODY, lane, id_)


async def events(db: Connection, id_: UUID) -> list[Any]:
    """The log of one instruction."""
    return list(await db.fetch(EVENTS, id_))


async def exceptions_of(db: Connection, lane: int, id_: UUID) -> list[Any]:
    """What needed or needs a person."""
    return list(await db.fetch(EXCEPTIONS_OF, lane, id_))


async def messages_of(db: Connection, lane: int, id_: UUID) -> list[Any]:
    """The messages of one instruction, both ways, oldest first."""
    return list(await db.fetch(MESSAGES_OF, lane, id_))


async def journals_of(db: Connection, id_: UUID) -> list[Any]:
    """The entries of one instruction with the event behind each journal."""
    return list(await db.fetch(JOURNALS_OF, id_))


async def lots_of(db: Connection, lane: int, id_: UUID) -> list[Any]:
    """The lots one instruction opened, added to or relieved, oldest first."""
    return list(await db.fetch(LOTS_OF, lane, id_))


async def message(db: Connection, id_: int) -> Any | None:
    """One stored message with what became of it."""
    return await db.fetchrow(MESSAGE, id_)


async def parked(db: Connection, limit: int) -> list[Any]:
    """Inbound messages nobody could place."""
    return list(await db.fetch(PARKED_MESSAGES, limit))


def _where(view: View, today: date, parameters: _Parameters) -> str:
    tab = TABS[view.tab]
    parts = [tab.format(today=f"{parameters.add(today)}::date") if "{today}" in tab else tab]
    parts += [FILTERS[name].format(parameters.add(value)) for name, value in view.filters]
    if view.search:
        parts.append(search.condition_of(view.search, parameters.add))
    return " and ".join(f"({part})" for part in parts)
