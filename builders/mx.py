"""The one engine that writes ISO 20022: rows of a message table and our fields to XML.

It knows no message. Which fields a message has, and the rules of its own, stand in its module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from builders import bah, mx_requests, pacs_008, pacs_009, sese_020, sese_023
from builders import datapdu as interface
from schemas.instruction import Instruction, Payment, Wire
from schemas.mx import catalogue, requests
from schemas.mx.notation import Form, Group, Message, Passing, Row, text
from schemas.mx.pacs_008 import PACS_008
from schemas.mx.pacs_009 import PACS_009
from schemas.mx.sese_020 import SESE_020
from schemas.mx.sese_023 import SESE_023
from schemas.problem import MessageError, Problem
from schemas.requests import Request

Body = Instruction | Payment | Request
Draft = tuple[Message, dict[str, Any], list[Problem]]
Getter = Callable[[Any], tuple[Any, ...]]

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
LASTING = frozenset({str, date})  # kept with their text: equal values of these are written alike
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
    content = _Writer(problems).rows(PROGRAMS[message.id], values, f"Document/{message.root}")
    if problems:
        raise MessageError("message_not_valid", problems)
    namespace = catalogue.NAMESPACE + message.id
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">\n'
        f"<{message.root}>\n{content}</{message.root}>\n</Document>\n"
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
    known: dict[Any, str] = field(default_factory=dict, compare=False)

    def place(self) -> str:
        """Its tags, with a place for what stands between them; a group brings its own."""
        if self.inside is not None:
            return "%s"
        opening = f"<{self.element} {self.attribute}=" if self.attribute else f"<{self.element}>"
        return f"{opening}%s</{self.element}>\n"

    def recall(self) -> Callable[[Any], str | None]:
        """What is written of a value without a closer look; None where it needs one."""
        if self.form is None:
            return _unknown
        if not isinstance(self.form, Passing):
            return self.known.get
        plainly = self.form.plainly
        return _with_currency(plainly) if self.attribute else plainly

    def keep(self, value: Any, written: str) -> None:
        """What is known of a value from now on."""
        if isinstance(self.form, Passing):
            return
        if len(self.known) >= TEXTS_MAX:
            self.known.clear()
        self.known[value] = written


class _Reader:
    """The values at some dotted names, and of the objects on the way, read in a few calls."""

    def __init__(self, names: Iterable[tuple[str, ...]]) -> None:
        below: dict[str, list[tuple[str, ...]]] = {}
        for first, *rest in names:
            below.setdefault(first, [])
            if rest:
                below[first].append(tuple(rest))
        self._firsts = tuple(below)
        self._items = _all_of(itemgetter, self._firsts)
        self._attributes = _all_of(attrgetter, self._firsts)
        self._inner = [(at, _Reader(rest)) for at, rest in enumerate(below.values()) if rest]
        self.names: list[tuple[str, ...]] = [(first,) for first in self._firsts]
        for at, inner in self._inner:
            self.names += [(self._firsts[at], *name) for name in inner.names]

    def __call__(self, values: Mapping[str, Any]) -> list[Any]:
        """A value for each of `names`; None below what is not there."""
        found = [*self._items(values)]
        for at, inner in self._inner:
            found += inner._of(found[at])
        return found

    def _of(self, said: Any) -> list[Any]:
        if said is None:
            return [None] * len(self.names)
        if said.__class__ is dict:
            return self({**dict.fromkeys(self._firsts), **said})
        found = [*self._attributes(said)]
        for at, inner in self._inner:
            found += inner._of(found[at])
        return found


class _Shape(NamedTuple):
    """What is written where just these lines say something: a text with a place for each of them."""

    template: str
    pick: Getter
    lines: tuple[tuple[_Line, Callable[[Any], str | None]], ...]
    missing: tuple[_Line, ...]


_Shapes = dict[tuple[bool, ...], _Shape]  # by which values are there


class _Program:
    """The lines of a table, and which of them are written where these fields have a value."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._lines = tuple(_line(row) for row in rows)
        self._readers: dict[tuple[str, ...], tuple[_Reader, _Shapes]] = {}
        self._kept = 0

    def read(self, values: Mapping[str, Any]) -> tuple[_Shape, tuple[Any, ...]]:
        """The shape of a message with these values, and those that it writes, in its order."""
        names = tuple([name for name, value in values.items() if value is not None])
        reader, shapes = self._readers.get(names) or self._reader(names)
        found = reader(values)
        said = tuple([value is not None for value in found])
        shape = shapes.get(said) or self._shape(reader, shapes, said)
        return shape, shape.pick(found)

    def _reader(self, names: tuple[str, ...]) -> tuple[_Reader, _Shapes]:
        """Of the lines that may say something where these fields do, and the shapes they have."""
        some = frozenset(names)
        reader = _Reader(line.names for line in self._lines if line.names[0] in some)
        shapes: _Shapes = {}
        if len(self._readers) < SHAPES_MAX:
            self._readers[names] = reader, shapes
        return reader, shapes

    def _shape(self, reader: _Reader, shapes: _Shapes, said: tuple[bool, ...]) -> _Shape:
        at = {
            name: n for n, (name, says) in enumerate(zip(reader.names, said, strict=True)) if says
        }
        lines = tuple(line for line in self._lines if line.names in at)
        parts: list[str] = []
        opened: tuple[str, ...] = ()
        for line in lines:
            parts += (_between(opened, line.parents), line.place())
            opened = line.parents
        shape = _Shape(
            template="".join((*parts, _between(opened, ()))),
            pick=_all_of(itemgetter, [at[line.names] for line in lines]),
            lines=tuple((line, line.recall()) for line in lines),
            missing=tuple(each for each in self._lines if each.required and each.names not in at),
        )
        if self._kept < SHAPES_MAX:
            self._kept += 1
            shapes[said] = shape
        return shape


