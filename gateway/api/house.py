"""The house itself over HTTP: static data, the clock, links, health and metrics."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from datetime import date
from email import message_from_bytes, policy
from typing import Annotated, Any

import asyncpg
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gateway import problems
from gateway.api import answers
from gateway.api.route import JSON, Asked, Call, Route, answer, read_body
from gateway.clock import real_now
from gateway.handlers import importing
from schemas.dates import Day, Instant
from schemas.problem import Problem, Refused
from store import desk, queries, static

FORM = "multipart/form-data"
PLAIN_TEXT = "text/plain"
READY_SECONDS = 2.0
FILES: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
LINK = ("name", "transport", "format", "up", "detail", "last_in_at", "last_out_at")


class On(Asked):
    """Rows that hold on a date, or all of them."""

    on: Day | None = None
    key: Annotated[str | None, Field(description="the row's key, or how it begins")] = None


class Import(Asked):
    """Whether only to say what is wrong and what would change."""

    check: bool = False


class Clock(BaseModel):
    """Where to move virtual time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    now: Instant


# static data --------------------------------------------------------------------------------------


async def static_kinds(call: Call) -> web.Response:
    """The kinds of static data and how many rows each has."""
    async with call.core.pool.acquire() as db:
        version, rows = await static.version(db), await static.rows(db)
    counts = sorted(Counter(row.kind for row in rows).items())
    kinds = [{"kind": kind, "rows": count} for kind, count in counts]
    return answer({"version": version, "kinds": kinds})


async def static_rows(call: Call) -> web.Response:
    """The rows of one kind."""
    asked: On = call.query
    kind = call.request.match_info["kind"]
    async with call.core.pool.acquire() as db:
        version, rows = await static.version(db), await static.rows(db, kind)
    held = [row for row in rows if asked.key is None or row.key.startswith(asked.key)]
    if asked.on is not None:
        held = _held(held, asked.on)
    shown = [
        {
            "key": row.key,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "row": json.loads(row.body),
        }
        for row in held
    ]
    return answer({"version": version, "kind": kind, "rows": shown})


def _held(rows: list[static.StaticRow], on: date) -> list[static.StaticRow]:
    """The newest row of each key that began by this date, unless it ended before."""
    latest = {row.key: row for row in rows if row.valid_from <= on}
    return [row for row in latest.values() if row.valid_to is None or row.valid_to >= on]


async def import_static(call: Call) -> web.Response:
    """Take in a folder of CSV files, all or nothing."""
    files = _files(call)
    async with call.core.pool.acquire() as db:
        report = await importing.apply(db, files, call.client.person, real_now(), call.query.check)
    return answer(
        {
            "check": call.query.check,
            "added": report.added,
            "changed": report.changed,
            "same": report.same,
            "version": report.version,
        }
    )


def _files(call: Call) -> dict[str, bytes]:
    if call.request.content_type == FORM:
        return _form(call.request, call.body)
    try:
        given = FILES.validate_json(call.body)
    except ValidationError as error:
        code = "malformed_json" if problems.is_malformed(error) else "invalid"
        raise Refused(code, problems.of_validation(error)) from error
    return {name: content.encode() for name, content in given.items()}


def _form(request: web.Request, body: bytes) -> dict[str, bytes]:
    header = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n"
    form = message_from_bytes(header.encode(errors="replace") + body, policy=policy.HTTP)
    if not form.is_multipart():
        raise Refused(
            "malformed_form",
            [Problem(problems.BODY, "form", "there is no part between its boundaries")],
        )
    files: dict[str, bytes] = {}
    for part in form.iter_parts():
        name = part.get_filename() or part.get_param("name", "", header="content-disposition")
        content = part.get_payload(decode=True)
        files[str(name)] = content if isinstance(content, bytes) else b""
    return files


# clock, links, health -----------------------------------------------------------------------------


async def read_clock(call: Call) -> web.Response:
    """What time it is for the business."""
    return answer({"now": call.core.clock.now(), "virtual": call.core.clock.virtual})


async def move_clock(call: Call) -> web.Response:
    """Move virtual time forward."""
    await call.core.set_clock(read_body(Clock, call.body).now)
    return await read_clock(call)


