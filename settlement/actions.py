"""What a person may do with an instruction or payment as it stands, and why not: the one truth.

The lane's holder refuses by these rules, and the desk greys its buttons by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from settlement.condition import CLOSED_STATES, Flag
from settlement.findings import RELEASABLE

UNSENT = frozenset({"draft", "approved", "network_nak"})
CANCELLABLE = frozenset(
    {
        "released_to_wire",
        "sent",
        "accepted",
        "in_repair",
        "inferred_matched",
        "matched",
        "pending",
        "unmatched",
        "on_hold",
        "overdue_unconfirmed",
        "failing",
        "reversed",
    }
)
OVER = frozenset(state.value for state in CLOSED_STATES) | {"debited", "credited", "returned"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules ask of an instruction; `flags` as its condition row has them."""

    state: str
    securities: bool
    flags: frozenset[str]
    left: bool  # a version is on the wire
    approved: bool
    open: bool  # something is neither settled nor cancelled
    part_settled: bool
    makers: frozenset[str]  # who made or changed it

    def behind(self, mark: str) -> frozenset[str]:
        """The persons behind a mark: `held:ann` is ann's hold, `lift:closed_date:ben` ben's wish."""
        return frozenset(f.rpartition(":")[2] for f in self.flags if f.startswith(f"{mark}:"))

    def marked(self, mark: str) -> bool:
        """Whether anybody set this mark."""
        return any(f.startswith(f"{mark}:") for f in self.flags)

    @property
    def uninstructed(self) -> bool:
        """Others ended the instruction and its trade stands (DOMAIN 2.3: close or re-instruct)."""
        return Flag.UNINSTRUCTED.value in self.flags


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an action is refused: the rule, its words, and what about (the state, or the person)."""

    rule: str
    text: str
    path: str = "state"


Rule = Callable[[Standing, str], WhyNot | None]


def why_not(action: str, standing: Standing, person: str) -> WhyNot | None:
    """Why this person cannot do this now; None when it may be done. KeyError: no such action."""
    return ACTIONS[action](standing, person)


def _four_eyes(text: str) -> WhyNot:
    return WhyNot("four_eyes", text, "actor")


def _is(standing: Standing) -> str:
    return f"it is {standing.state}"


def _approve(standing: Standing, person: str) -> WhyNot | None:
    if not standing.marked("reapprove"):
        if standing.state != "draft":
            return WhyNot("not_draft", f"{_is(standing)}; only a draft is approved")
        if standing.approved:
            return WhyNot("approved_already", "it is approved already and waits for static data")
    if person in standing.makers:
        return _four_eyes(f"{person} made or changed this; another person must approve it")
    return None


def _cancel(standing: Standing, person: str) -> WhyNot | None:
    if standing.state in UNSENT or standing.uninstructed:
        return None
    if standing.state in ("cancel_pending", "cancel_requested"):
        return WhyNot("cancel_pending", "a cancellation is under way already; wait for its answer")
    if not standing.securities:
        return WhyNot("not_cancellable", f"{_is(standing)}; a payment that left is not called back")
    if standing.state not in CANCELLABLE or not standing.open:
        return WhyNot("not_cancellable", f"{_is(standing)}; there is nothing to cancel")
    return None


def _hold(standing: Standing, person: str) -> WhyNot | None:
    if standing.left:
        return WhyNot("on_the_wire", "it has left; holding it there needs sese.030 or MT530")
    if standing.state in OVER:
        return WhyNot("not_open", f"{_is(standing)}; there is nothing to hold")
    if standing.marked("held"):
        return WhyNot("held_already", "it is on hold; release it first")
    return None


def _release(standing: Standing, person: str) -> WhyNot | None:
    return None if standing.marked("held") else WhyNot("not_held", "it is not held here")


def _release_date(standing: Standing, person: str) -> WhyNot | None:
    waiting = RELEASABLE & standing.flags
    if not waiting:
        return WhyNot("nothing_to_release", "no date holds this instruction")
    if all(f"lift:{code}:{person}" in standing.flags for code in waiting):
        return _four_eyes(f"{person} asked for this; another person must release it")
    return None


def _amend(standing: Standing, person: str) -> WhyNot | None:
    if standing.state in UNSENT:
        return None
    if not standing.securities:
        return WhyNot("not_amendable", f"{_is(standing)}; a payment that left is not amended")
    if standing.part_settled:
        return WhyNot(
            "not_amendable", "part of it is settled; cancel the rest and send a new instruction"
        )
    if standing.marked("amend"):
        return WhyNot("amended_already", "a replacement waits for the cancellation already")
    if standing.state == "cancel_pending":
        return WhyNot("cancel_pending", "a cancellation is under way already; wait for its answer")
    if standing.uninstructed or (standing.state in CANCELLABLE and standing.open):
        return None
    return WhyNot("not_amendable", f"{_is(standing)}; send a new instruction")


def _own(standing: Standing, person: str) -> WhyNot | None:
    if person in standing.behind("owner"):
        return WhyNot("owned_already", f"{person} owns it already")
    return _worked_on(standing)


def _let_go(standing: Standing, person: str) -> WhyNot | None:
    owners = standing.behind("owner")
    if person in owners:
        return None
    whose = f"{' and '.join(sorted(owners))} owns it" if owners else "nobody owns it"
    return WhyNot("not_owned", f"{whose}; one lets go what is one's own")


def _worked_on(standing: Standing, _: str = "") -> WhyNot | None:
    if standing.state in OVER and not standing.open and not standing.uninstructed:
        return WhyNot("not_open", f"{_is(standing)}; there is nothing left to work on")
    return None


def _note(standing: Standing, person: str) -> WhyNot | None:
    return None  # of what is over as well: somebody may have to explain it


def _decide_fate(standing: Standing, person: str) -> WhyNot | None:
    if standing.state != "fate_unknown":
        return WhyNot("fate_known", f"{_is(standing)}; its fate is not in question")
    return None


ACTIONS: dict[str, Rule] = {
    "approve": _approve,
    "cancel": _cancel,
    "hold": _hold,
    "release": _release,
    "release_date": _release_date,
    "amend": _amend,
    "repair": _amend,
    "decide_fate": _decide_fate,
    "own": _own,
    "let_go": _let_go,
    "assign": _worked_on,
    "follow_up": _worked_on,
    "note": _note,
}
