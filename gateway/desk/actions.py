"""What a person may ask of one instruction, with the reason why not for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.desk import words
from gateway.desk.login import Seat
from gateway.identity import Role

Rule = Callable[[Mapping[str, Any], Seat], str | None]


@dataclass(frozen=True, slots=True)
class Action:
    """One button: its words, who may press it, and when it makes sense."""

    name: str
    label: str
    key: str
    role: Role
    promise: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as the page shows it: allowed, or why not."""

    action: Action
    why_not: str | None


def _open(row: Mapping[str, Any]) -> str | None:
    return f"it is {words.state(row['state'])}" if words.closed(row) else None


def _approve(row: Mapping[str, Any], seat: Seat) -> str | None:
    if row["state"] != "draft":
        return f"it is {words.state(row['state'])}, not waiting for approval"
    if row["maker"] == seat.client.person:
        return "you made it; a second person approves"
    return None


def _cancel(row: Mapping[str, Any], seat: Seat) -> str | None:
    if row["cancellation"] in {"requested", "pending"}:
        return "its cancellation is already asked"
    return _open(row)


def _hold(row: Mapping[str, Any], seat: Seat) -> str | None:
    if row["kind"] != "securities":
        return "payments cannot be held once made"
    if row["state"] == "on_hold" or "held" in row["flags"]:
        return "it is on hold"
    return _open(row)


def _release(row: Mapping[str, Any], seat: Seat) -> str | None:
    if row["state"] == "on_hold" or {"held", "closed_date"} & set(row["flags"]):
        return None
    return _open(row) or "it is not on hold"


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "Approve", "a", "checker", "It leaves for the wire.", _approve),
        Action("hold", "Hold", "h", "maker", "It will not settle until released.", _hold),
        Action("release", "Release", "r", "maker", "It may settle.", _release),
        Action(
            "cancel",
            "Cancel",
            "c",
            "maker",
            "A cancellation goes out; if it settles first, settlement wins.",
            _cancel,
        ),
    )
}


def offers(row: Mapping[str, Any], seat: Seat) -> list[Offer]:
    """Every action, allowed or with the reason why not."""
    return [Offer(action, why_not(action, row, seat)) for action in ACTIONS.values()]


def why_not(action: Action, row: Mapping[str, Any], seat: Seat) -> str | None:
    """Why this seat cannot do this now, or None when it can."""
    if not seat.client.may(action.role):
        return f"needs the role {action.role}"
    return action.rule(row, seat)
