"""What an error answers: a table from code to status, rendered as problem+json (RFC 9457)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.problem import Problem

MEDIA_TYPE = "application/problem+json"
VALUE_MAX = 60
BODY = "(body)"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its status, and what it means in a line."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "malformed_json": Kind(400, "The body is not JSON"),
    "malformed_form": Kind(400, "The form cannot be read"),
    "query": Kind(400, "The address has parameters that cannot be read"),
    "idempotency_key_missing": Kind(400, "This request needs an Idempotency-Key header"),
    "idempotency_key": Kind(400, "The Idempotency-Key header cannot be used"),
    "unauthenticated": Kind(401, "No valid API key was given"),
    "forbidden": Kind(403, "The key has no role that allows this"),
    "locked_out": Kind(403, "Too many wrong passwords"),
    "four_eyes": Kind(403, "Another person must do this"),
    "not_found": Kind(404, "There is no such thing here"),
    "unknown_link": Kind(404, "There is no such link"),
    "method_not_allowed": Kind(405, "This address does not take this method"),
    "conflict": Kind(409, "The reference was used before with other content"),
    "not_allowed": Kind(409, "The present state does not allow this"),
    "real_clock": Kind(409, "This gateway runs on the real clock"),
    "clock_back": Kind(409, "The clock does not go back"),
    "too_large": Kind(413, "The body is too large"),
    "media_type": Kind(415, "The body has a media type that is not taken here"),
    "invalid": Kind(422, "The content breaks rules"),
    "static_data": Kind(422, "The static data breaks rules; nothing was taken"),
    "workbook": Kind(422, "The workbook cannot be read; nothing was taken"),
    "idempotency_key_reused": Kind(422, "The Idempotency-Key was used with another request"),
    "internal": Kind(500, "Something went wrong on our side"),
    "overloaded": Kind(503, "The backlog is long; try again soon"),
    "outage": Kind(503, "A part of the gateway is out; try again soon"),
}
REFUSED = Kind(422, "Refused")
_AT = re.compile(r" at line (\d+) column (\d+)$")
_RULE = re.compile(r"\(([A-Z]\d{2})\)")


def kind(code: str) -> Kind:
    """The row of this code; one the table does not know is a refusal of the content."""
    return KINDS.get(code, REFUSED)


def body(
    code: str, instance: str, problems: Sequence[Problem] = (), detail: str | None = None
) -> dict[str, Any]:
    """The problem document, with every problem in it."""
    row = kind(code)
    return {
        "type": f"urn:finality:problem:{code}",
        "title": row.title,
        "status": row.status,
        "detail": detail or _detail(problems, row.title),
        "instance": instance,
        "errors": [error(problem) for problem in problems],
    }


def response(
    code: str,
    instance: str,
    problems: Sequence[Problem] = (),
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The problem document as an answer."""
    return web.Response(
        status=kind(code).status,
        body=json.dumps(body(code, instance, problems, detail), ensure_ascii=False).encode(
            errors="replace"
        ),
        content_type=MEDIA_TYPE,
        headers=headers,
    )


def error(problem: Problem) -> dict[str, str | None]:
    """One problem as it stands in `errors`."""
    return {
        "path": problem.path,
        "rule": problem.rule,
        "value": short(problem.value),
        "message": problem.message,
    }


def of_validation(error: ValidationError, path: Sequence[str | int] = ()) -> list[Problem]:
    """Every fault pydantic found, under the names a caller knows."""
    faults = error.errors(include_url=False, include_context=False)
    return [_fault(fault, path) for fault in faults]


def unreadable(message: str) -> Problem:
    """Where a JSON text stops being one."""
    text = message.removeprefix("Invalid JSON: ")
    at = _AT.search(text)
    path = f"line {at[1]} column {at[2]}" if at else BODY
    return Problem(path, "json", _AT.sub("", text))


def is_malformed(error: ValidationError) -> bool:
    """Whether the text was no JSON at all."""
    return any(fault["type"] == "json_invalid" for fault in error.errors(include_input=False))


def short(value: object) -> str | None:
    """A value as an error shows it: scalars only, cut to a line."""
    if value is None or isinstance(value, dict | list | tuple):
        return None
    text = str(value)
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"


def _fault(fault: ErrorDetails, path: Sequence[str | int]) -> Problem:
    where = ".".join(str(part) for part in (*path, *fault["loc"])) or BODY
    if fault["type"] == "json_invalid":
        return unreadable(fault["msg"])
    message = fault["msg"].removeprefix("Value error, ")
    value = None if fault["type"] == "missing" else short(fault["input"])
    return Problem(where, _rule(fault["type"], message), message, value)


def _rule(type_: str, message: str) -> str:
    named = _RULE.search(message)
    return named[1] if named else type_


def _detail(problems: Iterable[Problem], title: str) -> str:
    first, *more = [f"{p.path}: {p.message}" for p in problems] or [title]
    return f"{first} (and {len(more)} more)" if more else first
