"""The composition root: settings in, a running gateway out; and the small commands that need a database."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import structlog
from aiohttp import web

from gateway import metrics, people, workbook
from gateway import verify as audit
from gateway.alarms import Watch
from gateway.broker import EmbeddedBroker
from gateway.clock import Clock, RealClock, VirtualClock, real_now
from gateway.config import Settings
from gateway.core import Core
from gateway.desk.pages import add_desk
from gateway.handlers import importing, told
from gateway.http import make_app
from gateway.inbound import Inbound
from gateway.links import DirectoryLink, LinkConfig, MqttLink
from gateway.mqtt import Mqtt
from gateway.relay import Relay
from gateway.rights import clashes, words
from gateway.runner import OUTAGES
from gateway.schema_store import installed_schemas
from gateway.sink import Sink
from schemas.problem import Problem, Refused
from schemas.static import StaticData, StoredRow
from schemas.static_rows import LinkRow
from store import keys, leases, messages, static
from store import migrate as migrations
from store import people as store_people
from store.leases import LANES
from store.postgres import EmbeddedPostgres
from store.scope import ScopedPool

log = structlog.get_logger()
SWEEP_SECONDS = 0.5
STOP_SECONDS = 2.0  # for a relay to finish what it sends when its link moves


@dataclass
class Parts:
    """The real parts a gateway stands on, embedded or somebody else's."""

    owner_dsn: str
    app_dsn: str
    mqtt: str | None
    postgres: EmbeddedPostgres | None = None
    broker: EmbeddedBroker | None = None


@asynccontextmanager
async def parts(settings: Settings, *, broker: bool = True) -> AsyncIterator[Parts]:
    """PostgreSQL and broker up, the database migrated."""
    async with AsyncExitStack() as stack:
        if settings.dsn is not None:
            owner, postgres = settings.dsn, None
            app = await migrations.external(settings.dsn, settings.app_dsn, settings.data)
        else:
            postgres = await stack.enter_async_context(
                EmbeddedPostgres(settings.data, account=settings.postgres_account)
            )
            owner, app = postgres.dsn("owner"), postgres.dsn("app")
        await migrations.apply(owner)
        url, nats = settings.mqtt, None
        if url is None and broker:
            nats = await stack.enter_async_context(
                EmbeddedBroker(settings.data, account=settings.postgres_account)
            )
            url = nats.url()
        yield Parts(owner, app, url, postgres, nats)


async def make_pool(dsn: str, settings: Settings) -> asyncpg.Pool:
    """The app role's pool; numeric is Decimal, text is text."""
    return await asyncpg.create_pool(
        dsn,
        min_size=3,
        max_size=settings.pool_size + 1,  # one is the worker's seat
        command_timeout=60,
        max_inactive_connection_lifetime=0,
        server_settings={"application_name": "finality", "plan_cache_mode": "auto"},
    )


@dataclass
class Running:
    """A gateway that is up."""

    core: Core
    parts: Parts
    url: str


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, given: Parts | None = None, *, http: bool = True
) -> AsyncIterator[Running]:
    """Everything up, until the block ends; then everything down, in the other order."""
    async with AsyncExitStack() as stack:
        real = given if given is not None else await stack.enter_async_context(parts(settings))
        pool = await stack.enter_async_context(await make_pool(real.app_dsn, settings))
        scoped = ScopedPool(pool, real.app_dsn)
        stack.push_async_callback(scoped.close)
        core = Core(scoped, settings, clock or RealClock(), installed_schemas(settings.data))
        stack.push_async_callback(core.seat.close)
        await recall_clock(core)
        async with pool.acquire() as db:
            await core.refresh_static(db)
            core.parked_references |= await messages.parked_references(db)
        await core.balance()
        clients = await stack.enter_async_context(AsyncExitStack())  # closed once nobody uses them
        tasks = await stack.enter_async_context(background())
        for worker in core.workers:
            tasks.start(worker.work(), "lanes")
        tasks.start(core.keep_leases(), "leases")
        tasks.start(sweep(core), "sweep")
        stack.push_async_callback(leave, core)
        links = LinkKeeper(core, real.mqtt, tasks, clients)
        await links.refresh()
        tasks.start(links.keep(), "links")
        if real.mqtt is not None and settings.status_topics:
            tasks.start(Sink(core, real.mqtt).work(), "sink")
        tasks.start(Watch(core).work(), "alarms")
        url = ""
        if http:
            app = make_app(core)
            add_desk(app, core)
            url = await stack.enter_async_context(listening(app, settings))
        yield Running(core, real, url)


