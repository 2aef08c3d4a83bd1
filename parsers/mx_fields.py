"""Values out of elements, by path in local names; the missing and malformed become problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

from schemas.dates import business_day
from schemas.identifiers import CURRENCY_DIGITS
from schemas.money import Money, Quantity, QuantityType
from schemas.mx.compiler import path_of
from schemas.problem import Problem

_DECIMAL = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_COMPACT = re.compile(r"\d{14}", re.ASCII)

AMOUNT_DIGITS = 18  # of any amount in ISO 20022
QUANTITIES: tuple[tuple[str, QuantityType], ...] = (
    ("Unit", "UNIT"),
    ("FaceAmt", "FAMT"),
    ("AmtsdVal", "AMOR"),
    ("DgtlTknUnit", "UNIT"),
)
# a date may stand alone, in a choice of date and time, or in a choice of date and code
DATES = ("/Dt/Dt", "/Dt/DtTm", "/Dt", "/DtTm", "")


class Fields:
    """Reads below one element, and keeps the problems met on the way.

    The elements are indexed by path once: a hundred lookups in a tree cost more than one walk.
    """

    __slots__ = ("_found", "problems", "root")

    def __init__(self, root: etree._Element, problems: list[Problem]) -> None:
        self.root = root
        self.problems = problems
        self._found: dict[str, list[etree._Element]] = {"": [root]}
        _index(root, "", self._found)

    def at(self, node: etree._Element) -> Fields:
        """The same, below another element."""
        return Fields(node, self.problems)

    def node(self, path: str) -> etree._Element | None:
        """The first element at a path."""
        found = self._found.get(path)
        return found[0] if found else None

    def nodes(self, path: str) -> Iterator[Fields]:
        """Every element at a path."""
        for node in self._found.get(path, ()):
            yield self.at(node)

    def text(self, *paths: str) -> str | None:
        """The text at the first of these paths that has any."""
        for path in paths:
            found = self._found.get(path)
            words = (found[0].text or "").strip() if found else ""
            if words:
                return words
        return None

    def need(self, *paths: str) -> str:
        """The text, or a problem and nothing."""
        return self.text(*paths) or self._missing(paths[0])

    def flag(self, path: str) -> bool:
        return self.text(path) in {"true", "1"}

    def on(self, *paths: str) -> date | None:
        """The date at the first of these paths, be it a date or a time, with or without Dt."""
        found = self.text(*(f"{path}{end}" for path in paths for end in DATES))
        if found is None:
            return None
        try:
            return business_day(date.fromisoformat(found[:10]))
        except ValueError:
            self._bad(paths[0], "date", "not a date of the calendar", found)
            return None

    def time(self, path: str) -> datetime | None:
        """The time at a path; naive when it names no offset."""
        found = self.text(path)
        if found is None:
            return None
        try:
            if _COMPACT.fullmatch(found):
                return datetime.strptime(found, "%Y%m%d%H%M%S")  # noqa: DTZ007 - says no zone
            moment = datetime.fromisoformat(found)
            business_day(moment.date())
            return moment
        except ValueError:
            self._bad(path, "time", "not a date and time", found)
            return None

    def number(self, path: str) -> Decimal | None:
        found = self.text(path)
        if found is None:
            return None
        if not _DECIMAL.fullmatch(found):
            self._bad(path, "number", "not a decimal number", found)
            return None
        return Decimal(found)

    def money(self, path: str) -> Money | None:
        """The amount at a path and the currency it carries."""
        value, node = self.number(path), self.node(path)
        if value is None or node is None:
            return None
        currency = node.get("Ccy")
        if currency is None:
            self._bad(path, "currency", "an amount without its currency", str(value))
            return None
        digits = CURRENCY_DIGITS.get(currency)
        if digits is None:
            self._bad(path, "currency", "no such currency", currency)
            return None
        unit = Decimal(1).scaleb(-digits)
        if value.adjusted() >= AMOUNT_DIGITS or (exact := value.quantize(unit)) != value:
            self._bad(
                path, "decimals", f"not an amount of {currency} with {digits} decimals", str(value)
            )
            return None
        return Money(currency, exact)

    def quantity(self, path: str) -> Quantity | None:
        """Units, face amount or amortised value at a path."""
        for element, kind in QUANTITIES:
            value = self.number(f"{path}/{element}")
            if value is not None:
                return Quantity(kind, value)
        return None

    def _missing(self, path: str) -> str:
        at = f"{path_of(self.root)}/{path} line {self.root.sourceline}"
        self.problems.append(Problem(at, "missing", "this element is needed"))
        return ""

    def _bad(self, path: str, rule: str, words: str, value: str) -> None:
        node = self.node(path)
        line = self.root.sourceline if node is None else node.sourceline
        at = f"{path_of(self.root)}/{path} line {line}"
        self.problems.append(Problem(at, rule, words, value))


def _index(node: etree._Element, path: str, found: dict[str, list[etree._Element]]) -> None:
    for child in node:
        below = path + child.tag.rpartition("}")[2]
        found.setdefault(below, []).append(child)
        _index(child, below + "/", found)
