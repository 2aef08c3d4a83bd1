"""How facts move one instruction: the tables, and the fold over the set of its facts (DOMAIN 2.2-2.9).

What an answer does is a row of EFFECTS; what a desk sees is the first row of CLOSED or DISPLAY that
holds. The rest of this file is what does not fit a table: versions, parts, reversals, the race.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schemas import fact as facts_of
from schemas.answer import (
    CashAdvice,
    Confirmation,
    NetworkAnswer,
    Reason,
    Standing,
    StatusAdvice,
)
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
)
from schemas.money import Money
from schemas.obligation import Advance, Obligation, Part
from settlement import reasons, waits
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

ZERO = Decimal(0)
PROCESSING, CANCELLATION, MATCHING, SETTLEMENT, CHANGE = (
    "processing",
    "cancellation",
    "matching",
    "settlement",
    "change",
)
AXES = (PROCESSING, CANCELLATION, MATCHING, SETTLEMENT, CHANGE)
Happening = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """Where an answer moves the axes; `implies` only backfills what the answer takes for granted."""

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

EFFECTS: dict[Happening, Effect] = {
    ("IPRC", "PACK"): Effect(Processing.ACCEPTED),
    ("IPRC", "PPRC"): Effect(Processing.PENDING_PROCESSING),
    ("IPRC", "REJT"): Effect(Processing.REJECTED),
    ("IPRC", "REPR"): Effect(Processing.IN_REPAIR),
    ("IPRC", "CAND"): Effect(Processing.CANCELLED),  # unasked: by the system, days used up
    ("IPRC", "CANP"): Effect(cancellation=Cancellation.PENDING),
    ("IPRC", "DEND"): Effect(cancellation=Cancellation.DENIED),
    ("IPRC", "CPRC"): Effect(flag=Flag.COUNTERPARTY_ASKS_CANCEL),
    ("IPRC", "MODC"): Effect(Processing.ACCEPTED, flag=Flag.MODIFIED),
    ("CPRC", "PACK"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "PPRC"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "REPR"): Effect(cancellation=Cancellation.REQUESTED),
    ("CPRC", "CANP"): Effect(cancellation=Cancellation.PENDING),  # matched: waits for the other side
    ("CPRC", "CAND"): Effect(
        cancellation=Cancellation.DONE, implies=((PROCESSING, Processing.CANCELLED),)
    ),
    ("CPRC", "DEND"): Effect(cancellation=Cancellation.DENIED),
    ("CPRC", "REJT"): Effect(cancellation=Cancellation.REJECTED),
    ("MTCH", "MACH"): Effect(matching=Matching.MATCHED, implies=_ACCEPTED),
    ("MTCH", "NMAT"): Effect(matching=Matching.UNMATCHED),  # legal after MACH: the other side left
    ("INMH", "MACH"): Effect(matching=Matching.INFERRED_MATCHED),  # a guess: never over MTCH//MACH
    ("INMH", "NMAT"): Effect(matching=Matching.UNMATCHED),
    ("SETT", "PEND"): Effect(settlement=Settlement.PENDING, implies=_MATCHED),
    ("SETT", "PENF"): Effect(settlement=Settlement.FAILING, implies=_MATCHED),
    ("TPRC", "PACK"): Effect(change=Change.REQUESTED),
    ("TPRC", "PEND"): Effect(change=Change.REQUESTED),
    ("TPRC", "COMP"): Effect(change=Change.DONE),
    ("TPRC", "REJT"): Effect(change=Change.DENIED),
    ("TPRC", "DEND"): Effect(change=Change.DENIED),
}
# the values an implied one may replace: nothing said, or less; never a no
BACKFILLS: dict[str, frozenset[str]] = {
    PROCESSING: frozenset(
        {Processing.NONE, Processing.PENDING_PROCESSING, Processing.IN_REPAIR}
    ),
    MATCHING: frozenset({Matching.UNKNOWN, Matching.INFERRED_MATCHED}),
}
CONFIRMED = Effect(implies=_MATCHED)  # and the settled quantity; it matched, whatever was said
# an answer that names our request's reference speaks of the request, whatever axis it uses
ABOUT_AXIS = {"cancellation": "CPRC", "condition": "TPRC"}
ENDED = frozenset({Processing.CANCELLED, Processing.REJECTED})
HOLDING = frozenset({"PREA", "BOTH"})
ASKED = frozenset({Cancellation.REQUESTED, Cancellation.PENDING})


class Life:
    """The axes and quantities while facts are folded in; a plain place to write to."""

    __slots__ = (
        "acks",
        "advance",
        "advance_returned",
        "approved",
        "attempts",
        "awaited",
        "ack_late",
        "cancel_asks",
        "cancellation",
        "change",
        "changes",
        "contradicted",
        "dead",
        "flags",
        "heard",
        "held",
        "history",
        "live",
        "matching",
        "network",
        "obligation",
        "overdue",
        "parts",
        "places",
        "processing",
        "raised",
        "reasons",
        "refused",
        "reversed_last",
        "settled",
        "settlement",
        "times",
        "undone",
        "withdrawn",
    )

    def __init__(self, obligation: Obligation) -> None:
        self.obligation = obligation
        self.processing = Processing.NONE
        self.cancellation = Cancellation.NONE
        self.matching = Matching.UNKNOWN
        self.settlement = Settlement.NONE  # of the open quantity, as the servicer says it
        self.change = Change.NONE
        self.network = Network.DRAFT
        self.live: Fact | None = None
        self.places: dict[str, _Place] = {}
        self.heard = False  # the servicer knows the live version
        self.acks = 0
        self.attempts = 0
        self.held = obligation.hold
        self.overdue = False
        self.ack_late: Fact | None = None
        self.withdrawn: Fact | None = None
        self.dead = False
        self.contradicted = False
        self.cancel_asks = 0
        self.settled = ZERO
        self.reversed_last = False
        self.parts: list[Part] = []
        self.undone: dict[str, tuple[Fact, Confirmation]] = {}
        self.awaited: dict[str, tuple[Fact, Confirmation]] = {}
        self.refused: list[tuple[Fact, Confirmation]] = []
        self.advance: Advance | None = None
        self.advance_returned = False
        self.flags: set[Flag] = set()
        self.reasons: dict[str, tuple[Reason, ...]] = {}
        self.times: dict[str, datetime] = {}
        self.raised: list[Raised] = []
        self.history = 0

    @property
    def open(self) -> Decimal:
        return self.obligation.quantity.value - self.settled

    @property
    def ended(self) -> bool:
        return self.processing in ENDED

    def tell(self, code: str, text: str, fact: Fact) -> None:
        self.raised.append(Raised(code, text, fact.key))


Predicate = Callable[[Life], bool]


def _nothing_open(life: Life) -> bool:
    return life.settled > 0 and not life.open


def _waiting_to_settle(life: Life) -> bool:
    return life.settlement is Settlement.PENDING


# nothing is open: the first that holds
CLOSED: tuple[tuple[State, Predicate], ...] = (
    (State.SETTLED, _nothing_open),
    (State.PART_SETTLED_REST_CANCELLED, lambda x: x.settled > 0 and (x.ended or x.dead)),
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
    (State.PENDING, _waiting_to_settle),
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
    (Settlement.SETTLED, _nothing_open),
    (Settlement.REVERSED, lambda x: x.reversed_last),
    (Settlement.FAILING, lambda x: x.settlement is Settlement.FAILING),
    (Settlement.PARTIALLY_SETTLED, lambda x: x.settled > 0),
    (Settlement.PENDING, _waiting_to_settle),
    (Settlement.NONE, lambda x: True),
)
FLAGS: tuple[tuple[Flag, Predicate], ...] = (
    (Flag.CONTRADICTION, lambda x: x.contradicted),
    (Flag.HELD, lambda x: x.held),
    (Flag.OVERDUE, lambda x: x.overdue),
    (Flag.PENDING_PROCESSING, lambda x: x.processing is Processing.PENDING_PROCESSING),
    (Flag.NETWORK_ABORTED, lambda x: x.network is Network.ABORTED),
    (Flag.DOUBLE_SENT, lambda x: x.acks > 1 and x.attempts > 1),
    (Flag.ACK_OVERDUE, lambda x: x.ack_late is not None and x.network is Network.RELEASED),
    (Flag.DEAL_DEAD, lambda x: x.dead),
)


def fold(obligation: Obligation, facts: Iterable[Fact]) -> Condition:
    """The axes, open quantity and exceptions after these facts, in canonical order whatever order
    they came in."""
    life = Life(obligation)
    ordered, repeats = _distinct(life, facts)
    _place(life, ordered)
    for known in ordered:
        act = _ACTS.get(type(known.content))
        if act is not None:
            act(life, known, known.content)
    _close(life)
    return _condition(life, repeats)


def _distinct(life: Life, facts: Iterable[Fact]) -> tuple[list[Fact], int]:
    """Facts in canonical order, each once; two contents under one key are both set aside."""
    once: dict[str, Fact] = {}
    repeats = 0
    conflicts: dict[str, list[Fact]] = {}
    for known in sorted(facts, key=facts_of.canonical):
        first = once.setdefault(known.key, known)
        if first is known:
            continue
        rivals = conflicts.get(known.key, (first,))
        if any(r.content_hash == known.content_hash for r in rivals):
            repeats += 1
        else:
            conflicts[known.key] = [*rivals, known]
    for key, rivals in conflicts.items():
        del once[key]
        life.tell("conflict", f"{len(rivals)} messages under one reference differ", rivals[0])
        life.history += len(rivals)
    return list(once.values()), repeats


@dataclass(frozen=True, slots=True)
class _Place:
    """What a reference of ours stands for, and of which version."""

    kind: str  # instruction, cancellation, condition
    version: int
    released_at: datetime
    wish: str = ""


def _place(life: Life, ordered: Sequence[Fact]) -> None:
    """Learn our own references first: an answer may carry an earlier time than our own deed."""
    for known in ordered:
        match known.content:
            case Released(version, reference):
                earlier = life.places.get(reference)
                if earlier is None or earlier.version < version:
                    life.places[reference] = _Place("instruction", version, known.at)
                if life.live is None or _version(life.live) < version:
                    life.live = known
            case CancelAsked(reference, version):
                life.places[reference] = _Place("cancellation", version, known.at)
            case ChangeAsked(reference, wish):
                life.places[reference] = _Place("condition", 0, known.at, wish)
            case Approved():
                life.network = Network.APPROVED
    if life.live is not None:
        life.network = Network.RELEASED


def _version(released: Fact) -> int:
    assert isinstance(released.content, Released)
    return released.content.version


def _bygone(life: Life, place: _Place | None) -> bool:
    """Whether a reference belongs to a version that a later one replaced."""
    return (
        place is not None
        and place.kind != "condition"
        and life.live is not None
        and place.version < _version(life.live)
    )


def _ours_is_bygone(life: Life, known: Fact) -> bool:
    return life.live is not None and known.at < life.live.at


# our own deeds ------------------------------------------------------------------------------------


def _taken(life: Life, known: Fact, deed: Taken) -> None:
    if not _bygone(life, life.places.get(deed.reference)):
        life.attempts = max(life.attempts, deed.attempt)


def _withdrawn(life: Life, known: Fact, deed: Withdrawn) -> None:
    if not _ours_is_bygone(life, known):
        life.withdrawn = known


def _cancel_asked(life: Life, known: Fact, deed: CancelAsked) -> None:
    if _bygone(life, life.places[deed.reference]):
        life.history += 1
        return
    answered_early = life.cancel_asks == 0 and life.cancellation is not Cancellation.NONE
    life.cancel_asks += 1
    if life.ended or answered_early or life.cancellation is Cancellation.DONE:
        return  # clocks differ: the answer is there already
    _set(life, CANCELLATION, Cancellation.REQUESTED, known)
    life.reasons.pop(CANCELLATION, None)


def _change_asked(life: Life, known: Fact, deed: ChangeAsked) -> None:
    if life.change in (Change.NONE, Change.DONE, Change.DENIED) and not _ours_is_bygone(life, known):
        _set(life, CHANGE, Change.REQUESTED, known)


def _ack_overdue(life: Life, known: Fact, deed: AckOverdue) -> None:
    if not _bygone(life, life.places.get(deed.reference)):
        life.ack_late = known


def _marked_overdue(life: Life, known: Fact, deed: MarkedOverdue) -> None:
    life.overdue = not _ours_is_bygone(life, known)


def _advanced(life: Life, known: Fact, deed: Advanced) -> None:
    if _may_advance(life):
        life.advance = Advance(known.key, None, deed.on)


# the network --------------------------------------------------------------------------------------


def _network(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    reference = answer.mur or answer.header.reference
    place = life.places.get(reference)
    if _bygone(life, place) or _answers_an_earlier_use(life, known, place):
        life.history += 1
        return
    kind = place.kind if place is not None else "instruction"
    if kind != "instruction":
        _network_on_request(life, known, answer, kind)
        return
    _NETWORK[answer.verdict](life, known, answer)


def _answers_an_earlier_use(life: Life, known: Fact, place: _Place | None) -> bool:
    """After a NAK the same reference may be used again: what was said before is about the first."""
    return (
        place is not None
        and place.kind == "instruction"
        and place.version > 1
        and known.at < place.released_at
    )


def _network_on_request(life: Life, known: Fact, answer: NetworkAnswer, kind: str) -> None:
    if answer.verdict not in ("nak", "aborted"):
        return
    why = _rule(answer)
    if kind == "condition":
        _set(life, CHANGE, Change.DENIED, known)
        life.tell("change_refused_by_network", f"hold or release never left: {why.code}", known)
    elif life.cancellation is not Cancellation.DONE:
        _set(life, CANCELLATION, Cancellation.REJECTED, known)
        life.reasons[CANCELLATION] = (why,)
        life.tell("cancel_refused_by_network", f"the cancellation never left: {why.code}", known)


def _acked(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.acks += 1
    life.network = Network.SENT
    life.reasons.pop("network", None)
    if life.acks > 1 and life.attempts > 1:
        life.tell("double_sent", "two attempts were both acknowledged", known)


def _naked(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    if life.acks:
        life.tell("nak_after_ack", "a NAK came for what was acknowledged before", known)
        return
    life.network = Network.NAKED
    life.reasons["network"] = (_rule(answer),)


def _aborted(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.network = Network.ABORTED
    life.reasons["network"] = (_rule(answer),)
    life.tell("network_aborted", "refused by the network after its acknowledgement", known)


def _delivered(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.network = Network.SENT
    life.flags.add(Flag.DELIVERED)


def _undelivered(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.tell("undelivered", "the network could not deliver it yet", known)


_NETWORK: dict[str, Callable[[Life, Fact, NetworkAnswer], None]] = {
    "ack": _acked,
    "nak": _naked,
    "aborted": _aborted,
    "delivered": _delivered,
    "undelivered": _undelivered,
}


def _rule(answer: NetworkAnswer) -> Reason:
    line = f" line {answer.line}" if answer.line is not None else ""
    return Reason(answer.rule or "NORE", f"{answer.text or ''}{line}".strip() or None)


# statuses -----------------------------------------------------------------------------------------


def _status(life: Life, known: Fact, advice: StatusAdvice) -> None:
    place = life.places.get(advice.related)
    if _bygone(life, place):
        life.history += 1
        return
    fault = _differs(life.obligation, advice.isin, advice.safekeeping_account)
    if fault is not None:
        life.tell(*fault, known)
        return
    life.heard = True
    about = place.kind if place is not None and place.kind != "instruction" else advice.about
    wish = place.wish if place is not None else ""
    for standing in advice.standings:
        _stand(life, known, standing, ABOUT_AXIS.get(about, standing.axis), wish)


def _stand(life: Life, known: Fact, standing: Standing, axis: str, wish: str) -> None:
    effect = EFFECTS.get((axis, standing.code))
    if effect is None:
        life.tell("unknown_status", f"status {axis}//{standing.code} is not known", known)
        return
    for reason in standing.reasons:
        if not reasons.is_known(axis, standing.code, reason.code):
            words = f"reason {reason.code} of {axis}//{standing.code} is not known"
            life.tell("unknown_reason", words, known)
    if life.ended and _moves_on(life, effect):
        words = f"{axis}//{standing.code} after the instruction was {life.processing}"
        life.tell("illegal_status", words, known)
        return
    _apply(life, known, effect, standing)
    if axis == "TPRC":
        _changed(life, effect, wish)


def _moves_on(life: Life, effect: Effect) -> bool:
    """Whether a status would move an instruction out of its end; repeats of the end do not."""
    return any(
        getattr(life, axis) != value and value is not Cancellation.DONE
        for axis, value in effect.moves
    )


def _apply(life: Life, known: Fact, effect: Effect, standing: Standing) -> None:
    if standing.axis == "INMH" and life.matching is Matching.MATCHED:
        return
    for axis, value in effect.moves:
        _set(life, axis, value, known)
        life.reasons[axis] = standing.reasons
    for axis, value in effect.implies:
        _imply(life, axis, value, known, standing)
    if effect.flag is not None:
        life.flags.add(effect.flag)
    if effect.settlement is not None:
        life.held = any(reason.code in HOLDING for reason in standing.reasons)
        life.overdue = False
    if effect.processing is Processing.CANCELLED:
        _cancelled(life, known)


def _set(life: Life, axis: str, value: Any, known: Fact) -> None:
    setattr(life, axis, value)
    life.times[axis] = known.at


def _imply(life: Life, axis: str, value: Any, known: Fact, standing: Standing) -> None:
    if value is Processing.CANCELLED:
        if life.processing is not Processing.REJECTED:
            life.reasons[axis] = standing.reasons
            _set(life, axis, value, known)
    elif axis == MATCHING and not _implies_match(life, standing):
        return
    elif getattr(life, axis) in BACKFILLS[axis]:
        _set(life, axis, value, known)


def _implies_match(life: Life, standing: Standing) -> bool:
    """Only what matched can pend or fail, where the market matches and no reason says otherwise."""
    return life.obligation.matches_at_market and not any(
        reasons.means_unmatched(reason.code) for reason in standing.reasons
    )


def _cancelled(life: Life, known: Fact) -> None:
    if life.cancel_asks or life.cancellation in ASKED:
        _set(life, CANCELLATION, Cancellation.DONE, known)


def _changed(life: Life, effect: Effect, wish: str) -> None:
    if effect.change is not Change.DONE:
        return
    life.held = wish == "hold" if wish else not life.held
    if not life.held:
        told = life.reasons.get(SETTLEMENT, ())
        life.reasons[SETTLEMENT] = tuple(r for r in told if r.code not in HOLDING)


# confirmations ------------------------------------------------------------------------------------


def _confirmation(life: Life, known: Fact, told: Confirmation) -> None:
    if told.pre_confirmation:
        life.flags.add(Flag.PRE_CONFIRMED)
    elif told.header.function in ("CANC", "RVSL"):
        _take_back(life, known, told)
    elif not _seen_before(life, told):
        _confirm(life, known, told)


def _seen_before(life: Life, told: Confirmation) -> bool:
    """A possible duplicate under a new reference, known by its content (DOMAIN 2.5.3)."""
    if not told.header.possible_duplicate:
        return False
    seen = any(
        _content(other) == _content(told)
        for other in (*(c for _, c in life.undone.values()), *(c for _, c in life.refused))
    )
    life.history += seen
    return seen


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
    fault = _fault(life, told)
    if fault is not None:
        life.tell(*fault, known)
        return
    if told.quantity.value > life.open:
        life.refused.append((known, told))
        return
    reference = told.header.reference
    if life.ended:
        life.contradicted = True
    if _bygone(life, life.places.get(told.related)):
        life.contradicted = True
        life.tell("superseded_settled", "a replaced version was settled after all", known)
    life.heard = True
    life.settled += told.quantity.value
    life.reversed_last = life.overdue = False
    life.undone[reference] = (known, told)
    life.parts.append(
        Part(known.key, len(life.parts) + 1, told.quantity.value, told.amount, told.effective_on)
    )
    for axis, value in CONFIRMED.implies:
        if axis == MATCHING or getattr(life, axis) in BACKFILLS[axis]:
            _set(life, axis, value, known)
    life.times[SETTLEMENT] = known.at
    if reference in life.awaited:
        _take_back(life, *life.awaited.pop(reference))


def _fault(life: Life, told: Confirmation) -> tuple[str, str] | None:
    """Why a confirmation does not confirm what we instructed."""
    terms = life.obligation
    if told.direction != terms.direction:
        return "direction_differs", f"confirmed {told.direction}, instructed {terms.direction}"
    if told.payment != terms.payment:
        return "payment_differs", f"confirmed {told.payment}, instructed {terms.payment}"
    if told.quantity.type != terms.quantity.type:
        return "quantity_type_differs", f"confirmed in {told.quantity.type}"
    if told.quantity.value <= 0:
        return "quantity_not_positive", f"confirmed {told.quantity.value}"
    differs = _differs(terms, told.isin, told.safekeeping_account)
    return differs or (_amount_fault(life, told) if terms.payment == "APMT" else None)


def _differs(terms: Obligation, isin: str | None, account: str | None) -> tuple[str, str] | None:
    if isin is not None and isin != terms.isin:
        return "isin_differs", f"{isin} said, {terms.isin} instructed"
    ours = terms.safekeeping_account
    if account is not None and ours is not None and account != ours:
        return "account_differs", f"account {account} said, {ours} instructed"
    return None


def _amount_fault(life: Life, told: Confirmation) -> tuple[str, str] | None:
    """A delivery is paid to the cent, a receipt within the market's tolerance; parts pro rata."""
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
    terms = life.obligation
    whole, part = terms.quantity.value, told.quantity.value
    slack = ZERO
    if terms.tolerance is not None and terms.direction == "RECE":
        slack = terms.tolerance.of(due.amount)
    if part == life.open:  # the last takes the rest
        paid = sum((p.amount.amount for p in life.parts if p.amount and not p.reversed), ZERO)
        complete = all(p.amount is not None for p in life.parts if not p.reversed)
        if complete:
            return due.amount - paid, slack
    unit = Decimal(1).scaleb(-terms.digits)
    return (due.amount * part / whole).quantize(unit), slack + unit


