"""What a ticket is compared with, and the templates people keep."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from store.rows import Connection

ALIKE_MAX = 20
# DOMAIN 10.2: account, counterparty, amount, value date and ISIN the same, within some days
ALIKE = """
select c.id, c.reference, c.state, i.created_at, i.maker from condition c
join instruction i on i.lane = c.lane and i.id = c.id
where c.portfolio = $1 and c.isin is not distinct from $2 and c.counterparty is not distinct from $3
  and c.currency is not distinct from $4 and c.amount is not distinct from $5
  and c.settle_on is not distinct from $6 and c.direction is not distinct from $7
  and i.created_at > $8 and c.state not in ('cancelled', 'rejected')
order by i.created_at desc limit $9
"""
TEMPLATES = "select name, kind, fields from ticket_template where person = $1 order by name"
SAVE = """
insert into ticket_template (person, name, kind, fields, saved_at) values ($1, $2, $3, $4, $5)
on conflict (person, name) do update
set kind = excluded.kind, fields = excluded.fields, saved_at = excluded.saved_at
"""
DROP = "delete from ticket_template where person = $1 and name = $2"
BODY = "select body from instruction where id = $1"


async def alike(
    db: Connection,
    portfolio: str,
    isin: str | None,
    counterparty: str | None,
    currency: str | None,
    amount: Decimal | None,
    settle_on: date | None,
    direction: str | None,
    since: datetime,
) -> list[Any]:
    """What looks the same and was taken in since then, newest first."""
    values = (portfolio, isin, counterparty, currency, amount, settle_on, direction, since)
    return list(await db.fetch(ALIKE, *values, ALIKE_MAX))


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
