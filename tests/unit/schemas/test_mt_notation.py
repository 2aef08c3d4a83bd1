"""The standard's notation, compiled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.mt.fields import FORMATS
from schemas.mt.notation import compile_format, decimal_comma, is_reference, read_decimal, wrap


@pytest.mark.parametrize(
    "notation, good, bad",
    [
        ("16x", ["A", "a-b:c", "1" * 16], ["", "1" * 17, "A\n", "\u00e9", "a_b"]),
        ("4!c", ["AB12"], ["AB1", "AB123", "ab12"]),
        ("3!a15d", ["USD1000,", "USD0,5", "USD1234567890123,4"],
         ["USD,5", "USD1000", "USD1.000,00", "USD01,", "USD12345678901234,56", "USD-5,"]),
        ("4*35x", ["a", "a\nb\nc\nd", "x" * 35], ["a\nb\nc\nd\ne", "a\n:20:b", "a\n-", "x" * 36]),
        (":4!c/[8c]/4!c", [":MTCH//MACH", ":MTCH/ECLR/MACH"], ["MTCH//MACH", ":MTCH/MACH"]),
        ("[N]12d", ["1,", "N1,"], ["-1,", "NN1,"]),
        ("[/34x$]4!c2!a2!c[3!c]", ["BANKUS33", "/1\nBANKUS33XXX"], ["BANKUS333", "/1 BANKUS33"]),
        ("[/1!a][/34x][$35x]|35x", ["/1", "/D/1", "/D/1\nHERE", "HERE", ""], ["HERE\nTHERE", "/1\n"]),
        ("35x$4*(1!n/33x)", ["/1\n1/A\n3/US/B"], ["/1", "/1\nA"]),
    ],
)  # fmt: skip
def test_a_notation_takes_what_the_standard_takes(notation, good, bad):
    pattern = compile_format(notation).pattern
    assert [v for v in good if not pattern.fullmatch(v)] == []
    assert [v for v in bad if pattern.fullmatch(v)] == []


@pytest.mark.parametrize("tag", FORMATS)
def test_every_component_of_a_format_has_a_name(tag):
    assert FORMATS[tag].pattern.groups == len(FORMATS[tag].parts)


@pytest.mark.parametrize(
    "number, text", [("1000", "1000,"), ("0.5", "0,5"), ("101.250", "101,25"), ("1E+3", "1000,")]
)
def test_numbers_have_a_comma_and_no_needless_zero(number, text):
    assert decimal_comma(Decimal(number)) == text
    assert read_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "value, good", [("A/B", True), ("/A", False), ("A/", False), ("A//B", False)]
)
def test_a_reference_has_no_slash_at_its_ends_and_no_two_together(value, good):
    assert is_reference(value) is good


@pytest.mark.parametrize(
    "text, lines",
    [
        ("ONE TWO", ["ONE", "TWO"]),
        ("ABCDEFGH", ["ABCDE", "FGH"]),
        ("ONE -T", ["ONE -", "T"]),
        ("A -B CD", ["A -B", "CD"]),
        ("ABCDE:F", ["ABCD", "E:F"]),
        ("ABCDE ", ["ABCDE"]),
    ],
)
def test_lines_break_at_spaces_and_never_begin_with_colon_or_hyphen(text, lines):
    assert wrap(text, 5) == lines
