"""Static data as a workbook: what is exported imports as it was, and every planted error is named."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import workbook
from gateway.demo_data import demo_files
from schemas import static_files
from schemas.problem import Problem, Refused
from schemas.static_columns import columns
from schemas.static_rows import FILES, CalendarDay, CutOff, Instrument, OpeningCash, Row

DEMO = static_files.read_folder(demo_files())


def book() -> openpyxl.Workbook:
    """The demo's workbook as a spreadsheet program opens it."""
    return openpyxl.load_workbook(io.BytesIO(workbook.demo_book()))


def problems(book: openpyxl.Workbook) -> list[Problem]:
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused) as caught:
        static_files.read_tables(workbook.read(out.getvalue()))
    return list(caught.value.problems)


def named(book: openpyxl.Workbook) -> dict[str, Problem]:
    return {problem.path: problem for problem in problems(book)}


def test_the_demo_is_the_same_as_a_workbook_and_as_files():
    read = static_files.read_tables(workbook.read(workbook.demo_book()))
    assert sorted(read.to_rows()) == sorted(DEMO.to_rows())


def test_what_a_spreadsheet_program_saved_again_is_the_same():
    out = io.BytesIO()
    book().save(out)
    read = static_files.read_tables(workbook.read(out.getvalue()))
    assert sorted(read.to_rows()) == sorted(DEMO.to_rows())


def test_equal_data_gives_equal_bytes():
    assert workbook.demo_book() == workbook.write(reversed(DEMO.rows))


def test_the_template_holds_every_table_explains_every_column_and_changes_nothing():
    empty = openpyxl.load_workbook(io.BytesIO(workbook.write(())))
    assert empty.sheetnames == [workbook.EXPLAINED, *FILES]
    for file in FILES:
        assert [c.value for c in empty[file][1]] == [column.name for column in columns(file)]
    explained = [tuple(c.value for c in row) for row in empty[workbook.EXPLAINED].iter_rows()]
    assert len(explained) == 1 + sum(len(columns(file)) for file in FILES)
    assert all(about for *_, about, _ in explained)
    assert static_files.read_tables(workbook.read(workbook.write(()))).rows == ()


def test_twenty_planted_errors_are_all_named():
    planted = book()
    sheet = planted["instruments"]
    sheet["A2"] = "US5949181046"  # 1 a check digit
    sheet["D3"] = "stock"  # 2 no asset class
    sheet["H4"] = 37833100  # 3 a CUSIP as a number: its leading zero is gone
    sheet["B5"] = "=B4"  # 4 a formula
    sheet["F6"] = "MOON"  # 5 no such market
    planted["portfolios"]["C2"] = None  # 6 a value is needed
    planted["opening_cash"]["E2"] = 1234567890123456  # 7 more digits than a number keeps
    planted["opening_cash"]["E3"] = "400,000.00"  # 8 separators
    planted["opening_cash"]["F4"] = "30/10/2026"  # 9 day and month
    planted["opening_cash"]["E5"] = "1.005"  # 10 more decimals than GBP has
    planted["accounts"].append([c.value for c in planted["accounts"][2]])  # 11 a key again
    earlier = next(r for r in planted["counterparty_ssi"].iter_rows(min_row=2) if r[8].value)
    earlier[8].value = "2026-07-31"  # 12 overlaps what follows
    later = earlier[0].row + 1
    planted["counterparty_ssi"]["D2"] = "DTCY-00009421"  # 13 no BIC and no scheme
    planted["settlement_cycles"]["D2"] = "T+2"  # 14 no number
    planted["places"]["F2"] = "perhaps"  # 15 neither yes nor no
    planted["links"]["E1"] = "colour"  # 16 no such column
    planted["funds"].merge_cells("A1:B1")  # 17 a merged heading
    planted["cut_offs"]["C2"] = "9 pm"  # 18 no time
    planted["parties"].insert_cols(1)  # 19 a column put in before all
    planted.create_sheet("holidays")["A1"] = "calendar"  # 20 no such sheet
    found = named(planted)
    wanted = {
        "sheet instruments row 2 column isin": "isin_check_digit",
        "sheet instruments row 3 column asset_class": "literal_error",
        "sheet instruments row 4 column local_id": "number_as_text",
        "sheet instruments row 5 column name": "formula",
        "sheet instruments row 6 column market": "dangling_reference",
        "sheet portfolios row 2 column fund": "missing",
        "sheet opening_cash row 2 column amount": "inexact_number",
        "sheet opening_cash row 3 column amount": "decimal_text",
        "sheet opening_cash row 4 column opened_on": "date",
        "sheet opening_cash row 5": "currency_digits",
        f"sheet accounts row {planted['accounts'].max_row}": "duplicate_key",
        f"sheet counterparty_ssi row {later} column valid_from": "overlap",
        "sheet counterparty_ssi row 2 column agent": "agent",
        "sheet settlement_cycles row 2 column lag": "int_parsing",
        "sheet places row 2 column partial_supported": "bool_parsing",
        "sheet links row 1 column colour": "unknown_column",
        "sheet funds row 1": "merged_header",
        "sheet cut_offs row 2 column local_time": "time_parsing",
        "sheet parties row 1": "shifted_columns",
        "sheet holidays": "unknown_sheet",
    }
    assert len(wanted) == 20
    assert {path: found[path].rule for path in wanted if path in found} == wanted


