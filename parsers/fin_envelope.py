"""A whole FIN message's blocks held against their tables: findings with line and column in the bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from parsers import encodings, findings
from parsers.fin_headers import (
    Fault,
    application,
    basic,
    interface,
    is_known,
    report,
    tags,
    trailer,
    user,
)
from schemas.finding import Finding
from schemas.mt.rules import BY_CODE

_HEAD = re.compile(
    r"\s*(?:\{1:([^{}]*)\}\s*)?(?:\{2:([^{}]*)\}\s*)?(?:\{3:((?:\{[^{}]*\})*)\}\s*)?\{4:"
)
_AFTER = re.compile(r"\s*\{(5|S):((?>(?:[^{}]++|\{[^{}]*+\})*))\}")
_SERVICE = re.compile(r"(?:\s*\{[^{}]*\})*\s*\}")
_MISPLACED = re.compile(r"(?:\{[^{}]*\})*\{(405:[^{}]*)\{108:[^{}]*\}[^{}]*\}*")
_PLAIN_END = re.compile(r"\n-\}(?:\{5:(?:\{CHK:[A-F0-9]{12}\})?(?:\{TNG:\})?(?:\{PDE:\})?\})?\s*\Z")
# an ordinary message to the network with nothing wrong around its text, but for its two BICs
_CLEAN = re.compile(
    r"\{1:F01([A-Z0-9]{8})[A-WYZ]([A-Z0-9]{3})[0-9]{10}\}"
    r"\{2:I[1-9][0-9]{2}([A-Z0-9]{8})X([A-Z0-9]{3})(?:N|U3)\}"
    r"(?:\{3:(?:\{108:[A-Za-z0-9/\-?:().,'+ ]{1,16}\})?"
    r"(?:\{121:[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}\})?\})?\{4:\n"
)


def check(raw: bytes) -> list[Finding]:
    """What is wrong around the text of the message in these bytes; nothing for one without headers."""
    text = encodings.fin_text(raw)
    clean = _CLEAN.match(text)
    if (
        clean is not None
        and _PLAIN_END.match(text, text.find("\n-}", clean.end() - 1))
        and is_known(clean[1] + clean[2])
        and is_known(clean[3] + clean[4])
    ):
        return []  # as most messages are: one look instead of many
    head = _HEAD.match(text)
    if head is None:
        return []
    found: list[Finding] = []
    type_, from_network = "", (head[2] or "").startswith("O")
    if head[1] is not None:
        found += _placed(text, head.start(1), "block 1", basic(head[1], from_network)[1])
    if head[2] is not None:
        value, faults = application(head[2])
        found += _placed(text, head.start(2), "block 2", faults)
        type_ = value.type if value else ""
    if head[3]:
        faults = user(head[3], type_, from_network)[1]
        found += _placed(text, head.start(3), "block 3", faults)
    if text.startswith("{", head.end()):
        kind = type_ if type_ and (head[1] or "")[:3] != "F21" else (head[1] or "")[:3]
        said, end = _service(text, head.end())
        found += _placed(text, head.end(), "block 4", said + _reported(text, head.end(), end, kind))
    else:
        end = text.find("\n-}", head.end() - 1) + 3
    while end > 2 and (block := _AFTER.match(text, end)):
        reads = trailer(block[2], from_network) if block[1] == "5" else interface(block[2])
        found += _placed(text, block.start(2), f"block {block[1]}", reads[1])
        end = block.end()
    return found


def _service(text: str, start: int) -> tuple[list[Fault], int]:
    """Where the tags of a service message end, and a brace that is not where it should be."""
    if misplaced := _MISPLACED.match(text, start):
        said = "108 stands inside 405"
        at = misplaced.start(1) - start
        return [Fault("service_brace", said, misplaced[1], at, "405")], misplaced.end()
    closed = _SERVICE.match(text, start)
    return [], closed.end() if closed else 0


def _reported(text: str, start: int, end: int, kind: str) -> list[Fault]:
    found, _ = tags(text[start:end].removesuffix("}"))
    columns = {tag: column for tag, _, column in found}
    return [
        fault._replace(column=columns.get(fault.tag, 0))
        for fault in report(kind, [(tag, value) for tag, value, _ in found])
    ]


def _placed(text: str, start: int, block: str, faults: Iterable[Fault]) -> Iterator[Finding]:
    """Faults of a block that begins here, as findings with line and column in the bytes."""
    line, seen, before = 1, 0, -1  # the line end before the place
    for fault in sorted(faults, key=lambda fault: fault.column):
        rule = BY_CODE[fault.rule]
        at = start + fault.column
        line += text.count("\n", seen, at)
        before = max(before, text.rfind("\n", seen, at))
        seen = at
        column = at - before
        path = f"{block}/{fault.tag}".rstrip("/")
        yield findings.of_rule(
            rule, path, line, column, fault.message, fault.value or None, rule.code
        )
