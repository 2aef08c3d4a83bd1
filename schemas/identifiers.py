"""Check digits and codes: ISIN, CUSIP, SEDOL, LEI, IBAN, BIC, MIC, UETR, currencies (DOMAIN 3.4).

Each kind has a list of faults; `is_x` says there is none, the pydantic type `X` refuses with the
first one, naming the rule, the value and, for a check digit, the digit expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from schemas import codes

CURRENCY_DIGITS = {row["code"]: int(row["digits"]) for row in codes.rows("currencies")}
_COUNTRIES = codes.rows("countries")
COUNTRIES = frozenset(row["code"] for row in _COUNTRIES if row["kind"] == "country")
ISIN_PREFIXES = frozenset(row["code"] for row in _COUNTRIES)
IBAN_LENGTHS = {row["code"]: int(row["iban_length"]) for row in _COUNTRIES if row["iban_length"]}

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CUSIP = re.compile(r"[A-Z0-9*@#]{8}[0-9]")
_SEDOL = re.compile(r"[B-DF-HJ-NP-TV-Z0-9]{6}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_MIC = re.compile(r"[A-Z0-9]{4}")
_UETR = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}")

_CUSIP_VALUES = {c: n for n, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#")}
_SEDOL_WEIGHTS = (1, 3, 1, 7, 3, 9)

# a fault is (rule, what is wrong); None means the code is good
Fault = tuple[str, str] | None


def _expanded(value: str) -> str:
    """Letters as two digits, A=10 to Z=35."""
    return "".join(str(int(c, 36)) for c in value)


def isin_check_digit(body: str) -> int:
    """The Luhn digit over the first eleven characters, letters expanded (ISO 6166)."""
    digits = [int(c) for c in reversed(_expanded(body))]
    doubled = (sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(digits))
    return -sum(doubled) % 10


def cusip_check_digit(body: str) -> int:
    """Every second value doubled, the digits of all of them summed."""
    values = (_CUSIP_VALUES[c] * (1 + i % 2) for i, c in enumerate(body))
    return -sum(sum(divmod(v, 10)) for v in values) % 10


def sedol_check_digit(body: str) -> int:
    """The weighted sum of the first six characters."""
    return -sum(w * int(c, 36) for w, c in zip(_SEDOL_WEIGHTS, body, strict=True)) % 10


def lei_check_digits(body: str) -> str:
    """The two digits that make the whole 1 modulo 97 (ISO 17442)."""
    return f"{98 - int(_expanded(body + '00')) % 97:02d}"


def iban_check_digits(value: str) -> str:
    """The third and fourth characters that make the rearranged whole 1 modulo 97 (ISO 13616)."""
    return f"{98 - int(_expanded(value[4:] + value[:2] + '00')) % 97:02d}"


def _check_digit(found: str, expected: int | str, rule: str) -> Fault:
    if found == str(expected):
        return None
    return rule, f"check digit is {found}, {expected} expected"


def _isin_fault(value: str) -> Fault:
    if not _ISIN.fullmatch(value):
        return "isin_shape", "an ISIN is two letters, nine letters or digits and a check digit"
    if value[:2] not in ISIN_PREFIXES:
        return "isin_country", f"{value[:2]} is neither a country nor an ISIN substitute prefix"
    return _check_digit(value[11], isin_check_digit(value[:11]), "isin_check_digit")


def _cusip_fault(value: str) -> Fault:
    if not _CUSIP.fullmatch(value):
        return "cusip_shape", "a CUSIP is eight characters (A-Z 0-9 * @ #) and a check digit"
    return _check_digit(value[8], cusip_check_digit(value[:8]), "cusip_check_digit")


def _sedol_fault(value: str) -> Fault:
    if not _SEDOL.fullmatch(value):
        return "sedol_shape", "a SEDOL is six digits or consonants and a check digit"
    return _check_digit(value[6], sedol_check_digit(value[:6]), "sedol_check_digit")


def _lei_fault(value: str) -> Fault:
    if not _LEI.fullmatch(value):
        return "lei_shape", "an LEI is 18 capital letters or digits and two check digits"
    return _check_digit(value[18:], lei_check_digits(value[:18]), "lei_check_digits")


def _iban_fault(value: str) -> Fault:
    if not _IBAN.fullmatch(value):
        return "iban_shape", "an IBAN is a country, two check digits and 11 to 30 letters or digits"
    country = value[:2]
    if country not in IBAN_LENGTHS:
        return "iban_country", f"{country} has no IBANs"
    if len(value) != IBAN_LENGTHS[country]:
        wanted = IBAN_LENGTHS[country]
        return "iban_length", f"an IBAN of {country} has {wanted} characters, not {len(value)}"
    return _check_digit(value[2:4], iban_check_digits(value), "iban_check_digits")


def _bic_fault(value: str) -> Fault:
    if not _BIC.fullmatch(value):
        return "bic_shape", "a BIC is 8 or 11 capital letters or digits, country in places 5 and 6"
    if value[4:6] not in COUNTRIES:
        return "bic_country", f"{value[4:6]} in places 5 and 6 is not a country (T28)"
    return None


def _mic_fault(value: str) -> Fault:
    return None if _MIC.fullmatch(value) else ("mic_shape", "a MIC is four capitals or digits")


def _currency_fault(value: str) -> Fault:
    if value in CURRENCY_DIGITS:
        return None
    return "currency_code", "not a currency that ISO 4217 gives decimals for (T52)"


def _uetr_fault(value: str) -> Fault:
    if _UETR.fullmatch(value):
        return None
    return "uetr_shape", "a UETR is a version 4 UUID in lower case with hyphens"


def is_isin(value: str) -> bool:
    return _isin_fault(value) is None


def is_cusip(value: str) -> bool:
    return _cusip_fault(value) is None


def is_sedol(value: str) -> bool:
    return _sedol_fault(value) is None


def is_lei(value: str) -> bool:
    return _lei_fault(value) is None


def is_iban(value: str) -> bool:
    return _iban_fault(value) is None


def is_mistyped_iban(value: str) -> bool:
    """Whether something has the country and length of an IBAN, and not its check digits."""
    return (
        _IBAN.fullmatch(value) is not None
        and len(value) == IBAN_LENGTHS.get(value[:2])
        and not is_iban(value)
    )


def is_bic(value: str) -> bool:
    return _bic_fault(value) is None


def is_uetr(value: str) -> bool:
    return _uetr_fault(value) is None


def bic11(bic: str) -> str:
    """The BIC with its branch written out; head offices are XXX."""
    return bic if len(bic) == 11 else f"{bic}XXX"


def is_test_bic(bic: str) -> bool:
    """Whether the location code ends in 0: a BIC of test and training, refused on a live link."""
    return bic[7] == "0"


def currency_digits(currency: str) -> int:
    """How many decimals ISO 4217 allows; ValueError for a code that is not a payable currency."""
    try:
        return CURRENCY_DIGITS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217 with decimals") from None


REMEMBERED = 65_536  # verdicts per kind: the same securities and firms come again and again


def _refusing(kind: str, find: Callable[[str], Fault]) -> AfterValidator:
    fault = lru_cache(REMEMBERED)(find)

    def check(value: str) -> str:
        found = fault(value)
        if found is not None:
            rule, wrong = found
            raise PydanticCustomError(
                rule, "{kind} {value}: {wrong}", {"kind": kind, "value": value, "wrong": wrong}
            )
        return value

    return AfterValidator(check)


Isin = Annotated[str, _refusing("ISIN", _isin_fault)]
Cusip = Annotated[str, _refusing("CUSIP", _cusip_fault)]
Sedol = Annotated[str, _refusing("SEDOL", _sedol_fault)]
LegalEntity = Annotated[str, _refusing("LEI", _lei_fault)]
Iban = Annotated[str, _refusing("IBAN", _iban_fault)]
Bic = Annotated[str, _refusing("BIC", _bic_fault)]
Mic = Annotated[str, _refusing("MIC", _mic_fault)]
Currency = Annotated[str, _refusing("currency", _currency_fault)]
Uetr = Annotated[str, _refusing("UETR", _uetr_fault)]
