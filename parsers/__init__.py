"""Bytes to values, whatever standard they are of. Nothing here does I/O.

`read` gives a message with its values by place, `answer` what it means to the settlement engine,
`check` everything there is to say against it, `describe` its fields in plain words.
"""

from __future__ import annotations

from parsers import companions, datapdu, encodings, fin, fin_answers, findings, mx, mx_answers
from parsers.message import Fin, Message, Mx
from schemas.answer import Answer
from schemas.described import Described
from schemas.finding import Finding
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError

__all__ = ["Fin", "Message", "Mx", "answer", "check", "describe", "is_xml", "opened", "read"]


def read(raw: bytes, schemas: Schemas | None = None) -> Message:
    """The message of these bytes; MessageError with every problem when they cannot be read.

    With schemas, numbers of ISO 20022 messages are decimals; without, only amounts are, as a
    reference may be all digits.
    """
    raw = opened(raw)
    return Mx(mx.read(raw), schemas) if is_xml(raw) else Fin(fin.read(raw))


def answer(raw: bytes, schemas: Schemas) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    if companions.is_framed(raw):
        return companions.read(raw)
    raw = opened(raw)
    return mx_answers.read(raw, schemas) if is_xml(raw) else fin_answers.read(raw)


def check(raw: bytes, schemas: Schemas) -> list[Finding]:
    """Everything there is to say against these bytes, whether they can be read or not."""
    raw = encodings.plain(raw)
    around = datapdu.check(raw)
    try:
        raw = datapdu.opened(raw)
    except MessageError as error:
        return around + [findings.of_problem(problem) for problem in error.problems]
    if not is_xml(raw):
        return around + fin.check_bytes(raw)
    return around + [findings.of_problem(p, "schema") for p in mx_answers.check(raw, schemas)]


def describe(raw: bytes) -> list[Described]:
    """The fields or elements of these bytes with their names; MessageError if unreadable."""
    raw = opened(raw)
    return mx_answers.describe(raw) if is_xml(raw) else fin.describe(raw)


def opened(raw: bytes) -> bytes:
    """The message as its reader takes it: in plain bytes, a FIN message out of its DataPDU."""
    raw = encodings.plain(raw)
    return raw if raw[:1] == b"{" else datapdu.opened(raw)


def is_xml(raw: bytes) -> bool:
    """Whether plain bytes begin as a document."""
    return raw[:1] != b"{" and raw.lstrip(b" \t\r\n\x00")[:1] == b"<"
