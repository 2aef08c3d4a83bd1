"""API keys over HTTP: whose there are, and revoking one. They are made at the command line."""

from __future__ import annotations

from aiohttp import web

from gateway import people
from gateway.api import answers
from gateway.api.actions import Bare
from gateway.api.route import JSON, Call, Route, answer, missing
from gateway.clock import real_now
from store import keys

LISTED = ("prefix", "name", "person", "roles", "created_at", "disabled_at")


async def list_keys(call: Call) -> web.Response:
    """Every key that was ever made, without its secret."""
    async with call.core.pool.acquire() as db:
        rows = await keys.everyone(db)
    return answer({"keys": [{name: row[name] for name in LISTED} for row in rows]})


async def revoke_key(call: Call) -> web.Response:
    """No longer let this key in: its sessions end now, it opens nothing within two seconds."""
    prefix = call.request.match_info["prefix"]
    async with call.core.pool.acquire() as db:
        done = await people.disable_key(db, prefix, real_now(), call.client.person)
    if not done:
        raise missing("prefix", "no such key is in use; GET /v1/keys shows them", prefix)
    return answer({"prefix": prefix, "outcome": "revoked"})


ROUTES = (
    Route(
        "GET",
        "/v1/keys",
        "security",
        list_keys,
        "listKeys",
        "house",
        "Whose API keys there are, with their roles; never a secret",
        {200: answers.ApiKeys},
    ),
    Route(
        "POST",
        "/v1/keys/{prefix}/revoke",
        "security",
        revoke_key,
        "revokeKey",
        "house",
        "No longer let a key in; who signed in with it is signed out",
        {200: answers.Revoked},
        takes={JSON: Bare},
        key="required",
        refuses=("not_found",),
    ),
)
