"""What confirmations do: parts, their checks, reversals, and cash on contractual accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.answer import CashAdvice, Confirmation
from schemas.fact import Advanced, Fact
from schemas.money import Money
from schemas.obligation import Advance, Obligation, Part
from settlement.condition import Cancellation, Flag, Matching, Processing, Settlement
from settlement.life import BACKFILLS, MATCHING, PROCESSING, SETTLEMENT, Booked, Life

ZERO = Decimal(0)
A_DAY = timedelta(days=1)
TAKES_BACK = frozenset({"CANC", "RVSL"})


def confirmation(life: Life, known: Fact, told: Confirmation) -> None:
    """A part settles, or one is taken back; a pre-confirmation only shows (DOMAIN 2.9)."""
    if told.pre_confirmation:
        life.flags.add(Flag.PRE_CONFIRMED)
    elif told.header.function in TAKES_BACK:
        _take_back(life, known, told)
    elif _seen_before(life, told):
        life.history += 1
    else:
        _confirm(life, known, told)


def _seen_before(life: Life, told: Confirmation) -> bool:
    """A possible duplicate under another reference, known by its content (DOMAIN 2.5.3)."""
    content = _content(told)
    return any(
        (told.header.possible_duplicate or other.told.header.possible_duplicate)
        and _content(other.told) == content
        for other in life.standing()
    )


def _content(told: Confirmation) -> tuple[Any, ...]:
    return (
        told.related,
        told.quantity,
        told.effective_on,
        told.part,
        told.previous,
        told.remaining,
        told.amount,
    )


def _confirm(life: Life, known: Fact, told: Confirmation) -> None:
    fault = _fault(life, told) or _not_yet(known, told)
    if fault is not None:
        life.tell(*fault, known)
        return
    quantity = told.quantity.value
    if quantity > life.unsettled:
        life.refused.append((known, told))
        return
    if life.ended or quantity > life.open:
        life.contradicted = True
    if life.bygone(told.related):
        life.contradicted = True
        life.tell("superseded_settled", "a replaced version was settled after all", known)
    if told.effective_on < life.obligation.settle_on:
        words = f"effective {told.effective_on}, due {life.obligation.settle_on}"
        life.tell("settled_early", words, known)
    part = Part(known.key, len(life.booked) + 1, quantity, told.amount, told.effective_on)
    life.booked.append(Booked(known, told, part))
    life.settled += quantity
    life.cancelled = min(life.cancelled, life.unsettled)
    life.heard = True
    life.reversed_last = life.overdue = life.dead = False
    life.times[SETTLEMENT] = known.at
    # it matched, whatever was said
    life.set(MATCHING, Matching.MATCHED, known)
    life.reasons.pop(MATCHING, None)
    if life.processing in BACKFILLS[PROCESSING]:
        life.set(PROCESSING, Processing.ACCEPTED, known)
    if told.header.reference in life.awaited:
        _take_back(life, *life.awaited.pop(told.header.reference))


def _fault(life: Life, told: Confirmation) -> tuple[str, str] | None:
    """Why a confirmation does not confirm what we instructed."""
    terms = life.obligation
    if told.direction != terms.direction:
        return "direction_differs", f"confirmed {told.direction}, instructed {terms.direction}"
    if told.payment != terms.payment:
        return "payment_differs", f"confirmed {told.payment}, instructed {terms.payment}"
    if told.quantity.type != terms.quantity.type:
        return (
            "quantity_type_differs",
            f"confirmed in {told.quantity.type}, instructed in {terms.quantity.type}",
        )
    if told.quantity.value <= 0:
        return "quantity_not_positive", f"confirmed {told.quantity.value}"
    fault = differs(terms, told.isin, told.safekeeping_account)
    return fault or (_amount_fault(life, told) if terms.payment == "APMT" else None)


def _not_yet(known: Fact, told: Confirmation) -> tuple[str, str] | None:
    """What has not happened cannot be confirmed; the sender's zone may be a day ahead of UTC."""
    if told.effective_on <= known.at.date() + A_DAY:
        return None
    return "not_yet_effective", f"effective {told.effective_on}, said on {known.at.date()}"


def differs(terms: Obligation, isin: str | None, account: str | None) -> tuple[str, str] | None:
    """Why an answer speaks of something else than we instructed."""
    if isin is not None and isin != terms.isin:
        return "isin_differs", f"{isin} said, {terms.isin} instructed"
    ours = terms.safekeeping_account
    if account is not None and ours is not None and account != ours:
        return "account_differs", f"account {account} said, {ours} instructed"
    return None


def _amount_fault(life: Life, told: Confirmation) -> tuple[str, str] | None:
    """Deliveries are paid exactly, receipts within the market's tolerance; parts pro rata."""
    due = life.obligation.settlement_amount
    if told.amount is None or due is None:
        return None
    if told.amount.currency != due.currency:
        return "currency_differs", f"paid in {told.amount.currency}, instructed {due.currency}"
    expected, slack = _expected(life, told, due)
    if abs(told.amount.amount - expected) <= slack:
        return None
    return "amount_differs", f"paid {told.amount.amount}, {expected} expected"


def _expected(life: Life, told: Confirmation, due: Money) -> tuple[Decimal, Decimal]:
    """What this part should pay, and how far off it may be; the last takes the rest exactly."""
    terms = life.obligation
    tolerance = terms.tolerance if terms.direction == "RECE" else None
    slack = tolerance.of(due.amount) if tolerance is not None else ZERO
    earlier = [b.part.amount for b in life.standing()]
    stated = [money.amount for money in earlier if money is not None]
    if told.quantity.value == life.unsettled and len(stated) == len(earlier):
        return due.amount - sum(stated, ZERO), slack
    unit = Decimal(1).scaleb(-terms.digits)
    part = due.amount * told.quantity.value / terms.quantity.value
    return part.quantize(unit, rounding=ROUND_HALF_UP), slack + unit


