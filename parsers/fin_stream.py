"""FIN files of any length, read in chunks: messages one after another, their fields as they come.

Memory does not grow with the file, nor with one message in it, however far beyond the network's
length that is (which is a finding). Fields of a message are taken before the next message is asked
for; what is left untaken is passed over. Any bytes give messages or a refusal.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from parsers import encodings, fin_headers, fin_text
from parsers.fin_shape import DEPTH_MAX
from schemas.mt import MESSAGES
from schemas.problem import MessageError, Problem

CHUNK = 1 << 18  # bytes read at a time
HEAD_MAX = 1 << 16  # characters of the blocks before a text, and of a service message
SIGNS_MAX = 1 << 12  # characters of a message's beginning that tell its type
FIELD_MAX = 1 << 22  # characters of one field: beyond, the file is refused
FAULTS_MAX = 1_000  # kept of one message

_BETWEEN = re.compile(r"[ \t\r\n\x00\x1a$\x01\x03\ufeff]*+")
_INSIDE = r"(?>(?:[^{}]++|\{(?![1-5]:)[^{}]*+\})*)"
_HEAD = re.compile(r"(?:\{1:[^{}]{0,64}\}\s*)?(?>(?:\{[23]:" + _INSIDE + r"\}\s*)*)\{4:")
_SERVICE = re.compile(r"(?>(?:\{[^{}]*+\}\s*)*)\}")
_AFTER = re.compile(r"\s*\{([5S]):(" + _INSIDE + r")\}")
_CUT = re.compile(r"\$[\s\x00\x1a]*+(?=\{1:)")
_BARE = re.compile(r":[0-9]{2}[A-Z]?:")
_BARE_END = re.compile(
    r"\n(?:(?P<end>-\}?)[ \t]*(?=[\n$\x00\x1a\x03{]|\Z)|(?P<head>\{1:[A-Z][0-9]{2}|\$)"
    r"|(?P<closed>:62[FM]:|:90[CD]:)|(?P<again>:20:))"
)
_START = re.compile(r"\{1:[A-Z][0-9]{2}|\n:[0-9]{2}[A-Z]?:")
_TAG = re.compile(r"[0-9]{2}[A-Z]?")


class Field(NamedTuple):
    """One field of block 4 as it came by."""

    tag: str
    value: str
    line: int  # of the file, from 1
    path: str  # of the blocks it stands in: 'SUBSAFE/FIN'


class Message:
    """One message of the file; what stands after its fields is known once they are taken."""

    __slots__ = (
        "after", "before", "faults", "fields", "head", "length", "line", "service", "trailer", "type",
    )  # fmt: skip

    def __init__(self, line: int, type_: str, head: fin_text.FinMessage | None) -> None:
        self.line = line  # of the file, where it begins
        self.type = type_  # '940'; 'F21'; '' when it could not be told
        self.head = head  # blocks 1 to 3, with an empty text; None where there are none
        self.fields: Iterator[Field] = iter(())
        self.service: tuple[tuple[str, str], ...] = ()
        self.trailer: dict[str, str] = {}
        self.length = 0  # characters of the text so far, a line end counting as two
        self.faults: list[Problem] = []
        self.before = ""  # what stands before the fields, and after them
        self.after = ""

    def note(self, path: str, rule: str, words: str, value: str | None = None) -> None:
        """Keep a fault, as long as there are not too many."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(Problem(path, rule, words, value))


class Other(NamedTuple):
    """What is no message: where it begins, and how it does."""

    line: int
    text: str


def messages(file: BinaryIO, chunk: int = CHUNK) -> Iterator[Message | Other]:
    """The messages of a file in order, and what is none; MessageError at a field without end."""
    source = _Source(file, chunk)
    while source.skip():
        source.need(HEAD_MAX)
        text, at = source.text, source.at
        line = source.line
        if head := _HEAD.match(text, at):
            message = _begun(head[0], line)
            message.before = head[0]
            message.type = message.type or _told(text[head.end() : head.end() + SIGNS_MAX])
            source.take(head.end())
            if text.startswith("{", head.end()):
                _take_service(source, message)
            else:
                message.fields = _headed(source, message)
        elif _BARE.match(text, at):
            message = Message(line, _told(text[at : at + SIGNS_MAX]), None)
            message.fields = _bare(source, message)
        else:
            yield Other(line, _pass_over(source))
            continue
        yield message
        for _ in message.fields:
            pass  # the next message begins behind this one


