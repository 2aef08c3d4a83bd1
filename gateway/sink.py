"""The status sink: what the log says, told over MQTT (DESIGN 6) by the holder of the sink's lane.

`finality/events/{type}` carries JSON arrays of events, `finality/instructions/{id}/status` the last state of
each instruction, retained and taken away some days after its end. At least once: an event is known by lane
and sequence number, and comes in order within its lane. The sink lags when there is much to do; the
database is the record, and nothing of ours reads these topics.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from gateway.api.cases import summary
from gateway.api.cursors import read_place, write_place
from gateway.api.feed import plain
from gateway.api.route import text
from gateway.mqtt import Fate, LinkDown, Mqtt
from gateway.runner import OUTAGES
from settlement.condition import CLOSED_STATES
from settlement.payments import FINAL
from store import queries, static
from store.leases import LANES

if TYPE_CHECKING:
    from gateway.core import Core
    from store.rows import Connection

log = structlog.get_logger()
LANE = zlib.crc32(b"sink") % LANES
PAGE = 2000
BREATH_SECONDS = 0.25  # what happens meanwhile is told together
REST = 4  # rests so many times as long as it worked: the lanes come first
ENDED = frozenset(state.value for state in (*CLOSED_STATES, *FINAL))
TOLD, CLEARED = "sink_told", "sink_cleared"


class Sink:
    """Reads the log from where it told last, and tells it; another process takes over with the lane."""

    def __init__(self, core: Core, url: str) -> None:
        self.core = core
        self.url = url

    async def work(self) -> None:
        """Tell for ever; an outage of either server is waited out."""
        while True:
            if self._ours():
                async with Mqtt(self.url, "finality-sink") as mqtt:
                    await self._while_ours(mqtt)
            await asyncio.sleep(BREATH_SECONDS)

    def _ours(self) -> bool:
        return LANE in self.core.held

    async def _while_ours(self, mqtt: Mqtt) -> None:
        while self._ours():
            began = time.monotonic()
            try:
                more = await self._tell(mqtt) or await self._clear(mqtt)
            except OUTAGES as outage:
                log.warning("the sink waits", error=repr(outage))
                more = False
            spent = time.monotonic() - began
            if not more:
                await self.core.feed.wait(1.0)
            await asyncio.sleep(max(BREATH_SECONDS, REST * spent))

    async def _tell(self, mqtt: Mqtt) -> bool:
        """The next page of the log; whether there is more."""
        async with self.core.pool.acquire() as db:
            place = await told_up_to(db, TOLD)
            rows = await queries.feed(db, place, PAGE)
            told = await queries.these(db, {r["aggregate"] for r in rows}) if rows else []
        if not rows:
            self.core.metrics.sink_lag.set(0)
            return False
        _all(await mqtt.publish_many(list(self._events(rows))))
        _all(
            await mqtt.publish_many(
                [(_topic(r["id"]), text(summary(r)).encode()) for r in told], retain=True
            )
        )
        await self._keep(TOLD, place, rows)
        self.core.metrics.sink_lag.set(
            (self.core.clock.now() - rows[-1]["known_at"]).total_seconds()
        )
        return len(rows) == PAGE

    def _events(self, rows: Sequence[Any]) -> Iterator[tuple[str, bytes]]:
        """One payload for each type, or several where one would be too large."""
        by_type: dict[str, list[bytes]] = {}
        for row in rows:
            by_type.setdefault(row["type"], []).append(text(plain(row)).encode())
        most = self.core.settings.pack_bytes_max
        for type_, events in by_type.items():
            size, first = 0, 0
            for n, event in enumerate(events):
                size += len(event) + 1
                if size > most and n > first:
                    yield f"finality/events/{type_}", b"[" + b",".join(events[first:n]) + b"]"
                    first, size = n, len(event) + 1
            yield f"finality/events/{type_}", b"[" + b",".join(events[first:]) + b"]"

    async def _clear(self, mqtt: Mqtt) -> bool:
        """Read the log again, days later, and take away what stands on topics of ended instructions."""
        ended_by = self.core.clock.now() - timedelta(days=self.core.settings.status_days)
        async with self.core.pool.acquire() as db:
            place = await told_up_to(db, CLEARED)
            rows = [r for r in await queries.feed(db, place, PAGE) if r["known_at"] <= ended_by]
            if not rows:
                return False
            said = {r["aggregate"] for r in rows if json.loads(r["payload"]).get("state") in ENDED}
            ended = [
                r["id"]
                for r in await queries.these(db, said)
                if r["state"] in ENDED and r["since"] <= ended_by
            ]
        _all(await mqtt.publish_many([(_topic(id_), b"") for id_ in ended], retain=True))
        await self._keep(CLEARED, place, rows)
        return len(rows) == PAGE

    async def _keep(self, name: str, place: dict[int, int], rows: Sequence[Any]) -> None:
        place.update((r["lane"], r["seq"]) for r in rows)  # in sequence within a lane
        async with self.core.pool.acquire() as db:
            await static.set_setting(db, name, write_place(place))


def _topic(id_: object) -> str:
    return f"finality/instructions/{id_}/status"


async def told_up_to(db: Connection, name: str) -> dict[int, int]:
    """The place in the log kept under this name; empty where nothing was told yet."""
    token = (await static.settings(db)).get(name)
    return read_place(token) if token else {}


def _all(fates: Sequence[Fate]) -> None:
    """LinkDown unless the broker has taken every one."""
    missing = sum(fate is not Fate.TAKEN for fate in fates)
    if missing:
        raise LinkDown(f"{missing} of {len(fates)} payloads were not taken; they are told again")
