"""`finality verify` on a real small run: clean as it is, and every corrupted row is found.

Each corruption is made as the superuser in a transaction that is rolled back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from street import (
    Street,
    a_database,
    a_street,
    ack,
    advice,
    buy,
    buy_at_t2s,
    confirmation,
    mt548,
    sese025,
    transmitted,
)

from gateway.verify import verify

Finding = dict[str, str]


@dataclass
class Run:
    """A database in which something happened, seen by the superuser, and the simulators' side of it."""

    db: asyncpg.Connection
    simulators: Path

    async def after(self, *corruptions: str) -> list[Finding]:
        """What verify finds once these statements ran; they are undone again."""
        undone = self.db.transaction()
        await undone.start()
        try:
            await self.db.execute("set local session_replication_role = replica")
            for statement in corruptions:
                assert not (await self.db.execute(statement)).endswith(" 0"), statement
            return await verify(self.db)
        finally:
            await undone.rollback()

    async def counterparts(self) -> list[Finding]:
        return await verify(self.db, self.simulators)


@pytest.fixture(scope="module")
async def run(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Run]:
    folder = tmp_path_factory.mktemp("verify")
    async with a_database(postgres, as_superuser, template, "verified") as parts:
        async with a_street(parts, folder) as street:
            await something_happens(street)
        db = await asyncpg.connect(postgres.dsn("superuser", "verified"))
        try:
            yield Run(db, await simulators_of(db, folder / "simulators"))
        finally:
            await db.close()


async def something_happens(street: Street) -> None:
    """A purchase settled, its sale open, a part at T2S, an advance, a payment, a file in a folder."""
    bought = await street.submit(buy("S01", "V-1"))
    wire = await street.wire(bought)
    settles = confirmation(wire, "VC1")
    await street.deliver("swift", ack(wire), mt548(wire, "VS1", "MTCH//MACH"), settles)
    await street.deliver("swift", settles)
    sale = buy("S01", "V-2", direction="DELI", commission=None)
    sale |= {"settlement_amount": {"currency": "USD", "value": "190250.00"}}
    await street.submit(sale)
    parted = await street.submit(buy_at_t2s("S02", "V-3"))
    wire = await street.wire(parted)
    part = sese025(wire, "VC2", "600", "114165.00", part="PAIN", left=("0", "400"))
    await street.deliver("swiftnet", transmitted(wire), part)
    advanced = await street.submit(buy("C01", "V-4"))
    wire = await street.wire(advanced)
    await street.deliver("swift", ack(wire), advice(wire, "VA1", "C01USD"))
    file = street.data / "links" / "swift" / "in" / "status.fin"
    file.with_suffix(".tmp").write_bytes(mt548(wire, "VS2", "MTCH//MACH"))
    file.with_suffix(".tmp").rename(file)
    async with street.up.core.pool.acquire() as db:
        async with asyncio.timeout(10):
            while not await db.fetchval("select exists (select from event where payload ~ 'VS2')"):
                await asyncio.sleep(0.05)
    await street.quiet()


async def simulators_of(db: asyncpg.Connection, folder: Path) -> Path:
    """What the simulators' journals and books would say of this run."""
    folder.mkdir()
    ways = {"in": "out", "out": "in"}
    rows = await db.fetch(
        "select m.direction, m.link, m.body, o.reference from raw_message m"
        " left join outbox o using (id) order by m.id"
    )
    records = [
        {
            "n": n,
            "dir": ways[r["direction"]],
            "link": r["link"],
            "sha256": sha256(r["body"]).hexdigest(),
            "ref": r["reference"],
        }
        for n, r in enumerate(rows, 1)
    ]
    text = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "swift.jsonl").write_text(text)
    held = await db.fetch(
        "select account, asset, sum(settled) as settled from position"
        " where length(asset) = 12 group by 1, 2"
    )
    positions: dict[str, dict[str, str]] = {}
    for r in held:
        positions.setdefault(r["account"], {})[r["asset"]] = str(r["settled"])
    (folder / "custodian.books.json").write_text(json.dumps({"positions": positions}))
    return folder


async def test_a_clean_database_has_no_findings(run: Run) -> None:
    assert await verify(run.db) == []
    assert await run.counterparts() == []


S01 = "portfolio = 'S01'"
LANE = "lane = (select lane from instruction where reference = 'V-1')"
FIRST = f"{LANE} and seq = (select min(seq) from event where type = 'TradeBooked' and {LANE})"
LAST = f"{LANE} and seq = (select seq from lane_head where {LANE})"
CONFIRMED = "(select cause from event where type = 'SettledPart' and portfolio = 'S01')"

