"""How facts move one payment (DOMAIN 3.3): statuses show, only an advice says that cash moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from schemas.answer import CashAdvice, CashEntry, NetworkAnswer, PaymentStatus, Reason
from schemas.fact import (
    AckOverdue,
    Approved,
    CancelAsked,
    Fact,
    FateDecided,
    FateUnknown,
    Released,
    Taken,
    Withdrawn,
)
from schemas.money import Money
from schemas.obligation import Transfer
from settlement.condition import NOTHING, Cancellation, Flag, Raised, WaitsFor
from settlement.lifecycle import distinct
from settlement.network import LOST, rule


class PaymentState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"
    FATE_UNKNOWN = "fate_unknown"
    NETWORK_ACKED = "network_acked"
    NETWORK_NAK = "network_nak"
    IN_PROGRESS = "in_progress"
    CANCEL_REQUESTED = "cancel_requested"
    CREDITED = "credited"
    DEBITED = "debited"
    SETTLED = "settled"
    RETURNED = "returned"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Sent(StrEnum):
    """How far our message got."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"
    FATE_UNKNOWN = "fate_unknown"
    ACKED = "acked"
    NAKED = "naked"


class Progress(StrEnum):
    """What the banks say of it; never truth about cash."""

    NONE = "none"
    IN_PROGRESS = "in_progress"
    SETTLED = "settled"
    CREDITED = "credited"
    REJECTED = "rejected"


class NotHere(StrEnum):
    """The value of an axis that payments do not have."""

    NONE = "none"


