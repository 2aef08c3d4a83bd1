"""Folders of CSV files: good ones are read, and of bad ones every fault is named by its place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.problem import Problem, Refused
from schemas.static import StaticData
from schemas.static_files import read_folder
from schemas.static_rows import FILES, Fund, SettlementCycle

LEI = "5493001KJTIIGC8Y1R12"
GOOD = {
    "legal_entities.csv": f"id,name,lei,country\nALDER,Alder,{LEI},US\n",
    "funds.csv": (
        "id,name,legal_entity,type,base_currency,domicile\nAGE,Alder Global,ALDER,UCITS,USD,IE\n"
    ),
    "places.csv": (
        "bic,name,market,calendar,zone,partial_supported,hold_supported\n"
        "DTCYUS33,DTC,US,DTC,America/New_York,no,no\n"
    ),
    "settlement_cycles.csv": (
        "market,asset_class,trade_calendar,lag,valid_from\nUS,*,NYSE,1,2024-05-28\n"
    ),
}


def folder(**changed: str) -> dict[str, bytes]:
    files = GOOD | {f"{name}.csv": text for name, text in changed.items()}
    return {name: text.encode() for name, text in files.items()}


def problems(files: dict[str, bytes], known: StaticData | None = None) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        read_folder(files, known) if known is not None else read_folder(files)
    assert caught.value.code == "static_data"
    return list(caught.value.problems)


def faults(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(problem.path, problem.rule) for problem in problems(files)]


def test_a_good_folder_is_read():
    static = read_folder(folder())
    fund = static.find(Fund, "AGE", on=date(2026, 1, 2))
    assert fund is not None
    assert fund.legal_entity == "ALDER"


def test_a_byte_order_mark_crlf_spaces_and_empty_lines_are_taken():
    text = GOOD["settlement_cycles.csv"].replace("\n", " \r\n\r\n")
    files = folder() | {"settlement_cycles.csv": b"\xef\xbb\xbf" + text.encode()}
    assert read_folder(files).find(SettlementCycle, "US", "*", on=date(2026, 1, 2)) is not None


NO_SUCH_DATE = "date_from_datetime_parsing"
HEADER = "market,asset_class,trade_calendar,lag,valid_from\n"


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        (HEADER + "US,*,NYSE,many,2024-05-28\n", "row 2 column lag", "int_parsing"),
        (HEADER + "US,*,NYSE,1,28.05.2024\n", "row 2 column valid_from", "date"),
        (HEADER + "US,*,NYSE,1,2024-02-30\n", "row 2 column valid_from", NO_SUCH_DATE),
        (HEADER + "US,*,NYSE,,2024-05-28\n", "row 2 column lag", "missing"),
        (HEADER + "US,*,MOON,1,2024-05-28\n", "row 2 column trade_calendar", "dangling_reference"),
        (HEADER + "JP,*,NYSE,1,2024-05-28\n", "row 2 column market", "dangling_reference"),
        (HEADER + "US,*,NYSE,1\n", "row 2", "cells"),
        (HEADER + "US,*,NYSE,1,2024-05-28,x\n", "row 2", "cells"),
        (HEADER + "\nUS,*,NYSE,1,2024-05-28\nUS,*,NYSE,2,2024-05-28\n", "row 4", "duplicate_key"),
        ("market,lag,colour\nUS,1,red\n", "row 1 column colour", "unknown_column"),
        ("market,lag,lag\nUS,1,1\n", "row 1 column lag", "duplicate_column"),
        ("market\nUS\n", "row 1 column lag", "missing_column"),
        (
            "market,lag,valid_from,valid_to\nUS,2,2020-01-01,2024-05-28\nUS,1,2024-05-28,\n",
            "row 3 column valid_from",
            "overlap",
        ),
        ("market,lag,valid_from,valid_to\nUS,2,2020-01-01,2019-01-01\n", "row 2", "period"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_row_column_and_rule(text: str, path: str, rule: str):
    assert faults(folder(settlement_cycles=text)) == [(f"settlement_cycles.csv {path}", rule)]


def test_all_faults_of_all_files_come_at_once():
    found = faults(
        folder(
            funds=GOOD["funds.csv"].replace("USD", "USX").replace("ALDER,", "OAK,"),
            legal_entities=GOOD["legal_entities.csv"].replace(LEI, LEI[:-1] + "3"),
        )
    )
    assert found == [
        ("funds.csv row 2 column base_currency", "currency_code"),
        ("legal_entities.csv row 2 column lei", "lei_check_digits"),
        ("funds.csv row 2 column legal_entity", "dangling_reference"),
    ]


def test_a_fault_shows_the_value_as_it_stands_in_the_file():
    (found,) = problems(folder(settlement_cycles=HEADER + "US,*,NYSE, many ,2024-05-28\n"))
    assert found.value == "many"


def test_a_row_with_a_fault_is_still_there_to_be_referred_to():
    broken = GOOD["legal_entities.csv"].replace(LEI, "LEI")
    assert faults(folder(legal_entities=broken)) == [
        ("legal_entities.csv row 2 column lei", "lei_shape")
    ]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("weather.csv", b"a\n1\n", "unknown_file"),
        ("funds.csv", b"\xff\xfe\x00", "encoding"),
        ("funds.csv", b'id\n"open\n', "csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_fault(name: str, content: bytes, rule: str):
    assert faults(folder() | {name: content}) == [(name, rule)]


def test_an_empty_file_lacks_its_columns():
    assert ("funds.csv row 1 column id", "missing_column") in faults(folder(funds=""))


def test_what_is_already_known_can_be_referred_to_and_replaced():
    known = read_folder(folder())
    slower = {"settlement_cycles.csv": (HEADER + "US,*,NYSE,2,2024-05-28\n").encode()}
    static = read_folder(slower, known)
    cycle = static.find(SettlementCycle, "US", "*", on=date(2026, 1, 2))
    assert cycle is not None
    assert cycle.lag == 2
    assert static.find(Fund, "AGE", on=date(2026, 1, 2)) is not None


def test_a_period_may_not_overlap_one_that_is_already_known():
    text = "market,lag,valid_from,valid_to\nUS,2,2020-01-01,2024-12-31\n"
    (found,) = problems({"settlement_cycles.csv": text.encode()}, read_folder(folder()))
    assert (found.path, found.rule) == ("settlement_cycles.csv row 2 column valid_to", "overlap")


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name: str, content: bytes):
    try:
        read_folder({f"{name}.csv": content})
    except Refused as refused:
        found = refused.problems
    else:
        return
    assert found
