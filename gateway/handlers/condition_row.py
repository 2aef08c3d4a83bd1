"""The row of a condition: what is put for queries and the desk once an instruction has moved."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.handlers.case import TERMS, Case
from schemas.fact import Approved
from schemas.instruction import Instruction, Payment
from settlement.condition import Condition
from settlement.payments import PaymentCondition
from store.cases import ConditionRow

if TYPE_CHECKING:
    from gateway.handlers.release import Desk


UNBUILDABLE, FOLLOW_UP_DUE = "unbuildable", "follow_up_due"


def condition_row(
    desk: Desk, case: Case, condition: Condition | PaymentCondition | None
) -> ConditionRow:
    """The row as the facts say; what the books hold is put once they are balanced."""
    before = case.row
    terms = case.terms
    o = terms.obligation if terms else None
    t = terms.transfer if terms else None
    state = condition.state.value if condition else "draft"
    reason = condition.reasons[0] if condition and condition.reasons else None
    waits, whose = _waits(case, condition)
    moved = before is None or before.state != state or before.waits_for != waits
    released = case.released
    body = case.body
    version = case.formats.get(case.version)
    return ConditionRow(
        case.lane,
        case.id,
        case.portfolio,
        case.kind,
        case.reference,
        state,
        condition.processing.value if condition else "none",
        condition.cancellation.value if condition else "none",
        condition.matching.value if condition else "unknown",
        condition.settlement.value if condition else "none",
        condition.change.value if condition else "none",
        case.version,
        released.reference if released else None,
        version[1] if version else (before.link if before else None),
        o.direction if o else getattr(body, "direction", None),
        o.payment if o else getattr(body, "payment", None),
        o.isin if o else getattr(body, "isin", None),
        getattr(case.bodies.get(case.version), "name", None)
        or (before.instrument_name if before else None),
        _counterparty(body) if body is not None else (before.counterparty if before else None),
        terms.servicer if terms else None,
        getattr(case.bodies.get(case.version), "pset", None) or (before.place if before else None),
        o.safekeeping_account if o else None,
        terms.trade.cash_account
        if terms and terms.trade
        else (terms.outgoing.cash_account if terms and terms.outgoing else None),
        _currency(case),
        _amount(case),
        o.quantity.value if o else None,
        condition.open_quantity if condition and o else None,
        condition.settled_quantity if condition and o else None,
        getattr(body, "trade_date", None) or (before.trade_on if before else None),
        o.settle_on if o else (t.value_on if t else None),
        waits,
        whose,
        desk.now if moved else before.since,  # type: ignore[union-attr]
        reason.code if reason else None,
        reason.text if reason else None,
        flags_of(case, condition),
        "{}",  # put once the books are balanced
        TERMS.dump_json(terms).decode() if terms is not None and case.terms_changed else None,
        len(case.facts),
    )


def flags_of(case: Case, condition: Condition | PaymentCondition | None) -> list[str]:
    """What is worth knowing beside the state: marks of people, the fold's flags, open waits."""
    return sorted(
        {f for f in case.flags if ":" in f or f in (UNBUILDABLE, FOLLOW_UP_DUE)}
        | {f.value for f in (condition.flags if condition else ())}
        | {code for code, _ in case.waits if case.released is None}
    )


def _waits(
    case: Case, condition: Condition | PaymentCondition | None
) -> tuple[str | None, str | None]:
    """What has to come next, in words, and whose move it is."""
    if case.released is None and case.waits:
        return "; ".join(words for _, words in case.waits)[:300], "us"
    if not case.has(Approved) or "reapprove:" in case.flags:
        return "approval by a second person", "us"
    if UNBUILDABLE in case.flags:
        return "repair: the message cannot be built", "us"
    if condition is None:
        return "static data", "us"
    return condition.waiting.what, condition.waiting.whose


def _counterparty(body: Instruction | Payment) -> str | None:
    if isinstance(body, Payment):
        return body.creditor.bic or body.creditor.name
    if body.counterparty is not None:
        return body.counterparty
    party = body.sell if body.direction == "RECE" else body.buyr
    return party.bic or party.name if party is not None else None


def _currency(case: Case) -> str | None:
    terms = case.terms
    if terms and terms.trade:
        return terms.trade.currency
    return terms.transfer.amount.currency if terms and terms.transfer else None


def _amount(case: Case) -> Decimal | None:
    terms = case.terms
    if terms and terms.trade:
        return terms.trade.amount
    return terms.transfer.amount.amount if terms and terms.transfer else None
