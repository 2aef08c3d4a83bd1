"""A FIN text as a tree of blocks, read from a message and written back in the order of its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from parsers import fin_structure
from parsers.fin_text import FinMessage
from schemas.mt import MESSAGES
from schemas.mt.message import ANY, Item, Sequence
from schemas.mt.message import Field as Place


@dataclass(slots=True, eq=False)
class MtField:
    """One field; `text` is what follows the tag and, in a generic field, the qualifier."""

    tag: str
    qualifier: str
    text: str
    line: int = 0

    @property
    def value(self) -> str:
        """What follows `:tag:`."""
        return f":{self.qualifier}{self.text}" if self.qualifier else self.text


@dataclass(slots=True, eq=False)
class MtNode:
    """A block between 16R and 16S, or a sequence without such marks, named '#' and its letter."""

    name: str = ""
    path: str = ""
    fields: list[MtField] = field(default_factory=list)
    blocks: list[MtNode] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[MtNode, MtField]]:
        """Every field of it and of the blocks in it, with its block."""
        for each in self.fields:
            yield self, each
        for block in self.blocks:
            yield from block.walk()

    def add(self, name: str) -> MtNode:
        """A new block in this one."""
        block = MtNode(name, f"{self.path}/{name}".lstrip("/"))
        self.blocks.append(block)
        return block

    def where(self, each: MtField) -> str:
        """The path of a field: `GENL/LINK/20C RELA`."""
        return f"{self.path}/{each.tag} {each.qualifier}".strip("/ ")


def tree(message: FinMessage, key: str) -> MtNode:
    """The blocks of a message; sequences without marks as the table of this key has them."""
    root = MtNode()
    kind = message.shape
    unmarked = _unmarked(message, key)
    open_blocks = [root]
    runs: dict[int, tuple[tuple[int, str], MtNode]] = {}
    for index, tag in enumerate(kind.tags):
        if tag == "16R":
            open_blocks.append(open_blocks[-1].add(kind.blocks[index]))
        elif tag == "16S":
            open_blocks.pop()
        else:
            node = open_blocks[-1]
            if index in unmarked:
                known = runs.get(id(node))
                if known is None or known[0] != unmarked[index]:
                    known = (unmarked[index], node.add(f"#{unmarked[index][1]}"))
                    runs[id(node)] = known
                node = known[1]
            node.fields.append(_field(message, index))
    return root


def _field(message: FinMessage, index: int) -> MtField:
    qualifier = message.shape.qualifiers[index]
    value = message.value(index)
    text = value[1 + len(qualifier) :] if qualifier else value
    return MtField(message.shape.tags[index], qualifier, text, message.line_of(index))


def _unmarked(message: FinMessage, key: str) -> dict[int, tuple[int, str]]:
    """The run and letter of each field that stands in a sequence without marks."""
    table = MESSAGES.get(key)
    if table is None:
        return {}
    letters = _letters(key)
    if not letters:
        return {}
    found = fin_structure.structure(message.shape, key)
    return {
        index: (found.runs[index], letter)
        for index, letter in enumerate(found.sequences)
        if letter in letters
    }


@cache
def _letters(type_: str) -> frozenset[str]:
    """The letters of the sequences without marks in the table of a type."""
    return frozenset(_unmarked_letters(MESSAGES[type_].items))


def _unmarked_letters(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Sequence):
            if not item.block:
                yield item.id
            yield from _unmarked_letters(item.items)


def lines(root: MtNode, type_: str) -> list[str]:
    """The lines of block 4, every field where the table of the type has its place.

    What the table has no place for comes last in its block, for the verdict to name.
    """
    return list(_lines(root, MESSAGES[type_].items))


def _lines(node: MtNode, items: tuple[Item, ...]) -> Iterator[str]:
    fields, blocks = list(node.fields), list(node.blocks)
    for item in items:
        if isinstance(item, Sequence):
            name = item.block or f"#{item.id}"
            for block in [b for b in blocks if b.name == name]:
                blocks.remove(block)
                yield from _block(block, item.items, marked=bool(item.block))
            continue
        for each in [f for f in fields if _fits(f, item)][: None if item.repeats else 1]:
            fields.remove(each)
            yield f":{each.tag}:{each.value}"
    for each in fields:
        yield f":{each.tag}:{each.value}"
    for block in blocks:
        yield from _block(block, (), marked=not block.name.startswith("#"))


def _block(node: MtNode, items: tuple[Item, ...], *, marked: bool) -> Iterator[str]:
    if marked:
        yield f":16R:{node.name}"
    yield from _lines(node, items)
    if marked:
        yield f":16S:{node.name}"


def _fits(each: MtField, item: Place) -> bool:
    if item.tags == (ANY,):
        return True
    if each.tag not in item.tags:
        return False
    return not item.qualifiers or each.qualifier in item.qualifiers
