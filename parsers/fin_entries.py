"""What big statements hold, typed, as their fields come by: entries of MT940, 942, 950, holdings of MT535.

An entry that cannot be read is a problem of its own and the rest goes on. Where an opening balance
was read, the closing one is held against it and the entries between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parsers.fin_stream import Field
from schemas.mt.fields import FORMATS
from schemas.mt.notation import read_day, read_decimal
from schemas.problem import Problem

BALANCES = frozenset({"60F", "60M", "62F", "62M", "64", "65"})
# what a mark does to the balance: a reversal of a credit takes away; what is expected does nothing
SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 0, "ED": 0}
HELD_MAX = 1_000  # balances of one holding


@dataclass(frozen=True, slots=True)
class Balance:
    """An opening, closing or available balance; debit is below zero."""

    tag: str
    on: date
    currency: str
    amount: Decimal
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement (61) with what is told of it (86)."""

    value_on: date
    booked_on: date | None
    mark: str  # C, D, RC, RD; EC and ED are expected
    amount: Decimal
    code: str  # 'NTRF'
    reference: str
    servicer_reference: str | None
    details: str | None
    text: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Held:
    """One balance of a holding (93B): 'AGGR', 'UNIT', how much."""

    qualifier: str
    type: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Holding:
    """One instrument of a statement of holdings (a FIN block of MT535) in an account."""

    account: str | None
    isin: str | None
    description: str | None
    held: tuple[Held, ...]
    line: int


def statement(fields: Iterable[Field]) -> Iterator[Balance | Entry | Problem]:
    """Balances and entries in order; a problem stands where one cannot be read or does not add up."""
    waiting: Entry | None = None
    sum_: Decimal | None = None
    for field in _without_blank_lines(fields):
        if field.tag == "86" and waiting is not None:
            yield _with_text(waiting, field.value)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if field.tag == "61":
            read = _entry(field)
            if isinstance(read, Problem):
                yield read
                sum_ = None  # nothing can be said of a sum without it
            else:
                waiting = read
                if sum_ is not None:
                    sum_ += SIGNS[read.mark] * read.amount
        elif field.tag in BALANCES:
            balance = _balance(field)
            yield balance
            if isinstance(balance, Problem):
                sum_ = None
            elif field.tag[:2] == "60":
                sum_ = balance.amount
            elif field.tag[:2] == "62" and sum_ is not None and balance.amount != sum_:
                words = f"opening balance and entries make {sum_}"
                yield Problem(_where(field), "balance", words, str(balance.amount))
    if waiting is not None:
        yield waiting


def holdings(fields: Iterable[Field]) -> Iterator[Holding | Problem]:
    """The holdings in order, each with the account of its statement."""
    account: str | None = None
    begun: int | None = None
    isin = description = None
    held: list[Held] = []
    for field in _without_blank_lines(fields):
        block = field.path.rpartition("/")[2]
        if field.tag == "97A" and field.value.startswith(":SAFE//"):
            account = field.value[7:]
        elif block != "FIN":
            continue
        elif field.tag == "16R":
            begun, isin, description, held = field.line, None, None, []
        elif field.tag == "16S" and begun is not None:
            yield Holding(account, isin, description, tuple(held), begun)
            begun = None
        elif field.tag == "35B":
            form = FORMATS["35B"].pattern.fullmatch(field.value)
            if form is None:
                yield _unread(field)
            else:
                isin, description = form[2], form[3] or form[4]
        elif field.tag == "93B":
            read = _held(field)
            if isinstance(read, Problem):
                yield read
            elif len(held) < HELD_MAX:
                held.append(read)


def _without_blank_lines(fields: Iterable[Field]) -> Iterator[Field]:
    """Some write an empty line between two fields, where none is allowed."""
    for field in fields:
        blank = field.value.endswith("\n")
        yield field._replace(value=field.value.rstrip("\n")) if blank else field


def _entry(field: Field) -> Entry | Problem:
    form = FORMATS["61"].pattern.fullmatch(field.value)
    if form is None:
        return _unread(field)
    on, booked, mark, _, amount, type_, code, reference, servicer, details = form.groups()
    try:
        value_on = read_day(on)
        booked_on = _booked(value_on, booked) if booked else None
    except ValueError:
        return Problem(_where(field), "T50", "is no date", field.value[:40])
    return Entry(
        value_on, booked_on, mark, read_decimal(amount), type_ + code, reference, servicer, details,
        None, field.line,
    )  # fmt: skip


def _booked(value_on: date, booked: str) -> date:
    """The entry date has no year: the one nearest to the value date."""
    years = (value_on.year, value_on.year - 1, value_on.year + 1)
    found = [day for year in years if (day := _day(year, booked)) is not None]
    if not found:
        raise ValueError(booked)
    return min(found, key=lambda day: abs(day - value_on))


def _day(year: int, month_and_day: str) -> date | None:
    try:
        return date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return None


def _with_text(entry: Entry, text: str) -> Entry:
    return Entry(
        entry.value_on, entry.booked_on, entry.mark, entry.amount, entry.code, entry.reference,
        entry.servicer_reference, entry.details, text, entry.line,
    )  # fmt: skip


def _balance(field: Field) -> Balance | Problem:
    form = FORMATS[field.tag].pattern.fullmatch(field.value)
    if form is None:
        return _unread(field)
    mark, on, currency, amount = form.groups()
    try:
        day = read_day(on)
    except ValueError:
        return Problem(_where(field), "T50", "is no date", field.value[:40])
    return Balance(field.tag, day, currency, SIGNS[mark] * read_decimal(amount), field.line)


def _held(field: Field) -> Held | Problem:
    form = FORMATS["93B"].pattern.fullmatch(field.value)
    if form is None:
        return _unread(field)
    qualifier, _, type_, negative, amount = form.groups()
    quantity = read_decimal(amount)
    return Held(qualifier, type_, -quantity if negative else quantity)


def _unread(field: Field) -> Problem:
    words = f"{field.tag} reads {FORMATS[field.tag].notation}"
    return Problem(_where(field), "T12", words, field.value[:80])


def _where(field: Field) -> str:
    return f"{field.path}/{field.tag} line {field.line}".lstrip("/")
