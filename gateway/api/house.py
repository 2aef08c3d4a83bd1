"""The house itself over HTTP: static data, the clock, links, health and metrics."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from gateway.api import answers
from gateway.api.route import JSON, Call, Route, answer, read_body
from schemas.dates import Instant
from store import desk, queries

PLAIN_TEXT = "text/plain"
READY_SECONDS = 2.0
LINK = ("name", "transport", "format", "up", "detail", "last_in_at", "last_out_at")


class Clock(BaseModel):
    """Where to move virtual time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    now: Instant


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


ROUTES = (
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