def test_a_problem_shows_the_value_and_says_what_to_do():
    planted = book()
    planted["settlement_cycles"]["D2"] = "T+2"
    (problem,) = problems(planted)
    assert problem.value == "T+2"
    assert "business days from trade to settlement" in problem.message


def test_a_row_beside_its_headings_is_one_problem():
    planted = book()
    sheet = planted["own_ssi"]
    values = [c.value for c in sheet[3]]
    for at, value in enumerate([None, *values[:-1]], 1):
        sheet.cell(3, at).value = value
    (problem,) = problems(planted)
    assert (problem.path, problem.rule) == ("sheet own_ssi row 3", "shifted_columns")
    assert "one column right" in problem.message


def test_what_stands_under_no_heading_is_named():
    planted = book()
    planted["funds"]["L2"] = "note to self"
    assert named(planted)["sheet funds row 2 column L"].rule == "beyond_header"


def test_a_sheet_without_headings_says_which_it_needs():
    planted = book()
    planted["funds"].delete_rows(1)
    planted["funds"].insert_rows(1)
    assert named(planted)["sheet funds row 1"].rule == "missing_header"


def test_dates_and_numbers_that_a_spreadsheet_made_its_own_are_read_exactly():
    changed = book()
    changed["opening_cash"]["E2"] = 750000000.25
    changed["opening_cash"]["E2"].number_format = "#,##0.00"
    changed["opening_cash"]["F2"] = date(2026, 10, 30)
    out = io.BytesIO()
    changed.save(out)
    read = static_files.read_tables(workbook.read(out.getvalue()))
    cash = [r for r in read.all(OpeningCash) if r.key == ("HARBUS30", "HT100001USD")]
    assert (str(cash[0].amount), cash[0].opened_on) == ("750000000.25", date(2026, 10, 30))


WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"),
        min_size=1,
        max_size=40,
    )
    .map(str.strip)
    .filter(bool)
)
DATES = st.dates(date(1900, 1, 2), date(2199, 12, 30))
INSTRUMENTS = st.builds(
    Instrument,
    isin=st.sampled_from([row.isin for row in DEMO.all(Instrument)]),
    name=WORDS,
    ticker=st.none() | st.from_regex(r"0[0-9]{3}", fullmatch=True),
    asset_class=st.sampled_from(["equity", "corporate"]),
    currency=st.just("USD"),
    market=st.just("US"),
    maturity_date=st.none() | DATES,
    interest_rate=st.none() | st.decimals(0, 100, places=10).map(lambda d: format(d, "f")),
    valid_from=DATES,
)
DAYS = st.builds(
    CalendarDay,
    calendar=st.just("FED"),
    on=DATES,
    kind=st.just("early"),
    closes_at=st.times().map(lambda t: t.replace(microsecond=0)),
    name=WORDS,
    source=WORDS,
)
CUTS = st.builds(
    CutOff,
    owner=st.just("DTCYUS33"),
    name=st.from_regex(r"[0-9]{3}", fullmatch=True),
    local_time=st.times(),
    zone=st.just("Europe/Berlin"),
    rule=st.just("trade_date"),
    calendar=st.just("DTC"),
)


def once(rows: list[Row]) -> list[Row]:
    """One row a key: periods of one key may not overlap."""
    return list({(row.file, row.key): row for row in rows}.values())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(INSTRUMENTS, DAYS, CUTS), max_size=12).map(once))
def test_whatever_is_exported_imports_as_it_was(rows):
    read = static_files.read_tables(workbook.read(workbook.write([*rows])), DEMO)
    put = {(r.file, r.key, r.valid_from): r for r in read.rows}
    assert [put[row.file, row.key, row.valid_from] for row in rows] == rows
