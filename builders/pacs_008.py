"""pacs.008: a customer transfer between institutions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builders import payment
from schemas.instruction import Payment, Wire
from schemas.mx.notation import Message
from schemas.mx.pacs_008 import PACS_008
from schemas.problem import MessageError, Problem

ROOT = f"Document/{PACS_008.root}"


def draft(
    body: Payment, wire: Wire, cancel_of: str | None
) -> tuple[Message, dict[str, Any], list[Problem]]:
    """The table, its values and what is wrong with them already."""
    if not isinstance(body, Payment) or body.kind != "customer":
        words = "pacs.008 carries customer transfers only"
        raise MessageError("wrong_body", [Problem("kind", "format", words, body.kind)])
    values = payment.values(body, wire)
    values["end_to_end"] = body.end_to_end_id or payment.NO_REFERENCE
    # without an agent named, the two sides bank with the two ends of this message
    values["debtor_agent"] = body.debtor_agent or wire.sender
    values["creditor_agent"] = body.creditor_agent or wire.receiver
    return PACS_008, values, list(_problems(body, wire, cancel_of))


def _problems(body: Payment, wire: Wire, cancel_of: str | None) -> Iterator[Problem]:
    if cancel_of is not None:
        words = "a payment is not cancelled by its own type: ask for it by camt.056"
        yield Problem("cancel_of", "format", words, cancel_of)
    if body.instructed_amount and body.instructed_amount.currency != body.amount.currency:
        words = "an instructed amount in another currency needs the exchange rate"
        path = f"{ROOT}/CdtTrfTxInf/XchgRate"
        yield Problem(path, "rate", words, body.instructed_amount.currency)
    yield from payment.problems(body, wire, ROOT)
