"""How facts move one instruction: the tables, and the fold over the set of facts (DOMAIN 2.2-2.9).

What an answer does is a row of EFFECTS; what a desk sees is the first row of CLOSED or DISPLAY that
holds. What confirmations and the network do besides is in confirmations.py and network.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas.answer import CashAdvice, Confirmation, NetworkAnswer, Reason, Standing, StatusAdvice
from schemas.fact import (
    AckOverdue,
    Advanced,
    Approved,
    CancelAsked,
    ChangeAsked,
    Fact,
    MarkedOverdue,
    Released,
    Taken,
    Withdrawn,
    canonical,
)
from schemas.obligation import Obligation
from schemas.reasons import is_known
from settlement import confirmations, reasons, waits
from settlement.condition import (
    Cancellation,
    Change,
    Condition,
    Flag,
    Matching,
    Network,
    Processing,
    Raised,
    Settlement,
    State,
)
from settlement.life import (
    ASKED,
    AXES,
    BACKFILLS,
    CANCELLATION,
    CHANGE,
    MATCHING,
    PROCESSING,
    SETTLEMENT,
    Life,
    Place,
    version,
)
from settlement.network import network

Happening = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """Where an answer moves the axes; `implies` only backfills what it takes for granted."""

    processing: Processing | None = None
    cancellation: Cancellation | None = None
    matching: Matching | None = None
    settlement: Settlement | None = None
    change: Change | None = None
    implies: tuple[tuple[str, Any], ...] = ()
    flag: Flag | None = None
    moves: tuple[tuple[str, Any], ...] = field(init=False)

    def __post_init__(self) -> None:
        named = tuple((axis, getattr(self, axis)) for axis in AXES if getattr(self, axis))
        object.__setattr__(self, "moves", named)

    def axes(self) -> frozenset[str]:
        """The axes this row may move."""
        return frozenset(axis for axis, _ in (*self.moves, *self.implies))


_ACCEPTED = ((PROCESSING, Processing.ACCEPTED),)
_MATCHED = (*_ACCEPTED, (MATCHING, Matching.MATCHED))
_CANCELLED = ((PROCESSING, Processing.CANCELLED),)

EFFECTS: dict[Happening, Effect] = {
    ("IPRC", "PACK"): Effect(Processing.ACCEPTED),
    ("IPRC", "PPRC"): Effect(Processing.PENDING_PROCESSING),
    ("IPRC", "REJT"): Effect(Processing.REJECTED),
    ("IPRC", "REPR"): Effect(Processing.IN_REPAIR),
    ("IPRC", "CAND"): Effect(Processing.CANCELLED),  # also unasked: the system's days are used up
    ("IPRC", "CANP"): Effect(cancellation=Cancellation.PENDING),
    ("IPRC", "DEND"): Effect(cancellation=Cancellation.DENIED),
    ("IPRC", "CPRC"): Effect(flag=Flag.COUNTERPARTY_ASKS_CANCEL),
    ("IPRC", "MODC"): Effect(Processing.ACCEPTED, flag=Flag.MODIFIED),
    ("CPRC", "PACK"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "PPRC"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "REPR"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "CANP"): Effect(
        cancellation=Cancellation.PENDING
    ),  # matched: waits for the other side
    ("CPRC", "CAND"): Effect(cancellation=Cancellation.DONE, implies=_CANCELLED),
    ("CPRC", "DEND"): Effect(cancellation=Cancellation.DENIED),
    ("CPRC", "REJT"): Effect(cancellation=Cancellation.REJECTED),
    ("MTCH", "MACH"): Effect(matching=Matching.MATCHED, implies=_ACCEPTED),
    ("MTCH", "NMAT"): Effect(matching=Matching.UNMATCHED),  # legal after MACH: the other side left
    ("INMH", "MACH"): Effect(matching=Matching.INFERRED_MATCHED),  # a guess, never over MTCH//MACH
    ("INMH", "NMAT"): Effect(matching=Matching.UNMATCHED),
    ("SETT", "PEND"): Effect(settlement=Settlement.PENDING, implies=_MATCHED),
    ("SETT", "PENF"): Effect(settlement=Settlement.FAILING, implies=_MATCHED),
    ("TPRC", "PACK"): Effect(change=Change.REQUESTED),
    ("TPRC", "PEND"): Effect(change=Change.REQUESTED),
    ("TPRC", "COMP"): Effect(change=Change.DONE),
    ("TPRC", "REJT"): Effect(change=Change.DENIED),
    ("TPRC", "DEND"): Effect(change=Change.DENIED),
}
# an answer that names our request's reference speaks of the request, whatever axis it uses
ABOUT_AXIS = {"cancellation": "CPRC", "condition": "TPRC"}
HOLDING = frozenset({"PREA", "BOTH"})
ALREADY_SETTLED = "DSET"

Predicate = Callable[[Life], bool]


def _all_settled(life: Life) -> bool:
    return life.settled > 0 and not life.unsettled


def _rest_closed(life: Life) -> bool:
    return life.settled > 0 and (life.ended or life.dead or not life.open)


# nothing is open: the first that holds
CLOSED: tuple[tuple[State, Predicate], ...] = (
    (State.SETTLED, _all_settled),
    (State.PART_SETTLED_REST_CANCELLED, _rest_closed),
    (State.CANCELLED, lambda x: x.processing is Processing.CANCELLED),
    (State.REJECTED, lambda x: x.processing is Processing.REJECTED),
    (State.REVERSED, lambda x: x.dead),
)
# of the open quantity: the first that holds
DISPLAY: tuple[tuple[State, Predicate], ...] = (
    (State.CANCEL_PENDING, lambda x: x.cancellation in ASKED),
    (State.REVERSED, lambda x: x.reversed_last),
    (State.FAILING, lambda x: x.settlement is Settlement.FAILING),
    (State.OVERDUE_UNCONFIRMED, lambda x: x.overdue),
    (State.ON_HOLD, lambda x: x.held and x.network is Network.SENT),
    (State.UNMATCHED, lambda x: x.matching is Matching.UNMATCHED),
    (State.PENDING, lambda x: x.settlement is Settlement.PENDING),
    (State.MATCHED, lambda x: x.matching is Matching.MATCHED),
    (State.INFERRED_MATCHED, lambda x: x.matching is Matching.INFERRED_MATCHED),
    (State.IN_REPAIR, lambda x: x.processing is Processing.IN_REPAIR),
    (State.ACCEPTED, lambda x: x.processing is not Processing.NONE),
    (State.NETWORK_NAK, lambda x: x.network in (Network.NAKED, Network.ABORTED)),
    (State.SENT, lambda x: x.network is Network.SENT),
    (State.RELEASED_TO_WIRE, lambda x: x.network is Network.RELEASED),
    (State.APPROVED, lambda x: x.network is Network.APPROVED),
    (State.DRAFT, lambda x: True),
)
SETTLEMENT_AXIS: tuple[tuple[Settlement, Predicate], ...] = (
    (Settlement.SETTLED, _all_settled),
    (Settlement.REVERSED, lambda x: x.reversed_last),
    (Settlement.FAILING, lambda x: x.settlement is Settlement.FAILING),
    (Settlement.PARTIALLY_SETTLED, lambda x: x.settled > 0),
    (Settlement.PENDING, lambda x: x.settlement is Settlement.PENDING),
    (Settlement.NONE, lambda x: True),
)
FLAGS: tuple[tuple[Flag, Predicate], ...] = (
    (Flag.HELD, lambda x: x.held),
    (Flag.CONTRADICTION, lambda x: x.contradicted),
    (Flag.PENDING_PROCESSING, lambda x: x.processing is Processing.PENDING_PROCESSING),
    (Flag.DOUBLE_SENT, lambda x: x.acks > 1 and x.attempts > 1),
    (Flag.NETWORK_ABORTED, lambda x: x.network is Network.ABORTED),
    (Flag.ACK_OVERDUE, lambda x: x.ack_late and x.network is Network.RELEASED),
    (Flag.OVERDUE, lambda x: x.overdue),
    (Flag.DEAL_DEAD, lambda x: x.dead),
    (Flag.UNINSTRUCTED, lambda x: x.ended and x.unsettled > 0 and not _trade_over(x)),
)


def _trade_over(life: Life) -> bool:
    """Whether what is not settled will not be: a trade outlives an instruction others ended."""
    return life.dead or life.ended_by_us


def fold(obligation: Obligation, facts: Iterable[Fact]) -> Condition:
    """The axes, open quantity and exceptions after these facts, in canonical order whatever order
    they came in."""
    life = Life(obligation)
    ordered, repeats, conflicts = distinct(facts)
    _place(life, ordered)
    for known in ordered:
        act = ACTS.get(type(known.content))
        if act is not None:
            act(life, known, known.content)
    _close(life)
    return _condition(life, repeats, conflicts)


def distinct(facts: Iterable[Fact]) -> tuple[list[Fact], int, tuple[Raised, ...]]:
    """Facts in canonical order, each once; two contents under one key both void (DOMAIN 2.5.2)."""
    once: dict[str, Fact] = {}
    repeats = 0
    rivals: dict[str, set[bytes]] = {}
    for known in sorted(facts, key=canonical):
        first = once.setdefault(known.key, known)
        if first is known:
            continue
        hashes = rivals.get(known.key, {first.content_hash})
        if known.content_hash in hashes:
            repeats += 1
        else:
            rivals[known.key] = hashes | {known.content_hash}
    for key in rivals:
        del once[key]
    conflicts = tuple(
        Raised("conflict", f"{len(hashes)} messages with one reference and different content", key)
        for key, hashes in sorted(rivals.items())
    )
    return list(once.values()), repeats, conflicts


def _place(life: Life, ordered: Sequence[Fact]) -> None:
    """Learn our own references first: an answer may carry an earlier time than our own deed."""
    for known in ordered:
        match known.content:
            case Released(number, reference):
                life.places[reference] = Place("instruction", number)
                if life.live is None or version(life.live) <= number:
                    life.live = known
            case CancelAsked(reference, number):
                life.places[reference] = Place("cancellation", number)
            case ChangeAsked(reference, wish):
                life.places[reference] = Place("condition", wish=wish)
            case Approved():
                life.network = Network.APPROVED
            case _:
                pass
    if life.live is not None:
        life.network = Network.RELEASED


# our own deeds ------------------------------------------------------------------------------------


def _taken(life: Life, known: Fact, deed: Taken) -> None:
    if not life.bygone(deed.reference):
        life.attempts = max(life.attempts, deed.attempt)


def _withdrawn(life: Life, known: Fact, deed: Withdrawn) -> None:
    if not life.before_live(known):
        life.withdrawn = known


def _cancel_asked(life: Life, known: Fact, deed: CancelAsked) -> None:
    if life.bygone(deed.reference):
        life.history += 1
        return
    answered = life.cancel_asks == 0 and life.cancellation is not Cancellation.NONE
    life.cancel_asks += 1
    if not answered and not life.ended:  # clocks differ: the answer may seem to come first
        life.set(CANCELLATION, Cancellation.REQUESTED, known)
        life.reasons.pop(CANCELLATION, None)


def _change_asked(life: Life, known: Fact, deed: ChangeAsked) -> None:
    if not life.before_live(known):
        life.set(CHANGE, Change.REQUESTED, known)


def _ack_overdue(life: Life, known: Fact, deed: AckOverdue) -> None:
    life.ack_late = life.ack_late or not life.bygone(deed.reference)


def _marked_overdue(life: Life, known: Fact, deed: MarkedOverdue) -> None:
    life.overdue = not life.before_live(known)


# statuses -----------------------------------------------------------------------------------------


def _status(life: Life, known: Fact, advice: StatusAdvice) -> None:
    if life.bygone(advice.related):
        life.history += 1
        return
    fault = confirmations.differs(life.obligation, advice.isin, advice.safekeeping_account)
    if fault is not None:
        life.tell(*fault, known)
        return
    place = life.places.get(advice.related)
    about = place.kind if place is not None and place.kind != "instruction" else advice.about
    life.heard = True
    for standing in advice.standings:
        axis = ABOUT_AXIS.get(about, standing.axis)
        effect = EFFECTS.get((axis, standing.code))
        if effect is None:
            life.tell("unknown_status", f"status {axis}//{standing.code} is not known", known)
        elif life.ended and _moves_on(life, effect):
            words = f"{axis}//{standing.code} after the instruction was {life.processing}"
            life.tell("illegal_status", words, known)
        else:
            _check_reasons(life, known, axis, standing)
            _apply(life, known, axis, effect, standing)
            if effect.change is Change.DONE:
                _changed(life, place.wish if place is not None else "")


def _moves_on(life: Life, effect: Effect) -> bool:
    """Whether a status would move an instruction out of its end; repeats of the end do not."""
    return any(
        getattr(life, axis) is not value and value is not Cancellation.DONE
        for axis, value in effect.moves
    )


def _check_reasons(life: Life, known: Fact, axis: str, standing: Standing) -> None:
    for reason in standing.reasons:
        if not is_known(axis, standing.code, reason.code):
            words = f"reason {reason.code} of {axis}//{standing.code} is not known"
            life.tell("unknown_reason", words, known)


def _apply(life: Life, known: Fact, axis: str, effect: Effect, standing: Standing) -> None:
    if axis == "INMH" and life.matching is Matching.MATCHED:
        return
    for moved, value in effect.moves:
        life.set(moved, value, known)
        life.reasons[moved] = standing.reasons
        if value is Processing.CANCELLED:
            life.cancel_rest()
    for implied, value in effect.implies:
        _imply(life, implied, value, known, standing)
    if effect.flag is not None:
        life.flags.add(effect.flag)
    if effect.settlement is not None:
        life.held = any(reason.code in HOLDING for reason in standing.reasons)
        life.overdue = False


def _imply(life: Life, axis: str, value: Any, known: Fact, standing: Standing) -> None:
    if value is Processing.CANCELLED:
        if not life.ended:
            life.set(axis, value, known)
            life.reasons[axis] = standing.reasons
            life.cancel_rest()
    elif axis == MATCHING and not _implies_match(life, standing):
        return
    elif getattr(life, axis) in BACKFILLS[axis]:
        life.set(axis, value, known)


def _implies_match(life: Life, standing: Standing) -> bool:
    """Only what matched can pend or fail, where the market matches and no reason says otherwise."""
    return life.obligation.matches_at_market and not any(
        reasons.means_unmatched(reason.code) for reason in standing.reasons
    )


def _changed(life: Life, wish: str) -> None:
    """Our hold or release is done; where no reference tells which, it is the other of what was."""
    life.held = wish == "hold" if wish else not life.held
    if not life.held:
        told = life.reasons.get(SETTLEMENT, ())
        life.reasons[SETTLEMENT] = tuple(r for r in told if r.code not in HOLDING)


ACTS: dict[type[Any], Callable[[Life, Fact, Any], None]] = {
    Taken: _taken,
    Withdrawn: _withdrawn,
    CancelAsked: _cancel_asked,
    ChangeAsked: _change_asked,
    AckOverdue: _ack_overdue,
    MarkedOverdue: _marked_overdue,
    Advanced: confirmations.advanced,
    NetworkAnswer: network,
    StatusAdvice: _status,
    Confirmation: confirmations.confirmation,
    CashAdvice: confirmations.cash,
}


# what only the whole set can say ------------------------------------------------------------------


def _close(life: Life) -> None:
    if life.heard:  # only what was delivered is answered
        life.network = Network.SENT
        life.reasons.pop("network", None)
    if life.withdrawn is not None:
        _withdraw(life, life.withdrawn)
    if life.processing is Processing.CANCELLED:
        _cancelled(life)
    elif life.processing is Processing.REJECTED and not life.ended_by_us and life.unsettled:
        words = "rejected by the servicer: the trade stands and nothing instructs it"
        life.raised.append(Raised("rejected", words, f"rejected {life.version}"))
    if _expects_confirmation(life):
        words = "the cancellation came too late: settled, they say, but not confirmed"
        life.raised.append(Raised("confirmation_expected", words, "confirmation_expected"))
    if life.ack_late and life.network is Network.RELEASED:
        life.raised.append(
            Raised("ack_overdue", "no network answer yet", f"ack_overdue {life.version}")
        )
    confirmations.close(life)


def _withdraw(life: Life, known: Fact) -> None:
    if life.ended:  # others ended the instruction, this ends its trade
        return
    if life.network is Network.SENT:
        life.withdrawn = None
        life.tell("withdrawn_too_late", "withdrawn, but it had left", known)
    else:
        life.set(PROCESSING, Processing.CANCELLED, known)
        life.cancel_rest()


def _cancelled(life: Life) -> None:
    """Our request is done with it, whichever of the two is spoken of; else somebody else did it."""
    if life.cancel_asks and life.cancellation in (Cancellation.NONE, *ASKED):
        life.cancellation = Cancellation.DONE
        life.times[CANCELLATION] = life.times[PROCESSING]
    elif not life.ended_by_us:
        words = "cancelled without our asking"
        life.raised.append(Raised("cancelled_unasked", words, f"cancelled_unasked {life.version}"))


def _expects_confirmation(life: Life) -> bool:
    return (
        life.cancellation is Cancellation.DENIED
        and life.open > 0
        and any(r.code == ALREADY_SETTLED for r in life.reasons.get(CANCELLATION, ()))
    )


def _condition(life: Life, repeats: int, conflicts: tuple[Raised, ...]) -> Condition:
    closed = next((state for state, holds in CLOSED if holds(life)), None)
    state = closed or next(state for state, holds in DISPLAY if holds(life))
    told: tuple[Reason, ...] = waits.ranked(life, state)
    flags = (*(flag for flag, holds in FLAGS if holds(life)), *sorted(life.flags))
    waiting = waits.UNINSTRUCTED
    if Flag.UNINSTRUCTED not in flags:
        asked = closed is None and Flag.COUNTERPARTY_ASKS_CANCEL in flags
        waiting = waits.waits_for(life, state, told, closed is not None, asked)
    return Condition(
        state=state,
        processing=life.processing,
        cancellation=life.cancellation,
        matching=life.matching,
        settlement=next(value for value, holds in SETTLEMENT_AXIS if holds(life)),
        change=life.change,
        network=life.network,
        version=life.version,
        reference=_reference(life),
        open_quantity=Decimal(0) if closed else life.open,
        settled_quantity=life.settled,
        badge=_badge(life),
        flags=flags,
        parts=tuple(booked.part for booked in life.booked),
        trade_over=life.unsettled > 0 and _trade_over(life),
        advance=life.advance,
        reasons=told,
        waiting=waiting,
        exceptions=conflicts + tuple(life.raised),
        times=tuple(sorted(life.times.items())),
        repeats=repeats,
        history=life.history,
    )


def _reference(life: Life) -> str | None:
    return life.live.content.reference if life.live is not None else None  # type: ignore[union-attr]


def _badge(life: Life) -> str:
    """The closed part in words, while there is one beside the open."""
    if not life.settled or not life.open:
        return ""
    return f"{life.settled:,f} of {life.obligation.quantity.value:,f} settled"