def _take_back(life: Life, known: Fact, told: Confirmation) -> None:
    """A confirmation withdrawn or reversed: its part is open again unless the deal is dead."""
    reference = told.undoes or _only_candidate(life, told)
    for refused in life.refused:
        if refused[1].header.reference == reference:
            life.refused.remove(refused)
            life.history += 2
            return
    booked = next((b for b in life.booked if b.told.header.reference == reference), None)
    if booked is None:
        life.awaited[reference] = (known, told)
        return
    if booked.part.reversed:
        life.tell("reversed_twice", f"confirmation {reference} was taken back before", known)
        return
    if told.quantity.value != booked.part.quantity:
        words = f"{told.quantity.value} taken back of a part of {booked.part.quantity}"
        life.tell("reversal_differs", words, known)
    booked.part = replace(booked.part, reversed=True, reversed_on=told.effective_on)
    life.settled -= booked.part.quantity
    life.reasons.pop(SETTLEMENT, None)
    life.set(SETTLEMENT, Settlement.NONE, known)
    life.reversed_last = True
    life.dead = told.deal_dead
    if booked.spared and life.processing is Processing.CANCELLED and not life.dead:
        life.reopen(known)
    waiting, life.refused = life.refused, []
    for item in waiting:
        _confirm(life, *item)


def _only_candidate(life: Life, told: Confirmation) -> str:
    """Where a reversal names nothing: the one standing part of its quantity, if it is one."""
    found = [b for b in life.standing() if b.part.quantity == told.quantity.value]
    return found[0].told.header.reference if len(found) == 1 else ""


# cash on a contractual account --------------------------------------------------------------------


def _may_advance(life: Life) -> bool:
    """The settlement's own cash is no advance, and one movement has many witnesses."""
    return (
        life.obligation.contractual
        and life.obligation.payment == "APMT"
        and life.advance is None
        and not life.advance_returned
        and life.open > 0
    )


def advanced(life: Life, known: Fact, deed: Advanced) -> None:
    """The settlement date of a contractual account came."""
    if _may_advance(life):
        life.advance = Advance(known.key, None, deed.on)


def cash(life: Life, known: Fact, advice: CashAdvice) -> None:
    """Evidence everywhere; on a contractual account also the advance, or its return."""
    if not life.obligation.contractual:
        return
    usual = "DBIT" if life.obligation.direction == "RECE" else "CRDT"
    for entry in advice.entries:
        if entry.our_reference not in life.places or entry.status != "BOOK":
            continue
        back = entry.reversal or entry.direction != usual
        if back and life.advance is not None:
            life.advance, life.advance_returned = None, True
        elif not back and _may_advance(life):
            life.advance = Advance(known.key, entry.amount, entry.value_on)


# what only the whole set can say ------------------------------------------------------------------


def close(life: Life) -> None:
    """Check the parts together and raise what was left over."""
    for known, told in life.refused:
        if life.unsettled:
            words = f"{told.quantity.value} confirmed with {life.unsettled} open"
            life.tell("quantity_above_open", words, known)
        else:
            life.tell("already_settled", "confirmed again under a new reference", known)
    for reference, (known, _) in life.awaited.items():
        words = f"takes back confirmation {reference or 'without a reference'}, which is not known"
        life.tell("unknown_confirmation", words, known)
    if life.booked:
        _check_parts(life)
    _check_contradiction(life)


def _check_parts(life: Life) -> None:
    """Previous, this and remaining add up, and previous is what we know of (DOMAIN 2.7)."""
    whole = life.obligation.quantity.value
    standing = life.standing()
    sums = ZERO
    for booked in sorted(standing, key=_previous):
        told = booked.told
        previous = told.previous.value if told.previous is not None else sums
        if previous != sums:
            words = f"{previous} said to be settled before, {sums} known: ask for the missing part"
            life.tell("sequence_gap", words, booked.fact)
        remaining = told.remaining.value if told.remaining is not None else None
        if remaining is not None and previous + told.quantity.value + remaining != whole:
            words = f"{previous} + {told.quantity.value} + {remaining} is not {whole}"
            life.tell("parts_do_not_add_up", words, booked.fact)
        sums = previous + told.quantity.value
    terms = life.obligation
    for booked in standing:
        partial = booked.part.quantity < whole
        if partial and (not terms.partial_supported or terms.partial_wish == "NPAR"):
            words = "settled in part where no part was allowed"
            life.tell("partial_unexpected", words, booked.fact)


def _previous(booked: Booked) -> tuple[Decimal, int]:
    """The order the agent says; where it says none, the order of events."""
    told = booked.told
    return (told.previous.value if told.previous is not None else ZERO, booked.part.ordinal)


def _check_contradiction(life: Life) -> None:
    """A completed cancellation and a settlement: one of them is wrong, whichever came first."""
    if not life.settled:
        life.contradicted = False
        return
    if life.ended and not life.unsettled:
        life.contradicted = True
    if life.contradicted:
        about = life.standing()[-1].fact
        said = "cancelled" if life.cancellation is Cancellation.DONE else life.processing.value
        life.tell("contradiction", f"{said} and settled: the movement is booked", about)