class _Source:
    """The text of a file from `at` on, with `\\n` line ends, and the line that is."""

    def __init__(self, file: BinaryIO, chunk: int) -> None:
        self.file = file
        self.chunk = max(chunk, 16)
        first = file.read(self.chunk).removeprefix(encodings.BOM)
        codec = encodings.wide(first) or "latin-1"
        decoder = codecs.getincrementaldecoder(codec)("replace")
        self.decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self.text = self.decoder.decode(first)
        self.at = 0
        self.line = 1
        self.ended = not first
        self._end = 0  # of the next text, as last looked for: nothing is searched twice

    def more(self) -> bool:
        """Read another chunk behind what is here; False at the end of the file."""
        if self.ended:
            return False
        raw = self.file.read(self.chunk)
        self.ended = not raw
        self.text = self.text[self.at :] + self.decoder.decode(raw, final=self.ended)
        self.at = 0
        self._end = 0
        return True

    def end_of_text(self) -> int:
        """Where the next text ends in what is here; -1 where it does not."""
        if 0 <= self._end < self.at or self._end == 0:
            self._end = self.text.find("\n-}", max(self.at - 1, 0))
        return self._end

    def need(self, count: int) -> None:
        """Have so many characters, or all there are."""
        while len(self.text) - self.at < count and self.more():
            pass

    def take(self, end: int) -> None:
        """Go on to here."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def skip(self) -> bool:
        """Go on to what is no separator; False when nothing is left."""
        while True:
            found = _BETWEEN.match(self.text, self.at)
            self.take(found.end() if found else self.at)
            if self.at < len(self.text):
                return True
            if not self.more():
                return False


def _begun(head: str, line: int) -> Message:
    try:
        read = fin_text.read((head + "\n-}").encode("latin-1", "replace"))
    except MessageError as error:
        message = Message(line, "", None)
        message.faults.extend(error.problems)
        return message
    return Message(line, read.type, read)


def _told(text: str) -> str:
    """The type of a message without headers by the fields it begins with."""
    if len(text) >= SIGNS_MAX:
        text = text[: max(text.rfind("\n:"), 0)]  # the last field may be cut
    text = text.lstrip()
    for stop in ("\n-", "\n:20:", "$"):  # where another message may begin
        text = text.partition(stop)[0]
    if ":60F:" in text or ":60M:" in text:
        return "940"
    if ":34F:" in text and ":13D:" in text:
        return "942"
    try:
        return fin_text.read(text.encode("latin-1", "replace")).type
    except MessageError:
        return ""


def _take_service(source: _Source, message: Message) -> None:
    """The tags of a service or system message, and what follows its text."""
    found = _SERVICE.match(source.text, source.at)
    if found is None:
        message.note(f"line {message.line}", "T31", "the block of tags does not end")
        _pass_over(source)
        return
    tags, _ = fin_headers.tags(found[0][:-1])
    message.service = tuple((tag, value) for tag, value, _ in tags)
    message.after = found[0]
    source.take(found.end())
    _take_trailer(source, message)


def _headed(source: _Source, message: Message) -> Iterator[Field]:
    """The fields up to `-}` on a line; a message that is cut off ends at the next one's `$`."""
    taken = _Taken(message)
    while True:
        text, at = source.text, source.at
        end = source.end_of_text()
        limit = end if end >= 0 else _limit(source)
        cut = _CUT.search(text, at, limit)
        stop = cut.start() if cut else limit
        yield from taken.fields(source, stop)
        if cut or (end < 0 and source.ended):
            message.note(f"line {source.line}", "T31", "the text ends without '-}': it is cut off")
            break
        if end >= 0:
            message.after = "\n-}"
            source.take(end + 3)
            _take_trailer(source, message)
            break
        source.more()
    taken.close(source.line)


