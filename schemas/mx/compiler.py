"""Compiled schemas and their verdicts: libxml2 decides, xmlschema explains what it refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from lxml import etree

from schemas.mx import fault_words
from schemas.mx.outline import Outline, outline
from schemas.problem import Problem

SCHEMA_UNAVAILABLE = "schema_unavailable"
PROBLEMS_MAX = 20
LARGE = 100_000  # bytes; beyond, a path for each fault would take quadratic time
_XSD_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """A departure of a message: the element it is at, the rule, and what would be right, in words."""

    node: etree._Element | None  # None where only the line is known
    line: int
    rule: str
    message: str
    value: str | None = None
    right: str = ""


class Schemas:
    """Compiled schemas by message id, each loaded once, when first needed.

    libxml2 gives the verdict. Its words are poor, so on a failure xmlschema is asked for the
    reason, unless `explain` is off: it takes a second or two the first time.
    """

    def __init__(self, load: Callable[[str], str | None], *, explain: bool = True) -> None:
        self._load = load
        self._explain = explain
        self._compiled: dict[str, etree.XMLSchema | None] = {}
        self._explainers: dict[str, Any] = {}
        self._outlines: dict[str, Outline | None] = {}

    def has(self, message_id: str) -> bool:
        """Whether messages of this version can be checked, or only read by element name."""
        return self.schema(message_id) is not None

    def outline(self, message_id: str) -> Outline | None:
        """The order and the types of a message's elements; None when there is no schema."""
        if message_id not in self._outlines:
            text = self._load(message_id) if self.has(message_id) else None
            self._outlines[message_id] = outline(text) if text else None
        return self._outlines[message_id]

    def check(self, tree: etree._Element, message_id: str) -> list[Problem]:
        """The faults of an element against its schema; `schema_unavailable` when there is none."""
        return [
            Problem(
                f"{path_of(fault.node, tree)} line {fault.line}",
                fault.rule,
                fault.message,
                fault.value,
            )
            for fault in self.faults(tree, message_id)
        ]

    def faults(self, tree: etree._Element, message_id: str, size: int | None = None) -> list[Fault]:
        """The same with their elements; `size` is how many bytes the element has at most."""
        schema = self.schema(message_id)
        if schema is None:
            words = "there is no schema of this version; it is read by element name only"
            return [Fault(tree, _line(tree), SCHEMA_UNAVAILABLE, words, message_id)]
        if size is None or size > LARGE:
            written = etree.tostring(tree, with_tail=False)
            if len(written) > LARGE:
                return list(_large_faults(tree, written, schema))
        if schema.validate(tree):
            return []
        # an element inside another document is judged alone, so paths begin at it
        alone = (
            tree
            if tree.getparent() is None
            else etree.fromstring(etree.tostring(tree, with_tail=False))
        )
        entries = list(islice(cast(Iterable[etree._LogEntry], schema.error_log), 2 * PROBLEMS_MAX))
        reasons = self._reasons(alone, message_id) if self._explain else {}
        nodes = dict(zip(alone.iter(), tree.iter(), strict=False))
        found: dict[str, Fault] = {}
        for error in entries:
            at = _found_at(alone, error.path)
            fault = _fault(nodes.get(at, tree), error, reasons.get(path_of(at)))
            found.setdefault(path_of(at), fault)
        return list(found.values())[:PROBLEMS_MAX]

    def schema(self, message_id: str) -> etree.XMLSchema | None:
        """The compiled schema of a message; None when there is none."""
        if message_id not in self._compiled:
            text = self._load(message_id)
            self._compiled[message_id] = _usable(text) if text else None
        return self._compiled[message_id]

    def _reasons(self, tree: etree._Element, message_id: str) -> dict[str, str]:
        if message_id not in self._explainers:
            import xmlschema

            self._explainers[message_id] = xmlschema.XMLSchema(self._load(message_id) or "")
        errors = islice(self._explainers[message_id].iter_errors(tree), PROBLEMS_MAX)
        return {
            path_of(error.elem): fault_words.plain(str(error.reason))
            for error in errors
            if error.elem is not None
        }


def compiled(text: str) -> etree.XMLSchema:
    """The schema of an XSD's text; ValueError with libxml2's words where it is none."""
    try:
        return etree.XMLSchema(etree.fromstring(text.encode(), _XSD_PARSER))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise ValueError(fault_words.plain(str(error))) from None


def _usable(text: str) -> etree.XMLSchema | None:
    """The schema, or None where the text is none: such a version is read by element name."""
    try:
        return compiled(text)
    except ValueError:  # `schemas doctor` tells which, and why
        return None


def path_of(node: etree._Element | None, top: etree._Element | None = None) -> str:
    """The path of an element from another one on, in local names, numbered where a name repeats.

    Without an element it is the path of the other one, without that one from the document on.
    """
    names = []
    step = top if node is None else node
    while step is not None:
        names.append(_step(step))
        if step is top:
            break
        step = step.getparent()
    return "/".join(reversed(names))


def _step(node: etree._Element) -> str:
    parent = node.getparent()
    twins = [] if parent is None else [each for each in parent if each.tag == node.tag]
    number = f"[{twins.index(node) + 1}]" if len(twins) > 1 else ""
    return node.tag.rpartition("}")[2] + number


def _line(node: etree._Element) -> int:
    return cast(int, node.sourceline or 0)


def _fault(node: etree._Element, error: etree._LogEntry, reason: str | None) -> Fault:
    value = node.text if len(node) == 0 else None
    words = reason or fault_words.plain(error.message)
    right = fault_words.right(error.message)
    return Fault(node, _line(node), fault_words.rule(error.type_name), words, value, right)


def _large_faults(tree: etree._Element, written: bytes, schema: etree.XMLSchema) -> Iterator[Fault]:
    """The first faults by line alone, from a validation that runs along with the reading."""
    parser = etree.XMLPullParser(events=(), schema=schema)
    found = 0
    for number, line in enumerate(written.splitlines(keepends=True), _line(tree)):
        parser.feed(line)
        log = cast(Iterable[etree._LogEntry], parser.feed_error_log)
        for error in islice(log, found, PROBLEMS_MAX):
            found += 1
            words, right = fault_words.plain(error.message), fault_words.right(error.message)
            yield Fault(None, number, fault_words.rule(error.type_name), words, None, right)
        if found >= PROBLEMS_MAX:
            break


def _found_at(tree: etree._Element, path: str | None) -> etree._Element:
    prefixes = {prefix: uri for prefix, uri in tree.nsmap.items() if prefix}
    try:
        found = tree.xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:  # a prefix of some inner element
        return tree
    first = found[0] if isinstance(found, list) and found else tree
    return first if isinstance(first, etree._Element) else tree
