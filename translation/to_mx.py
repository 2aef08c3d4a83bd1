"""From the blocks of an MT to the elements of an MX, by the rows of a mapping table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from translation.mapping import Block, Row, Step
from translation.mt_side import MtField, MtNode
from translation.mx_side import MxNode
from translation.receipt import Entry, Outcome, Receipt
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
)


@dataclass(slots=True)
class ToMx:
    """One walk; `name` is the target's, for people."""

    source: MtNode
    target: MxNode
    name: str
    entries: list[Entry] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    tried: set[int] = field(default_factory=set)

    def run(self, rows: tuple[Row, ...]) -> Receipt:
        """Everything the rows can bring over; what they do not know is dropped, and told."""
        self._rows(self.source, self.target, rows, self.target.name)
        elements = 0
        for node, each in self.source.walk():
            elements += 1
            if id(each) not in self.told:
                words = NO_ROOM if id(each) in self.tried else NO_PLACE.format(self.name)
                self._tell("dropped", node, each, "", words)
        self.entries.sort(key=lambda entry: (not entry.source, entry.line))
        return Receipt(tuple(self.entries), elements)

    def _rows(self, node: MtNode, at: MxNode, rows: tuple[Row, ...], path: str) -> None:
        for row in rows:
            if row.rows:
                self._group(node, at, row, path)
            elif row.tag:
                self._fields(node, at, row, path)
        if at.empty:
            return
        for row in rows:
            if row.in_mx and not row.in_mt and row.always and _holds(at, row):
                self._say(at, row, row.always, path)

    def _group(self, node: MtNode, at: MxNode, row: Row, path: str) -> None:
        for block in blocks(node, row.blocks):
            branch = Branch(at, row.steps)
            if row.blocks and row.blocks[-1].value:
                self._picked(block, row.blocks[-1], branch, path)
            self._rows(block, branch.end, row.rows, f"{path}{branch.shown}")
            branch.settle()

    def _picked(self, block: MtNode, step: Block, branch: Branch, path: str) -> None:
        """The field that picks a block says what the element says by being there."""
        for each in block.fields:
            if id(each) not in self.told and _picks(each, step):
                branch.end.mark = True
                self._tell("converted", block, each, f"{path}{branch.shown}", IMPLIED)

    def _fields(self, node: MtNode, at: MxNode, row: Row, path: str) -> None:
        found = False
        for block in blocks(node, row.blocks):
            for each in block.fields:
                if id(each) not in self.told and fits(each, row):
                    found = True
                    self._field(block, each, at, row, path)
        if not found and row.in_mx and row.default_mx is not None:
            self._say(at, row, row.default_mx, path)

    def _field(self, block: MtNode, each: MtField, at: MxNode, row: Row, path: str) -> None:
        if row.in_mx:
            self._convert(block, each, at, row, path)
        elif row.always is None:
            self._tell("dropped", block, each, "", row.words)
        elif plain(each) == row.always:
            self._tell("converted", block, each, self.name, IMPLIED)
        elif row.only and not plain(each).startswith(row.always):
            raise meant_otherwise(block.where(each), plain(each), row.always, self.name)
        else:
            self._tell("dropped", block, each, "", f"{self.name} can only say {row.always}")

    def _convert(self, block: MtNode, each: MtField, at: MxNode, row: Row, path: str) -> None:
        made = CONVERTERS[row.converter].to_mx(each, row.arguments)
        if made is None:
            self.tried.add(id(each))
            return
        branch = Branch(at, row.steps)
        if any(_taken(branch.end, place, text) for place, text in made.texts.items()):
            self._tell("dropped", block, each, "", TWICE)
        else:
            again = Branch(at, row.also)
            for place, text in made.texts.items():
                _put(branch.end, place, text)
                if row.also:
                    _put(again.end, place, text)
            again.settle()
            became = "".join(made.texts.values())
            lost = "; ".join(filter(None, (made.lost, row.lost)))
            what = outcome(plain(each), became, lost)
            self._tell(what, block, each, f"{path}{branch.shown}", lost)
        branch.settle()

    def _say(self, at: MxNode, row: Row, text: str, path: str) -> None:
        """What the source does not say: a default, or what such a message always says."""
        branch = Branch(at, row.steps)
        if not _taken(branch.end, "", text):
            _put(branch.end, "", text)
            self.entries.append(Entry("defaulted", "", "", f"{path}{branch.shown}", text))
        branch.settle()

    def _tell(self, what: Outcome, node: MtNode, each: MtField, to: str, words: str) -> None:
        self.told.add(id(each))
        self.entries.append(Entry(what, node.where(each), plain(each), to, words, each.line))


def _holds(at: MxNode, row: Row) -> bool:
    """Whether what a row always says is said here."""
    if row.unless and any(elements(at, row.unless)):
        return False
    return not row.when or any(elements(at, row.when))


def elements(at: MxNode, steps: tuple[Step, ...]) -> Iterator[MxNode]:
    """The elements at a path that meet its conditions; without a star the first of them."""
    if not steps:
        yield at
        return
    step = steps[0]
    found = [c for c in at.children if c.name == step.name and meets(c, step)]
    for child in found if step.many else found[:1]:
        yield from elements(child, steps[1:])


def blocks(node: MtNode, path: tuple[Block, ...]) -> Iterator[MtNode]:
    """The blocks at a path; the node itself for an empty one."""
    if not path:
        yield node
        return
    step = path[0]
    for block in (node,) if step.name == "." else node.blocks:
        if step.name in (".", block.name) and _meets(block, step):
            yield from blocks(block, path[1:])


def _meets(block: MtNode, step: Block) -> bool:
    if not step.tag:
        return True
    found = sum(_picks(each, step) for each in block.fields)
    return found > 1 if step.tag[0] == "&" else (found == 0) == (step.tag[0] == "!")


def _picks(each: MtField, step: Block) -> bool:
    if each.qualifier != step.qualifier or not each.tag.startswith(step.tag.strip("!&a")):
        return False
    return not step.value or plain(each) == step.value


class Branch:
    """The elements of a path, made where they are missing; taken off again if nothing is put there."""

    def __init__(self, at: MxNode, steps: tuple[Step, ...]) -> None:
        self.shown = ""
        self._made: list[tuple[MxNode, MxNode, Step]] = []
        self.end = at
        for step in steps:
            twins = [child for child in self.end.children if child.name == step.name]
            found = None if step.many else next((c for c in twins if meets(c, step)), None)
            if found is None:
                found = MxNode(step.name)
                self.end.children.append(found)
                self._made.append((self.end, found, step))
                twins.append(found)
            self.shown += f"/{step.name}" + (f"[{len(twins)}]" if step.many else "")
            self.end = found

    def settle(self) -> None:
        """What was made stays if it says something, and then meets its condition."""
        for parent, child, step in reversed(self._made):
            if child.empty:
                parent.children.remove(child)
            elif step.value:
                child.make(step.path).text = step.value


def meets(element: MxNode, step: Step) -> bool:
    """Whether an element has the value a step asks for."""
    if not step.path:
        return True
    found = element.first(step.path)
    return found is not None and step.value in ("", found.text)


def _taken(end: MxNode, place: str, text: str) -> bool:
    """Whether another value stands there already."""
    path, _, attribute = place.partition("@")
    found = end.first(path)
    if found is None:
        return False
    return (found.attributes.get(attribute, text) if attribute else found.text or text) != text


def _put(end: MxNode, place: str, text: str) -> None:
    path, _, attribute = place.partition("@")
    node = end.make(path)
    if attribute:
        node.attributes[attribute] = text
    else:
        node.text = text
        node.mark = not text
