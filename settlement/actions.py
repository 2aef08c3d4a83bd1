"""What a person may do with an instruction as it stands, and why not."""

from __future__ import annotations

from collections.abc import Callable

from schemas.obligation import Obligation
from settlement.condition import Cancellation, Change, Condition, Flag, Network, Processing

Why = Callable[[Condition, Obligation], str | None]
UNSENT = frozenset({Network.DRAFT, Network.APPROVED})
REFUSED = frozenset({Network.NAKED, Network.ABORTED})
ASKED = frozenset({Cancellation.REQUESTED, Cancellation.PENDING})


def allowed(condition: Condition, obligation: Obligation) -> dict[str, str | None]:
    """Per action None, or the reason why it cannot be done now."""
    return {action: why(condition, obligation) for action, why in ACTIONS.items()}


def _closed(condition: Condition) -> str | None:
    return f"it is {condition.state.value}" if condition.closed else None


def _in_flight(condition: Condition) -> str | None:
    if condition.network is Network.RELEASED:
        return "its network answer is not in yet"
    return None


def _cancel(condition: Condition, obligation: Obligation) -> str | None:
    if condition.cancellation in ASKED:
        return "a cancellation is under way"
    return _closed(condition) or _in_flight(condition)


def _hold(condition: Condition, obligation: Obligation) -> str | None:
    if Flag.HELD in condition.flags:
        return "it is on hold"
    return _change(condition, obligation)


def _release(condition: Condition, obligation: Obligation) -> str | None:
    if not _closed(condition) and Flag.HELD not in condition.flags:
        return "it is not on hold"
    return _change(condition, obligation)


def _change(condition: Condition, obligation: Obligation) -> str | None:
    if not obligation.hold_supported:
        return "its place of settlement knows no hold and release"
    if condition.network in UNSENT:
        return "not sent yet"
    if condition.change is Change.REQUESTED:
        return "a hold or release is under way"
    return _closed(condition) or _in_flight(condition) or _not_there(condition)


def _not_there(condition: Condition) -> str | None:
    return "the network refused it" if condition.network in REFUSED else None


def _amend(condition: Condition, obligation: Obligation) -> str | None:
    if condition.cancellation in ASKED:
        return "a cancellation is under way"
    if condition.settled_quantity:
        return "part of it is settled: cancel the rest and instruct anew"
    return _closed(condition) or _in_flight(condition)


def _repair(condition: Condition, obligation: Obligation) -> str | None:
    if condition.processing is Processing.REJECTED:
        return "the servicer rejected it: a new instruction needs a new reference"
    if condition.network in REFUSED:
        return _closed(condition)
    return _closed(condition) or "the network did not refuse it"


def _approve(condition: Condition, obligation: Obligation) -> str | None:
    if condition.network is Network.DRAFT:
        return _closed(condition)
    return _closed(condition) or "it is approved"


ACTIONS: dict[str, Why] = {
    "cancel": _cancel,
    "hold": _hold,
    "release": _release,
    "amend": _amend,
    "repair": _repair,
    "approve": _approve,
}
