"""What custodians send beside the standard: mended where its meaning is plain, and each departure told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import parsers
from parsers import TOLERANT, check, fin_tolerant, read
from schemas.money import Money
from schemas.mt import deviations
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError
from schemas.static_rows import LinkRow

GOOD = (Path(__file__).parents[2] / "golden/mt541/equity_rvp_dtc.fin").read_bytes()
NONE = Schemas({}.get)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (b"USD190275,", b"USD190,275.00", "dev_decimal", 44),
        (b"USD190275,", b"USD190.275,00", "dev_decimal", 44),
        (b"USD190275,", b"USD190'275.00", "dev_decimal", 44),
        (b"USD190275,", b"USD190275", "dev_comma", 44),
        (b"SETT//20261124", b"SETT//2026-11-24", "dev_date", 12),
        (b"SETT//20261124", b"SETT//261124", "dev_date", 12),
        (b":20C::SEME//", b":20C:SEME//", "dev_colon", 3),
        (b":20C::SEME//", b":20C::SEME/", "dev_slash", 3),
        (b":20C::SEME//", b":20c::SEME//", "dev_tag_case", 3),
        (b":20C::SEME//", b" :20C: :SEME//", "dev_blanks", 3),
        (b":22F::SETR//TRAD", b":22F::setr//trad", "dev_case", 27),
        (b"ISIN US0378331005", b"isin:us0378331005", "dev_isin", 15),
        (b"ISIN US0378331005", b"ISINUS0378331005", "dev_isin", 15),
        (b"ISIN US0378331005", b"isin US0378331005", "dev_isin", 15),
        (b"APPLE INC COM", "APPLE ÎNC CÖM".encode(), "dev_character", 17),
        (b"APPLE INC COM", b"APPLE\xa0INC COM", "dev_character", 17),
        (b":16S:GENL\r\n", b"\r\n \r\n:16S:GENL\r\n", "dev_blank_line", 9),
        (b"APPLE INC COM\r\n", b"APPLE INC COM  \r\n", "dev_blanks", 17),
        (b":16S:LINK\r\n", b"", "dev_block", 8),
        (b"\r\n-}", b"}", "dev_end", 46),
        (b"\r\n-}", b"\r\n-", "dev_end", 47),
        (b"\r\n-}", b"", "dev_end", 46),
        (b"F01FUNDUS33AXXX", b"F01FUNDUS33", "dev_header", 1),
        (b"I541CUSTUS33XXXX", b"I541custus33xxx", "dev_header", 1),
    ],
)
def test_a_deviation_is_mended_and_told(old: bytes, new: bytes, code: str, line: int) -> None:
    assert GOOD.count(old) == 1
    mended = fin_tolerant.mend(GOOD.replace(old, new))
    assert check(mended.raw, NONE) == []
    assert {found.rule for found in mended.deviations} == {code}
    assert mended.deviations[0].line == line
    assert {found.severity for found in mended.deviations} == {"warning"}


def test_a_message_that_is_right_comes_back_as_it_is() -> None:
    mended = fin_tolerant.mend(GOOD)
    assert (mended.raw, mended.deviations) == (GOOD, ())


@pytest.mark.parametrize("amount", [b"USD190.275", b"USD1.2.3,4,5", b"USD", b"US190275,"])
def test_what_nobody_can_tell_is_left_for_the_strict_reader(amount: bytes) -> None:
    raw = GOOD.replace(b"USD190275,", amount)
    assert fin_tolerant.mend(raw).raw == raw
    assert [f.severity for f in check(raw, NONE, tolerates=TOLERANT)] == ["error"]


def test_many_deviations_at_once_read_as_the_good_one_does() -> None:
    raw = GOOD.replace(b"\r\n", b" \n\n").replace(b"USD190275,", b"USD190,275.00")
    raw = raw.replace(b"//20261124", b"//2026-11-24").replace(b"FUNDUS33A", b"FUNDUS33")
    message = read(raw, tolerates=TOLERANT)
    amount = message["SETDET/AMT/19A SETT"]
    assert amount.value == Money("USD", Decimal("190275.00"))
    assert message["TRADDET/98A SETT"].value == date(2026, 11, 24)
    assert message.sender == "FUNDUS33XXX"
    assert raw.split(b"\n")[amount.line - 1].startswith(b":19A::SETT")


def test_only_what_a_sender_is_known_for_is_mended() -> None:
    raw = GOOD.replace(b"USD190275,", b"USD190,275.00").replace(b"SETT//2026", b"SETT//2026-")
    mended = fin_tolerant.mend(raw, {"dev_decimal"})
    assert [found.rule for found in mended.deviations] == ["dev_decimal"]
    assert b"2026-1124" in mended.raw
    assert fin_tolerant.mend(raw, frozenset()).raw == raw


def test_strict_reading_refuses_what_tolerant_reading_mends() -> None:
    cut = GOOD.replace(b"\r\n-}", b"")
    with pytest.raises(MessageError, match="cut off"):
        read(cut)
    assert read(cut, tolerates=TOLERANT).type == "MT541"
    assert parsers.deviations(cut, TOLERANT)[0].rule == "dev_end"
    assert parsers.deviations(cut, frozenset()) == ()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{4:", b"{4:\n:", b":20:", b"\xff\xfe{", b"-}", b"}" * 99]
)
def test_any_bytes_are_taken(raw: bytes) -> None:
    fin_tolerant.mend(raw)


def test_a_links_row_names_the_deviations_its_senders_are_known_for() -> None:
    row = {"name": "quay", "transport": "mqtt", "format": "fin"}
    assert LinkRow.model_validate(row).tolerated == frozenset()
    known = LinkRow.model_validate({**row, "tolerates": "dev_date dev_end"})
    assert known.tolerated == {"dev_date", "dev_end"}
    every = LinkRow.model_validate({**row, "tolerates": "all"})
    assert every.tolerated == set(deviations.BY_CODE)
    with pytest.raises(ValueError, match="dev_dates is no deviation"):
        LinkRow.model_validate({**row, "tolerates": "dev_dates"})
