"""The event feed: pages of the log by cursor, and a stream (SSE) that resumes where it broke.

Order is promised within a portfolio. A cursor is a place: a position per lane.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import asyncpg
import structlog
from aiohttp import web
from pydantic import Field

from gateway.api import answers
from gateway.api.cursors import read_place, write_place
from gateway.api.route import Asked, Call, Route, answer, text
from gateway.items import Overloaded
from store import events, queries

if TYPE_CHECKING:
    from gateway.core import Core
    from store.rows import Connection

log = structlog.get_logger()
PAGE = 500
ROUNDS_MAX = 20
STREAMS_MAX = 500
HEARTBEAT_SECONDS = 15.0
ASK_SECONDS = 2.0  # how soon a stream ends whose reader may see other things, or none, by now
BEAT_SECONDS = 0.1
NOW = "now"
PLAIN = (
    "lane",
    "seq",
    "portfolio",
    "aggregate",
    "type",
    "effective_on",
    "known_at",
    "cause",
    "actor",
    "hash",
)


class Followed(Asked):
    """From where, and which types."""

    after: Annotated[
        str,
        Field(
            description="the cursor of an earlier answer; `now` for the end; empty for the start"
        ),
    ] = ""
    types: Annotated[str | None, Field(description="event types, separated by commas")] = None
    portfolio: str | None = None

    def wants(self, row: Any) -> bool:
        """Whether this event was asked for."""
        return (self.types is None or row["type"] in self.types.split(",")) and (
            self.portfolio is None or row["portfolio"] == self.portfolio
        )


class Paged(Followed):
    """And how many at most."""

    limit: Annotated[int, Field(ge=1, le=PAGE)] = 100


@dataclass(slots=True)
class Streams:
    """The streams that are open now, so that they can be let go."""

    ending: asyncio.Event = field(default_factory=asyncio.Event)
    open: int = 0


STREAMS = web.AppKey("streams", Streams)


async def list_events(call: Call) -> web.Response:
    """Events beyond the cursor; with `more`, ask again at once."""
    asked: Paged = call.query
    async with call.core.pool.acquire() as db:
        place = await _place(db, asked.after)
        found: list[dict[str, Any]] = []
        more = True
        for _ in range(ROUNDS_MAX):
            rows = await queries.feed(db, place, PAGE)
            for index, row in enumerate(rows):
                place[row["lane"]] = row["seq"]
                if asked.wants(row):
                    found.append(_event(row, place))
                if len(found) == asked.limit:
                    more = index + 1 < len(rows) or len(rows) == PAGE
                    break
            else:
                more = len(rows) == PAGE
            if not more or len(found) == asked.limit:
                break
    return answer({"events": found, "cursor": write_place(place), "more": more})


async def stream(call: Call) -> web.StreamResponse:
    """The log from the cursor on, for as long as the reader stays."""
    asked: Followed = call.query
    streams = call.request.app[STREAMS]
    if streams.open >= STREAMS_MAX:
        raise Overloaded
    async with call.core.pool.acquire() as db:
        place = await _place(db, call.request.headers.get("Last-Event-ID") or asked.after)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    streams.open += 1
    try:
        await response.prepare(call.request)
        await response.write(b"retry: 1000\n\n")
        await _follow(call, response, streams, place)
    except (ConnectionResetError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as gone:
        log.debug("event_stream_ended", why=repr(gone))
    finally:
        streams.open -= 1
    return response


async def _follow(
    call: Call, response: web.StreamResponse, streams: Streams, place: dict[int, int]
) -> None:
    asked: Followed = call.query
    loop = asyncio.get_running_loop()
    spoke_at = asked_at = loop.time()
    while not streams.ending.is_set():
        async with call.core.pool.acquire() as db:
            rows = await queries.feed(db, place, PAGE)
        lines: list[bytes] = []
        for row in rows:
            place[row["lane"]] = row["seq"]
            if asked.wants(row):
                lines.append(_line(row, place))
        if loop.time() - asked_at >= ASK_SECONDS:  # however busy it is
            if not await call.still_allowed():
                return
            asked_at = loop.time()
        if not lines and loop.time() - spoke_at >= HEARTBEAT_SECONDS:
            lines.append(b": still here\n\n")
        if lines:
            await response.write(b"".join(lines))
            spoke_at = loop.time()
        if len(rows) < PAGE:
            await _pause(call.core, streams)


async def _pause(core: Core, streams: Streams) -> None:
    """Until something was committed or we stop; then a breath, so that many become one."""
    woken = asyncio.create_task(core.feed.wait(1.0))
    ending = asyncio.create_task(streams.ending.wait())
    try:
        await asyncio.wait({woken, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        woken.cancel()
        ending.cancel()
    if not streams.ending.is_set():
        await asyncio.sleep(BEAT_SECONDS)


async def _place(db: Connection, token: str) -> dict[int, int]:
    if not token:
        return {}
    if token == NOW:
        return await events.positions_now(db)
    return read_place(token)


def plain(row: Any) -> dict[str, Any]:
    """An event as every reader of the log gets it."""
    return {**{name: row[name] for name in PLAIN}, "payload": json.loads(row["payload"])}


def _event(row: Any, place: Mapping[int, int]) -> dict[str, Any]:
    return {"cursor": write_place(place), **plain(row)}


def _line(row: Any, place: Mapping[int, int]) -> bytes:
    event = _event(row, place)
    return f"id: {event['cursor']}\nevent: {row['type']}\ndata: {text(event)}\n\n".encode()


async def let_go(app: web.Application) -> None:
    """Open streams end before the server waits for its handlers."""
    app[STREAMS].ending.set()


ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/v1/events",
        "viewer",
        list_events,
        "listEvents",
        "events",
        "Events of the log beyond a cursor",
        {200: answers.Events},
        query=Paged,
    ),
    Route(
        "GET",
        "/v1/events/stream",
        "viewer",
        stream,
        "streamEvents",
        "events",
        "Events of the log as they are committed (SSE); resumes at Last-Event-ID",
        {200: "text/event-stream"},
        query=Followed,
    ),
)
