"""Answers of the outside: each becomes a fact at its event time; the fold says what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.handlers.case import Case, Heard
from gateway.items import Result, Routed
from schemas import fact
from schemas.answer import (
    Answer,
    CashAdvice,
    Confirmation,
    NetworkAnswer,
    PaymentStatus,
    StatusAdvice,
)
from store.books import WitnessRow
from store.messages import Settled

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

EVENTS: dict[type[Any], str] = {
    NetworkAnswer: "NetworkAnswered",
    StatusAdvice: "StatusReceived",
    Confirmation: "ConfirmationReceived",
    CashAdvice: "CashAdvised",
    PaymentStatus: "PaymentStatusReceived",
}


def apply(advance: Advance, item: Routed) -> None:
    """Add what was said to the instruction it speaks of."""
    case = advance.known.get(item.id)
    if case is None:  # claimed by another process and not worked yet: it waits in the inbox
        advance.unit.settled.append(
            Settled(
                item.message,
                "routed",
                item.lane,
                item.id,
                item.answer.header.type,
                item.related,
                None,
                None,
            )
        )
        return
    answer = item.answer
    at = event_time(answer, case.terms.zone if case.terms else "UTC", item.received_at)
    known = fact.of_answer(answer, at, item.message, advance.unit.now)
    if not any(f.key == known.key and f.content_hash == known.content_hash for f in case.facts):
        case.facts.append(known)
        case.touched = True
        case.heard.append(
            Heard(
                known.key, EVENTS.get(type(answer), "MessageReceived"), item.message, words(answer)
            )
        )
    if isinstance(answer, NetworkAnswer):
        advance.unit.answered.append((item.id, item.related))
    if item.entry is not None:
        advance.unit.witnesses.append(
            WitnessRow(
                item.lane,
                str(item.id),
                item.message,
                answer.header.type,
                item.entry.amount.amount,
                item.entry.amount.currency,
            )
        )
    advance.results[id(item)] = Result("done", item.id, None)
    if item.part == item.parts - 1:
        advance.unit.settled.append(
            Settled(
                item.message,
                "done",
                item.lane,
                item.id,
                answer.header.type,
                item.related,
                None,
                None,
            )
        )


def event_time(answer: Answer, zone: str, received_at: datetime) -> datetime:
    """When it was said: PREP or CreDt in the sender's zone, else the network's time, else receipt."""
    said = answer.header.prepared_at or answer.header.network_at
    if said is None:
        return received_at
    if said.tzinfo is None:
        said = said.replace(tzinfo=ZoneInfo(zone))
    return said.astimezone(UTC)


def words(answer: Answer) -> dict[str, Any]:
    """What the event says of it."""
    said: dict[str, Any] = {"type": answer.header.type, "reference": answer.header.reference}
    match answer:
        case NetworkAnswer():
            said |= {"verdict": answer.verdict, "rule": answer.rule, "line": answer.line}
        case StatusAdvice():
            said["says"] = [
                [s.axis, s.code, *(r.code for r in s.reasons)] for s in answer.standings
            ]
        case Confirmation():
            said |= {"quantity": answer.quantity.value, "effective_on": answer.effective_on}
        case PaymentStatus():
            said |= {"status": answer.status, "reasons": [r.code for r in answer.reasons]}
        case _:
            pass
    return {k: v for k, v in said.items() if v is not None}


def pending(case: Case) -> list[Heard]:
    """What was heard and not told yet."""
    heard, case.heard = case.heard, []
    return heard
