"""What static data makes of one instruction: its terms, what it waits for, what refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.handlers.case import Case, Terms, reference_for, uetr_for
from ledger.posting import Outgoing
from schemas.identifiers import currency_digits
from schemas.instruction import Instruction, Payment
from schemas.money import Money, Quantity
from schemas.obligation import Obligation, Transfer
from schemas.problem import Problem
from schemas.static_rows import PartyRow
from schemas.trade import trade_of
from settlement.enrichment import Enriched, enrich
from settlement.findings import Wait
from settlement.payment_enrichment import EnrichedPayment, enrich_payment
from store.cases import Timer

if TYPE_CHECKING:
    from gateway.handlers.release import Desk

PAYMENT_REFERENCE = "PY"


def complete(desk: Desk, case: Case) -> list[Problem]:
    """Fill in from static data: terms and waits, or the problems that refuse it."""
    if isinstance(case.body, Instruction):
        return _complete_securities(desk, case, enriched(desk, case, case.body))
    if isinstance(case.body, Payment):
        return _complete_payment(desk, case, enriched_payment(desk, case, case.body))
    return []


def check(desk: Desk, case: Case, body: Instruction | Payment) -> list[Problem]:
    """What static data says against a changed body; once a version has left, a wait as well."""
    completed: Enriched | EnrichedPayment
    if isinstance(body, Instruction):
        completed = enriched(desk, case, body)
    else:
        completed = enriched_payment(desk, case, body)
    if case.released is None:
        return list(completed.problems)
    waits = [Problem(w.code, w.code, w.message) for w in completed.waiting]
    return [*completed.problems, *waits]


def found(desk: Desk, case: Case) -> Enriched | EnrichedPayment:
    """The instruction or payment, completed."""
    if isinstance(case.body, Instruction):
        return enriched(desk, case, case.body)
    assert case.body is not None
    return enriched_payment(desk, case, case.body)


def content(completed: Enriched | EnrichedPayment) -> Instruction | Payment:
    """What was completed, with all that static data filled in."""
    return completed.instruction if isinstance(completed, Enriched) else completed.payment


def fresh(desk: Desk, case: Case) -> Terms | None:
    """The terms as its body has them now, whatever is booked; None while static data is missing."""
    assert isinstance(case.body, Instruction)
    completed = enriched(desk, case, case.body)
    if completed.problems or not _measurable(completed):
        return None
    return securities_terms(desk, case, completed)


def enriched(desk: Desk, case: Case, body: Instruction) -> Enriched:
    """The instruction with this body, completed; the last result is kept with the case."""
    names = lifted(case)
    if case.enriched is None or case.enriched[0] is not body or case.enriched[1] != names:
        case.enriched = (body, names, enrich(body, desk.static, desk.today, names))
    return case.enriched[2]


def enriched_payment(desk: Desk, case: Case, body: Payment) -> EnrichedPayment:
    """The payment with this body, completed."""
    return enrich_payment(body, desk.static, desk.today, lifted(case))


def lifted(case: Case) -> frozenset[str]:
    """Waits that two persons have released."""
    return frozenset(f.split(":")[1] for f in case.flags if f.startswith("lifted:"))


def _wait(desk: Desk, case: Case, waiting: Sequence[Wait]) -> None:
    """Remember what it waits for, and be woken when time alone ends that."""
    case.waits = tuple((w.code, w.message) for w in waiting)
    if ends := [w.until for w in waiting if w.until is not None]:
        desk.unit.timers.append(Timer(case.lane, case.id, "cooling", max(ends)))


def _complete_securities(desk: Desk, case: Case, found: Enriched) -> list[Problem]:
    _wait(desk, case, found.waiting)
    if found.problems:
        return list(found.problems)
    if _measurable(found) and case.posted.ordinal is None:
        case.terms = securities_terms(desk, case, found)
        case.terms_changed = True
    return []


def _measurable(found: Enriched) -> bool:
    """Whether there is an account, and a date: without a cycle or a calendar there is none."""
    return found.account is not None and found.instruction.settle_date is not None


def securities_terms(desk: Desk, case: Case, found: Enriched) -> Terms:
    """What the life and the books of a completed instruction are measured against."""
    i = found.instruction
    assert found.account is not None and found.instrument is not None and i.settle_date
    currency = i.settlement_amount.currency if i.settlement_amount else found.instrument.currency
    place = found.place
    digits = currency_digits(currency)
    obligation = Obligation(
        case.id,
        i.direction,
        i.payment,
        Quantity(i.quantity.type, i.quantity.value),
        i.isin,
        i.settle_date,
        i.safekeeping_account,
        Money(currency, i.settlement_amount.value) if i.settlement_amount else None,
        digits,
        i.partial,
        bool(place and place.partial_supported),
        i.hold,
        bool(place and place.hold_supported),
        place is None or place.matches,
        place.tolerance if place and i.direction == "RECE" else None,
        found.account.cash_basis == "contractual" and i.payment == "APMT",
    )
    return Terms(
        obligation,
        trade_of(i, currency, digits),
        None,
        None,
        found.servicer or "",
        _zone(desk, found.servicer, found.channel.zone if found.channel else None),
    )


def _complete_payment(desk: Desk, case: Case, found: EnrichedPayment) -> list[Problem]:
    _wait(desk, case, found.waiting)
    if found.problems:
        return list(found.problems)
    p = found.payment
    if found.account is not None and not case.posted.ordered:
        uetr = p.uetr or uetr_for(case.client, case.reference)
        reference = reference_for(PAYMENT_REFERENCE, case.client, case.reference, 1)
        references = tuple(r for r in (reference, p.end_to_end_id) if r)
        amount = Money(p.amount.currency, p.amount.value)
        case.terms = Terms(
            None,
            None,
            Transfer(case.id, amount, p.value_date, uetr, references),
            Outgoing(
                case.portfolio,
                found.account.cash_account or "",
                amount.currency,
                amount.amount,
                p.value_date,
            ),
            found.servicer or "",
            _zone(desk, found.servicer, found.channel.zone if found.channel else None),
        )
        case.terms_changed = True
    return []


def _zone(desk: Desk, servicer: str | None, channel: str | None) -> str:
    if channel is not None:
        return channel
    party = desk.static.find(PartyRow, servicer or "", on=desk.today)
    return party.zone if party is not None else "UTC"
