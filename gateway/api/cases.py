"""One instruction as the API shows it: the summary of its condition, and all that hangs on it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.api.cursors import write_cursor
from gateway.desk import fields
from store import approvals, desk, exceptions, queries

if TYPE_CHECKING:
    from gateway.core import Core

AXES = ("processing", "cancellation", "matching", "settlement", "change")
WAITING = ("waits_for", "whose_move", "since", "reason", "reason_text")
PLAIN = (
    "id",
    "kind",
    "reference",
    "wire_reference",
    "version",
    "portfolio",
    "state",
    "flags",
    "direction",
    "payment",
    "isin",
    "counterparty",
    "custodian",
    "place",
    "account",
    "cash_account",
    "currency",
    "amount",
    "quantity",
    "open_quantity",
    "settled_quantity",
    "trade_on",
    "settle_on",
    "link",
    "client",
    "maker",
    "created_at",
)
MESSAGE = ("id", "direction", "link", "stored_at", "type", "reference", "state", "reason", "seen")
ATTEMPT = ("attempt", "message", "at", "possible_duplicate")
VERSION = ("version", "reference", "format", "link", "maker", "static_version")
JOURNAL = (
    "lane",
    "seq",
    "rule",
    "portfolio",
    "instruction",
    "effective_on",
    "known_at",
    "cause",
    "actor",
)
ENTRY = ("line", "account", "detail", "currency", "amount")


def summary(row: Any) -> dict[str, Any]:
    """A condition as a list shows it."""
    return {
        **{name: row[name] for name in PLAIN},
        "instrument": row["instrument_name"],
        "axes": {name: row[name] for name in AXES},
        "waiting": {name: row[name] for name in WAITING},
    }


async def load(core: Core, id_: UUID) -> dict[str, Any] | None:
    """All that is known of one instruction; as many queries whatever it went through."""
    async with (
        core.pool.acquire() as db,
        db.transaction(isolation="repeatable_read", readonly=True),
    ):
        row = await queries.instruction(db, id_)
        if row is None:
            return None
        lane = row["lane"]
        stands = await approvals.standing(db, id_)
        versions = await desk.versions(db, lane, id_)
        events = await desk.events(db, id_)
        facts = await queries.facts(db, lane, id_)
        messages = await desk.messages_of(db, lane, id_)
        sent = [m["id"] for m in messages if m["direction"] == "out"]
        attempts = await queries.attempts(db, sent)
        booked = await queries.journals(
            db, queries.EVERYTHING, None, id_, None, None, None, None, None, queries.END
        )
        raised = await exceptions.listed(db, True, None, id_, 1000)
    return {
        **summary(row),
        "body": json.loads(row["body"]),
        "current": json.loads(stands["body"]),
        "content": stands["content"],
        "versions": [_version(v) for v in versions],
        "timeline": timeline(events, facts),
        "messages": _messages(messages, attempts),
        "journals": journals(booked),
        "exceptions": [exception(x) for x in raised],
    }


def timeline(events: Iterable[Any], facts: Iterable[Any]) -> list[dict[str, Any]]:
    """What happened, in order: events when they were known, facts at their own time."""
    moments = [
        {
            "at": e["known_at"],
            "what": "event",
            "type": e["type"],
            "actor": e["actor"],
            "effective_on": e["effective_on"],
            "message": e["cause"],
            "payload": json.loads(e["payload"]),
        }
        for e in events
    ]
    moments += [_fact(f["at"], f["message"], *json.loads(f["payload"])) for f in facts]
    return sorted(moments, key=lambda moment: moment["at"])


def _fact(at: datetime, message: int | None, type_: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": at,
        "what": "fact",
        "type": type_,
        "actor": said.get("actor"),
        "effective_on": said.get("effective_on"),
        "message": message,
        "payload": said,
    }


def journals(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows of entries, in the order of their journals, as journals."""
    grouped = groupby(rows, key=lambda r: (r["lane"], r["seq"], r["rule"]))
    found = []
    for _, lines in grouped:
        entries = list(lines)
        first = entries[0]
        found.append(
            {
                **{name: first[name] for name in JOURNAL},
                "event": first["type"],
                "entries": [{name: e[name] for name in ENTRY} for e in entries],
            }
        )
    return found


def exception(row: Any) -> dict[str, Any]:
    """An exception, with the token that names it."""
    return {
        "id": exception_id(row),
        "code": row["code"],
        "text": row["text"],
        "instruction": row["instruction"],
        "reference": row["reference"],
        "state": row["state"],
        "message": row["message"],
        "raised_at": row["raised_at"],
        "closed_at": row["closed_at"],
        "closed_by": row["closed_by"],
        "outcome": row["outcome"],
        "closed_reason": row["closed_reason"],
        "proposed": row["proposed"],
    }


def exception_id(row: Any) -> str:
    """The token of an exception in its present round: raised again, it has another."""
    return write_cursor([row["lane"], row["code"], row["key"], row["round"]])


def described(raw: bytes) -> list[dict[str, Any]]:
    """The fields of a message with their names written out; none where it cannot be read."""
    named, _ = fields.named(raw)
    return [
        {"path": f.path, "tag": f.tag, "name": f.name, "value": f.value, "line": f.line}
        for f in named
    ]


def shown(raw: bytes) -> str:
    """The bytes as text, line ends kept; what is no UTF-8 shows as a substitute."""
    return raw.decode(errors="replace")


def _version(row: Any) -> dict[str, Any]:
    return {**{name: row[name] for name in VERSION}, "body": json.loads(row["body"])}


def _messages(rows: Sequence[Any], attempts: Iterable[Any]) -> list[dict[str, Any]]:
    sendings: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for a in attempts:
        sendings[a["outbox"]].append({name: a[name] for name in ATTEMPT})
    return [
        {
            **{name: row[name] for name in MESSAGE},
            "raw": shown(row["body"]),
            "fields": described(row["body"]),
            "repairs": row["repairs"],
            "attempts": sendings[row["id"]] if row["direction"] == "out" else [],
        }
        for row in rows
    ]
