"""A shape against its message table: order, presence, repetition, qualifiers, blocks.

Worked out once for each shape and type, without looking at a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parsers.fin_shape import Shape
from schemas.mt import MESSAGES, codes
from schemas.mt.message import ANY, Field, Item
from schemas.mt.message import Sequence as Block


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a message departs from a rule; `index` of the field, -1 where one is missing."""

    index: int
    where: str  # the place of what is missing, else ''
    rule: str
    message: str
    offset: int = 0  # in the value of the field


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The place of each field in the table, and every departure from it."""

    items: tuple[Field | None, ...]
    runs: tuple[int, ...]  # which run of a sequence a field stands in, marked by 16R or not
    sequences: tuple[str, ...]  # the letter of that sequence in the standard, '' outside all
    departures: tuple[Departure, ...]
    coded: dict[int, frozenset[str]]  # the fields that take one of a closed list
    listed: dict[
        int, frozenset[str]
    ]  # how those begin whose codes are known: `:SETR//TRAD`, `NEWM`


def structure(kind: Shape, type_: str) -> Structure:
    """How a shape fits the table of a message type; KeyError for a type without table."""
    walk = _Walk(kind)
    walk.walk(_tree(kind), MESSAGES[type_].items, f"MT{type_}", "")
    coded = {i: item.codes for i, item in enumerate(walk.items) if item is not None and item.codes}
    listed = {
        i: frozenset(f":{qualifier}//{code}" if qualifier else code for code in known)
        for i, (tag, qualifier) in enumerate(zip(kind.tags, kind.qualifiers, strict=True))
        if (qualifier or tag == "23G") and (known := codes.of_place(type_, tag, qualifier))
    }
    return Structure(
        tuple(walk.items), tuple(walk.runs), tuple(walk.ids), tuple(walk.departures), coded, listed
    )


@dataclass(slots=True)
class _Node:
    """A block as it stands in the message: the index of its 16R and what is in it."""

    opened: int
    children: list[int | _Node] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """A list of items being walked: the item reached, and how often it was taken."""

    items: Sequence[Item]
    block: Block | None  # an unmarked sequence, None for the outermost
    where: str
    run: int
    at: int = 0
    used: int = 0

    def unused(self) -> int:
        """The first item that has not been taken yet."""
        return self.at + (self.used > 0)


class _Walk:
    """One pass over a message along its table."""

    def __init__(self, kind: Shape) -> None:
        self.kind = kind
        size = len(kind.tags)
        self.items: list[Field | None] = [None] * size
        self.runs = [0] * size
        self.ids = [""] * size
        self.departures: list[Departure] = []
        self.opened = 0

    def walk(
        self, children: Sequence[int | _Node], items: Sequence[Item], where: str, id_: str
    ) -> None:
        """Take children along the items; what fits no later item is out of place."""
        run = self.opened
        frames = [_Frame(items, None, where, run)]
        for child in children:
            item = self._place(child, frames)
            if item is None:
                self.departures.append(self._misplaced(child, items))
            if isinstance(child, _Node):
                self._block(child, item, f"{where}/{self.kind.blocks[child.opened]}")
                continue
            self.items[child] = item if isinstance(item, Field) else None
            self.runs[child] = frames[-1].run
            block = frames[-1].block
            self.ids[child] = block.id if block is not None else id_
        while frames:
            self._close(frames)

    def _block(self, node: _Node, item: Item | None, where: str) -> None:
        self.opened += 1
        inside: Sequence[Item] = item.items if isinstance(item, Block) else ()
        if inside:
            self.walk(node.children, inside, where, item.id if isinstance(item, Block) else "")

    def _close(self, frames: list[_Frame]) -> None:
        """Leave the innermost list of items; what it still needed is missing."""
        frame = frames.pop()
        self._report(frame.items[frame.unused() :], frame.where)

    def _report(self, items: Sequence[Item], where: str) -> None:
        for item in items:
            if item.required:
                self.departures.extend(_missing(item, where))

    def _place(self, child: int | _Node, frames: list[_Frame]) -> Item | None:
        """The item a child fits, with the frames moved there; None when it fits nowhere."""
        for skips in (0, 1):  # a sequence is entered past one missing field only as a last resort
            for depth in range(len(frames) - 1, -1, -1):
                found = self._forward(child, frames[depth], skips)
                if found is not None:
                    while len(frames) > depth + 1:
                        self._close(frames)
                    return self._enter(frames, found)
                again = self._again(child, frames[depth], skips)
                if again is not None:
                    while len(frames) > depth + 1:
                        self._close(frames)
                    frame = frames[depth]
                    self._report(frame.items[frame.unused() :], frame.where)
                    self.opened += 1
                    frame.at, frame.used, frame.run = 0, 0, self.opened
                    return self._enter(frames, again)
        return None

    def _forward(self, child: int | _Node, frame: _Frame, skips: int) -> list[int] | None:
        for index in range(frame.at, len(frame.items)):
            item = frame.items[index]
            if index == frame.at and frame.used and not item.repeats:
                continue
            inner = self._entry(child, item, skips)
            if inner is not None:
                return [index, *inner]
        return None

    def _again(self, child: int | _Node, frame: _Frame, skips: int) -> list[int] | None:
        """Where a child fits when the unmarked sequence of a frame begins once more."""
        if frame.block is None or not frame.block.repeats:
            return None
        return self._entry(child, frame.block, skips)

    def _entry(self, child: int | _Node, item: Item, skips: int) -> list[int] | None:
        """The way from an item down to what a child fits: empty for the item itself."""
        if isinstance(item, Field) or item.block:
            return [] if self._fits(child, item) else None
        for index, inside in enumerate(item.items):
            found = self._entry(child, inside, skips)
            if found is not None:
                return [index, *found]
            if inside.required:
                if not skips:
                    return None
                skips -= 1
        return None

    def _enter(self, frames: list[_Frame], way: list[int]) -> Item:
        """Move the innermost frame along the way, opening one for each unmarked sequence."""
        for step, index in enumerate(way):
            frame = frames[-1]
            passed = frame.items[frame.unused() : index]
            self._report(passed, frame.where)
            frame.used = frame.used + 1 if index == frame.at else 1
            frame.at = index
            item = frame.items[index]
            if step + 1 < len(way):
                assert isinstance(item, Block)
                self.opened += 1
                frames.append(_Frame(item.items, item, frame.where, self.opened))
        return item

    def _fits(self, child: int | _Node, item: Item) -> bool:
        if isinstance(item, Block):
            return isinstance(child, _Node) and self.kind.blocks[child.opened] == item.block
        if isinstance(child, _Node):
            return False
        if self.kind.tags[child] not in item.tags:
            return item.tags == (ANY,)
        qualifier = self.kind.qualifiers[child]  # one that does not read is a fault of content
        if not qualifier:
            return True
        return qualifier in item.qualifiers or not (item.qualifiers or qualifier in item.others)

    def _misplaced(self, child: int | _Node, items: Sequence[Item]) -> Departure:
        opened = child.opened if isinstance(child, _Node) else child
        qualifier = self.kind.qualifiers[opened]
        leaves = list(_leaves(items))
        if any(self._fits(child, item) for item in leaves):
            rule = "T89" if qualifier else "T13"
            return Departure(opened, "", rule, "comes too often or out of order")
        if isinstance(child, _Node):
            return Departure(opened, "", "T92", "this block does not belong here")
        here = [
            item
            for item in leaves
            if isinstance(item, Field) and self.kind.tags[child] in item.tags
        ]
        if here and (qualifier or all(item.qualifiers for item in here)):
            return Departure(opened, "", "T89", "this qualifier does not belong here")
        return Departure(opened, "", "T13", "this field does not belong here")


def _leaves(items: Sequence[Item]) -> Iterator[Item]:
    """Fields and marked blocks, those of unmarked sequences among them."""
    for item in items:
        if isinstance(item, Block) and not item.block:
            yield from _leaves(item.items)
        else:
            yield item


def _missing(item: Item, where: str) -> Iterator[Departure]:
    if isinstance(item, Block) and not item.block:
        for inside in item.items:
            if inside.required:
                yield from _missing(inside, where)
        return
    if isinstance(item, Block):
        at, name = f"{where}/{item.block}", f"block {item.block}"
        yield Departure(-1, at, "T92", f"{name} is missing")
        return
    tag = item.tags[0] if len(item.tags) == 1 else item.tags[0][:2] + "a"
    qualifiers = "/".join(item.qualifiers)
    rule = "T89" if qualifiers else "T13"
    name = next(iter(item.qualifiers.values()), item.name)
    yield Departure(-1, f"{where}/{tag} {qualifiers}".rstrip(), rule, f"{name} is missing")


def _tree(kind: Shape) -> list[int | _Node]:
    top: list[int | _Node] = []
    levels = [top]
    for index, tag in enumerate(kind.tags):
        if tag == "16R":
            node = _Node(index)
            levels[-1].append(node)
            levels.append(node.children)
        elif tag == "16S":
            levels.pop()
        else:
            levels[-1].append(index)
    return top
