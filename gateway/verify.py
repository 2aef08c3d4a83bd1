"""`finality verify`: the chain, the books, the inbox, and the other side's journals. Finds, never mends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from schemas.event import GENESIS, link
from store import audit
from store.leases import LANES
from store.rows import Connection

Finding = dict[str, str]


async def verify(db: Connection, journals: Path | None = None) -> list[Finding]:
    """Everything that is wrong, each with the check that found it and where."""
    findings = [f async for f in chain(db)]
    findings += await books(db)
    findings += await messages(db)
    findings += await deeds(db)
    if journals is not None:
        findings += await counterparts(db, journals)
    return findings


def finding(check: str, where: str, what: str) -> Finding:
    """One fault."""
    return {"check": check, "where": where, "what": what}


async def chain(db: Connection) -> AsyncIterator[Finding]:
    """Each event's hash follows from the one before; sequences have no gap; heads match."""
    heads = {r["lane"]: r for r in await audit.rows(db, audit.HEADS)}
    for lane in range(LANES):
        previous, seq, known = GENESIS, 0, None
        async for e in audit.events(db, lane):
            where = f"lane {lane} seq {e['seq']}"
            if e["seq"] != seq + 1:
                yield finding("chain", where, f"sequence jumps from {seq} to {e['seq']}")
            expected = link(
                previous,
                lane,
                e["seq"],
                e["portfolio"],
                e["aggregate"],
                e["type"],
                e["effective_on"],
                e["known_at"],
                e["cause"],
                e["actor"],
                e["payload"],
            )
            if expected != e["hash"]:
                yield finding(
                    "chain", where, "the hash does not follow from the row before and this row"
                )
            if known is not None and e["known_at"] <= known:
                yield finding("chain", where, "known time does not increase")
            previous, seq, known = e["hash"], e["seq"], e["known_at"]
        head = heads.get(lane)
        if head is None:
            yield finding("chain", f"lane {lane}", "the lane's head is missing")
        elif (head["seq"], head["hash"]) != (seq, previous):
            yield finding(
                "chain",
                f"lane {lane}",
                f"the head says {head['seq']}, the log ends at {seq}: a tail was cut or added",
            )


async def books(db: Connection) -> list[Finding]:
    """Journals balance, projections equal their sums, lots equal cost, everything has its event."""
    found: list[Finding] = []
    for r in await audit.rows(db, audit.UNBALANCED):
        found.append(
            finding(
                "journal",
                f"lane {r['lane']} seq {r['seq']} {r['rule']}",
                f"off by {r['total']} {r['currency']}",
            )
        )
    for query, what in (
        (audit.NO_ENTRIES, "a journal without entries"),
        (audit.NO_JOURNAL, "entries without a journal"),
    ):
        for r in await audit.rows(db, query):
            found.append(finding("journal", f"lane {r['lane']} seq {r['seq']} {r['rule']}", what))
    for r in await audit.rows(db, audit.NO_EVENT):
        found.append(
            finding("cause", f"{r['what']} lane {r['lane']} seq {r['seq']}", "no event caused it")
        )
    for query, what in (
        (audit.NO_MOVEMENT, "moved nothing"),
        (audit.UNBOOKED_CASH, "cash moved without a journal"),
    ):
        for r in await audit.rows(db, query):
            where = f"lane {r['lane']} seq {r['seq']}"
            found.append(finding("journal", where, f"{r.get('type', 'an event')}: {what}"))
    for r in await audit.rows(db, audit.STATES):
        found.append(
            finding("state", r["reference"], f"shown as {r['state']}, the log says {r['told']}")
        )
    for r in await audit.rows(db, audit.POSITIONS):
        found.append(
            finding(
                "position",
                f"{r['portfolio']} {r['account']} {r['asset']}",
                f"traded {r['traded']} settled {r['settled']}"
                f" pending {r['pending_receive']}/{r['pending_deliver']}, movements give "
                f"{r['sum_traded']} {r['sum_settled']} {r['sum_pending_receive']}/{r['sum_pending_deliver']}",
            )
        )
    for r in await audit.rows(db, audit.BALANCES):
        found.append(
            finding(
                "balance",
                f"{r['portfolio']} {r['account']} {r['detail']} {r['currency']}",
                f"{r['amount']}, entries give {r['total']}",
            )
        )
    for r in await audit.rows(db, audit.LOTS):
        found.append(
            finding(
                "lots",
                f"{r['portfolio']} {r['isin']}",
                f"lots cost {r['lots']}, the ledger has {r['ledger']}",
            )
        )
    for r in await audit.rows(db, audit.LOT_QUANTITIES):
        found.append(
            finding(
                "lots",
                f"{r['portfolio']} {r['account']} {r['isin']}",
                f"lots hold {r['quantity']}, the position traded {r['traded']}",
            )
        )
    return found


