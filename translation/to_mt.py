"""From the elements of an MX to the blocks of an MT, by the rows of a mapping table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from translation.converters import ToMt as Made
from translation.mapping import Block, Row, Step
from translation.mt_side import MtField, MtNode
from translation.mx_side import Leaf, MxNode
from translation.receipt import Entry, Outcome, Receipt
from translation.to_mx import blocks, elements, meets
from translation.walk import (
    CONVERTERS,
    IMPLIED,
    NO_PLACE,
    NO_ROOM,
    TWICE,
    fits,
    meant_otherwise,
    outcome,
    plain,
    size,
)


@dataclass(slots=True)
class ToMt:
    """One walk; `name` is the target's, for people."""

    source: MxNode
    target: MtNode
    name: str
    entries: list[Entry] = field(default_factory=list)
    told: dict[tuple[int, str], tuple[Outcome, str, str]] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    other: dict[int, str] = field(default_factory=dict)  # another value than what is always said

    def run(self, rows: tuple[Row, ...]) -> Receipt:
        """Everything the rows can bring over; what they do not know is dropped, and told."""
        self._rows(self.source, self.target, rows)
        found: list[Entry] = []
        for leaf in self.source.leaves():
            known = self.told.get((id(leaf.node), leaf.attribute))
            what, to, words = known or ("dropped", "", self._why(leaf))
            found.append(Entry(what, leaf.path, leaf.value, to, words, leaf.node.line))
        return Receipt((*found, *self.entries), len(found))

    def _why(self, leaf: Leaf) -> str:
        """Why a value was not brought over."""
        if id(leaf.node) in self.other:
            return self.other[id(leaf.node)]
        return NO_ROOM if id(leaf.node) in self.tried else NO_PLACE.format(self.name)

    def _rows(self, at: MxNode, node: MtNode, rows: tuple[Row, ...]) -> None:
        for row in rows:
            if row.rows:
                self._group(at, node, row)
            elif row.in_mx and not row.in_mt:
                self._without_place(at, row)
            elif row.in_mx:
                self._elements(at, node, row)
        if size(node) == 0:
            return
        for row in rows:
            if row.in_mt and not row.in_mx and row.always is not None:
                self._say(node, row, row.always)

    def _group(self, at: MxNode, node: MtNode, row: Row) -> None:
        for element in self._found(at, row.steps):
            branch = _Branch(node, row.blocks)
            step = row.blocks[-1] if row.blocks else None
            if step is not None and step.value:
                tag = f"//{step.value}" if step.qualifier else step.value
                branch.end.fields.append(MtField(step.tag, step.qualifier, tag))
                if not element.children and not element.text:
                    self._tell(Leaf(element, "", ""), "converted", branch.end.path, IMPLIED)
            self._rows(element, branch.end, row.rows)
            branch.settle()

    def _elements(self, at: MxNode, node: MtNode, row: Row) -> None:
        found = False
        if row.unless and any(elements(at, row.unless)):
            return
        for element in self._found(at, row.steps):
            made = CONVERTERS[row.converter].to_mt(element, row.arguments, row.tag)
            if made is None:
                self.tried.update(id(leaf.node) for leaf in element.leaves())
            elif not made.leaves or any(
                (id(leaf.node), leaf.attribute) not in self.told for leaf in made.leaves
            ):
                found = True
                self._put(node, row, made)
                self._again(at, row, element)
        if not found and row.default_mt is not None:
            self._say(node, row, row.default_mt)

    def _put(self, node: MtNode, row: Row, made: Made) -> None:
        branch = _Branch(node, row.blocks)
        many = any(s.many for s in row.steps) or any(b.many or b.tag[:1] == "&" for b in row.blocks)
        if not many and any(fits(known, row) for known in branch.end.fields):
            for leaf in made.leaves:
                self._tell(leaf, "dropped", "", TWICE)
        else:
            each = MtField(row.tag.replace("a", made.option), row.qualifier, made.text)
            branch.end.fields.append(each)
            if not made.leaves:
                self.entries.append(Entry("defaulted", "", "", branch.end.where(each), made.text))
            said = "".join(leaf.value for leaf in made.leaves)
            what = outcome(said, plain(each), made.lost)
            for leaf in made.leaves:
                self._tell(leaf, what, branch.end.where(each), made.lost)
        branch.settle()

    def _again(self, at: MxNode, row: Row, element: MxNode) -> None:
        """What stands in a second place is said already if it is the same."""
        said = {(_below(leaf), leaf.value) for leaf in element.leaves()}
        for twin in self._found(at, row.also) if row.also else ():
            for leaf in twin.leaves():
                if (_below(leaf), leaf.value) in said:
                    self._tell(leaf, "converted", self.name, IMPLIED)

    def _without_place(self, at: MxNode, row: Row) -> None:
        """A value the target says by what it is; another value than that one is lost."""
        for element in self._found(at, row.steps):
            for leaf in element.leaves():
                if row.always is None:
                    self._tell(leaf, "dropped", "", row.words)
                elif not row.always:
                    self.other.setdefault(id(leaf.node), "the transport writes its own")
                elif leaf.value == row.always:
                    self._tell(leaf, "converted", self.name, IMPLIED)
                elif row.only and leaf.value:
                    raise meant_otherwise(leaf.path, leaf.value, row.always, self.name)
                else:
                    self.other.setdefault(id(leaf.node), f"{self.name} can only say {row.always}")

    def _say(self, node: MtNode, row: Row, text: str) -> None:
        """What the source does not say: a default, or what such a message always says."""
        branch = _Branch(node, row.blocks)
        if not any(fits(known, row) for known in branch.end.fields):
            each = MtField(row.tag, row.qualifier, f"//{text}" if row.qualifier else text)
            branch.end.fields.append(each)
            self.entries.append(Entry("defaulted", "", "", branch.end.where(each), text))
        branch.settle()

    def _tell(self, leaf: Leaf, what: Outcome, to: str, words: str) -> None:
        self.told.setdefault((id(leaf.node), leaf.attribute), (what, to, words))

    def _found(self, at: MxNode, steps: tuple[Step, ...]) -> Iterator[MxNode]:
        """The elements at a path; without a star the first that meets its condition."""
        if not steps:
            yield at
            return
        step = steps[0]
        found = [c for c in at.children if c.name == step.name and meets(c, step)]
        for child in found if step.many else found[:1]:
            if step.value and (picked := child.first(step.path)) is not None:
                self._tell(Leaf(picked, "", ""), "converted", self.name, IMPLIED)
            yield from self._found(child, steps[1:])


def _below(leaf: Leaf) -> str:
    """The path of a leaf below the element it was asked of."""
    return leaf.path.partition("/")[2]


class _Branch:
    """The blocks of a path, made where they are missing; taken off again if nothing is put there."""

    def __init__(self, at: MtNode, path: tuple[Block, ...]) -> None:
        self._made: list[tuple[MtNode, MtNode]] = []
        self.end = at
        for step in path:
            if step.name == ".":
                continue
            known = len(self.end.blocks)
            same = None if step.many else next(blocks(self.end, (step,)), None)
            inner = same or self.end.add(step.name)
            if len(self.end.blocks) > known:
                self._made.append((self.end, inner))
            self.end = inner

    def settle(self) -> None:
        """What was made stays if it holds a field."""
        for parent, child in reversed(self._made):
            if size(child) == 0:
                parent.blocks.remove(child)
