"""Who is calling: API keys, and what each role may do. Only the hash of a key's secret is stored.

The secret is 32 random bytes, so one SHA-256 protects it; a slow password hash on every call would
only throttle the API.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

from gateway.rights import MAY, Right, Subject, admits, words
from schemas.problem import Problem, Refused
from store import keys
from store.people import Entitlement
from store.rows import Pool

REMEMBERED_SECONDS = 2.0
REMEMBERED_MAX = 10_000
NOBODY = bytes(32)


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: the key, the system it belongs to, and the person who answers for it."""

    prefix: str
    name: str
    person: str
    roles: frozenset[str]
    bounds: tuple[Entitlement, ...] = ()  # of the roles that are not held everywhere

    def may(self, right: Right) -> bool:
        """Whether one of the roles allows this, somewhere."""
        return any(right in MAY.get(mine, ()) for mine in self.roles)

    def why_not(self, right: Right, subject: Subject) -> str | None:
        """Why this is beyond what the roles allow; None when it is within."""
        mine = sorted(role for role in self.roles if right in MAY.get(role, ()))
        if not mine:
            return f"needs the role {right}"
        bounds = [row for row in self.bounds if row.role in mine]
        if any(admits(row, subject) for row in bounds) or set(mine) - {r.role for r in bounds}:
            return None
        return f"{self.person} is {'; '.join(words(row) for row in bounds)}"


def client_of(row: Any) -> Client:
    """Who a key or session stands for: of the key's roles those its person holds, as far as they reach."""
    rights = [Entitlement(*r) for r in row["rights"]]
    held = frozenset(r.role for r in rights)
    roles = held if row["roles"] is None else held & frozenset(row["roles"])
    everywhere = {r.role for r in rights if r == Entitlement(r.person, r.role)}
    bounds = tuple(r for r in rights if r.role in roles - everywhere)
    return Client(row["prefix"] or "", row["name"], row["person"], roles, bounds)


class Keys:
    """Keys looked up at most every two seconds, so that a disabled one is out soon."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[str, tuple[float, Any]] = {}

    async def client(self, text: str) -> Client | None:
        """Who shows this key, or None when it opens nothing."""
        parts = _parts(text)
        if parts is None:
            return None
        prefix, secret = parts
        return _proven(await self._row(prefix), secret)

    async def _row(self, prefix: str) -> Any | None:
        now = time.monotonic()
        until, row = self._kept.get(prefix, (0.0, None))
        if until > now:
            return row
        async with self._pool.acquire() as db:
            row = await keys.find(db, prefix)
        if len(self._kept) >= REMEMBERED_MAX:
            self._kept.clear()
        self._kept[prefix] = (now + REMEMBERED_SECONDS, row)
        return row


async def authenticate(pool: Pool, text: str) -> Client | None:
    """Who shows this key, asked of the database now."""
    return await Keys(pool).client(text)


def prefix_of(text: str) -> str:
    """The public part of a key: what a key is called without giving it away."""
    parts = _parts(text)
    if parts is None:
        raise Refused("invalid", [Problem("key", "key", "not a key: fin_PREFIX_SECRET")])
    return parts[0]


def _parts(text: str) -> tuple[str, str] | None:
    kind, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if kind != "fin" or len(prefix) != 12 or not prefix.isalnum() or not secret:
        return None
    return prefix, secret


def hash_of(secret: str) -> bytes:
    """What is stored of a key's secret."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


def _proven(row: Any | None, secret: str) -> Client | None:
    stored = NOBODY if row is None else row["hash"]
    same = hmac.compare_digest(stored, hash_of(secret))
    if row is None or not same:
        return None
    return client_of(row)
