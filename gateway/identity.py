"""Who is calling: API keys, and what each role may do. Only the hash of a key's secret is stored.

The secret is 32 random bytes, so one SHA-256 protects it; a slow password hash on every call would
only throttle the API.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from schemas.problem import Problem, Refused
from store import keys
from store.rows import Connection, Pool

Role = Literal["viewer", "maker", "checker", "link", "admin"]
Right = Literal[Role, "maker or checker"]
# what each role may do: who makes or checks also sees; a link only delivers messages
MAY: dict[str, frozenset[Right]] = {
    "viewer": frozenset({"viewer"}),
    "maker": frozenset({"viewer", "maker", "maker or checker"}),
    "checker": frozenset({"viewer", "checker", "maker or checker"}),
    "link": frozenset({"link"}),
    "admin": frozenset(get_args(Right)),
}
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

    def may(self, right: Right) -> bool:
        """Whether one of the roles allows this."""
        return any(right in MAY.get(mine, ()) for mine in self.roles)


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


async def create_key(
    db: Connection, name: str, person: str, roles: Iterable[str], now: datetime
) -> str:
    """Make a key; its text is returned once and kept nowhere."""
    wanted = sorted({role.strip() for role in roles} - {""})
    problems = [
        Problem("roles", "unknown_role", f"one of {', '.join(MAY)}", role)
        for role in wanted
        if role not in MAY
    ]
    if not wanted:
        problems.append(Problem("roles", "missing", f"give at least one of {', '.join(MAY)}"))
    problems += [
        Problem(path, "missing", "a value is needed")
        for path, value in (("name", name), ("person", person))
        if not value.strip()
    ]
    if problems:
        raise Refused("invalid", problems)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    await keys.add(db, prefix, _hash(secret), name.strip(), person.strip(), wanted, now)
    return f"fin_{prefix}_{secret}"


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


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).digest()


def _proven(row: Any | None, secret: str) -> Client | None:
    stored = NOBODY if row is None else row["hash"]
    same = hmac.compare_digest(stored, _hash(secret))
    if row is None or not same:
        return None
    return Client(row["prefix"], row["name"], row["person"], frozenset(row["roles"]))
