"""An .xlsx workbook to sheets of cells, each with what it says and what it is (ECMA-376, part 1).

Only values are read. A formula, an error and a number a spreadsheet cannot have kept exactly are
faults of their cell; a file that is none of ours to open is refused whole: nothing is expanded,
fetched or guessed.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO

from lxml import etree

from schemas.cells import Cell, CellKind, Fault
from schemas.problem import Problem, Refused

UNPACKED_MAX = 128 * 1024 * 1024  # bytes of all parts together
PARTS_MAX = 2_000
CELLS_MAX = 2_000_000
DIGITS_MAX = 15  # significant digits a spreadsheet's number keeps
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and .xlsx under a password
DATES = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))  # 18.8.30
TIMES = frozenset((18, 19, 20, 21, 45, 46, 47))
_UNSAID = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding=["']([^"']+)["']""")
_AT = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ENTITY = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Sheet:
    """One sheet: its cells by row and column, both from 1, and its merged ranges."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Book:
    archive: zipfile.ZipFile
    texts: list[str]
    styles: list[CellKind]  # how a number of this style is meant
    epoch: date


def read(content: bytes) -> list[Sheet]:
    """Every sheet in order; Refused when the bytes are no workbook that is safe to read."""
    if content.startswith(OLE):
        raise _refused("encrypted", "an old .xls, or under a password: save as .xlsx without one")
    try:
        with _archive(content) as archive:
            _weigh(archive)
            return list(_sheets(archive))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise _refused("no_workbook", f"not an .xlsx workbook: {error}") from error
    except etree.XMLSyntaxError as error:
        raise _refused("no_workbook", f"a part of the workbook is damaged: {error.msg}") from error


def first_row(merged: str) -> int:
    """The row a merged range begins in."""
    at = _AT.match(merged)
    return int(at[2]) if at else 0


def _refused(rule: str, message: str, value: str | None = None) -> Refused:
    return Refused("workbook", [Problem("workbook", rule, message, value)])


# the archive --------------------------------------------------------------------------------------


def _archive(content: bytes) -> zipfile.ZipFile:
    """The archive, opened; BadZipFile whatever of its directory is damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (ValueError, OSError, OverflowError, struct.error) as error:
        raise zipfile.BadZipFile(f"its directory is damaged: {error}") from error


def _weigh(archive: zipfile.ZipFile) -> None:
    """Refused before anything is unpacked that would be too much, or is no plain workbook."""
    parts = archive.infolist()
    if len(parts) > PARTS_MAX:
        raise _refused("too_large", f"a workbook has at most {PARTS_MAX} parts", str(len(parts)))
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_MAX:
        raise _refused("too_large", f"unpacked, at most {UNPACKED_MAX} bytes", str(size))
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise _refused("no_workbook", "a part of the workbook stands twice")
    if any(part.flag_bits & 1 for part in parts):
        raise _refused("encrypted", "the workbook is under a password: save it without one")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _refused("macros", "the workbook holds macros: save it as .xlsx")


def _part(archive: zipfile.ZipFile, name: str) -> IO[bytes] | None:
    """One part as a stream; None when it is not there. Refused when it declares a document type."""
    try:
        data = archive.read(name)
    except KeyError:
        return None
    except (ValueError, OSError, struct.error) as error:  # an offset that points nowhere
        raise zipfile.BadZipFile(f"{name} is not where the archive says: {error}") from error
    declared = _ENCODING.match(data[:200])
    if b"\0" in data[:4] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise _refused("encoding", f"{name} is not UTF-8")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _refused("entities", f"{name} declares a document type: no workbook needs one")
    return io.BytesIO(data)


