"""MQTT 3.1.1 at QoS 1 for the simulators: acknowledged when told so, counted when taken.

aiomqtt connects and keeps the loop; acknowledging by hand and PUBACKs need the paho client in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
from paho.mqtt import client as paho

log = logging.getLogger("simulators")
IN_FLIGHT_MAX = 200
WAIT_SECONDS_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One payload, kept by the broker until it is acknowledged."""

    topic: str
    payload: bytes
    packet: int
    connection: int


class Wire:
    """A durable session that comes back by itself; `arrived` is called for each payload."""

    def __init__(
        self,
        url: str,
        client_id: str,
        arrived: Callable[[Arrival], None],
        taken: Callable[[int], None],
    ) -> None:
        self._url = urlsplit(url)
        self._client_id = client_id
        self._arrived = arrived
        self._taken = taken
        self._private: paho.Client | None = None
        self._reader: paho.Client | None = None  # also before the connection is known to be up
        self.connection = 0

    @property
    def up(self) -> bool:
        """Whether there is a connection."""
        return self._private is not None

    async def run(self, topics: Sequence[str], connected: Callable[[], None]) -> None:
        """Connect, subscribe, and do it again whenever the connection is lost."""
        wait = 0.05
        while True:
            try:
                async with self._client() as client:
                    self._private = client._client
                    await client.subscribe([(topic, 1) for topic in topics], timeout=60)
                    wait = 0.05
                    connected()
                    async for _ in client.messages:
                        pass
            except (aiomqtt.MqttError, OSError) as error:
                log.warning("%s: no broker: %s", self._client_id, error)
            finally:
                self._private = None
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(wait * 2, WAIT_SECONDS_MAX)

    def _client(self) -> aiomqtt.Client:
        client = aiomqtt.Client(
            self._url.hostname or "127.0.0.1",
            self._url.port or 1883,
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            identifier=self._client_id,
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=False,
            timeout=10,
            keepalive=30,
            max_inflight_messages=IN_FLIGHT_MAX,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),  # else 40 ms a report
        )
        self.connection += 1
        self._reader = private = client._client
        private.manual_ack_set(True)
        private.on_message = self._came
        private.on_publish = self._published
        return client

    def _came(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._arrived(Arrival(message.topic, payload, message.mid, self.connection))

    def _published(self, _client: paho.Client, _data: Any, packet: int, *_: Any) -> None:
        self._taken(packet)

    def acknowledge(self, arrival: Arrival) -> None:
        """Let the broker forget it; on a later connection it comes again anyhow."""
        if self._reader is not None and arrival.connection == self.connection:
            self._reader.ack(arrival.packet, 1)

    def publish(self, topic: str, payload: bytes) -> int | None:
        """Send at QoS 1; the packet number `taken` will be called with, None when not connected."""
        if self._private is None:
            return None
        with contextlib.suppress(ValueError):
            sent = self._private.publish(topic, payload, qos=1)
            if sent.rc == paho.MQTT_ERR_SUCCESS:
                return sent.mid
        return None
