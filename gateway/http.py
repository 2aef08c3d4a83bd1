"""The HTTP API: its routes put together, each behind its role, every error as problem+json.

Deny by default: only a Route can be registered here, and a Route has a right. The desk's pages have
a door of their own (gateway/desk). One middleware turns what was raised into an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from gateway import idempotency, openapi, problems
from gateway.api import (
    actions,
    alarms,
    audit,
    books,
    exceptions,
    feed,
    house,
    instructions,
    keys,
    messages,
    proposals,
    static_data,
)
from gateway.api.route import JSON, Call, Route, answer, missing, read_query
from gateway.idempotency import Answer, Idempotency
from gateway.identity import Client, Keys
from gateway.items import Overloaded
from gateway.rights import scope_of
from gateway.runner import OUTAGES
from schemas.problem import Problem, Refused
from store import scope

if TYPE_CHECKING:
    from gateway.core import Core

log = structlog.get_logger()
NOBODY = Client("", "nobody", "nobody", frozenset())
WORK_SECONDS = 30.0
OUTAGE_RETRY_SECONDS = 2
API = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")
HTTP_ERRORS = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _openapi(call: Call) -> web.Response:
    """This document."""
    return answer(openapi.document(ROUTES))


async def _docs(call: Call) -> web.Response:
    """The document as a page; it needs nothing from the outside."""
    return web.Response(
        text=openapi.page(openapi.document(ROUTES)),
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


ROUTES: tuple[Route, ...] = (
    *instructions.ROUTES,
    *actions.ROUTES,
    *messages.ROUTES,
    *exceptions.ROUTES,
    *books.ROUTES,
    *feed.ROUTES,
    *static_data.ROUTES,
    *proposals.ROUTES,
    *alarms.ROUTES,
    *audit.ROUTES,
    *keys.ROUTES,
    *house.ROUTES,
    Route(
        "GET",
        "/openapi.json",
        "anyone",
        _openapi,
        "readOpenapi",
        "house",
        "This document",
        {200: {"type": "object"}},
    ),
    Route(
        "GET",
        "/docs",
        "anyone",
        _docs,
        "readDocs",
        "house",
        "This document as a page",
        {200: "text/html"},
    ),
)


def make_app(core: Core) -> web.Application:
    """The API over one gateway; the desk adds its pages to it."""
    app = web.Application(middlewares=[as_problems], client_max_size=core.settings.body_bytes_max)
    guard = Guard(core)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guard.door(route))
    app[feed.STREAMS] = feed.Streams()
    app.on_shutdown.append(feed.let_go)
    return app


class Guard:
    """What stands before every handler: key, role, parameters, body, Idempotency-Key."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.keys = Keys(core.pool)
        self.memory = Idempotency(core.pool, core.settings.idempotency_days)

    def door(self, route: Route) -> Handler:
        """The handler of a route for those who may."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            client = await self._admitted(route, request)

            mine = scope_of(client, self.core.static)

            async def still_allowed() -> bool:
                now = await self.keys.client(_key(request))
                return now is not None and scope_of(now, self.core.static) == mine

            call = Call(self.core, client, request, read_query(route, request), still_allowed)
            with scope.seeing(mine):
                if route.method == "GET":
                    return await route.handler(call)
                call.body = await self._body(route, request)
                async with asyncio.timeout(WORK_SECONDS):
                    return await self._worked(route, call)

        return guarded

    async def _admitted(self, route: Route, request: web.Request) -> Client:
        if route.right == "anyone":
            return NOBODY
        client = await self.keys.client(_key(request))
        if client is None:
            raise Refused("unauthenticated", [_no_key()])
        if not client.may(route.right):
            raise Refused("forbidden", [_no_role(route.right, client)])
        return client

    async def _body(self, route: Route, request: web.Request) -> bytes:
        length = request.content_length
        limit = self.core.settings.body_bytes_max
        if length is not None and length > limit:
            raise Refused("too_large", [_too_large(limit, length)])
        if (
            length != 0
            and "Content-Type" in request.headers
            and request.content_type not in route.takes
        ):
            raise Refused("media_type", [_no_media(route, request.content_type)])
        return await request.read()

    async def _worked(self, route: Route, call: Call) -> web.StreamResponse:
        if route.key == "none":
            return await route.handler(call)
        key = idempotency.read_key(
            call.request.headers.get(idempotency.HEADER), required=route.key == "required"
        )
        if key is None:
            return await route.handler(call)
        hash_ = idempotency.request_hash("POST", call.request.path_qs, call.body)
        asked = idempotency.Request(call.client.name, key, hash_)
        kept = await self.memory.once(asked, lambda: _kept(route, call))
        return _given(kept)


async def _kept(route: Route, call: Call) -> Answer:
    """The handler's answer as it can be given again; a refusal is one too."""
    try:
        response = await route.handler(call)
    except Refused as refused:
        response = problems.response(refused.code, call.request.path, refused.problems)
    body = response.text if isinstance(response, web.Response) else None
    return Answer(response.status, body or "")


