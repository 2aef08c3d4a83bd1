"""Static data as one workbook: a sheet a table under the names of the CSV files, and one that explains.

What a house exports it can import again unchanged; rows a workbook does not have stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache

from gateway.demo_data import demo_files
from parsers import spreadsheet
from parsers.spreadsheet import Sheet
from reporting import workbook
from reporting.workbook import Heading, Leaf
from schemas import static_files
from schemas.cells import Table, letters
from schemas.problem import Problem
from schemas.static_columns import Column, columns
from schemas.static_rows import ALWAYS, FILES, Row

EXPLAINED = "explained"
EXTENSION = ".xlsx"
CONTENT_TYPE = workbook.CONTENT_TYPE
HEADINGS = (
    "sheet", "column", "needed", "part of the key", "how it is written", "allowed values",
    "when empty", "what it is", "example",
)  # fmt: skip


def write(rows: Iterable[Row]) -> bytes:
    """These rows as a workbook; without any it is the template."""
    by_file: dict[str, list[Row]] = {file: [] for file in FILES}
    for row in rows:
        by_file[row.file].append(row)
    leaves = [_explained()]
    for file, held in by_file.items():
        held.sort(key=lambda row: (row.key, row.valid_from))
        wanted = columns(file)
        headings = [Heading(c.name, c.required, _choices(c)) for c in wanted]
        leaves.append(Leaf(file, headings, [_values(row, wanted) for row in held]))
    return workbook.write(leaves)


def read_files(given: Mapping[str, bytes]) -> list[Table]:
    """The tables in these files, CSV or workbooks; Refused when a workbook cannot be read at all."""
    tables: list[Table] = []
    for name, content in sorted(given.items()):
        if name.lower().endswith(EXTENSION):
            tables.extend(read(content))
        else:
            tables.append(static_files.of_csv(name, content))
    return tables


def read(content: bytes) -> list[Table]:
    """The sheets of a workbook as tables, what is wrong with their shape included."""
    tables: list[Table] = []
    seen: set[str] = set()
    for sheet in spreadsheet.read(content):
        if sheet.name == EXPLAINED or not (sheet.rows or sheet.merged or sheet.name in FILES):
            continue
        table = _table(sheet)
        if sheet.name in seen:
            table.problems.append(Problem(table.place, "duplicate_sheet", "the sheet stands twice"))
        seen.add(sheet.name)
        tables.append(table)
    return tables


def _table(sheet: Sheet) -> Table:
    table = Table(sheet.name, f"sheet {sheet.name}")
    if sheet.name not in FILES:
        words = f"no such sheet is known; known are {', '.join(FILES)} and {EXPLAINED}"
        table.problems.append(Problem(table.place, "unknown_sheet", words, sheet.name))
        return table
    for area in sheet.merged:
        first = spreadsheet.first_row(area)
        rule = "merged_header" if first == 1 else "merged_cells"
        words = "merged cells: a value belongs to one row and column; unmerge them"
        table.problems.append(Problem(table.path(first), rule, words, area))
    heads = sheet.rows.get(1, {})
    if not heads:
        if sheet.rows:
            words = f"row 1 is empty; it must hold the headings {', '.join(_names(sheet.name))}"
            table.problems.append(Problem(table.path(1), "missing_header", words))
        return table
    if (left := min(heads)) > 1:
        words = f"the headings begin in column {letters(left)}: delete the empty columns before it"
        table.problems.append(Problem(table.path(1), "shifted_columns", words, heads[left].text))
    for at, cell in heads.items():
        if cell.fault is not None:
            where = table.path(1, letters(at))
            table.problems.append(Problem(where, *cell.fault, cell.text[:60]))
    table.header = {at: cell.text for at, cell in heads.items()}
    table.records = [(number, cells) for number, cells in sorted(sheet.rows.items()) if number > 1]
    return table


def _names(file: str) -> list[str]:
    return [column.name for column in columns(file)]


def _values(row: Row, wanted: Iterable[Column]) -> list[str]:
    said = row.model_dump(mode="json", exclude_none=True)
    if row.valid_from == ALWAYS:
        del said["valid_from"]
    return [_text(said.get(column.name)) for column in wanted]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _choices(column: Column) -> tuple[str, ...]:
    return ("yes", "no") if column.kind == "logical" else column.allowed


def _explained() -> Leaf:
    lines = [
        (
            file,
            column.name,
            "yes" if column.required else "no",
            "yes" if column.key else "",
            column.written,
            ", ".join(_choices(column)),
            column.default,
            column.about,
            _examples().get((file, column.name), ""),
        )
        for file in FILES
        for column in columns(file)
    ]
    return Leaf(EXPLAINED, [Heading(heading) for heading in HEADINGS], lines)


@cache
def _examples() -> dict[tuple[str, str], str]:
    """A value of each column, from the demo's own data where it has one."""
    found = {
        ("calendars", "calendar"): "FED", ("calendars", "on"): "2026-12-24",
        ("calendars", "kind"): "early", ("calendars", "closes_at"): "13:00",
        ("calendars", "name"): "Christmas Eve", ("calendars", "source"): "SIFMA, 2026-10-01",
    }  # fmt: skip
    for name, content in demo_files().items():
        for record in csv.DictReader(io.StringIO(content.decode())):
            for column, value in record.items():
                if value:
                    found.setdefault((name.removesuffix(".csv"), column), value)
    return found


def demo_book() -> bytes:
    """The demo's static data as a workbook: an example filled in."""
    return write(static_files.read_folder(demo_files()).rows)
