"""Links: how messages leave and arrive. MQTT topics and directories, several at once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Literal, Protocol

import structlog

import builders.lau
from gateway import lau
from gateway.inbound import Arrival
from gateway.mqtt import Fate, LinkDown, Mqtt
from parsers import companions
from schemas.lau import SUFFIX
from schemas.problem import Refused

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

    async def ready(self) -> None:
        """Return once an answer to what is sent would be heard."""
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


def signed(core: Core, state: LinkState, messages: Sequence[Outgoing]) -> list[Outgoing] | None:
    """The messages with their authentication; None, said on the link, where no key can be used now."""
    keys = core.keys_of(state.name)
    try:
        made = [(id_, ref, lau.sign(body, keys, core.clock.now())) for id_, ref, body in messages]
    except Refused as refused:
        log.error("not sent: no authentication", link=state.name, error=str(refused))
        state.detail = str(refused)
        return None
    return made


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
        self._hears = asyncio.Event()

    @property
    def state(self) -> LinkState:
        """As it is now: the connection comes and goes by itself."""
        self._state.up = self.mqtt.connected
        return self._state

    async def ready(self) -> None:
        await self._hears.wait()  # what comes to a topic nobody ever asked for, a broker forgets

    async def send(self, messages: Sequence[Outgoing]) -> dict[int, Fate]:
        topic = f"finality/links/{self.name}/out"
        glue = GLUE[self.config.format]
        made = signed(self.core, self._state, messages)
        if made is None:
            return {id_: Fate.NOT_SENT for id_, *_ in messages}
        groups = packs(made, self.core.settings.pack_bytes_max)
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
                self._hears.set()
                return


PROOF_SECONDS = 10.0  # a file waits so long for what authenticates it
PROOF_BYTES = 44  # HMAC-SHA256 as Base64
PROOF_BYTES_MAX = 1024
PARTIAL = (".tmp", ".part", ".writing")
STABLE_SECONDS = 2.0
SCAN_SECONDS = 0.25
MESSAGE_STARTS = (b"{1:", b"<")  # a companion that holds the network's own answer


@dataclass(frozen=True, slots=True)
class Sight:
    """A file as one scan saw it: another size or time of writing is another sight."""

    inode: int
    size: int
    written_ns: int
    since: float  # real seconds of the first scan that saw it so


class DirectoryLink:
    """Folders `out`, `in`, `done` and `error`: files written whole then renamed, read once they are whole.

    The counterparty answers in `in`, or with a companion beside our file in `out`: `NAME.ack` took
    it, `NAME.nak` or `NAME.err` refused it, whatever is in it.
    """

    def __init__(self, core: Core, config: LinkConfig, root: Path) -> None:
        self.core = core
        self.name = config.name
        self.config = config
        self.root = root
        self.inbound = core.inbounds[config.name]
        self.state = LinkState(config.name, "directory", config.format, up=True)
        self._seen: dict[Path, Sight] = {}
        self._unsent = ""  # why the last messages could not be authenticated
        self._proved = False  # whether a file stands beside each that authenticates it
        for folder in ("out", "in", "done", "error"):
            (root / folder).mkdir(parents=True, exist_ok=True)

    async def ready(self) -> None:
        """At once: a file waits for its reader."""

    async def send(self, messages: Sequence[Outgoing]) -> dict[int, Fate]:
        suffix = "rje" if self.config.format == "fin" else "xml"
        fates: dict[int, Fate] = {id_: Fate.NOT_SENT for id_, *_ in messages}
        made = signed(self.core, self.state, messages)
        self._unsent = self.state.detail if made is None else ""
        for id_, reference, body in made or ():
            safe = re.sub(r"[^A-Za-z0-9-]", "_", reference)
            path = self.root / "out" / f"{id_}-{safe}.{suffix}"
            try:
                await asyncio.to_thread(self._write, path, body)
            except OSError as error:
                log.warning("directory link", link=self.name, error=str(error))
                continue  # renamed last: what is not there never left
            except Refused as refused:  # the key's time ran out between signing and writing
                self._unsent = str(refused)
                continue
            fates[id_] = Fate.TAKEN
            self.state.last_out_at = self.core.clock.now()
        return fates

    def _write(self, path: Path, body: bytes) -> None:
        """Our file, after the one that authenticates it: who sees the first has the second."""
        keys = self.core.keys_of(self.name)
        if keys is not None and keys.adapter == "file":
            key = keys.signing(self.core.clock.now())
            write_whole(proof_of(path), builders.lau.sign_file(body, key))
        write_whole(path, body)

    async def listen(self) -> None:
        while True:
            try:
                keys = self.core.keys_of(self.name)
                self._proved = keys is not None and keys.adapter == "file"
                for path in await asyncio.to_thread(self._ready):
                    await self._take(path)
                self.state.up, self.state.detail = True, self._unsent
            except OSError as error:
                self.state.up, self.state.detail = False, str(error)
                log.warning("directory link", link=self.name, error=str(error))
            await asyncio.sleep(SCAN_SECONDS)

    def _ready(self) -> list[Path]:
        """Files that are whole, in the order they were written."""
        now = time.time()
        before, self._seen = self._seen, {}
        working = {
            (sight.inode, sight.size, sight.written_ns)
            for path, sight in before.items()
            if path.suffix in PARTIAL
        }
        ready: list[tuple[int, str, Path]] = []
        for path, stat in self._files():
            last = before.get(path)
            state = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            stood = last is not None and (last.inode, last.size, last.written_ns) == state
            since = last.since if last is not None and stood else now
            self._seen[path] = Sight(*state, since)
            if path.suffix in PARTIAL or not (
                state in working or _is_whole(stat, stood, since, now)
            ):
                continue
            if not self._proved or has_proof(path) or now - since >= PROOF_SECONDS:
                ready.append((stat.st_mtime_ns, path.name, path))
        return [path for *_, path in sorted(ready)]

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """What lies in `in`, and the companions of our files in `out`."""
        for folder in ("in", "out"):
            for path in (self.root / folder).iterdir():
                final = path.stem if path.suffix in PARTIAL else path.name
                if path.name.startswith(".") or (folder == "out" and not companions.is_name(final)):
                    continue
                if self._proved and path.suffix == SUFFIX:
                    continue
                try:
                    stat = path.stat()
                except FileNotFoundError:  # renamed or taken away since the folder was listed
                    continue
                if S_ISREG(stat.st_mode):
                    yield path, stat

    async def _take(self, path: Path) -> None:
        size = path.stat().st_size
        if size > self.core.settings.body_bytes_max:
            await asyncio.to_thread(
                self._refuse, path, f"{size} bytes, more than {self.core.settings.body_bytes_max}"
            )
            return
        payload = await asyncio.to_thread(path.read_bytes)
        self.state.last_in_at = self.core.clock.now()
        proof = await asyncio.to_thread(read_proof, path) if self._proved else None
        companion = companions.is_name(path.name)
        if companion and not payload.lstrip().startswith(MESSAGE_STARTS):
            payload = companions.frame(path.name, payload)
        elif not payload.strip():
            await asyncio.to_thread(self._refuse, path, "the file is empty")
            return

        await self.core.room()
        done = self._put_away if companion else self._done
        key = path.name.encode() + (b"\n" + proof if proof else b"")
        await self.inbound.deliver([Arrival(payload, lambda: done(path), key, proof)])

    def _put_away(self, path: Path) -> None:
        """A companion has no companion of its own."""
        self._move(path, "done")

    def _done(self, path: Path) -> None:
        """Out of `in`, with a companion that says what was taken."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        write_whole(self.root / "done" / f"{path.name}.ack", f"taken sha256={digest}\n".encode())
        self._move(path, "done")

    def _refuse(self, path: Path, why: str) -> None:
        write_whole(self.root / "error" / f"{path.name}.err", f"refused: {why}\n".encode())
        self._move(path, "error")

    def _move(self, path: Path, folder: str) -> None:
        """Out of the way, after what authenticates it."""
        if self._proved and (proof := proof_of(path)).exists():
            os.replace(proof, self.root / folder / proof.name)
        os.replace(path, self.root / folder / path.name)


def proof_of(path: Path) -> Path:
    """The file beside this one that authenticates it."""
    return path.with_name(path.name + SUFFIX)


def has_proof(path: Path) -> bool:
    """Whether what authenticates it is there, whole as far as one can see."""
    try:
        return proof_of(path).stat().st_size >= PROOF_BYTES
    except OSError:
        return False


def read_proof(path: Path) -> bytes | None:
    """What authenticates this file; None where it is not there or is no such thing by its size."""
    try:
        with open(proof_of(path), "rb") as file:
            return file.read(PROOF_BYTES_MAX)
    except OSError:
        return None


def _is_whole(stat: os.stat_result, stood: bool, since: float, now: float) -> bool:
    """Whether nobody writes to a file any more, as far as one can see.

    A rename into place changes the file's status and not its content: where the status is newer
    than the last writing it was renamed, and one more look without a change is enough. Otherwise,
    as when it is written in place, it must stand still for two seconds. An empty file proves nothing.
    """
    renamed = stat.st_ctime_ns > stat.st_mtime_ns and stat.st_size > 0
    return (
        (renamed and stood)
        or now - since >= STABLE_SECONDS
        or now - stat.st_mtime >= STABLE_SECONDS
    )


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
