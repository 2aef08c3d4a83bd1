"""The books: journals, entries and movements are added only; balances, positions and lots follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, add, columns


class JournalRow(NamedTuple):
    lane: int
    seq: int
    rule: str
    portfolio: str
    instruction: UUID | None
    effective_on: date


class EntryRow(NamedTuple):
    lane: int
    seq: int
    rule: str
    line: int
    portfolio: str
    account: str
    detail: str
    currency: str
    amount: Decimal  # debit above zero
    effective_on: date


class MovementRow(NamedTuple):
    lane: int
    seq: int
    line: int
    portfolio: str
    account: str
    asset: str
    side: str
    measure: str
    delta: Decimal
    effective_on: date
    due_on: date | None


class LotRow(NamedTuple):
    lane: int
    portfolio: str
    account: str
    isin: str
    ordinal: int
    opened_on: date
    quantity: Decimal
    cost: Decimal
    open_quantity: Decimal
    open_cost: Decimal


class WitnessRow(NamedTuple):
    lane: int
    movement_key: str
    message: int
    said: str
    amount: Decimal
    currency: str


MOVE_BALANCES = """
insert into balance as b (lane, portfolio, account, detail, currency, amount)
select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[])
on conflict (lane, portfolio, account, detail, currency)
do update set amount = b.amount + excluded.amount
"""
MOVE_POSITIONS = """
insert into position as p (lane, portfolio, account, asset, traded, settled, pending_receive, pending_deliver)
select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[],
                     $7::numeric[], $8::numeric[])
on conflict (lane, portfolio, account, asset) do update set
    traded = p.traded + excluded.traded, settled = p.settled + excluded.settled,
    pending_receive = p.pending_receive + excluded.pending_receive,
    pending_deliver = p.pending_deliver + excluded.pending_deliver
"""
PUT_LOTS = """
insert into lot (lane, portfolio, account, isin, ordinal, opened_on, quantity, cost, open_quantity, open_cost)
select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::date[],
                     $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[])
on conflict (lane, portfolio, account, isin, ordinal)
do update set open_quantity = excluded.open_quantity, open_cost = excluded.open_cost
"""
OPEN_LOTS = """
select l.* from lot l
join unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) k (lane, portfolio, account, isin)
    using (lane, portfolio, account, isin)
where l.open_quantity <> 0 order by lane, portfolio, account, isin, opened_on, ordinal
"""
ADD_WITNESSES = """
insert into witness (lane, movement_key, message, said, amount, currency)
select * from unnest($1::smallint[], $2::text[], $3::bigint[], $4::text[], $5::numeric[], $6::text[])
on conflict do nothing
"""
LotKey = tuple[int, str, str, str]


async def post_many(
    db: Connection,
    journals: Sequence[JournalRow],
    entries: Sequence[EntryRow],
    movements: Sequence[MovementRow],
) -> None:
    """Add journals, entries and movements, and move balances and positions by their sums."""
    if journals:
        await add(db, "journal", JournalRow._fields, journals)
        await add(db, "entry", EntryRow._fields, entries)
        await db.execute(MOVE_BALANCES, *columns(_balances(entries)))
    if movements:
        await add(db, "movement", MovementRow._fields, movements)
        await db.execute(MOVE_POSITIONS, *columns(_positions(movements)))


async def put_lots(db: Connection, lots: Sequence[LotRow]) -> None:
    """Open lots, or what is left of them."""
    if lots:
        latest = {(x.lane, x.portfolio, x.account, x.isin, x.ordinal): x for x in lots}
        await db.execute(PUT_LOTS, *columns(list(latest.values())))


async def open_lots(db: Connection, keys: Sequence[LotKey]) -> list[Any]:
    """The open lots of these holdings, oldest first."""
    return list(await db.fetch(OPEN_LOTS, *columns(keys))) if keys else []


async def add_witnesses(db: Connection, rows: Sequence[WitnessRow]) -> None:
    """Attach messages to the one movement they all speak of."""
    if rows:
        await db.execute(ADD_WITNESSES, *columns(rows))


def _balances(entries: Sequence[EntryRow]) -> list[tuple[Any, ...]]:
    sums: defaultdict[tuple[int, str, str, str, str], Decimal] = defaultdict(Decimal)
    for e in entries:
        sums[e.lane, e.portfolio, e.account, e.detail, e.currency] += e.amount
    return [(*key, total) for key, total in sorted(sums.items())]


def _positions(movements: Sequence[MovementRow]) -> list[tuple[Any, ...]]:
    """Signed by side: what is traded and not settled is pending on its own side."""
    sums: dict[tuple[int, str, str, str], list[Decimal]] = {}
    for m in movements:
        traded, settled, receive, deliver = range(4)
        row = sums.setdefault((m.lane, m.portfolio, m.account, m.asset), [Decimal(0)] * 4)
        sign = 1 if m.side == "R" else -1
        pending = receive if m.side == "R" else deliver
        if m.measure == "traded":
            row[traded] += sign * m.delta
            row[pending] += m.delta
        else:
            row[settled] += sign * m.delta
            row[pending] -= m.delta
    return [(*key, *row) for key, row in sorted(sums.items())]
