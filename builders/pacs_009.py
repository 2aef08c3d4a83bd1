"""pacs.009: a transfer of an institution's own money, or the cover of a customer's transfer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builders import payment
from schemas.instruction import Payment, Wire
from schemas.mx.notation import Message
from schemas.mx.pacs_009 import PACS_009
from schemas.problem import MessageError, Problem

ROOT = f"Document/{PACS_009.root}"


def draft(
    body: Payment, wire: Wire, cancel_of: str | None
) -> tuple[Message, dict[str, Any], list[Problem]]:
    """The table, its values and what is wrong with them already."""
    if not isinstance(body, Payment) or body.kind != "bank":
        words = "pacs.009 carries bank transfers only"
        raise MessageError("wrong_body", [Problem("kind", "format", words, body.kind)])
    values = payment.values(body, wire)
    reference = body.end_to_end_id or body.related_reference
    values["end_to_end"] = reference or payment.NO_REFERENCE
    values["covers"] = payment.covered(body, wire)
    return PACS_009, values, list(_problems(body, wire, cancel_of))


def _problems(body: Payment, wire: Wire, cancel_of: str | None) -> Iterator[Problem]:
    if cancel_of is not None:
        words = "a payment is not cancelled by its own type: ask for it by camt.056"
        yield Problem("cancel_of", "format", words, cancel_of)
    if body.instructed_amount is not None:
        words = "a bank transfer has one amount and no instructed amount"
        path = f"{ROOT}/CdtTrfTxInf"
        yield Problem(path, "amount", words, str(body.instructed_amount.value))
    yield from payment.problems(body, wire, ROOT)
