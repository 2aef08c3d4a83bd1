"""The embedded broker, with real processes killed for real."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiomqtt
import pytest

from gateway.broker import BrokerUnavailable, EmbeddedBroker
from store import supervisor
from store.account import temporary_data

ROOT = Path(__file__).parents[2]
STARTER = """
import asyncio, sys
from pathlib import Path
from gateway.broker import EmbeddedBroker

async def main():
    server = EmbeddedBroker(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.fixture
def data() -> Iterator[Path]:
    with temporary_data() as path:
        yield path


async def test_it_listens_on_loopback_only(data: Path) -> None:
    async with EmbeddedBroker(data) as broker:
        config = (data / "broker/server.conf").read_text()
        listening = [line.strip() for line in config.splitlines() if "listen:" in line]
        assert len(listening) == 2
        assert all(line.startswith('listen: "127.0.0.1:') for line in listening)
        assert urlsplit(broker.url()).hostname == "127.0.0.1"


async def test_the_port_and_the_password_stay_the_same(data: Path) -> None:
    async with EmbeddedBroker(data) as broker:
        first = broker.url()
    async with EmbeddedBroker(data) as broker:
        assert broker.url() == first
    assert (data / "broker.json").stat().st_mode & 0o777 == 0o600
    assert (data / "broker/server.conf").stat().st_mode & 0o777 == 0o600


async def test_a_port_that_somebody_took_is_given_up(data: Path) -> None:
    async with EmbeddedBroker(data) as broker:
        port = urlsplit(broker.url()).port
    with socket.create_server(("127.0.0.1", port or 0)):
        async with EmbeddedBroker(data) as broker:
            assert urlsplit(broker.url()).port != port


async def test_a_wrong_password_is_refused(broker: EmbeddedBroker) -> None:
    parts = urlsplit(broker.url())
    client = aiomqtt.Client("127.0.0.1", parts.port or 0, username="finality", password="wrong")
    with pytest.raises(aiomqtt.MqttError):
        await client.__aenter__()


async def test_it_is_back_at_once_after_a_kill(data: Path) -> None:
    async with EmbeddedBroker(data) as broker:
        killed, began = broker.pid, time.monotonic()
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: broker.pid != killed)
        await until(lambda: listens(broker))
        assert time.monotonic() - began < 3
        assert broker.restarts == 1


async def test_an_orphan_is_adopted_and_stopped_in_the_end(data: Path) -> None:
    orphan = leave_orphan(data)
    async with EmbeddedBroker(data) as broker:
        assert broker.adopted
        assert broker.pid == orphan
    assert not supervisor.alive(orphan)


async def test_an_orphan_with_another_password_is_replaced(data: Path) -> None:
    orphan = leave_orphan(data)
    kept = json.loads((data / "broker.json").read_text())
    (data / "broker.json").write_text(json.dumps({**kept, "password": "changed"}))
    async with EmbeddedBroker(data) as broker:
        assert broker.pid != orphan
        assert listens(broker)
    assert not supervisor.alive(orphan)


async def test_two_processes_never_share_a_data_folder(data: Path) -> None:
    async with EmbeddedBroker(data):
        with pytest.raises(BrokerUnavailable, match="in use by"):
            await EmbeddedBroker(data).start()


def leave_orphan(data: Path) -> int:
    """Start a broker from a process that is killed: the broker's process id."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    with starter.stdout:
        pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    assert supervisor.alive(pid)
    return pid


def listens(broker: EmbeddedBroker) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(broker.url()).port or 0)) == 0


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to hold")
