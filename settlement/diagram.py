"""The state diagram, computed from the tables: every display state that happenings can reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from schemas.answer import (
    Confirmation,
    Header,
    NetworkAnswer,
    Reason,
    Standing,
    StatusAdvice,
)
from schemas.fact import (
    Approved,
    CancelAsked,
    Content,
    Deed,
    Fact,
    MarkedOverdue,
    Released,
    of_answer,
    of_deed,
)
from schemas.money import Quantity
from schemas.obligation import Obligation
from settlement.condition import Condition, State
from settlement.lifecycle import EFFECTS, fold

_DAY = date(2026, 1, 5)
_START = datetime(2026, 1, 5, tzinfo=UTC)
_TERMS = Obligation(
    UUID(int=0), "RECE", "FREE", Quantity("UNIT", Decimal(2)), "", _DAY, partial_supported=True
)
_SEME = "I"


def edges() -> list[tuple[State, str, State]]:
    """Each move one happening makes, from every state that some way leads to."""
    start = fold(_TERMS, ())
    seen = {_shape(start)}
    found: dict[tuple[State, str, State], None] = {}
    waiting: deque[tuple[tuple[Fact, ...], Condition]] = deque([((), start)])
    while waiting:
        facts, before = waiting.popleft()
        for name, step in _steps(facts, before):
            after = fold(_TERMS, (*facts, step))
            if after.state is not before.state:
                found[before.state, name, after.state] = None
            if _shape(after) not in seen:
                seen.add(_shape(after))
                waiting.append(((*facts, step), after))
    return sorted(found)


def mermaid() -> str:
    """The diagram as text for the documentation."""
    labels: dict[tuple[State, State], list[str]] = {}
    for source, name, target in edges():
        labels.setdefault((source, target), []).append(name)
    lines = [
        f"    {source} --> {target}: {', '.join(names)}"
        for (source, target), names in labels.items()
    ]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.DRAFT}", *lines, ""])


def _shape(condition: Condition) -> tuple[object, ...]:
    """What tells two conditions apart for what may come next."""
    return (
        condition.state,
        condition.processing,
        condition.cancellation,
        condition.matching,
        condition.settlement,
        condition.network,
        condition.open_quantity,
    )


def _steps(facts: Sequence[Fact], before: Condition) -> Iterator[tuple[str, Fact]]:
    """What may happen next, each a little later than what happened last."""
    at = _START + timedelta(minutes=len(facts))
    for name, content in _contents(before, str(len(facts))):
        yield name, of_deed(content, at) if isinstance(content, Deed) else of_answer(content, at)


def _contents(before: Condition, n: str) -> Iterator[tuple[str, Content]]:
    match before.network.value:
        case "draft":
            yield "approval", Approved("")
            return
        case "approved":
            yield "release", Released(1, _SEME)
            return
    yield "ACK", NetworkAnswer(_header(n, ""), "ack", _SEME)
    yield "NAK", NetworkAnswer(_header(n, ""), "nak", _SEME)
    for axis, code in EFFECTS:
        if axis != "TPRC":
            standing = Standing(axis, code)  # type: ignore[arg-type]
            answer = StatusAdvice(_header(n, "INST"), _SEME, "instruction", (standing,))
            yield f"{axis}//{code}", answer
    hold = Standing("SETT", "PEND", (Reason("PREA"),))
    yield "PEND//PREA", StatusAdvice(_header(n, "INST"), _SEME, "instruction", (hold,))
    yield "cancel asked", CancelAsked(f"C{n}", 1)
    yield "overdue", MarkedOverdue(_DAY)
    for name, quantity in (("part", 1), ("confirmation", before.open_quantity)):
        if 0 < quantity <= before.open_quantity:
            yield name, _confirmation(n, "NEWM", Decimal(quantity))
    standing_parts = [p for p in before.parts if not p.reversed]
    if standing_parts:
        undoes = standing_parts[-1].key.split("|")[2]
        yield "reversal", _confirmation(n, "RVSL", standing_parts[-1].quantity, undoes)


def _header(reference: str, function: str) -> Header:
    hash_ = reference.rjust(32).encode()
    return Header("", "", "", reference, function, None, None, False, hash_)


def _confirmation(
    n: str, function: str, quantity: Decimal, undoes: str | None = None
) -> Confirmation:
    return Confirmation(
        _header(n, function),
        _SEME,
        "RECE",
        "FREE",
        None,
        Quantity("UNIT", quantity),
        _DAY,
        undoes=undoes,
    )
