"""A table as people fill it in: a heading and rows of cells, from a CSV file or a workbook's sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schemas.problem import Problem

CellKind = Literal["text", "number", "date", "time", "logical"]


class Fault(NamedTuple):
    """Why a cell cannot be read: the rule, and what to do."""

    rule: str
    message: str


class Cell(NamedTuple):
    """What a cell says: dates as YYYY-MM-DD, times as HH:MM:SS, numbers exactly as written."""

    text: str
    kind: CellKind = "text"
    fault: Fault | None = None


@dataclass(slots=True)
class Table:
    """One kind of static data as it was given: where it stands, its heading, its rows by number.

    `header` and the cells of a row are by column from 1; `problems` were found in its shape.
    """

    file: str
    place: str  # as a person finds it: `own_ssi.csv` or `sheet own_ssi`
    header: dict[int, str] = field(default_factory=dict)
    records: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def path(self, row: int, column: str | None = None) -> str:
        """Where a fault stands."""
        where = f"{self.place} row {row}"
        return where if column is None else f"{where} column {column}"


def letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    found = ""
    while number:
        number, left = divmod(number - 1, 26)
        found = chr(65 + left) + found
    return found
