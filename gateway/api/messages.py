"""Messages over HTTP: deliver a raw inbound payload, and read what is stored, raw and parsed."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

import parsers
import parsers.containers
from gateway import messages as verdicts
from gateway import problems
from gateway.api import answers, cases
from gateway.api.cursors import number, read_cursor, write_cursor
from gateway.api.route import Asked, Call, Route, answer, missing
from schemas.problem import MessageError, Problem, Refused
from store import desk, queries, scope

if TYPE_CHECKING:
    from schemas.mx.compiler import Schemas

BYTES = "application/octet-stream"
TEXTS = ("text/plain", "application/xml", "text/xml", BYTES)
LINE = (
    "id",
    "direction",
    "link",
    "stored_at",
    "type",
    "reference",
    "state",
    "instruction",
    "reason",
    "seen",
)


class Delivered(Asked):
    """Which link the payload came over."""

    link: Annotated[str, Field(min_length=1, max_length=35)]


class Listed(Asked):
    """Which messages; every filter must hold."""

    link: str | None = None
    direction: Literal["in", "out"] | None = None
    state: Annotated[str | None, Field(description="e.g. parked, answered")] = None
    reference: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: str | None = None


class Judged(Asked):
    """How much is checked."""

    schema_only: bool = False
    tolerates: Annotated[
        str | None, Field(description="deviations to mend and tell, such as dev_decimal, or all")
    ] = None


class Translating(Asked):
    """Into which standard; the other one if nothing is said."""

    to: Literal["mt", "mx"] | None = None


async def deliver(call: Call) -> web.Response:
    """Store a payload of one or many messages; when this answers they are safe."""
    link = call.query.link
    bodies = [item.body for item in parsers.containers.unpack(call.body)]
    if not bodies:
        raise Refused("invalid", [Problem(problems.BODY, "empty", "there is no message in it")])
    fresh = set(await call.core.receive(link, call.body))
    keys = [hashlib.sha256(body).digest() for body in bodies]
    with scope.seeing(None):  # what they brought themselves, whosever it is
        async with call.core.pool.acquire() as db:
            ids = await queries.stored_under(db, link, keys)
    stored = [
        {"id": ids[key], "outcome": "stored" if ids[key] in fresh else "repeat"}
        for key in dict.fromkeys(keys)
        if key in ids
    ]
    return answer({"messages": stored}, 201)


async def list_messages(call: Call) -> web.Response:
    """Stored messages, newest first."""
    asked: Listed = call.query
    before = read_cursor(asked.cursor, (number,))[0] if asked.cursor else None
    async with call.core.pool.acquire() as db:
        rows = await queries.messages(
            db, asked.link, asked.direction, asked.state, asked.reference, before, asked.limit + 1
        )
    page = rows[: asked.limit]
    cursor = write_cursor([page[-1]["id"]]) if len(rows) > asked.limit else None
    lines = [{name: row[name] for name in LINE} for row in page]
    return answer({"messages": lines, "cursor": cursor})


async def read_message(call: Call) -> web.Response:
    """One message with its fields and meaning, or its exact bytes for who accepts octets."""
    id_ = call.number()
    async with call.core.pool.acquire() as db:
        row = await desk.message(db, id_)
    if row is None:
        raise missing("id", "there is no such message", id_)
    raw: bytes = row["body"]
    if call.request.headers.get("Accept", "").startswith(BYTES):
        return web.Response(body=raw, content_type=BYTES)
    meaning, found = read(raw, call.core.schemas, call.core.tolerated_of(row["link"]))
    return answer(
        {
            **{name: row[name] for name in LINE},
            "raw": cases.shown(raw),
            "bytes": len(raw),
            "fields": cases.described(raw),
            "meaning": meaning if row["direction"] == "in" else None,
            "problems": found if row["direction"] == "in" else [],
            "repairs": row["repairs"],
            "repaired_as": row["repaired_as"],
            "authenticated_by": row["authenticated_by"],
        }
    )


def read(
    raw: bytes, schemas: Schemas, tolerated: frozenset[str]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """What a message says, or why it cannot be read."""
    try:
        said = parsers.answer(raw, schemas, tolerates=tolerated)
    except MessageError as error:
        return None, [problems.error(p) for p in error.problems]
    return {"kind": type(said).__name__, **dataclasses.asdict(said)}, []


async def validate(call: Call) -> web.Response:
    """The verdict on a payload of one or many messages; nothing of it is stored."""
    asked: Judged = call.query
    tolerated = verdicts.tolerated(asked.tolerates)
    found = await asyncio.to_thread(verdicts.validate_all, call.body, asked.schema_only, tolerated)
    count = len(parsers.containers.unpack(call.body))
    valid = not any(f["severity"] == "error" for f in found)
    return answer({"valid": valid, "messages": count, "findings": found})


async def translate(call: Call) -> web.Response:
    """A payload in the other standard, with a receipt for every element; nothing of it is stored."""
    asked: Translating = call.query
    made = await asyncio.to_thread(verdicts.translate_all, call.body, asked.to)
    return answer({"messages": [verdicts.translated(each) for each in made]})


ROUTES = (
    Route(
        "POST",
        "/v1/messages/translate",
        "viewer",
        translate,
        "translateMessages",
        "messages",
        "Translate between FIN and ISO 20022: the message, what became of each element, the verdict",
        {200: answers.TranslatedMany},
        query=Translating,
        takes=dict.fromkeys(TEXTS),
        refuses=("empty", "not_translatable"),
    ),
    Route(
        "POST",
        "/v1/messages/validate",
        "viewer",
        validate,
        "validateMessages",
        "messages",
        "Check messages without storing them: every finding with its rule, place and what would be right",
        {200: answers.Verdict},
        query=Judged,
        takes=dict.fromkeys(TEXTS),
        refuses=("empty",),
    ),
    Route(
        "POST",
        "/v1/messages",
        "link",
        deliver,
        "deliverMessages",
        "messages",
        "Deliver the raw bytes of one inbound message or of many packed together",
        {201: answers.ReceivedMany},
        query=Delivered,
        takes=dict.fromkeys(TEXTS),
        refuses=("unknown_link",),
    ),
    Route(
        "GET",
        "/v1/messages",
        "viewer",
        list_messages,
        "listMessages",
        "messages",
        "List stored messages, newest first",
        {200: answers.MessageLines},
        query=Listed,
    ),
    Route(
        "GET",
        "/v1/messages/{id}",
        "viewer",
        read_message,
        "readMessage",
        "messages",
        "Read one message: text, fields, meaning; its bytes with Accept: application/octet-stream",
        {200: answers.Message},
    ),
)
