"""What both walks share: the converters by name, and the words of a receipt."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.problem import MessageError, Problem
from translation import (
    cash_values,
    event_values,
    inquiry_values,
    securities_values,
    statement_values,
    values,
)
from translation.converters import Converter
from translation.mapping import Row
from translation.mt_side import MtField, MtNode
from translation.receipt import Outcome

CONVERTERS: Mapping[str, Converter] = {
    **values.CONVERTERS,
    **securities_values.CONVERTERS,
    **cash_values.CONVERTERS,
    **statement_values.CONVERTERS,
    **inquiry_values.CONVERTERS,
    **event_values.CONVERTERS,
}
IMPLIED = "said by the kind of message or by its place"
TWICE = "it may stand there once, and another came before it"
NO_ROOM = "the other standard has no form for this value"
NO_PLACE = "no place in {}"


def outcome(said: str, became: str, lost: str) -> Outcome:
    """What became of a value that was brought over."""
    if lost:
        return "truncated"
    return "kept" if said == became else "converted"


def fits(each: MtField, row: Row) -> bool:
    """Whether a field is one of those a row is about."""
    if each.qualifier != row.qualifier:
        return False
    return each.tag == row.tag or (row.tag[2:] == "a" and each.tag[:2] == row.tag[:2])


def plain(each: MtField) -> str:
    """What a field says, without the slashes that only mark where it begins."""
    return each.text.removeprefix("//")


def meant_otherwise(place: str, value: str, always: str, name: str) -> MessageError:
    """The refusal of a message whose meaning the other one cannot have."""
    words = f"only {always} has a counterpart in {name}: this one is not translated"
    return MessageError("not_translatable", [Problem(place, "translation", words, value)])


def size(node: MtNode) -> int:
    """How many fields a block and the blocks in it have."""
    return sum(1 for _ in node.walk())
