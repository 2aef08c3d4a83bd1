"""Workbooks as other programs write them, and as an enemy does: values exactly, or a named refusal."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers import spreadsheet
from reporting import workbook
from reporting.workbook import Heading, Leaf
from schemas.cells import Cell
from schemas.problem import Refused


def written(*rows: tuple[Any, ...], formats: dict[str, str] | None = None) -> bytes:
    """A workbook another program wrote."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for at, code in (formats or {}).items():
        sheet[at].number_format = code
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(content: bytes) -> dict[tuple[int, int], Cell]:
    (sheet,) = spreadsheet.read(content)
    return {(r, c): cell for r, row in sheet.rows.items() for c, cell in row.items()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def changed(content: bytes, part: str, before: bytes, after: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert before in parts[part]
    parts[part] = parts[part].replace(before, after, 1)
    return packed(parts)


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        spreadsheet.read(content)
    (problem,) = caught.value.problems
    return problem.rule


@pytest.mark.parametrize(
    "value, format_, text, kind",
    [
        ("00123", "@", "00123", "text"),
        (" Fund ", "General", "Fund", "text"),
        (0.1, "General", "0.1", "number"),
        (49452000.25, "#,##0.00", "49452000.25", "number"),
        (-12, "General", "-12", "number"),
        (0.0000001, "General", "0.0000001", "number"),
        (date(2026, 11, 23), "yyyy-mm-dd", "2026-11-23", "date"),
        (date(2026, 11, 23), "[$-409]d\\ mmm\\ yyyy", "2026-11-23", "date"),
        (time(21, 0), "h:mm", "21:00:00", "time"),
        (True, "General", "yes", "logical"),
        (3, '0" days"', "3", "number"),
    ],
)
def test_a_cell_says_what_was_typed(value, format_, text, kind):
    assert cells(written((value,), formats={"A1": format_}))[1, 1] == Cell(text, kind)


@pytest.mark.parametrize(
    "value, rule",
    [
        ("=1+1", "formula"),
        (1234567890123456, "inexact_number"),
        (0.1 + 0.7, "inexact_number"),
        (
            datetime(2026, 11, 23, 15, 30),  # noqa: DTZ001 - a cell has no zone
            "date_with_time",
        ),
        (40, "date_range"),
    ],
)
def test_a_cell_that_cannot_be_read_exactly_is_a_fault(value, rule):
    formats = {"A1": "yyyy-mm-dd"} if value == 40 else None
    fault = cells(written((value,), formats=formats))[1, 1].fault
    assert fault is not None
    assert fault.rule == rule


def test_an_error_of_the_spreadsheet_is_a_fault():
    book = openpyxl.Workbook()
    book.active["A1"] = "#N/A"
    book.active["A1"].data_type = "e"
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue())[1, 1].fault.rule == "error_cell"


def test_dates_of_a_workbook_that_counts_from_1904():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"] = date(2026, 11, 23)
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue())[1, 1].text == "2026-11-23"


def test_merged_ranges_are_named():
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active.merge_cells("A1:C1")
    out = io.BytesIO()
    book.save(out)
    assert spreadsheet.read(out.getvalue())[0].merged == ["A1:C1"]


def test_no_external_entity_is_read():
    text = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    content = changed(
        written(("a",)), "xl/worksheets/sheet1.xml", b"<worksheet", text + b"<worksheet"
    )
    assert refused(content) == "entities"


def test_no_entity_is_expanded():
    text = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = changed(written(("a",)), "xl/workbook.xml", b"<workbook", text + b"<workbook")
    assert refused(content) == "entities"


def test_an_encoding_that_hides_entities_is_refused():
    content = packed(
        {"_rels/.rels": "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16")}
    )
    assert refused(content) == "encoding"


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = packed({f"xl/{n}.xml": b" " * (spreadsheet.UNPACKED_MAX // 4) for n in range(5)})
    assert len(bomb) < 1_000_000
    assert refused(bomb) == "too_large"


def test_too_many_parts_are_refused():
    assert refused(packed({f"{n}": b"" for n in range(spreadsheet.PARTS_MAX + 1)})) == "too_large"


@pytest.mark.parametrize(
    "content, rule",
    [
        (b"", "no_workbook"),
        (b"isin,name\n", "no_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "encrypted"),
        (packed({"a": b"b"}), "no_workbook"),
        (packed({"xl/vbaProject.bin": b""}), "macros"),
        (packed({"_rels/.rels": b"<Relationships"}), "no_workbook"),
    ],
)
def test_what_is_no_workbook_says_so(content, rule):
    assert refused(content) == rule


BOOK = written(("isin", "name"), ("US5949181045", 1.5), (date(2026, 1, 1), True))


def is_read_or_refused(content: bytes) -> bool:
    try:
        spreadsheet.read(content)
    except Refused as error:
        return bool(error.problems)
    return True


@settings(deadline=None)
@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=20))
@example(at=len(BOOK) - 6, junk=b"\x01")
@example(at=4399, junk=b"\x08" + bytes(18) + b'"')
def test_a_damaged_workbook_is_read_or_refused(at, junk):
    assert is_read_or_refused(BOOK[:at] + junk + BOOK[at + len(junk) :])


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_in_a_sheet_are_read_or_refused(junk):
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"):
        assert is_read_or_refused(packed(parts | {name: parts[name][:-300] + junk}))


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_any_text_that_is_written_is_read_back(rows):
    content = workbook.write([Leaf("a", [Heading("x"), Heading("y")], rows)])
    (sheet,) = spreadsheet.read(content)
    found = [
        tuple(sheet.rows.get(n, {}).get(c, Cell("")).text for c in (1, 2))
        for n in range(2, len(rows) + 2)
    ]
    assert found == [tuple(text.strip() for text in row) for row in rows]


def test_another_program_reads_what_is_written():
    heads = [Heading("id", True), Heading("kind", False, ("a", "b"))]
    content = workbook.write([Leaf("first", heads, [("007", "a")]), Leaf("second", heads, [])])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["first", "second"]
    assert [c.value for c in book["first"][2]] == ["007", "a"]
    assert book["first"]["A2"].number_format == "@"
    assert book["first"].freeze_panes == "A2"
    (limit,) = book["first"].data_validations.dataValidation
    assert (limit.formula1, str(limit.sqref)) == ('"a,b"', "B2:B1048576")
