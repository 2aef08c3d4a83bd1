"""A folder of static CSV files to StaticData, or every problem in them by file, row and column.

Rows are counted as a spreadsheet shows them: the header is row 1. Files are bytes here, not paths.
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
from schemas.problem import Problem, Refused
from schemas.static import Key, StaticData
from schemas.static_rows import ANY, FILES, Reference, Row

EMPTY = StaticData.of(())


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a file: where it stands, its cells by column, and the row if it is good."""

    file: str
    number: int
    cells: Mapping[str, str]
    row: Row | None

    def path(self, column: str | None = None) -> str:
        where = f"{self.file}.csv row {self.number}"
        return where if column is None else f"{where} column {column}"


def read_folder(files: Mapping[str, bytes], known: StaticData = EMPTY) -> StaticData:
    """`known` with the rows of these files on top; Refused with all problems, and nothing taken."""
    problems: list[Problem] = []
    lines: list[Line] = []
    for name, content in sorted(files.items()):
        lines.extend(_read_file(name, content, problems))
    return _on_top(lines, known, problems)


def put_rows(rows: Iterable[Row], known: StaticData) -> StaticData:
    """`known` with these rows on top; Refused with every rule they break together, by row of the list."""
    lines = [
        Line(row.file, number, row.model_dump(mode="json", exclude_none=True), row)
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


def _read_file(name: str, content: bytes, problems: list[Problem]) -> Iterator[Line]:
    file = name.removesuffix(".csv")
    if file not in FILES:
        known = ", ".join(f"{each}.csv" for each in FILES)
        problems.append(Problem(name, "unknown_file", f"no such file is known; known are {known}"))
        return
    try:
        records = list(
            csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        )
    except UnicodeDecodeError as error:
        problems.append(Problem(name, "encoding", f"not UTF-8 at byte {error.start}"))
        return
    except csv.Error as error:
        problems.append(Problem(name, "csv", f"cannot be read as CSV: {error}"))
        return
    yield from _read_records(file, records, problems)


def _read_records(file: str, records: list[list[str]], problems: list[Problem]) -> Iterator[Line]:
    header = [cell.strip() for cell in records[0]] if records else []
    problems.extend(_header_problems(file, header))
    missing = FILES[file].model_fields.keys() - header
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        line = Line(file, number, {}, None)
        if len(record) != len(header):
            problems.append(
                Problem(
                    line.path(),
                    "cells",
                    f"has {len(record)} cells, the header has {len(header)}",
                    ",".join(record)[:80],
                )
            )
            continue
        yield _read_record(line, header, record, missing, problems)


def _header_problems(file: str, header: list[str]) -> Iterator[Problem]:
    fields = FILES[file].model_fields
    for at, column in enumerate(header):
        path = f"{file}.csv row 1 column {column or at + 1}"
        if column not in fields:
            columns = ", ".join(fields)
            yield Problem(path, "unknown_column", f"no such column; known are {columns}", column)
        elif column in header[:at]:
            yield Problem(path, "duplicate_column", "the column stands twice", column)
    for column, field in fields.items():
        if field.is_required() and column not in header:
            path = f"{file}.csv row 1 column {column}"
            yield Problem(path, "missing_column", "this column is needed")


def _read_record(
    line: Line,
    header: list[str],
    record: list[str],
    missing: set[str],
    problems: list[Problem],
) -> Line:
    kind = FILES[line.file]
    stripped = (cell.strip() for cell in record)
    cells = {
        column: cell
        for column, cell in zip(header, stripped, strict=True)
        if cell and column in kind.model_fields
    }
    row = None
    try:
        row = kind.model_validate(cells)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        found = [_cell_problem(line, fault) for fault in faults if not _expected(fault, missing)]
        problems.extend(found)
    return Line(line.file, line.number, cells, row)


def _expected(fault: ErrorDetails, missing: set[str]) -> bool:
    """A column the whole file lacks is said once, in the header."""
    return fault["type"] == "missing" and str(fault["loc"][0]) in missing


def _cell_problem(line: Line, fault: ErrorDetails) -> Problem:
    column = str(fault["loc"][0]) if fault["loc"] else None
    if fault["type"] == "missing":
        return Problem(line.path(column), "missing", "empty; a value is needed")
    value = line.cells.get(column, fault["input"]) if column else None
    return Problem(line.path(column), fault["type"], fault["msg"], value and str(value))


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