async def leave(core: Core) -> None:
    """Finish what is in hand, then give the lanes back."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(core.idle(), 5)
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with core.seat.taken() as db:
            await leases.leave(db, core.holder)


async def recall_clock(core: Core) -> None:
    """A virtual clock goes on where it stood, never before the last event."""
    if not isinstance(core.clock, VirtualClock):
        return
    async with core.pool.acquire() as db:
        kept = (await static.settings(db)).get("clock")
        last = await db.fetchval("select max(known_at) from lane_head where known_at > '-infinity'")
    for moment in (datetime.fromisoformat(kept) if kept else None, last):
        if moment is not None and moment > core.clock.now():
            core.clock.set(moment)


class Tasks:
    """Background tasks of which none may end: one that does ends the gateway."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._main = asyncio.current_task()

    def start(self, work: object, name: str) -> None:
        """Run for ever under this name."""
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task not in self._tasks:
            return
        error = None if task.cancelled() else task.exception()
        log.critical("a background task ended", task=task.get_name(), exc_info=error)
        if self._main is not None:
            self._main.cancel()

    async def stop(self, *names: str) -> None:
        """Cancel those of these names, or all, and wait."""
        tasks = {task for task in self._tasks if not names or task.get_name() in names}
        self._tasks -= tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def background() -> AsyncIterator[Tasks]:
    """Background tasks for as long as the block lasts."""
    tasks = Tasks()
    try:
        yield tasks
    finally:
        await tasks.stop()


async def sweep(core: Core) -> None:
    """Look round twice a second for what is due; an outage is waited out."""
    while True:
        try:
            core.metrics.queue.set(sum(len(worker) for worker in core.workers))
            await core.sweep()
        except (*OUTAGES, asyncpg.PostgresError) as outage:
            log.warning("sweep", error=repr(outage))
        await asyncio.sleep(SWEEP_SECONDS)


