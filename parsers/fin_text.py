"""FIN bytes to blocks and fields: one tokenizer for every message, knowing none.

What is read here is where each value stands, never what it means. Any bytes give a FinMessage or a
MessageError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from parsers import encodings
from parsers.fin_shape import Shape, shape
from schemas.mt.notation import read_moment
from schemas.problem import MessageError, Problem


class FinField:
    """One field of block 4. Made when asked for, as messages are read by the million."""

    __slots__ = ("index", "message", "path", "sequence", "tag", "value")

    def __init__(self, message: FinMessage, index: int) -> None:
        kind = message.shape
        self.message = message
        self.index = index
        self.tag = kind.tags[index]
        self.path = kind.paths[index]  # 'GENL/STAT'
        self.sequence = kind.sequences[index]  # which of the blocks opened so far; 0 outside all
        self.value = message.value(index)

    def __repr__(self) -> str:
        return f"FinField({self.where!r}, {self.value!r})"

    @property
    def line(self) -> int:
        """The line of block 4 it begins on; the first after `{4:` is 1."""
        return self.message.line_of(self.index)

    @property
    def qualifier(self) -> str:
        """The qualifier of a generic field, or ''."""
        return self.message.shape.qualifiers[self.index]

    @property
    def where(self) -> str:
        """Path, tag, qualifier and line as problems name them."""
        name = f"{self.tag} {self.qualifier}".rstrip()
        return f"{self.path}/{name} line {self.line}".lstrip("/")


@dataclass(slots=True)
class FinMessage:
    """A FIN message taken apart; headers that were not typed are empty and `typed` is set."""

    type: str  # '541'; 'F21' for a service message; '' when it could not be told
    sender: str  # BIC11
    receiver: str  # BIC11
    direction: str  # 'I' to the network, 'O' from it, ''
    session: str  # session and sequence number of block 1
    network_at: datetime | None  # input time and date of the sender's message, naive
    header: dict[str, str]  # block 3
    shape: Shape = field(compare=False)
    parts: list[str] = field(compare=False)  # `tag:value` of each field
    service: tuple[tuple[str, str], ...]  # block 4 of service and system messages
    trailer: dict[str, str]  # block 5
    text: str  # block 4 with plain line ends
    typed: bool = False  # blocks 1 and 2 were not there
    original: str = ""  # what followed an ACK or NAK
    lines_before: int = field(default=0, compare=False)  # of the bytes, before block 4's first
    _fields: tuple[FinField, ...] | None = field(default=None, compare=False, repr=False)
    _lines: list[int] | None = field(default=None, compare=False, repr=False)

    @property
    def fields(self) -> tuple[FinField, ...]:
        """Every field of block 4 in order."""
        if self._fields is None:
            self._fields = tuple(FinField(self, i) for i in range(len(self.parts)))
        return self._fields

    def at(self, path: str, name: str) -> tuple[int, ...]:
        """The indexes of the fields at a place: ('GENL', '20SEME'), ('', '32A')."""
        return self.shape.places.get((path, name), ())

    def value(self, index: int) -> str:
        """The text of a field after its tag."""
        return self.parts[index][len(self.shape.tags[index]) + 1 :]

    def line_of(self, index: int) -> int:
        """The line of block 4 a field begins on; the index after the last gives the end."""
        if self._lines is None:
            first = 1 + self.text.partition("\n:")[0].count("\n")
            heights = (1 + part.count("\n") for part in self.parts)
            self._lines = list(accumulate(heights, initial=first))
        return self._lines[index]


_HEAD = re.compile(
    r"\s*(?:\{1:([^{}]*)\}\s*)?(?:\{2:([^{}]*)\}\s*)?(?:\{3:((?:\{[^{}]*\})*)\}\s*)?\{4:"
)
_TAIL = re.compile(r"\s*\{([A-Z0-9]{1,3}):((?:\{[^{}]*\}|[^{}])*)\}")
_NESTED = re.compile(r"\{(\w+):([^{}]*)")
_BLOCK_1 = re.compile(r"([A-Z])([0-9]{2})([A-Z0-9]{12})([0-9]{10})")
_INPUT = re.compile(r"I([0-9]{3})([A-Z0-9]{12})(?:[SNU][123]?(?:[0-9]{3})?)?")
_OUTPUT = re.compile(r"O([0-9]{3})([0-9]{4})([0-9]{6})([A-Z0-9]{12})[0-9]{10}[0-9]{10}[SNU]?")
_MISPLACED = re.compile(r"\{405:[^{}]*\{108:[^{}]*\}")
_HEADS = re.compile(r"\n:(16[RS]:[^\n]*|[0-9]{2}[A-Z]?:(?::[A-Z0-9]{4}/)?)")
_BARE = re.compile(r"\s*:[0-9]{2}[A-Z]?:")
_BARE_END = re.compile(r"\n-\}?\s*\Z")

# DOMAIN 2.1: what tells a message typed without headers; the first row whose fields are all there
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("548", frozenset({"25D", "23G INST"})),
    ("548", frozenset({"25D", "23G CAST"})),
    ("545", frozenset({"98 ESET", "19A ESTT", "13A 541"})),
    ("547", frozenset({"98 ESET", "19A ESTT", "13A 543"})),
    ("544", frozenset({"98 ESET", "13A 540"})),
    ("546", frozenset({"98 ESET", "13A 542"})),
    ("103", frozenset({"20", "23B", "32A", "71A"})),
    ("202", frozenset({"20", "21", "32A", "58A"})),
    ("202", frozenset({"20", "21", "32A", "58D"})),
    ("940", frozenset({"20", "25", "60F", "62F"})),
    ("940", frozenset({"20", "25", "60M", "62M"})),
    ("940", frozenset({"20", "25", "60F", "62M"})),
    ("940", frozenset({"20", "25", "60M", "62F"})),
    ("942", frozenset({"20", "25", "28C", "34F", "13D"})),
)
# without a link to the instruction's type: the agent of the other side and whether money moved
_CONFIRMATIONS = {
    ("DEAG", True): "545",
    ("DEAG", False): "544",
    ("REAG", True): "547",
    ("REAG", False): "546",
}


def read(raw: bytes) -> FinMessage:
    """The blocks and fields of these bytes; MessageError names every fault with rule and line."""
    text = encodings.fin_text(raw)
    head = _HEAD.match(text)
    if head is None:
        return _read_bare(text)
    problems: list[Problem] = []
    block_1 = _basic(head[1], problems)
    block_2 = _application(head[2], problems)
    header = _tags(head[3], "block 3", problems) if head[3] else {}
    kind, parts, service, body, end = _block_4(text, head.end(), block_1[0] == "F21", problems)
    if end < 0:
        cut = "the text does not end with '-}' on a line: it may be cut off"
        raise MessageError("unreadable", [*problems, Problem("block 4", "T31", cut)])
    trailer, rest = _trailer(text, end, problems)
    if problems:
        raise MessageError("unreadable", problems)
    service_id, own, session = block_1
    type_, direction, other, network_at = block_2
    typed = not service_id or (not type_ and service_id == "F01")
    sender, receiver = (other, own) if direction == "O" else (own, other)
    before = text.count("\n", 0, head.end()) + 1  # the line of `{4:`
    message = FinMessage(
        type_, sender, receiver, direction, session, network_at, header, kind, parts, service,
        trailer, body, typed, rest, before,
    )  # fmt: skip
    if not type_:
        message.type = _infer(message) if service_id in ("", "F01") else service_id
    return message


def lines_before(raw: bytes) -> int:
    """How many lines of these bytes stand before the first of block 4."""
    text = encodings.fin_text(raw)
    head = _HEAD.match(text)
    if head is not None:
        return text.count("\n", 0, head.end()) + 1
    return text.count("\n", 0, len(text) - len(text.lstrip("\ufeff \n\t")))


def _read_bare(text: str) -> FinMessage:
    """Fields alone, as a person types them; the closing '-}' may be missing."""
    if not _BARE.match(text):
        raise MessageError("unreadable", [_not_fin(text)])
    stripped = text.lstrip("\ufeff \n\t")
    before = text.count("\n", 0, len(text) - len(stripped))
    body = "\n" + _BARE_END.sub("", stripped.rstrip("\ufeff \n\t"))
    problems: list[Problem] = []
    kind, parts = _fields(body, problems)
    if problems:
        raise MessageError("unreadable", problems)
    message = FinMessage(
        "", "", "", "", "", None, {}, kind, parts, (), {}, body, typed=True, lines_before=before
    )
    message.type = _infer(message)
    return message


def _not_fin(text: str) -> Problem:
    if text.lstrip()[:3] in ("{1:", "{2:", "{3:"):
        return Problem("block 4", "V01", "the message has no readable text block", text[:40])
    return Problem("block 1", "H01", "neither a FIN header nor a field stands here", text[:40])


def _basic(block: str | None, problems: list[Problem]) -> tuple[str, str, str]:
    """Service such as F01 or F21, our side's BIC11, session and sequence."""
    if block is None:
        return "", "", ""
    found = _BLOCK_1.fullmatch(block)
    if found is None:
        problems.append(Problem("block 1", "H01", "not app, service, terminal, session", block))
        return "", "", ""
    return found[1] + found[2], found[3][:8] + found[3][9:], found[4]


