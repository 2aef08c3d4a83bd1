"""People: made, signed in by name, locked out, disabled; and the keys they answer for.

Passwords are argon2id hashes (RFC 9106, the library's parameters). A wrong name, a wrong password, a lock
and a disabled person get the same answer after the same work and at the same time, so that nobody learns
which names there are (OWASP, "Authentication Cheat Sheet"). Every step is an event of the house's lane,
by the person.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from gateway.config import Settings
from gateway.handlers import told
from gateway.identity import hash_of
from gateway.rights import ROLES
from schemas.problem import Problem, Refused
from store import keys, people
from store.people import Entitlement
from store.rows import Connection, Pool

PASSWORD_MAX = 200
LOGIN_MAX = 60
HASHER = PasswordHasher()
_AT_ONCE = 2  # 64 MiB each while it is verified
TWO = 2  # persons it takes to change a right
NO_SECONDS = 0.5  # a refusal takes as long, whatever was found on the way to it


@dataclass(frozen=True, slots=True)
class Door:
    """Signing in by name, a few at a time."""

    pool: Pool
    settings: Settings
    turn: asyncio.Semaphore

    @classmethod
    def of(cls, pool: Pool, settings: Settings) -> Door:
        """The door of one gateway."""
        return cls(pool, settings, asyncio.Semaphore(_AT_ONCE))

    async def sign_in(self, login: str, password: str, now: datetime) -> str:
        """The person's login; Refused, always in the same words, when name and password do not open."""
        begun = time.monotonic()
        if not await self._opens(login, password, now):
            await asyncio.sleep(begun + NO_SECONDS - time.monotonic())
            raise Refused("unauthenticated", [Problem("password", "wrong", self.wrong)])
        return login

    @property
    def wrong(self) -> str:
        """What everybody is told who is not let in."""
        return (
            f"No person signs in with this name and password. After {self.settings.sign_in_tries} wrong"
            f" passwords in a row a name is locked for {self.settings.lock_minutes:g} minutes, or until"
            " a security officer gives a new password."
        )

    async def _opens(self, login: str, password: str, now: datetime) -> bool:
        """Whether this lets the person in now; what was tried is noted."""
        async with self.pool.acquire() as db:
            row = await people.find(db, login)
        stored = row["password"] if row is not None and row["password"] else _nobodys()
        right = await self.verified(stored, password)
        if row is None or locked(row, now):
            return False
        right = right and row["password"] is not None and row["disabled_at"] is None
        again = HASHER.check_needs_rehash(stored) if right else False
        fresh = await asyncio.to_thread(HASHER.hash, password) if again else None
        return await self._note(login, right, fresh, now)

    async def verified(self, stored: str, password: str) -> bool:
        """Whether this is the password behind this hash."""
        async with self.turn:
            return await asyncio.to_thread(_verify, stored, password[:PASSWORD_MAX])

    async def _note(self, login: str, right: bool, fresh: str | None, now: datetime) -> bool:
        """Count it; whether it was right and still opens, others having tried meanwhile."""
        async with self.pool.acquire() as db, db.transaction():
            row = await _known(db, login)
            if locked(row, now):
                return False
            if right:
                await people.signed_in(db, login, now, fresh)
                await told.leave(db, [told.of_person(login, "SignedIn", login, {"by": "password"})])
                return True
            failed = row["failed"] + 1
            full = failed >= self.settings.sign_in_tries
            until = now + timedelta(minutes=self.settings.lock_minutes) if full else None
            await people.failed(db, login, row["failed"], until)
            events = [told.of_person(login, "SignInFailed", login, {"tries": failed})]
            if until is not None:
                said = {"until": until.isoformat(timespec="seconds")}
                events.append(told.of_person(login, "LockedOut", "gateway", said))
            await told.leave(db, events)
        return False


@cache
def _nobodys() -> str:
    """What a password is compared with where there is no such person: the same work, and never right."""
    return HASHER.hash(secrets.token_urlsafe(16))


