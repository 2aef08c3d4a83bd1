"""Companion files of a directory link: `NAME.ack`, `NAME.nak` or `NAME.err` beside the file we wrote.

The name is the message: it says which of our files was taken or refused, the content at most why.
So name and content are stored as one, `frame`, and read back here.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Literal

from schemas.answer import Header, NetworkAnswer
from schemas.problem import MessageError, Problem

MARK = b"companion file "
TEXT_MAX = 200
VERDICTS: dict[str, Literal["ack", "nak"]] = {"ack": "ack", "nak": "nak", "err": "nak"}
# our files are named by outbox number and wire reference: gateway/links.py
_NAME = re.compile(
    r"[0-9]+-(?P<reference>[A-Za-z0-9-]{1,35})\.(?:rje|xml)\.(?P<verdict>ack|nak|err)",
    re.IGNORECASE,
)
_RULE = re.compile(r"([A-Z][0-9]{2})\b[\s:,-]*(.*)", re.DOTALL)


def is_name(name: str) -> bool:
    """Whether a file of this name speaks of one of ours."""
    return _NAME.fullmatch(name) is not None


def frame(name: str, content: bytes) -> bytes:
    """Name and content as they are stored."""
    return MARK + name.encode() + b"\n" + content


def is_framed(raw: bytes) -> bool:
    """Whether these bytes are a companion file."""
    return raw.startswith(MARK)


def parts(raw: bytes) -> tuple[str, str]:
    """Name and content as text."""
    name, _, content = raw.removeprefix(MARK).partition(b"\n")
    return name.decode(errors="replace"), content.decode(errors="replace")


def read(raw: bytes) -> NetworkAnswer:
    """The ACK or NAK a companion stands for; MessageError when its name speaks of no file of ours."""
    name, content = parts(raw)
    told = _NAME.fullmatch(name)
    if told is None:
        fault = Problem("name", "companion", "names no file of ours", name)
        raise MessageError("unreadable", [fault])
    verdict, reference = VERDICTS[told["verdict"].lower()], told["reference"]
    header = Header(verdict.upper(), "", "", reference, "", None, None, False, sha256(raw).digest())
    if verdict == "ack":
        return NetworkAnswer(header, verdict, reference)
    said = " ".join(content.split())
    coded = _RULE.fullmatch(said)
    rule, words = (coded[1], coded[2]) if coded else (None, said)
    return NetworkAnswer(header, verdict, reference, rule, None, words[:TEXT_MAX] or None)
