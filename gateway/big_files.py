"""Files too big to be read at once, at the command line: what they say, one row after another."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import parsers
from parsers import (
    encodings,
    fin_entries,
    fin_stream,
    fin_stream_verdict,
    mx,
    mx_entries,
    mx_stream,
    mx_stream_verdict,
)
from parsers.fin_stream import Field, Message
from parsers.mx_stream import Unit
from schemas.money import Money
from schemas.mx.compiler import Fault, Schemas
from schemas.problem import MessageError, Problem

BIG = 16 * 1024 * 1024  # bytes; what is smaller is read at once, with everything there is to say
STATEMENTS = frozenset({"940", "941", "942", "950"})
HOLDINGS = frozenset({"535"})
# what the units of an ISO 20022 report are called
KINDS = {
    "Ntry": "entry",
    "TxDtls": "detail",
    "BalForAcct": "holding",
    "BalForSubAcct": "holding",
    "Tx": "transaction",
    "Txs": "transaction",
}


def is_big(file: Path) -> bool:
    """Whether a file is beyond that size and of a kind that is streamed; one that is not there is not."""
    try:
        if file.stat().st_size < BIG:
            return False
        with file.open("rb") as opened:
            head = opened.read(mx_stream.HEAD_MAX)
    except OSError:
        return False
    return not _is_xml(head) or (mx_stream.message_id(head) or "")[:8] in mx_stream.UNITS


def _is_xml(head: bytes) -> bool:
    return parsers.is_xml(encodings.plain(head))


def _name_of(file: BinaryIO) -> str:
    """The ISO 20022 message a file begins, '' for FIN."""
    head = file.read(mx_stream.HEAD_MAX)
    file.seek(0)
    return (mx_stream.message_id(head) or "") if _is_xml(head) else ""


def rows(file: BinaryIO, schemas: Schemas) -> Iterator[dict[str, Any]]:
    """Each message, then what it holds, then what is wrong with it; MessageError where reading ends."""
    name = _name_of(file)
    return _mx_rows(file, name, schemas) if name else _fin_rows(file)


def _mx_rows(file: BinaryIO, name: str, schemas: Schemas) -> Iterator[dict[str, Any]]:
    decoder = mx_entries.Decoder(schemas.outline(name))
    yield {"line": 1, "message": name}
    try:
        for event in mx_stream.events(file, name, schemas.schema(name)):
            if isinstance(event, Fault):
                where = f"(document) line {event.line}"
                fault = Problem(where, event.rule, event.message, event.value)
                yield {"line": event.line, "problem": dataclasses.asdict(fault)}
            else:
                if isinstance(event, Unit):
                    kind = KINDS[mx.local(event.node)]
                else:
                    kind = type(event).__name__.lower()
                line = mx.line_of(event.node)
                values = decoder.values(event.node)
                yield {"line": line, kind: {key: _plain(each) for key, each in values.items()}}
    except MessageError as error:
        for fault in error.problems:
            yield {"line": _line(fault), "problem": dataclasses.asdict(fault)}


def _fin_rows(file: BinaryIO) -> Iterator[dict[str, Any]]:
    for message in fin_stream.messages(file):
        if not isinstance(message, Message):
            fault = Problem(f"line {message.line}", "H01", "no message begins here", message.text)
            yield {"line": message.line, "problem": dataclasses.asdict(fault)}
            continue
        yield {"line": message.line, "message": _name(message.type)}
        for each in _contents(message):
            if isinstance(each, Problem):
                yield {"line": _line(each), "problem": dataclasses.asdict(each)}
            elif isinstance(each, Field):
                yield {"line": each.line, "field": each.tag, "path": each.path, "value": each.value}
            else:
                yield {"line": each.line, type(each).__name__.lower(): _plain(each)}
        for fault in message.faults:
            yield {"line": _line(fault), "problem": dataclasses.asdict(fault)}


def findings(file: BinaryIO, schemas: Schemas) -> Iterator[dict[str, Any]]:
    """Everything there is to say against the messages of a file."""
    name = _name_of(file)
    found = (
        mx_stream_verdict.verdict(file, name, schemas) if name else fin_stream_verdict.verdict(file)
    )
    return (dataclasses.asdict(each) for each in found)


def text(row: dict[str, Any]) -> str:
    """A row for a person."""
    if (problem := row.get("problem")) is not None:
        return f"  ! {problem['path']} {problem['rule']}: {problem['message']}"
    if (name := row.get("message")) is not None:
        return f"{name} (line {row['line']})"
    said = {key: value for key, value in row.items() if key not in ("line", "path")}
    [(kind, value), *more] = said.items()
    if isinstance(value, dict):
        named = "line" not in value  # of ISO 20022, where any element may be there
        shown = " ".join(
            f"{key.rpartition('/')[2]}={_short(v)}" if named else _short(v)
            for key, v in value.items()
            if (named or v) and key != "line"
        )
        return f"  {row['line']:>8}  {kind:<8} {shown}"
    return f"  {row['line']:>8}  {value:<8} {_short(more[0][1])}"


def _contents(message: Message) -> Iterable[Any]:
    if message.type in STATEMENTS:
        return fin_entries.statement(message.fields)
    if message.type in HOLDINGS:
        return fin_entries.holdings(message.fields)
    return message.fields


def _name(type_: str) -> str:
    return f"MT{type_}" if type_.isdigit() else type_ or "message of unknown type"


def _line(problem: Problem) -> int:
    last = problem.path.rpartition("line ")[2]
    return int(last) if last.isdigit() else 1


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return f"{value.currency} {value.amount:f}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | time) else value


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return " / ".join(shown.split("\n"))
