"""One instruction's page: where it stands, its story, messages, journals and versions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.api.cursors import write_cursor
from gateway.desk import fields, lines, words
from gateway.desk.board import Board
from gateway.desk.fields import Named
from store import desk, queries

if TYPE_CHECKING:
    from gateway.core import Core

GAP = timedelta(minutes=2)  # a silence worth naming while something was awaited
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
class Step:
    """One line of the story: a person, a message or a change, or a silence between them."""

    at: str
    title: str
    who: str
    what: str
    detail: str
    message: int | None
    kind: str  # 'person', 'message', 'change', 'trouble', 'gap', 'day'


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
        out = [m["id"] for m in messages if m["direction"] == "out"]
        attempts = await queries.attempts(db, out)
    sent = [v for v in versions if v["version"] > 0]  # below zero: what a person made of it
    latest = json.loads(_content(row, versions, sent) or body["body"])
    ours = next((m for m in reversed(messages) if m["direction"] == "out"), None)
    theirs = next((m for m in reversed(messages) if _answers(m)), None)
    mine = _letter(ours, board) if ours else None
    other = _letter(theirs, board) if theirs else None
    return {
        "row": row,
        "line": lines.line(row, board),
        "sentence": lines.sentence(row, board),
        "axes": [(words.plain(axis), words.plain(row[axis])) for axis in AXES],
        "trade": _named(latest, TRADE, board),
        "settlement": _named(latest, SETTLEMENT, board),
        "steps": _story(events, row, board),
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


def _story(events: Sequence[Mapping[str, Any]], row: Mapping[str, Any], board: Board) -> list[Step]:
    steps: list[Step] = []
    zone = ZoneInfo(board.zone)
    before: datetime | None = None
    for event in events:
        known: datetime = event["known_at"]
        local = known.astimezone(zone)
        if before is not None and known - before > GAP:
            steps.append(_gap(known - before, ""))
        if before is None or before.astimezone(zone).date() != local.date():
            steps.append(_mark(words.long_day(local.date()), "day"))
        steps.append(_step(event, json.loads(event["payload"]), f"{local:%H:%M:%S}"))
        before = known
    waited = words.wait(row, board.now)
    if before is not None and waited.over:
        steps.append(_gap(board.now - before, waited.usual))
    return steps


def _gap(length: timedelta, usual: str) -> Step:
    normal = f", usually {usual}" if usual else ""
    return _mark(f"nothing for {words.span(length)}{normal}", "gap")


def _mark(title: str, kind: str) -> Step:
    return Step("", title, "", "", "", None, kind)


# event types in the words of a desk, and whose doing they are
TITLES: dict[str, tuple[str, str]] = {
    "InstructionReceived": ("Instruction received", "person"),
    "TradeBooked": ("Trade booked", "change"),
    "TradeCancelled": ("Trade taken out of the books", "change"),
    "Approved": ("Approved", "person"),
    "Instructed": ("Instruction sent", "message"),
    "CancelRequested": ("Cancellation asked", "person"),
    "ChangeRequested": ("Change asked", "person"),
    "Amended": ("Amended", "person"),
    "NetworkAnswered": ("Network answered", "message"),
    "StatusReceived": ("Status received", "message"),
    "ConfirmationReceived": ("Confirmation received", "message"),
    "SettledPart": ("Securities moved", "change"),
    "SettlementReversed": ("Settlement reversed", "trouble"),
    "CashMoved": ("Cash moved", "change"),
    "CashAdvised": ("Cash advised", "message"),
    "PaymentStatusReceived": ("Payment status received", "message"),
    "Moved": ("State", "change"),
    "Waiting": ("Waiting", "change"),
    "Held": ("Held", "person"),
    "Unheld": ("Let go", "person"),
    "Withdrawn": ("Taken back", "person"),
    "DateReleaseAsked": ("Asked to let the date stand", "person"),
    "DateReleased": ("Date let stand", "person"),
    "FateDecided": ("Fate decided", "person"),
    "Owned": ("Taken on", "person"),
    "OwnerLeft": ("Let go by its owner", "person"),
    "Assigned": ("Assigned", "person"),
    "Noted": ("Note", "person"),
    "FollowUpSet": ("Follow-up", "person"),
    "FollowUpDue": ("Follow-up due", "change"),
    "PaymentDropped": ("Payment dropped", "change"),
    "MessageReceived": ("Message received", "message"),
    "PositionOpened": ("Position opened", "change"),
    "CashOpened": ("Cash opened", "change"),
    "ExceptionRaised": ("Exception", "trouble"),
    "ExceptionClosed": ("Exception closed", "person"),
    "MessageReinjected": ("Message sent through again", "person"),
    "RepairAsked": ("Repair asked", "person"),
    "RepairApproved": ("Repair approved", "person"),
    "RepairRefused": ("Repair turned down", "person"),
}
_SHOWN_MAX = 400
UNSHOWN = frozenset(
    {"body_hash", "content", "key", "part", "round", "original_sha256", "repaired_sha256"}
)  # for machines
FIGURES = frozenset({"quantity", "amount", "cash", "cost", "gain"})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")


def _step(event: Mapping[str, Any], payload: dict[str, Any], at: str) -> Step:
    title, kind = TITLES.get(event["type"], (event["type"], "change"))
    was, state = payload.pop("from", None), payload.pop("state", None)
    moved = " → ".join(words.state(str(s)) for s in (was, state) if s) if state else ""
    standings = [words.standing(*said) for said in payload.pop("says", ())]
    payload = {key: value for key, value in payload.items() if key not in UNSHOWN}
    detail = " · ".join((*standings, *filter(None, [_words_of(payload)])))
    return Step(
        at=at,
        title=title,
        who=event["actor"],
        what=moved,
        detail=detail[:_SHOWN_MAX],
        message=event["cause"],
        kind=kind,
    )


def _words_of(value: object) -> str:
    match value:
        case None | "":
            return ""
        case dict():
            parts = ((words.plain(str(key)), _figured(str(key), v)) for key, v in value.items())
            return " · ".join(f"{key} {text}" for key, text in parts if text)
        case list():
            return ", ".join(_words_of(item) for item in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return _dated(str(value))


def _figured(key: str, value: object) -> str:
    text = _words_of(value)
    return words.number(Decimal(text)) if key in FIGURES and _NUMBER.fullmatch(text) else text


def _dated(text: str) -> str:
    """A date as a desk reads it; anything else as it is."""
    return words.long_day(date.fromisoformat(text)) if _DATE.fullmatch(text) else text


def _named(
    body: Mapping[str, Any], names: Mapping[str, str], board: Board
) -> list[tuple[str, str, str]]:
    """(field, its name, its value) of what the instruction says."""
    return [
        (field, name, _firm_first(_said(body[field]), board))
        for field, name in names.items()
        if field in body and body[field] not in (None, [], "", False)
    ]


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
            return " · ".join(p for p in (f"{issuer}/{scheme}/{id_}", _words_of(rest)) if p)
        case {"bic": str(bic), **rest}:
            return " · ".join(p for p in (bic, _words_of(rest)) if p)
        case list():
            return ", ".join(_said(item) for item in value)
        case _:
            return _words_of(value)


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
