"""A load generator lean enough to share the box with what it measures: raw HTTP/1.1 on kept connections."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Body = Callable[[int], dict[str, Any]]
RETRY_SECONDS = 0.05


class Door:
    """Where to send, and as whom."""

    def __init__(self, url: str, key: str) -> None:
        self.key = key
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.head = (
            f"POST /v1/instructions HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()

    async def get(self, path: str) -> str:
        """The text a GET answers."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {self.key}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2].decode()

    async def connect(self) -> Connection:
        """One kept connection."""
        return Connection(self, *await asyncio.open_connection(self.host, self.port))


class Connection:
    """One request at a time."""

    def __init__(
        self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.door, self.reader, self.writer = door, reader, writer

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; a 503 is retried until it is taken."""
        while True:
            self.writer.write(self.door.head + str(len(body)).encode() + b"\r\n\r\n" + body)
            status, answer = await self._answer()
            if status != 503:
                return status, answer
            await asyncio.sleep(RETRY_SECONDS)

    async def _answer(self) -> tuple[int, bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        return status, await self.reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def one_by_one(
    door: Door, body: Body, connections: int, bulk: int, seconds: float, most: int = 10**9
) -> int:
    """Closed loop: each connection sends its next when the last was answered. How many were taken."""
    counter = iter(range(10**9))
    end = time.perf_counter() + seconds
    taken = 0

    async def send() -> None:
        nonlocal taken
        line = await door.connect()
        while time.perf_counter() < end and taken < most:
            items = [body(next(counter)) for _ in range(bulk)]
            payload = json.dumps(items[0] if bulk == 1 else items).encode()
            status, answer = await line.post(payload)
            if status not in (200, 201):
                raise RuntimeError(f"answered {status}: {answer[:300]!r}")
            taken += bulk
        line.close()

    await asyncio.gather(*(send() for _ in range(connections)))
    return taken


async def open_loop(
    door: Door, body: Body, rate: float, seconds: float, connections: int = 64
) -> list[tuple[str, float]]:
    """Open loop: each goes at its planned time or as soon after as it can. (reference, planned at)."""
    count = int(rate * seconds)
    started = time.time() + 0.2
    plan: asyncio.Queue[int] = asyncio.Queue()
    for n in range(count):
        plan.put_nowait(n)
    planned: list[tuple[str, float]] = []

    async def send() -> None:
        line = await door.connect()
        while not plan.empty():
            n = plan.get_nowait()
            at = started + n / rate
            item = body(n)
            planned.append((item["reference"], at))
            await asyncio.sleep(max(0.0, at - time.time()))
            status, answer = await line.post(json.dumps(item).encode())
            if status not in (200, 201):
                raise RuntimeError(f"answered {status}: {answer[:300]!r}")
        line.close()

    await asyncio.gather(*(send() for _ in range(connections)))
    return planned