def _elements(stream: IO[bytes], *wanted: str) -> Iterator[etree._Element]:
    """The elements of these local names as they end; what was read is let go."""
    context = etree.iterparse(
        stream, events=("end",), resolve_entities=False, no_network=True, huge_tree=False
    )
    for _, element in context:
        if isinstance(element.tag, str) and _local(element) in wanted:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: etree._Element, name: str) -> str | None:
    """By local name: strict and transitional workbooks use other namespaces."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: its kind and its name, by relationship."""
    folder, name = posixpath.split(part)
    stream = _part(archive, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    if stream is None:
        return found
    for element in _elements(stream, "Relationship"):
        target = element.get("Target") or ""
        if element.get("TargetMode") == "External":
            continue  # never followed
        full = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        kind = (element.get("Type") or "").rpartition("/")[2]
        found[element.get("Id") or ""] = (kind, posixpath.normpath(full))
    return found


def _of_kind(targets: Mapping[str, tuple[str, str]], kind: str) -> str | None:
    return next((name for each, name in targets.values() if each == kind), None)


# the workbook -------------------------------------------------------------------------------------


def _sheets(archive: zipfile.ZipFile) -> Iterator[Sheet]:
    workbook = _of_kind(_targets(archive, ""), "officeDocument")
    stream = _part(archive, workbook) if workbook else None
    if workbook is None or stream is None:
        raise _refused("no_workbook", "there is no workbook in this archive")
    targets = _targets(archive, workbook)
    epoch, listed = date(1899, 12, 30), []
    for element in _elements(stream, "workbookPr", "sheet"):
        if _local(element) == "sheet":
            listed.append((_attribute(element, "name") or "", _attribute(element, "id") or ""))
        elif element.get("date1904") in ("1", "true"):
            epoch = date(1904, 1, 1)
    texts, styles = _of_kind(targets, "sharedStrings"), _of_kind(targets, "styles")
    book = _Book(archive, _texts(archive, texts), _styles(archive, styles), epoch)
    cells = 0
    for name, id_ in listed:
        kind, part = targets.get(id_, ("", ""))
        sheet = Sheet(name)
        stream = _part(archive, part) if kind == "worksheet" else None
        if stream is not None:
            cells = _fill(book, sheet, stream, cells)
        yield sheet


def _texts(archive: zipfile.ZipFile, part: str | None) -> list[str]:
    stream = _part(archive, part) if part else None
    if stream is None:
        return []
    return [_rich(element) for element in _elements(stream, "si")]


def _rich(element: etree._Element) -> str:
    """The text of a string item, runs put together, phonetic hints left out (18.4.8)."""
    found = []
    for t in element.iter("{*}t"):
        parent = t.getparent()
        if parent is None or _local(parent) != "rPh":
            found.append(t.text or "")
    return _ENTITY.sub(_character, "".join(found))


def _character(at: re.Match[str]) -> str:
    """`_x000D_` as the character it stands for; what is none stays as it is written (22.9.2.19)."""
    code = int(at[1], 16)
    return at[0] if code == 0 or 0xD800 <= code < 0xE000 else chr(code)


def _styles(archive: zipfile.ZipFile, part: str | None) -> list[CellKind]:
    """What a number means in each cell style: a number, a date or a time."""
    stream = _part(archive, part) if part else None
    if stream is None:
        return []
    codes: dict[int, str] = {}
    kinds: list[CellKind] = []
    for element in _elements(stream, "numFmt", "cellXfs"):
        if _local(element) == "numFmt":
            codes[_int(element.get("numFmtId"))] = element.get("formatCode") or ""
        else:
            kinds = [_meant(_int(xf.get("numFmtId")), codes) for xf in element.iter("{*}xf")]
    return kinds


def _meant(id_: int, codes: Mapping[int, str]) -> CellKind:
    if id_ in DATES:
        return "date"
    if id_ in TIMES:
        return "time"
    code = _UNSAID.sub("", codes.get(id_, "")).lower().split(";")[0]
    if "general" in code or not code:
        return "number"
    if "y" in code or "d" in code:
        return "date"
    return "time" if "h" in code or "s" in code else "number"


def _int(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else 0


# the cells ----------------------------------------------------------------------------------------


def _fill(book: _Book, sheet: Sheet, stream: IO[bytes], cells: int) -> int:
    """Read one sheet; how many cells were read so far."""
    row = 0
    for element in _elements(stream, "row", "mergeCell"):
        if _local(element) == "mergeCell":
            sheet.merged.append(element.get("ref") or "")
            continue
        row = _int(element.get("r")) or row + 1
        found: dict[int, Cell] = {}
        column = 0
        for c in element.iterchildren("{*}c"):
            column = _column(c.get("r")) or column + 1
            cell = _cell(book, c)
            if cell.text or cell.fault is not None:
                found[column] = cell
                cells += 1
        if cells > CELLS_MAX:
            raise _refused("too_large", f"a workbook has at most {CELLS_MAX} filled cells")
        if found:
            sheet.rows.setdefault(row, {}).update(found)
    return cells


def _column(at: str | None) -> int:
    match = _AT.fullmatch(at or "")
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - 64
    return number


def _cell(book: _Book, c: etree._Element) -> Cell:
    type_ = c.get("t") or "n"
    value = c.find("{*}v")
    text = value.text or "" if value is not None else ""
    if (formula := c.find("{*}f")) is not None:
        said = "a formula: copy the cell and paste its value, so that what is imported is seen"
        return Cell(f"={formula.text or text}", "text", Fault("formula", said))
    match type_:
        case "s":
            at = _int(text)
            return Cell(book.texts[at].strip() if at < len(book.texts) else "")
        case "inlineStr":
            inner = c.find("{*}is")
            return Cell("" if inner is None else _rich(inner).strip())
        case "b":
            return Cell("" if not text else "yes" if text in ("1", "true") else "no", "logical")
        case "e":
            return Cell(text, "text", Fault("error_cell", "an error of the spreadsheet"))
        case "d":
            return Cell(text.removesuffix("T00:00:00"), "date")
        case "n":
            return _number(book, text.strip(), _int(c.get("s"))) if text else Cell("")
        case _:
            return Cell(text.strip())


def _number(book: _Book, text: str, style: int) -> Cell:
    try:
        value = float(text)
    except ValueError:
        return Cell(text, "number", Fault("number", "not a number a spreadsheet writes"))
    kind = book.styles[style] if style < len(book.styles) else "number"
    if kind == "number":
        return exact(value)
    return _day(value, book.epoch) if kind == "date" else _time(value)


def exact(value: float) -> Cell:
    """The number as it was typed: at most 15 digits, else digits may be lost already."""
    if value != value or value in (float("inf"), float("-inf")):
        return Cell(str(value), "number", Fault("number", "not a number"))
    decimal = Decimal(repr(value))
    digits = "".join(map(str, decimal.as_tuple().digits)).strip("0")
    text = format(decimal, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if len(digits) > DIGITS_MAX or abs(decimal) >= Decimal(10) ** DIGITS_MAX:
        said = (
            f"a spreadsheet keeps {DIGITS_MAX} digits of a number, so this may not be what was"
            " typed: format the cell as text and write it again"
        )
        return Cell(text, "number", Fault("inexact_number", said))
    return Cell("0" if text == "-0" else text, "number")


def _day(value: float, epoch: date) -> Cell:
    shown = repr(value)
    if value != int(value):
        return Cell(shown, "date", Fault("date_with_time", "a date with a time: write the date"))
    if not 61 <= value < 110_000:  # a spreadsheet's 1900 has a 29 February
        said = "a date before 1900-03-01 or after 2200: write it as text, YYYY-MM-DD"
        return Cell(shown, "date", Fault("date_range", said))
    return Cell((epoch + timedelta(days=int(value))).isoformat(), "date")


def _time(value: float) -> Cell:
    seconds = round(value * 86400)
    if not 0 <= value < 1 or abs(value * 86400 - seconds) > 1e-4:
        said = "not a time of day: write it as text, HH:MM"
        return Cell(repr(value), "time", Fault("time", said))
    midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall time of no zone
    return Cell((midnight + timedelta(seconds=seconds)).time().isoformat(), "time")
