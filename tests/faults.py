"""Kills under load: every process and every kill point, then `verify` and an exact count.

`python -m tests.faults --kills 200`: kills are spread over gateway, PostgreSQL, broker, each simulator
and each named failpoint of the gateway. Work is in flight at every kill; afterwards all that was accepted
must be there once, settled once, and every check of `finality verify` clean. Exit 1 on any loss or double.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from gateway import app as wiring
from gateway import bench, identity
from gateway import verify as audit
from gateway.broker import free_port
from gateway.clock import real_now
from gateway.config import Settings
from gateway.demo_world import demo_files, simulator_config
from gateway.failpoints import NAMES as FAILPOINTS
from gateway.handlers import importing
from store.account import temporary_data

SIMULATORS = ("swift", "custodian", "bank")
PROCESSES = ("gateway", "postgres", "broker", *SIMULATORS)
SETTLE_SECONDS_MAX = 120
RESUME_SECONDS_MAX = 60


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
    environment: dict[str, str]
    seed: int
    workers: int = 1
    failpoint: str = ""
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    sent: int = 0
    repeats: int = 0
    stopping: bool = False
    loaded: bool = False
    errors: list[str] = field(default_factory=list)

    async def keep(self, name: str) -> None:
        """Start this process and start it again whenever it dies."""
        while not self.stopping:
            process = self.processes[name] = await self._start(name)
            await process.wait()

    async def _start(self, name: str) -> asyncio.subprocess.Process:
        if name == "gateway":
            environment = {**self.environment, "FINALITY_FAILPOINT": self.failpoint}
            self.failpoint = ""
            command = [sys.executable, "-m", "gateway.cli", "serve"]
            command += ["--workers", str(self.workers)]
        else:
            environment = dict(os.environ)
            folder = self.data / "simulators"
            command = [
                sys.executable,
                "-m",
                f"simulators.{name}",
                "--mqtt",
                str(self.real.mqtt),
                "--data",
                str(folder),
                "--seed",
                str(self.seed),
                "--clock",
                "real",
                "--config",
                str(folder / "config.json"),
                "--with-parent",
            ]
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

    async def load(self, rate: float) -> None:
        """Submit at this rate; a lost answer is asked for again under the same reference."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            slots = asyncio.Semaphore(64)
            while not self.loaded:
                await slots.acquire()
                task = asyncio.create_task(self.submit(session, self.sent))
                task.add_done_callback(lambda _: slots.release())
                self.sent += 1
                await asyncio.sleep(1 / rate)
            for _ in range(64):
                await slots.acquire()

    async def submit(self, session: aiohttp.ClientSession, n: int) -> None:
        """One instruction, until it is answered."""
        body = bench.body(n, "F", self.environment["BENCH_TODAY"])
        if n % 3 == 1:  # T2S by sese beside DTC by MT
            body |= {"isin": "DE0007164600", "counterparty": "NORDDE30"}
            for name in ("price", "deal_amount", "commission", "settlement_amount"):
                body[name] = {**body[name], "currency": "EUR"}
        if n % 4 == 3:
            body["direction"] = "DELI"
            deal, fee = body["deal_amount"]["value"], body["commission"]["value"]
            net = f"{Decimal(deal) - Decimal(fee):.2f}"
            body["settlement_amount"] = {**body["settlement_amount"], "value": net}
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"http://127.0.0.1:{self.port}/v1/instructions"
        while True:
            try:
                async with session.post(url, json=body, headers=headers) as answer:
                    said = await answer.text()
                    if answer.status in (200, 201):
                        self.accepted.add(body["reference"])
                        self.repeats += answer.status == 200
                        return
                    if answer.status not in (500, 503):
                        self.errors.append(f"{answer.status} {said[:200]}")
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.2)

    async def ask(self, query: str, *args: Any) -> Any:
        """One value from the database, however often it dies meanwhile."""
        while True:
            try:
                db = await asyncpg.connect(self.real.app_dsn, timeout=5)
                try:
                    return await db.fetchval(query, *args)
                finally:
                    await db.close()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.05)

    async def in_flight(self) -> int:
        """Accepted by HTTP or on their way there, and not settled."""
        settled = await self.ask("select count(*) from condition where state = 'settled'")
        return max(0, self.sent - int(settled))

    async def kill(self, target: str, nth: int) -> Kill:
        """Kill one thing under load and wait until answers come in again."""
        flying = 0
        while flying == 0:
            flying = await self.in_flight()
            await asyncio.sleep(0.02)
        if target in FAILPOINTS:
            self.failpoint = f"{target}:{nth}"
            os.kill(await self._alive("gateway"), signal.SIGKILL)
            armed = await self._next_gateway()
            try:
                await asyncio.wait_for(armed.wait(), 30)
            except TimeoutError:
                self.errors.append(f"{target}:{nth} was not reached in 30 s")
                os.kill(armed.pid, signal.SIGKILL)
            flying = await self.in_flight()
        else:
            os.kill(await self._alive(target), signal.SIGKILL)
        started = time.monotonic()
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

    async def _next_gateway(self) -> asyncio.subprocess.Process:
        old = self.processes["gateway"]
        while self.processes["gateway"] is old:
            await asyncio.sleep(0.02)
        return self.processes["gateway"]


