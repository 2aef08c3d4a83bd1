"""Codes and check digits, good ones and hostile ones (DOMAIN 3.4)."""

from __future__ import annotations

from typing import Any

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas import identifiers
from schemas.identifiers import (
    Bic,
    Currency,
    Cusip,
    Iban,
    Isin,
    LegalEntity,
    Mic,
    Sedol,
    Uetr,
    bic11,
    currency_digits,
    is_bic,
    is_cusip,
    is_iban,
    is_isin,
    is_lei,
    is_sedol,
    is_test_bic,
    is_uetr,
)

GOOD = [
    (Isin, "US0378331005"),
    (Isin, "XS0000000009"),
    (Isin, "DE000BASF111"),
    (Isin, "US91282CLW90"),
    (Cusip, "037833100"),
    (Cusip, "91282CLW9"),
    (Sedol, "0263494"),
    (Sedol, "B10RZP7"),
    (LegalEntity, "5493001KJTIIGC8Y1R12"),
    (Iban, "DE89370400440532013000"),
    (Iban, "GB29NWBK60161331926819"),
    (Iban, "NO9386011117947"),
    (Bic, "FUNDUS33"),
    (Bic, "MGTCBEBEECL"),
    (Mic, "XNAS"),
    (Currency, "JPY"),
    (Uetr, "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60"),
]

BAD = [
    (Isin, "US0378331004", "isin_check_digit", "check digit is 4, 5 expected"),
    (Isin, "US037833100", "isin_shape", "nine letters or digits"),
    (Isin, "us0378331005", "isin_shape", "us0378331005"),
    (Isin, "ZZ0378331005", "isin_country", "ZZ"),
    (Isin, "US0378331005\n", "isin_shape", "ISIN"),
    (Cusip, "037833101", "cusip_check_digit", "check digit is 1, 0 expected"),
    (Cusip, "03783310", "cusip_shape", "03783310"),
    (Sedol, "0263495", "sedol_check_digit", "check digit is 5, 4 expected"),
    (Sedol, "A263494", "sedol_shape", "consonants"),
    (LegalEntity, "5493001KJTIIGC8Y1R13", "lei_check_digits", "check digit is 13, 12 expected"),
    (LegalEntity, "5493001KJTIIGC8Y1R1", "lei_shape", "18 capital"),
    (Iban, "DE88370400440532013000", "iban_check_digits", "check digit is 88, 89 expected"),
    (Iban, "DE8937040044053201300", "iban_length", "22 characters, not 21"),
    (Iban, "US89370400440532013000", "iban_country", "US has no IBANs"),
    (Iban, "DE89 3704 0044 0532 0130 00", "iban_shape", "DE89 3704"),
    (Bic, "FUNDZZ33", "bic_country", "ZZ"),
    (Bic, "FUNDUS3", "bic_shape", "8 or 11"),
    (Bic, "FUNDUS33XX", "bic_shape", "FUNDUS33XX"),
    (Bic, "XSXSXS33", "bic_country", "XS"),
    (Mic, "XNA", "mic_shape", "four"),
    (Currency, "XAU", "currency_code", "XAU"),
    (Currency, "usd", "currency_code", "usd"),
    (Uetr, "8F14E45F-CEEA-467F-A0E6-1B2C3D4E5F60", "uetr_shape", "lower case"),
    (Uetr, "8f14e45f-ceea-167f-a0e6-1b2c3d4e5f60", "uetr_shape", "version 4"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_good_code_is_taken_unchanged(kind: Any, value: str):
    assert TypeAdapter(kind).validate_python(value) == value


@pytest.mark.parametrize(("kind", "value", "rule", "words"), BAD)
def test_a_bad_code_is_refused_with_its_rule_and_value(
    kind: Any, value: str, rule: str, words: str
):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (fault,) = caught.value.errors()
    assert fault["type"] == rule
    assert words in fault["msg"]
    assert value in fault["msg"]


@pytest.mark.parametrize("is_good", [is_isin, is_cusip, is_sedol, is_lei, is_iban, is_bic, is_uetr])
@given(value=st.text(max_size=40))
def test_any_text_is_judged_without_a_crash(is_good: Any, value: str):
    assert is_good(value) in {True, False}


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=9, max_size=9))
def test_exactly_one_digit_completes_an_isin(body: str):
    assert sum(is_isin(f"US{body}{digit}") for digit in range(10)) == 1


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*@#", min_size=8, max_size=8))
def test_exactly_one_digit_completes_a_cusip(body: str):
    assert sum(is_cusip(f"{body}{digit}") for digit in range(10)) == 1


def test_every_currency_with_decimals_has_the_digits_of_iso_4217():
    published = {c.code: c.exponent for c in iso4217.Currency if c.exponent is not None}
    assert published == identifiers.CURRENCY_DIGITS


def test_digits_differ_by_currency():
    assert [currency_digits(code) for code in ("JPY", "USD", "KWD", "CLF")] == [0, 2, 3, 4]


def test_an_unknown_currency_has_no_digits():
    with pytest.raises(ValueError, match="XXX"):
        currency_digits("XXX")


def test_a_head_office_bic_is_written_out_with_xxx():
    assert bic11("FUNDUS33") == "FUNDUS33XXX"
    assert bic11("MGTCBEBEECL") == "MGTCBEBEECL"


def test_a_zero_in_the_eighth_place_marks_a_test_bic():
    assert is_test_bic("ALDRUS30XXX")
    assert not is_test_bic("DTCYUS33")
