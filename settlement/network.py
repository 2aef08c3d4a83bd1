"""What the network's answers do: how far our own messages got."""

from __future__ import annotations

from collections.abc import Callable

from schemas.answer import NetworkAnswer, Reason
from schemas.fact import Fact
from settlement.condition import Cancellation, Change, Flag, Network
from settlement.life import CANCELLATION, CHANGE, NETWORK, Life

LOST = frozenset({"nak", "aborted"})


def network(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    """An answer about the instruction, or about our request to cancel or change it."""
    reference = answer.mur or answer.header.reference
    if life.bygone(reference):
        life.history += 1
        return
    place = life.places.get(reference)
    if place is None or place.kind == "instruction":
        VERDICTS[answer.verdict](life, known, answer)
    elif answer.verdict in LOST:
        _request_lost(life, known, answer, place.kind)


def _request_lost(life: Life, known: Fact, answer: NetworkAnswer, kind: str) -> None:
    why = rule(answer)
    if kind == "condition":
        life.set(CHANGE, Change.DENIED, known)
        life.tell("change_refused_by_network", f"hold or release never left: {why.code}", known)
    elif life.cancellation is not Cancellation.DONE:
        life.set(CANCELLATION, Cancellation.REJECTED, known)
        life.reasons[CANCELLATION] = (why,)
        life.tell("cancel_refused_by_network", f"the cancellation never left: {why.code}", known)


def _acked(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.acks += 1
    life.set(NETWORK, Network.SENT, known)
    life.reasons.pop(NETWORK, None)
    if life.acks > 1 and life.attempts > 1:
        life.tell("double_sent", "two attempts were both acknowledged", known)


def _naked(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    if life.acks:  # the network refuses the repeat of what it took
        life.tell("nak_after_ack", "a NAK came for what was acknowledged before", known)
        return
    life.set(NETWORK, Network.NAKED, known)
    life.reasons[NETWORK] = (rule(answer),)


def _aborted(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.set(NETWORK, Network.ABORTED, known)
    life.reasons[NETWORK] = (rule(answer),)
    life.tell("network_aborted", "refused by the network after its acknowledgement", known)


def _delivered(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.set(NETWORK, Network.SENT, known)
    life.flags.add(Flag.DELIVERED)


def _undelivered(life: Life, known: Fact, answer: NetworkAnswer) -> None:
    life.tell("undelivered", "the network could not deliver it yet", known)


VERDICTS: dict[str, Callable[[Life, Fact, NetworkAnswer], None]] = {
    "ack": _acked,
    "nak": _naked,
    "aborted": _aborted,
    "delivered": _delivered,
    "undelivered": _undelivered,
}


def rule(answer: NetworkAnswer) -> Reason:
    """The rule the network names, with its line and words."""
    line = f"line {answer.line}" if answer.line is not None else ""
    return Reason(
        answer.rule or "NORE", ", ".join(x for x in (line, answer.text or "") if x) or None
    )
