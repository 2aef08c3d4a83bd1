"""What a route declares, what a handler is given, and how bodies are read and answers written.

A Route has no default for its right: one that declares none cannot be made, nor registered.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway import problems
from gateway.identity import Client
from gateway.rights import Right
from schemas.problem import Problem, Refused

if TYPE_CHECKING:
    from gateway.core import Core

Shape = TypeVar("Shape", bound=BaseModel)
Handler = Callable[["Call"], Awaitable[web.StreamResponse]]
Schema = type[BaseModel] | dict[str, Any]
JSON = "application/json"


class Asked(BaseModel):
    """Parameters of an address; one that is not known is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Asked):
    """An address that takes no parameters."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One operation: where, who may, what it takes and what it answers."""

    method: Literal["GET", "POST"]
    path: str
    right: Right | Literal["anyone"]
    handler: Handler
    name: str  # its operationId
    tag: str
    summary: str
    answers: Mapping[int, Schema | str]  # a model or JSON schema, or a media type
    query: type[Asked] = Nothing
    takes: Mapping[str, Schema | None] = field(default_factory=dict)  # by media type
    key: Literal["none", "optional", "required"] = "none"  # Idempotency-Key
    refuses: tuple[str, ...] = ()  # codes beyond those every route may answer


@dataclass(slots=True)
class Call:
    """One request, authenticated and with its parameters read."""

    core: Core
    client: Client
    request: web.Request
    query: Any
    still_allowed: Callable[[], Awaitable[bool]]  # asked again by answers that stay open
    body: bytes = b""

    def id(self, name: str = "id") -> UUID:
        """The identifier in the path; an unreadable one names nothing."""
        text = self.request.match_info[name]
        try:
            return UUID(text)
        except ValueError:
            raise missing(name, "an identifier is a UUID", text) from None

    def number(self, name: str = "id") -> int:
        """The message number in the path."""
        text = self.request.match_info[name]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise missing(name, "a message is named by its number", text)
        return int(text)


def missing(path: str, message: str, value: object) -> Refused:
    """Nothing here goes by that name."""
    return Refused("not_found", [Problem(path, "unknown", message, str(value)[:60])])


def read_query(route: Route, request: web.Request) -> Asked:
    """The parameters, or Refused with every problem."""
    twice = [
        Problem(name, "repeated", "give it once", value)
        for name, value in request.query.items()
        if len(request.query.getall(name)) > 1
    ]
    if twice:
        raise Refused("query", twice)
    try:
        return route.query.model_validate(dict(request.query))
    except ValidationError as error:
        raise Refused("query", problems.of_validation(error)) from error


def read_body(shape: type[Shape], body: bytes) -> Shape:
    """The body as this model, or Refused with every problem; no JSON says where it stops."""
    try:
        read = shape.model_validate_json(body)
    except ValidationError as error:
        code = "malformed_json" if problems.is_malformed(error) else "invalid"
        raise Refused(code, problems.of_validation(error)) from error
    refuse_repeats(body)
    return read


def refuse_repeats(body: bytes) -> None:
    """Refused when an object names a field twice: the last would silently win over the others."""
    twice: list[Problem] = []

    def once(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) != len(pairs):
            names = Counter(name for name, _ in pairs)
            twice.extend(
                Problem(name, "repeated", f"stands {count} times in one object")
                for name, count in names.items()
                if count > 1
            )

    json.loads(body, object_pairs_hook=once, parse_int=str, parse_float=str)
    if twice:
        raise Refused("invalid", twice)


def text(value: object) -> str:
    """JSON text: decimals as strings, times in UTC."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def answer(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer."""
    body = text(value).encode(errors="replace")
    return web.Response(status=status, body=body, content_type=JSON, headers=headers)


def _plain(value: object) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | UUID():
            return str(value)
        case Enum():
            return value.value
        case bytes():
            return value.hex()
        case set() | frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an answer")
