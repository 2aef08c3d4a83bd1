"""Text of a field or an element to the value it stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache, partial

from parsers import narrative
from schemas.money import Money
from schemas.mt.fields import FORMATS
from schemas.mt.notation import read_day, read_decimal
from schemas.value import Party, Typed

Parts = Mapping[str, Typed]
VALUES_KEPT = 16_384  # parties, dates and codes come again and again

_NUMBERS = frozenset(
    {
        *("amount", "price", "rate", "number", "quantity", "balance", "index_points"),
        *("amount_rate", "count"),
    }
)
_WRITTEN_NUMBER = re.compile(r"[0-9]+,[0-9]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\d*(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)


@lru_cache(VALUES_KEPT)
def value(tag: str, text: str) -> Typed:
    """What a FIN field is about; its text where it does not read as its format.

    An amount with its currency, else a number, a date with or without time, a party, else its only
    component; of 86 a Narrative where it is written in a known dialect.
    """
    if tag == "86":
        return _narrative(text)
    plan = _plan(tag)
    found = plan.fullmatch(text) if plan else None
    if plan is None or found is None:
        return text
    try:
        return plan.value(found)
    except ValueError:  # digits that are no date: the verdict says so, the text stays
        return text


def _narrative(text: str) -> Typed:
    said = narrative.read(text)
    return text if said.kind == "text" else said


def parts(tag: str, text: str) -> Parts:
    """The components of a FIN field by their names, those of one name numbered; {} if unreadable."""
    plan = _plan(tag)
    found = plan.fullmatch(text) if plan else None
    if plan is None or found is None:
        return {}
    pairs = zip(plan.names, plan.readers, found.groups(), strict=True)
    try:
        return {name: read(part) for name, read, part in pairs if part is not None}
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a field is read: its pattern, its components, and what it is about."""

    fullmatch: Callable[[str], re.Match[str] | None]
    names: tuple[str, ...]
    readers: tuple[Callable[[str], Typed], ...]
    value: Callable[[re.Match[str]], Typed]


@cache
def _plan(tag: str) -> _Plan | None:
    form = FORMATS.get(tag)
    if form is None:
        return None
    names = tuple(_numbered(form.parts))
    readers = tuple(_reader(part) for part in form.parts)
    return _Plan(form.pattern.fullmatch, names, readers, _about(names))


def _numbered(names: tuple[str, ...]) -> Iterator[str]:
    seen = Counter[str]()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}_{seen[name]}"


def _reader(part: str) -> Callable[[str], Typed]:
    if part in _NUMBERS:
        return _number
    return _READERS.get(part, str)


def _number(text: str) -> Typed:
    return read_decimal(text) if _WRITTEN_NUMBER.fullmatch(text) else text


def _clock(digits: str) -> Typed:
    return time(int(digits[:2]), int(digits[2:4]), int(digits[4:6] or 0))


def _yes(letter: str) -> Typed:
    return letter == "Y"


def _no(letter: str) -> Typed:
    return letter == "N"


_READERS: dict[str, Callable[[str], Typed]] = {
    "date": read_day,
    "time": _clock,
    "negative": _no,
    "flag": _yes,
}
_OUT = frozenset({"D", "RC", "ED"})  # the balance or entry is on the debit side


def _about(names: tuple[str, ...]) -> Callable[[re.Match[str]], Typed]:
    """What a field of these components is about, as a function of its match."""
    at = {name: group for group, name in enumerate(names, start=1)}
    number = next((at[name] for name in names if name in _NUMBERS), 0)
    if number and (names != ("qualifier", "number") or "type" in at):
        sign, side = at.get("negative", 0), at.get("debit_credit", 0)
        currency = at.get("currency", 0) if "currency_2" not in at else 0
        return partial(_amount, number, currency, sign, side)
    if "date" in at:
        return partial(_day, at["date"], at.get("time", 0))
    if "bic" in at or "lines" in at:
        return partial(_party, at.get("bic", 0), at.get("account", 0), at.get("lines", 0))
    said = [group for name, group in at.items() if name not in ("qualifier", "scheme")]
    if len(said) == 1:
        return partial(_only, said[0], _reader(names[said[0] - 1]))
    return partial(_text, at.get("qualifier", 0))


def _amount(number: int, currency: int, sign: int, side: int, found: re.Match[str]) -> Typed:
    amount = _number(found[number] or "")
    if not isinstance(amount, Decimal):
        return amount
    if (sign and found[sign]) or (side and found[side] in _OUT):
        amount = -amount
    return Money(found[currency], amount) if currency and found[currency] else amount


def _day(day: int, clock: int, found: re.Match[str]) -> Typed:
    if found[day] is None:  # a date that need not be there
        return found[0]
    when = read_day(found[day])
    at = _clock(found[clock]) if clock and found[clock] else None
    return datetime.combine(when, at) if isinstance(at, time) else when


def _party(bic: int, account: int, lines: int, found: re.Match[str]) -> Typed:
    return Party(
        bic=(found[bic] or "") if bic else "",
        account=(found[account] or "") if account else "",
        lines=tuple(found[lines].split("\n")) if lines and found[lines] else (),
    )


def _only(group: int, read: Callable[[str], Typed], found: re.Match[str]) -> Typed:
    return read(found[group] or "")


def _text(qualifier: int, found: re.Match[str]) -> Typed:
    text = found[0]
    return text[found.end(qualifier) :].lstrip("/") if qualifier else text


def element(text: str, currency: str | None, base: str | None) -> Typed:
    """The value of an ISO 20022 element; `base` is its simple type where a schema is known.

    Without a schema amounts (they name their currency), dates, times and flags are known by their
    form, and a number without a currency stays text: a reference may be all digits.
    """
    if currency is not None and (number := _decimal(text)) is not None:
        return Money(currency, number)
    return reader_of(base)(text)


def reader_of(base: str | None) -> Callable[[str], Typed]:
    """How the text of a simple type is read; what departs from its type stays text."""
    return _OF_BASE.get(base, str)


_XML_DECIMAL = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _XML_DECIMAL.fullmatch(text) else None


def _decimal_or_text(text: str) -> Typed:
    number = _decimal(text)
    return text if number is None else number


def _date_or_text(text: str) -> Typed:
    try:
        return date.fromisoformat(text[:10]) if _DATE.fullmatch(text) else text
    except ValueError:  # the form of a date, and no day of the calendar
        return text


def _moment_or_text(text: str) -> Typed:
    try:
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else text
    except ValueError:
        return text


def _flag_or_text(text: str) -> Typed:
    return text == "true" if text in ("true", "false") else text


def _by_form(text: str) -> Typed:
    if _DATE.fullmatch(text):
        return _date_or_text(text)
    return _moment_or_text(text) if _MOMENT.fullmatch(text) else _flag_or_text(text)


_OF_BASE: dict[str | None, Callable[[str], Typed]] = {
    None: _by_form,
    "decimal": _decimal_or_text,
    "date": _date_or_text,
    "dateTime": _moment_or_text,
    "boolean": _flag_or_text,
}
