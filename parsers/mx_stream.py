"""ISO 20022 reports of any length, read entry by entry: memory does not grow with the file.

An entry is given when its element ends and let go of with the next one. With a schema libxml2
validates along with the reading, so the verdict is that on the whole document. Any bytes give
entries or a refusal; what `parsers.mx` refuses for safety is refused here too.
"""

from __future__ import annotations

import codecs
import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple, cast

from lxml import etree

from parsers import encodings, mx
from schemas.mx import catalogue, fault_words
from schemas.mx.compiler import Fault
from schemas.problem import MessageError, Problem

CHUNK = 1 << 17  # bytes read at a time
HEAD_MAX = 1 << 16  # bytes in which the Document begins
TAIL_MAX = 1 << 12  # bytes behind it
DETAILS_MAX = 100  # of one entry; what comes beyond is given one by one
FAULTS_MAX = 1_000  # told of one file; then reading ends
UNIT_MAX = 1 << 20  # bytes of a unit that is still fed whole

# What is given one by one: its element, and the one it stands in.
_ENTRIES = {"Ntry": frozenset({"Rpt", "Stmt", "Ntfctn"}), "TxDtls": frozenset({"NtryDtls"})}
_HOLDINGS = {
    "BalForAcct": frozenset({"SctiesBalCtdyRpt", "SctiesBalAcctgRpt"}),
    "BalForSubAcct": frozenset({"SubAcctDtls"}),
}
HOLDING = "FinInstrmDtls"
_GROUPS = frozenset({HOLDING, "Sts"})  # what transactions have in common
_TRANSACTIONS = {"Tx": _GROUPS, "Txs": frozenset({"SctiesTxPdgRpt"})}
UNITS = {
    "camt.052": _ENTRIES,
    "camt.053": _ENTRIES,
    "camt.054": _ENTRIES,
    "semt.002": _HOLDINGS,
    "semt.003": _HOLDINGS,
    "semt.017": _TRANSACTIONS,
    "semt.018": _TRANSACTIONS,
}
ACCOUNTS = frozenset({"Rpt", "Stmt", "Ntfctn"})  # what has balances and a summary of its entries
_DOCUMENT = re.compile(
    rb"<(?:[\w.-]+:)?Document\s[^>]*?[\"']"
    + catalogue.NAMESPACE.encode()
    + rb"([a-z0-9.]{15})[\"']"
)
_BEGINS = re.compile(rb"<(?:[\w.-]+:)?Document[\s>]")
_ENDS = re.compile(rb"</(?:[\w.-]+:)?Document\s*>")
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
_VALUE = re.compile(r"'([^']*)' is not ")
_LENGTH = re.compile(r"has a length of '(\d+)'")
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?([\w-]+)\s*>\s*\Z")
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


class Unit(NamedTuple):
    """One entry, holding or transaction; its element is there until the next one is asked for."""

    number: int  # of its kind in the file, from 1
    node: etree._Element


class Group(NamedTuple):
    """What the units that follow stand in, as far as it was read: their instrument, their status."""

    node: etree._Element


class Account(NamedTuple):
    """The account entries were of: balances and summary stand in its element, entries no more."""

    node: etree._Element


class Holding(NamedTuple):
    """The holding transactions were posted to: its balances stand in its element, they no more."""

    node: etree._Element


class Header(NamedTuple):
    """The business header, whole."""

    node: etree._Element


class Document(NamedTuple):
    """The Document at its end, without its units."""

    node: etree._Element


Event = Unit | Group | Account | Holding | Header | Document | Fault


def message_id(head: bytes) -> str | None:
    """The message whose Document begins in these first bytes of a file."""
    found = _DOCUMENT.search(encodings.plain(head))
    name = found[1].decode("ascii") if found else ""
    return name if catalogue.is_message_id(name) else None


def events(
    file: BinaryIO, name: str, schema: etree.XMLSchema | None = None, chunk: int = CHUNK
) -> Iterator[Event]:
    """The units of a document of this message in order, with the faults libxml2 finds on the way.

    MessageError where the bytes are no safe, whole XML; what came before stands.
    """
    units = UNITS.get(name[:8], {})
    reader = _Reader(units, schema)
    envelope = _Envelope(_pieces(file, chunk))
    header = envelope.header()
    if header is not None:
        yield Header(header)
    document = envelope.document()
    for piece in document if schema is None else _cut(document, units):
        reader.feed(piece)
        yield from reader.ended()
    broken = reader.close()
    yield from reader.ended()
    if broken is not None:
        raise broken
    envelope.check()


