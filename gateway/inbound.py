"""Inbound: store raw, commit, acknowledge; then parse, find whose it is, and hand it to its lane."""

from __future__ import annotations

import asyncio
import hashlib
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

import parsers
import parsers.companions
import parsers.containers
import parsers.lau
from gateway import failpoints, runner
from gateway.items import Overloaded, Routed
from parsers.lau import Verified
from schemas.answer import Answer, CashAdvice, CashEntry, NetworkAnswer, PaymentStatus, Unknown
from schemas.lau import Keys
from schemas.problem import MessageError, Problem, Refused
from store import cases, messages, references
from store.cases import ExceptionRow
from store.leases import LANES
from store.messages import Proof, Raw, Settled
from store.references import Claim

if TYPE_CHECKING:
    from gateway.core import Core

log = structlog.get_logger()


# how many are worked together that were left before: smaller each time, until one is alone
GROUPS = {1: 64, 2: 8, 3: 1, 4: 1}
ATTEMPTS_MAX = 5


@dataclass(slots=True)
class Arrival:
    """One payload as the transport gave it, with how to acknowledge it."""

    payload: bytes
    acknowledge: Callable[[], None]
    key: bytes = b""  # file name for directories
    proof: bytes | None = None  # what authenticates the whole payload, where the link does it so


def transport_key(name: bytes, body: bytes) -> bytes:
    """What makes an arrival the same again: its bytes and, from a directory, the file's name as well."""
    key = hashlib.sha256(body).digest()
    return key + hashlib.sha256(name).digest() if name else key


@dataclass(slots=True)
class Stored:
    """A message that is safe on disk and not yet worked."""

    id: int
    body: bytes
    stored_at: datetime
    arrived: float = field(default_factory=time.monotonic)  # in real seconds, for the latency


