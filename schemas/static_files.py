"""Tables of static data to StaticData, or every problem in them by table, row and column.

Tables come as CSV files (`of_csv`) or as the sheets of a workbook; the rules are the same. Rows are
counted as a spreadsheet shows them: the header is row 1. Files are bytes here, not paths.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.calendar import seed_days
from schemas.cells import Cell, Table, letters
from schemas.problem import Problem, Refused
from schemas.static import Key, StaticData
from schemas.static_columns import WRITTEN, Column, columns
from schemas.static_rows import ANY, FILES, Reference, Row

EMPTY = StaticData.of(())
# what pydantic says of these does not tell what to write
PATTERNS = ("string_pattern_mismatch", "string_too_long", "string_too_short")
PARSED = ("bool_", "time_", "date_from", "int_")


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a table: where it stands, its cells by column, and the row if it is good."""

    table: Table
    number: int
    cells: Mapping[str, str]
    row: Row | None

    @property
    def file(self) -> str:
        return self.table.file

    def path(self, column: str | None = None) -> str:
        return self.table.path(self.number, column)


def read_folder(files: Mapping[str, bytes], known: StaticData = EMPTY) -> StaticData:
    """`known` with the rows of these CSV files on top; Refused with all problems, nothing taken."""
    return read_tables([of_csv(name, content) for name, content in sorted(files.items())], known)


def read_tables(tables: Iterable[Table], known: StaticData = EMPTY) -> StaticData:
    """`known` with the rows of these tables on top; Refused with all problems, nothing taken."""
    problems: list[Problem] = []
    lines: list[Line] = []
    for table in tables:
        problems.extend(table.problems)
        if table.header:
            lines.extend(_read_records(table, problems))
    return _on_top(lines, known, problems)


def put_rows(rows: Iterable[Row], known: StaticData) -> StaticData:
    """`known` with these rows on top; Refused with every rule they break together, by row of the list."""
    lines = [
        Line(Table(row.file, row.file), number, row.model_dump(mode="json", exclude_none=True), row)
        for number, row in enumerate(rows, start=1)
    ]
    return _on_top(lines, known, [])


def _on_top(lines: list[Line], known: StaticData, problems: list[Problem]) -> StaticData:
    problems.extend(_duplicates(lines))
    problems.extend(_dangling(lines, known))
    problems.extend(_overlaps(lines, known))
    if problems:
        raise Refused("static_data", problems)
    return StaticData.of([*known.rows, *(line.row for line in lines if line.row is not None)])


def of_csv(name: str, content: bytes) -> Table:
    """One CSV file as a table; what is wrong with its shape stands in it."""
    table = Table(name.removesuffix(".csv"), name)
    if table.file not in FILES:
        known = ", ".join(f"{each}.csv" for each in FILES)
        words = f"no such file is known; known are {known}"
        table.problems.append(Problem(name, "unknown_file", words))
        return table
    return read_csv(table, content)


