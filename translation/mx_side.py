"""An ISO 20022 document as a tree of elements, read from XML and written in the order of its schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from parsers.mx import line_of, local, namespace_of
from schemas.mx.outline import Outline


@dataclass(slots=True, eq=False)
class MxNode:
    """One element in local names; namespaces inside supplementary data are kept in `namespace`."""

    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[MxNode] = field(default_factory=list)
    line: int = 0
    namespace: str = ""  # where it differs from that of the document
    mark: bool = False  # says something by being there, with nothing in it

    def leaves(self, path: str = "", number: str = "") -> Iterator[Leaf]:
        """Every text and attribute below, in order, with its path numbered where a name repeats."""
        here = f"{path}/{self.name}{number}".lstrip("/")
        for name in self.attributes:
            yield Leaf(self, name, f"{here}@{name}")
        if not self.children:
            yield Leaf(self, "", here)
        often = Counter(child.name for child in self.children)
        seen: Counter[str] = Counter()
        for child in self.children:
            seen[child.name] += 1
            number = f"[{seen[child.name]}]" if often[child.name] > 1 else ""
            yield from child.leaves(here, number)

    def first(self, path: str) -> MxNode | None:
        """The element at a path of local names below, numbered where it is not the first."""
        node: MxNode | None = self
        for name, number in _steps(path):
            found = [c for c in node.children if c.name == name] if node else []
            node = found[number] if number < len(found) else None
        return node

    def make(self, path: str) -> MxNode:
        """The element at a path, made where it is missing."""
        node = self
        for name, number in _steps(path):
            found = [c for c in node.children if c.name == name]
            while len(found) <= number:
                found.append(MxNode(name))
                node.children.append(found[-1])
            node = found[number]
        return node

    def count(self, path: str) -> int:
        """How many elements stand at a path of local names below."""
        name, _, rest = path.partition("/")
        found = [child for child in self.children if child.name == name]
        return sum(child.count(rest) for child in found) if rest else len(found)

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.children or self.text or self.attributes or self.mark)


@cache
def _steps(path: str) -> tuple[tuple[str, int], ...]:
    """The names of a path, each with which of its kind: `AdrLine[2]` is the second, 1 from 0."""
    steps = (step.partition("[") for step in path.split("/")) if path else ()
    return tuple((name, int(number.strip("]") or 1) - 1) for name, _, number in steps)


class Leaf(NamedTuple):
    """One value of a document: the text of an element, or one of its attributes."""

    node: MxNode
    attribute: str  # '' for the text
    path: str

    @property
    def value(self) -> str:
        return self.node.attributes[self.attribute] if self.attribute else self.node.text


def tree(element: etree._Element) -> MxNode:
    """The elements below a Document's own, which is the root here."""
    return _node(element, namespace_of(element))


def _node(element: etree._Element, namespace: str) -> MxNode:
    own = namespace_of(element)
    node = MxNode(
        local(element),
        (element.text or "").strip(),
        {str(key): str(value) for key, value in element.attrib.items()},
        line=line_of(element),
        namespace="" if own == namespace else own,
    )
    node.children = [_node(child, namespace) for child in element.iterchildren("*")]
    return node


def written(root: MxNode, message_id: str, namespace: str, known: Outline | None) -> bytes:
    """The Document of this message; elements in the order of its schema, where there is one."""
    if known is not None:
        ordered(root, known)
    out: list[str] = []
    own = f"{namespace}{message_id}"
    _write(root, out, "  ", own, own)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{own}">\n'
    return f"{head}{''.join(out)}</Document>\n".encode()


def _write(node: MxNode, out: list[str], margin: str, own: str, around: str) -> None:
    """An element in its namespace: `own` is that of the message, `around` that of its parent."""
    space = node.namespace or own
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in node.attributes.items())
    if space != around:
        attributes = f" xmlns={quoteattr(space)}{attributes}"
    if not node.children and not node.text:
        out.append(f"{margin}<{node.name}{attributes}/>\n")
    elif not node.children:
        text = escape(node.text)
        out.append(f"{margin}<{node.name}{attributes}>{text}</{node.name}>\n")
    else:
        out.append(f"{margin}<{node.name}{attributes}>\n")
        for child in node.children:
            _write(child, out, f"{margin}  ", own, space)
        out.append(f"{margin}</{node.name}>\n")


def ordered(root: MxNode, found: Outline) -> None:
    """Puts the children of every element in the order the schema has them."""
    start = found.root(root.name)
    if start is not None:
        _order(root, start.type, found)


def _order(node: MxNode, type_: str, found: Outline) -> None:
    places = found.types.get(type_)
    if places is None:
        return
    known = [places.get(child.name) for child in node.children]
    rank = {
        id(c): k.position if k else len(places) for c, k in zip(node.children, known, strict=True)
    }
    node.children.sort(key=lambda child: rank[id(child)])
    for child in node.children:
        place = places.get(child.name)
        if place is not None:
            _order(child, place.type, found)
