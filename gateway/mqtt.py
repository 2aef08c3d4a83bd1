"""MQTT 3.1.1 at QoS 1: what comes is acknowledged after the commit, what goes is sent once.

A repeat is the outbox's decision, so a publish whose fate is unknown says just that.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

import aiomqtt
import structlog
import tenacity
from paho.mqtt import client as paho

from gateway.mqtt_connection import cancel, close, connect, inside, make_client, until_lost

NEVER_LEFT = (paho.MQTT_ERR_NO_CONN, paho.MQTT_ERR_QUEUE_SIZE)

log = structlog.get_logger("mqtt")


class LinkDown(ConnectionError):
    """The broker cannot be reached; nothing left this machine."""


class FateUnknown(LinkDown):
    """The payload may have left: the connection was lost, or no PUBACK came in time."""


class Fate(Enum):
    """What became of one of many payloads."""

    TAKEN = "taken"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


class Session:
    """One connection's life; its packet numbers, and so its acks, mean nothing in the next."""

    def __init__(self, client: paho.Client) -> None:
        self.client = client
        self.open = True

    def ack(self, packet: int) -> None:
        """Acknowledge, unless the connection the packet came on is gone: then it comes again."""
        if self.open:
            self.client.ack(packet, 1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload that came; the broker keeps it until `ack`."""

    topic: str
    payload: bytes
    session: Session
    packet: int
    quality: int

    def ack(self) -> None:
        """Let the broker forget it. Call once, after the commit."""
        if self.quality:
            self.session.ack(self.packet)


class Mqtt:
    """A durable session for what comes and a connection for what goes, both kept up by themselves.

    Two connections, so that a flood that fills the queue, and stops our reading, does not keep
    the acknowledgements of our own payloads from us.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        in_flight_max: int = 100,
        queue_max: int = 2000,
        queue_bytes_max: int = 64 * 1024 * 1024,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._url = url
        self._client_id = client_id
        self._timeout_seconds = timeout_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False
        self._ended: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

        self._in_flight_max = in_flight_max
        self._slots = asyncio.Semaphore(in_flight_max)
        self._out: paho.Client | None = None
        self._out_up = asyncio.Event()
        self._unanswered: dict[int, asyncio.Future[None]] = {}

        self._queue_max = queue_max
        self._queue_bytes_max = queue_bytes_max
        self._queue: deque[Delivery] = deque()
        self._queue_bytes = 0
        self._arrived = asyncio.Event()
        self._session: Session | None = None
        self._in: aiomqtt.Client | None = None
        self._paused = False
        self._granted: dict[str, asyncio.Event] = {}

    async def __aenter__(self) -> Self:
        """Start connecting; nothing here waits for the broker."""
        self._tasks = [
            asyncio.create_task(self._keep_up("in", self._serve_in), name=f"{self._client_id} in"),
            asyncio.create_task(
                self._keep_up("out", self._serve_out), name=f"{self._client_id} out"
            ),
        ]
        for task in self._tasks:
            task.add_done_callback(self._no_longer_kept_up)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        self._arrived.set()
        await cancel(*self._tasks)

    def _no_longer_kept_up(self, task: asyncio.Task[None]) -> None:
        if not self._closed:
            self._ended = task
            self._arrived.set()

    @property
    def connected(self) -> bool:
        """Whether both connections are up."""
        return self._out is not None and self._in is not None

    @property
    def waiting(self) -> int:
        """How many payloads have come and not been taken."""
        return len(self._queue)

    @property
    def paused(self) -> bool:
        """Whether the bound of the queue is reached, and reading has stopped."""
        return self._paused

    # what comes

    async def subscribe(self, topic: str) -> None:
        """Ask for a topic, now and after every reconnect; LinkDown if there is no answer yet."""
        granted = self._granted.setdefault(topic, asyncio.Event())
        try:
            if self._in is not None and not granted.is_set():
                await self._ask(self._in, [topic], self._timeout_seconds)
            async with asyncio.timeout(self._timeout_seconds):
                await granted.wait()
        except (aiomqtt.MqttError, TimeoutError) as error:
            raise LinkDown(f"{topic}: the broker has not granted it yet: {error}") from error

    async def _ask(self, client: aiomqtt.Client, topics: list[str], timeout: float) -> None:
        answers = await client.subscribe([(topic, 1) for topic in topics], timeout=timeout)
        for topic, answer in zip(topics, answers, strict=True):
            if getattr(answer, "value", answer) == 1:
                self._granted[topic].set()
            else:
                log.error("not granted at QoS 1", client=self._client_id, topic=topic)

    async def batches(
        self, cap: int = 500, bytes_max: int = 8 * 1024 * 1024
    ) -> AsyncIterator[list[Delivery]]:
        """What has come since the last batch, once there is anything; ends with the client.

        RuntimeError when a connection is no longer kept up: better dead than deaf.
        """
        while not self._closed:
            await self._arrived.wait()
            if self._ended is not None:
                raise RuntimeError(f"{self._ended.get_name()} is no longer kept up") from (
                    None if self._ended.cancelled() else self._ended.exception()
                )
            if batch := self._take(cap, bytes_max):
                yield batch

    def _take(self, cap: int, bytes_max: int) -> list[Delivery]:
        batch: list[Delivery] = []
        size = 0
        while self._queue and len(batch) < cap and size < bytes_max:
            batch.append(self._queue.popleft())
            size += len(batch[-1].payload)
        self._queue_bytes -= size
        if not self._queue:
            self._nothing_more()
        if self._paused and not self._half_full():
            self._resume()
        return batch

    def _received(self, _client: paho.Client, session: Session, message: paho.MQTTMessage) -> None:
        self._queue.append(
            Delivery(message.topic, bytes(message.payload), session, message.mid, message.qos)
        )
        self._queue_bytes += len(message.payload)
        self._arrived.set()

    def _full(self) -> bool:
        return len(self._queue) >= self._queue_max or self._queue_bytes >= self._queue_bytes_max

    def _half_full(self) -> bool:
        return (
            len(self._queue) * 2 >= self._queue_max
            or self._queue_bytes * 2 >= self._queue_bytes_max
        )

    def _read(self) -> None:
        """Read one packet, and stop reading when the queue is full: the broker keeps the rest."""
        if self._session is None or not self._session.open:
            return
        client = self._session.client
        client.loop_read()
        link: Any = client.socket()
        while link is not None and hasattr(link, "pending") and link.pending() > 0:
            client.loop_read()
            link = client.socket()
        if link is not None and self._full():
            self._paused = True
            self._loop.remove_reader(link.fileno())

    def _resume(self) -> None:
        self._paused = False
        if self._session is not None and self._session.open:
            link: Any = self._session.client.socket()
            if link is not None:
                self._loop.add_reader(link.fileno(), self._read)

    async def _serve_in(self, client: aiomqtt.Client) -> None:
        self._session = inside(client).user_data_get()
        self._resume()
        self._in = client
        asking = asyncio.create_task(self._ask_again(client))
        try:
            await until_lost(client)
        finally:
            self._in = None
            self._forget()
            await cancel(asking)

    async def _ask_again(self, client: aiomqtt.Client) -> None:
        """Ask for all topics; the answer may stand behind a backlog, so it may take its time."""
        if topics := list(self._granted):
            await self._ask(client, topics, math.inf)

    def _forget(self) -> None:
        """Drop what came on the lost connection: it cannot be acknowledged and comes again."""
        if self._session is not None:
            self._session.open = False
        self._session = None
        self._paused = False
        self._queue.clear()
        self._queue_bytes = 0
        self._nothing_more()

    def _nothing_more(self) -> None:
        if not self._closed and self._ended is None:
            self._arrived.clear()

    # what goes

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send one payload and wait for its PUBACK, or LinkDown, or FateUnknown."""
        async with self._slots:
            client = await self._outgoing()
            sent = client.publish(topic, payload, qos=1, retain=retain)
            if sent.rc in NEVER_LEFT:
                raise LinkDown(f"{topic}: no connection")
            if sent.rc != paho.MQTT_ERR_SUCCESS:
                raise FateUnknown(f"{topic}: connection lost while sending")
            await self._answered(topic, sent.mid)

    async def publish_many(
        self, payloads: Sequence[tuple[str, bytes]], *, retain: bool = False
    ) -> list[Fate]:
        """Send these in order, many in flight at once, and say what became of each."""
        tasks = [asyncio.create_task(self._fate(*payload, retain)) for payload in payloads]
        return list(await asyncio.gather(*tasks))

    async def _fate(self, topic: str, payload: bytes, retain: bool) -> Fate:
        try:
            await self.publish(topic, payload, retain=retain)
        except FateUnknown:
            return Fate.UNKNOWN
        except LinkDown:
            return Fate.NOT_SENT
        return Fate.TAKEN

    async def _outgoing(self) -> paho.Client:
        if self._out is None:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    await self._out_up.wait()
            except TimeoutError:
                raise LinkDown("the broker cannot be reached") from None
        if self._out is None:
            raise LinkDown("the connection was lost")
        return self._out

    async def _answered(self, topic: str, packet: int) -> None:
        answer: asyncio.Future[None] = self._loop.create_future()
        self._unanswered[packet] = answer
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await answer
        except TimeoutError:
            raise FateUnknown(f"{topic}: no PUBACK in {self._timeout_seconds} s") from None
        finally:
            self._unanswered.pop(packet, None)

    def _taken(self, _client: paho.Client, _data: Any, packet: int, *_: Any) -> None:
        answer = self._unanswered.get(packet)
        if answer is not None and not answer.done():
            answer.set_result(None)

    async def _serve_out(self, client: aiomqtt.Client) -> None:
        self._out = inside(client)
        self._out_up.set()
        try:
            await until_lost(client)
        finally:
            self._out = None
            self._out_up.clear()
            for answer in self._unanswered.values():
                if not answer.done():
                    answer.set_exception(FateUnknown("connection lost before the PUBACK"))

    # both

    async def _keep_up(self, way: str, serve: Callable[[aiomqtt.Client], Awaitable[None]]) -> None:
        while not self._closed:
            client = await self._connect(way)
            try:
                await serve(client)
            except (aiomqtt.MqttError, OSError) as error:
                log.warning("connection lost", client=self._client_id, way=way, error=str(error))
            finally:
                await close(client)

    async def _connect(self, way: str) -> aiomqtt.Client:
        async for attempt in self._tries():
            with attempt:
                client = self._fresh(way)
                await connect(client)
                return client
        raise AssertionError("tenacity gives up only when told to")

    def _tries(self) -> tenacity.AsyncRetrying:
        return tenacity.AsyncRetrying(
            wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
            retry=tenacity.retry_if_exception_type((aiomqtt.MqttError, OSError)),
            before_sleep=self._tell,
        )

    def _tell(self, attempt: tenacity.RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome else None
        log.warning(
            "no broker", client=self._client_id, tries=attempt.attempt_number, error=str(error)
        )

    def _fresh(self, way: str) -> aiomqtt.Client:
        client = make_client(
            self._url,
            self._client_id if way == "in" else f"{self._client_id}-out",
            clean=way == "out",
            timeout_seconds=self._timeout_seconds,
            in_flight_max=self._in_flight_max,
        )
        private = inside(client)
        private.user_data_set(Session(private))
        private.on_message = self._received
        private.on_publish = self._taken
        return client