def _all_of(kind: Callable[..., Getter], keys: Sequence[Any]) -> Getter:
    """The values at these keys as a tuple, also of one key and of none."""
    if len(keys) > 1:
        return kind(*keys)
    return lambda found: tuple([kind(key)(found) for key in keys])


def _with_currency(plainly: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """The same of an amount: behind its currency, which the opening tag ends with."""

    def amount(value: Any) -> str | None:
        written = plainly(value.value)
        return written and f'"{value.currency}">{written}'

    return amount


def _unknown(value: Any) -> None:
    """Nothing is known of a value that is not kept."""


def _line(row: Row) -> _Line:
    path, _, attribute = row.path.partition("@")
    *parents, element = path.split("/")
    names = tuple(row.field.split("."))
    if isinstance(row, Group):
        return _Line(tuple(parents), element, "", names, None, False, _Program(row.rows))
    return _Line(tuple(parents), element, attribute, names, row.form, row.required, None)


@dataclass(slots=True)
class _Writer:
    """Writes elements, and collects everything that is wrong with them."""

    problems: list[Problem]

    def rows(self, program: _Program, values: Mapping[str, Any], at: str) -> str:
        """The rows that have a value, inside parents that open and close as the paths change."""
        shape, found = program.read(values)
        for line in shape.missing:
            words = f"{'.'.join(line.names)} is needed"
            self.problems.append(Problem(_path(at, line), "missing", words))
        return shape.template % tuple(
            [
                recall(value) or self._content(line, value, at)
                for (line, recall), value in zip(shape.lines, found, strict=True)
            ]
        )

    def _content(self, line: _Line, value: Any, at: str) -> str:
        """What stands between the tags, behind the rest of the opening one if it has an attribute."""
        if line.inside is not None:
            return self._repeat(line, line.inside, value, at)
        if line.attribute:
            return f'"{value.currency}">{self._text(line, value.value, at)}'
        wrong = len(self.problems)
        written = self._text(line, value, at)
        if value.__class__ in LASTING and len(self.problems) == wrong:
            line.keep(value, written)
        return written

    def _repeat(
        self, line: _Line, inside: _Program, items: Iterable[dict[str, Any]], at: str
    ) -> str:
        return "".join(
            f"<{line.element}>\n{self.rows(inside, item, f'{_path(at, line)}[{number}]')}</{line.element}>\n"
            for number, item in enumerate(items, start=1)
        )

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
