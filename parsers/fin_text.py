"""FIN bytes to blocks and fields: one tokenizer for every message, knowing none.

What is read here is where each value stands, never what it means. Any bytes give a FinMessage or a
MessageError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from parsers import encodings
from schemas.mt.fields import FORMATS
from schemas.mt.notation import read_moment
from schemas.problem import MessageError, Problem


class FinField(NamedTuple):
    """One field of block 4. A named tuple, as these are made by the million."""

    tag: str
    value: str
    line: int  # of block 4, the first after `{4:` is 1
    path: str  # 'GENL/STAT'
    sequence: int  # which of the blocks opened so far it stands in; 0 outside all

    @property
    def qualifier(self) -> str:
        """The qualifier of a generic field, or ''."""
        return self.value[1:5] if self.value[:1] == ":" else ""

    @property
    def where(self) -> str:
        """Path, tag, qualifier and line as problems name them."""
        name = f"{self.tag} {self.qualifier}".rstrip()
        return f"{self.path}/{name} line {self.line}".lstrip("/")


@dataclass(frozen=True, slots=True)
class FinMessage:
    """A FIN message taken apart; headers that were not typed are empty and `typed` is set."""

    type: str  # '541'; 'F21' for a service message; '' when it could not be told
    sender: str  # BIC11
    receiver: str  # BIC11
    direction: str  # 'I' to the network, 'O' from it, ''
    session: str  # session and sequence number of block 1
    network_at: datetime | None  # input time and date of the sender's message, naive
    header: dict[str, str]  # block 3
    fields: tuple[FinField, ...]
    service: tuple[tuple[str, str], ...]  # block 4 of service and system messages
    trailer: dict[str, str]  # block 5
    text: str  # block 4 with plain line ends
    typed: bool = False  # blocks 1 and 2 were not there
    original: str = ""  # what followed an ACK or NAK


_HEAD = re.compile(
    r"\s*(?:\{1:([^{}]*)\}\s*)?(?:\{2:([^{}]*)\}\s*)?(?:\{3:((?:\{[^{}]*\})*)\}\s*)?\{4:"
)
_TAIL = re.compile(r"\s*\{([A-Z0-9]{1,3}):((?:\{[^{}]*\}|[^{}])*)\}")
_NESTED = re.compile(r"\{(\w+):([^{}]*)")
_BLOCK_1 = re.compile(r"([A-Z])([0-9]{2})([A-Z0-9]{12})([0-9]{10})")
_INPUT = re.compile(r"I([0-9]{3})([A-Z0-9]{12})(?:[SNU][123]?(?:[0-9]{3})?)?")
_OUTPUT = re.compile(r"O([0-9]{3})([0-9]{4})([0-9]{6})([A-Z0-9]{12})[0-9]{10}[0-9]{10}[SNU]?")
_MISPLACED = re.compile(r"\{405:[^{}]*\{108:[^{}]*\}")
_TAG = re.compile(r"[0-9]{2}[A-Z]?")
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
    header = _tags(head[3] or "", "block 3", problems)
    fields, service, body, end = _block_4(text, head.end(), block_1[0] == "F21", problems)
    if end < 0:
        cut = "the text does not end with '-}' on a line: it may be cut off"
        raise MessageError("unreadable", [*problems, Problem("block 4", "T31", cut)])
    trailer, rest = _trailer(text, end, problems)
    if problems:
        raise MessageError("unreadable", problems)
    kind, own, session = block_1
    type_, direction, other, network_at = block_2
    typed = not kind or (not type_ and kind == "F01")
    if not type_:
        type_ = _infer(fields) if kind in ("", "F01") else kind
    sender, receiver = (other, own) if direction == "O" else (own, other)
    return FinMessage(
        type_, sender, receiver, direction, session, network_at, header, fields, service,
        trailer, body, typed, rest,
    )  # fmt: skip


def _read_bare(text: str) -> FinMessage:
    """Fields alone, as a person types them; the closing '-}' may be missing."""
    if not _BARE.match(text):
        raise MessageError("unreadable", [_not_fin(text)])
    body = "\n" + _BARE_END.sub("", text.strip("\ufeff \n\t"))
    problems: list[Problem] = []
    fields = _fields(body, problems)
    if problems:
        raise MessageError("unreadable", problems)
    return FinMessage(_infer(fields), "", "", "", "", None, {}, fields, (), {}, body, typed=True)


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
) -> tuple[tuple[FinField, ...], tuple[tuple[str, str], ...], str, int]:
    """Fields or nested tags, their text, and where the block ends; -1 if it does not."""
    if text.startswith("{", start):
        service, end = _service(text, start, lenient)
        return (), service, text[start:end], end
    end = text.find("\n-}", start - 1)
    if end < 0:
        return (), (), "", end
    body = text[start:end]
    return _fields(body, problems), (), body, end + 3


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


def _fields(body: str, problems: list[Problem]) -> tuple[FinField, ...]:
    """The fields of a text block, with line numbers and sequence paths."""
    first, *parts = body.split("\n:")
    if first.strip():
        problems.append(Problem("block 4 line 1", "T13", "text before the first field", first[:40]))
    line = 1 + first.count("\n")
    fields: list[FinField] = []
    open_blocks: list[tuple[str, int, str]] = []
    path, sequence, opened = "", 0, 0
    for part in parts:
        tag, colon, value = part.partition(":")
        if tag not in FORMATS and not (colon and _TAG.fullmatch(tag)):
            where = f"{path or 'block 4'} line {line}"
            problems.append(Problem(where, "T13", "no field tag stands here", part[:40]))
        if tag == "16R":
            open_blocks.append((path, sequence, value))
            path = f"{path}/{value}" if path else value
            opened += 1
            sequence = opened
        fields.append(FinField(tag, value, line, path, sequence))
        if tag == "16S":
            path, sequence, block = open_blocks.pop() if open_blocks else ("", 0, "")
            if block != value:
                problems.append(_unbalanced(fields[-1], block))
        line += 1 + part.count("\n")
    if open_blocks:
        where = f"{path} line {line}"
        problems.append(Problem(where, "T92", f"block {open_blocks[-1][2]} is not closed"))
    return tuple(fields)


def _unbalanced(field: FinField, block: str) -> Problem:
    expected = f"block {block} is open here" if block else "no block is open here"
    return Problem(field.where, "T92", expected, field.value)


def _infer(fields: tuple[FinField, ...]) -> str:
    """The type of a message without block 2, or '' where its fields do not tell."""
    seen = {f.tag for f in fields} | {f"{f.tag[:2]} {f.qualifier}" for f in fields}
    seen |= {f"19A {f.qualifier}" for f in fields if f.tag == "19A"}
    seen |= {f"23G {f.value[:4]}" for f in fields if f.tag == "23G"}
    seen |= {f"13A {f.value[-3:]}" for f in fields if f.tag == "13A"}
    for type_, signs in _SIGNS:
        if signs <= seen:
            return type_
    agents = [agent for agent in ("DEAG", "REAG") if f"95 {agent}" in seen]
    if "98 ESET" in seen and len(agents) == 1:
        return _CONFIRMATIONS[agents[0], "19A ESTT" in seen]
    return ""
