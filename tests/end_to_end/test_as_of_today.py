"""The default question of the books: as of the business date, known now; what is later is to come."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
from street import Street, ack, buy, confirmation

from store import queries

APPLE = "US0378331005"
TUESDAY = datetime(2026, 11, 24, 21, 5, tzinfo=UTC)


async def early(monday: Street) -> tuple[str, str]:
    """A purchase of Monday whose custodian confirms it on Monday, effective on Tuesday."""
    portfolio = monday.portfolio()
    id_ = await monday.submit(buy(portfolio, f"EARLY-{portfolio}"))
    wire = await monday.wire(id_)
    settling = confirmation(wire, f"CF{portfolio}", at="20261123140000")
    await monday.deliver("swift", ack(wire, "2611231331"), settling)
    assert (await monday.case(id_))["state"] == "settled"
    return portfolio, id_


async def test_what_settles_tomorrow_is_pending_today_and_settled_then(monday: Street) -> None:
    portfolio, _ = await early(monday)
    names = ("traded", "settled", "pending_receive", "projected")
    held = await monday.position(portfolio, APPLE)
    assert [held[n] for n in names] == ["1000", "0", "1000", "0"]
    held = await monday.position(portfolio, APPLE, as_of="2026-11-24")
    assert [held[n] for n in names] == ["1000", "1000", "0", "1000"]
    assert await monday.books_differ() == []
    await monday.set_clock(TUESDAY)
    held = await monday.position(portfolio, APPLE)
    assert [held[n] for n in names] == ["1000", "1000", "0", "1000"]


async def test_cash_that_leaves_tomorrow_is_here_today_and_on_the_ladder(monday: Street) -> None:
    portfolio, _ = await early(monday)
    account = await dollars(monday, portfolio)
    assert account["ledger"] == "1000000.00"
    assert account["settled"] == "1000000.00"
    assert account["pending_deliver"] == "190275.00"
    assert account["ladder"] == [
        {
            "on": "2026-11-24",
            "receivable": "0",
            "payable": "190275.00",
            "projected": "809725.00",
        }
    ]
    await monday.set_clock(TUESDAY)
    account = await dollars(monday, portfolio)
    assert (account["ledger"], account["pending_deliver"]) == ("809725.00", "0.00")
    assert account["ladder"] == []


async def dollars(street: Street, portfolio: str) -> Any:
    said = await street.get("/v1/cash", portfolio=portfolio)
    [account] = [c for c in said["cash"] if c["currency"] == "USD"]
    return account


async def test_the_trial_balance_owes_today_what_is_paid_tomorrow(monday: Street) -> None:
    portfolio, _ = await early(monday)
    plain = await monday.trial_balance(portfolio)
    assert plain["Payable for securities purchased USD"] == "-190275.00"
    assert plain["Cash USD"] == "1000000.00"
    await monday.set_clock(TUESDAY)
    plain = await monday.trial_balance(portfolio)
    assert "Payable for securities purchased USD" not in plain
    assert plain["Cash USD"] == "809725.00"


async def test_every_answer_names_the_date_it_is_as_of(monday: Street) -> None:
    for path in ("positions", "cash", "ledger/trial-balance"):
        assert (await monday.get(f"/v1/{path}"))["as_of"] == "2026-11-23"
        known = {"known_at": "2026-11-21T15:00:00Z"}
        assert (await monday.get(f"/v1/{path}", **known))["as_of"] == "2026-11-21"


async def test_the_default_question_does_not_walk_the_history_of_the_books(
    postgres: Any, monday: Street
) -> None:
    """Sixty thousand rows of the past: the plans find what is later without reading them."""
    await early(monday)
    name = postgres.dsn("superuser", "straight_monday")
    db = await asyncpg.connect(name)
    try:
        await db.execute("set session_replication_role = replica")  # rows without their events
        await db.execute(PAST_ENTRIES)
        await db.execute(PAST_MOVEMENTS)
        await db.execute("vacuum analyze entry")
        await db.execute("vacuum analyze movement")
        day = date(2026, 11, 23)
        for query, args in (
            (queries.TRIAL_BALANCE_NOW, (None, day)),
            (queries.POSITIONS_NOW, (None, day, day, None)),
            (queries.CASH_NOW, (None, day, day)),
            (queries.LADDER_NOW, (None, day)),
        ):
            plan = json.loads(await db.fetchval(f"explain (analyze, format json) {query}", *args))
            assert read_of(plan[0]["Plan"], {"entry", "movement"}) < 6000, plan
        await db.execute("delete from entry where portfolio = 'PAST'")
        await db.execute("delete from movement where portfolio = 'PAST'")
    finally:
        await db.close()


PAST_ENTRIES = """
insert into entry (lane, seq, rule, line, portfolio, account, detail, currency, amount, effective_on)
select 1, 1000000 + n, 'past', 0, 'PAST', 'Cash', 'X', 'USD', 0, date '2026-01-01' + n / 400
from generate_series(1, 60000) n
"""
PAST_MOVEMENTS = """
insert into movement (lane, seq, line, portfolio, account, asset, side, measure, delta, effective_on)
select 1, 1000000 + n, 0, 'PAST', 'X', 'US0000000000', 'R', 'settled', 0, date '2026-01-01' + n / 400
from generate_series(1, 60000) n
"""


def read_of(plan: dict[str, Any], tables: set[str]) -> int:
    """How many rows of these tables the plan read, those it threw away included."""
    mine = 0
    if plan.get("Relation Name") in tables:
        thrown = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        mine = plan["Actual Loops"] * (plan["Actual Rows"] + sum(plan.get(n, 0) for n in thrown))
    return int(mine) + sum(read_of(child, tables) for child in plan.get("Plans", ()))