class Inbound:
    """The way in of one link: `receive` stores, `route` finds the lane."""

    def __init__(self, core: Core, link: str) -> None:
        self.core = core
        self.link = link
        self.in_flight: set[int] = set()
        self.received = 0

    async def deliver(self, arrivals: Sequence[Arrival]) -> None:
        """Receive these; what cannot be stored stays unacknowledged, the transport keeps it."""
        await runner.run(self.receive, arrivals, self._not_stored)

    async def receive(self, arrivals: Sequence[Arrival]) -> list[int]:
        """Store the messages of these payloads, commit, acknowledge, route what is new."""
        failpoints.reach("before_store")
        arrived = time.monotonic()
        now = self.core.clock.now()
        keys = self.core.keys_of(self.link)
        bodies = [(a, item.body) for a in arrivals for item in parsers.containers.unpack(a.payload)]
        fresh: set[int] = set()
        refused: list[Settled] = []
        try:
            async with self.core.pool.acquire() as db, db.transaction():
                await self.core.ids.ensure(db, len(bodies))
                raws = [
                    Raw(self.core.ids.take(), "in", self.link, transport_key(a.key, b), now, b)
                    for a, b in bodies
                ]
                fresh = await messages.store_many(db, self.link, raws)
                if keys is not None:
                    came = [
                        (raw.id, arrival, body)
                        for raw, (arrival, body) in zip(raws, bodies, strict=True)
                        if raw.id in fresh
                    ]
                    refused = await self._authenticate(db, keys, came, now)
                    fresh.difference_update(s.id for s in refused)
                self.in_flight.update(fresh)
        except BaseException:  # it may be committed all the same: then the next sweep finds it
            self.in_flight.difference_update(fresh)
            raise
        failpoints.reach("after_store")
        for arrival in arrivals:
            arrival.acknowledge()
        if refused:
            self.core.parked(refused)
        failpoints.reach("after_ack")
        self.received += len(bodies)
        stored = [Stored(r.id, r.body, now, arrived) for r in raws if r.id in fresh]
        repeats = len(bodies) - len(fresh) - len(refused)
        self.core.metrics.received(self.link, len(bodies), repeats)
        await self.route(stored)
        return [r.id for r in raws]

    async def _authenticate(
        self, db: Any, keys: Keys, came: Sequence[tuple[int, Arrival, bytes]], now: datetime
    ) -> list[Settled]:
        """Record which keys vouch for these; what none does is parked where it lies, never read."""
        proofs: list[Proof] = []
        refused: list[Settled] = []
        stale: set[str] = set()
        for id_, arrival, body in came:
            try:
                proof = vouched(arrival, body, keys, now)
            except MessageError as error:
                problem = error.problems[0]
                why = f"{problem.path}: {problem.message}"
                rule = problem.rule if error.code == "lau" else "lau_malformed"
                refused.append(self._parked(id_, None, None, rule, why))
            else:
                proofs.append(Proof(id_, proof.key, now))
                if proof.stale:
                    stale.add(proof.key)
        await messages.authenticate_many(db, proofs)
        await messages.settle_many(db, refused)
        for key in stale:
            log.warning("authenticated with an older key", link=self.link, key=key)
        return refused

    async def recover(self) -> int:
        """Route what was stored and not worked, as after a crash or a wake-up from parking.

        What nobody routed yet is for the holder of the link's lane; what was left for a lane, for
        the lane's holder, whoever works the link.

        The first time all together; what is left again goes in ever smaller groups, so that one
        that kills the process is soon alone, and parked. A kill from outside is nobody's fault.
        """
        if not self.core.held.epochs:
            return 0
        async with self.core.pool.acquire() as db:
            rows = [
                r
                for r in await messages.waiting(
                    db,
                    self.link,
                    zlib.crc32(self.link.encode()) % LANES in self.core.held,
                    list(self.core.held.epochs),
                    self.core.settings.batch_cap,
                )
                if r["id"] not in self.in_flight
            ]
            fresh = [r for r in rows if r["attempts"] == 0]
            await messages.tried_many(db, [r["id"] for r in fresh])
        ours = {r["id"] for r in rows}
        self.in_flight |= ours
        try:
            await self.route([Stored(r["id"], r["body"], r["stored_at"]) for r in fresh])
            ours.difference_update(r["id"] for r in fresh)
            for attempts, size in GROUPS.items():
                again = [r for r in rows if r["attempts"] == attempts]
                for start in range(0, len(again), size):
                    await self._again(again[start : start + size])
                    ours.difference_update(r["id"] for r in again[start : start + size])
            for r in rows:
                if r["attempts"] >= ATTEMPTS_MAX:
                    why = "the process died each time it was worked, at last alone"
                    await self._settle([self._parked(r["id"], None, None, "died", why)])
        except BaseException:  # what no lane has yet is for the next sweep
            self.in_flight -= ours
            raise
        return len(rows)

    async def _again(self, rows: Sequence[Any]) -> None:
        """Count the attempt, then work these few while nothing else is in hand."""
        await self.core.idle()
        async with self.core.pool.acquire() as db:
            await messages.tried_many(db, [r["id"] for r in rows])
        await self.route([Stored(r["id"], r["body"], r["stored_at"]) for r in rows])
        await self.core.idle()

    async def route(self, stored: Sequence[Stored]) -> None:
        """Parse and look up; hand to the lanes in receive order, park what has no home yet."""
        if stored:
            await runner.run(self._route, stored, self._park)

    async def _route(self, stored: Sequence[Stored]) -> None:
        read: list[tuple[Stored, Answer]] = []
        settled: list[Settled] = []
        unproved = await self._unproved(stored)
        tolerated = self.core.tolerated_of(self.link)
        for message in stored:
            if message.id in unproved:
                words = "it was not authenticated when it came, and this link takes nothing else"
                settled.append(self._parked(message.id, None, None, "lau_missing", words))
                continue
            try:
                said = parsers.answer(message.body, self.core.schemas, tolerates=tolerated)
                read.append((message, said))
            except MessageError as error:
                why = "; ".join(f"{p.path} {p.rule}: {p.message}" for p in error.problems[:20])
                why += self._would_read(message.body)
                settled.append(self._parked(message.id, None, None, "unreadable", why))
        wanted = sorted({ref for _, answer in read for ref in related(answer)})
        async with self.core.pool.acquire() as db:
            found = await references.find_wire(db, wanted)
        routed: list[Routed] = []
        several: list[list[Routed]] = []
        strays: list[ExceptionRow] = []
        for message, answer in read:
            spoken = speaks_of(answer)
            homes = [
                (next(ref for ref in refs if ref in found), entry)
                for refs, entry in spoken
                if any(ref in found for ref in refs)
            ]
            parts = [
                self._part(message, answer, found[ref], entry, part, len(homes))
                for part, (ref, entry) in enumerate(homes)
            ]
            if len(parts) == 1:
                routed += parts
            elif parts:
                several.append(parts)
            else:
                settled.append(self._homeless(message, answer))
            if parts and len(parts) < len(spoken):
                strays.append(self._stray(message, answer, len(spoken) - len(parts)))
        await self._settle(settled)
        if strays:
            async with self.core.pool.acquire() as db:
                await cases.raise_exceptions(db, strays)
        await self.core.put(routed)
        for parts in several:
            await self._in_turn(parts)

    def _would_read(self, body: bytes) -> str:
        """What the link would have to tolerate for a message to be read; nothing where that is no use."""
        try:
            parsers.answer(body, self.core.schemas, tolerates=parsers.TOLERANT)
        except MessageError:
            return ""
        codes = sorted({each.rule for each in parsers.deviations(body, parsers.TOLERANT)})
        return f"; it would read if the link tolerated {' '.join(codes)}"

    async def _unproved(self, stored: Sequence[Stored]) -> set[int]:
        """What the link's keys have not vouched for, whoever sends it through again."""
        if self.core.keys_of(self.link) is None:
            return set()
        ids = [message.id for message in stored]
        async with self.core.pool.acquire() as db:
            return set(ids) - await messages.authenticated(db, ids)

    async def _in_turn(self, parts: Sequence[Routed]) -> None:
        """One message for several instructions: the last part says the message is done."""
        for part in parts:
            part.done = asyncio.get_running_loop().create_future()
            await self.core.put([part])
            try:
                await part.done
            except Refused:
                return  # parked with its traceback; the parts before it stand
            except Overloaded:
                return  # the lease moved: the row is still new, and its next holder takes it

    def _part(
        self,
        message: Stored,
        answer: Answer,
        claim: Claim,
        entry: CashEntry | None,
        part: int,
        parts: int,
    ) -> Routed:
        return Routed(
            claim.lane,
            claim.instruction,
            message.id,
            self.link,
            answer,
            message.stored_at,
            claim.value,
            entry,
            part,
            parts,
            at=message.arrived,
        )

    def _stray(self, message: Stored, answer: Answer, count: int) -> ExceptionRow:
        """Some entries of an advice name nothing of ours: a person looks."""
        words = f"{count} entries of {answer.header.type} {answer.header.reference} name nothing of ours"
        lane = zlib.crc32(self.link.encode()) % LANES
        key = f"message {message.id} entries"
        now = self.core.clock.now()
        return ExceptionRow(lane, None, message.id, "unknown_reference", key, words, now)

    def _homeless(self, message: Stored, answer: Answer) -> Settled:
        """Nothing we know goes by that reference: it waits, then a person looks (DOMAIN 2.5.6)."""
        refs = related(answer)
        wait = timedelta(minutes=self.core.settings.parked_minutes)
        return Settled(
            message.id,
            "parked",
            None,
            None,
            answer.header.type,
            refs[0] if refs else None,
            "unknown_reference" if not isinstance(answer, Unknown) else "unknown_type",
            message.stored_at + wait,
        )

    def _parked(
        self, id_: int, type_: str | None, reference: str | None, code: str, why: str
    ) -> Settled:
        now = self.core.clock.now()
        return Settled(id_, "parked", None, None, type_, reference, f"{code}: {why}", now)

    async def _settle(self, settled: Sequence[Settled]) -> None:
        if settled:
            async with self.core.pool.acquire() as db:
                await messages.settle_many(db, settled)
            self.in_flight.difference_update(s.id for s in settled)
            self.core.parked(settled)

    async def _not_stored(self, arrival: Arrival, reason: str) -> None:
        log.error("payload not stored", link=self.link, bytes=len(arrival.payload), reason=reason)

    async def _park(self, message: Stored, reason: str) -> None:
        await self._settle([self._parked(message.id, None, None, "bug", reason)])


