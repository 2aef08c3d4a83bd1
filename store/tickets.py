"""What a ticket is compared with, and the templates people keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from store.rows import Connection, columns

ALIKE_MAX = 20
# DOMAIN 10.2: account, counterparty, amount, value date and ISIN the same, within some days
ALIKE = """
select k.n, c.id, c.reference, c.state, i.created_at, i.maker
from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::date[],
    $8::text[]) k (n, portfolio, isin, counterparty, currency, amount, settle_on, direction)
join condition c on c.portfolio = k.portfolio and c.isin is not distinct from k.isin
  and c.counterparty is not distinct from k.counterparty
  and c.currency is not distinct from k.currency and c.amount is not distinct from k.amount
  and c.settle_on is not distinct from k.settle_on and c.direction is not distinct from k.direction
join instruction i on i.lane = c.lane and i.id = c.id
where i.created_at > $9 and c.state not in ('cancelled', 'rejected')
order by k.n, i.created_at desc limit $10
"""
KNOWN = """
select r.value, i.body_hash from reference r join instruction i on i.id = r.instruction
where r.kind = 'upstream' and r.owner = $1 and r.value = any($2::text[])
"""
TEMPLATES = "select name, kind, fields from ticket_template where person = $1 order by name"
SAVE = """
insert into ticket_template (person, name, kind, fields, saved_at) values ($1, $2, $3, $4, $5)
on conflict (person, name) do update
set kind = excluded.kind, fields = excluded.fields, saved_at = excluded.saved_at
"""
DROP = "delete from ticket_template where person = $1 and name = $2"
BODY = "select body from instruction where id = $1"


class Marks(NamedTuple):
    """What two tickets for the same thing would share."""

    portfolio: str
    isin: str | None
    counterparty: str | None
    currency: str | None
    amount: Decimal | None
    settle_on: date | None
    direction: str | None


async def alike(db: Connection, wanted: Sequence[Marks], since: datetime) -> dict[int, list[Any]]:
    """What shares these marks and was taken in since then, newest first, by their place in `wanted`."""
    if not wanted:
        return {}
    numbered = [(n, *marks) for n, marks in enumerate(wanted)]
    found: dict[int, list[Any]] = {}
    for row in await db.fetch(ALIKE, *columns(numbered), since, ALIKE_MAX * len(wanted)):
        found.setdefault(row["n"], []).append(row)
    return found


async def known(db: Connection, client: str, references: Sequence[str]) -> dict[str, bytes]:
    """The references this client used before, with the hash of what came under them."""
    return {r["value"]: r["body_hash"] for r in await db.fetch(KNOWN, client, list(references))}


async def templates(db: Connection, person: str) -> list[Any]:
    """The templates of one person, by name."""
    return list(await db.fetch(TEMPLATES, person))


async def save(
    db: Connection, person: str, name: str, kind: str, fields: str, at: datetime
) -> None:
    """Keep a template under this name, in place of the last of it."""
    await db.execute(SAVE, person, name, kind, fields, at)


async def drop(db: Connection, person: str, name: str) -> None:
    """Keep it no longer."""
    await db.execute(DROP, person, name)


async def body(db: Connection, id_: UUID) -> str | None:
    """An instruction or payment as it came in, as JSON."""
    text: str | None = await db.fetchval(BODY, id_)
    return text
