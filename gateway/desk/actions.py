"""What a person may ask of one instruction, with the reason why not for the rest.

The rules are those of settlement/actions.py, by which the lane's holder decides as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from gateway.desk.login import Seat
from gateway.rights import Right
from schemas.problem import Problem, Refused
from settlement import actions
from settlement.findings import RELEASABLE

Row = Mapping[str, Any]
REASON_MAX, NOTE_MAX = 200, 1000


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
    wants: Literal["", "text", "to", "at"] = ""  # what the person has to say with it
    pinned: bool = False  # says which content was shown
    light: bool = False  # about who works on it; the instruction stays as it is
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


def _owned(row: Row) -> bool:
    return standing(row).marked("owner")


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "Approve", "a", "checker", "It may leave for the wire.", pinned=True),
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
            "amend",
            "Amend",
            "m",
            "maker",
            "What is out there is cancelled and replaced; what is not yet out there is replaced.",
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
            "t",
            "checker",
            "It goes out once more.",
            asks="decide_fate",
            says={"left": False},
            shown=_unknown,
        ),
        Action(
            "own", "Own", "o", "maker or checker", "It is yours; the list shows it.", light=True
        ),
        Action(
            "let_go", "Let go", "g", "maker or checker", "It is nobody's.", light=True, shown=_owned
        ),
        Action(
            "assign", "Assign", "s", "maker or checker", "It is theirs.", wants="to", light=True
        ),
        Action(
            "note",
            "Note",
            "n",
            "maker or checker",
            "It stands in the timeline.",
            wants="text",
            light=True,
        ),
        Action(
            "follow_up",
            "Follow up",
            "f",
            "maker or checker",
            "It comes up under Act now at this time; without a time it does not.",
            wants="at",
            light=True,
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


def said(action: Action, form: Mapping[str, object], zone: str) -> dict[str, Any]:
    """What the core is told: what the action always says, and what the person wrote in its form.

    A time is wall-clock time of the business zone. Refused when it cannot be read.
    """
    told = dict(action.says)
    if action.noted and (reason := _plain(form.get("note"), REASON_MAX)):
        told["reason"] = reason
    if action.pinned:
        told["content"] = str(form.get("content", ""))
    match action.wants:
        case "text":
            told["text"] = _plain(form.get("note"), NOTE_MAX)
            if not told["text"]:
                raise Refused("invalid", [Problem("note", "missing", "write the note first")])
        case "to":
            told["to"] = _plain(form.get("to"), NOTE_MAX)
        case "at":
            if written := str(form.get("at", "")).strip():
                told["at"] = _moment(written, zone).isoformat()
    return told


def _plain(written: object, most: int) -> str:
    typed = (c if c.isprintable() else " " for c in str(written or ""))
    return "".join(typed).strip()[:most]


def _moment(written: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        what = "a time like 2026-11-24T15:30, of the business zone"
        raise Refused("invalid", [Problem("at", "time", what, written[:40])]) from error
