"""One server process of ours: started, watched, restarted at once when it dies, adopted when orphaned.

Knows nothing of what the server is; what differs stands in `Service`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog

from store.account import Account, ServiceUnavailable

BACKOFF_SECONDS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 60.0
POLL_SECONDS = 0.02
LOG_BYTES_MAX = 10 * 1024 * 1024
LOG_TAIL_BYTES = 2000

log = structlog.get_logger("supervisor")


@dataclass(frozen=True, slots=True)
class Service:
    """What the supervisor must know of a server."""

    name: str
    command: Sequence[str]
    folder: Path
    log: Path
    account: Account | None
    orphan: Callable[[], int | None]
    """The process id of a server of ours that is really alive on this folder."""
    tidy: Callable[[], None]
    """Removes what a dead server left behind, when that would keep a new one from starting."""
    answers: Callable[[], Awaitable[bool]]
    """Whether it takes connections; raises ServiceUnavailable when waiting is pointless."""
    stop_signal: signal.Signals
    last_signal: signal.Signals
    start_seconds: float = 600.0
    stop_seconds: float = 60.0


class Supervisor:
    """Keeps one server running for as long as it is started."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.pid: int | None = None
        self.adopted = False
        self.restarts = 0
        self._child: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Adopt the orphan or start a new server, wait until it answers, and watch it from now on."""
        try:
            if not await self._adopt():
                await self._start_fresh()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._keep(), name=f"supervise {self.service.name}")

    async def stop(self) -> None:
        """Stop the server in good order, and not so good when it does not obey."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._end()

    async def _adopt(self) -> bool:
        pid = self.service.orphan()
        if pid is None:
            return False
        self.pid, self.adopted = pid, True
        if await self._answers_in_time():
            log.info("adopted", service=self.service.name, pid=pid)
            return True
        if alive(pid):
            log.warning("orphan does not answer, replacing it", service=self.service.name, pid=pid)
            await self._end()
        self.pid, self.adopted = None, False
        return False

    async def _start_fresh(self) -> None:
        for pause in BACKOFF_SECONDS:
            await asyncio.sleep(pause)
            await self._spawn()
            if await self._answers_in_time():
                return
            if self.pid is not None and alive(self.pid):
                break
        raise ServiceUnavailable(
            f"{self.service.name} did not start. Its log is {self.service.log}; it ends with:\n"
            + tail(self.service.log)
        )

    async def _answers_in_time(self) -> bool:
        deadline = time.monotonic() + self.service.start_seconds
        while time.monotonic() < deadline:
            if self.pid is None or self._gone():
                return False
            if await self.service.answers():
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    def _gone(self) -> bool:
        if self._child is not None:
            return self._child.returncode is not None
        return self.pid is None or not alive(self.pid)

    async def _spawn(self) -> None:
        service, account = self.service, self.service.account
        service.tidy()
        roll(service.log)
        identity = (
            {"user": account.uid, "group": account.gid, "extra_groups": sorted(account.groups)}
            if account
            else {}
        )
        try:
            with service.log.open("ab") as output:
                self._child = await asyncio.create_subprocess_exec(
                    *service.command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=service.folder,
                    env=environment(),
                    start_new_session=True,
                    **identity,  # type: ignore[arg-type]
                )
        except OSError as error:
            raise ServiceUnavailable(f"{service.name} cannot be started: {error}") from error
        self.pid, self.adopted = self._child.pid, False

    async def _keep(self) -> None:
        """Restart it whenever it ends, at once the first time and slower while it keeps failing."""
        failures, began = 0, time.monotonic()
        while True:
            await self._ended()
            failures = 0 if time.monotonic() - began > STEADY_SECONDS else failures
            log.warning("died, restarting", service=self.service.name, pid=self.pid)
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures, began = failures + 1, time.monotonic()
            self.restarts += 1
            try:
                await self._spawn()
            except ServiceUnavailable as error:
                self._child, self.pid = None, None
                log.error("cannot restart", service=self.service.name, error=str(error))

    async def _ended(self) -> None:
        if self._child is not None:
            await self._child.wait()
        elif self.pid is not None:
            await gone(self.pid)

    async def _end(self) -> None:
        """Signal it until it is gone."""
        if self.pid is None or self._gone():
            return
        for sign in (self.service.stop_signal, self.service.last_signal, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            try:
                await asyncio.wait_for(self._ended(), self.service.stop_seconds)
                break
            except TimeoutError:
                log.warning("did not stop", service=self.service.name, signal=sign.name)
        self.pid, self._child = None, None


def take_lock(path: Path, service: str) -> IO[str]:
    """The held lock file of a data folder; closing it, or our death, lets go."""
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise ServiceUnavailable(
            f"{service} in {path.parent} is in use by another Finality process ({holder}). Stop "
            "that one first, or give this one its own folder in FINALITY_DATA."
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}")
    file.flush()
    return file


def alive(pid: int) -> bool:
    """Whether this process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return state(pid) not in ("Z", "X")


def state(pid: int) -> str | None:
    """The one-letter state of a process where the system tells it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()[0]


def working_folder(pid: int) -> Path | None:
    """The folder a process works in, where the system tells it."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None


async def gone(pid: int) -> None:
    """Wait for the end of a process that is not our child."""
    while alive(pid):
        await asyncio.sleep(POLL_SECONDS)


def environment() -> dict[str, str]:
    """A small, predictable environment: no locale, no library paths of ours."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def roll(path: Path) -> None:
    """Keep one old log when the present one has grown too long."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_BYTES_MAX:
            path.replace(path.with_name(path.name + ".1"))


def tail(path: Path) -> str:
    """The end of a log."""
    try:
        return path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
    except FileNotFoundError:
        return "(nothing)"
