"""Message tables as text, line by line as the standard's format specifications have them.

    M  20C SEME                     a mandatory field, one qualifier
    O* 22F STCO                     optional, may repeat
    M  95[PQR] BUYR/SELL            any of these options, one of these qualifiers; a line that
                                    ends in a slash goes on in the next
    M  59[-AF] Beneficiary          without a letter, with A or with F; words of this place
    M  71A {BEN OUR SHA}            a closed list of codes
    O* A1 LINK                      a block between 16R and 16S: what is indented stands in it
    O* A -  Statement line          a sequence without such marks
    O* **                           any field: a copy of some of another message

A line without words takes those of `words.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from schemas.mt import words
from schemas.mt.message import Field, Item, Message, Sequence

_LINE = re.compile(
    r"(?P<use>[MO])(?P<repeats>\*?) +"
    r"(?:(?P<tag>\d\d|\*\*)(?P<options>[A-Z]?|\[[-A-Z]+\])"
    r"(?: (?P<qualifiers>[A-Z0-9]{4}(?:/[A-Z0-9]{4})*))?"
    r"(?: \{(?P<codes>[A-Z ]+)\})?|(?P<id>[A-Z][0-9A-Za-z]*) (?P<block>[A-Z]+|-))"
    r"(?: +(?P<words>\S.*))?"
)
_CONTINUED = re.compile(r"/\n *(?=[A-Z0-9]{4})")


def message(type_: str, title: str, text: str, *, length_max: int = 10_000) -> Message:
    """The table these lines describe; ValueError names a line that reads as nothing."""
    return Message(type_, title, items(text), length_max)


def items(text: str) -> tuple[Item, ...]:
    """The items of a piece of a table, such as a sequence that several messages share."""
    lines = [line.rstrip() for line in _CONTINUED.sub("/", text).splitlines() if line.strip()]
    return _with_others(list(_items(lines)))


def _with_others(found: list[Item]) -> tuple[Item, ...]:
    """What stands in a sequence, where a place that takes any qualifier leaves each its own."""
    fields = [item for item in found if isinstance(item, Field)]
    for index, item in enumerate(found):
        if isinstance(item, Field) and not item.qualifiers:
            named = {q for f in fields if set(f.tags) & set(item.tags) for q in f.qualifiers}
            found[index] = replace(item, others=frozenset(named))
    return tuple(found)


def _items(lines: list[str]) -> Iterator[Item]:
    """The items at the indentation of the first line; deeper ones stand in the one before."""
    margins = [len(line) - len(line.lstrip()) for line in lines]
    starts = [i for i, margin in enumerate(margins) if margin == margins[0]]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found = _LINE.fullmatch(lines[start].strip())
        if found is None or (found["id"] is None) == (end > start + 1):
            raise ValueError(f"no line of a message table: {lines[start].strip()}")
        if found["id"] is None:
            yield _field(found)
        else:
            yield _sequence(found, _with_others(list(_items(lines[start + 1 : end]))))


def _sequence(found: re.Match[str], inside: tuple[Item, ...]) -> Sequence:
    block = found["block"].strip("-")
    title = found["words"] or words.BLOCKS.get(block, f"Sequence {found['id']}")
    required, repeats = found["use"] == "M", bool(found["repeats"])
    return Sequence(block, title, inside, required=required, repeats=repeats, id=found["id"])


def _field(found: re.Match[str]) -> Field:
    number, options = found["tag"], found["options"].strip("[]") or "-"
    tags = tuple(number + letter.strip("-") for letter in options)
    qualifiers = (found["qualifiers"] or "").split("/") if found["qualifiers"] else []
    return Field(
        tags,
        found["words"] or words.of_tag(number, tags[0]),
        {q: words.of_qualifier(number, q) for q in qualifiers},
        required=found["use"] == "M",
        repeats=bool(found["repeats"]),
        codes=frozenset((found["codes"] or "").split()),
    )