@asynccontextmanager
async def harness(seed: int, workers: int = 1) -> AsyncIterator[Harness]:
    """Everything up on a data folder of its own."""
    with temporary_data() as data:
        settings = Settings(data=data, environment="TEST", http_port=0)
        async with wiring.parts(settings) as real:
            db = await asyncpg.connect(real.app_dsn)
            today = real_now().date()
            files = {**demo_files(), "calendars.csv": open_everywhere(today)}
            await importing.apply(db, files, "faults", real_now(), False)
            key = await identity.create_key(db, "faults", "faults", ["maker", "viewer"], real_now())
            await db.close()
            folder = data / "simulators"
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps(simulator_config(at_once=True)))
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
            run = Harness(real, data, port, key, environment, seed, workers)
            keeping = [asyncio.create_task(run.keep(name)) for name in ("gateway", *SIMULATORS)]
            try:
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


async def run(kills: int, seed: int, rate: float) -> tuple[list[Kill], list[str], dict[str, int]]:
    """The kills, every fault found, and the counts."""
    chance = random.Random(seed)
    targets = [*PROCESSES, *FAILPOINTS]
    plan = [targets[n % len(targets)] for n in range(kills)]
    chance.shuffle(plan)
    done: list[Kill] = []
    async with harness(seed) as up:
        loading = asyncio.create_task(up.load(rate))
        while not await up.ask("select count(*) from condition where state = 'settled'"):
            await asyncio.sleep(0.1)
        for n, target in enumerate(plan):
            done.append(await up.kill(target, chance.randint(1, 12)))
            kill = done[-1]
            sys.stderr.write(
                f"{n + 1:>4}/{kills} {target:<14} in flight {kill.in_flight:>4}"
                f"  resumed {kill.resume_seconds:.1f} s\n"
            )
        up.loaded = True
        await loading
        faults = await settle_and_check(up)
        counts = {"sent": up.sent, "accepted": len(up.accepted), "asked again": up.repeats}
        return done, [*up.errors, *faults], counts


async def settle_and_check(up: Harness) -> list[str]:
    """Wait until all that was accepted is settled; then every fault there is."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < end:
        settled = await up.ask("select count(*) from condition where state = 'settled'")
        if settled >= len(up.accepted):
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)
    db = await asyncpg.connect(up.real.app_dsn)
    try:
        faults = [
            f"not settled: {r['reference']} {r['state']} {r['waits_for']}"
            for r in await db.fetch(
                "select reference, state, waits_for from condition where state <> 'settled'"
            )
        ]
        stored = {r["reference"] for r in await db.fetch("select reference from instruction")}
        faults += [f"lost: {ref}" for ref in sorted(up.accepted - stored)]
        faults += [f"never accepted: {ref}" for ref in sorted(stored - up.accepted)]
        faults += [
            f"twice: {r['reference']}"
            for r in await db.fetch(
                "select i.reference from instruction i join event e on e.aggregate = i.id"
                " where e.type = 'SettledPart' group by i.id, i.reference having count(*) > 1"
            )
        ]
        for _ in range(10):
            findings = await audit.verify(db, up.data / "simulators")
            if not findings:
                break
            await asyncio.sleep(1)
        return faults + [f"{f['check']} {f['where']}: {f['what']}" for f in findings]
    finally:
        await db.close()


def table(done: list[Kill]) -> str:
    """Per target: kills, in flight, slowest return."""
    lines = [f"{'target':<14} kills  in flight min/median/max   slowest resume"]
    for target in (*PROCESSES, *FAILPOINTS):
        mine = [k for k in done if k.target == target]
        if mine:
            flying = sorted(k.in_flight for k in mine)
            lines.append(
                f"{target:<14} {len(mine):>5}  {flying[0]:>6} {statistics.median(flying):>6.0f}"
                f" {flying[-1]:>6}          {max(k.resume_seconds for k in mine):6.1f} s"
            )
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=float, default=40.0, help="instructions a second")
    given = parser.parse_args()
    done, faults, counts = asyncio.run(run(given.kills, given.seed, given.rate))
    sys.stdout.write(table(done) + "\n" + "  ".join(f"{k} {v}" for k, v in counts.items()) + "\n")
    sys.stdout.write("\n".join(faults[:40]) + ("\n" if faults else "nothing lost, nothing twice\n"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
