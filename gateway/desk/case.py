"""One instruction's page: where it stands, its story, messages, journals and versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.api.cursors import write_cursor
from gateway.desk import fields, lines, timeline, words
from gateway.desk.board import Board
from gateway.desk.fields import Named
from gateway.desk.timeline import words_of
from store import desk, queries

if TYPE_CHECKING:
    from gateway.core import Core

AXES = ("processing", "matching", "settlement", "cancellation", "change")
# instruction fields in the order a desk reads them, and what they are called there
TRADE = {
    "reference": "Reference",
    "trade_id": "Trade id",
    "common_ref": "Common reference",
    "trade_date": "Trade date",
    "settle_date": "Settlement date",
    "value_date": "Value date",
    "isin": "ISIN",
    "name": "Instrument",
    "quantity": "Quantity",
    "price": "Deal price",
    "deal_amount": "Deal amount",
    "accrued_interest": "Accrued interest",
    "days_accrued": "Days accrued",
    "commission": "Commission",
    "charges": "Charges",
    "tax": "Tax",
    "regulatory_fee": "Regulatory fee",
    "settlement_amount": "Settlement amount",
    "amount": "Amount",
    "instructed_amount": "Instructed amount",
    "fx": "Foreign exchange",
    "place_of_trade": "Place of trade",
    "place_of_clearing": "Place of clearing",
    "counterparty": "Counterparty",
    "uetr": "UETR",
    "end_to_end_id": "End-to-end id",
    "related_reference": "Related reference",
    "remittance": "Remittance",
    "purpose": "Purpose",
    "txn_type": "Transaction type",
    "conditions": "Conditions",
    "linked_refs": "Linked references",
    "lots": "Lots",
}
SETTLEMENT = {
    "pset": "Place of settlement",
    "safekeeping_account": "Safekeeping account",
    "cash_account": "Cash account",
    "deag": "Delivering agent",
    "sell": "Seller",
    "decu": "Deliverer's custodian",
    "dei1": "Deliverer's intermediary 1",
    "dei2": "Deliverer's intermediary 2",
    "reag": "Receiving agent",
    "buyr": "Buyer",
    "recu": "Receiver's custodian",
    "rei1": "Receiver's intermediary 1",
    "rei2": "Receiver's intermediary 2",
    "partial": "Partial settlement",
    "hold": "On hold",
    "debtor": "Debtor",
    "debtor_agent": "Debtor agent",
    "creditor": "Creditor",
    "creditor_agent": "Creditor agent",
    "intermediary": "Intermediary",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One time a message left: when, its mark as a possible duplicate, and its bytes."""

    at: str
    mark: str
    message: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the instruction, as listed and as read."""

    id: int
    way: str
    type: str
    reference: str
    link: str
    at: str
    state: str
    reason: str
    seen: int
    fields: list[Named]
    problem: str
    text: str
    sendings: tuple[Sending, ...] = ()
    repairs: int | None = None  # the message these bytes correct


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of the instruction, and the line of our message that says it."""

    field: str
    name: str
    value: str
    line: int | None


@dataclass(frozen=True, slots=True)
class LotLine:
    """What this instruction did to one lot, and what is left of it."""

    opened: str
    by: str
    instruction: UUID | None
    moved: str
    cost: str
    left: str
    size: str


@dataclass(frozen=True, slots=True)
class Journal:
    """One journal: its rule and what it booked."""

    rule: str
    effective: str
    known: str
    cause: int | None
    entries: list[tuple[str, str, str, str, str]]  # account, detail, currency, debit, credit


async def load(core: Core, id_: UUID, board: Board) -> dict[str, Any] | None:
    """Everything the page of one instruction shows, or None when there is none."""
    async with core.pool.acquire() as db:
        row = await desk.one(db, id_)
        if row is None:
            return None
        lane = row["lane"]
        body = await desk.body(db, lane, id_)
        versions = await desk.versions(db, lane, id_)
        events = await desk.events(db, id_)
        exceptions = await desk.exceptions_of(db, lane, id_)
        messages = await desk.messages_of(db, lane, id_)
        journals = await desk.journals_of(db, id_)
        lots = await desk.lots_of(db, lane, id_)
        out = [m["id"] for m in messages if m["direction"] == "out"]
        attempts = await queries.attempts(db, out)
    sent = [v for v in versions if v["version"] > 0]  # below zero: what a person made of it
    latest = json.loads(_content(row, versions, sent) or body["body"])
    theirs = next((m for m in reversed(messages) if _answers(m)), None)
    ours = _answered(messages, theirs)
    mine = _letter(ours, board) if ours else None
    other = _letter(theirs, board) if theirs else None
    return {
        "row": row,
        "line": lines.line(row, board),
        "sentence": lines.sentence(row, board),
        "axes": [(words.plain(axis), words.plain(row[axis])) for axis in AXES],
        "trade": _named(latest, TRADE, board, mine),
        "settlement": _named(latest, SETTLEMENT, board, mine),
        "settled_by": next(
            (e["cause"] for e in reversed(events) if e["type"] == "ConfirmationReceived"), None
        ),
        "lots": [_lot(x, row, board) for x in lots],
        "steps": timeline.story(
            events, timeline.sent_again(messages, attempts), row, board.now, board.zone
        ),
        "ours": mine,
        "theirs": other,
        "pairs": fields.beside(mine.fields, other.fields) if mine and other else [],
        "letters": [
            replace(_listed(m, board), sendings=_sendings(m, attempts, board), repairs=m["repairs"])
            for m in messages
        ],
        "journals": _journals(journals, board),
        "versions": [_version(v) for v in sent],
        "maker": body["maker"],
        "exceptions": [
            (
                words.plain(e["code"]),
                e["text"],
                words.moment(e["raised_at"], board.zone, board.today),
                words.moment(e["closed_at"], board.zone, board.today),
                e["closed_by"] or "",
                write_cursor([e["lane"], e["code"], e["key"], e["round"]]),
            )
            for e in exceptions
        ],
    }


