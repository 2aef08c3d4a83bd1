"""How a message table says what stands where: an element path, our field, and what may be in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

# XML 1.0 forbids the other control characters, surrogates and the two non-characters
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SET_X = re.compile(r"[A-Za-z0-9/\-?:().,'+ \r\n]*")


class Form(Protocol):
    """What may stand in an element."""

    def fault(self, value: Any) -> tuple[str, str] | None:
        """(rule, what is wrong) with a value; None when it may be sent."""


@dataclass(frozen=True, slots=True)
class Text:
    """Up to `most` characters that XML allows."""

    most: int

    def fault(self, value: Any) -> tuple[str, str] | None:
        if not value or len(value) > self.most:
            return "length", f"1 to {self.most} characters, not {len(value)}"
        found = _ILLEGAL.search(value)
        return ("character", f"U+{ord(found[0]):04X} may not stand in XML") if found else None


@dataclass(frozen=True, slots=True)
class Reference:
    """One that survives as an MT reference too: 16 of set X, no slash at an end, none doubled."""

    most: int = 16

    def fault(self, value: Any) -> tuple[str, str] | None:
        if not value or len(value) > self.most:
            return "length", f"1 to {self.most} characters, not {len(value)}"
        if not _SET_X.fullmatch(value):
            return "character", "only characters of set X"
        if value.startswith("/") or value.endswith("/") or "//" in value:
            return "T26", "no slash at the start or the end, and no double slash"
        return None

    def plainly(self, value: str) -> str | None:
        """The text of one that is good at a glance; None where `fault` must look."""
        short = 0 < len(value) <= self.most
        return value if short and "/" not in value and _SET_X.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal of so many digits in all and after the point."""

    digits: int
    decimals: int

    def fault(self, value: Any) -> tuple[str, str] | None:
        _, digits, exponent = Decimal(value).normalize().as_tuple()
        after = max(0, -int(exponent))
        before = max(0, len(digits) + int(exponent))
        if after > self.decimals:
            return "decimals", f"at most {self.decimals} decimals"
        if before + after > self.digits:
            return "digits", f"at most {self.digits} digits"
        return None

    def plainly(self, value: Decimal | int) -> str | None:
        """The text of one that is good at a glance; None where `fault` must look."""
        if not isinstance(value, Decimal) or not value.is_finite():
            return None
        written = plain(value)
        _, _, after = written.partition(".")
        return written if len(written) <= self.digits and len(after) <= self.decimals else None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency in @Ccy; 15 characters with the point, as in MT (DOMAIN 6.2)."""

    most: int = 15

    def fault(self, value: Any) -> tuple[str, str] | None:
        written = plain(value)
        if len(written) > self.most - ("." not in written):  # the MT comma is always there
            return "digits", f"at most {self.most} characters with the decimal separator"
        return None

    def plainly(self, value: Decimal) -> str | None:
        """The text of one that is good at a glance; None where `fault` must look."""
        written = plain(value)
        return written if len(written) < self.most and value.is_finite() else None


# of these few values come again, and most are good at a glance and need no escape
Passing = Reference | Number | Money


@dataclass(frozen=True, slots=True)
class Code:
    """One of a closed list."""

    codes: frozenset[str]

    def fault(self, value: Any) -> tuple[str, str] | None:
        if value in self.codes:
            return None
        return "code", "not one of " + " ".join(sorted(self.codes))


@dataclass(frozen=True, slots=True)
class Checked:
    """A value whose type has been checked already: a date, a flag, a BIC, an ISIN."""

    def fault(self, value: Any) -> tuple[str, str] | None:
        return None


CHECKED = Checked()


def one_of(words: str) -> Code:
    """A closed list written as words."""
    return Code(frozenset(words.split()))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element: its path below the group, our field (dotted), what may be in it.

    A path that ends in @Ccy is an amount: the field has a value and a currency.
    """

    path: str
    field: str
    form: Form = CHECKED
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An element that comes once for each item of our field, with its own rows inside."""

    path: str
    field: str
    rows: tuple[Leaf, ...]


Row = Leaf | Group


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its id, the element below Document, its rows in the order of the schema."""

    id: str
    root: str
    rows: tuple[Row, ...]


def plain(value: Decimal) -> str:
    """A decimal as XML writes it: no exponent, no zeros that say nothing."""
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def text(value: Any) -> str:
    """A value as XML text, not yet escaped."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")  # with its offset, as CBPR+ wants
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
