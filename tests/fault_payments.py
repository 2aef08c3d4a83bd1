"""Payments under kills: what is sent, the person who decides a fate, and the proof of once.

A payment whose sending may have left the machine is never sent again by itself. Here a person looks
into the bank's journal: what stands there left; what does not stand there once nothing travels any
more did not, and goes out again, repaired, under a new reference.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from gateway.demo_data import demo_files
from gateway.demo_world import simulator_config, table

MX_BANK, MT_BANK = "MERIUS30", "CORVUS30"
PREFIX = "FP-"
ZONE = "America/New_York"
ROWS = {  # a second bank, which takes its payments as MT103 and MT202
    "parties": [f"{MT_BANK},Corvus Bank,bank,,US,{ZONE}"],
    "channel_profiles": [f"{MT_BANK},fin,swift,ALDRUS30,yes,{ZONE},,15,60"],
    "cut_offs": [f"{MT_BANK},payment,17:00,{ZONE},settle_date,FED"],
    "trusted": ["faults,customer,USD,1000000.00", "faults,bank,USD,1000000.00"],
}
OPENING = Decimal("120000000.00")
MT_CASH = [
    {
        "portfolio": row["portfolio"],
        "servicer": MT_BANK,
        "cash_account": row["cash_account"].replace("MB", "CV"),
        "currency": "USD",
        "amount": str(OPENING),
        "opened_on": row["opened_on"],
    }
    for row in table("opening_cash")
    if row["servicer"] == MX_BANK
]
PORTFOLIOS = [row["portfolio"] for row in MT_CASH]
CASH = {
    **{(MT_BANK, row["portfolio"]): row["cash_account"] for row in MT_CASH},
    **{(MX_BANK, row["portfolio"]): row["cash_account"].replace("CV", "MB") for row in MT_CASH},
}


def static_files() -> dict[str, bytes]:
    """The demo's static data, and a bank that speaks MT."""
    found = demo_files()
    accounts = [
        f"{row['portfolio']},{MT_BANK},,{row['cash_account']},USD,actual" for row in MT_CASH
    ]
    opening = [",".join(row.values()) for row in MT_CASH]
    for name, rows in {**ROWS, "accounts": accounts, "opening_cash": opening}.items():
        found[f"{name}.csv"] = found[f"{name}.csv"].rstrip() + "\n".join(["", *rows, ""]).encode()
    return found


def simulators() -> dict[str, Any]:
    """Who plays what: the bench's cast, and the bank that speaks MT."""
    config = simulator_config(at_once=True)
    config["swift"]["correspondents"][MT_BANK] = {"format": "fin"}
    config["swift"]["directory"].append(MT_BANK)
    config["bank"]["banks"][MT_BANK] = {"zone": ZONE}
    config["bank"]["opening_cash"] = [*config["bank"]["opening_cash"], *MT_CASH]
    return config


def body(n: int, today: str) -> dict[str, Any]:
    """The n-th payment: pacs.008, pacs.009, MT103 and MT202 in turn."""
    bank = (MX_BANK, MT_BANK)[n // 2 % 2]
    portfolio = PORTFOLIOS[n // 4 % len(PORTFOLIOS)]
    common = {
        "reference": f"{PREFIX}{n:07d}",
        "portfolio": portfolio,
        "value_date": today,
        "amount": {"currency": "USD", "value": f"{1000 + n % 997}.{n % 100:02d}"},
        "cash_account": CASH[bank, portfolio],
    }
    address = {"town": "NEW YORK", "country": "US"}
    if n % 2:
        return common | {
            "kind": "bank",
            "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30"},
            "creditor": {"bic": "KESTUS30"},
        }
    return common | {
        "kind": "customer",
        "debtor": {
            "name": "Alder Global Equity",
            "account": CASH[bank, portfolio],
            "address": address,
        },
        "creditor": {"name": "Beta LLC", "account": "9876543210", "address": address},
        "creditor_agent": "PALIUS30",
    }


@dataclass
class BankJournal:
    """What the bank took, by our reference, read on as the file grows."""

    path: Path
    took: Counter[str] = field(default_factory=Counter)
    offset: int = 0

    def read_on(self) -> None:
        """Take in the lines written since; a line without its end is not there yet."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            whole = file.read().rpartition(b"\n")[0]
        self.offset += len(whole) + bool(whole)
        for record in map(json.loads, whole.splitlines()):
            if record["dir"] == "in" and not record.get("repeat"):
                self.took[record["ref"]] += 1


Post = Callable[[str, dict[str, Any]], Awaitable[None]]
UNKNOWN = """
select c.id, o.reference from condition c
join outbox o on o.lane = c.lane and o.instruction = c.id and o.state = 'fate_unknown'
where c.state = 'fate_unknown'
"""
NOT_LEFT = "select id from condition where state = 'network_nak' and reference like $1"
SENDINGS = """
select i.reference as payment, o.reference, o.attempt, o.state from outbox o
join instruction i on i.id = o.instruction where not o.securities order by o.id
"""
PAID = """
select cash_account, sum(amount) as amount from (
    select body::jsonb ->> 'cash_account' as cash_account,
           (body::jsonb #>> '{amount,value}')::numeric as amount
    from instruction where reference like $1) p group by 1
"""


class Person:
    """Decides fates by the bank's journal; `post` asks the gateway until it answers."""

    def __init__(self, journal: BankJournal, post: Post) -> None:
        self.journal = journal
        self.post = post
        self.left: set[str] = set()
        self.not_left: set[str] = set()

    async def look(self, db: asyncpg.Connection, *, at_rest: bool) -> None:
        """Decide what can be decided; that it did not leave, only when nothing travels any more."""
        unknown = await db.fetch(UNKNOWN)
        self.journal.read_on()
        for id_, reference in unknown:
            left = self.journal.took[reference] > 0
            if left or at_rest:
                (self.left if left else self.not_left).add(reference)
                await self.post(f"/v1/payments/{id_}/decide-fate", {"left": left})
        for (id_,) in await db.fetch(NOT_LEFT, f"{PREFIX}%"):
            again = {"remittance": "AGAIN: THE FIRST NEVER LEFT"}
            await self.post(f"/v1/payments/{id_}/repair", again)


async def faults(db: asyncpg.Connection, folder: Path, accepted: set[str]) -> list[str]:
    """Each payment sent once, taken by the bank once, and the money gone once."""
    journal = BankJournal(folder / "bank.jsonl")
    journal.read_on()
    taken: Counter[str] = Counter()
    found: list[str] = []
    for payment, reference, attempt, _ in await db.fetch(SENDINGS):
        taken[payment] += journal.took.pop(reference, 0)
        if attempt > 1:
            found.append(f"payment sent again by itself: {payment} {reference}, attempt {attempt}")
    wanted = {reference for reference in accepted if reference.startswith(PREFIX)}
    found += [f"payment lost: {reference}" for reference in sorted(wanted - (+taken).keys())]
    found += [f"payment paid {n} times: {p}" for p, n in sorted(taken.items()) if n > 1]
    found += [f"paid and never ordered: {reference}" for reference in sorted(journal.took)]
    cash = json.loads((folder / "bank.books.json").read_text())["cash"]
    for account, amount in await db.fetch(PAID, f"{PREFIX}%"):
        if OPENING - amount != Decimal(cash[account]["USD"]):
            found.append(f"cash {account}: {cash[account]['USD']}, ordered {amount} of {OPENING}")
    return found
