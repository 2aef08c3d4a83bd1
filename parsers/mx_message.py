"""An ISO 20022 message as a program reads it; what is asked of a value is worked out then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from lxml import etree

from parsers import mx, typed
from parsers.message import Message
from parsers.mx_places import Place, Places
from schemas.mx.compiler import Schemas
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
            yield MxValue(self, node, path)
        for child in node.iterchildren("*"):
            yield from self._below(child, f"{path}/{mx.local(child)}")

    def all(self, place: str) -> list[Value]:
        return list(self._found(place))

    def get(self, place: str) -> Value | None:
        return next(self._found(place), None)

    def _found(self, place: str) -> Iterator[Value]:
        path, names = _asked(place)
        if path and self.mx.document is not None:
            for node in self.mx.document.iterfind(path):
                if not len(node):
                    yield MxValue(self, node, names)

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


class MxValue:
    """One element that holds a text."""

    __slots__ = ("_node", "_of", "_path")

    def __init__(self, of: Mx, node: etree._Element, path: str) -> None:
        self._of = of
        self._node = node
        self._path = path  # without numbers

    def __repr__(self) -> str:
        return f"MxValue({self.place!r}, {self.value!r}, line {self.line})"

    @property
    def place(self) -> str:
        steps: list[str] = []
        node: etree._Element | None = self._node
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
        known = self._of.outline
        base = known.base(self._path) if known is not None else None
        return typed.element(self.text, self._node.get("Ccy"), base)

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