class _Reader:
    """The parser, and what of its tree can be let go of."""

    def __init__(self, units: dict[str, frozenset[str]], schema: etree.XMLSchema | None) -> None:
        around = (_GROUPS | ACCOUNTS) & frozenset[str]().union(*units.values())
        self._units = units
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{each}" for each in (*units, *around, "Document")],
            schema=schema,
            encoding="utf-8",
            # without resolve_entities libxml2 2.14 lets a document end anywhere while it validates;
            # there is nothing to resolve: entities are refused before they come here
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._judges = schema is not None
        self._told = 0
        self._counts: Counter[str] = Counter()
        self._details = 0
        self._done: etree._Element | None = None
        self._group: etree._Element | None = None
        self._piece = b""
        self._line = 1  # on which that piece begins

    def feed(self, piece: bytes) -> None:
        """Read these bytes; MessageError where they are no XML."""
        self._line += self._piece.count(b"\n")
        self._piece = piece
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise _broken(error) from None

    def close(self) -> MessageError | None:
        """End the file; what is wrong with that, unless the schema says it."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            if not self._judges or not any(self._of_schema()):
                return _broken(error)
        return None

    def ended(self) -> Iterator[Event]:
        """What has ended since, then what is wrong with it."""
        for _, node in cast(Iterable[tuple[str, etree._Element]], self._parser.read_events()):
            name = node.tag.rpartition("}")[2]
            within = self._units.get(name)
            if within is not None:
                above = node.getparent()
                around = "" if above is None else above.tag.rpartition("}")[2]
                if above is None or around not in within:
                    continue
                if name == "TxDtls":
                    self._details += 1
                    if self._details <= DETAILS_MAX:
                        continue
                if around in _GROUPS and above is not self._group:
                    self._group = above
                    yield Group(above)
                self._details = 0 if name == "Ntry" else self._details
                self._counts[name] += 1
                yield Unit(self._counts[name], node)
                self._let_go(node)
            elif name in ACCOUNTS:
                yield Account(node)
            elif name in _GROUPS and node is self._group:
                if name == HOLDING:
                    yield Holding(node)
                self._group = None
                self._let_go(node)
            elif name == "Document":
                self._let_go(None)
                yield Document(node)
        if self._judges:
            yield from self._faults()

    def _let_go(self, node: etree._Element | None) -> None:
        """Empty the unit, and take the one before it out: a parser still holds on to the last."""
        before, self._done = self._done, node
        if node is not None:
            node.clear()
        above = None if before is None else before.getparent()
        if before is not None and above is not None:
            above.remove(before)

    def _of_schema(self) -> Iterator[etree._LogEntry]:
        log = cast("Iterable[etree._LogEntry]", self._parser.feed_error_log)
        return (error for error in log if error.domain_name == "SCHEMASV")

    def _faults(self) -> Iterator[Fault]:
        for error in islice(self._of_schema(), self._told, None):
            self._told += 1
            yield self._fault(error.message, fault_words.rule(error.type_name))
            if self._told >= FAULTS_MAX:
                words = f"more than {FAULTS_MAX} faults: reading ends here"
                where = f"(document) line {self._line}"
                raise MessageError("too_many", [Problem(where, "too_many", words)])

    def _fault(self, said: str, rule: str) -> Fault:
        """libxml2 tells no line while it reads: the element is looked for in the piece just fed."""
        line, value = self._found(said)
        words = fault_words.plain(said)
        closed = _CLOSED.search(self._piece)
        ended = closed[1].decode() if closed else ""
        if ended in self._units:
            number = sum(self._counts[name] for name in self._units if name != "TxDtls")
            words = f"entry {number + (ended == 'TxDtls')}: {words}"
        return Fault(None, line, rule, words, value, fault_words.right(said))

    def _found(self, said: str) -> tuple[int, str | None]:
        """The line of the element that is spoken of, and its text; the piece's first where unsure."""
        begins = len(self._piece) - len(self._piece.lstrip())
        line = self._line + self._piece.count(b"\n", 0, begins)
        name, value, length = _ELEMENT.search(said), _VALUE.search(said), _LENGTH.search(said)
        if name is None:
            return line, None
        tag = rb"<(?:[\w.-]+:)?" + re.escape(name[1].encode()) + rb"(?:\s[^>]*)?>([^<]*)"
        found = [
            (each.start(), text)
            for each in re.finditer(tag, self._piece)
            for text in [html.unescape(each[1].decode("utf-8", "replace")).strip()]
            if (value is None or text == value[1]) and (not length or len(text) == int(length[1]))
        ]
        if len(found) != 1:
            return line, value[1] if value else None
        return self._line + self._piece.count(b"\n", 0, found[0][0]), found[0][1] or None


