"""What an entry, a holding or a transaction of a long report holds, decoded whole: typed, by path."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from parsers import mx, typed
from schemas.mx.outline import Outline
from schemas.value import Typed

TAGS_MAX = 50_000  # of all shapes kept together: what a sender makes up must not fill the memory
_TAG = re.compile("<([^>]*)>")  # of what lxml writes: there is no other < or > in it
_ATTRIBUTE = re.compile("""([^\\s=]+)=(?:"([^"]*)"|'([^']*)')""")


class _Leaf(NamedTuple):
    """A text of a shape: which one, where it stands, how it is read."""

    number: int
    place: str
    currency: str | None
    read: Callable[[str], Typed]


class _Shape(NamedTuple):
    """All that follows from the tags of a unit: its leaves, and the attributes that are no currency."""

    leaves: tuple[_Leaf, ...]
    attributes: dict[str, Typed]


class Decoder:
    """Values of the elements of one document by their paths, those that repeat numbered.

    `Amt` with a currency is Money; another attribute stands at `Amt@Name`. Paths are relative to
    the element that is decoded. What follows from its tags is worked out once for all like it.
    """

    def __init__(self, known: Outline | None) -> None:
        self._known = known
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._tags = 0

    def values(self, node: etree._Element) -> dict[str, Typed]:
        """Every value below an element."""
        pieces = _TAG.split(etree.tostring(node, encoding="unicode", with_tail=False))
        tags = tuple(pieces[1::2])
        shape = self._shapes.get(tags)
        if shape is None:
            shape = self._shape(tags, node)
            self._keep(tags, shape)
        found = dict(shape.attributes)
        for number, place, currency, read in shape.leaves:
            text = pieces[number].strip()
            if "&" in text:
                text = html.unescape(text)
            found[place] = read(text) if currency is None else typed.element(text, currency, None)
        return found

    def _keep(self, tags: tuple[str, ...], shape: _Shape) -> None:
        """Shapes begin anew when there are too many, so that none stays for ever unused."""
        if len(tags) > TAGS_MAX:
            return
        self._tags += len(tags)
        if self._tags > TAGS_MAX:
            self._shapes.clear()
            self._tags = len(tags)
        self._shapes[tags] = shape

    def _shape(self, tags: tuple[str, ...], node: etree._Element) -> _Shape:
        path = _path(node)
        leaves: list[_Leaf] = []
        attributes: dict[str, Typed] = {}
        for number, names, place, said in _places(tags):
            base = self._known.base("/".join((*path, *names))) if self._known is not None else None
            currency = said.pop("Ccy", None)
            attributes |= {f"{place}@{name}": value for name, value in said.items()}
            leaves.append(_Leaf(number, place, currency, typed.reader_of(base)))
        return _Shape(tuple(leaves), attributes)


def _places(tags: Iterable[str]) -> Iterator[tuple[int, tuple[str, ...], str, dict[str, str]]]:
    """Each leaf of a unit: where its text comes, its names, its numbered place, its attributes."""
    # numbers need to know what comes later, so the tree of the tags is made first
    root: _Node = _Node("", {}, 0, [])
    open_ = [root]
    for number, tag in enumerate(tags):
        if tag[0] == "/":
            open_.pop()
            continue
        name, _, rest = tag.removesuffix("/").partition(" ")
        said = {
            found[1]: html.unescape(found[2] or found[3] or "")
            for found in _ATTRIBUTE.finditer(rest)
        }
        kept = {key: value for key, value in said.items() if not key.startswith("xmlns")}
        node = _Node(name.rpartition(":")[2], kept, 2 * number + 2, [])
        open_[-1].children.append(node)
        if tag[-1] != "/":
            open_.append(node)
    yield from _below(root.children[0], (), "")


class _Node(NamedTuple):
    name: str
    said: dict[str, str]
    number: int
    children: list[_Node]


def _below(
    node: _Node, names: tuple[str, ...], place: str
) -> Iterator[tuple[int, tuple[str, ...], str, dict[str, str]]]:
    often, seen = Counter(child.name for child in node.children), Counter[str]()
    for child in node.children:
        seen[child.name] += 1
        number = f"[{seen[child.name]}]" if often[child.name] > 1 else ""
        at = f"{place}/{child.name}{number}".lstrip("/")
        if child.children:
            yield from _below(child, (*names, child.name), at)
        else:
            yield child.number, (*names, child.name), at, child.said


def _path(node: etree._Element) -> list[str]:
    """The names from below the Document to an element."""
    names = [mx.local(node), *(mx.local(each) for each in node.iterancestors())]
    if "Document" in names:
        names = names[: names.index("Document")]
    return names[::-1]
