"""The Idempotency-Key header: the same key and body gives the stored answer, another is refused.

The key is claimed in its own commit before the work and answered after the work's commit; they are
not one transaction, because the work commits with its lane's batch. A crash in between leaves a
claim without an answer; whoever repeats the request takes it over and it is worked again. That is
safe because everything behind these doors is idempotent by itself: a submission by its reference
(the repeat answers `duplicate` with the same id), an action by the state of its instruction, an
import by its rows. An answer that says nothing was done for a passing reason (5xx) frees the key.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.clock import real_now
from schemas.problem import Problem, Refused
from store import idempotency
from store.rows import Connection, Pool

HEADER = "Idempotency-Key"
ABANDONED_AFTER = timedelta(seconds=10)
POLL_SECONDS = 0.05
FORGET_EVERY = timedelta(hours=1)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be given again."""

    status: int
    body: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks what under which key."""

    client: str
    key: str
    hash: bytes


class Idempotency:
    """The keys of one process; other processes are seen through the database."""

    def __init__(self, pool: Pool, days: int) -> None:
        self._pool = pool
        self._kept_for = timedelta(days=days)
        self._in_work: dict[tuple[str, str], asyncio.Event] = {}
        self._forget_at = real_now()

    async def once(self, request: Request, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """This request's answer, from the work or from memory; the same key at once waits."""
        me = (request.client, request.key)
        while (earlier := self._in_work.get(me)) is not None:
            await earlier.wait()
        mine = asyncio.Event()
        self._in_work[me] = mine
        try:
            return await self._stored(request) or await self._work(request, work)
        finally:
            del self._in_work[me]
            mine.set()

    async def _stored(self, request: Request) -> Answer | None:
        """What was answered before, or None once the key is ours to work under."""
        while True:
            now = real_now()
            async with self._pool.acquire() as db:
                await self._forget(db)
                if await idempotency.claim(db, request.client, request.key, request.hash, now):
                    return None
                row = await idempotency.find(db, request.client, request.key)
                if row is not None and row["request_hash"] != request.hash:
                    raise Refused("idempotency_key_reused", [_reused(request.key)])
                if row is not None and row["status"]:
                    return Answer(row["status"], row["body"], again=True)
                if await idempotency.take_over(
                    db, request.client, request.key, request.hash, now, now - ABANDONED_AFTER
                ):
                    return None
            await asyncio.sleep(POLL_SECONDS)

    async def _work(self, request: Request, work: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            answer = await work()
        except BaseException:
            await self._release(request)
            raise
        if answer.status >= 500:
            await self._release(request)
            return answer
        async with self._pool.acquire() as db:
            await idempotency.answer(db, request.client, request.key, answer.status, answer.body)
        return answer

    async def _release(self, request: Request) -> None:
        async with self._pool.acquire() as db:
            await idempotency.release(db, request.client, request.key)

    async def _forget(self, db: Connection) -> None:
        now = real_now()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            await idempotency.forget(db, now - self._kept_for)


def read_key(header: str | None, *, required: bool) -> str | None:
    """The key of this header; Refused when it is missing where it is needed, or unusable."""
    if header is None:
        if required:
            raise Refused(
                "idempotency_key_missing",
                [Problem(HEADER, "missing", "name this request, so that a repeat is recognised")],
            )
        return None
    if not _KEY.fullmatch(header):
        raise Refused(
            "idempotency_key", [Problem(HEADER, "key", "1 to 255 visible ASCII characters", header)]
        )
    return header


def request_hash(method: str, path: str, body: bytes) -> bytes:
    """What a request is, for comparing it with another under its key."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()


def _reused(key: str) -> Problem:
    return Problem(
        HEADER, "reused", "this key names an earlier request with another body or address", key
    )
