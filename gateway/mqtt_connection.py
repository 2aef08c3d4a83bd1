"""One MQTT connection: made, opened, watched, closed. What travels on it is in gateway/mqtt.py.

Leans on the private paho client inside aiomqtt: aiomqtt acknowledges on receipt, notices only by
its time limit that a connection broke before the broker answered, and may watch a closed socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
from paho.mqtt import client as paho

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_SECONDS = 30
SOCKET_OPTIONS = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
CANCEL_SECONDS = 1.0


def make_client(
    url: str, identifier: str, *, clean: bool, timeout_seconds: float, in_flight_max: int = 20
) -> aiomqtt.Client:
    """A client that was never connected: paho would send old payloads again by itself."""
    parts = urlsplit(url)
    client = aiomqtt.Client(
        parts.hostname or "127.0.0.1",
        parts.port or PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        identifier=identifier,
        protocol=aiomqtt.ProtocolVersion.V311,
        clean_session=clean,
        timeout=timeout_seconds,
        keepalive=KEEPALIVE_SECONDS,
        max_inflight_messages=in_flight_max,
        tls_params=aiomqtt.TLSParameters() if parts.scheme == "mqtts" else None,
        socket_options=SOCKET_OPTIONS,
    )
    private = inside(client)
    private.manual_ack_set(True)
    watch_writing(private)
    return client


def inside(client: aiomqtt.Client) -> paho.Client:
    """The paho client that does the work."""
    return client._client


def watch_writing(client: paho.Client) -> None:
    """Watch only a socket that is still open: its number may belong to another one by then."""
    loop = asyncio.get_running_loop()

    def watch(link: Any) -> None:
        number: int = link.fileno()
        if client.socket() is link and number >= 0 and client.want_write():
            try:
                loop.add_writer(number, client.loop_write)
            except RuntimeError:  # uvloop gave the socket up when it broke, and nobody was told
                client.loop_write()  # meets the same error, and ends the connection

    def wants_to_write(_client: paho.Client, _data: Any, link: Any) -> None:
        loop.call_soon_threadsafe(watch, link)

    client.on_socket_register_write = wants_to_write


async def connect(client: aiomqtt.Client) -> None:
    """Connect, or raise at once when the connection breaks before the broker's answer."""
    loop = asyncio.get_running_loop()
    broken = asyncio.Event()
    private = inside(client)
    theirs: Any = private.on_disconnect

    def on_disconnect(*args: Any) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # it asks a future that was given up
            theirs(*args)
        loop.call_soon_threadsafe(broken.set)

    private.on_disconnect = on_disconnect
    opening = asyncio.create_task(client.__aenter__())
    breaking = asyncio.create_task(broken.wait())
    try:
        await asyncio.wait((opening, breaking), return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            raise aiomqtt.MqttError("the connection broke before the broker answered")
        await opening
    except BaseException:
        private.disconnect()
        raise
    finally:
        await cancel(*(task for task in (opening, breaking) if not task.done()))


async def until_lost(client: aiomqtt.Client) -> None:
    """Wait until the connection ends; raises the reason. Payloads do not come this way."""
    async for _ in client.messages:
        pass


async def close(client: aiomqtt.Client) -> None:
    """Say goodbye where there is somebody to say it to."""
    with contextlib.suppress(aiomqtt.MqttError, OSError):
        await client.__aexit__(None, None, None)


async def reachable(url: str, identifier: str, timeout_seconds: float) -> bool:
    """Whether a broker answers there and takes the password."""
    client = make_client(url, identifier, clean=True, timeout_seconds=timeout_seconds)
    try:
        await connect(client)
    except (aiomqtt.MqttError, OSError):
        return False
    await close(client)
    return True


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """End these tasks; asked again and again, for `asyncio.wait_for` may swallow a cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()