def _application(
    block: str | None, problems: list[Problem]
) -> tuple[str, str, str, datetime | None]:
    """Type, direction, the other side's BIC11 and the input time; all empty without block 2."""
    if block is None:
        return "", "", "", None
    if found := _INPUT.fullmatch(block):
        return found[1], "I", found[2][:8] + found[2][9:], None
    if found := _OUTPUT.fullmatch(block):
        try:
            at = read_moment(found[3], found[2])
        except ValueError:
            problems.append(Problem("block 2", "H50", "input date or time is none", block))
            at = None
        return found[1], "O", found[4][:8] + found[4][9:], at
    problems.append(Problem("block 2", "H50", "neither an input nor an output header", block))
    return "", "", "", None


def _tags(block: str, path: str, problems: list[Problem]) -> dict[str, str]:
    pairs = _NESTED.findall(block)
    if len(dict(pairs)) < len(pairs):
        problems.append(Problem(path, "H98", "a tag comes twice", block))
    return dict(pairs)


def _block_4(
    text: str, start: int, lenient: bool, problems: list[Problem]
) -> tuple[Shape, list[str], tuple[tuple[str, str], ...], str, int]:
    """Fields or nested tags, their text, and where the block ends; -1 if it does not."""
    if text.startswith("{", start):
        service, end = _service(text, start, lenient)
        return _NO_FIELDS, [], service, text[start:end], end
    end = text.find("\n-}", start - 1)
    if end < 0:
        return _NO_FIELDS, [], (), "", end
    body = text[start:end]
    kind, parts = _fields(body, problems)
    return kind, parts, (), body, end + 3