def read_csv(table: Table, content: bytes) -> Table:
    """The table with the heading and rows of this CSV; what is wrong with its shape stands in it."""
    name = table.place
    try:
        text = content.decode("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        table.problems.append(Problem(name, "encoding", f"not UTF-8 at byte {error.start}"))
        return table
    except csv.Error as error:
        table.problems.append(Problem(name, "csv", f"cannot be read as CSV: {error}"))
        return table
    header = [cell.strip() for cell in records[0]] if records else []
    table.header = dict(enumerate(header, 1)) or {1: ""}
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            words = f"has {len(record)} cells, the header has {len(header)}"
            value = ",".join(record)[:80]
            table.problems.append(Problem(table.path(number), "cells", words, value))
            continue
        cells = {at: Cell(cell.strip()) for at, cell in enumerate(record, 1) if cell.strip()}
        table.records.append((number, cells))
    return table


def _read_records(table: Table, problems: list[Problem]) -> Iterator[Line]:
    problems.extend(_header_problems(table))
    known = {column.name: column for column in columns(table.file)}
    missing = known.keys() - table.header.values()
    for number, record in table.records:
        yield _read_record(Line(table, number, {}, None), record, known, missing, problems)


def _header_problems(table: Table) -> Iterator[Problem]:
    fields = FILES[table.file].model_fields
    header = table.header
    for at, column in header.items():
        path = table.path(1, column or str(at))
        if column not in fields:
            names = ", ".join(fields)
            yield Problem(path, "unknown_column", f"no such column; known are {names}", column)
        elif any(header[i] == column for i in header if i < at):
            yield Problem(path, "duplicate_column", "the column stands twice", column)
    for column, field in fields.items():
        if field.is_required() and column not in header.values():
            yield Problem(table.path(1, column), "missing_column", "this column is needed")


def _read_record(
    line: Line,
    record: Mapping[int, Cell],
    known: Mapping[str, Column],
    missing: set[str],
    problems: list[Problem],
) -> Line:
    table, found = line.table, []
    cells: dict[str, str] = {}
    unread: set[str] = set()
    for at, cell in sorted(record.items()):
        column = known.get(table.header.get(at, ""))
        if column is None:
            if at not in table.header and cell.text:
                words = "stands under no heading: delete it, or give its column a name"
                found.append(
                    Problem(line.path(letters(at)), "beyond_header", words, cell.text[:60])
                )
        elif (fault := _unfit(cell, column)) is not None:
            unread.add(column.name)
            found.append(Problem(line.path(column.name), *fault, cell.text[:60]))
        else:
            cells[column.name] = cell.text
    row = None
    try:
        row = FILES[line.file].model_validate(cells)
    except ValidationError as error:
        line = Line(table, line.number, cells, None)
        faults = error.errors(include_url=False, include_context=False)
        found += [
            _cell_problem(line, fault, known)
            for fault in faults
            if not _expected(fault, missing) and not unread.intersection(map(str, fault["loc"]))
        ]
        if len(found) > 1 and (shifted := _shifted(line, record)) is not None:
            found, cells = [shifted], {}
    if found and row is not None:
        row = None  # a cell nobody could read may be what makes it another row
    problems.extend(found)
    return Line(table, line.number, cells, row)


def _unfit(cell: Cell, column: Column) -> tuple[str, str] | None:
    """Why this cell cannot stand in this column, as rule and what to do; None where it can."""
    if cell.fault is not None:
        return cell.fault
    if cell.kind in ("text", column.kind):
        return None
    if column.kind == "text" and not column.allowed:
        words = (
            f"the cell holds a {cell.kind}, and a spreadsheet drops leading zeros and rewrites"
            " dates: format the cell as text and write it again"
        )
        return f"{cell.kind}_as_text", words
    return "cell_kind", f"the cell holds a {cell.kind}; write {column.written}"


def _shifted(line: Line, record: Mapping[int, Cell]) -> Problem | None:
    """Whether the whole record stands right of its headings: moved back by one, every cell is good."""
    moved = {line.table.header.get(at - 1, ""): cell.text for at, cell in sorted(record.items())}
    try:
        FILES[line.file].model_validate(moved)
    except ValidationError:
        return None
    words = "every cell stands one column right of its heading: move them left"
    value = " | ".join(cell.text for _, cell in sorted(record.items()))[:60]
    return Problem(line.path(), "shifted_columns", words, value)


def _expected(fault: ErrorDetails, missing: set[str]) -> bool:
    """A column the whole file lacks is said once, in the header."""
    return fault["type"] == "missing" and str(fault["loc"][0]) in missing


def _cell_problem(line: Line, fault: ErrorDetails, known: Mapping[str, Column]) -> Problem:
    name = str(fault["loc"][0]) if fault["loc"] else None
    column = known.get(name or "")
    about = "" if column is None else f": {column.about}"
    if fault["type"] == "missing":
        return Problem(line.path(name), "missing", f"empty; a value is needed{about}")
    message = fault["msg"]
    if column is not None and fault["type"] in PATTERNS:
        message = f"{message}{about}"
    elif column is not None and fault["type"].startswith(PARSED):
        message = f"write {WRITTEN[column.kind]}{about}"
    value = line.cells.get(name, fault["input"]) if name else None
    return Problem(line.path(name), fault["type"], message, value and str(value))


def _duplicates(lines: Iterable[Line]) -> Iterator[Problem]:
    seen: dict[tuple[str, Key, object], Line] = {}
    for line in lines:
        if line.row is None:
            continue
        first = seen.setdefault((line.file, line.row.key, line.row.valid_from), line)
        if first is not line:
            yield Problem(
                line.path(),
                "duplicate_key",
                f"the key and valid_from of row {first.number} again",
                _words(line.row),
            )


def _dangling(lines: Iterable[Line], known: StaticData) -> Iterator[Problem]:
    by_file: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    taken = list(lines)
    for line in taken:
        by_file[line.file].append(line.cells)
    for row in known.rows:
        by_file[row.file].append(row.model_dump(mode="json", exclude_none=True))
    by_file["calendars"].extend({"calendar": day.calendar} for day in seed_days())
    for file in {line.file for line in taken}:
        for reference in FILES[file].references:
            targets = {_cells(cells, reference.target) for cells in by_file[reference.file]}
            yield from _unfound(taken, file, reference, targets)


def _unfound(
    lines: Iterable[Line], file: str, reference: Reference, targets: set[Key]
) -> Iterator[Problem]:
    for line in lines:
        wanted = _cells(line.cells, reference.columns)
        if line.file != file or not all(wanted) or ANY in wanted or wanted in targets:
            continue
        yield Problem(
            line.path(reference.columns[-1]),
            "dangling_reference",
            f"{reference.file}.csv has no row with "
            + ", ".join(f"{c} {v}" for c, v in zip(reference.target, wanted, strict=True)),
            wanted[-1],
        )


def _cells(cells: Mapping[str, str], columns: Iterable[str]) -> Key:
    return tuple(cells.get(column, "") for column in columns)


def _overlaps(lines: Iterable[Line], known: StaticData) -> Iterator[Problem]:
    new = {
        (line.file, line.row.key, line.row.valid_from): line
        for line in lines
        if line.row is not None
    }
    merged: defaultdict[tuple[str, Key], list[tuple[Row, Line | None]]] = defaultdict(list)
    for row in known.rows:
        if (row.file, row.key, row.valid_from) not in new:
            merged[row.file, row.key].append((row, None))
    for line in new.values():
        if line.row is not None:
            merged[line.file, line.row.key].append((line.row, line))
    for periods in merged.values():
        periods.sort(key=lambda period: period[0].valid_from)
        for (earlier, first), (later, second) in pairwise(periods):
            at = second or first
            if earlier.valid_to is None or earlier.valid_to < later.valid_from or at is None:
                continue
            yield Problem(
                at.path("valid_from" if at is second else "valid_to"),
                "overlap",
                f"{_words(earlier)} is valid to {earlier.valid_to}, "
                f"and again from {later.valid_from}",
                str(later.valid_from if at is second else earlier.valid_to),
            )


def _words(row: Row) -> str:
    return " ".join(part for part in row.key if part)
