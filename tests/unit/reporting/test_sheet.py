"""Lists as files: what opens them reads what we meant, and nothing runs."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reporting.sheet import DIGITS_MAX, FORMATS, Csv, Value, Xlsx

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def written(kind: str, rows: list[list[Value]], parts: int = 1) -> bytes:
    sheet = FORMATS[kind]("List", ["A", "B"])
    each = max(1, len(rows) // parts)
    return b"".join(
        [
            sheet.begin(),
            *(sheet.add(rows[n : n + each]) for n in range(0, len(rows), each)),
            sheet.end(),
        ]
    )


def cells(raw: bytes) -> list[list[tuple[str, str]]]:
    """(type, value) of every cell of the sheet, by row."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            etree.fromstring(book.read(name))
        root = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [
        [(c.get("t", "n"), "".join(c.itertext())) for c in row.iterfind("m:c", NS)]
        for row in root.iterfind(".//m:row", NS)
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    lines = written("csv", [[text, None]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(lines, newline="")))[1] == [f"'{text}", ""]
    assert cells(written("xlsx", [[text, None]]))[1][0] == ("inlineStr", text)


def test_a_negative_figure_stays_a_figure() -> None:
    assert written("csv", [[Decimal("-12.50"), -3]]).decode("utf-8-sig").endswith("-12.50,-3\r\n")
    assert cells(written("xlsx", [[Decimal("-12.50"), -3]]))[1] == [("n", "-12.50"), ("n", "-3")]


def test_dates_and_moments_are_what_a_spreadsheet_counts() -> None:
    at = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert cells(written("xlsx", [[at, at.date()]]))[1] == [("n", "46349.77083333"), ("n", "46349")]
    text = written("csv", [[at, at.date()]]).decode("utf-8-sig")
    assert text.endswith("2026-11-23 18:30:00,2026-11-23\r\n")


def test_a_figure_no_spreadsheet_can_hold_stays_exact_as_text() -> None:
    long = Decimal("1234567890123456.78")
    assert len(long.as_tuple().digits) > DIGITS_MAX
    assert cells(written("xlsx", [[long, None]]))[1][0] == ("inlineStr", str(long))


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.text(max_size=20),
                st.integers(),
                st.dates(min_value=date(1900, 3, 1)),
                st.decimals(allow_nan=False, allow_infinity=False, places=4),
            ),
            min_size=2,
            max_size=2,
        ),
        max_size=12,
    ),
    st.integers(1, 4),
)
def test_any_values_give_files_that_open(rows: list[list[Value]], parts: int) -> None:
    assert len(cells(written("xlsx", rows, parts))) == len(rows) + 1
    text = written("csv", rows, parts).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == len(rows) + 1


@pytest.mark.parametrize("format_", [Csv, Xlsx])
def test_parts_are_given_as_they_are_made(format_: type[Csv] | type[Xlsx]) -> None:
    sheet = format_("List", ["A"])
    assert sheet.begin()
    assert len(sheet.add([[f"{n:x}" * 40] for n in range(20_000)])) > 10_000
