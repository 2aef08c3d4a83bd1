"""The verdict on FIN files of any length: the whole one on messages of usual size, field by field beyond.

A message too long to hold is far beyond what a network takes, which is said; the content of its
fields is still held against their formats, their order and presence are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from parsers import fin, fin_content, fin_envelope, fin_stream, findings
from parsers.fin_stream import Field, Message
from schemas.finding import Finding
from schemas.mt.rules import BY_CODE
from schemas.problem import MessageError, Problem

WHOLE_MAX = 1 << 18  # characters of a message that is still looked at as a whole


def verdict(file: BinaryIO) -> Iterator[Finding]:
    """Everything there is to say against the messages of a file, in the order they stand."""
    try:
        for message in fin_stream.messages(file):
            if isinstance(message, Message):
                yield from _of_message(message)
            else:
                words = "neither a FIN header nor a field stands here"
                where = f"block 1 line {message.line}"
                yield findings.of_problem(Problem(where, "H01", words, message.text))
    except MessageError as error:
        yield from (findings.of_problem(problem) for problem in error.problems)


def _of_message(message: Message) -> Iterator[Finding]:
    held: list[Field] = []
    size = 0
    for field in message.fields:
        held.append(field)
        size += len(field.value)
        if size > WHOLE_MAX:
            break
    else:
        if not any(fault.rule != "M50" for fault in message.faults):
            yield from _whole(message, held)
            return
    for field in chain(held, message.fields):
        fault = fin_content.fault(field.tag, field.value)
        if fault is not None:
            yield _of_field(field, fault, message.line)
    around = list(_around(message))
    yield from around
    said = {found.rule for found in around}
    for problem in message.faults:
        if problem.rule not in said:
            yield findings.of_problem(problem)


def _around(message: Message) -> Iterator[Finding]:
    """What is wrong before the text of a message that is not judged as a whole."""
    for found in fin_envelope.check((message.before + "\n-}").encode("latin-1", "replace")):
        yield replace(found, line=found.line + message.line - 1)


def _whole(message: Message, held: list[Field]) -> Iterator[Finding]:
    """A message put together again and judged as it would be alone."""
    text = "\n".join(f":{field.tag}:{field.value}" for field in held)
    body = f"\n{text}" if text and message.before else text
    raw = (message.before + body + message.after).encode("latin-1", "replace")
    for found in fin.check_bytes(raw):
        yield replace(found, line=found.line + message.line - 1)


def _of_field(field: Field, fault: fin_content.Fault, begins: int) -> Finding:
    before = field.value[: fault.offset]
    down = before.count("\n")
    column = len(before) - before.rfind("\n") if down else len(before) + len(field.tag) + 3
    line = field.line + down
    rule = BY_CODE[fault.rule]
    path = f"{field.path}/{field.tag}".lstrip("/")
    nak = f"{rule.code}{min(line - begins, 999):03d}"
    found = findings.of_rule(rule, path, line, column, fault.message, field.value[:200], nak)
    return replace(found, right=fin.right_of(rule, field.tag, field.value))
