"""Rows before and after as a person reads them: what is new, what changes, what ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from schemas.problem import Problem

SHOWN_MAX = 500
DATES = frozenset({"valid_from", "valid_to"})
PLACE = re.compile(r"(?:sheet )?(?P<sheet>.+?)(?: row (?P<row>\d+))?(?: column (?P<column>.+))?")


class Line(NamedTuple):
    """One row: what happens to it, and its fields before and after."""

    table: str
    key: str
    valid_from: str | None
    what: str  # new, changed or ends
    fields: tuple[tuple[str, str, str], ...]


class Fault(NamedTuple):
    """One problem as a line of the list a person mends by."""

    sheet: str
    row: str
    column: str
    value: str
    rule: str
    what_to_do: str


def lines(changes: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Every row with what differs; of a new one everything it says."""
    return [_line(change) for change in changes]


def _line(change: Mapping[str, Any]) -> Line:
    before: Mapping[str, Any] = change["before"] or {}
    after: Mapping[str, Any] = change["after"] or {}
    fields = tuple(
        (name, text(before.get(name)), text(after.get(name)))
        for name in dict.fromkeys((*before, *after))
        if text(before.get(name)) != text(after.get(name)) and not _always(name, after, before)
    )
    key = " · ".join(part for part in str(change["key"]).split("|") if part)
    what = _what(change["before"], change["after"], {name for name, *_ in fields})
    return Line(str(change["table"]), key, _since(change["valid_from"]), what, fields)


def _what(before: object, after: object, differing: set[str]) -> str:
    if before is None:
        return "new"
    if after is None:
        return "taken away"
    return "ends" if differing == {"valid_to"} else "changed"


def _always(name: str, after: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """A new row's first date is said beside its key."""
    return name == "valid_from" and not before


def _since(valid_from: str | None) -> str | None:
    return None if valid_from in (None, "1900-01-01") else valid_from


def text(value: object) -> str:
    """A value as a cell of the workbook has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def faults(problems: Iterable[Problem]) -> list[Fault]:
    """Problems by sheet, row and column, in the order they were found."""
    found = []
    for problem in problems:
        at = PLACE.fullmatch(problem.path)
        sheet, row, column = at.group("sheet", "row", "column") if at else (problem.path, "", "")
        found.append(
            Fault(
                sheet, row or "", column or "", problem.value or "", problem.rule, problem.message
            )
        )
    return found