ASKED = frozenset({Cancellation.REQUESTED, Cancellation.PENDING})
# pacs.002 and tracker codes
STATUSES: dict[str, Progress] = {
    "ACTC": Progress.IN_PROGRESS,
    "ACSP": Progress.IN_PROGRESS,
    "ACWC": Progress.IN_PROGRESS,
    "ACWP": Progress.IN_PROGRESS,
    "PDNG": Progress.IN_PROGRESS,
    "RCVD": Progress.IN_PROGRESS,
    "ACSC": Progress.SETTLED,
    "ACCC": Progress.CREDITED,
    "RJCT": Progress.REJECTED,
}
# a status of less never lowers one of more: banks along the way speak late and of earlier things
LEVELS = {
    Progress.NONE: 0,
    Progress.IN_PROGRESS: 1,
    Progress.SETTLED: 2,
    Progress.CREDITED: 3,
    Progress.REJECTED: 4,
}
FINAL = frozenset(
    {
        PaymentState.DEBITED,
        PaymentState.RETURNED,
        PaymentState.REJECTED,
        PaymentState.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class CashMove:
    """Cash that moved for a payment, from our account or back to it."""

    key: str  # of the advice and its entry: posted once under this
    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class PaymentCondition:
    """All that the facts say of a payment; equal sets of facts give equal conditions."""

    state: PaymentState
    processing: Progress
    cancellation: Cancellation
    network: Sent
    version: int
    reference: str | None
    debits: tuple[CashMove, ...]
    returns: tuple[CashMove, ...]
    dropped: bool  # it will not move cash: what was set aside for it is free again
    flags: tuple[Flag, ...]
    reasons: tuple[Reason, ...]
    waiting: WaitsFor
    exceptions: tuple[Raised, ...]
    times: tuple[tuple[str, datetime], ...]
    history: int
    repeats: int = field(compare=False)
    # the axes and quantities of securities, for whoever shows both kinds
    matching: NotHere = NotHere.NONE
    settlement: NotHere = NotHere.NONE
    change: NotHere = NotHere.NONE
    open_quantity: Decimal = Decimal(0)
    settled_quantity: Decimal = Decimal(0)

    @property
    def closed(self) -> bool:
        """Whether nothing more is expected."""
        return self.state in FINAL


class _Course:
    """One payment while its facts are folded in."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        self.names = set(transfer.references)
        if transfer.uetr is not None:
            self.names.add(transfer.uetr)
        self.sent = Sent.DRAFT
        self.version = 0
        self.reference: str | None = None
        self.bygone: set[str] = set()
        self.cancels: dict[str, int] = {}
        self.progress = Progress.NONE
        self.cancellation = Cancellation.NONE
        self.withdrawn = False
        self.overdue = False
        self.acks = 0
        self.attempts = 0
        self.heard = False
        self.debits: dict[str, CashMove] = {}
        self.returns: dict[str, CashMove] = {}
        self.reasons: tuple[Reason, ...] = ()
        self.raised: list[Raised] = []
        self.times: dict[str, datetime] = {}
        self.history = 0

    def tell(self, code: str, text: str, known: Fact) -> None:
        self.raised.append(Raised(code, text, known.key))


Predicate = Callable[[_Course], bool]
# the first that holds; the cash truth of an advice stands above what statuses say
DISPLAY: tuple[tuple[PaymentState, Predicate], ...] = (
    (PaymentState.RETURNED, lambda x: bool(x.returns)),
    (PaymentState.REJECTED, lambda x: x.progress is Progress.REJECTED and not x.debits),
    (
        PaymentState.CANCELLED,
        lambda x: (x.cancellation is Cancellation.DONE or x.withdrawn) and not x.debits,
    ),
    (PaymentState.CANCEL_REQUESTED, lambda x: x.cancellation in ASKED),
    (PaymentState.DEBITED, lambda x: bool(x.debits)),
    (PaymentState.CREDITED, lambda x: x.progress is Progress.CREDITED),
    (PaymentState.SETTLED, lambda x: x.progress is Progress.SETTLED),
    (PaymentState.IN_PROGRESS, lambda x: x.progress is Progress.IN_PROGRESS),
    (PaymentState.NETWORK_ACKED, lambda x: x.sent is Sent.ACKED),
    (PaymentState.NETWORK_NAK, lambda x: x.sent is Sent.NAKED),
    (PaymentState.FATE_UNKNOWN, lambda x: x.sent is Sent.FATE_UNKNOWN),
    (PaymentState.RELEASED, lambda x: x.sent is Sent.RELEASED),
    (PaymentState.APPROVED, lambda x: x.sent is Sent.APPROVED),
    (PaymentState.DRAFT, lambda x: True),
)
WAITS: dict[PaymentState, WaitsFor] = {
    PaymentState.DRAFT: WaitsFor("approval", "us"),
    PaymentState.APPROVED: WaitsFor("release", "us"),
    PaymentState.RELEASED: WaitsFor("acknowledgement", "network"),
    PaymentState.FATE_UNKNOWN: WaitsFor("a status, or a decision whether it left", "us"),
    PaymentState.NETWORK_ACKED: WaitsFor("status or debit advice", "custodian"),
    PaymentState.NETWORK_NAK: WaitsFor("repair", "us"),
    PaymentState.IN_PROGRESS: WaitsFor("debit advice", "custodian"),
    PaymentState.SETTLED: WaitsFor("debit advice", "custodian"),
    PaymentState.CREDITED: WaitsFor("debit advice", "custodian"),
    PaymentState.CANCEL_REQUESTED: WaitsFor("answer to the cancellation", "custodian"),
}


def fold_payment(transfer: Transfer, facts: Iterable[Fact]) -> PaymentCondition:
    """Where a payment stands after these facts, whatever order they came in."""
    course = _Course(transfer)
    ordered, repeats, conflicts = distinct(facts)
    _place(course, ordered)
    for known in ordered:
        act = ACTS.get(type(known.content))
        if act is not None:
            act(course, known, known.content)
    _close(course)
    return _condition(course, repeats, conflicts)


def _place(course: _Course, ordered: Iterable[Fact]) -> None:
    """Our own references first; an answer may carry an earlier time than our own deed."""
    released: dict[str, int] = {}
    for known in ordered:
        match known.content:
            case Released(number, reference):
                released[reference] = number
                if number >= course.version:
                    course.version, course.reference = number, reference
            case CancelAsked(reference, number):
                course.cancels[reference] = number
            case Approved():
                course.sent = Sent.APPROVED
            case _:
                pass
    course.bygone = {ref for ref, number in released.items() if number < course.version}
    course.names |= released.keys()
    if released:
        course.sent = Sent.RELEASED


def _taken(course: _Course, known: Fact, deed: Taken) -> None:
    if deed.reference not in course.bygone:
        course.attempts = max(course.attempts, deed.attempt)


def _withdrawn(course: _Course, known: Fact, deed: Withdrawn) -> None:
    course.withdrawn = True


def _cancel_asked(course: _Course, known: Fact, deed: CancelAsked) -> None:
    if course.cancellation is not Cancellation.DONE:
        course.cancellation = Cancellation.REQUESTED
        course.times["cancellation"] = known.at


def _ack_overdue(course: _Course, known: Fact, deed: AckOverdue) -> None:
    course.overdue = deed.reference not in course.bygone


def _fate_unknown(course: _Course, known: Fact, deed: FateUnknown) -> None:
    if course.sent is Sent.RELEASED and deed.reference not in course.bygone:
        course.sent = Sent.FATE_UNKNOWN
        course.times["network"] = known.at


def _fate_decided(course: _Course, known: Fact, deed: FateDecided) -> None:
    if deed.reference in course.bygone or course.sent not in (Sent.FATE_UNKNOWN, Sent.RELEASED):
        return
    course.sent = Sent.ACKED if deed.left else Sent.NAKED
    course.times["network"] = known.at


def _network(course: _Course, known: Fact, answer: NetworkAnswer) -> None:
    reference = answer.mur or answer.header.reference
    if reference in course.bygone:
        course.history += 1
    elif reference in course.cancels:
        _network_on_cancel(course, known, answer)
    elif answer.verdict == "undelivered":
        course.tell("undelivered", "the network could not deliver it yet", known)
    elif answer.verdict in LOST:
        _lost(course, known, answer)
    else:
        course.acks += answer.verdict == "ack"
        course.sent = Sent.ACKED
        course.times["network"] = known.at
        if course.acks > 1 and course.attempts > 1:
            course.tell("double_sent", "two attempts were both acknowledged", known)


def _network_on_cancel(course: _Course, known: Fact, answer: NetworkAnswer) -> None:
    if answer.verdict in LOST and course.cancellation is not Cancellation.DONE:
        course.cancellation = Cancellation.REJECTED
        course.tell("cancel_refused_by_network", f"never left: {rule(answer).code}", known)


def _lost(course: _Course, known: Fact, answer: NetworkAnswer) -> None:
    if course.acks and answer.verdict == "nak":
        course.tell("nak_after_ack", "a NAK came for what was acknowledged before", known)
        return
    course.sent = Sent.NAKED
    course.reasons = (rule(answer),)
    course.times["network"] = known.at
    if answer.verdict == "aborted":
        course.tell("network_aborted", "refused by the network after its acknowledgement", known)


def _status(course: _Course, known: Fact, told: PaymentStatus) -> None:
    progress = STATUSES.get(told.status)
    if progress is None:
        course.tell("unknown_status", f"payment status {told.status} is not known", known)
        return
    course.heard = True
    if LEVELS[progress] < LEVELS[course.progress]:
        course.history += 1
        return
    if progress is Progress.REJECTED and LEVELS[course.progress] >= LEVELS[Progress.SETTLED]:
        course.tell("rejected_after_settlement", "rejected after it was said to be settled", known)
        return
    course.progress = progress
    course.reasons = told.reasons
    course.times["processing"] = known.at


def _cash(course: _Course, known: Fact, advice: CashAdvice) -> None:
    for number, entry in enumerate(advice.entries):
        if entry.status == "BOOK" and (
            entry.our_reference in course.names or entry.uetr in course.names
        ):
            _entry(course, known, entry, f"{known.key}|{number}")


def _entry(course: _Course, known: Fact, entry: CashEntry, key: str) -> None:
    """One movement may have several witnesses: the first debit counts, others must agree."""
    course.heard = True
    course.times["cash"] = known.at
    move = CashMove(key, entry.amount, entry.value_on)
    if (entry.direction == "DBIT") == entry.reversal:
        course.returns.setdefault("cash", move)
        return
    if entry.amount.currency != course.transfer.amount.currency:
        course.tell("currency_differs", f"debited in {entry.amount.currency}", known)
        return
    first = course.debits.setdefault("cash", move)
    if first.amount != entry.amount:
        course.tell("debited_twice", f"{entry.amount} beside {first.amount}", known)
    elif first is move and entry.amount != course.transfer.amount:
        words = f"debited {entry.amount}, ordered {course.transfer.amount}"
        course.tell("amount_differs", words, known)


ACTS: dict[type[Any], Callable[[_Course, Fact, Any], None]] = {
    Taken: _taken,
    Withdrawn: _withdrawn,
    CancelAsked: _cancel_asked,
    AckOverdue: _ack_overdue,
    FateUnknown: _fate_unknown,
    FateDecided: _fate_decided,
    NetworkAnswer: _network,
    PaymentStatus: _status,
    CashAdvice: _cash,
}


def _close(course: _Course) -> None:
    """What only the whole set can say."""
    if course.heard:  # a status or an advice is proof that it left
        course.sent = Sent.ACKED
    if course.withdrawn and course.sent is Sent.ACKED:
        course.withdrawn = False
        course.raised.append(Raised("withdrawn_too_late", "it had left", "withdrawn_too_late"))
    if course.progress is Progress.REJECTED and course.debits and not course.returns:
        words = "rejected and debited: the money must come back"
        course.raised.append(Raised("contradiction", words, "contradiction"))
    if course.returns and not course.debits:
        words = "returned, but never seen debited"
        course.raised.append(Raised("return_without_debit", words, "return_without_debit"))


def _condition(course: _Course, repeats: int, conflicts: tuple[Raised, ...]) -> PaymentCondition:
    state = next(state for state, holds in DISPLAY if holds(course))
    return PaymentCondition(
        state=state,
        processing=course.progress,
        cancellation=course.cancellation,
        network=course.sent,
        version=course.version,
        reference=course.reference,
        debits=tuple(course.debits.values()),
        returns=tuple(course.returns.values()),
        dropped=state in (PaymentState.REJECTED, PaymentState.CANCELLED) and not course.debits,
        flags=_flags(course),
        reasons=course.reasons,
        waiting=WAITS.get(state, NOTHING),
        exceptions=conflicts + tuple(course.raised),
        times=tuple(sorted(course.times.items())),
        history=course.history,
        repeats=repeats,
    )


def _flags(course: _Course) -> tuple[Flag, ...]:
    found = []
    if course.progress is Progress.REJECTED and course.debits:
        found.append(Flag.CONTRADICTION)
    if course.acks > 1 and course.attempts > 1:
        found.append(Flag.DOUBLE_SENT)
    if course.overdue and course.sent is Sent.RELEASED:
        found.append(Flag.ACK_OVERDUE)
    return tuple(found)
