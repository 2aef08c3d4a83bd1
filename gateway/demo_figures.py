"""The figures that go with the story's sentences, read from the books when they are said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gateway import verify as audit
from gateway.clock import business_date
from gateway.demo_day import Day
from gateway.demo_orders import NIGHT
from gateway.demo_report import FINAL, is_explained
from gateway.desk import words

ACCEPTED = "select count(*) from instruction"
LOST = """
select count(*) from unnest($1::text[]) given (reference)
where not exists (select from instruction i where i.reference = given.reference)
"""
AGAIN = """
select count(*) from outbox o join instruction i on i.id = o.instruction
where i.reference = any($1::text[]) and o.attempt > 1
"""
TWICE = """
select count(*) from (
    select from inbox b join raw_message using (id) join instruction i on i.id = b.instruction
    where i.reference = any($1::text[]) and b.type like 'sese.024%'
    and position('<AckdAccptd>'::bytea in raw_message.body) > 0
    group by i.id having count(*) > 1
) taken_twice
"""
ROWS = """
select reference, state, reason, whose_move, settle_on, currency, amount, quantity, settled_quantity
from condition where kind = 'securities'
"""


async def figures(day: Day) -> dict[str, str]:
    """Every figure by its name, as text; `faults` is what `finality verify` finds."""
    today = business_date(day.core.clock.now(), day.core.settings.business_zone)
    async with day.core.pool.acquire() as db:
        counts = {
            "accepted": await db.fetchval(ACCEPTED),
            "lost": await db.fetchval(LOST, sorted(day.accepted)),
            "again": await db.fetchval(AGAIN, NIGHT),
            "twice": await db.fetchval(TWICE, NIGHT),
        }
        rows = await db.fetch(ROWS)
        findings = await audit.verify(db, day.core.settings.data / "simulators")
    due = [r for r in rows if r["settle_on"] is None or r["settle_on"] <= today]
    still_open = [r for r in due if r["state"] not in FINAL]
    explained = [r for r in still_open if is_explained(r, today)]
    settled = [r for r in due if r["state"] == "settled"]
    counts |= {
        "due": len(due),
        "settled": len(settled),
        "cancelled": len(due) - len(settled) - len(still_open),
        "explained": len(explained),
        "unexplained": len(still_open) - len(explained),
        "later": len(rows) - len(due),
        "faults": len(findings),
    }
    return {name: f"{n:,}" for name, n in counts.items()} | {"money": _money(rows)}


def _money(rows: list[Any]) -> str:
    """What changed hands against securities, by currency."""
    sums: dict[str, Decimal] = {}
    for r in rows:
        if r["amount"] and r["settled_quantity"]:
            share = (r["amount"] * r["settled_quantity"] / r["quantity"]).quantize(Decimal("0.01"))
            sums[r["currency"]] = sums.get(r["currency"], Decimal(0)) + share
    return " and ".join(f"{name} {words.money(total)}" for name, total in sorted(sums.items()))