def _given(kept: Answer) -> web.Response:
    media_type = JSON if kept.status < 400 else problems.MEDIA_TYPE
    headers = {"Idempotency-Replayed": "true"} if kept.again else None
    return web.Response(
        status=kept.status, body=kept.body.encode(), content_type=media_type, headers=headers
    )


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What was raised, as the problem document it answers."""
    try:
        _no_nul(request)
        return await handler(request)
    except Refused as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.code == "unauthenticated" else None
        return problems.response(refused.code, request.path, refused.problems, headers=headers)
    except Overloaded as busy:
        return _later(request, "overloaded", busy.retry_after_seconds)
    except web.HTTPException as error:
        if error.status not in HTTP_ERRORS or not _for_programs(request):
            raise
        return _http_error(request, error)
    except OUTAGES as outage:
        log.warning("outage", path=request.path, error=repr(outage))
        return _later(request, "outage", OUTAGE_RETRY_SECONDS)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("bug", path=request.path, method=request.method)
        return problems.response("internal", request.path)


def _no_nul(request: web.Request) -> None:
    """Refused when the address holds a NUL: no text of ours does, and no database takes it."""
    if "\0" in request.path:
        raise missing("path", "no address holds a NUL", request.path)
    if found := [name for name, value in request.query.items() if "\0" in name + value]:
        message = "no parameter holds a NUL"
        raise Refused("query", [Problem(name, "nul", message) for name in found])


def _http_error(request: web.Request, error: web.HTTPException) -> web.Response:
    code = HTTP_ERRORS[error.status]
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        limit = request.client_max_size
        return problems.response(code, request.path, [_too_large(limit, None)])
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    detail = f"{request.method} {request.path}: {problems.kind(code).title.lower()}"
    return problems.response(code, request.path, detail=detail, headers=headers)


def _later(request: web.Request, code: str, seconds: int) -> web.Response:
    return problems.response(code, request.path, headers={"Retry-After": str(seconds)})


def _for_programs(request: web.Request) -> bool:
    return request.path.startswith(API) or "text/html" not in request.headers.get("Accept", "")


def _key(request: web.Request) -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _no_key() -> Problem:
    return Problem("Authorization", "key", "send a key in use: Authorization: Bearer KEY")


def _no_role(role: str, client: Client) -> Problem:
    mine = ", ".join(sorted(client.roles))
    return Problem("Authorization", "role", f"needs the role {role}; this key has {mine}", role)


def _no_media(route: Route, given: str) -> Problem:
    return Problem("Content-Type", "media_type", f"send {' or '.join(route.takes)}", given)


def _too_large(limit: int, length: int | None) -> Problem:
    given = None if length is None else str(length)
    return Problem(problems.BODY, "size", f"at most {limit} bytes", given)
