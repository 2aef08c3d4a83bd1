"""The one engine that writes ISO 20022: rows of a message table and our fields to XML.

It knows no message. Which fields a message has, and the rules of its own, stand in its module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
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

SHAPES_MAX = 1_000  # of a table, by which fields have a value
TEXTS_MAX = 1_000  # of one element
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
    """A row, taken apart once; what its texts become is kept, as many come again and again."""

    parents: tuple[str, ...]
    element: str
    attribute: str
    names: tuple[str, ...]
    form: Form | None
    required: bool
    inside: _Program | None
    known: dict[str | date, str] = field(default_factory=dict, compare=False)

    def value(self, values: Mapping[str, Any]) -> Any:
        """What the fields say here; None where that is nothing."""
        found = values.get(self.names[0])
        for name in self.names[1:]:
            if found is None:
                return None
            found = found.get(name) if found.__class__ is dict else getattr(found, name)
        return None if found == () else found


class _Step(NamedTuple):
    """A line that has a value: the tags that open before it and the one that closes it."""

    line: _Line
    opening: str
    closing: str


class _Program:
    """The lines of a table, and which of them are written where these fields have a value."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._lines = tuple(_line(row) for row in rows)
        self._asked: dict[tuple[str, ...], tuple[_Line, ...]] = {}
        self._steps: dict[tuple[tuple[str, ...], tuple[bool, ...]], tuple[list[_Step], str]] = {}

    def lines(self, names: tuple[str, ...]) -> tuple[_Line, ...]:
        """Those that may say something where these fields do, and those that must."""
        found = self._asked.get(names)
        if found is None:
            some = frozenset(names)
            found = tuple(each for each in self._lines if each.required or each.names[0] in some)
            if len(self._asked) < SHAPES_MAX:
                self._asked[names] = found
        return found

    def steps(self, names: tuple[str, ...], said: tuple[bool, ...]) -> tuple[list[_Step], str]:
        """The lines that do say something, and what closes after the last."""
        known = self._steps.get((names, said))
        if known is None:
            steps: list[_Step] = []
            opened: tuple[str, ...] = ()
            for line, says in zip(self.lines(names), said, strict=True):
                if says:
                    tag = f"<{line.element}{f' {line.attribute}=' if line.attribute else '>'}"
                    before = _between(opened, line.parents)
                    opening = before + tag if line.inside is None else before
                    steps.append(_Step(line, opening, f"</{line.element}>\n"))
                    opened = line.parents
            known = steps, _between(opened, ())
            if len(self._steps) < SHAPES_MAX:
                self._steps[names, said] = known
        return known


def _line(row: Row) -> _Line:
    path, _, attribute = row.path.partition("@")
    *parents, element = path.split("/")
    names = tuple(row.field.split("."))
    if isinstance(row, Group):
        return _Line(tuple(parents), element, "", names, None, False, _Program(row.rows))
    return _Line(tuple(parents), element, attribute, names, row.form, row.required, None)


@dataclass(slots=True)
class _Writer:
    """The elements written so far, and everything that was wrong with them."""

    out: list[str]
    problems: list[Problem]

    def rows(self, program: _Program, values: Mapping[str, Any], at: str) -> None:
        """The rows that have a value, inside parents that open and close as the paths change."""
        names = tuple([name for name, value in values.items() if value is not None])
        lines = program.lines(names)
        found = [line.value(values) for line in lines]
        said = tuple([value is not None for value in found])
        steps, end = program.steps(names, said)
        texts = (value for value in found if value is not None)
        for (line, opening, closing), value in zip(steps, texts, strict=True):
            if line.inside is not None:
                self.out.append(opening)
                self._repeat(line, line.inside, value, at)
            else:
                self.out.append(f"{opening}{self._content(line, value, at)}{closing}")
        self.out.append(end)
        if len(steps) < len(lines):
            for line, value in zip(lines, found, strict=True):
                if value is None and line.required:
                    words = f"{'.'.join(line.names)} is needed"
                    self.problems.append(Problem(_path(at, line), "missing", words))

    def _repeat(
        self, line: _Line, inside: _Program, items: Iterable[dict[str, Any]], at: str
    ) -> None:
        for number, item in enumerate(items, start=1):
            self.out.append(f"<{line.element}>\n")
            self.rows(inside, item, f"{_path(at, line)}[{number}]")
            self.out.append(f"</{line.element}>\n")

    def _content(self, line: _Line, value: Any, at: str) -> str:
        """What stands between the tags, behind the rest of the opening one if it has an attribute."""
        if line.attribute:
            return f'"{value.currency}">{self._text(line, value.value, at)}'
        if value.__class__ is not str and value.__class__ is not date:
            return self._text(line, value, at)
        known = line.known.get(value)
        if known is None:
            wrong = len(self.problems)
            known = self._text(line, value, at)
            if len(line.known) >= TEXTS_MAX:
                line.known.clear()
            if len(self.problems) == wrong:
                line.known[value] = known
        return known

    def _text(self, line: _Line, value: Any, at: str) -> str:
        assert line.form is not None
        fault = line.form.fault(value)
        if fault is not None:
            rule, wrong = fault
            self.problems.append(Problem(_path(at, line), rule, wrong, text(value)))
        return escape(text(value))


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


PROGRAMS = {table.id: _Program(table.rows) for table in TABLES}
