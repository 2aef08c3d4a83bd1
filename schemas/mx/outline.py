"""What a schema says of the order and the simple types of its elements, for reading and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"


class Child(NamedTuple):
    """An element inside another: where it comes, its type, and the base of a simple one."""

    position: int
    type: str  # '' for a simple type written in place
    base: str  # 'decimal', 'date', 'dateTime', 'boolean', 'string' ...; '' where it has children


@dataclass(frozen=True, slots=True)
class Outline:
    """The elements of every type of one schema, and the type its document element has."""

    types: Mapping[str, Mapping[str, Child]]
    document: str
    _bases: dict[str, str] = field(default_factory=dict)  # by path, as they were asked for

    def root(self, name: str) -> Child | None:
        """The element that stands alone in the Document."""
        return self.child(self.document, name)

    def child(self, type_: str, name: str) -> Child | None:
        """An element of a type, None where the schema has none of that name."""
        return self.types.get(type_, {}).get(name)

    def base(self, path: str) -> str | None:
        """The base of the element at a path below the Document; None where the schema has none."""
        known = self._bases.get(path)
        if known is None:
            type_, found = self.document, None
            for name in path.split("/"):
                found = self.child(type_, name)
                if found is None:
                    return None
                type_ = found.type
            known = found.base if found else ""
            self._bases[path] = known
        return known


def outline(xsd: str) -> Outline:
    """The outline of a schema's text."""
    schema = etree.fromstring(xsd.encode())
    bases = dict(_bases_of(schema))
    types = {
        each.get("name", ""): {
            element.get("name", ""): _child(position, element, bases)
            for position, element in enumerate(each.iter(f"{_XS}element"))
        }
        for each in schema.iterchildren(f"{_XS}complexType")
    }
    return Outline(types, next(schema.iterchildren(f"{_XS}element")).get("type", ""))


def _child(position: int, element: etree._Element, bases: Mapping[str, str]) -> Child:
    type_ = element.get("type", "")
    inside = element.find(f"{_XS}simpleType/{_XS}restriction")
    if inside is not None:
        return Child(position, "", _plain(inside.get("base", ""), bases))
    if type_.startswith("xs:"):
        return Child(position, "", _plain(type_, bases))
    return Child(position, type_, bases.get(type_, ""))


def _bases_of(schema: etree._Element) -> list[tuple[str, str]]:
    """The base of every named simple type, and of a complex one that is a text with attributes."""
    found = [
        (each.get("name", ""), restriction.get("base", ""))
        for each in schema.iterchildren(f"{_XS}simpleType")
        if (restriction := each.find(f"{_XS}restriction")) is not None
    ]
    found += [
        (each.get("name", ""), extension.get("base", ""))
        for each in schema.iterchildren(f"{_XS}complexType")
        if (extension := each.find(f"{_XS}simpleContent/{_XS}extension")) is not None
    ]
    known = dict(found)
    return [(name, _plain(base, known)) for name, base in found]


def _plain(base: str, known: Mapping[str, str]) -> str:
    """The built-in type a base ends in, without its prefix."""
    seen = set()
    while base in known and base not in seen:
        seen.add(base)
        base = known[base]
    return base.rpartition(":")[2]
