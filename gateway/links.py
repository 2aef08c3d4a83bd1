"""Links: how messages leave and arrive. MQTT topics and directories, several at once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import structlog

from gateway.inbound import Arrival
from gateway.mqtt import Fate, LinkDown, Mqtt

if TYPE_CHECKING:
    from gateway.core import Core

log = structlog.get_logger()
Outgoing = tuple[int, str, bytes]  # outbox id, our reference, bytes


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """One link: its transport, what it speaks, and the folder of a directory link."""

    name: str
    transport: Literal["mqtt", "directory"]
    format: Literal["fin", "mx"]
    folder: str = ""


@dataclass(slots=True)
class LinkState:
    """What the desk shows of a link."""

    name: str
    transport: str
    format: str
    up: bool = False
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    detail: str = ""


class Link(Protocol):
    """What the relay and the wiring need of a link."""

    name: str

    @property
    def state(self) -> LinkState:
        """What the desk shows of it."""
        ...

    async def send(self, messages: Sequence[Outgoing]) -> dict[int, Fate]:
        """Hand these to the transport; what became of each, by outbox id."""
        ...

    async def listen(self) -> None:
        """Receive for ever."""
        ...


def packs(messages: Iterable[Outgoing], bytes_max: int) -> list[list[Outgoing]]:
    """Messages in their order, grouped so that no payload grows beyond `bytes_max`."""
    grouped: list[list[Outgoing]] = []
    size = bytes_max
    for message in messages:
        size += len(message[2]) + 1
        if size > bytes_max:
            grouped.append([])
            size = len(message[2]) + 1
        grouped[-1].append(message)
    return grouped


GLUE = {"fin": b"$", "mx": b"\n"}  # RJE; DataPDUs one after the other


class MqttLink:
    """`finality/links/{name}/out` and `/in`, QoS 1, acknowledged after the commit."""

    def __init__(self, core: Core, config: LinkConfig, mqtt: Mqtt) -> None:
        self.core = core
        self.name = config.name
        self.config = config
        self.mqtt = mqtt
        self.inbound = core.inbounds[config.name]
        self._state = LinkState(config.name, "mqtt", config.format)

    @property
    def state(self) -> LinkState:
        """As it is now: the connection comes and goes by itself."""
        self._state.up = self.mqtt.connected
        return self._state

    async def send(self, messages: Sequence[Outgoing]) -> dict[int, Fate]:
        topic = f"finality/links/{self.name}/out"
        glue = GLUE[self.config.format]
        groups = packs(messages, self.core.settings.pack_bytes_max)
        fates = await self.mqtt.publish_many(
            [(topic, glue.join(body for _, _, body in group)) for group in groups]
        )
        if Fate.TAKEN in fates:
            self.state.last_out_at = self.core.clock.now()
        return {
            message[0]: fate for group, fate in zip(groups, fates, strict=True) for message in group
        }

    async def listen(self) -> None:
        await self._subscribe(f"finality/links/{self.name}/in")
        async for batch in self.mqtt.batches(cap=64):
            self.state.last_in_at = self.core.clock.now()
            await self.core.room()
            await self.inbound.deliver([Arrival(d.payload, d.ack) for d in batch])

    async def _subscribe(self, topic: str) -> None:
        while True:
            try:
                await self.mqtt.subscribe(topic)
            except LinkDown as down:
                self.state.detail = str(down)
            else:
                self.state.detail = ""
                return


PARTIAL = (".tmp", ".part", ".writing")
STABLE_SECONDS = 2.0


class DirectoryLink:
    """Folders `out`, `in`, `done` and `error`: files written whole then renamed, read once they are still."""

    def __init__(self, core: Core, config: LinkConfig, root: Path) -> None:
        self.core = core
        self.name = config.name
        self.config = config
        self.root = root
        self.inbound = core.inbounds[config.name]
        self.state = LinkState(config.name, "directory", config.format, up=True)
        self._seen: dict[str, tuple[int, int, float]] = {}
        for folder in ("out", "in", "done", "error"):
            (root / folder).mkdir(parents=True, exist_ok=True)

    async def send(self, messages: Sequence[Outgoing]) -> dict[int, Fate]:
        suffix = "rje" if self.config.format == "fin" else "xml"
        fates: dict[int, Fate] = {}
        for id_, reference, body in messages:
            safe = re.sub(r"[^A-Za-z0-9-]", "_", reference)
            path = self.root / "out" / f"{id_}-{safe}.{suffix}"
            try:
                await asyncio.to_thread(write_whole, path, body)
            except OSError as error:
                log.warning("directory link", link=self.name, error=str(error))
                fates[id_] = Fate.NOT_SENT  # renamed last: what is not there never left
            else:
                fates[id_] = Fate.TAKEN
        self.state.last_out_at = self.core.clock.now()
        return fates

    async def listen(self) -> None:
        while True:
            try:
                for path in await asyncio.to_thread(self._ready):
                    await self._take(path)
                self.state.up, self.state.detail = True, ""
            except OSError as error:
                self.state.up, self.state.detail = False, str(error)
                log.warning("directory link", link=self.name, error=str(error))
            await asyncio.sleep(0.25)

    def _ready(self) -> list[Path]:
        """Files that were renamed into place whole, or whose size stood still for two seconds."""
        ready: list[Path] = []
        now = time.time()
        names = sorted(
            (
                p
                for p in (self.root / "in").iterdir()
                if p.is_file() and not p.name.startswith(".") and p.suffix not in PARTIAL
            ),
            key=lambda p: (p.stat().st_mtime_ns, p.name),
        )
        for path in names:
            stat = path.stat()
            before = self._seen.get(path.name)
            same = before is not None and before[:2] == (stat.st_size, stat.st_mtime_ns)
            since = before[2] if before is not None and same else now
            self._seen[path.name] = (stat.st_size, stat.st_mtime_ns, since)
            if now - since >= STABLE_SECONDS or now - stat.st_mtime >= STABLE_SECONDS:
                ready.append(path)
        gone = self._seen.keys() - {p.name for p in names}
        for name in gone:
            del self._seen[name]
        return ready

    async def _take(self, path: Path) -> None:
        size = path.stat().st_size
        if size > self.core.settings.body_bytes_max:
            await asyncio.to_thread(
                self._refuse, path, f"{size} bytes, more than {self.core.settings.body_bytes_max}"
            )
            return
        payload = await asyncio.to_thread(path.read_bytes)
        self.state.last_in_at = self.core.clock.now()
        if not payload.strip():
            await asyncio.to_thread(self._refuse, path, "the file is empty")
            return

        await self.core.room()
        await self.inbound.deliver([Arrival(payload, lambda: self._done(path), path.name.encode())])

    def _done(self, path: Path) -> None:
        """Out of `in`, with a companion that says what was taken."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        write_whole(self.root / "done" / f"{path.name}.ack", f"taken sha256={digest}\n".encode())
        os.replace(path, self.root / "done" / path.name)

    def _refuse(self, path: Path, why: str) -> None:
        write_whole(self.root / "error" / f"{path.name}.err", f"refused: {why}\n".encode())
        os.replace(path, self.root / "error" / path.name)


def write_whole(path: Path, body: bytes) -> None:
    """Write beside, sync, then rename: a reader never sees half a file."""
    beside = path.with_name(f".{path.name}.tmp")
    with open(beside, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
