"""Good messages with one fault each: every fault is found by the rule it breaks, and good ones by none.

Mutants are made from the bytes alone, so what the tables say cannot hide what they forgot. The recall
of each rule is printed with `-s`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from mt_samples import SAMPLES

from parsers import fin
from schemas.mt.rules import BY_CODE

FIELD = re.compile(r"(?m)^:(\d\d[A-Z]?):(.*)$")
DATE = re.compile(r"(?<=//)2026112[34]|(?<=:32A:)261124|(?<=:61:)261123|(?<=[CD])261123(?=EUR)")
MONEY = re.compile(r"(?<!ACTU/)(USD|EUR)(\d+,\d*)")  # a price has decimals of its own
NUMBER = re.compile(r"(?<=UNIT/)\d+,|(?<=USD)\d+,|(?<=EUR)\d+,")
# what a message has once and cannot do without, whatever a table says
ONCE = frozenset({
    "20C SEME", "23G", "98A ESET", "98A STAT", "35B", "97A SAFE", "22F SETR", "32A", "23B",
    "71A", "60F", "62F", "25", "28C", "28E", "22F SFRE", "22F STTY", "17B ACTI", "25D SETT", "22H REDE",
    "22H PAYM", "20", "21",
})  # fmt: skip
NEEDED = ONCE - {"22F SETR", "25D SETT"} | {"50F", "59", "58A"}
# optional, beside a place whose qualifiers nobody published: another one there may be right
OPEN = frozenset({("536", "98A SETT")})
REFERENCE = re.compile(r"(?m)^:(20|21|20C):(:[A-Z]{4}//)?(\S+)$")
Mutant = tuple[str, str, set[str]]  # what was done, the text, the rules that may be named


def mutants(text: str) -> Iterator[Mutant]:
    """Every single fault of these kinds, at every place."""
    yield from _of_fields(text)
    yield from _of_blocks(text)
    for found in DATE.finditer(text):
        bad = found[0][:-4] + "1332"
        yield f"no date at {found.start()}", _put(text, found, bad), {"T50"}
    for found in NUMBER.finditer(text):
        yield f"letter in a number at {found.start()}", _put(text, found, "1O0,"), {"T12", "T43"}
        yield (
            f"no digit before the comma at {found.start()}",
            _put(text, found, ",5"),
            {"T12", "T43"},
        )
    for found in MONEY.finditer(text):
        yield f"no currency at {found.start()}", _put(text, found, "XQX" + found[2]), {"T52"}
        yield (
            f"too many decimals at {found.start()}",
            _put(text, found, found[1] + "1,234"),
            {"C03"},
        )
        point = found[0].replace(",", ".")
        yield f"point for comma at {found.start()}", _put(text, found, point), {"T43", "T12"}
    for found in REFERENCE.finditer(text):
        head = found[0][: -len(found[3])]
        yield f"slash before {found.start()}", _put(text, found, head + "/" + found[3][1:]), {"T26"}
        yield f"double slash {found.start()}", _put(text, found, head + "A//B"), {"T26"}
        yield f"long reference {found.start()}", _put(text, found, head + "X" * 17), {"T33"}


def _of_fields(text: str) -> Iterator[Mutant]:
    for found in FIELD.finditer(text):
        tag, value = found[1], found[2]
        if tag in ("16R", "16S"):
            continue
        name = f"{tag} {value[1:5]}" if value.startswith(":") else tag
        whole = re.compile(rf":{tag}:[^\n]*\n(?:[^:\n-][^\n]*\n)*").match(text, found.start())
        assert whole is not None
        if name in ONCE:
            yield f"{name} twice", _put(text, whole, whole[0] * 2), {"T13", "T89"}
        if name in NEEDED and text.count(found[0][: len(tag) + 7]) == 1:  # not the other of two
            yield f"no {name}", _put(text, whole, ""), {"T13", "T89"}
        yield (
            f"text after {name}",
            _put(text, found, found[0] + "X" * 80),
            {"T33", "T12", "T27", "T36", "T08"},
        )
        at = f"{tag} at {found.start()}"
        yield f"unknown tag before {at}", _put(text, found, ":99Z:X\n" + found[0]), {"T13"}
        yield f"illegal character in {at}", _put(text, found, found[0] + "~"), {"T32"}
        yield f"empty line after {at}", _put(text, found, found[0] + "\n "), {"T17", "T33", "T30"}
        if value.startswith(":"):
            other = f":{tag}::QQQQ{value[5:]}"
            yield (
                f"unknown qualifier in {name} at {found.start()}",
                _put(text, found, other),
                {"T89", "E83", "D04"},
            )
            broken = f":{tag}:{value[1:]}"
            yield f"one colon in {at}", _put(text, found, broken), {"T87"}
        if tag == "72":
            continue  # words
        for bic in re.finditer(r"\b[A-Z]{6}33\b", value):
            bad = found[0].replace(bic[0], bic[0][:4] + "QQ33")
            yield f"no country in {at}", _put(text, found, bad), {"T27"}


def _of_blocks(text: str) -> Iterator[Mutant]:
    for found in re.finditer(r"(?m)^:16S:([A-Z]+)\n", text):
        yield f"no end of {found[1]}", _put(text, found, ""), {"T92"}
        other = found[0].replace(found[1], "QQQQ")
        yield f"other end of {found[1]}", _put(text, found, other), {"T92"}


def _put(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def _mutants() -> list[tuple[str, Mutant]]:
    return [
        (type_, m)
        for type_, raw in SAMPLES.items()
        for m in mutants(raw.decode().replace("\r\n", "\n"))
        if not any(
            type_ == t and m[0].startswith(f"unknown qualifier in {name}") for t, name in OPEN
        )
    ]


@pytest.mark.parametrize("type_", SAMPLES)
def test_a_good_message_has_nothing_said_against_it(type_):
    assert fin.check_bytes(SAMPLES[type_]) == []


def test_every_single_fault_is_found_by_its_rule():
    made, missed = Counter[str](), list[str]()
    found_by = Counter[str]()
    for type_, (what, text, rules) in _mutants():
        name = min(rules)
        made[name] += 1
        said = {f.rule for f in fin.check_bytes(text.encode())}
        if said & rules:
            found_by[name] += 1
        else:
            missed.append(f"MT{type_} {what}: expected {sorted(rules)}, found {sorted(said)}")
    for sure in (True, False):
        told = [
            f"{rule} {found_by[rule]}/{n}"
            for rule, n in sorted(made.items())
            if (BY_CODE[rule].confidence == "high") is sure
        ]
        sys.stdout.write(f"{'high confidence' if sure else 'others'}: {', '.join(told)}\n")
    assert sum(made.values()) >= 2000
    assert missed == []