def vouched(arrival: Arrival, body: bytes, keys: Keys, at: datetime) -> Verified:
    """The key that vouches for this message of an arrival; MessageError where none does.

    What a companion file says is in its name, and no authentication covers a name.
    """
    if parsers.companions.is_framed(arrival.payload):
        words = "its name says all it says, and nothing authenticates a name: send the ACK or NAK itself"
        raise MessageError("lau", [Problem("companion file", "lau_name", words)])
    said = arrival.payload if keys.adapter == "file" else body
    return parsers.lau.verify(said, keys, at, arrival.proof)


def speaks_of(answer: Answer) -> list[tuple[tuple[str, ...], CashEntry | None]]:
    """What this answer speaks of: the references it may be known by, and the cash entry, if any."""
    match answer:
        case NetworkAnswer():
            return [((answer.mur or answer.header.reference,), None)]
        case CashAdvice():
            return [
                (tuple(ref for ref in (entry.our_reference, entry.uetr) if ref), entry)
                for entry in answer.entries
            ]
        case PaymentStatus():
            return [(tuple(ref for ref in (answer.related, answer.uetr) if ref), None)]
        case _:
            return [((answer.related,), None)] if answer.related else []


def related(answer: Answer) -> list[str]:
    """The references alone."""
    return [ref for refs, _ in speaks_of(answer) for ref in refs]
