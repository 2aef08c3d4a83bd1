"""The one engine that writes ISO 20022: rows of a message table and our fields to XML.

It knows no message. Which fields a message has, and the rules of its own, stand in its module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from builders import bah, mx_requests, pacs_008, pacs_009, sese_020, sese_023
from builders import datapdu as interface
from schemas.instruction import Instruction, Payment, Wire
from schemas.mx import catalogue, requests
from schemas.mx.notation import Form, Group, Message, Row, text
from schemas.mx.pacs_008 import PACS_008
from schemas.mx.pacs_009 import PACS_009
from schemas.mx.sese_020 import SESE_020
from schemas.mx.sese_023 import SESE_023
from schemas.problem import MessageError, Problem
from schemas.requests import Request

Body = Instruction | Payment | Request
Draft = tuple[Message, dict[str, Any], list[Problem]]

FORMATS: dict[str, Callable[[Any, Wire, str | None], Draft]] = {
    "sese.023": sese_023.draft,
    "sese.020": sese_020.draft,
    "pacs.008": pacs_008.draft,
    "pacs.009": pacs_009.draft,
    **{name: mx_requests.drafted(name) for name in mx_requests.BODIES},
}
TABLES = (SESE_020, SESE_023, PACS_008, PACS_009, *requests.TABLES)
CANCELLED_BY = {"sese.023": "sese.020"}

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")
_MESSAGE_ID = re.compile(rb'<Document xmlns="' + catalogue.NAMESPACE.encode() + rb'([a-z0-9.]+)"')
_SAA_FLAG = re.compile(rb"(IsPossibleDuplicate>)false(</)")
_FLAG = re.compile(rb"(<PssblDplct>)[a-z01]+(</PssblDplct>)")
_COVERED = b"<UndrlygCstmrCdtTrf>"
_CREATED = re.compile(rb"</CreDt>\n?")


def write(format: str, body: Body, wire: Wire, *, cancel_of: str | None = None) -> bytes:
    """The Document alone; MessageError with every problem when it must not be sent."""
    name = CANCELLED_BY.get(format, format) if cancel_of else format
    if name not in FORMATS:
        raise MessageError("unknown_format", [Problem("format", "unknown", "not built", format)])
    message, values, problems = FORMATS[name](body, wire, cancel_of)
    writer = _Writer([], problems)
    writer.rows(PROGRAMS[message.id], values, f"Document/{message.root}")
    if problems:
        raise MessageError("message_not_valid", problems)
    namespace = catalogue.NAMESPACE + message.id
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">\n'
        f"<{message.root}>\n{''.join(writer.out)}</{message.root}>\n</Document>\n"
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
    service = service or _service(document)
    header = bah.write(message_id(document), wire, created_at, service, possible_duplicate)
    body = _DECLARATION.sub(b"", document)
    return b"<BusinessMessage>\n" + header + body + b"</BusinessMessage>\n"


def datapdu(
    document: bytes,
    wire: Wire,
    *,
    created_at: datetime,
    service: str | None = None,
    possible_duplicate: bool = False,
) -> bytes:
    """The Document and its header in the envelope of the SWIFT interface (DOMAIN 4.9)."""
    name = message_id(document)
    service = service or _service(document)
    header = bah.write(name, wire, created_at, service, possible_duplicate)
    return interface.write(name, wire, header + _DECLARATION.sub(b"", document), possible_duplicate)


def _service(document: bytes) -> str | None:
    """A cover goes by a business service of its own."""
    return bah.COVER_SERVICE if _COVERED in document else None


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


@dataclass(slots=True)
class _Writer:
    """The elements written so far, and everything that was wrong with them."""

    out: list[str]
    problems: list[Problem]

    def rows(self, program: Iterable[_Line], values: dict[str, Any], at: str) -> None:
        """The rows that have a value, inside parents that open and close as the paths change."""
        opened: tuple[str, ...] = ()
        for line in program:
            value = values.get(line.field[0])
            if value is not None and len(line.field) > 1:
                value = _within(value, line.field)
            if value is None or value == ():
                if line.required:
                    self._missing(line, at)
                continue
            if line.parents != opened:
                self.out.append(_between(opened, line.parents))
                opened = line.parents
            if line.form is None:
                self._repeat(line, value, at)
            else:
                self._leaf(line, value, line.form, at)
        self.out.append(_between(opened, ()))

    def _missing(self, line: _Line, at: str) -> None:
        words = f"{'.'.join(line.field)} is needed"
        self.problems.append(Problem(_path(at, line), "missing", words))

    def _repeat(self, line: _Line, items: Iterable[dict[str, Any]], at: str) -> None:
        for number, item in enumerate(items, start=1):
            self.out.append(f"<{line.element}>\n")
            self.rows(line.inside, item, f"{_path(at, line)}[{number}]")
            self.out.append(f"</{line.element}>\n")

    def _leaf(self, line: _Line, value: Any, form: Form, at: str) -> None:
        shown, attribute = value, ""
        if line.attribute:
            shown, attribute = value.value, f' {line.attribute}="{value.currency}"'
        fault = form.fault(shown)
        if fault is not None:
            rule, wrong = fault
            self.problems.append(Problem(_path(at, line), rule, wrong, text(shown)))
        content = escape(text(shown))
        self.out.append(f"<{line.element}{attribute}>{content}</{line.element}>\n")


@cache
def _between(opened: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """The tags that close what is open and open what is wanted; the tables name few such pairs."""
    same = 0
    for left, entered in zip(opened, wanted, strict=False):
        if left != entered:
            break
        same += 1
    closing = (f"</{name}>\n" for name in reversed(opened[same:]))
    return "".join((*closing, *(f"<{name}>\n" for name in wanted[same:])))


def _path(at: str, line: _Line) -> str:
    return "/".join((at, *line.parents, line.element))


def _within(found: Any, field: tuple[str, ...]) -> Any:
    for name in field[1:]:
        if found is None:
            return None
        found = found.get(name) if type(found) is dict else getattr(found, name)
    return found


PROGRAMS = {table.id: _taken_apart(table.rows) for table in TABLES}