def _verify(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except VerificationError:
        return False


def locked(row: Any, now: datetime) -> bool:
    """Whether too many wrong passwords closed this person's door for now."""
    return row["locked_until"] is not None and row["locked_until"] > now


def check_password(login: str, password: str, settings: Settings) -> None:
    """Refused with every fault of a new password (length and not the name: NIST SP 800-63B)."""
    problems = []
    least = settings.password_length
    if not least <= len(password) <= PASSWORD_MAX:
        words = f"between {least} and {PASSWORD_MAX} characters; this has {len(password)}"
        problems.append(Problem("password", "length", words))
    if login.casefold() in password.casefold() or len(set(password)) < 5:
        problems.append(Problem("password", "guessable", "neither your name nor a few characters"))
    if problems:
        raise Refused("invalid", problems)


async def change_password(
    door: Door, login: str, old: str, new: str, now: datetime, keep: bytes
) -> None:
    """A password of one's own choice; every other session of the person ends."""
    async with door.pool.acquire() as db:
        row = await people.find(db, login)
    if row is not None and locked(row, now):  # signed in, so it may be said
        minutes = -(-int((row["locked_until"] - now).total_seconds()) // 60)
        words = (
            f"too many wrong passwords: locked for {minutes} more minutes, or until a security"
            " officer gives a new one"
        )
        raise Refused("locked_out", [Problem("login", "locked_out", words)])
    if row is None or row["password"] is None or not await door.verified(row["password"], old):
        if row is not None and row["password"] is not None:
            await door._note(login, False, None, now)
        raise Refused("invalid", [Problem("old", "wrong", "this is not the present password")])
    check_password(login, new, door.settings)
    if new == old:
        raise Refused("invalid", [Problem("password", "unchanged", "choose another than before")])
    hashed = await asyncio.to_thread(HASHER.hash, new)
    async with door.pool.acquire() as db, db.transaction():
        await people.set_password(db, login, hashed, False)
        ended = await people.end_sessions(db, login, keep)
        await told.leave(
            db,
            [
                told.of_person(login, "PasswordChanged", login),
                *_ended(login, login, "password changed", ended),
            ],
        )


async def add(
    db: Connection, login: str, name: str, roles: Iterable[str], now: datetime, by: str
) -> str:
    """A new person with a password for the first sign-in, which must be changed then.

    Rights are given with it only until two people can decide about rights; from then on one of them asks
    and another approves (the kind `rights` of proposals).
    """
    wanted = sorted({role.strip() for role in roles} - {""})
    problems = [
        Problem("roles", "unknown_role", f"one of {', '.join(ROLES)}", role)
        for role in wanted
        if role not in ROLES
    ]
    if not login.strip() or len(login) > LOGIN_MAX or not login.isprintable():
        problems.append(
            Problem("login", "name", f"up to {LOGIN_MAX} printable characters", login[:LOGIN_MAX])
        )
    if problems:
        raise Refused("invalid", problems)
    password = secrets.token_urlsafe(12)
    hashed = await asyncio.to_thread(HASHER.hash, password)
    async with db.transaction():
        first = await people.security_officers(db) < TWO
        if wanted and not first:
            words = "two people decide about rights: add the person without, then ask for them at /users"
            raise Refused("invalid", [Problem("roles", "four_eyes", words, ", ".join(wanted))])
        if not await people.add(db, login.strip(), name.strip() or login.strip(), hashed, now, by):
            raise Refused("invalid", [Problem("login", "exists", "there is such a person", login)])
        await people.grant(db, [Entitlement(login.strip(), role) for role in wanted])
        said = {"name": name.strip() or login.strip(), "roles": wanted}
        await told.leave(db, [told.of_person(login.strip(), "PersonAdded", by, said)])
    return password


async def reset(db: Connection, login: str, by: str) -> str:
    """A new password for the next sign-in, which must be changed then; every session ends."""
    password = secrets.token_urlsafe(12)
    hashed = await asyncio.to_thread(HASHER.hash, password)
    async with db.transaction():
        await _known(db, login)
        await people.set_password(db, login, hashed, True)
        ended = await people.end_sessions(db, login)
        reset_ = told.of_person(login, "PasswordReset", by)
        await told.leave(db, [reset_, *_ended(login, by, "password reset", ended)])
    return password


async def disable(db: Connection, login: str, now: datetime, by: str) -> None:
    """No longer let this person in: sessions end now, keys within two seconds."""
    async with db.transaction():
        row = await _known(db, login)
        if row["disabled_at"] is None:
            await people.set_disabled(db, login, now)
            ended = await people.end_sessions(db, login)
            out = told.of_person(login, "PersonDisabled", by)
            await told.leave(db, [out, *_ended(login, by, "person disabled", ended)])


async def enable(db: Connection, login: str, by: str) -> None:
    """Let a disabled person in again, with the rights they had."""
    async with db.transaction():
        row = await _known(db, login)
        if row["disabled_at"] is not None:
            await people.set_disabled(db, login, None)
            await told.leave(db, [told.of_person(login, "PersonEnabled", by)])


def _ended(login: str, by: str, why: str, sessions: int) -> list[told.Told]:
    """That sessions ended before their time, if any did."""
    said = {"why": why, "sessions": sessions}
    return [told.of_person(login, "SessionEnded", by, said)] if sessions else []


async def _known(db: Connection, login: str) -> Any:
    row = await people.lock(db, login)
    if row is None:
        words = "there is no such person; `finality users list` shows them"
        raise Refused("not_found", [Problem("login", "unknown", words, login)])
    return row


async def create_key(
    db: Connection,
    name: str,
    person: str,
    roles: Iterable[str],
    now: datetime,
    by: str = "cli",
) -> str:
    """Make a key; its text is returned once and kept nowhere.

    A person who is not known yet is made with it, for these roles everywhere: so programs get in. For
    one who is known the roles must be theirs already; a key gives nobody a right.
    """
    wanted = sorted({role.strip() for role in roles} - {""})
    problems = [
        Problem("roles", "unknown_role", f"one of {', '.join(ROLES)}", role)
        for role in wanted
        if role not in ROLES
    ]
    if not wanted:
        problems.append(Problem("roles", "missing", f"give at least one of {', '.join(ROLES)}"))
    problems += [
        Problem(path, "missing", "a value is needed")
        for path, value in (("name", name), ("person", person))
        if not value.strip()
    ]
    if problems:
        raise Refused("invalid", problems)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    who = person.strip()
    async with db.transaction():
        await _answered_for(db, who, wanted, now, by)
        await keys.add(db, prefix, hash_of(secret), name.strip(), who, wanted, now)
        said = {"prefix": prefix, "name": name.strip(), "roles": wanted}
        await told.leave(db, [told.of_person(who, "KeyMade", by, said)])
    return f"fin_{prefix}_{secret}"


async def _answered_for(
    db: Connection, person: str, roles: Iterable[str], now: datetime, by: str
) -> None:
    if await people.add(db, person, person, None, now, by):
        await people.grant(db, [Entitlement(person, role) for role in roles])
        return
    row = await _known(db, person)
    if row["disabled_at"] is not None:
        raise Refused("invalid", [Problem("person", "disabled", "enable the person first", person)])
    held = {right.role for right in await people.rights(db, person)}
    if beyond := sorted(set(roles) - held):
        what = f"{person} holds {', '.join(sorted(held)) or 'no role'}; ask for the right first"
        raise Refused("invalid", [Problem("roles", "not_held", what, ", ".join(beyond))])


async def disable_key(db: Connection, prefix: str, now: datetime, by: str) -> bool:
    """No longer let this key in; False when it was not in use."""
    async with db.transaction():
        person = await keys.disable(db, prefix, now)
        if person is not None:
            ended = await keys.end_sessions(db, prefix)
            out = told.of_person(person, "KeyDisabled", by, {"prefix": prefix})
            await told.leave(db, [out, *_ended(person, by, "key disabled", ended)])
    return person is not None
