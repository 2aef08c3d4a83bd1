"""The outbox relay of one link: in order per instruction, every attempt recorded before it is sent."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

import builders.fin
import builders.mx
from gateway import failpoints
from gateway.mqtt import Fate
from gateway.runner import OUTAGES
from store import messages
from store.messages import Raw

if TYPE_CHECKING:
    from gateway.core import Core
    from gateway.links import Link

log = structlog.get_logger()


class NotTaken(Exception):
    """The transport did not take the messages; they may or may not have left the machine."""


def mark_possible_duplicate(raw: bytes) -> bytes:
    """The same message with PDE or PssblDplct."""
    if raw.lstrip()[:1] == b"<":
        return builders.mx.mark_possible_duplicate(raw)
    return builders.fin.mark_possible_duplicate(raw)


class Relay:
    """Sends what is queued for one link, and says what became of it."""

    def __init__(self, core: Core, link: Link) -> None:
        self.core = core
        self.link = link
        self.wake = asyncio.Event()
        self.busy = False
        self.sent = 0

    async def work(self) -> None:
        """Send for ever; an outage is waited out with jitter."""
        while True:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((*OUTAGES, NotTaken)),
                wait=wait_random_exponential(multiplier=0.05, max=2.0),
            ):
                with attempt:
                    if attempt.retry_state.attempt_number > 1:
                        last = attempt.retry_state.outcome
                        log.warning("relay waits", link=self.link.name, error=repr(last))
                    await self._recover()
                    await self.link.ready()
                    await self._drain()

    async def _recover(self) -> None:
        """What stood in `sending` may have left: securities go again with PDE, payments wait.

        What was claimed here and never handed to the transport has not.
        """
        async with self.core.pool.acquire() as db, db.transaction():
            await messages.never_left_many(db, self.link.name, self.core.holder, self.core.leaving)
            now = self.core.clock.now()
            stranded = await messages.stranded_many(db, self.link.name, "", now)
            unknown = [r for r in stranded if not r["securities"]]
            await self.core.ring_now(db, "fate_unknown", unknown)
        for row in stranded:
            log.warning("possible duplicate", link=self.link.name, reference=row["reference"])

    async def _drain(self) -> None:
        while True:
            self.busy = True
            more = await self._send_some()
            if more:
                continue
            self.busy = False
            try:
                await asyncio.wait_for(self.wake.wait(), 1.0)
            except TimeoutError:
                pass
            self.wake.clear()

    async def _send_some(self) -> bool:
        now = self.core.clock.now()
        async with self.core.pool.acquire() as db, db.transaction():
            rows = await messages.claim_queued(
                db, self.link.name, self.core.holder, now, self.core.settings.batch_cap
            )
            bodies = await self._bodies(db, rows)
        if not rows:
            return False
        failpoints.reach("after_sending")
        self.core.leaving |= {row["id"] for row in rows}
        fates = await self.link.send(
            [(row["id"], row["reference"], bodies[row["id"]]) for row in rows]
        )
        failpoints.reach("after_send")
        taken = [id_ for id_, fate in fates.items() if fate is Fate.TAKEN]
        async with self.core.pool.acquire() as db, db.transaction():
            await messages.taken_many(db, taken)
            await messages.not_sent_many(
                db, [id_ for id_, fate in fates.items() if fate is Fate.NOT_SENT]
            )
        self.core.leaving -= {row["id"] for row in rows}
        self.core.metrics.sent(self.link.name, len(taken))
        self.sent += len(taken)
        if len(taken) < len(rows):
            raise NotTaken(f"{len(rows) - len(taken)} of {len(rows)} not taken")
        return True

    async def _bodies(self, db: Any, rows: Sequence[Any]) -> dict[int, bytes]:
        """The bytes of each attempt; a second attempt is stored as its own message first."""
        found: dict[int, bytes] = {}
        missing: list[int] = []
        for row in rows:
            body = self.core.fresh.pop(row["id"], None)
            if body is None:
                missing.append(row["id"])
            else:
                found[row["id"]] = body
        if missing:
            stored = await messages.bodies(db, missing)
            found.update({id_: r["body"] for id_, r in stored.items()})
        again = [row for row in rows if row["attempt"] > 1]
        if again:
            await self._store_again(db, again, found)
        return found

    async def _store_again(self, db: Any, again: Sequence[Any], found: dict[int, bytes]) -> None:
        now = self.core.clock.now()
        await self.core.ids.ensure(db, len(again))
        kept = await messages.attempts_kept(db, [(row["id"], row["attempt"]) for row in again])
        raws = []
        for row in again:
            body = found[row["id"]] = mark_possible_duplicate(found[row["id"]])
            if row["id"] in kept:
                continue  # the transport did not take it: the same bytes under the same number
            key = hashlib.sha256(body).digest() + bytes([row["attempt"]])
            raws.append(Raw(self.core.ids.take(), "out", self.link.name, key, now, body))
        await messages.keep_many(db, raws)
        new = [row for row in again if row["id"] not in kept]
        first = [(row["id"], 1, row["id"], row["before"]) for row in new if row["attempt"] == 2]
        copies = [
            (row["id"], row["attempt"], raw.id, now) for row, raw in zip(new, raws, strict=True)
        ]
        await messages.attempted_many(db, [*first, *copies])
