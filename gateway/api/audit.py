"""The audit trail over HTTP: who did what, when, to what, and what it looked like before."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import AwareDatetime, Field

from gateway.api import answers
from gateway.api.cursors import lane, number, read_cursor, word, write_cursor
from gateway.api.route import Asked, Call, Route, answer
from gateway.handlers.told import person_id
from store import trail
from store.rows import Connection

LIMIT_MAX = 1000
Name = Annotated[str, Field(min_length=1, max_length=140)]


class Listed(Asked):
    """Which deeds; every filter must hold."""

    person: Annotated[Name | None, Field(description="who did it")] = None
    object: Annotated[
        Name | None,
        Field(description="what it was done to: an id, an upstream reference or a person's login"),
    ] = None
    type: Annotated[Name | None, Field(description="the event, as Approved or SignedIn")] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 100
    cursor: str | None = None


async def asked_of(db: Connection, said: Listed) -> trail.Asked:
    """The filters as the store asks them; an object nobody knows finds nothing."""
    objects: list[UUID] | None = None
    if said.object is not None:
        objects = [person_id(said.object), *await trail.named(db, said.object)]
        try:
            objects.append(UUID(said.object))
        except ValueError:
            pass  # a reference or a login, then
    after = None
    if said.cursor:
        at, in_lane, seq = read_cursor(said.cursor, (_moment, lane, number))
        after = (at, in_lane, seq)
    return trail.Asked(said.person, objects, said.type, said.since, said.until, after)


def _moment(value: object) -> datetime:
    at = datetime.fromisoformat(word(value))
    if at.tzinfo is None:
        raise ValueError("no zone")
    return at


async def list_deeds(call: Call) -> web.Response:
    """What people did, newest first."""
    said: Listed = call.query
    async with call.core.pool.acquire() as db:
        rows = await trail.deeds(db, await asked_of(db, said), said.limit + 1)
    page = rows[: said.limit]
    return answer(
        {
            "deeds": [deed(row) for row in page],
            "cursor": cursor_after(page[-1]) if len(rows) > said.limit else None,
        }
    )


def cursor_after(row: Any) -> str:
    """Where the trail goes on after this row."""
    return write_cursor([row["known_at"].isoformat(), row["lane"], row["seq"]])


def deed(row: Any) -> dict[str, Any]:
    """One deed as it is answered."""
    return {
        "at": row["known_at"],
        "person": row["actor"],
        "type": row["type"],
        "object": row["aggregate"],
        "reference": row["reference"],
        "portfolio": row["portfolio"] or None,
        "said": json.loads(row["payload"]),
        "lane": row["lane"],
        "seq": row["seq"],
        "hash": row["hash"],
    }


ROUTES = (
    Route(
        "GET",
        "/v1/audit",
        "auditor",
        list_deeds,
        "listDeeds",
        "house",
        "Who did what, when, and what it looked like before, from the chained log; newest first",
        {200: answers.AuditTrail},
        query=Listed,
    ),
)
