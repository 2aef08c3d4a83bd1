"""Values as FIN fields carry them, each noting what the wire cannot take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from pydantic import BaseModel

from schemas.identifiers import CURRENCY_DIGITS
from schemas.instruction import Amount
from schemas.mt.notation import decimal_comma, illegal_in_x, is_reference, wrap
from schemas.problem import Problem

NUMBER_MAX = 15  # characters of a 15d, the comma among them
REFERENCE_MAX = 16
_DIGITS = str.maketrans("", "", "-:T")  # left out of a time in ISO's form


def number(value: Decimal, path: str, problems: list[Problem], *, longest: int = NUMBER_MAX) -> str:
    """The number with its comma; longer than the field is T33."""
    text = decimal_comma(value)
    if len(text) > longest:
        fault = f"a number has at most {longest} characters with its comma: round or split it"
        problems.append(Problem(path, "T33", fault, format(value, "f")))
    return text


def unsigned(value: Decimal, path: str, problems: list[Problem]) -> str:
    """A number in a field that has no place for a sign."""
    if value < 0:
        fault = "this field has no sign: give a value of zero or more"
        problems.append(Problem(path, "T43", fault, format(value, "f")))
    return number(value, path, problems)


def signed(value: Decimal, path: str, problems: list[Problem]) -> str:
    """A number with N before it when negative, never with zero (T14)."""
    return ("N" if value < 0 else "") + number(value, path, problems)


def money(amount: Amount, path: str, problems: list[Problem]) -> str:
    """`USD190275,` with no more decimals than the currency has (C03)."""
    text = unsigned(amount.value, path, problems)
    digits = CURRENCY_DIGITS.get(amount.currency)
    if digits is None:
        fault = "not a currency ISO 4217 gives decimals for"
        problems.append(Problem(path, "T52", fault, amount.currency))
    elif len(text) - text.index(",") - 1 > digits:
        fault = f"{amount.currency} has {digits} decimals: round the amount"
        problems.append(Problem(path, "C03", fault, format(amount.value, "f")))
    return amount.currency + text


def day(value: date) -> str:
    """YYYYMMDD, as ISO 15022 has it."""
    return value.isoformat()[:10].replace("-", "")


def short_day(value: date) -> str:
    """YYMMDD, as categories 1, 2 and 9 have it."""
    return value.isoformat()[2:10].replace("-", "")


def moment(value: datetime) -> str:
    """YYYYMMDDHHMMSS; an aware time is written in UTC."""
    at = value.astimezone(UTC) if value.tzinfo else value
    return at.isoformat()[:19].translate(_DIGITS)


def reference(value: str, path: str, problems: list[Problem]) -> str:
    """A 16x reference under the slash rule T26."""
    if not is_reference(value):
        fault = "no slash at either end and no double slash: choose another reference"
        problems.append(Problem(path, "T26", fault, value))
    if len(value) > REFERENCE_MAX:
        fault = f"a reference has at most {REFERENCE_MAX} characters: choose a shorter one"
        problems.append(Problem(path, "T33", fault, value))
    return value


def narrative(
    text: str, path: str, problems: list[Problem], *, lines: int, width: int = 35
) -> list[str]:
    """The text on lines; too many is T30, a first line like a tag or the end of text is T13."""
    wrapped = wrap(text, width)
    if len(wrapped) > lines:
        fault = f"does not fit {lines} lines of {width} characters: shorten it"
        problems.append(Problem(path, "T30", fault, text))
    if not wrapped or any(line[:1] in ("", ":", "-") for line in wrapped):
        fault = "a line may not be empty or begin with ':' or '-': reword it"
        problems.append(Problem(path, "T13", fault, text))
    return wrapped


def outside_x(model: BaseModel, path: str = "") -> Iterator[Problem]:
    """Every text of a body that holds a character the FIN network refuses (T32)."""
    for name in type(model).model_fields:
        yield from _outside_x(getattr(model, name), f"{path}.{name}".lstrip("."))


def _outside_x(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, BaseModel):
        yield from outside_x(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _outside_x(item, f"{path}[{index}]")
    elif isinstance(value, str) and (character := illegal_in_x(value)) is not None:
        fault = (
            f"{character!r} is not in SWIFT character set X: write it with A-Z a-z 0-9 /-?:().,'+"
        )
        yield Problem(path, "T32", fault, value)