def _bare(source: _Source, message: Message) -> Iterator[Field]:
    """The fields of a message without headers, up to its end or the next statement's beginning."""
    taken = _Taken(message)
    closed = False
    while True:
        limit = _limit(source)
        stop = ended = None
        for found in _BARE_END.finditer(source.text, source.at, limit):
            if found["closed"] is not None:
                closed = True
            elif found["end"] is not None:
                stop, ended = found.start(), found.end()
                break
            elif found["again"] is None or closed:
                stop = ended = found.start()
                break
        yield from taken.fields(source, limit if stop is None else stop)
        if ended is not None:
            message.after = source.text[source.at : ended]
            source.take(ended)
            _take_trailer(source, message)
            break
        if source.ended:
            break
        source.more()
    taken.close(source.line)


def _limit(source: _Source) -> int:
    """Up to where fields are whole: before the last tag that is here, or the end of the file."""
    if source.ended:
        return len(source.text)
    last = source.text.rfind("\n:")
    if last > source.at:
        return last
    if len(source.text) - source.at > FIELD_MAX:
        words = f"a field of more than {FIELD_MAX} characters: this is no FIN message"
        raise MessageError("too_large", [Problem(f"line {source.line}", "size", words)])
    return source.at


class _Taken:
    """What was taken of one message's fields: the blocks that are open, and what was wrong."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.open: list[str] = []
        self.path = ""
        self.begun = False

    def fields(self, source: _Source, stop: int) -> Iterator[Field]:
        """The fields that stand between here and there."""
        body, line = source.text[source.at : stop], source.line
        message = self.message
        source.take(stop)
        if not body:
            return
        if not self.begun and body.startswith(":"):  # without headers: no line end before
            body, line = "\n" + body, line - 1
        self.begun = True
        message.length += len(body) + body.count("\n")
        first, *parts = body.split("\n:")
        if first.strip():
            message.note(f"line {line}", "T13", "text before the first field", first.strip()[:40])
        line += 1 + first.count("\n")
        for part in parts:
            tag, colon, value = part.partition(":")
            if not colon or not _TAG.fullmatch(tag):
                message.note(f"line {line}", "T13", "no field tag stands here", part[:40])
            else:
                if tag == "16R":
                    self._enter(value, line)
                yield Field(tag, value, line, self.path)
                if tag == "16S":
                    self._leave(value, line)
            line += 1 + part.count("\n")

    def _enter(self, block: str, line: int) -> None:
        if len(self.open) >= DEPTH_MAX:
            self.message.note(f"line {line}", "T92", "blocks stand too deep in one another", block)
            return
        self.open.append(block.strip())
        self.path = "/".join(self.open)

    def _leave(self, block: str, line: int) -> None:
        if not self.open or self.open[-1] != block.strip():
            expected = (
                f"block {self.open[-1]} is open here" if self.open else "no block is open here"
            )
            self.message.note(f"line {line}", "T92", expected, block[:40])
        if self.open:
            self.open.pop()
        self.path = "/".join(self.open)

    def close(self, line: int) -> None:
        """Say what only the end shows."""
        if self.open:
            self.message.note(f"line {line}", "T92", f"block {self.open[-1]} is not closed")
        table = MESSAGES.get(self.message.type)
        if table is not None and self.message.length > table.length_max:
            words = f"the text has {self.message.length} characters, more than {table.length_max}"
            self.message.note(f"line {self.message.line}", "M50", words)


def _take_trailer(source: _Source, message: Message) -> None:
    """Blocks 5 and S behind a text."""
    source.need(HEAD_MAX)
    while found := _AFTER.match(source.text, source.at):
        tags, _ = fin_headers.tags(found[2])
        if found[1] == "5":
            message.trailer.update({tag: value for tag, value, _ in tags})
        message.after += found[0]
        source.take(found.end())


def _pass_over(source: _Source) -> str:
    """Go on to where a message may begin; how what is passed over begins."""
    begins = source.text[source.at : source.at + 40]
    first = True
    while True:
        found = _START.search(source.text, source.at + first)
        if found is not None:
            source.take(found.start())
            return begins
        source.take(max(len(source.text) - 40, source.at + first))  # a beginning may be cut in two
        first = False
        if not source.more():
            source.take(len(source.text))
            return begins
