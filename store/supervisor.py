"""One server process of ours: started, watched, restarted when it dies, adopted when orphaned.

Knows nothing of what the server is; what differs stands in `Service`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog

from store.account import Account, ServiceUnavailable

BACKOFF_SECONDS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Never long: one killed again before it answered looks the same as one that cannot start."""
POLL_SECONDS = 0.02
PROBE_SECONDS = 0.05
LOG_BYTES_MAX = 10 * 1024 * 1024
LOG_TAIL_BYTES = 2000
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

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
    adopt_seconds: float = 30.0
    stop_seconds: float = 60.0


class Supervisor:
    """Keeps one server running for as long as it is started."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.pid: int | None = None
        self.adopted = False
        self.restarts = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Adopt the orphan or start a new server, wait until it answers, and watch it."""
        try:
            if not await self._adopt():
                await self._start_fresh()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._keep(), name=f"supervise {self.service.name}")
        self._watch.add_done_callback(self._unwatched)

    async def stop(self) -> None:
        """Stop the server in good order, and not so good when it does not obey."""
        self._stopping = True
        if self._watch is not None:
            while not self._watch.done():
                self._watch.cancel()
                await asyncio.wait((self._watch,), timeout=1)
            self._watch = None
        await self._end()

    async def _adopt(self) -> bool:
        pid = self.service.orphan()
        if pid is None:
            return False
        self.pid, self.adopted = pid, True
        if await self._answers_in_time(self.service.adopt_seconds):
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
            self._spawn()
            if await self._answers_in_time(self.service.start_seconds):
                return
            if self.pid is not None and alive(self.pid):
                break
        raise ServiceUnavailable(
            f"{self.service.name} did not start. Its log is {self.service.log}; it ends with:\n"
            + tail(self.service.log)
        )

    async def _answers_in_time(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.pid is None or self._gone():
                return False
            if await self._probe():
                return True
            await asyncio.sleep(PROBE_SECONDS)
        return False

    async def _probe(self) -> bool:
        """Ask whether it answers, and stop asking when it dies meanwhile."""
        asking = asyncio.ensure_future(self.service.answers())
        try:
            while not asking.done() and not self._gone():
                await asyncio.wait((asking,), timeout=PROBE_SECONDS)
            return asking.done() and asking.result()
        finally:
            asking.cancel()

    def _gone(self) -> bool:
        if self._child is not None:
            return self._child.poll() is not None
        return self.pid is None or not alive(self.pid)

    def _spawn(self) -> None:
        """Start the process; not through the event loop, for not every loop can change the user."""
        service, account = self.service, self.service.account
        try:
            service.tidy()
            roll(service.log)
            with service.log.open("ab") as output:
                self._child = subprocess.Popen(
                    service.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=service.folder,
                    env=ENVIRONMENT,
                    start_new_session=True,
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=sorted(account.groups) if account else None,
                )
        except OSError as error:
            self._child = self.pid = None
            raise ServiceUnavailable(f"{service.name} cannot be started: {error}") from error
        self.pid, self.adopted = self._child.pid, False

    async def _keep(self) -> None:
        """Restart it whenever it ends: at once, and ever slower while it does not come up."""
        failures = 0
        while not self._stopping:
            await self._ended()
            log.warning("died, restarting", service=self.service.name, pid=self.pid)
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            self.restarts += 1
            try:
                self._spawn()
                answered = await self._answers_in_time(self.service.start_seconds)
            except ServiceUnavailable as error:
                answered = False
                log.error("cannot restart", service=self.service.name, error=str(error))
            failures = 0 if answered else failures + 1

    def _unwatched(self, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled() and (bug := watch.exception()) is not None:
            log.critical("no longer supervised", service=self.service.name, exc_info=bug)

    async def _ended(self) -> None:
        while not self._gone():
            await asyncio.sleep(POLL_SECONDS)

    async def _end(self) -> None:
        """Signal it until it is gone."""
        for sign in (self.service.stop_signal, self.service.last_signal, signal.SIGKILL):
            if self.pid is None or self._gone():
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            try:
                async with asyncio.timeout(self.service.stop_seconds):
                    await self._ended()
            except TimeoutError:
                log.warning("did not stop", service=self.service.name, signal=sign.name)
        self.pid = self._child = None


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


def exists(pid: int) -> bool:
    """Whether this process number is taken, be it by a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def alive(pid: int) -> bool:
    """Whether this process runs; a zombie does not."""
    return exists(pid) and state(pid) not in ("Z", "X")


def state(pid: int) -> str | None:
    """The one-letter state of a process where the system tells it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()[0]


def works_in(pid: int, folder: Path, program: str) -> bool:
    """Whether this is a running process of that program, working in that very folder."""
    if not alive(pid):
        return False
    if not Path("/proc/self/cwd").exists():
        return program in command_of(pid)
    try:
        same = os.path.samefile(f"/proc/{pid}/cwd", folder)
        return same and Path(os.readlink(f"/proc/{pid}/exe")).name.startswith(program)
    except OSError:
        return False


def command_of(pid: int) -> str:
    """The command a process runs, asked of ps where there is no /proc."""
    return subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


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
