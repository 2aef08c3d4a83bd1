"""Bytes to values: FIN, ISO 20022 and companion files in, one Answer out. Nothing here does I/O."""

from __future__ import annotations

from parsers import companions, datapdu, encodings, fin, fin_answers, findings, mx_answers
from schemas.answer import Answer
from schemas.described import Described
from schemas.finding import Finding
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError


def read(raw: bytes, schemas: Schemas) -> Answer:
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
    return datapdu.opened(encodings.plain(raw))


def is_xml(raw: bytes) -> bool:
    """Whether plain bytes begin as a document."""
    return raw.lstrip(b" \t\r\n\x00")[:1] == b"<"
