"""The whole verdict on a FIN message: table, formats and rules, every departure at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from parsers import fin_content, fin_payment_rules, fin_settlement_rules, fin_statement_rules
from parsers.fin_rule import Rules
from parsers.fin_shape import SHAPES_KEPT, Shape
from parsers.fin_structure import Departure, Structure, structure
from parsers.fin_text import FinMessage
from schemas.mt import MESSAGES

RULES: dict[str, Rules] = {
    **fin_settlement_rules.RULES,
    **fin_payment_rules.RULES,
    **fin_statement_rules.RULES,
}
# the validation flag of block 3 that makes another message of a type
KINDS = frozenset({"STP", "REMIT", "COV"})
LIST_MAX = 16  # codes that are told all; of a longer list those that look alike
_CODED = re.compile("(:[A-Z0-9]{4}//)?[A-Z0-9]{4}")
_NONE = Rules()


def key_of(message: FinMessage) -> str | None:
    """The key of a message's table: its type, with its kind by the validation flag; None if none."""
    flag = message.header.get("119", "")
    if flag in KINDS and message.type + flag in MESSAGES:
        return message.type + flag
    return message.type if message.type in MESSAGES else None


def departures(message: FinMessage, key: str) -> list[Departure]:
    """Every departure of a message from its table, its formats and its rules."""
    found, known = _known(message.shape, key)
    return [
        *_too_long(message, MESSAGES[key].length_max),
        *known,
        *contents(message, found.coded),
        *_unlisted(message, found.listed),
        *(d for rule in RULES.get(key, _NONE).values for d in rule(message, found)),
    ]


def contents(
    message: FinMessage, coded: dict[int, frozenset[str]] | None = None
) -> Iterator[Departure]:
    """What is wrong inside the fields of a message; `coded` are those that take a closed list."""
    fault = fin_content.fault
    for index, (tag, part) in enumerate(zip(message.shape.tags, message.parts, strict=True)):
        wrong = fault(tag, part[len(tag) + 1 :])
        if wrong is not None:
            yield Departure(index, "", wrong.rule, wrong.message, wrong.offset)
    for index, codes in (coded or {}).items():
        if message.value(index) not in codes:
            rule = "T36" if message.shape.tags[index] == "23B" else "T08"
            yield Departure(index, "", rule, f"one of {', '.join(sorted(codes))}")


def _unlisted(message: FinMessage, listed: dict[int, frozenset[str]]) -> Iterator[Departure]:
    """K rules: a code outside the list of its field, unless a scheme is named that it is of."""
    for index, known in listed.items():
        part = message.parts[index]
        said = part[4:8] if part[:3] == "23G" else part[4:15]
        if said not in known and _CODED.fullmatch(said):
            code, codes = said[-4:], sorted(each[-4:] for each in known)
            if len(codes) > LIST_MAX:
                near = ", ".join(get_close_matches(code, codes, 4, 0.5))
                words = f"{code} is not among the {len(codes)} known codes"
                words += f"; like it: {near}" if near else ""
            else:
                words = f"{code} is not among the known codes: {', '.join(codes)}"
            yield Departure(index, "", f"K{part[:2]}", words, len(said) - 4)


def _too_long(message: FinMessage, longest: int) -> Iterator[Departure]:
    """M50: the characters of the text, a line end counting as the two it is on the wire."""
    text = message.text
    if 2 * len(text) > longest and len(text) + text.count("\n") > longest:
        yield Departure(-1, "block 4", "M50", f"the text has more than {longest} characters")


@lru_cache(SHAPES_KEPT)
def _known(kind: Shape, key: str) -> tuple[Structure, tuple[Departure, ...]]:
    """What follows from the shape of a message alone."""
    found = structure(kind, key)
    rules = RULES.get(key, _NONE).shape
    return found, (*found.departures, *(d for rule in rules for d in rule(kind, found)))