def _take_back(life: Life, known: Fact, told: Confirmation) -> None:
    """A confirmation withdrawn or reversed: its part is open again unless the deal is dead."""
    reference = told.undoes or _only_candidate(life, told)
    refused = [item for item in life.refused if item[1].header.reference == reference]
    if refused:
        life.refused.remove(refused[0])
        life.history += 2
        return
    undone = life.undone.get(reference)
    if undone is None:
        life.awaited[reference] = (known, told)
        return
    place = next(
        (n for n, p in enumerate(life.parts) if p.key == undone[0].key and not p.reversed), None
    )
    if place is None:
        life.tell("reversed_twice", f"confirmation {reference} was taken back before", known)
        return
    part = life.parts[place]
    if told.quantity.value != part.quantity:
        words = f"{told.quantity.value} taken back of a part of {part.quantity}"
        life.tell("reversal_differs", words, known)
    life.parts[place] = Part(
        part.key, part.ordinal, part.quantity, part.amount, part.effective_on, True,
        told.effective_on,
    )  # fmt: skip
    life.settled -= part.quantity
    life.settlement = Settlement.NONE
    life.reasons.pop(SETTLEMENT, None)
    life.reversed_last = True
    life.dead = life.dead or told.deal_dead
    life.times[SETTLEMENT] = known.at
    waiting, life.refused = life.refused, []
    for item in waiting:
        _confirm(life, *item)


