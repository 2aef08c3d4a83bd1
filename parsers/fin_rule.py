"""What a rule of a message type is, and how it is asked. The rules are in their families' files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage
from schemas.mt.fields import FORMATS

ShapeRule = Callable[[Shape, Structure], Iterator[Departure]]
ValueRule = Callable[[FinMessage, Structure], Iterator[Departure]]


def part(message: FinMessage, index: int, name: str) -> str | None:
    """The first component of this name in a field; None where the field does not read or has none."""
    form = FORMATS.get(message.shape.tags[index])
    found = form.pattern.fullmatch(message.value(index)) if form is not None else None
    if form is None or found is None or name not in form.parts:
        return None
    return found[form.parts.index(name) + 1]


def fields(message: FinMessage, *tags: str, path: str = "") -> list[int]:
    """The fields with these tags at a path, in order; a tag of two digits stands for its options."""
    kind = message.shape
    return [
        i
        for i, tag in enumerate(kind.tags)
        if (tag in tags or tag[:2] in tags) and kind.paths[i] == path
    ]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one message type: of its shape alone, and of its values."""

    shape: tuple[ShapeRule, ...] = ()
    values: tuple[ValueRule, ...] = ()
