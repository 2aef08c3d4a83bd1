"""The network's verdict on one FIN message: header, text, layout, and the rules between fields.

Independent of the product's own tables, so that a mistake in one shows against the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from simulators import fin_values
from simulators.fin import Broken, Field, Fin, fields
from simulators.fin_layout import LAYOUTS, Misplaced, Place, Shape, walk

_TERMINAL = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}"
_BASIC = re.compile(rf"F01{_TERMINAL}[A-WY-Z][A-Z0-9]{{3}}[0-9]{{10}}")
_INPUT = re.compile(
    rf"I[0-9]{{3}}{_TERMINAL}X[A-Z0-9]{{3}}(?P<priority>[SUN])(?P<rest>[123]?(?:003|020)?)"
)
_UETR = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}")
_FOREIGN = re.compile(r"[^\x20-\x7a\r\n|~]|[\\^`$~|\[\]]")
_BLOCK3 = (
    "103",
    "113",
    "108",
    "119",
    "423",
    "106",
    "424",
    "111",
    "121",
    "115",
    "165",
    "433",
    "434",
)
_NEED_UETR = {"103", "202", "205"}
_TEXT_MAX = {"940": 2000, "942": 2000, "950": 2000, "900": 2000, "910": 2000}
_LINE_MAX = 78
CACHE_MAX = 50_000


class Nak(Exception):
    """The 405 of a refusal: three characters, and the line in block 4 where there is one."""

    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code = code + (f"{line:03d}" if line is not None else "")


@dataclass(slots=True)
class Validator:
    """Validates against one directory of BICs; None knows every well-formed one."""

    directory: frozenset[str] | None = None
    unknown: frozenset[str] = frozenset()
    _values: dict[tuple[str, str], str] = field(default_factory=dict)

    def check(self, message: Fin) -> None:
        """Nothing, or Nak with the first fault."""
        _check_headers(message)
        if message.type not in LAYOUTS:
            _check_text(message)
            return
        _check_text(message)
        try:
            found = fields(message.text)
        except Broken:
            raise Nak("T13", 1) from None
        self._check_values(found)
        shape = tuple((f.tag, _qualifier(f)) for f in found)
        verdict = _layout_verdict(message.type, shape)
        if verdict is not None:
            raise Nak(verdict[0], found[verdict[1]].line)
        if message.type in {"103", "202"}:
            _check_payment(message, {f.tag: f for f in found}, found)

    def known(self, bic: str) -> bool:
        """Whether the directory has this BIC."""
        if bic[:8] in self.unknown:
            return False
        return self.directory is None or bic in self.directory or bic[:8] in self.directory

    def _check_values(self, found: Sequence[Field]) -> None:
        for f in found:
            if f.tag not in fin_values.FORMS:
                raise Nak("T13", f.line)
            key = (f.tag, f.value)
            code = self._values.get(key)
            if code is None:
                code = fin_values.fault(f.tag, f.value, self.known) or ""
                if len(self._values) < CACHE_MAX:
                    self._values[key] = code
            if code:
                raise Nak(code, f.line)


def _check_headers(message: Fin) -> None:
    if not message.basic.startswith("F"):
        raise Nak("H03")
    if not _BASIC.fullmatch(message.basic):
        raise Nak("H01" if len(message.basic) != 25 else "H10")
    found = _INPUT.fullmatch(message.application)
    if found is None:
        raise Nak("H50")
    if found["priority"] == "U" and found["rest"][:1] not in {"1", "3"}:
        raise Nak("H52")
    tags = [tag for tag, _ in message.user_tags()]
    if any(tag not in _BLOCK3 for tag in tags) or tags != sorted(tags, key=_BLOCK3.index):
        raise Nak("U03")
    for tag, value in message.user_tags():
        if tag == "108" and not 1 <= len(value) <= 16:
            raise Nak("U08")
        if tag == "121" and not _UETR.fullmatch(value):
            raise Nak("U13")
    if message.type in _NEED_UETR and "121" not in tags:
        raise Nak("U13")


def _check_text(message: Fin) -> None:
    if len(message.text) > _TEXT_MAX.get(message.type, 10_000):
        raise Nak("M50")
    if _FOREIGN.search(message.text):
        raise Nak("M60")
    text = message.text
    if (
        not text.startswith("\r\n")
        or not text.endswith("\r\n")
        or text.count("\n") != text.count("\r\n")
    ):
        raise Nak("T31")
    for number, line in enumerate(text.split("\r\n")[1:-1], 1):
        if not line:
            raise Nak("T17", number)
        if len(line) > _LINE_MAX and not line.startswith((":97D:", ":20U:")):
            raise Nak("T33", number)


def _qualifier(f: Field) -> str:
    if f.tag in {"16R", "16S"}:
        return f.value
    if f.tag == "23G":
        return f.value[:4]
    return f.value[1:5] if f.value.startswith(":") else ""


# The rules between fields depend on the shape of a message alone, so each shape is judged once.


@dataclass(frozen=True, slots=True)
class _Shaped:
    type: str
    shape: Shape
    places: Sequence[Place]

    def all(self, tag: str, block: str) -> list[tuple[int, str, int]]:
        """(index, qualifier, number of the block) of the fields of such tag and block."""
        return [
            (i, qualifier, place.block)
            for i, ((name, qualifier), place) in enumerate(
                zip(self.shape, self.places, strict=True)
            )
            if name.startswith(tag) and place.path and place.path[-1] == block
        ]

    def end_of(self, block: str) -> int:
        """Index of the last 16S of this block."""
        ends = [i for i, pair in enumerate(self.shape) if pair == ("16S", block)]
        return ends[-1] if ends else len(self.shape) - 1


_CHAINS = (("DEI2", "DEI1", "DECU", "SELL", "DEAG"), ("REI2", "REI1", "RECU", "BUYR", "REAG"))
_AGENTS = {"540": "DEAG", "541": "DEAG", "542": "REAG", "543": "REAG"}
Fault = tuple[str, int]


def _cancellation(m: _Shaped) -> Fault | None:
    function = next((i, q) for i, (tag, q) in enumerate(m.shape) if tag == "23G")
    previous = sum(q == "PREV" for _, q, _ in m.all("20", "LINK"))
    return ("E08", function[0]) if function[1] == "CANC" and previous != 1 else None


def _totals(m: _Shaped) -> Fault | None:
    counts = {q: i for i, q, _ in m.all("99", "GENL")}
    return ("E90", counts["TOSE"]) if "TOSE" in counts and "SETT" not in counts else None


def _settlement_amount(m: _Shaped) -> Fault | None:
    found = [i for i, q, _ in m.all("19A", "AMT") if q == "SETT"]
    return ("E83", m.end_of("SETDET")) if m.type in {"541", "543"} and not found else None


def _amounts_once(m: _Shaped) -> Fault | None:
    return _twice("E87", m.all("19A", "AMT"), ("RESU", "OCMT"))


def _parties_once(m: _Shaped) -> Fault | None:
    for block in ("SETPRTY", "CSHPRTY", "OTHRPRTY"):
        if fault := _twice("E84", m.all("95", block), ("ALTE",)):
            return fault
    return None


def _twice(
    code: str, found: Sequence[tuple[int, str, int]], allowed: Sequence[str]
) -> Fault | None:
    seen: Counter[str] = Counter()
    for index, qualifier, _ in found:
        seen[qualifier] += 1
        if seen[qualifier] > 1 and qualifier not in allowed:
            return code, index
    return None


def _chain(m: _Shaped) -> Fault | None:
    present = {q: i for i, q, _ in m.all("95", "SETPRTY")}
    for chain in _CHAINS:
        for party, after in pairwise(chain):
            if party in present and after not in present:
                return "E86", present[party]
    return None


def _agent_and_place(m: _Shaped) -> Fault | None:
    if any(q == "DBNM" for _, q, _ in m.all("22F", "SETDET")):
        return None
    present = {q for _, q, _ in m.all("95", "SETPRTY")}
    return None if {_AGENTS[m.type], "PSET"} <= present else ("E91", m.end_of("SETDET"))


def _place_account(m: _Shaped) -> Fault | None:
    places = {block for _, q, block in m.all("95", "SETPRTY") if q == "PSET"}
    return next((("E52", i) for i, _, block in m.all("97", "SETPRTY") if block in places), None)


def _exchange(m: _Shaped) -> Fault | None:
    resulting = {block for _, q, block in m.all("19A", "AMT") if q == "RESU"}
    rates = {block: i for i, _, block in m.all("92B", "AMT")}
    for i, _, block in m.all("19A", "AMT"):
        if (block in resulting) != (block in rates):
            return "E62", rates.get(block, i)
    return None


RULES: tuple[Callable[[_Shaped], Fault | None], ...] = (
    _cancellation,
    _totals,
    _settlement_amount,
    _parties_once,
    _chain,
    _amounts_once,
    _exchange,
    _agent_and_place,
    _place_account,
)


@lru_cache(maxsize=4096)
def _layout_verdict(type_: str, shape: Shape) -> Fault | None:
    try:
        places = walk(type_, shape)
    except Misplaced as wrong:
        return wrong.code, wrong.index
    if type_ in {"103", "202"}:
        return None
    message = _Shaped(type_, shape, places)
    return next((fault for rule in RULES if (fault := rule(message))), None)


def _check_payment(message: Fin, by_tag: dict[str, Field], found: Sequence[Field]) -> None:
    """MT103 and MT202: rate, charges, intermediary, straight-through options."""
    prefixes = {f.tag[:2]: f for f in found}
    if "56" in prefixes and "57" not in prefixes:
        raise Nak("C81", prefixes["56"].line)
    if message.type != "103":
        return
    other = by_tag.get("33B")
    differs = other is not None and other.value[:3] != by_tag["32A"].value[6:9]
    if differs != ("36" in by_tag):
        raise Nak("D75", (by_tag.get("36") or other or by_tag["32A"]).line)
    charged, given = by_tag["71A"].value, by_tag.keys() & {"71F", "71G"}
    if given and other is None:
        raise Nak("D51", by_tag["71A"].line)
    for who, tag, code in (("OUR", "71F", "E13"), ("SHA", "71G", "D50"), ("BEN", "71G", "E15")):
        if charged == who and tag in given:
            raise Nak(code, by_tag[tag].line)
    if charged == "BEN" and "71F" not in given:
        raise Nak("E15", by_tag["71A"].line)
    if ("119", "STP") in message.user_tags():
        _check_straight_through(found)


def _check_straight_through(found: Sequence[Field]) -> None:
    for f in found:
        free = f.tag[:2] in {"52", "54", "55", "56", "57"} and f.tag[2:] != "A"
        if free or f.tag in {"51A", "53D"}:
            raise Nak("D17" if f.tag == "51A" else "T12", f.line)
