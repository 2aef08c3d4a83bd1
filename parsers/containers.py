"""Packed payloads and batch files to single items: RJE, DOS-PCC, joined FIN or XML, framed XML.

Nothing is lost: an item is the exact bytes at its offset, what lies between items is separators and
padding only, and what is no message comes out as an item of its own. Any bytes take time in
proportion to their length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from parsers import companions, encodings

Kind = Literal[
    "fin",  # a FIN message with its blocks
    "answered",  # an ACK or NAK and the original it answers
    "fields",  # block 4 as a person or a bank's portal writes it, without headers
    "datapdu",  # the interface's envelope
    "business",  # a business header and its Document, side by side
    "xml",  # any other document or envelope
    "companion",
    "other",  # no message
]
Container = Literal["plain", "rje", "dos-pcc", "framed"]


class Item(NamedTuple):
    """One message, or what is none, exactly as it lay in the payload."""

    body: bytes
    kind: Kind
    container: Container
    offset: int  # of the first byte in the payload

    @property
    def end(self) -> int:
        """Where it ends in the payload."""
        return self.offset + len(self.body)


def places(payload: bytes, items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """How many lines, and characters of its own line, stand before each item, as its reader counts."""
    codec = encodings.wide(payload)
    line, column, at = 0, 0, 0
    for item in items:
        between = payload[at : item.offset].removeprefix(encodings.BOM)
        text = encodings.lines(between.decode(codec or "latin-1", "replace")).removeprefix("\ufeff")
        line += text.count("\n")
        column = len(text) - text.rfind("\n") - 1 + (0 if "\n" in text else column)
        at = item.offset
        yield line, column


_SPACE = rb"(?:[ \t\r\n\x00\x1a]|\xef\xbb\xbf)"
SEPARATOR = re.compile(rb"(?:[ \t\r\n\x00\x1a$\x03]|\xef\xbb\xbf)*")
FRAME = re.compile(rb"\x1f[0-9]{6}[^<]{24}(?=<)")  # length and signature before a DataPDU
_PCC = re.compile(rb"\x01([^\x01\x03]*)\x03?")
_LINE = rb"(?:(?<=[\r\n])|(?<![\s\S]))"
_INSIDE = (
    rb"(?>(?:[^{}]++|\{(?![1-5]:)[^{}]*+\})*)"  # of a block: text and tags, never another block
)
_HEAD = re.compile(
    rb"(?:\{1:[^{}]{0,64}\}\s*)?(?>(?:\{[23]:" + _INSIDE + rb"\}\s*)*)(?P<text>\{4:)?"
)
_BLOCK_1 = re.compile(rb"\{1:[^{}]{0,64}\}")
_BLOCK = re.compile(rb"\{[1-4]:")
_SERVICE_BLOCK_1 = re.compile(rb"\{1:[A-Z]21")
_BLOCKS_AFTER = re.compile(rb"(?>(?:\s*\{(?!1:)[A-Z0-9]{1,3}:" + _INSIDE + rb"\})*)")
_BLOCK_OPEN = re.compile(rb"\s*+\{(?!1:)")
_ORIGINAL = re.compile(rb"\s*+(?=\{1:[^{}]{0,64}\}\s*(?:\{3:" + _INSIDE + rb"\}\s*)?\{2:I)")
# `$` is in no character set of FIN, so before a head it separates; before a field it may be a typing error
_RJE = re.compile(rb"\$" + _SPACE + rb"*+(?=\{1:|<|\x01|\Z)")
_NEXT = re.compile(rb"\{1:[A-Z][0-9]{2}|\x01|" + _LINE + rb"(?::[0-9]{2}[A-Z]?:|<[?A-Za-z])")
_FIELD = re.compile(rb":[0-9]{2}[A-Z]?:")
_FIELDS_END = re.compile(
    _LINE
    + rb"(?:(?P<end>-\}?[ \t]*(?=[\r\n$\x00\x1a\x03{]|\Z))|(?P<head>\{1:[A-Z][0-9]{2}|\$)"
    + rb"|(?P<closed>:62[FM]:|:90[CD]:)|(?P<again>:20:))"
    + rb"|(?P<rje>\$(?=" + _SPACE + rb"*+(?:\{1:|<|\Z)))"
)  # fmt: skip
_PROLOG = re.compile(
    rb"(?>(?:\s|<\?[^>]*\?>|<!--(?>(?:(?!-->)[\s\S])*)-->)*)<(?:[A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)"
)
_DECLARATION = re.compile(rb"<\?xml\s")
_MARK = re.compile(
    rb"<(?:(!--)|(!\[CDATA\[)|(\?)|(/?)([A-Za-z_][\w.\-:]*+)"
    rb"(?=[\s/>])(?>(?:[^<>\"']++|\"[^<\"]*\"|'[^<']*')*)>)"
)


def unpack(payload: bytes) -> list[Item]:
    """The items of a payload in order; an acknowledgement keeps the original that follows it."""
    if companions.is_framed(payload):
        return [Item(payload, "companion", "plain", 0)]
    codec = encodings.wide(payload)
    narrow = encodings.narrow(payload, codec) if codec else None
    if codec is None or narrow is None:
        return [Item(payload[a:b], kind, how, a) for kind, how, a, b in _Scan(payload).items()]
    return list(_widened(payload, narrow, codec))


def _widened(payload: bytes, narrow: bytes, codec: str) -> Iterator[Item]:
    """Items found in the narrow text, at their places in the wide one."""
    width, at, seen = (1, 0, 0) if codec == "cp500" else (2, 0, 0)
    if width == 2 and payload[:2] in (b"\xff\xfe", b"\xfe\xff"):
        at = 2
    for kind, how, start, end in _Scan(narrow).items():
        places = []
        for place in (start, end):
            text = narrow[seen:place]
            at += len(text) if width == 1 else len(text.decode().encode(codec))
            seen = place
            places.append(at)
        yield Item(payload[places[0] : places[1]], kind, how, places[0])


_Span = tuple[Kind, Container, int, int]


class _Scan:
    """One pass over a payload; what was searched for once is not searched for again."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.text_end = self.next_head = -1  # the last ones found
        self.closes: dict[bytes, int] = {}  # the closing tags by element

    def items(self) -> Iterator[_Span]:
        """Kind, container, start and end of every item; what is no message is one item in a row."""
        held: _Span | None = None
        for span in self._spans():
            if held is None:
                held = span
            elif held[:2] == span[:2] == ("other", "plain"):
                held = ("other", "plain", held[2], span[3])
            else:
                yield held
                held = span
        if held is not None:
            yield held

    def _spans(self) -> Iterator[_Span]:
        payload, size = self.payload, len(self.payload)
        joined: Container = "rje" if _RJE.search(payload) else "plain"
        position = self._skip(0, size)
        while position < size:
            if (cell := _PCC.match(payload, position)) is not None:
                yield from self._within(cell.start(1), cell.end(1))
                end = cell.end()
            elif (frame := FRAME.match(payload, position)) is not None:
                kind, end = self._one(frame.end(), size)
                yield kind, "framed", frame.end(), self._trimmed(frame.end(), end)
            else:
                kind, end = self._one(position, size)
                how = joined if kind in _TEXTS else "plain"
                yield kind, how, position, self._trimmed(position, end)
            position = self._skip(end, size)

    def _within(self, start: int, stop: int) -> Iterator[_Span]:
        position = self._skip(start, stop)
        while position < stop:
            kind, end = self._one(position, stop)
            yield kind, "dos-pcc", position, self._trimmed(position, end)
            position = self._skip(end, stop)

    def _skip(self, position: int, stop: int) -> int:
        found = SEPARATOR.match(self.payload, position, stop)
        return found.end() if found else position

    def _trimmed(self, start: int, end: int) -> int:
        """The end of an item without the padding after it."""
        while end > start and self.payload[end - 1] in _PADDING:
            end -= 1
        return end

    def _one(self, start: int, stop: int) -> tuple[Kind, int]:
        """What begins here and where it ends."""
        payload = self.payload
        first = payload[start : start + 1]
        if first == b"{" and _BLOCK.match(payload, start, stop):
            if payload[start + 1] != 0x31 or _BLOCK_1.match(payload, start, stop):
                return self._fin(start, stop)
        elif first == b":" and _FIELD.match(payload, start, stop):
            return "fields", self._fields(start, stop)
        elif first == b"<" and (prolog := _PROLOG.match(payload, start, stop)):
            return self._xml(prolog, stop)
        elif first == b"<":
            return "xml", stop  # a document type, or no element: one refusal for all of it
        following = _NEXT.search(payload, start + 1, stop)
        return "other", following.start() if following else stop

    def _fin(self, start: int, stop: int) -> tuple[Kind, int]:
        payload = self.payload
        end = self._message(start, stop)
        if not _SERVICE_BLOCK_1.match(payload, start, stop):
            return "fin", end
        original = _ORIGINAL.match(payload, end, stop)
        if original is None:
            return "fin", end
        return "answered", self._message(original.end(), stop)

    def _message(self, start: int, stop: int) -> int:
        """Where the FIN message ends that begins here; a cut one goes on to the next head."""
        payload = self.payload
        head = _HEAD.match(payload, start, stop)
        assert head is not None  # every part of it may be missing
        if head["text"] is None:
            return self._cut(max(head.end(), start + 1), stop)
        if payload[head.end() : head.end() + 1] == b"{":
            end = self._service(head.end(), stop)
        else:
            end = self._text(head.end(), stop)
        after = _BLOCKS_AFTER.match(payload, end, stop)
        end = after.end() if after else end
        unclosed = _BLOCK_OPEN.match(payload, end, stop)  # a trailer may say PDE: never cut off
        return self._cut(unclosed.end(), stop) if unclosed else end

    def _text(self, start: int, stop: int) -> int:
        """The end of a text block: `-}` on a line, else the separator before the next head."""
        payload = self.payload
        if self.text_end < start:
            found = payload.find(b"-}", start)
            while found >= 0 and payload[found - 1] not in b"\r\n":
                found = payload.find(b"-}", found + 2)
            self.text_end = len(payload) + 1 if found < 0 else found + 2
        end = min(self.text_end, stop)
        cut = _RJE.search(payload, start, end)
        return cut.start() if cut else end

    def _service(self, start: int, stop: int) -> int:
        """The end of a block of `{tag:value}`; one brace too few, as seen in NAKs, ends at the next head."""
        limit = self._head_after(start, stop)
        depth = 1
        for brace in re.finditer(rb"[{}]", self.payload[start:limit]):
            depth += 1 if brace[0] == b"{" else -1
            if depth == 0:
                return start + brace.end()
        return limit

    def _cut(self, start: int, stop: int) -> int:
        """Where the next message may begin after one that does not end: its block 1, or after `$`."""
        if self.payload.startswith(b"{1:", start):
            return start
        limit = self._head_after(start, stop)
        found = _RJE.search(self.payload, start, limit)
        return found.start() if found else limit

    def _head_after(self, start: int, stop: int) -> int:
        if self.next_head < start:
            found = self.payload.find(b"{1:", start)
            self.next_head = len(self.payload) + 1 if found < 0 else found
        return min(self.next_head, stop)

    def _fields(self, start: int, stop: int) -> int:
        """The end of a message without headers: `-` on a line, `$`, a head, or the next statement."""
        closed = False
        for found in _FIELDS_END.finditer(self.payload, start, stop):
            if found["end"] is not None:
                after = _BLOCKS_AFTER.match(self.payload, found.end(), stop)
                return after.end() if after else found.end()
            if found["closed"] is not None:
                closed = True
            elif found["again"] is None or closed:
                return found.start()
        return stop

    def _xml(self, prolog: re.Match[bytes], stop: int) -> tuple[Kind, int]:
        """The document that begins here; a business header takes the Document after it along."""
        name, end = prolog[1], self._element(prolog, stop)
        if name != b"AppHdr":
            return "datapdu" if name == b"DataPDU" else "xml", end
        following = _PROLOG.match(self.payload, end, stop)
        if following is None or following[1] != b"Document":
            return "xml", end
        return "business", self._element(following, stop)

    def _element(self, prolog: re.Match[bytes], stop: int) -> int:
        """Where the element ends that was begun; `stop` if it does not. Comments and CDATA hold no tags."""
        payload = self.payload
        start = payload.rindex(b"<", 0, prolog.end())
        name = payload[start + 1 : prolog.end()]
        if (end := self._plainly(start, name, stop)) > 0:
            return end
        depth, position = 0, start
        while (found := _MARK.search(payload, position, stop)) is not None:
            position = found.end()
            if found.lastindex is not None and found.lastindex < 4:  # no tag
                if found[3] and _DECLARATION.match(payload, found.start()):
                    return found.start()  # the next document: this one was cut
                closing = (b"-->", b"]]>", b"?>")[found.lastindex - 1]
                close = payload.find(closing, position, stop)
                if close < 0:
                    return stop
                position = close + len(closing)
                continue
            if found[5] != name:
                continue
            if found[4]:
                depth -= 1
            elif not found[0].endswith(b"/>"):
                if depth and prolog[1] == b"DataPDU":
                    return found.start()  # no DataPDU holds another: this one was cut
                depth += 1
            if depth <= 0:
                return position
        return stop

    def _plainly(self, start: int, name: bytes, stop: int) -> int:
        """The end of an element that holds no other of its name, no comment and no CDATA; else 0."""
        payload = self.payload
        begun = payload.find(b">", start, stop)
        quoted = payload[start:begun]  # a `>` in an attribute, or an element that is closed at once
        if begun < 0 or quoted.count(b'"') % 2 or quoted.count(b"'") % 2 or quoted.endswith(b"/"):
            return 0
        if (close := self.closes.get(name, -1)) < start:
            close = payload.find(b"</" + name + b">", start)
            self.closes[name] = close = len(payload) + 1 if close < 0 else close
        if close >= stop or payload.find(b"<" + name, start + 1, close) >= 0:
            return 0
        if payload.find(b"<!", start, close) >= 0 or payload.find(b"<?", start, close) >= 0:
            return 0
        return close + len(name) + 3


_TEXTS = ("fin", "answered", "fields")
_PADDING = frozenset(b" \t\r\n\x00\x1a$\x03")
