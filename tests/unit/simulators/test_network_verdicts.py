"""The simulated network refuses what the standard refuses, with the right code and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simulator_cast import fin, mt54x

from simulators import fin as fin_text
from simulators.fin_rules import Nak, Validator

MT103 = [
    ":20:PAY2611240001",
    ":23B:CRED",
    ":32A:261124USD10000,",
    ":33B:USD10000,",
    ":50F:/1234567890",
    "1/ALPHA FUND",
    "2/1 MAIN ST",
    "3/US/NEW YORK,NY 10001",
    ":59:/9876543210",
    "BETA LLC",
    "2 SIDE ST CHICAGO",
    ":70:INV 778",
    ":71A:SHA",
]
UETR = "{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}"


def verdict(lines: list[str], type_: str = "541", user: str = "") -> str:
    validator = Validator(None, frozenset({"KESTUX30"}))
    try:
        validator.check(fin_text.read(fin(lines, type_, user=user)))
    except Nak as nak:
        return nak.code
    return "ok"


def swap(old: str, *new: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        at = lines.index(old)
        return [*lines[:at], *new, *lines[at + 1 :]]

    return change


def line_of(text: str, lines: list[str] | None = None) -> str:
    return f"{(lines or mt54x()).index(text) + 1:03d}"


@pytest.mark.parametrize("type_", ["540", "541", "542", "543"])
def test_a_correct_instruction_is_acknowledged(type_):
    assert verdict(mt54x(type_=type_), type_) == "ok"


FAULTS = {
    "a tag nobody knows": (
        swap(":94B::TRAD//EXCH/XNAS", ":94Z::TRAD//X"),
        "T13",
        ":94B::TRAD//EXCH/XNAS",
    ),
    "a mandatory field left out": (swap(":22F::SETR//TRAD"), "T13", ":22F::SETR//TRAD"),
    "a wrong block name": (swap(":16R:FIAC", ":16R:FIAX"), "T13", ":16R:FIAC"),
    "the word ISIN in lower case": (
        swap(":35B:ISIN US0378331005", ":35B:isin US0378331005"),
        "T12",
        ":35B:ISIN US0378331005",
    ),
    "a signed zero": (
        swap(":19A::SETT//USD190275,", ":19A::SETT//NUSD0,"),
        "T14",
        ":19A::SETT//USD190275,",
    ),
    "a number without comma": (
        swap(":36B::SETT//UNIT/1000,", ":36B::SETT//UNIT/1000"),
        "T43",
        ":36B::SETT//UNIT/1000,",
    ),
    "a date that does not exist": (
        swap(":98A::SETT//20261124", ":98A::SETT//20261131"),
        "T50",
        ":98A::SETT//20261124",
    ),
    "a currency that does not exist": (
        swap(":19A::SETT//USD190275,", ":19A::SETT//USX190275,"),
        "T52",
        ":19A::SETT//USD190275,",
    ),
    "more decimals than the currency has": (
        swap(":19A::SETT//USD190275,", ":19A::SETT//USD190275,125"),
        "C03",
        ":19A::SETT//USD190275,",
    ),
    "a slash at the end of a reference": (
        swap(":20C::TRRF//TRD1", ":20C::TRRF//TRD1/"),
        "T26",
        ":20C::TRRF//TRD1",
    ),
    "an ill-formed BIC": (
        swap(":95P::PSET//DTCYUS33", ":95P::PSET//DTCYUS3"),
        "T27",
        ":95P::PSET//DTCYUS33",
    ),
    "a BIC the directory does not know": (
        swap(":95P::PSET//DTCYUS33", ":95P::PSET//KESTUX30"),
        "T28",
        ":95P::PSET//DTCYUS33",
    ),
    "qualifiers out of order": (
        swap(":98A::SETT//20261124", ":98A::TRAD//20261124"),
        "T89",
        ":98A::SETT//20261124",
    ),
    "a character outside set X": (
        swap("APPLE INC COM", "APPLE INC #1"),
        "T32",
        ":35B:ISIN US0378331005",
    ),
    "an empty line": (swap("APPLE INC COM", ""), "T17", "APPLE INC COM"),
    "a quantity of an unknown type": (
        swap(":36B::SETT//UNIT/1000,", ":36B::SETT//UNTS/1000,"),
        "K36",
        ":36B::SETT//UNIT/1000,",
    ),
    "a cancellation without the reference it cancels": (
        swap(":23G:NEWM", ":23G:CANC"),
        "E08",
        ":23G:NEWM",
    ),
    "no settlement amount against payment": (
        swap(":19A::SETT//USD190275,", ":19A::DEAL//USD190275,"),
        "E83",
        ":16S:SETDET",
    ),
    "an amount twice": (
        swap(":16S:SETDET", ":16R:AMT", ":19A::SETT//USD1,", ":16S:AMT", ":16S:SETDET"),
        "E87",
        None,
    ),
    "a party twice": (
        swap(":95P::PSET//DTCYUS33", ":95R::DEAG/DTCYID/00009912"),
        "E84",
        ":95P::PSET//DTCYUS33",
    ),
    "a chain with a gap": (
        swap(":95R::DEAG/DTCYID/00009911", ":95P::DECU//BRKRUS33"),
        "E86",
        ":95R::DEAG/DTCYID/00009911",
    ),
    "no agent": (
        swap(":95R::DEAG/DTCYID/00009911", ":95R::REAG/DTCYID/00009911"),
        "E91",
        ":16S:SETDET",
    ),
    "a rate without its result": (
        swap(":19A::SETT//USD190275,", ":19A::SETT//USD190275,", ":92B::EXCH//EUR/USD/1,08"),
        "E62",
        None,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_code_and_line(fault):
    change, code, line = FAULTS[fault]
    found = verdict(change(mt54x()))
    assert found[:3] == code
    if line is not None:
        assert found[3:] == line_of(line)


def test_the_first_line_of_block_four_is_line_one():
    assert verdict([":20A:X", *mt54x()[1:]]) == "T13001"


def test_a_header_fault_has_no_line():
    message = fin_text.read(
        fin(mt54x()).replace(b"{2:I541HARBUS30XXXXN}", b"{2:I541HARBUS30XXXXQ}")
    )
    with pytest.raises(Nak) as nak:
        Validator().check(message)
    assert nak.value.code == "H50"


def test_urgent_needs_monitoring():
    message = fin_text.read(fin(mt54x()).replace(b"XXXXN}", b"XXXXU}"))
    with pytest.raises(Nak) as nak:
        Validator().check(message)
    assert nak.value.code == "H52"


def test_line_feeds_alone_are_refused():
    message = fin_text.read(fin(mt54x()).replace(b"\r\n:35B", b"\n:35B"))
    with pytest.raises(Nak) as nak:
        Validator().check(message)
    assert nak.value.code == "T31"


def test_a_payment_without_uetr_is_refused():
    assert verdict(MT103, "103") == "U13"


def test_a_correct_payment_is_acknowledged():
    assert verdict(MT103, "103", UETR) == "ok"


@pytest.mark.parametrize(
    "change, code",
    [
        (swap(":33B:USD10000,", ":33B:EUR9000,"), "D75004"),
        (swap(":71A:SHA", ":71A:BEN"), "E15013"),
        (swap(":71A:SHA", ":71A:SHX"), "T08013"),
        (swap(":32A:261124USD10000,", ":32A:261124USD10000"), "T43003"),
        (swap(":70:INV 778", ":56A:KESTUS30", ":70:INV 778"), "T13012"),
        (swap(":59:/9876543210", ":56A:KESTUS30", ":59:/9876543210"), "C81009"),
    ],
)
def test_a_payment_fault_is_refused_with_its_code_and_line(change, code):
    assert verdict(change(MT103), "103", UETR) == code


def test_a_bank_transfer_is_acknowledged():
    lines = [":20:P1", ":21:NONREF", ":32A:261124USD10000,5", ":53B:/MB300001USD", ":58A:KESTUS30"]
    assert verdict(lines, "202", UETR) == "ok"


@pytest.mark.parametrize("cut", range(1, 600, 23))
def test_text_cut_anywhere_is_broken_or_refused(cut):
    raw = fin(mt54x())[:-cut]
    with pytest.raises((fin_text.Broken, Nak)):
        Validator().check(fin_text.read(raw))