async def messages(db: Connection) -> list[Finding]:
    """Each event has a stored message or request, each queue row its bytes, and bytes are unchanged."""
    found = [
        finding(
            "cause",
            f"lane {r['lane']} seq {r['seq']}",
            f"{r['type']} has no stored message or request",
        )
        for r in await audit.rows(db, audit.NO_CAUSE)
    ]
    for query, what in (
        (audit.NO_RAW, "inbox row without its bytes"),
        (audit.NO_INBOX, "inbound bytes without an inbox row"),
        (audit.NO_OUT, "outbox row without its bytes"),
        (audit.NO_OUTBOX, "outbound bytes without an outbox row"),
        (audit.NO_REFERENCE, "its reference does not lead back to its instruction"),
        (audit.CHANGED_BODY, "the stored bytes are not those that came or left"),
    ):
        for r in await audit.rows(db, query):
            found.append(finding("message", f"{r['link']} {r['id']}", what))
    return found


async def deeds(db: Connection) -> list[Finding]:
    """What people did with exceptions and repairs stands in the log, by them and for these bytes."""
    found = [
        finding(
            "repair", f"{r['link']} {r['id']}", f"it is {r['state']}, its repair {r['decision']}"
        )
        for r in await audit.rows(db, audit.REPAIR_STATES)
    ]
    for r in await audit.rows(db, audit.REPAIRS_TOLD):
        what = (
            "the log tells it of no such repair" if r["by"] is None else "the log does not tell it"
        )
        found.append(finding("repair", f"message {r['message']}", f"{r['type']}: {what}"))
    for r in await audit.rows(db, audit.PROPOSALS_TOLD):
        what = "no such step stands" if r["by"] is None else "the log does not tell it"
        found.append(finding("proposal", str(r["id"]), f"{r['type']}: {what}"))
    for r in await audit.rows(db, audit.DEEDS_TOLD):
        where = f"lane {r['lane']} {r['code']} {r['key']}"
        what = f"{r['outcome']} by {r['closed_by']}, and the log does not tell it"
        found.append(finding("exception", where, what))
    return found


async def counterparts(db: Connection, folder: Path) -> list[Finding]:
    """Per simulated link: what they sent is what we have, what we sent is what they have; books agree."""
    records: dict[str, list[dict[str, Any]]] = {}
    found: list[Finding] = []
    for path, number, record in _lines(folder):
        if record is None:
            where = f"{path.name} line {number}"
            found.append(finding("counterpart", where, "this line of their journal is damaged"))
        elif record["dir"] in ("in", "out"):
            records.setdefault(record["link"], []).append(record)
    for r in await audit.rows(db, audit.LINKS):
        if theirs := records.get(r["link"]):
            found += await _link(db, r["link"], theirs)
    found += await _holdings(db, folder)
    return found


def _lines(folder: Path) -> Iterable[tuple[Path, int, dict[str, Any] | None]]:
    """File, line number and record of every line of a journal; no record where it is damaged."""
    for path in sorted(folder.rglob("*.jsonl")):
        # a torn end was never acknowledged and comes again; any other bad line is damage
        for number, line in enumerate(path.read_text().split("\n")[:-1], 1):
            try:
                yield path, number, json.loads(line)
            except ValueError:
                yield path, number, None


async def _link(db: Connection, name: str, theirs: list[dict[str, Any]]) -> list[Finding]:
    found: list[Finding] = []
    ours_in = {r["hash"]: r["seen"] for r in await audit.rows(db, audit.IN_HASHES, name)}
    sent = Counter(r["sha256"] for r in theirs if r["dir"] == "out")
    for missing in sent.keys() - ours_in.keys():
        found.append(finding("inbox", f"{name} {missing[:16]}", "they sent it, we do not have it"))
    for extra in ours_in.keys() - sent.keys():
        found.append(finding("inbox", f"{name} {extra[:16]}", "we have it, they never sent it"))
    ours_out = {r["hash"]: r for r in await audit.rows(db, audit.OUT_HASHES, name)}
    again = {r["hash"] for r in await audit.rows(db, audit.AGAIN_HASHES, name)}
    took = {r["sha256"] for r in theirs if r["dir"] == "in"}
    for hash_, row in ours_out.items():
        if row["state"] in ("taken", "answered") and hash_ not in took:
            if any(r["ref"] == row["reference"] for r in theirs if r["dir"] == "in"):
                continue  # a possible-duplicate copy of it arrived instead
            found.append(
                finding(
                    "outbox", f"{name} {row['reference']}", "taken by the transport, never arrived"
                )
            )
    for hash_ in took - ours_out.keys() - again:
        found.append(
            finding("outbox", f"{name} {hash_[:16]}", "they received what we never queued")
        )
    return found


async def _holdings(db: Connection, folder: Path) -> list[Finding]:
    """The custodians' own books against our settled positions, account by account."""
    theirs: dict[tuple[str, str], Decimal] = {}
    for path in sorted(folder.rglob("*.books.json")):
        for account, holdings in json.loads(path.read_text())["positions"].items():
            for isin, quantity in holdings.items():
                theirs[account, isin] = theirs.get((account, isin), Decimal(0)) + Decimal(quantity)
    if not theirs:
        return []
    ours = {(r["account"], r["asset"]): r["settled"] for r in await audit.rows(db, audit.SETTLED)}
    custody = {account for account, _ in theirs}
    return [
        finding(
            "custodian",
            f"{account} {isin}",
            f"we have {ours.get((account, isin), 0)}, they have {theirs.get((account, isin), 0)}",
        )
        for account, isin in sorted(ours.keys() | theirs.keys())
        if account in custody
        and ours.get((account, isin), Decimal(0)) != theirs.get((account, isin), Decimal(0))
    ]
