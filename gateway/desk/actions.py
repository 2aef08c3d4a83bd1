"""What a person may ask of one instruction, with the reason why not for the rest.

The rules are those of settlement/actions.py, by which the lane's holder decides as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.desk.login import Seat
from gateway.identity import Right
from settlement import actions
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
    asks: str = ""  # what the core is asked, where that is not the name
    says: Mapping[str, Any] = field(default_factory=dict)
    noted: bool = False  # takes a reason in the person's words
    shown: Callable[[Row], bool] = _always


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as the page shows it: allowed, or why not."""

    action: Action
    why_not: str | None


def standing(row: Row) -> actions.Standing:
    """What the rules ask, as the row says it; only the lane knows of an approval before its draft moves."""
    flags = frozenset(row["flags"])
    return actions.Standing(
        state=row["state"],
        securities=row["kind"] == "securities",
        flags=flags,
        left=row["wire_reference"] is not None,
        approved=row["state"] != "draft",
        open=bool(row["open_quantity"]),
        part_settled=bool(row["settled_quantity"]),
        makers=frozenset({row["maker"], *(f[6:] for f in flags if f.startswith("maker:"))}),
    )


def _dated(row: Row) -> bool:
    return bool(RELEASABLE & set(row["flags"]))


def _unknown(row: Row) -> bool:
    return bool(row["state"] == "fate_unknown")


def _uninstructed(row: Row) -> bool:
    return standing(row).uninstructed


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "Approve", "a", "checker", "It may leave for the wire."),
        Action("hold", "Hold", "h", "maker", "It will not leave until released."),
        Action("release", "Release", "r", "maker", "It may leave."),
        Action(
            "release_date",
            "Let the date stand",
            "d",
            "maker or checker",
            "Two persons may overrule the calendar; calendars are wrong too.",
            shown=_dated,
        ),
        Action(
            "cancel",
            "Cancel",
            "c",
            "maker",
            "What has left is cancelled by a message; if it settles first, settlement wins.",
            noted=True,
        ),
        Action(
            "instruct_again",
            "Instruct again",
            "i",
            "maker",
            "The same content leaves as a new version under a new reference.",
            asks="repair",
            shown=_uninstructed,
        ),
        Action(
            "it_left",
            "It left",
            "l",
            "checker",
            "It stays as sent; a status or an advice will say more.",
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
    refusal = actions.why_not(action.asks or action.name, standing(row), seat.client.person)
    return refusal.text if refusal is not None else None
