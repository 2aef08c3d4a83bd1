"""FIN files too big to be read at once, at the command line: what they say, one row after another."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from parsers import fin_entries, fin_stream, fin_stream_verdict
from parsers.fin_stream import Field, Message
from schemas.problem import Problem

BIG = 16 * 1024 * 1024  # bytes; what is smaller is read at once, with everything there is to say
STATEMENTS = frozenset({"940", "941", "942", "950"})
HOLDINGS = frozenset({"535"})


def is_big(file: Path) -> bool:
    """Whether this is a file of FIN beyond that size; a file that is not there is not big."""
    try:
        if file.stat().st_size < BIG:
            return False
        with file.open("rb") as opened:
            return not opened.read(200).lstrip(b"\xef\xbb\xbf \r\n\t\x00").startswith(b"<")
    except OSError:
        return False


def rows(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Each message, then what it holds, then what is wrong with it; MessageError at no end of a field."""
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


def findings(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Everything there is to say against the messages of a file."""
    return (dataclasses.asdict(found) for found in fin_stream_verdict.verdict(file))


def text(row: dict[str, Any]) -> str:
    """A row for a person."""
    if (problem := row.get("problem")) is not None:
        return f"  ! {problem['path']} {problem['rule']}: {problem['message']}"
    if (name := row.get("message")) is not None:
        return f"{name} (line {row['line']})"
    said = {key: value for key, value in row.items() if key not in ("line", "path")}
    [(kind, value), *more] = said.items()
    if isinstance(value, dict):
        shown = " ".join(_short(v) for key, v in value.items() if v and key != "line")
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
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return " / ".join(shown.split("\n"))