def _service(text: str, start: int, lenient: bool) -> tuple[tuple[tuple[str, str], ...], int]:
    """The nested tags of block 4 and where it ends, -1 if it does not.

    A NAK is seen in the field with the MUR's brace inside 405, and one brace too few: it is read.
    """
    limit = text.find("{1:", start)
    limit = len(text) if limit < 0 else limit
    depth = 1
    for brace in re.finditer("[{}]", text[start:limit]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            limit = start + brace.end()
            break
    forgiven = 1 if lenient and _MISPLACED.search(text, start, limit) else 0
    if depth > forgiven:
        return (), -1
    return tuple(_NESTED.findall(text[start:limit])), limit


def _trailer(text: str, end: int, problems: list[Problem]) -> tuple[dict[str, str], str]:
    """Block 5, and what follows the message when that is another one; block S is passed over."""
    trailer: dict[str, str] = {}
    while (block := _TAIL.match(text, end)) and block[1] != "1":
        if block[1] == "5":
            trailer.update(_tags(block[2], "block 5", problems))
        end = block.end()
    rest = text[end:].strip("\x00 \n\r\t\x1a$")
    if rest and not rest.startswith("{1:"):
        problems.append(Problem("block 5", "Z00", "something follows the message", rest[:40]))
    return trailer, rest


_NO_FIELDS = shape(())


def _fields(body: str, problems: list[Problem]) -> tuple[Shape, list[str]]:
    """The fields of a text block and their shape."""
    parts = body.split("\n:")
    first = parts.pop(0)
    heads = _HEADS.findall(body)
    if first.strip():
        problems.append(Problem("block 4 line 1", "T13", "text before the first field", first[:40]))
    if len(heads) < len(parts):
        line = 1 + first.count("\n")
        for part in parts:
            if not _HEADS.match(f"\n:{part}"):
                where = f"block 4 line {line}"
                problems.append(Problem(where, "T13", "no field tag stands here", part[:40]))
            line += 1 + part.count("\n")
        return _NO_FIELDS, []
    kind = shape(heads)
    for index, expected in kind.unbalanced:
        line = 1 + first.count("\n") + sum(1 + part.count("\n") for part in parts[:index])
        tag = kind.tags[index] if index < len(parts) else "the end"
        value = kind.blocks[index] if index < len(parts) else None
        where = f"{kind.paths[min(index, len(parts) - 1)]}/{tag} line {line}".lstrip("/")
        problems.append(Problem(where, "T92", expected, value))
    return kind, parts


def _infer(message: FinMessage) -> str:
    """The type of a message without block 2, or '' where its fields do not tell."""
    kind = message.shape
    seen = {
        *kind.tags,
        *(f"{tag[:2]} {q}" for tag, q in zip(kind.tags, kind.qualifiers, strict=True)),
    }
    for f in message.fields:
        if f.tag == "19A":
            seen.add(f"19A {f.qualifier}")
        elif f.tag == "23G":
            seen.add(f"23G {f.value[:4]}")
        elif f.tag == "13A":
            seen.add(f"13A {f.value[-3:]}")
    for type_, signs in _SIGNS:
        if signs <= seen:
            return type_
    agents = [agent for agent in ("DEAG", "REAG") if f"95 {agent}" in seen]
    if "98 ESET" in seen and len(agents) == 1:
        return _CONFIRMATIONS[agents[0], "19A ESTT" in seen]
    return ""
