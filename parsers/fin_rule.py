"""What a rule of a message type is, and how it is asked. The rules are in their families' files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage

ShapeRule = Callable[[Shape, Structure], Iterator[Departure]]
ValueRule = Callable[[FinMessage, Structure], Iterator[Departure]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one message type: of its shape alone, and of its values."""

    shape: tuple[ShapeRule, ...] = ()
    values: tuple[ValueRule, ...] = ()
