"""What a person may ask of one instruction, with the reason why not for the rest.

The lane's holder decides (gateway/handlers/people.py); these rules only spare people a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.desk import words
from gateway.desk.login import Seat
from gateway.handlers.people import CANCELLABLE, UNSENT
from gateway.identity import Right
from settlement.findings import RELEASABLE

Row = Mapping[str, Any]


def _always(row: Row) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One button: its words, who may press it, and when it makes sense."""

    name: str
    label: str
    key: str
    right: Right
    promise: str
    rule: Callable[[Row, Seat], str | None]
    asks: str = ""  # what the core is asked, where that is not the name
    says: Mapping[str, Any] = field(default_factory=dict)
    noted: bool = False  # takes a reason in the person's words
    shown: Callable[[Row], bool] = _always


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as the page shows it: allowed, or why not."""

    action: Action
    why_not: str | None


def _marks(row: Row, mark: str) -> set[str]:
    """The persons behind a flag: `held:ann` is ann's hold."""
    return {flag.rpartition(":")[2] for flag in row["flags"] if flag.startswith(f"{mark}:")}


def _approve(row: Row, seat: Seat) -> str | None:
    if row["state"] != "draft" and "reapprove:" not in row["flags"]:
        return f"it is {words.state(row['state'])}"
    if seat.client.person in {row["maker"], *_marks(row, "maker")}:
        return "you made or changed it: another person approves"
    return None


def _cancel(row: Row, seat: Seat) -> str | None:
    if row["state"] == "cancel_pending":
        return "a cancellation is under way"
    if row["state"] in UNSENT or (row["kind"] == "securities" and row["state"] in CANCELLABLE):
        return None
    return f"it is {words.state(row['state'])}"


def _hold(row: Row, seat: Seat) -> str | None:
    if _marks(row, "held"):
        return "it is on hold"
    if words.closed(row):
        return f"it is {words.state(row['state'])}"
    return "it has left" if row["wire_reference"] else None


def _release(row: Row, seat: Seat) -> str | None:
    return None if _marks(row, "held") else "it is not held here"


def _release_date(row: Row, seat: Seat) -> str | None:
    if seat.client.person in {
        flag.rpartition(":")[2] for flag in row["flags"] if flag.startswith("lift:")
    }:
        return "you asked for it: another person agrees"
    return None


def _decide(row: Row, seat: Seat) -> str | None:
    return None


def _dated(row: Row) -> bool:
    return bool(RELEASABLE & set(row["flags"]))


def _unknown(row: Row) -> bool:
    return bool(row["state"] == "fate_unknown")


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "Approve", "a", "checker", "It may leave for the wire.", _approve),
        Action("hold", "Hold", "h", "maker", "It will not leave until released.", _hold),
        Action("release", "Release", "r", "maker", "It may leave.", _release),
        Action(
            "release_date",
            "Let the date stand",
            "d",
            "maker or checker",
            "Two persons may overrule the calendar; calendars are wrong too.",
            _release_date,
            shown=_dated,
        ),
        Action(
            "cancel",
            "Cancel",
            "c",
            "maker",
            "What has left is cancelled by a message; if it settles first, settlement wins.",
            _cancel,
            noted=True,
        ),
        Action(
            "it_left",
            "It left",
            "l",
            "checker",
            "It stays as sent; a status or an advice will say more.",
            _decide,
            asks="decide_fate",
            says={"left": True},
            shown=_unknown,
        ),
        Action(
            "it_did_not_leave",
            "It did not leave",
            "n",
            "checker",
            "It goes out once more.",
            _decide,
            asks="decide_fate",
            says={"left": False},
            shown=_unknown,
        ),
    )
}


def offers(row: Row, seat: Seat) -> list[Offer]:
    """Every action that concerns this instruction, allowed or with the reason why not."""
    return [
        Offer(action, why_not(action, row, seat))
        for action in ACTIONS.values()
        if action.shown(row)
    ]


def why_not(action: Action, row: Row, seat: Seat) -> str | None:
    """Why this seat cannot do this now, or None when it can."""
    if not seat.client.may(action.right):
        return f"needs the role {action.right}"
    if not action.shown(row):
        return "it does not concern this instruction"
    return action.rule(row, seat)
