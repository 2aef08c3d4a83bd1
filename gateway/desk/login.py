"""Who sits in front of the desk: one-time links, sessions in a cookie, tokens of forms."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from gateway.clock import real_now
from gateway.config import Settings
from gateway.handlers import told
from gateway.identity import Client, client_of
from gateway.runner import OUTAGES
from store import sessions
from store.rows import Connection, Pool

log = structlog.get_logger()

COOKIE = "finality_session"
LINK_MINUTES = 10
SWEEP_SECONDS = 30
SEEN_SECONDS = 30  # how exactly it is kept when a session was used last


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in person: who, and the token that proves a form came from our own page."""

    client: Client
    token: str
    must_change: bool = False  # the password, before anything else


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


async def one_time_link(pool: Pool, prefix: str, base_url: str, now: datetime) -> str:
    """An address that opens the desk once, as this key's holder; ten minutes of real `now`."""
    token = secrets.token_urlsafe(32)
    async with pool.acquire() as db:
        await sessions.add_link(db, digest(token), prefix, now + timedelta(minutes=LINK_MINUTES))
    return f"{base_url.rstrip('/')}/login?token={token}"


class Sessions:
    """The sessions of one installation; the browser holds the secret, the database its hash."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._lasts = timedelta(hours=settings.session_hours)
        self._idle = timedelta(minutes=settings.idle_minutes)

    async def redeem(self, token: str) -> str | None:
        """A new session's secret for a link's token, or None."""
        now = real_now()
        async with self._pool.acquire() as db, db.transaction():
            prefix = await sessions.use_link(db, digest(token), now)
            if prefix is None:
                return None
            return await self._opened(db, None, prefix, now, "one-time link")

    async def open(self, person: str) -> str:
        """A new session's secret for a person whose password was right."""
        async with self._pool.acquire() as db, db.transaction():
            return await self._opened(db, person, None, real_now(), None)

    async def open_with_key(self, prefix: str) -> str:
        """A new session's secret for who showed this key."""
        async with self._pool.acquire() as db, db.transaction():
            return await self._opened(db, None, prefix, real_now(), "key")

    async def _opened(
        self, db: Connection, person: str | None, prefix: str | None, now: datetime, by: str | None
    ) -> str:
        """A session; that somebody came in `by` this is told unless it was already."""
        secret = secrets.token_urlsafe(32)
        who = await sessions.open_session(
            db, digest(secret), person, prefix, now, now + self._lasts
        )
        if by is not None:
            said = {"by": by, "key": prefix}
            await told.leave(db, [told.of_person(who, "SignedIn", who, said)])
        return secret

    async def close(self, request: web.Request) -> None:
        """End the session this request came with."""
        if secret := request.cookies.get(COOKIE):
            async with self._pool.acquire() as db, db.transaction():
                ended = await sessions.close_session(db, digest(secret))
                if ended is not None:
                    who = ended["person"]
                    said = {"key": ended["prefix"]}
                    await told.leave(db, [told.of_person(who, "SignedOut", who, said)])

    async def sweep(self) -> None:
        """End the sessions that lasted long enough or that nobody used, and say so."""
        now = real_now()
        async with self._pool.acquire() as db, db.transaction():
            ended = await sessions.end_lapsed(db, now, now - self._idle)
            events = [
                told.of_person(
                    row["person"], "SessionEnded", "gateway", {"why": row["why"], "sessions": 1}
                )
                for row in ended
            ]
            await told.leave(db, events)

    async def keep_swept(self) -> None:
        """Sweep for ever; an outage is waited out."""
        while True:
            try:
                await self.sweep()
            except OUTAGES as outage:
                log.warning("sessions_sweep", error=repr(outage))
            await asyncio.sleep(SWEEP_SECONDS)

    async def seat(self, request: web.Request, *, in_use: bool = True) -> Seat | None:
        """Who sent this request, or None when nobody is signed in; `in_use` if a person asked for it."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        now = real_now()
        async with self._pool.acquire() as db:
            row = await sessions.find_session(db, digest(secret), now, now - self._idle)
            if row is None:
                return None
            if in_use and now - row["seen_at"] > timedelta(seconds=SEEN_SECONDS):
                await sessions.seen(db, digest(secret), now)
        return Seat(client_of(row), form_token(secret), row["must_change"])

    def keep(self, response: web.StreamResponse, request: web.Request, secret: str) -> None:
        """Give the browser its session cookie."""
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(self._lasts.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
            path="/",
        )


def form_token(secret: str) -> str:
    """The token of a session's forms: only a page that was sent to this session knows it."""
    return hmac.new(secret.encode(), b"finality desk form", hashlib.sha256).hexdigest()


def from_elsewhere(request: web.Request) -> bool:
    """Whether the browser says that another site sent this.

    Browsers send Sec-Fetch-Site over https and to localhost only; the Origin of a form they always send.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.host


def own_form(request: web.Request, seat_: Seat, token: object) -> bool:
    """Whether a form was sent by our own page: its token is right and no other site asked."""
    return (
        not from_elsewhere(request)
        and isinstance(token, str)
        and hmac.compare_digest(token.encode(), seat_.token.encode())
    )