def _answered(
    messages: Sequence[Mapping[str, Any]], answer: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """What we said that this answers; else what we said last."""
    said = [m for m in messages if m["direction"] == "out"]
    meant = [m for m in said if answer and m["reference"] == answer["reference"]]
    return next(reversed(meant or said), None)


def _answers(message: Mapping[str, Any]) -> bool:
    """A word of the other side, not the network's receipt."""
    return message["direction"] == "in" and message["type"] not in {"ACK", "NAK", "DataPDU"}


def _listed(m: Mapping[str, Any], board: Board) -> Letter:
    return Letter(
        id=m["id"],
        way="out" if m["direction"] == "out" else "in",
        type=m["type"] or "unread",
        reference=m["reference"] or "",
        link=m["link"],
        at=words.moment(m["stored_at"], board.zone, board.today),
        state=words.plain(m["state"]),
        reason=m["reason"] or "",
        seen=m["seen"],
        fields=[],
        problem="",
        text="",
    )


def _sendings(
    m: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], board: Board
) -> tuple[Sending, ...]:
    mark = "PDE" if m["type"].startswith("MT") else "PssblDplct"
    return tuple(
        Sending(
            words.moment(a["at"], board.zone, board.today),
            mark if a["possible_duplicate"] else "",
            a["message"],
        )
        for a in attempts
        if a["outbox"] == m["id"]
    )


def _letter(m: Mapping[str, Any], board: Board) -> Letter:
    found, problem = fields.named(m["body"])
    listed = _listed(m, board)
    return Letter(
        listed.id, listed.way, listed.type, listed.reference, listed.link, listed.at, listed.state,
        listed.reason, listed.seen, found, problem, fields.text(m["body"]),
    )  # fmt: skip


def letter(m: Mapping[str, Any], board: Board) -> Letter:
    """A stored message with its fields read."""
    return _letter(m, board)


def _named(
    body: Mapping[str, Any], names: Mapping[str, str], board: Board, said: Letter | None
) -> list[Fact]:
    """What the instruction says, each with the line of our message that says it."""
    return [
        Fact(
            field,
            name,
            _firm_first(_said(body[field]), board),
            fields.line_of(field, said.fields) if said else None,
        )
        for field, name in names.items()
        if field in body and body[field] not in (None, [], "", False)
    ]


def _lot(lot: Mapping[str, Any], row: Mapping[str, Any], board: Board) -> LotLine:
    return LotLine(
        opened=words.day(lot["opened_on"]),
        by=lot["reference"] or "opening position",
        instruction=lot["instruction"],
        moved=words.number(lot["quantity"]),
        cost=words.money(lot["cost"], lines.digits(row["currency"])),
        left=words.number(lot["open_quantity"]),
        size=words.number(lot["lot_quantity"]),
    )


def _firm_first(text: str, board: Board) -> str:
    """A value that begins with a BIC we know, behind the firm's name."""
    bic, _, rest = text.partition(" ")
    name = board.names.get(bic.removesuffix("XXX"))
    return f"{name} · {bic} {rest}".rstrip() if name else text


def _said(value: object) -> str:
    """A value of the instruction model on one line."""
    match value:
        case {"currency": str(currency), "value": value_, **rest} if set(rest) <= {"type"}:
            return f"{currency} {_figure(value_, currency)}"
        case {"type": str(type_), "value": value_}:
            return f"{_figure(value_, None)} {QUANTITIES.get(type_, type_)}".strip()
        case {"dss": {"issuer": issuer, "scheme": scheme, "id": id_}, **rest}:
            return " · ".join(p for p in (f"{issuer}/{scheme}/{id_}", words_of(rest)) if p)
        case {"bic": str(bic), **rest}:
            return " · ".join(p for p in (bic, words_of(rest)) if p)
        case list():
            return ", ".join(_said(item) for item in value)
        case _:
            return words_of(value)


QUANTITIES = {"UNIT": "units", "FAMT": "face amount", "AMOR": "amortised face", "ACTU": ""}


def _figure(value: object, currency: str | None) -> str:
    number = Decimal(str(value))
    if currency is None:
        return words.number(number)
    return words.money(number, lines.digits(currency))


def _journals(rows: Sequence[Mapping[str, Any]], board: Board) -> list[Journal]:
    found = []
    for (_, rule), group in groupby(rows, key=lambda r: (r["seq"], r["rule"])):
        entries = list(group)
        first = entries[0]
        found.append(
            Journal(
                rule=words.plain(rule).lower(),
                effective=words.day(first["effective_on"]),
                known=words.moment(first["known_at"], board.zone, board.today),
                cause=first["cause"],
                entries=[_entry(e) for e in entries],
            )
        )
    return found


def _entry(e: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    amount = words.money(abs(e["amount"]), lines.digits(e["currency"]))
    debit, credit = (amount, "") if e["amount"] >= 0 else ("", amount)
    return e["account"], e["detail"], e["currency"], debit, credit


def _content(row: Any, versions: Sequence[Any], sent: Sequence[Any]) -> str | None:
    """What lives on the wire, or the repair that a second person is asked to let go."""
    if versions and (not sent or "reapprove:" in row["flags"]):
        return str(versions[0]["body"])  # the lowest number is the last edit
    return str(sent[-1]["body"]) if sent else None


def _version(v: Mapping[str, Any]) -> tuple[int, str, str, str, str, int]:
    return v["version"], v["format"], v["reference"], v["link"], v["maker"], v["static_version"]
