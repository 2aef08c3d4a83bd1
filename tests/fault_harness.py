"""What a fault run stands on: real processes kept up, a steady load, kills and how long they last."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from gateway import app as wiring
from gateway import bench, people, simulate
from gateway.broker import free_port
from gateway.clock import real_now
from gateway.config import Settings
from gateway.failpoints import NAMES as FAILPOINTS
from gateway.handlers import importing
from gateway.runner import OUTAGES
from gateway.simulate import SIMULATORS
from store.account import temporary_data
from tests import fault_payments
from tests.fault_payments import Person

PROCESSES = ("gateway", "postgres", "broker", *SIMULATORS)
RESUME_SECONDS_MAX = 60
REACH_SECONDS_MAX = 60
PAYMENT_EVERY = 4
# done, and waiting for a person: neither is in flight
PROGRESS = """
select array[
    count(*) filter (where state = 'debited' or state = 'settled' and reference not like $1),
    count(*) filter (where state in ('fate_unknown', 'network_nak'))]
from condition
"""


@dataclass
class Kill:
    """One kill: what died, how much was in flight, how long until answers came in again."""

    target: str
    in_flight: int
    resume_seconds: float


@dataclass
class Harness:
    """The processes of one run, and what was sent."""

    real: wiring.Parts
    data: Path
    port: int
    key: str
    checker: str
    environment: dict[str, str]
    seed: int
    in_flight_wanted: int
    targets: list[str]  # how each gateway process is to end, one after the other
    chance: random.Random
    workers: int = 1
    payments: bool = True
    deaths: list[asyncio.Task[Kill]] = field(default_factory=list)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    reached: int = 0  # gateways whose end was waited for
    sent: int = 0
    repeats: int = 0
    stopping: bool = False
    loaded: bool = False
    errors: list[str] = field(default_factory=list)
    _db: asyncpg.Connection | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keep(self, name: str) -> None:
        """Start this process and start it again whenever it dies."""
        while not self.stopping:
            process = self.processes[name] = await self._start(name)
            code = await process.wait()
            if self.stopping:
                return
            if code != -signal.SIGKILL:
                self.errors.append(f"{name} ended by itself, code {code}")
            elif name == "gateway":
                target = self.targets[len(self.deaths)]
                self.deaths.append(asyncio.create_task(self._resume(target)))

    async def _start(self, name: str) -> asyncio.subprocess.Process:
        if name == "gateway":
            target = self.targets[len(self.deaths)]
            point = f"{target}:{self.chance.randint(2, 12)}" if target in FAILPOINTS else ""
            environment = {**self.environment, "FINALITY_FAILPOINT": point}
            command = [sys.executable, "-m", "gateway.cli", "serve"]
            command += ["--workers", str(self.workers)]
        else:
            environment = {**os.environ, simulate.MQTT: str(self.real.mqtt)}
            folder = self.data / "simulators"
            said = simulate.command(name, folder, self.seed, "real", folder / "config.json")
            command = [*said, "--with-parent"]
        with (self.data / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=log, stderr=log
            )

    def pid(self, name: str) -> int | None:
        """Who is to be killed."""
        if name == "postgres":
            return self.real.postgres.pid if self.real.postgres else None
        if name == "broker":
            return self.real.broker.pid if self.real.broker else None
        process = self.processes.get(name)
        return process.pid if process is not None and process.returncode is None else None

    async def load(self) -> None:
        """Keep so much in flight; a lost answer is asked for again under the same reference."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as open_:
            while not self.loaded:
                for _ in range(self.in_flight_wanted - await self.in_flight()):
                    open_.create_task(self.submit(session, self.sent))
                    self.sent += 1
                await asyncio.sleep(0.05)

    async def submit(self, session: aiohttp.ClientSession, n: int) -> None:
        """One instruction or payment, until it is answered."""
        kind, body = self._body(n)
        status, said = await self.post(session, f"/v1/{kind}", body, self.key)
        if status in (200, 201):
            self.accepted.add(body["reference"])
            self.repeats += status == 200
        else:
            self.errors.append(f"{body['reference']}: {status} {said[:200]}")

    def _body(self, n: int) -> tuple[str, dict[str, Any]]:
        today = self.environment["BENCH_TODAY"]
        if self.payments and n % PAYMENT_EVERY == 0:
            return "payments", fault_payments.body(n // PAYMENT_EVERY, today)
        body = bench.body(n, "F", today)
        if n % 3 == 1:  # T2S by sese beside DTC by MT
            body |= {"isin": "DE0007164600", "counterparty": "NORDDE30"}
            for name in ("price", "deal_amount", "commission", "settlement_amount"):
                body[name] = {**body[name], "currency": "EUR"}
        if n % 5 == 3:
            body["direction"] = "DELI"
            deal, fee = body["deal_amount"]["value"], body["commission"]["value"]
            net = f"{Decimal(deal) - Decimal(fee):.2f}"
            body["settlement_amount"] = {**body["settlement_amount"], "value": net}
        return "instructions", body

    async def post(
        self, session: aiohttp.ClientSession, path: str, body: dict[str, Any], key: str
    ) -> tuple[int, str]:
        """What the gateway says to it, however often it dies before the answer."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())}
        while True:
            try:
                url = f"http://127.0.0.1:{self.port}{path}"
                async with session.post(url, json=body, headers=headers) as answer:
                    said = await answer.text()
                    if answer.status not in (500, 503):
                        return answer.status, said
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.2)

    async def play_person(self, person: Person) -> None:
        """Look at payments of unknown fate every second."""
        while True:
            await self.look(person, at_rest=False)
            await asyncio.sleep(1)

    async def look(self, person: Person, *, at_rest: bool) -> None:
        """One look, put off to the next where the database is away."""
        with contextlib.suppress(*OUTAGES):
            db = await asyncpg.connect(self.real.app_dsn, timeout=5)
            try:
                await person.look(db, at_rest=at_rest)
            finally:
                await db.close()

    async def ask(self, query: str, *args: Any) -> Any:
        """One value from the database, however often it dies meanwhile."""
        async with self._one_at_a_time:
            while True:
                try:
                    if self._db is None or self._db.is_closed():
                        self._db = await asyncpg.connect(self.real.app_dsn, timeout=5)
                    return await self._db.fetchval(query, *args, timeout=10)
                except OUTAGES:
                    if self._db is not None:
                        self._db.terminate()  # broken in the middle, it may not know that it is
                    await asyncio.sleep(0.05)

    async def progress(self) -> tuple[int, int]:
        """How many are done, and how many wait for a person."""
        done, waiting = await self.ask(PROGRESS, f"{fault_payments.PREFIX}%")
        return int(done), int(waiting)

    async def in_flight(self) -> int:
        """Accepted by HTTP or on their way there, not settled, and waiting for nobody here."""
        done, waiting = await self.progress()
        return max(0, self.sent - done - waiting)

    async def kill(self, target: str) -> Kill:
        """Kill one thing under load, or wait until it died, and until answers came in again."""
        if target in FAILPOINTS:
            return await self._death(self.reached)
        flying = 0
        while flying == 0:
            flying = await self.in_flight()
            await asyncio.sleep(0.02)
        if target == "gateway":
            while len(self.deaths) < self.reached:  # the one that is to be killed by us
                await asyncio.sleep(0.02)
            os.kill(await self._alive(target), signal.SIGKILL)
            return replace(await self._death(self.reached), in_flight=flying)
        os.kill(await self._alive(target), signal.SIGKILL)
        return await self._resume(target, flying)

    async def _death(self, nth: int) -> Kill:
        """The end of the nth gateway."""
        self.reached += 1
        end = time.monotonic() + REACH_SECONDS_MAX
        while len(self.deaths) <= nth:
            if time.monotonic() > end:
                self.errors.append(f"{self.targets[nth]} was not reached")
                os.kill(await self._alive("gateway"), signal.SIGKILL)
                end = math.inf
            await asyncio.sleep(0.02)
        return await self.deaths[nth]

    async def _resume(self, target: str, flying: int | None = None) -> Kill:
        """What was in flight when it died, and how long until an answer came in again."""
        started = time.monotonic()
        if flying is None:
            flying = await self.in_flight()
        before = await self.ask("select coalesce(max(id), 0) from inbox")
        while await self.ask("select coalesce(max(id), 0) from inbox") <= before:
            if time.monotonic() - started > RESUME_SECONDS_MAX:
                self.errors.append(f"{target}: nothing came in for {RESUME_SECONDS_MAX} s")
                break
            await asyncio.sleep(0.05)
        return Kill(target, flying, time.monotonic() - started)

    async def _alive(self, target: str) -> int:
        while (pid := self.pid(target)) is None:
            await asyncio.sleep(0.05)
        return pid


@asynccontextmanager
async def harness(
    seed: int,
    in_flight: int = 60,
    plan: Sequence[str] = (),
    *,
    workers: int = 1,
    payments: bool = True,
) -> AsyncIterator[Harness]:
    """Everything up on a data folder of its own."""
    with temporary_data() as data:
        settings = Settings(data=data, environment="TEST", http_port=0)
        async with wiring.parts(settings) as real:
            db = await asyncpg.connect(real.app_dsn)
            today = real_now().date()
            files = {**fault_payments.static_files(), "calendars.csv": open_everywhere(today)}
            await importing.apply(db, files, "faults", real_now(), False)
            key = await people.create_key(db, "faults", "faults", ["maker", "viewer"], real_now())
            checker = await people.create_key(db, "person", "person", ["checker"], real_now())
            await db.close()
            folder = data / "simulators"
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps(fault_payments.simulators()))
            port = free_port()
            environment = {
                **os.environ,
                "FINALITY_DSN": real.owner_dsn,
                "FINALITY_APP_DSN": real.app_dsn,
                "FINALITY_MQTT": str(real.mqtt),
                "FINALITY_DATA": str(data),
                "FINALITY_HTTP_PORT": str(port),
                "BENCH_TODAY": bench_today(),
            }
            run = Harness(
                real,
                data,
                port,
                key,
                checker,
                environment,
                seed,
                in_flight,
                [t for t in [*plan, "gateway"] if t == "gateway" or t in FAILPOINTS],
                random.Random(seed),
                workers,
                payments,
            )
            keeping: list[asyncio.Task[None]] = []
            try:
                assert real.mqtt is not None
                async with simulate.until_listening(real.mqtt):
                    keeping += [asyncio.create_task(run.keep(name)) for name in SIMULATORS]
                keeping.append(asyncio.create_task(run.keep("gateway")))
                yield run
            finally:
                run.stopping = True
                for process in run.processes.values():
                    if process.returncode is None:
                        process.terminate()
                await asyncio.gather(*keeping)


def bench_today() -> str:
    """The business date the runs trade and settle on."""
    return bench.bodies("x")(0)["trade_date"]


def open_everywhere(today: Any) -> bytes:
    """Calendars that call these days open, at DTC and at T2S."""
    text = bench.open_today(today).decode()
    more = [
        row.replace("DTC,", f"{name},", 1)
        for row in text.splitlines()
        if row.startswith("DTC,")
        for name in ("T2S", "TARGET")
    ]
    return (text + "\n".join(more) + "\n").encode()