async def links(call: Call) -> web.Response:
    """Every link: up or down, when it last spoke, what waits."""
    async with call.core.pool.acquire() as db:
        queues = await desk.queues(db)
    waiting: defaultdict[str, Any] = defaultdict(lambda: {"queued": 0, "oldest_at": None}, queues)
    lines = [
        {
            **{name: getattr(state, name) for name in LINK},
            "queued": waiting[state.name]["queued"],
            "oldest_unsent_at": waiting[state.name]["oldest_at"],
        }
        for state in call.core.link_states()
    ]
    return answer({"links": lines})


async def healthz(call: Call) -> web.Response:
    """The process answers."""
    return answer({"status": "ok"})


async def readyz(call: Call) -> web.Response:
    """Whether what is submitted now is worked: the database answers, every lane has a holder."""
    checks = {"database": "ok", "lanes": "ok"}
    try:
        async with asyncio.timeout(READY_SECONDS), call.core.pool.acquire() as db:
            if unheld := await queries.unheld_lanes(db):
                checks["lanes"] = f"{unheld} of {len(queries.LANES)} have no holder"
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        checks |= {"database": type(error).__name__, "lanes": "unknown"}
    for state in call.core.link_states():
        checks[f"link {state.name}"] = "up" if state.up else "down; its messages wait"
    ready = checks["database"] == checks["lanes"] == "ok"
    return answer({"ready": ready, "checks": checks}, 200 if ready else 503)


async def metrics(call: Call) -> web.Response:
    """Counters and gauges for Prometheus, summed over the worker processes."""
    return web.Response(
        body=call.core.metrics.text(),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )


_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
_REPORT = {
    "type": "object",
    "required": ["check", "added", "changed", "same", "version"],
    "properties": {
        "check": {"type": "boolean"},
        "added": _COUNTS,
        "changed": _COUNTS,
        "same": {"type": "integer"},
        "version": {"type": ["integer", "null"]},
    },
}
_FOLDER = {"type": "object", "additionalProperties": {"type": "string"}}
ROUTES = (
    Route(
        "GET",
        "/v1/static",
        "viewer",
        static_kinds,
        "listStaticKinds",
        "static data",
        "Kinds of static data",
        {200: answers.StaticKinds},
    ),
    Route(
        "GET",
        "/v1/static/{kind}",
        "viewer",
        static_rows,
        "listStaticRows",
        "static data",
        "Rows of one kind",
        {200: answers.StaticRows},
        query=On,
    ),
    Route(
        "POST",
        "/v1/static",
        "admin",
        import_static,
        "importStatic",
        "static data",
        "Take in a folder of CSV files, all or nothing; every fault by file, row and column",
        {200: _REPORT},
        query=Import,
        takes={JSON: _FOLDER, FORM: _FOLDER},
        key="required",
        refuses=("static_data", "malformed_form"),
    ),
    Route(
        "GET",
        "/v1/clock",
        "viewer",
        read_clock,
        "readClock",
        "house",
        "The business time",
        {200: answers.ClockState},
    ),
    Route(
        "POST",
        "/v1/clock",
        "admin",
        move_clock,
        "moveClock",
        "house",
        "Move virtual time forward; refused on a real clock",
        {200: answers.ClockState},
        takes={JSON: Clock},
        refuses=("real_clock", "clock_back"),
    ),
    Route(
        "GET",
        "/v1/links",
        "viewer",
        links,
        "listLinks",
        "house",
        "Links and what waits on them",
        {200: answers.Links},
    ),
    Route(
        "GET",
        "/healthz",
        "anyone",
        healthz,
        "healthz",
        "house",
        "The process answers",
        {200: answers.Health},
    ),
    Route(
        "GET",
        "/readyz",
        "anyone",
        readyz,
        "readyz",
        "house",
        "Whether what is submitted now would be worked",
        {200: answers.Ready, 503: answers.Ready},
    ),
    Route(
        "GET",
        "/metrics",
        "anyone",
        metrics,
        "metrics",
        "house",
        "For Prometheus",
        {200: PLAIN_TEXT},
    ),
)