CORRUPTIONS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "a byte of an event's payload": (
        (f"update event set payload = replace(payload, '1000', '1001') where {FIRST}",),
        "chain",
        "seq",
    ),
    "an event's effective date": (
        (f"update event set effective_on = effective_on - 1 where {FIRST}",),
        "chain",
        "seq",
    ),
    "an event's known time": (
        (f"update event set known_at = known_at + interval '1 day' where {FIRST}",),
        "chain",
        "seq",
    ),
    "an event's actor": ((f"update event set actor = 'nobody' where {FIRST}",), "chain", "seq"),
    "an event's cause": (
        (f"update event set cause = cause + 1 where cause = {CONFIRMED}",),
        "chain",
        "seq",
    ),
    "an event deleted in the middle": ((f"delete from event where {FIRST}",), "chain", "seq"),
    "the tail cut": ((f"delete from event where {LAST}",), "chain", "lane"),
    "the tail cut with its head": (
        (
            f"delete from event where {LAST}",
            f"update lane_head h set seq = e.seq, hash = e.hash from event e where h.{LANE}"
            " and e.lane = h.lane and e.seq = h.seq - 1",
        ),
        "state",
        "V-2",
    ),
    "a lane's head": ((f"update lane_head set seq = seq + 1 where {LANE}",), "chain", "lane"),
    "a lane's head deleted": ((f"delete from lane_head where {LANE}",), "chain", "lane"),
    "an entry's amount": (
        (f"update entry set amount = amount + 0.01 where {FIRST} and line = 0",),
        "journal",
        "seq",
    ),
    "both sides of an entry": (
        (f"update entry set amount = amount * 2 where {FIRST}",),
        "balance",
        "S01",
    ),
    "an entry's account": (
        (f"update entry set account = 'Capital' where {FIRST} and line = 0",),
        "balance",
        "S01",
    ),
    "an entry deleted": ((f"delete from entry where {FIRST} and line = 0",), "journal", "seq"),
    "a journal deleted": ((f"delete from journal where {FIRST}",), "journal", "seq"),
    "a journal deleted with its entries and their balances": (
        (
            f"update balance b set amount = b.amount - e.amount from entry e where e.{FIRST}"
            " and b.lane = e.lane and b.portfolio = e.portfolio and b.account = e.account"
            " and b.detail = e.detail and b.currency = e.currency",
            f"delete from entry where {FIRST}",
            f"delete from journal where {FIRST}",
        ),
        "lots",
        "S01",
    ),
    "a journal nobody caused": (
        (
            "insert into journal select lane, seq + 1000, rule, portfolio, instruction, effective_on"
            f" from journal where {FIRST}",
        ),
        "cause",
        "seq",
    ),
    "a journal without entries": (
        (
            "insert into journal select lane, seq, 'invented', portfolio, instruction, effective_on"
            f" from journal where {FIRST}",
        ),
        "journal",
        "invented",
    ),
    "a movement's delta": (
        (f"update movement set delta = delta + 1 where {FIRST} and line = 0",),
        "position",
        "S01",
    ),
    "a movement deleted": (
        (f"delete from movement where {FIRST} and line = 0",),
        "position",
        "S01",
    ),
    "a movement nobody caused": (
        (
            "insert into movement select lane, seq + 1000, line, portfolio, account, asset, side,"
            f" measure, 0, effective_on, due_on from movement where {FIRST}",
        ),
        "cause",
        "movement",
    ),
    "every movement of an event": (
        (f"delete from movement where {FIRST}",),
        "journal",
        "seq",
    ),
    "a position": (
        (f"update position set settled = settled + 1 where {S01} and asset = 'US0378331005'",),
        "position",
        "US0378331005",
    ),
    "a pending quantity": (
        (f"update position set pending_deliver = 0 where {S01} and asset = 'US0378331005'",),
        "position",
        "US0378331005",
    ),
    "a position deleted": ((f"delete from position where {S01}",), "position", "S01"),
    "a balance": (
        (f"update balance set amount = amount - 1 where {S01} and account = 'Cash'",),
        "balance",
        "Cash",
    ),
    "a balance deleted": (
        (f"delete from balance where {S01} and account = 'Cash'",),
        "balance",
        "Cash",
    ),
    "a lot's cost": (
        ("update lot set open_cost = open_cost + 1 where portfolio = 'S02'",),
        "lots",
        "S02",
    ),
    "a lot's quantity": (
        ("update lot set open_quantity = open_quantity + 1 where portfolio = 'S02'",),
        "lots",
        "S02",
    ),
    "a lot deleted": (("delete from lot where portfolio = 'S02'",), "lots", "S02"),
    "a byte of what came": (
        (
            "update raw_message set body = overlay(body placing '\\x58'::bytea from 100)"
            f" where id = {CONFIRMED}",
        ),
        "message",
        "swift",
    ),
    "a byte of what came in a file": (
        (
            "update raw_message set body = body || '\\x20'::bytea"
            " where length(transport_key) = 64 and direction = 'in'",
        ),
        "message",
        "swift",
    ),
    "a byte of what left": (
        (
            "update raw_message set body = overlay(body placing '\\x58'::bytea from 100)"
            " where direction = 'out' and link = 'swiftnet'",
        ),
        "message",
        "swiftnet",
    ),
    "inbound bytes deleted": (
        (f"delete from raw_message where id = {CONFIRMED}",),
        "message",
        "swift",
    ),
    "an inbox row deleted": ((f"delete from inbox where id = {CONFIRMED}",), "message", "swift"),
    "outbound bytes deleted": (
        ("delete from raw_message where direction = 'out' and link = 'swiftnet'",),
        "message",
        "swiftnet",
    ),
    "an outbox row deleted": (
        ("delete from outbox where link = 'swiftnet'",),
        "message",
        "swiftnet",
    ),
    "a reference deleted": (
        ("delete from reference r using outbox o where r.value = o.reference"
         " and o.link = 'swiftnet' and r.kind = 'wire'",),
        "message",
        "swiftnet",
    ),
    "an instruction deleted": (
        ("delete from instruction where reference = 'V-1'",),
        "cause",
        "seq",
    ),
    "a condition's state": (
        ("update condition set state = 'cancelled' where reference = 'V-1'",),
        "state",
        "V-1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CORRUPTIONS)
async def test_a_corruption_is_found_and_named(run: Run, what: str) -> None:
    statements, check, where = CORRUPTIONS[what]
    found = await run.after(*statements)
    assert [f for f in found if f["check"] == check and where in f["where"]], found
    assert all(f["where"] and f["what"] for f in found)


async def test_no_corruption_outlived_its_test(run: Run) -> None:
    assert await run.counterparts() == []


# the other side's own records ---------------------------------------------------------------------------


def lines(run: Run) -> list[Any]:
    return [json.loads(x) for x in (run.simulators / "swift.jsonl").read_text().splitlines()]


def retold(run: Run, tmp_path: Path, records: list[Any], books: Any = None) -> Run:
    """The same database beside other records of the simulators."""
    folder = tmp_path / "simulators"
    folder.mkdir()
    (folder / "swift.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    if books is not None:
        (folder / "custodian.books.json").write_text(json.dumps(books))
    return Run(run.db, folder)


async def test_a_message_they_never_sent_is_found(run: Run, tmp_path: Path) -> None:
    gone = next(r for r in lines(run) if r["dir"] == "out" and r["link"] == "swift")
    found = await retold(run, tmp_path, [r for r in lines(run) if r != gone]).counterparts()
    assert [(f["check"], f["what"]) for f in found] == [("inbox", "we have it, they never sent it")]
    assert gone["sha256"][:16] in found[0]["where"]


async def test_a_message_we_never_got_is_found(run: Run, tmp_path: Path) -> None:
    lost = {"n": 99, "dir": "out", "link": "swift", "sha256": "ab" * 32, "ref": None}
    found = await retold(run, tmp_path, [*lines(run), lost]).counterparts()
    assert [(f["check"], f["what"]) for f in found] == [
        ("inbox", "they sent it, we do not have it")
    ]
    assert "swift abab" in found[0]["where"]


async def test_a_message_that_never_arrived_there_is_found(run: Run, tmp_path: Path) -> None:
    gone = next(r for r in lines(run) if r["dir"] == "in" and r["link"] == "swiftnet")
    kept = [r for r in lines(run) if r != gone]
    other = {"n": 99, "dir": "in", "link": "swiftnet", "sha256": "cd" * 32, "ref": "OTHER"}
    found = await retold(run, tmp_path, [*kept, other]).counterparts()
    assert {(f["check"], f["what"]) for f in found} == {
        ("outbox", "taken by the transport, never arrived"),
        ("outbox", "they received what we never queued"),
    }
    assert any(gone["ref"] in f["where"] for f in found)


async def test_a_holding_the_custodian_sees_otherwise_is_found(run: Run, tmp_path: Path) -> None:
    books = json.loads((run.simulators / "custodian.books.json").read_text())
    books["positions"]["S01US"]["US0378331005"] = "999"
    found = await retold(run, tmp_path, lines(run), books).counterparts()
    assert found == [
        {
            "check": "custodian",
            "where": "S01US US0378331005",
            "what": "we have 1000, they have 999",
        }
    ]


async def test_a_torn_last_line_of_a_journal_is_no_fault(run: Run, tmp_path: Path) -> None:
    other = retold(run, tmp_path, lines(run))
    with (other.simulators / "swift.jsonl").open("a") as journal:
        journal.write('{"n":100,"dir":"out","li')
    assert await other.counterparts() == []


async def test_a_damaged_line_of_a_journal_is_named_and_what_it_said_is_missed(
    run: Run, tmp_path: Path
) -> None:
    other = retold(run, tmp_path, lines(run))
    journal = other.simulators / "swift.jsonl"
    number, said = next((n, r) for n, r in enumerate(lines(run), 1) if r["dir"] == "out")
    text = journal.read_text().splitlines()
    text[number - 1] = text[number - 1].replace('"dir": "out"', '"dir": "out')
    journal.write_text("\n".join(text) + "\n")
    found = await other.counterparts()
    assert [(f["check"], f["where"]) for f in found] == [
        ("counterpart", f"swift.jsonl line {number}"),
        ("inbox", f"{said['link']} {said['sha256'][:16]}"),
    ]
