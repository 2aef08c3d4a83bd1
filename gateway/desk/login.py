"""Who sits in front of the desk: one-time links, sessions in a cookie, tokens of forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from gateway.clock import real_now
from gateway.identity import Client
from store import sessions
from store.rows import Connection, Pool

COOKIE = "finality_session"
LINK_MINUTES = 10
SESSION_HOURS = 12


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in person: who, and the token that proves a form came from our own page."""

    client: Client
    token: str


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


async def one_time_link(pool: Pool, prefix: str, base_url: str, now: datetime) -> str:
    """An address that opens the desk once, as this key's holder; ten minutes of real `now`."""
    token = secrets.token_urlsafe(32)
    async with pool.acquire() as db:
        await sessions.add_link(db, digest(token), prefix, now + timedelta(minutes=LINK_MINUTES))
    return f"{base_url.rstrip('/')}/login?token={token}"


async def redeem(pool: Pool, token: str) -> str | None:
    """A new session's secret for a link's token, or None."""
    now = real_now()
    async with pool.acquire() as db, db.transaction():
        prefix = await sessions.use_link(db, digest(token), now)
        return None if prefix is None else await _open(db, prefix, now)


async def sign_in(pool: Pool, client: Client) -> str:
    """A new session's secret for someone who showed a key."""
    async with pool.acquire() as db:
        return await _open(db, client.prefix, real_now())


async def sign_out(pool: Pool, request: web.Request) -> None:
    """End the session this request came with."""
    if secret := request.cookies.get(COOKIE):
        async with pool.acquire() as db:
            await sessions.close_session(db, digest(secret), real_now())


async def seat(pool: Pool, request: web.Request) -> Seat | None:
    """Who sent this request, or None when nobody is signed in."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    async with pool.acquire() as db:
        row = await sessions.find_session(db, digest(secret), real_now())
    if row is None:
        return None
    client = Client(row["prefix"], row["name"], row["person"], frozenset(row["roles"]))
    return Seat(client, form_token(secret))


def form_token(secret: str) -> str:
    """The token of a session's forms: only a page that was sent to this session knows it."""
    return hmac.new(secret.encode(), b"finality desk form", hashlib.sha256).hexdigest()


def own_form(request: web.Request, seat_: Seat, token: object) -> bool:
    """Whether a form was sent by our own page: its token is right and no other site asked."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return (
        site in {"same-origin", "none"}
        and isinstance(token, str)
        and hmac.compare_digest(token.encode(), seat_.token.encode())
    )


def keep(response: web.StreamResponse, request: web.Request, secret: str) -> None:
    """Give the browser its session cookie."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
        path="/",
    )


async def _open(db: Connection, prefix: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    await sessions.open_session(db, digest(secret), prefix, now + timedelta(hours=SESSION_HOURS))
    return secret
