"""Hosts on one wire: payloads in and out, the clock, and the reports that all is quiet."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

from simulators import packing
from simulators.host import Host, Parcel
from simulators.wire import Arrival, Wire

CLOCK_TOPIC = "finality/clock"
BATCH_PAYLOADS_MAX = 200
LONGEST_SLEEP_SECONDS = 1.0
UNTAKEN_MAX = 5_000
BOOKS_EVERY_SECONDS = 0.5


class Station:
    """Runs hosts; what one writes to a topic another reads, is handed over in memory."""

    def __init__(self, hosts: Sequence[Host], url: str, client_id: str, virtual: bool) -> None:
        self._hosts = hosts
        self._virtual = virtual
        self._readers = {topic: host for host in hosts for topic in host.topics}
        self._wire = Wire(url, client_id, self._arrived, self._taken)
        self._arrivals: deque[Arrival] = deque()
        self._flights: dict[int, tuple[Host, list[int]]] = {}
        self._flying: set[tuple[str, int]] = set()
        self._wake = asyncio.Event()
        self._now: datetime | None = None
        self._tick: int | None = None
        self._told: dict[str, str] = {}
        self._rested: dict[str, float] = {}
        self._busy = {host.name: True for host in hosts}

    async def run(self) -> None:
        """Work until cancelled."""
        topics = [*self._readers, *([CLOCK_TOPIC] if self._virtual else [])]
        wire = asyncio.create_task(self._wire.run(topics, self._connected))
        try:
            while True:
                await self._wait(wire)
                self._work()
        finally:
            wire.cancel()
            await asyncio.gather(wire, return_exceptions=True)
            for host in self._hosts:
                host.close()

    async def _wait(self, wire: asyncio.Task[None]) -> None:
        waits = LONGEST_SLEEP_SECONDS
        if not self._virtual:
            now = datetime.now(UTC)
            dues = [due for host in self._hosts if (due := host.engine.due()) is not None]
            waits = min([waits, *((due - now).total_seconds() for due in dues)])
        if waits > 0 and not self._ready():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), waits)
        else:
            await asyncio.sleep(0)
        self._wake.clear()
        if wire.done():
            wire.result()

    # events of the wire

    def _arrived(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        if arrival.topic != CLOCK_TOPIC:
            self._busy[self._readers[arrival.topic].name] = True
        self._wake.set()

    def _taken(self, packet: int) -> None:
        flight = self._flights.pop(packet, None)
        if flight is not None:
            host, numbers = flight
            host.taken(numbers)
            self._flying.difference_update((host.name, n) for n in numbers)
            self._wake.set()

    def _connected(self) -> None:
        """What was in flight on the lost connection goes again; what came on it comes again."""
        self._flights.clear()
        self._flying.clear()
        self._arrivals = deque(a for a in self._arrivals if a.connection == self._wire.connection)
        self._told.clear()
        self._wake.set()

    # one round

    def _ready(self) -> bool:
        """Whether there is something to take, and room for what will follow from it."""
        if not self._arrivals or len(self._flying) >= UNTAKEN_MAX:
            return False
        return self._time() is not None or any(a.topic == CLOCK_TOPIC for a in self._arrivals)

    def _work(self) -> None:
        if len(self._flying) < UNTAKEN_MAX:
            self._take_arrivals()
        now = self._time()
        if now is not None:
            for host in self._hosts:
                host.tick(now)
            self._hand_over(now)
        self._send()
        self._report()

    def _time(self) -> datetime | None:
        return self._now if self._virtual else datetime.now(UTC)

    def _take_arrivals(self) -> None:
        """In the order of arrival; the clock moves between the messages before and after it."""
        if self._virtual and self._now is None:
            clocks = [a for a in self._arrivals if a.topic == CLOCK_TOPIC]
            self._arrivals = deque(clocks + [a for a in self._arrivals if a.topic != CLOCK_TOPIC])
        batch: list[Arrival] = []
        while self._arrivals and len(batch) < BATCH_PAYLOADS_MAX:
            if self._arrivals[0].topic == CLOCK_TOPIC:
                if batch:
                    break
                self._move_clock(self._arrivals.popleft())
                break
            if self._time() is None:
                break
            batch.append(self._arrivals.popleft())
        now = self._time()
        if batch and now is not None:
            for host in self._hosts:
                mine = [(a.topic, a.payload) for a in batch if self._readers[a.topic] is host]
                if mine:
                    host.take(mine, now)
            for arrival in batch:
                self._wire.acknowledge(arrival)

    def _move_clock(self, arrival: Arrival) -> None:
        said = json.loads(arrival.payload)
        now = datetime.fromisoformat(said["now"])
        self._now = max(now, self._now or now, *(host.now for host in self._hosts))
        self._tick = said.get("tick")
        self._busy = dict.fromkeys(self._busy, True)
        self._wire.acknowledge(arrival)

    def _hand_over(self, now: datetime) -> None:
        """Between hosts of this process: journalled by the receiver, then off the sender."""
        moved = True
        while moved:
            moved = False
            for host in self._hosts:
                local = [p for p in host.unsent.values() if p.topic in self._readers]
                if not local:
                    continue
                moved = True
                for reader in self._hosts:
                    mine = [(p.topic, p.raw) for p in local if self._readers[p.topic] is reader]
                    if mine:
                        reader.take(mine, now)
                        self._busy[reader.name] = True
                host.taken([p.n for p in local])

    def _send(self) -> None:
        if not self._wire.up:
            return
        for host in self._hosts:
            free = UNTAKEN_MAX * 2 - len(self._flying)
            new = (p for p in host.unsent.values() if (host.name, p.n) not in self._flying)
            for topic, parcels in _by_topic(islice(new, max(0, free))).items():
                self._send_packed(host, topic, parcels)

    def _send_packed(self, host: Host, topic: str, parcels: list[Parcel]) -> None:
        rest = iter(parcels)
        for count in packing.groups(len(p.raw) for p in parcels):
            group = list(islice(rest, count))
            packet = self._wire.publish(topic, packing.join([p.raw for p in group]))
            if packet is None:
                return
            numbers = [p.n for p in group]
            self._flights[packet] = (host, numbers)
            self._flying.update((host.name, n) for n in numbers)
            self._busy[host.name] = True

    def _report(self) -> None:
        if self._arrivals or not self._wire.up or (self._virtual and self._now is None):
            return
        for host in self._hosts:
            if host.unsent:
                continue
            if not self._rest(host):
                continue
            said = json.dumps(host.report(self._tick))
            if self._told.get(host.name) != said and (
                self._virtual or self._changed(host.name, said)
            ):
                topic = f"finality/simulators/{host.name}/report"
                if self._wire.publish(topic, said.encode()) is not None:
                    self._told[host.name] = said

    def _rest(self, host: Host) -> bool:
        """Let an idle host write its books, on a real clock not more often than it is worth."""
        if self._busy[host.name]:
            since = time.monotonic() - self._rested.get(host.name, 0.0)
            if not self._virtual and since < BOOKS_EVERY_SECONDS:
                return False
            self._rested[host.name] = time.monotonic()
            self._busy[host.name] = False
            host.rest()
        return True

    def _changed(self, name: str, said: str) -> bool:
        return _counts(self._told.get(name, "{}")) != _counts(said)


def _counts(said: str) -> tuple[object, object]:
    report = json.loads(said)
    return report.get("received"), report.get("sent")


def _by_topic(parcels: Iterable[Parcel]) -> dict[str, list[Parcel]]:
    found: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        found.setdefault(parcel.topic, []).append(parcel)
    return found