def _only_candidate(life: Life, told: Confirmation) -> str:
    """Where a reversal names nothing: the one standing part of its quantity, if it is one."""
    standing = {p.key for p in life.parts if not p.reversed and p.quantity == told.quantity.value}
    found = [ref for ref, (fact, _) in life.undone.items() if fact.key in standing]
    return found[0] if len(found) == 1 else ""


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


def _cash(life: Life, known: Fact, advice: CashAdvice) -> None:
    out = life.obligation.direction == "RECE"
    for entry in advice.entries:
        if entry.our_reference not in life.places or entry.status != "BOOK":
            continue
        ours = (entry.direction == "DBIT") == (out != entry.reversal)
        if not ours or not life.obligation.contractual:
            continue
        if entry.reversal and life.advance is not None:
            life.advance, life.advance_returned = None, True
        elif not entry.reversal and _may_advance(life):
            life.advance = Advance(known.key, entry.amount, entry.value_on)


_ACTS: dict[type, Callable[[Life, Fact, Any], None]] = {
    Taken: _taken,
    Withdrawn: _withdrawn,
    CancelAsked: _cancel_asked,
    ChangeAsked: _change_asked,
    AckOverdue: _ack_overdue,
    MarkedOverdue: _marked_overdue,
    Advanced: _advanced,
    NetworkAnswer: _network,
    StatusAdvice: _status,
    Confirmation: _confirmation,
    CashAdvice: _cash,
}


