"""Bytes to values, whatever standard they are of. Nothing here does I/O.

`read` gives a message with its values by place, `answer` what it means to the settlement engine,
`check` everything there is to say against it (`judged`: both), `describe` its fields in plain words.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from parsers import (
    companions,
    datapdu,
    encodings,
    fin,
    fin_answers,
    fin_tolerant,
    findings,
    mx,
    mx_answers,
    mx_verdict,
    practice,
)
from parsers.message import Fin, Message
from parsers.mx_message import Mx
from schemas.answer import Answer
from schemas.described import Described
from schemas.finding import Finding
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError

TOLERANT = fin_tolerant.ALL
__all__ = [
    "TOLERANT",
    "Fin",
    "Message",
    "Mx",
    "answer",
    "check",
    "describe",
    "deviations",
    "is_xml",
    "judged",
    "opened",
    "read",
]


def read(
    raw: bytes, schemas: Schemas | None = None, *, tolerates: Set[str] = frozenset()
) -> Message:
    """The message of these bytes; MessageError with every problem when they cannot be read.

    With schemas, numbers of ISO 20022 messages are decimals; without, only amounts are, as a
    reference may be all digits. `tolerates` are the codes of schemas/mt/deviations.py that a FIN
    message may have (TOLERANT: all of them): they are mended, and told in `deviations`.
    """
    raw = opened(raw)
    if is_xml(raw):
        return Mx(mx.read(raw), raw, schemas)
    if not tolerates:
        return Fin(fin.read(raw))
    mended = fin_tolerant.mend(raw, tolerates)
    return Fin(fin.read(mended.raw), mended)


def answer(raw: bytes, schemas: Schemas, *, tolerates: Set[str] = frozenset()) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read.

    What can be read as it stands is; only what cannot is mended, as far as is tolerated.
    """
    if companions.is_framed(raw):
        return companions.read(raw)
    raw = opened(raw)
    if is_xml(raw):
        return mx_answers.read(raw, schemas)
    try:
        return fin_answers.read(raw)
    except MessageError:
        if not tolerates:
            raise
    return fin_answers.read(fin_tolerant.mend(raw, tolerates).raw)


def deviations(raw: bytes, tolerates: Set[str]) -> tuple[Finding, ...]:
    """What tolerant reading mends in these bytes; nothing of ISO 20022."""
    raw = opened(raw)
    return () if is_xml(raw) or not tolerates else fin_tolerant.mend(raw, tolerates).deviations


def check(raw: bytes, schemas: Schemas, *, tolerates: Set[str] = frozenset()) -> list[Finding]:
    """Everything there is to say against these bytes, whether they can be read or not.

    Deviations that are tolerated are warnings beside what there is to say of the mended message.
    """
    return judged(raw, schemas, tolerates=tolerates)[1]


def judged(
    raw: bytes, schemas: Schemas, *, tolerates: Set[str] = frozenset()
) -> tuple[Message | None, list[Finding]]:
    """The message, None where it cannot be read, and all there is to say: `read` and `check` in one."""
    raw = encodings.plain(raw)
    around = datapdu.check(raw)
    try:
        raw = datapdu.opened(raw)
    except MessageError as error:
        return None, around + [findings.of_problem(problem) for problem in error.problems]
    if not is_xml(raw):
        message, found = _judged_fin(raw, tolerates)
        return message, around + found
    try:
        document = mx.read(raw)
    except MessageError as error:
        return None, around + [findings.of_problem(problem) for problem in error.problems]
    found = mx_verdict.judge(raw, document, schemas)
    message = Mx(document, raw, schemas)
    return message, [*around, *found, *practice.check(message)]


def _judged_fin(raw: bytes, tolerates: Set[str]) -> tuple[Message | None, list[Finding]]:
    found = _check_mended(raw, tolerates) if tolerates else fin.check_bytes(raw)
    try:
        message = read(raw, tolerates=tolerates)
    except MessageError:
        return None, found
    return message, found + practice.check(message)


def _check_mended(raw: bytes, tolerates: Set[str]) -> list[Finding]:
    """What is left to say of a message once its deviations are mended, at the lines it came with."""
    mended = fin_tolerant.mend(raw, tolerates)
    left = [replace(f, line=mended.line(f.line)) for f in fin.check_bytes(mended.raw)]
    return [*mended.deviations, *left]


def describe(raw: bytes) -> list[Described]:
    """The fields or elements of these bytes with their names; MessageError if unreadable.

    For people to look at: what departs from the standard is shown as well as can be.
    """
    raw = opened(raw)
    if is_xml(raw):
        return mx_answers.describe(raw)
    try:
        return fin.describe(raw)
    except MessageError:
        mended = fin_tolerant.mend(raw)
        if not mended.deviations:
            raise
        return fin.describe(mended.raw)


def opened(raw: bytes) -> bytes:
    """The message as its reader takes it: in plain bytes, a FIN message out of its DataPDU."""
    raw = encodings.plain(raw)
    return raw if raw[:1] == b"{" else datapdu.opened(raw)


def is_xml(raw: bytes) -> bool:
    """Whether plain bytes begin as a document."""
    return raw[:1] != b"{" and raw.lstrip(b" \t\r\n\x00")[:1] == b"<"
