"""The books over HTTP: positions, cash and ledger, as of a date and as known at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from gateway.api import answers, cases
from gateway.api.cursors import lane, number, read_cursor, word, write_cursor
from gateway.api.route import Asked, Call, Route, answer
from gateway.clock import business_date
from gateway.handlers.unit import lane_of
from schemas.dates import Day, Instant
from store import events, queries
from store.queries import Cut

if TYPE_CHECKING:
    from gateway.config import Settings
    from store.rows import Connection

ZERO = Decimal(0)
DAY = timedelta(days=1)
MEASURES = (
    "traded",
    "settled",
    "pending_receive",
    "pending_deliver",
    "failed_receive",
    "failed_deliver",
    "projected",
    "available",
)
CASH_MEASURES = (
    "ledger",
    "settled",
    "pending_receive",
    "pending_deliver",
    "failed_receive",
    "failed_deliver",
    "projected",
)


class Dated(Asked):
    """Which effective date, and what was known when; today and everything unless told."""

    as_of: Annotated[Day | None, Field(description="effective date, at its end")] = None
    known_at: Annotated[Instant | None, Field(description="only what was known then")] = None
    portfolio: str | None = None


class Holdings(Dated):
    """Which holdings."""

    isin: str | None = None


class Booked(Asked):
    """Which journals; every filter must hold."""

    portfolio: str | None = None
    instruction: UUID | None = None
    account: Annotated[str | None, Field(description="ledger account, e.g. Cash")] = None
    rule: str | None = None
    effective_from: Day | None = None
    as_of: Annotated[Day | None, Field(description="effective on or before")] = None
    known_at: Instant | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: str | None = None


async def positions(call: Call) -> web.Response:
    """Every holding with the measures of DOMAIN 7.2."""
    asked: Holdings = call.query
    as_of, late = _days(call, asked)
    async with call.core.pool.acquire() as db:
        if asked.as_of is None and asked.known_at is None:
            rows = await queries.positions_now(db, asked.portfolio, as_of, late, asked.isin)
        else:
            cut = await _cut(db, asked.known_at, asked.portfolio)
            rows = await queries.positions_then(db, asked.portfolio, as_of, late, asked.isin, cut)
    held = [
        {
            "portfolio": row["portfolio"],
            "account": row["account"],
            "isin": row["asset"],
            **{name: row[name] for name in MEASURES},
        }
        for row in rows
    ]
    return answer({"as_of": as_of, "known_at": asked.known_at, "positions": held})


async def cash(call: Call) -> web.Response:
    """Every cash account: ledger balance, settled, pending, and what is to come by date."""
    asked: Dated = call.query
    as_of, late = _days(call, asked)
    async with call.core.pool.acquire() as db:
        if asked.as_of is None and asked.known_at is None:
            rows, steps = await queries.cash_now(db, asked.portfolio, as_of, late)
        else:
            cut = await _cut(db, asked.known_at, asked.portfolio)
            rows = await queries.cash(db, asked.portfolio, as_of, late, cut)
            steps = await queries.ladder(db, asked.portfolio, as_of, cut)
    flows: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for step in steps:
        flows[step["portfolio"], step["account"], step["asset"]].append(step)
    accounts = [
        {
            "portfolio": row["portfolio"],
            "account": row["account"],
            "currency": row["asset"],
            **{name: row[name] for name in CASH_MEASURES},
            "ladder": _ladder(
                row["settled"], flows[row["portfolio"], row["account"], row["asset"]]
            ),
        }
        for row in rows
    ]
    return answer({"as_of": as_of, "known_at": asked.known_at, "cash": accounts})


def _ladder(settled: Decimal, steps: Iterable[Any]) -> list[dict[str, Any]]:
    rungs = []
    for step in steps:
        settled += step["receivable"] - step["payable"]
        rungs.append(
            {
                "on": step["on"],
                "receivable": step["receivable"],
                "payable": step["payable"],
                "projected": settled,
            }
        )
    return rungs


async def trial_balance(call: Call) -> web.Response:
    """Every ledger account; debits equal credits in every currency, or the answer says not."""
    asked: Dated = call.query
    as_of, _ = _days(call, asked)
    async with call.core.pool.acquire() as db:
        if asked.as_of is None and asked.known_at is None:
            rows = await queries.trial_balance_now(db, asked.portfolio, as_of)
        else:
            cut = await _cut(db, asked.known_at, asked.portfolio)
            rows = await queries.trial_balance_then(db, asked.portfolio, as_of, cut)
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        debit, credit = _sides(row["amount"])
        total = sums.setdefault(row["currency"], [ZERO, ZERO])
        total[0], total[1] = total[0] + debit, total[1] + credit
    return answer(
        {
            "as_of": as_of,
            "known_at": asked.known_at,
            "portfolio": asked.portfolio,
            "accounts": [
                {
                    "account": r["account"],
                    "currency": r["currency"],
                    **_columns(*_sides(r["amount"])),
                }
                for r in rows
                if r["amount"]
            ],
            "totals": [{"currency": c, **_columns(*total)} for c, total in sorted(sums.items())],
            "balanced": all(debit == credit for debit, credit in sums.values()),
        }
    )


async def journals(call: Call) -> web.Response:
    """Journals with their entries, in the order of the log."""
    asked: Booked = call.query
    after = None
    if asked.cursor:
        lane_, seq, rule = read_cursor(asked.cursor, (lane, number, word))
        after = (lane_, seq, rule)
    async with call.core.pool.acquire() as db:
        cut = await _cut(db, asked.known_at, asked.portfolio)
        rows = await queries.journals(
            db,
            cut,
            asked.portfolio,
            asked.instruction,
            asked.rule,
            asked.effective_from,
            asked.as_of,
            asked.account,
            after,
            asked.limit + 1,
        )
    found = cases.journals(rows)
    page = found[: asked.limit]
    last = page[-1] if len(found) > asked.limit else None
    cursor = write_cursor([last["lane"], last["seq"], last["rule"]]) if last else None
    return answer({"journals": page, "cursor": cursor})


async def _cut(db: Connection, known_at: datetime | None, portfolio: str | None) -> Cut:
    """The lane positions that count; a portfolio is in one lane only."""
    cut = queries.EVERYTHING if known_at is None else await events.cut(db, known_at)
    if portfolio is None:
        return cut
    its = lane_of(portfolio)
    return {its: cut[its]} if its in cut else {}


def _days(call: Call, asked: Dated) -> tuple[date, date]:
    """The effective date asked for, and the first due date that is not late on it."""
    settings = call.core.settings
    now = asked.known_at or call.core.clock.now()
    as_of = asked.as_of or business_date(now, settings.business_zone)
    return as_of, first_not_late(as_of, now, settings)


def first_not_late(as_of: date, now: datetime, settings: Settings) -> date:
    """What is due before this has failed: it does when its business day ends (DOMAIN 7.2)."""
    local = now.astimezone(ZoneInfo(settings.business_zone))
    ended = local.time() >= time.fromisoformat(settings.business_day_end)
    last_ended = local.date() if ended else local.date() - DAY
    return min(as_of, last_ended) + DAY


def _sides(amount: Decimal) -> tuple[Decimal, Decimal]:
    return (amount, ZERO) if amount > 0 else (ZERO, -amount)


def _columns(debit: Decimal, credit: Decimal) -> dict[str, Decimal]:
    return {"debit": debit, "credit": credit}


ROUTES = (
    Route(
        "GET",
        "/v1/positions",
        "viewer",
        positions,
        "readPositions",
        "books",
        "Securities positions: traded, settled, pending, failed, projected, available",
        {200: answers.Positions},
        query=Holdings,
    ),
    Route(
        "GET",
        "/v1/cash",
        "viewer",
        cash,
        "readCash",
        "books",
        "Cash by account: ledger, settled, pending, projected by date",
        {200: answers.Cash},
        query=Dated,
    ),
    Route(
        "GET",
        "/v1/ledger/trial-balance",
        "viewer",
        trial_balance,
        "readTrialBalance",
        "books",
        "Trial balance",
        {200: answers.TrialBalance},
        query=Dated,
    ),
    Route(
        "GET",
        "/v1/ledger/journals",
        "viewer",
        journals,
        "listJournals",
        "books",
        "Journals with their entries, in the order of the log",
        {200: answers.Journals},
        query=Booked,
    ),
)