def _cut(pieces: Iterator[bytes], units: Iterable[str]) -> Iterator[bytes]:
    """The same bytes a unit at a time, and by lines around them, so that a fault has its place."""
    ends = re.compile(rb"</(?:[\w.-]+:)?(?:%s)\s*>" % "|".join(units).encode())
    left = b""
    begun = False
    for piece in pieces:
        left += piece
        start = 0
        for found in ends.finditer(left):
            unit = left[start : found.end()]
            if begun:
                yield unit
            else:
                yield from unit.splitlines(keepends=True)
            begun = True
            start = found.end()
        left = left[start:]
        if len(left) > UNIT_MAX:
            yield from left.splitlines(keepends=True)
            left, begun = b"", False
    yield from left.splitlines(keepends=True)


def _pieces(file: BinaryIO, chunk: int) -> Iterator[bytes]:
    """The file as UTF-8; MessageError where it declares what is not taken."""
    piece = file.read(max(chunk, HEAD_MAX))
    decode = _decoder(piece)
    piece = decode(piece.removeprefix(encodings.BOM))
    before = b""
    while piece:
        seen = before + piece
        if any(word in seen for word in _FORBIDDEN):
            words = "document type declarations and entities are not taken"
            raise MessageError("doctype", [Problem("(document)", "doctype", words)])
        if b"\0" in piece:
            raise MessageError("encoding", [Problem("(document)", "encoding", "not UTF-8")])
        yield piece
        before = piece[-10:]
        piece = decode(file.read(chunk))


class _Envelope:
    """What stands around the Document: a header before it, elements that both are in."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._before = next(pieces, b"")
        begins = _BEGINS.search(self._before)
        at = begins.start() if begins else 0
        self._before, self._left = self._before[:at], self._before[at:]
        self._behind = b""

    def header(self) -> etree._Element | None:
        """The business header, if there is one."""
        if b"AppHdr" not in self._before:
            return None
        parser = etree.XMLPullParser(
            events=("end",),
            tag="{*}AppHdr",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        text = mx.undeclared(self._before).lstrip()
        try:
            parser.feed(b"<BusinessMessage>" + text)
        except etree.XMLSyntaxError as error:
            raise _broken(error) from None
        found = cast(Iterable[tuple[str, etree._Element]], parser.read_events())
        return next((node for _, node in found), None)

    def document(self) -> Iterator[bytes]:
        """The Document alone, its lines counted as they came."""
        left = self._left
        yield b"\n" * self._before.count(b"\n")
        for piece in self._pieces:
            cut = max(len(left) - TAIL_MAX, 0)  # its end may be in two pieces
            yield left[:cut]
            left = left[cut:] + piece
        last = deque(_ENDS.finditer(left), 1)
        ends = last[0].end() if last else len(left)
        yield left[:ends]
        self._behind = left[ends:]

    def check(self) -> None:
        """MessageError where what stands around the Document is no XML."""
        mx.parse(self._before + b"<Document/>" + self._behind)


def _broken(error: etree.XMLSyntaxError) -> MessageError:
    line, column = error.position
    where = f"(document) line {line or 1} column {max(column, 1)}"
    return MessageError("not_well_formed", [Problem(where, "not_well_formed", str(error.msg))])


def _decoder(first: bytes) -> Callable[[bytes], bytes]:
    """How these bytes become UTF-8."""
    codec = encodings.wide(first) or encodings.declared(first)
    if codec is None:
        return bytes
    incremental = codecs.getincrementaldecoder(codec)("strict")

    def decode(raw: bytes) -> bytes:
        try:
            return incremental.decode(raw).removeprefix("\ufeff").encode()
        except UnicodeDecodeError:
            words = f"not {codec}, which its beginning says it is"
            raise MessageError("encoding", [Problem("(document)", "encoding", words)]) from None

    return decode
