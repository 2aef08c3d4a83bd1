"""The one engine that writes ISO 20022: rows of a message table and our fields to XML.

It knows no message. Which fields a message has, and the rules of its own, stand in its module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from builders import bah, pacs_008, pacs_009, sese_020, sese_023
from builders import datapdu as interface
from schemas.instruction import Instruction, Payment, Wire
from schemas.mx import catalogue
from schemas.mx.notation import Form, Group, Message, Row, text
from schemas.problem import MessageError, Problem

Draft = tuple[Message, Mapping[str, Any], list[Problem]]

FORMATS: dict[str, Callable[[Any, Wire, str | None], Draft]] = {
    "sese.023": sese_023.draft,
    "sese.020": sese_020.draft,
    "pacs.008": pacs_008.draft,
    "pacs.009": pacs_009.draft,
}
CANCELLED_BY = {"sese.023": "sese.020"}

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")
_MESSAGE_ID = re.compile(rb'<Document xmlns="' + catalogue.NAMESPACE.encode() + rb'([a-z0-9.]+)"')
_SAA_FLAG = re.compile(rb"(IsPossibleDuplicate>)false(</)")
_FLAG = re.compile(rb"(<PssblDplct>)[a-z01]+(</PssblDplct>)")
_CREATED = re.compile(rb"</CreDt>\n?")


def write(
    format: str, body: Instruction | Payment, wire: Wire, *, cancel_of: str | None = None
) -> bytes:
    """The Document alone; MessageError with every problem when it must not be sent."""
    name = CANCELLED_BY.get(format, format) if cancel_of else format
    if name not in FORMATS:
        raise MessageError("unknown_format", [Problem("format", "unknown", "not built", format)])
    message, values, problems = FORMATS[name](body, wire, cancel_of)
    lines = list(_lines(_program(message), values, problems, f"Document/{message.root}"))
    if problems:
        raise MessageError("message_not_valid", problems)
    namespace = catalogue.NAMESPACE + message.id
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">\n'
        f"<{message.root}>\n{''.join(lines)}</{message.root}>\n</Document>\n"
    ).encode()


def envelope(
    document: bytes,
    wire: Wire,
    *,
    created_at: datetime,
    service: str | None = None,
    possible_duplicate: bool = False,
) -> bytes:
    """The Document with its business application header, in one element."""
    header = bah.write(message_id(document), wire, created_at, service, possible_duplicate)
    body = _DECLARATION.sub(b"", document)
    return b"<BusinessMessage>\n" + header + body + b"</BusinessMessage>\n"


def datapdu(
    document: bytes, wire: Wire, *, created_at: datetime, possible_duplicate: bool = False
) -> bytes:
    """The Document and its header in the envelope of the SWIFT interface (DOMAIN 4.9)."""
    name = message_id(document)
    header = bah.write(name, wire, created_at, None, possible_duplicate)
    return interface.write(name, wire, header + _DECLARATION.sub(b"", document), possible_duplicate)


def mark_possible_duplicate(raw: bytes) -> bytes:
    """The same message saying that it may have been sent before; a bare Document cannot say it."""
    marked = _SAA_FLAG.sub(rb"\1true\2", raw, count=1)
    if _FLAG.search(marked):
        return _FLAG.sub(rb"\1true\2", marked, count=1)
    return _CREATED.sub(rb"</CreDt>\n<PssblDplct>true</PssblDplct>\n", marked, count=1)


def message_id(document: bytes) -> str:
    """The id in the namespace of a Document that was built here."""
    found = _MESSAGE_ID.search(document)
    if found is None:
        raise ValueError("not a Document built here")
    return found[1].decode()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row, taken apart once."""

    parents: tuple[str, ...]
    element: str
    attribute: str
    field: tuple[str, ...]
    form: Form | None
    required: bool
    inside: tuple[_Line, ...]


@cache
def _program(message: Message) -> tuple[_Line, ...]:
    return _taken_apart(message.rows)


def _taken_apart(rows: Iterable[Row]) -> tuple[_Line, ...]:
    return tuple(_line(row) for row in rows)


def _line(row: Row) -> _Line:
    path, _, attribute = row.path.partition("@")
    *parents, element = path.split("/")
    field = tuple(row.field.split("."))
    if isinstance(row, Group):
        inside = _taken_apart(row.rows)
        return _Line(tuple(parents), element, "", field, None, False, inside)
    return _Line(tuple(parents), element, attribute, field, row.form, row.required, ())


def _lines(
    program: Iterable[_Line], values: Mapping[str, Any], problems: list[Problem], at: str
) -> Iterator[str]:
    """The rows that have a value, each inside its parents, which open and close as paths change."""
    opened: tuple[str, ...] = ()
    for line in program:
        value = _value(values, line.field)
        if value is None or value == ():
            if line.required:
                path = "/".join((at, *line.parents, line.element))
                problems.append(Problem(path, "missing", f"{'.'.join(line.field)} is needed"))
            continue
        yield from _moved(opened, line.parents)
        opened = line.parents
        if line.form is None:
            yield from _repeated(line, value, problems, at)
        else:
            yield _leaf(line, value, problems, at)
    yield from _moved(opened, ())


def _repeated(line: _Line, items: Any, problems: list[Problem], at: str) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        path = "/".join((at, *line.parents, f"{line.element}[{number}]"))
        yield f"<{line.element}>\n"
        yield from _lines(line.inside, item, problems, path)
        yield f"</{line.element}>\n"


def _leaf(line: _Line, value: Any, problems: list[Problem], at: str) -> str:
    shown = value.value if line.attribute else value
    fault = line.form.fault(shown) if line.form else None
    if fault is not None:
        rule, wrong = fault
        path = "/".join((at, *line.parents, line.element))
        problems.append(Problem(path, rule, wrong, text(shown)))
    attribute = f' {line.attribute}="{value.currency}"' if line.attribute else ""
    return f"<{line.element}{attribute}>{escape(text(shown))}</{line.element}>\n"


def _moved(opened: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[str]:
    same = 0
    while same < len(opened) and same < len(wanted) and opened[same] == wanted[same]:
        same += 1
    for name in reversed(opened[same:]):
        yield f"</{name}>\n"
    for name in wanted[same:]:
        yield f"<{name}>\n"


def _value(values: Mapping[str, Any], field: tuple[str, ...]) -> Any:
    found: Any = values
    for name in field:
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name)
        if found is None:
            return None
    return found