class LinkKeeper:
    """Keeps the links that static data names; each is worked by the holder of its own lane."""

    def __init__(self, core: Core, mqtt: str | None, tasks: Tasks, stack: AsyncExitStack) -> None:
        self.core = core
        self.mqtt = mqtt
        self.tasks = tasks
        self.stack = stack
        self.clients: dict[str, AsyncExitStack] = {}

    async def keep(self) -> None:
        """Start links as static data brings them and lanes come to us."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.refresh()

    async def refresh(self) -> None:
        """Start what is not started and ours; let go of what another process works now."""
        for name in list(self.core.links):
            if not self._ours(name):
                await self._stop(name)
        for row in self.core.static.all(LinkRow):
            if row.name not in self.core.inbounds:
                self.core.inbounds[row.name] = Inbound(self.core, row.name)
            if row.name not in self.core.links and self._ours(row.name):
                await self._start(LinkConfig(row.name, row.transport, row.format, row.folder or ""))

    def _ours(self, name: str) -> bool:
        return zlib.crc32(name.encode()) % LANES in self.core.held

    async def _start(self, config: LinkConfig) -> None:
        link: MqttLink | DirectoryLink
        if config.transport == "mqtt":
            if self.mqtt is None:
                return
            closing = await self.stack.enter_async_context(AsyncExitStack())
            client = await closing.enter_async_context(Mqtt(self.mqtt, f"finality-{config.name}"))
            self.clients[config.name] = closing
            link = MqttLink(self.core, config, client)
        else:
            folder = Path(config.folder or f"links/{config.name}")
            root = folder if folder.is_absolute() else self.core.settings.data / folder
            link = DirectoryLink(self.core, config, root)
        relay = Relay(self.core, link)
        self.core.links[config.name] = link
        self.core.relays[config.name] = relay
        self.tasks.start(relay.work(), f"relay {config.name}")
        self.tasks.start(link.listen(), f"link {config.name}")

    async def _stop(self, name: str) -> None:
        """Finish what is being sent, then leave the link; what it has not acknowledged comes again."""
        del self.core.links[name]
        relay = self.core.relays.pop(name)
        end = time.monotonic() + STOP_SECONDS
        while relay.busy and time.monotonic() < end:
            await asyncio.sleep(0.005)
        await self.tasks.stop(f"relay {name}", f"link {name}")
        if (client := self.clients.pop(name, None)) is not None:
            await client.aclose()


@asynccontextmanager
async def listening(app: web.Application, settings: Settings) -> AsyncIterator[str]:
    """The HTTP door open; its address."""
    web_runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await web_runner.setup()
    try:
        site = web.TCPSite(
            web_runner,
            settings.http_host,
            settings.http_port,
            reuse_port=settings.share_port or None,
            backlog=1024,
        )
        try:
            await site.start()
        except OSError as error:
            where = f"{settings.http_host}:{settings.http_port}"
            what = f"cannot listen on {where} ({error.strerror}); set FINALITY_HTTP_PORT to a free port"
            raise Refused("port", [Problem("http_port", "port", what, where)]) from error
        host, port = web_runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await web_runner.cleanup()


async def serve(settings: Settings, workers: int) -> None:
    """The gateway until a signal; with several workers, process 0 keeps the parts and its children."""
    if workers > 1:
        from gateway import processes

        await processes.serve(settings, workers)
        return
    if settings.worker is not None:
        metrics.share(metrics.folder(settings.data), settings.worker)
    async with running(settings) as up:
        calm_collector()
        sys.stdout.write(f"Finality listens on {up.url}\n")
        sys.stdout.flush()
        await until_signalled()


def calm_collector() -> None:
    """What start-up made lives for ever; the rest is mostly freed by counting."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def until_signalled() -> None:
    """Return on SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


# small commands -------------------------------------------------------------------------------------


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the app role: to the running gateway's database, or to one started for this."""
    dsn = running_dsn(settings)
    if dsn is not None:
        try:
            db = await asyncpg.connect(dsn)
        except (OSError, asyncpg.PostgresError):
            dsn = None
        else:
            try:
                yield db
            finally:
                await db.close()
            return
    async with parts(settings, broker=False) as real:
        db = await asyncpg.connect(real.app_dsn)
        try:
            yield db
        finally:
            await db.close()


def running_dsn(settings: Settings) -> str | None:
    """Where a gateway that runs on this data folder has its database."""
    if settings.dsn is not None:
        return settings.app_dsn
    return EmbeddedPostgres(settings.data, account=settings.postgres_account).known_dsn("app")


async def migrate(settings: Settings) -> str:
    """Apply what is pending and say so."""
    async with parts(settings, broker=False):
        return "the database is at the version of this code"


async def import_static(settings: Settings, source: Path, check: bool) -> str:
    """Import a workbook or a folder of CSV files, or say what it would change; Refused with every problem."""
    files = _static_files(source)
    async with database(settings) as db:
        report = await importing.apply(
            db,
            files,
            os.environ.get("USER", "cli"),
            real_now(),
            check,
            direct=settings.static_direct,
        )
    return report.text(check)