# the end ------------------------------------------------------------------------------------------


def _close(life: Life) -> None:
    """What only the whole set can say."""
    if life.heard:
        life.network = Network.SENT
    if life.withdrawn is not None:
        _withdraw(life, life.withdrawn)
    for known, told in life.refused:
        if life.open:
            words = f"{told.quantity.value} confirmed with {life.open} open"
            life.tell("quantity_above_open", words, known)
        else:
            life.tell("already_settled", "confirmed again under a new reference", known)
    for reference, (known, _) in life.awaited.items():
        words = f"takes back confirmation {reference or 'without a reference'}, which is not known"
        life.tell("unknown_confirmation", words, known)
    if life.ended and _nothing_open(life):
        life.contradicted = True
    if not life.settled:
        life.contradicted = False
    _check_parts(life)
    _check_end(life)


def _withdraw(life: Life, known: Fact) -> None:
    if life.network is Network.SENT:
        life.tell("withdrawn_too_late", "withdrawn, but it had left", known)
    else:
        _set(life, PROCESSING, Processing.CANCELLED, known)


def _check_parts(life: Life) -> None:
    """Previous, this and remaining add up, and previous is what we know of (DOMAIN 2.7)."""
    terms = life.obligation
    standing = [life.undone_of(p) for p in life.parts if not p.reversed] if False else [
        told
        for known, told in life.undone.values()
        if any(p.key == known.key and not p.reversed for p in life.parts)
    ]
    del terms, standing


def _check_end(life: Life) -> None:
    return None


def _condition(life: Life, repeats: int) -> Condition:
    raise NotImplementedError
