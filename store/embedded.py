"""A server of ours in a data folder, from the lock on its folder to the end of its process.

What is the same for PostgreSQL and the broker; what each is, is in its own module.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, ClassVar, Self

from store.account import Account, ServiceUnavailable, data_folder, open_folder, unprivileged
from store.supervisor import Service, Supervisor, take_lock


class Embedded:
    """One server in one data folder, running between `start` and `stop`."""

    title: ClassVar[str]
    unavailable: ClassVar[type[ServiceUnavailable]]
    """What its callers catch; the text says why and what to do."""
    outages: ClassVar[tuple[type[Exception], ...]] = (ServiceUnavailable, OSError)

    def __init__(self, data: Path, folder: str, account: str | None) -> None:
        self._data = data.absolute()
        self._home = self._data / folder
        self._account_setting = account
        self._account: Account | None = None
        self._lock: IO[str] | None = None
        self._supervisor: Supervisor | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process."""
        return self._supervisor.pid if self._supervisor else None

    @property
    def adopted(self) -> bool:
        """Whether this server was started by an earlier process of ours."""
        return self._supervisor is not None and self._supervisor.adopted

    @property
    def restarts(self) -> int:
        """How often the server had to be started again."""
        return self._supervisor.restarts if self._supervisor else 0

    async def start(self) -> None:
        """Bring the server up, adopted or started; raises `unavailable` when it cannot be."""
        try:
            self._account = unprivileged(self._account_setting)
            data_folder(self._data, self._account)
            open_folder(self._home)
            self._lock = take_lock(self._home / "lock", self.title)
            await self._make_ready()
            self._supervisor = Supervisor(self._service())
            await self._supervisor.start()
            await self._started()
        except BaseException as error:
            await self.stop()
            if isinstance(error, self.unavailable) or not isinstance(error, self.outages):
                raise
            raise self.unavailable(str(error)) from error

    async def stop(self) -> None:
        """Stop the server in good order; what it holds is on disk."""
        if self._supervisor is not None:
            await self._supervisor.stop()
            self._supervisor = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _make_ready(self) -> None:
        """Everything its process needs to find."""
        raise NotImplementedError

    def _service(self) -> Service:
        raise NotImplementedError

    async def _started(self) -> None:
        """What is done once it answers."""