def _static_files(source: Path) -> dict[str, bytes]:
    if source.is_dir():
        files = {p.name: p.read_bytes() for p in sorted(source.glob("*.csv"))}
        if not files:
            words = "there is no CSV file in this folder"
            raise Refused("no_files", [Problem(str(source), "folder", words)])
        return files
    if not source.is_file():
        words = "there is no such workbook or folder"
        raise Refused("no_files", [Problem(str(source), "file", words)])
    return {f"{source.name}{workbook.EXTENSION}": source.read_bytes()}


async def export_static(settings: Settings) -> bytes:
    """All static data as a workbook that imports again as it is."""
    async with database(settings) as db, db.transaction():
        stored = await static.rows(db)
        rows = StaticData.from_rows(StoredRow(*r) for r in stored).rows
        taken = told.reading(by_machine(), "Exported", list="static data", rows=len(stored))
        await told.leave(db, [taken])
    return workbook.write(rows)


async def verify(settings: Settings, simulators: Path | None) -> list[dict[str, str]]:
    """Every fault `finality verify` finds."""
    folder = simulators
    if folder is None and (settings.data / "simulators").is_dir():
        folder = settings.data / "simulators"
    async with database(settings) as db:
        return await audit.verify(db, folder)


async def add_key(settings: Settings, name: str, person: str, roles: list[str]) -> str:
    """Make a key; its text is shown this once."""
    async with database(settings) as db:
        return await people.create_key(db, name, person, roles, real_now(), by_machine())


async def list_keys(settings: Settings) -> str:
    """The keys, a line each."""
    async with database(settings) as db:
        rows = await keys.everyone(db)
    return "\n".join(
        f"{r['prefix']}  {r['name']:<20} {r['person']:<20} {','.join(r['roles'])}"
        f"{'  disabled' if r['disabled_at'] else ''}"
        for r in rows
    )


async def disable_key(settings: Settings, prefix: str) -> str:
    """Disable a key by its prefix."""
    async with database(settings) as db:
        done = await people.disable_key(db, prefix, real_now(), by_machine())
    if not done:
        raise Refused(
            "unknown_key",
            [
                Problem(
                    "prefix",
                    "unknown",
                    "no such key in use; `finality keys list` shows them",
                    prefix,
                )
            ],
        )
    return f"{prefix} is disabled"


async def add_person(settings: Settings, login: str, name: str, roles: list[str]) -> str:
    """Make a person; their first password is shown this once."""
    if (why := clashes(roles, settings.environment)) is not None:
        raise Refused("invalid", [Problem("roles", "duties", why, login)])
    async with database(settings) as db:
        password = await people.add(db, login, name, roles, real_now(), by_machine())
    return f"{login} signs in with {password} and must change it then"


async def change_person(settings: Settings, deed: str, login: str) -> str:
    """Disable, enable or reset one; what to tell."""
    async with database(settings) as db:
        match deed:
            case "disable":
                await people.disable(db, login, real_now(), by_machine())
                return f"{login} is out: sessions ended, keys open nothing within two seconds"
            case "enable":
                await people.enable(db, login, by_machine())
                return f"{login} may sign in again"
            case _:
                password = await people.reset(db, login, by_machine())
                return f"{login} signs in with {password} and must change it then"


async def list_people(settings: Settings) -> str:
    """Everybody with their rights, a line each."""
    async with database(settings) as db:
        found, rights = await store_people.everyone(db), await store_people.all_rights(db)
    held: dict[str, list[str]] = {}
    for row in rights:
        held.setdefault(row.person, []).append(words(row))
    return "\n".join(
        f"{p['login']:<20} {p['name']:<24} {'; '.join(held.get(p['login'], ['no right']))}"
        f"{'  disabled' if p['disabled_at'] else ''}"
        for p in found
    )


def by_machine() -> str:
    """Who works at the command line: the account of this machine."""
    return f"{os.environ.get('USER', 'somebody')} (command line)"
