"""ISO 20022 requests and answers: the values of their tables, and what is wrong with a body already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas.identifiers import is_iban
from schemas.instruction import Wire
from schemas.mx import requests as tables
from schemas.mx.notation import Message
from schemas.problem import MessageError, Problem
from schemas.requests import (
    AccountReportRequest,
    CancellationAnswer,
    CancellationRequest,
    NoticeToReceive,
    PaymentReturn,
    ProcessingCommand,
    Request,
)

Draft = tuple[Message, dict[str, Any], list[Problem]]
ORIGINALS = {"customer": "pacs.008.001.08", "bank": "pacs.009.001.08"}
BODIES: dict[str, tuple[type[Request], Message]] = {
    "sese.030": (ProcessingCommand, tables.SESE_030),
    "camt.056": (CancellationRequest, tables.CAMT_056),
    "camt.029": (CancellationAnswer, tables.CAMT_029),
    "camt.057": (NoticeToReceive, tables.CAMT_057),
    "camt.060": (AccountReportRequest, tables.CAMT_060),
    "pacs.004": (PaymentReturn, tables.PACS_004),
}


def drafted(format: str) -> Callable[[Any, Wire, str | None], Draft]:
    """The draft of a format: its table, its values, and what is wrong with them already."""
    model, table = BODIES[format]

    def draft(body: Any, wire: Wire, cancel_of: str | None) -> Draft:
        if not isinstance(body, model):
            words = f"{format} is built from a {model.__name__}"
            raise MessageError("wrong_body", [Problem("format", "format", words, format)])
        problems = []
        if cancel_of is not None:
            words = "a request is not cancelled by a message of its own type"
            problems.append(Problem("cancel_of", "format", words, cancel_of))
        if wire.prep is not None and wire.prep.tzinfo is None:
            words = "the time of creation needs its offset from UTC"
            problems.append(Problem("wire.prep", "offset", words, wire.prep.isoformat()))
        return table, _values(body, wire), problems

    return draft


def _values(body: Request, wire: Wire) -> dict[str, Any]:
    """The fields of the tables."""
    found: dict[str, Any] = dict(body)
    found |= {"seme": wire.seme, "sender": wire.sender, "receiver": wire.receiver}
    found |= {"created_at": wire.prep, "count": 1, "method": "INDA", "period_type": "ALLL"}
    if "kind" in found:
        found["original_message"] = ORIGINALS[found["kind"]]
    if "changes" in found:
        found["changes"] = tuple(dict(change) for change in found["changes"])
    if isinstance(body, NoticeToReceive):
        found["iban" if is_iban(body.account) else "number"] = body.account
    return found
