"""A message as a program reads it: its type, its values by place, typed and as text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from parsers import fin, typed
from parsers.fin_text import FinField, FinMessage
from parsers.fin_tolerant import Mended
from schemas.finding import Finding
from schemas.value import Typed, Value

PLACES_KEPT = 256  # of each shape
_PLACE = re.compile(r"(?:(?P<path>[^ ]*)/)?(?P<tag>\d\d[A-Za]?)(?: (?P<qualifier>[A-Z0-9]{4}))?")


class Message(ABC):
    """One message. `type` is 'MT541' or 'sese.023.001.11'; the parties are BICs, '' if not told."""

    __slots__ = ("deviations", "receiver", "sender", "type")

    def __init__(self, type_: str, sender: str, receiver: str) -> None:
        self.type = type_
        self.sender = sender
        self.receiver = receiver
        self.deviations: tuple[Finding, ...] = ()  # what tolerant reading mended

    @abstractmethod
    def __iter__(self) -> Iterator[Value]:
        """Every value in order."""

    @abstractmethod
    def all(self, place: str) -> list[Value]:
        """Every value at a place, as `Value.place` has it; without numbers and option letters too."""

    @abstractmethod
    def get(self, place: str) -> Value | None:
        """The first value at a place, or None."""

    def __getitem__(self, place: str) -> Value:
        """The first value at a place; KeyError names the place when there is none."""
        found = self.get(place)
        if found is None:
            raise KeyError(place)
        return found


class Fin(Message):
    """A FIN message: places are blocks, tag and qualifier, `SETDET/AMT/19A SETT` or `32A`."""

    __slots__ = ("fin", "mended")

    def __init__(self, message: FinMessage, mended: Mended | None = None) -> None:
        name = f"MT{message.type}" if message.type.isdigit() else message.type
        super().__init__(name, message.sender, message.receiver)
        self.fin = message
        self.mended = mended
        if mended is not None:
            self.deviations = mended.deviations

    def __iter__(self) -> Iterator[Value]:
        tags = self.fin.shape.tags
        return (FinValue(self, i) for i, tag in enumerate(tags) if tag[:2] != "16")

    def all(self, place: str) -> list[Value]:
        return [FinValue(self, index) for index in self._indexes(place)]

    def get(self, place: str) -> Value | None:
        found = self._indexes(place)
        return FinValue(self, found[0]) if found else None

    def _indexes(self, place: str) -> tuple[int, ...]:
        """Where the fields of a place stand; kept with the shape, as messages of a shape are many."""
        known = self.fin.shape.asked.get(place)
        if known is None:
            path, name, option = _place(place)
            tags = self.fin.shape.tags
            known = tuple(i for i in self.fin.at(path, name) if option in ("", tags[i][2:]))
            if len(self.fin.shape.asked) < PLACES_KEPT:
                self.fin.shape.asked[place] = known
        return known


def _place(place: str) -> tuple[str, str, str]:
    """Path, key of the shape's places and option letter of a place; ValueError where it is none."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"no place in a FIN message: {place!r}; write it as 'SETDET/AMT/19A SETT'")
    tag, qualifier = found["tag"], found["qualifier"] or ""
    return found["path"] or "", tag[:2] + qualifier if qualifier else tag, _option(tag, qualifier)


def _option(tag: str, qualifier: str) -> str:
    """The letter that must be there: any will do for `95a` and `95`, if a qualifier is named."""
    return tag[2:].strip("a") if qualifier else tag[2:]


class FinValue:
    """One field of a FIN message; what is asked of it is worked out then."""

    __slots__ = ("_index", "_message", "_of")

    def __init__(self, of: Fin, index: int) -> None:
        self._of = of
        self._message = of.fin
        self._index = index

    def __repr__(self) -> str:
        return f"FinValue({self.place!r}, {self.value!r}, line {self.line})"

    @property
    def place(self) -> str:
        kind, index = self._message.shape, self._index
        where = f"{kind.paths[index]}/{kind.tags[index]} {kind.qualifiers[index]}"
        return where.strip("/ ")

    @property
    def name(self) -> str:
        return fin.name_of(FinField(self._message, self._index))

    @property
    def text(self) -> str:
        raw = self._message.value(self._index)
        return raw[5:].lstrip("/") if self._message.shape.qualifiers[self._index] else raw

    @property
    def value(self) -> Typed:
        message = self._message
        return typed.value(message.shape.tags[self._index], message.value(self._index))

    @property
    def parts(self) -> Mapping[str, Typed]:
        message = self._message
        return typed.parts(message.shape.tags[self._index], message.value(self._index))

    @property
    def line(self) -> int:
        line = self._message.lines_before + self._message.line_of(self._index)
        mended = self._of.mended
        return line if mended is None else mended.line(line)

    @property
    def column(self) -> int:
        return len(self._message.shape.tags[self._index]) + 3
