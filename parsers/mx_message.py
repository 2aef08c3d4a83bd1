"""An ISO 20022 message as a program reads it; what is asked of a value is worked out then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from lxml import etree

from parsers import mx, mx_entries, typed
from parsers.message import Message
from parsers.mx_places import Place, Places
from schemas.mx.compiler import LARGE, Schemas
from schemas.mx.outline import Outline
from schemas.value import Typed, Value

_PLACE = re.compile(r"[\w.-]+(\[[1-9][0-9]{0,8}\])?(/[\w.-]+(\[[1-9][0-9]{0,8}\])?)*")
_NUMBER = re.compile(r"\[[0-9]+\]")


class Mx(Message):
    """Places are paths below the Document, `SctiesSttlmTxInstr/TxId`; what repeats is numbered."""

    def __init__(self, message: mx.MxMessage, raw: bytes, schemas: Schemas | None) -> None:
        header = message.header
        sender, receiver = (
            (_bic(header, "Fr"), _bic(header, "To")) if header is not None else ("", "")
        )
        super().__init__(message.message_id or "", sender, receiver)
        self.mx = message
        self._raw = raw
        self._schemas = schemas
        self._steps: dict[etree._Element, str] = {}

    def __iter__(self) -> Iterator[Value]:
        if self.mx.document is not None:
            for child in self.mx.document.iterchildren("*"):
                yield from self._below(child, mx.local(child))

    def _below(self, node: etree._Element, path: str) -> Iterator[Value]:
        if not len(node):
            yield MxValue(self, path, node)
        for child in node.iterchildren("*"):
            yield from self._below(child, f"{path}/{mx.local(child)}")

    def all(self, place: str) -> list[Value]:
        return list(self._found(place))

    def get(self, place: str) -> Value | None:
        if self.mx.size <= LARGE and place in self.values:
            return MxValue(self, place)
        return next(self._found(place), None)

    def _found(self, place: str) -> Iterator[Value]:
        _, names = _asked(place)
        return (MxValue(self, names, node) for node in self.nodes(place))

    def nodes(self, place: str) -> Iterator[etree._Element]:
        """The elements at a place that hold a text."""
        path, _ = _asked(place)
        if path and self.mx.document is not None:
            for node in self.mx.document.iterfind(path):
                if not len(node):
                    yield node

    @cached_property
    def values(self) -> Mapping[str, Typed]:
        """Every value by its numbered place, as `mx_entries` reads them in one go."""
        document = self.mx.document
        if document is None or not len(document):
            return {}
        return _decoder(self._schemas, self.type).values(document)

    @cached_property
    def outline(self) -> Outline | None:
        """What the schema of this version says of its elements, where there is one."""
        return self._schemas.outline(self.type) if self._schemas and self.type else None

    @cached_property
    def places(self) -> Places:
        """Where the elements stand in the bytes."""
        top = self.mx.document if self.mx.document is not None else self.mx.header
        assert top is not None
        return Places(mx.plain(self._raw), top.getroottree().getroot())

    def step(self, node: etree._Element) -> str:
        """An element's name, numbered where those beside it have the same."""
        known = self._steps.get(node)
        if known is None:
            above = node.getparent()
            beside = [node] if above is None else list(above.iterchildren("*"))
            names = [mx.local(each) for each in beside]
            often, seen = Counter(names), Counter[str]()
            for each, name in zip(beside, names, strict=True):
                seen[name] += 1
                self._steps[each] = f"{name}[{seen[name]}]" if often[name] > 1 else name
            known = self._steps[node]
        return known


@lru_cache(4096)
def _asked(place: str) -> tuple[str, str]:
    """A place as lxml finds it in any namespace, and without its numbers; '' where it is none."""
    if not _PLACE.fullmatch(place):
        return "", ""
    path = "/".join(f"{{*}}{step}" for step in place.split("/"))
    return path, _NUMBER.sub("", place)


@lru_cache(64)
def _decoder(schemas: Schemas | None, message_id: str) -> mx_entries.Decoder:
    """One for all messages of a version, as they are much alike."""
    return mx_entries.Decoder(schemas.outline(message_id) if schemas and message_id else None)


class MxValue:
    """One element that holds a text; where it was asked for by its place, it is found when needed."""

    __slots__ = ("_asked", "_found", "_of")

    def __init__(self, of: Mx, asked: str, node: etree._Element | None = None) -> None:
        self._of = of
        self._asked = asked  # its place; with the element, without numbers
        self._found = node

    def __repr__(self) -> str:
        return f"MxValue({self.place!r}, {self.value!r}, line {self.line})"

    @property
    def _node(self) -> etree._Element:
        if self._found is None:
            self._found = next(self._of.nodes(self._asked))
            self._asked = _NUMBER.sub("", self._asked)
        return self._found

    @property
    def place(self) -> str:
        if self._found is None:
            return self._asked
        steps: list[str] = []
        node: etree._Element | None = self._found
        while node is not None and node is not self._of.mx.document:
            steps.append(self._of.step(node))
            node = node.getparent()
        return "/".join(reversed(steps))

    @property
    def name(self) -> str:
        return mx.local(self._node)

    @property
    def text(self) -> str:
        return (self._node.text or "").strip()

    @property
    def value(self) -> Typed:
        if self._found is None:
            return self._of.values[self._asked]
        known = self._of.outline
        base = known.base(self._asked) if known is not None else None
        return typed.element(self.text, self._found.get("Ccy"), base)

    @property
    def parts(self) -> Mapping[str, Typed]:
        return {str(key): str(value) for key, value in self._node.attrib.items()}

    @property
    def line(self) -> int:
        return self._at().line

    @property
    def column(self) -> int:
        return self._at().column

    def _at(self) -> Place:
        return self._of.places.text(self._node)


def _bic(header: etree._Element, side: str) -> str:
    found = mx.first(header, side)
    bic = mx.first(found, "BICFI") if found is not None else None
    return (bic.text or "").strip() if bic is not None else ""
