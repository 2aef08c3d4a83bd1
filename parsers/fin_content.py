"""What stands in one field, against its format: characters, lengths, numbers, dates, codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from schemas.identifiers import COUNTRIES, CURRENCY_DIGITS, is_bic, is_isin, is_mistyped_iban
from schemas.mt.fields import FORMATS
from schemas.mt.notation import Format, illegal_in_x, is_reference, read_day, read_decimal

VALUES_KEPT = 4096


class Fault(NamedTuple):
    """What is wrong with the content of a field, and where in its value."""

    rule: str
    message: str
    offset: int = 0


Check = Callable[[str], tuple[str, str] | None]

_LONG_NUMBER = re.compile("[0-9,]{16}")  # longer than any 15d
_NOT_ZERO = re.compile("[1-9]")
_BLANK_LINE = re.compile(r"\n *(?:\n|\Z)")


def fault(tag: str, value: str) -> Fault | None:
    """The first fault of a field by its format, or None; a tag without format has none."""
    form = _form(tag)
    if form is None:
        return None
    found = form.fullmatch(value)
    if found is None:
        return _shape_fault(value, FORMATS[tag])
    if "\n" in value and _BLANK_LINE.search(value):
        return Fault("T17", "a line is empty", value.index("\n"))
    for group, check in form.checks:
        part = found[group]
        if part is not None:
            wrong = check(part)
            if wrong is not None:
                return Fault(*wrong, found.start(group))
    for currency, amount in form.amounts:
        wrong = _decimals(found[currency], found[amount])
        if wrong is not None:
            return Fault(*wrong, found.start(amount))
    if form.sign and found[form.sign] and not _NOT_ZERO.search(found[found.lastindex or 1]):
        return Fault("T14", "a sign with zero: leave the N out", found.start(form.sign))
    return None


@dataclass(frozen=True, slots=True)
class _Form:
    """A format made ready: its pattern, and which components have a meaning of their own."""

    fullmatch: Callable[[str], re.Match[str] | None]
    checks: tuple[tuple[int, Check], ...]
    amounts: tuple[tuple[int, int], ...]  # each amount with the currency before it
    sign: int  # 0 for none


@cache
def _form(tag: str) -> _Form | None:
    form = FORMATS.get(tag)
    if form is None:
        return None
    parts = list(enumerate(form.parts, start=1))
    currencies = [i for i, part in parts if part == "currency"]
    amounts = [i for i, part in parts if part == "amount" and currencies and currencies[0] < i]
    return _Form(
        form.pattern.fullmatch,
        tuple((i, CHECKS[part]) for i, part in parts if part in CHECKS),
        tuple((max(c for c in currencies if c < i), i) for i in amounts),
        next((i for i, part in parts if part == "negative"), 0),
    )


def _decimals(currency: str | None, amount: str | None) -> tuple[str, str] | None:
    digits = CURRENCY_DIGITS.get(currency or "")
    if digits is None or amount is None or len(amount.partition(",")[2].rstrip("0")) <= digits:
        return None
    return "C03", f"{read_decimal(amount)} has more decimals than {currency} allows ({digits})"


@lru_cache(VALUES_KEPT)
def _day(value: str) -> tuple[str, str] | None:
    try:
        read_day(value)
    except ValueError:
        return "T50", f"{value} is no date"
    return None


@lru_cache(VALUES_KEPT)
def _time(value: str) -> tuple[str, str] | None:
    if value[:2] < "24" and value[2:4] < "60" and value[4:6] < "60":
        return None
    return "T38", f"{value} is no time"


def _currency(value: str) -> tuple[str, str] | None:
    return None if value in CURRENCY_DIGITS else ("T52", f"{value} is no currency of ISO 4217")


def _reference(value: str) -> tuple[str, str] | None:
    if "/" not in value or is_reference(value):
        return None
    return "T26", "a reference has no slash at its ends and no double slash"


@lru_cache(VALUES_KEPT)
def _bic(value: str) -> tuple[str, str] | None:
    return None if is_bic(value) else ("T27", f"{value} is no BIC")


def _country(value: str) -> tuple[str, str] | None:
    return None if value in COUNTRIES else ("T73", f"{value} is no country")


@lru_cache(VALUES_KEPT)
def _isin(value: str) -> tuple[str, str] | None:
    if is_isin(value):
        return None
    return "T12", f"{value} is no ISIN: its check digit or country is wrong"


@lru_cache(VALUES_KEPT)
def _entry_day(value: str) -> tuple[str, str] | None:
    """A month and a day; of which year is not said, so one that has every day."""
    try:
        date(2000, int(value[:2]), int(value[2:]))
    except ValueError:
        return "T50", f"{value} is no month and day"
    return None


def _origin(value: str) -> tuple[str, str] | None:
    if value in "NSF":
        return None
    return "T12", "a type of transaction begins with N, S or F"


@lru_cache(VALUES_KEPT)
def _account(value: str) -> tuple[str, str] | None:
    if not is_mistyped_iban(value):
        return None
    return "iban", f"{value} has the form of an IBAN, and its check digits are wrong"


_MEANT = re.compile(r"/?ISIN(?:[ :/]|[A-Z]{2}[A-Z0-9]{9}\d)", re.IGNORECASE)


def _description(value: str) -> tuple[str, str] | None:
    """What begins with the word is meant as an ISIN, and no network reads it as one."""
    if not _MEANT.match(value):
        return None
    return "T12", "an ISIN is written ISIN in capitals, one blank and twelve characters"


CHECKS: dict[str, Check] = {
    "date": _day,
    "entry_date": _entry_day,
    "account": _account,
    "origin": _origin,
    "time": _time,
    "currency": _currency,
    "reference": _reference,
    "bic": _bic,
    "country": _country,
    "isin": _isin,
    "description_alone": _description,
}


def _shape_fault(value: str, form: Format) -> Fault:
    """Why a value does not read as its notation says; the first reason a network would name."""
    return next(_shape_faults(value, form))


def _shape_faults(value: str, form: Format) -> Iterator[Fault]:
    notation = form.notation
    lines = value.split("\n")
    last = len(value) - len(lines[-1])
    if "z" not in notation:
        illegal = illegal_in_x(value.replace("\n", ""))
        if illegal is not None:
            yield Fault("T32", f"{illegal!r} is not in character set X", value.index(illegal))
    at = 0
    for line in lines:
        if not line.strip():
            yield Fault("T17", "a line is empty", at)
        at += len(line) + 1
    if notation.startswith(":") and not re.match(":[A-Z0-9]{4}/", value):
        yield Fault("T87", f"a generic field reads {notation}")
    if re.search(r"\dd$|\dd\b", notation) and "," not in lines[-1]:
        yield Fault("T43", f"a number needs a decimal comma: {notation}", last)
    if "*" in notation and len(lines) > 1 and not any(len(line) > 35 for line in lines):
        yield Fault("T30", f"too many lines, or a line begins with ':' or '-': {notation}")
    begun = form.pattern.match(value)
    if begun or _LONG_NUMBER.search(lines[-1]):
        yield Fault("T33", f"too long for {notation}", begun.end() if begun else last)
    yield Fault("T12", f"does not read {notation}")
