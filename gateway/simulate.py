"""The other side as processes: spawned for the demo and the bench, or one by hand."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from gateway.broker import EmbeddedBroker
from gateway.config import Settings
from gateway.demo_world import simulator_config
from gateway.mqtt_connection import close, connect, make_client

SIMULATORS = ("swift", "custodian", "bank")
LISTENING_SECONDS_MAX = 120
MQTT = "SIMULATORS_MQTT"  # with the broker's password: not for a command line, which everybody sees


async def spawn_simulators(
    mqtt: str,
    folder: Path,
    seed: int,
    clock: str,
    config: dict[str, Any],
    names: Sequence[str] = ("all",),
) -> list[asyncio.subprocess.Process]:
    """The other side, each name a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    started = []
    for name in names:
        with (folder / f"{name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command(name, folder, seed, clock, file),
                "--with-parent",
                env=os.environ | {MQTT: mqtt},
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
    return started


def command(name: str, folder: Path, seed: int, clock: str, config: Path) -> tuple[str, ...]:
    """The command line of one simulator; its books are files in this folder, the broker in `MQTT`."""
    options = {"data": folder, "seed": seed, "clock": clock, "config": config}
    said = (text for option, value in options.items() for text in (f"--{option}", str(value)))
    return (sys.executable, "-m", f"simulators.{name}", *said)


@asynccontextmanager
async def until_listening(mqtt: str) -> AsyncIterator[None]:
    """Start the simulators inside; on leaving, all of them are subscribed.

    What is published to a topic nobody has ever asked for, the broker takes and forgets. A simulator
    reports once it has subscribed. TimeoutError names those that did not.
    """
    client = make_client(mqtt, f"finality-{uuid4().hex}", clean=True, timeout_seconds=10)
    await connect(client)
    try:
        topics = [f"finality/simulators/{name}/report" for name in SIMULATORS]
        await client.subscribe([(topic, 0) for topic in topics])
        yield
        missing = set(topics)
        try:
            async with asyncio.timeout(LISTENING_SECONDS_MAX):
                async for message in client.messages:
                    missing.discard(message.topic.value)
                    if not missing:
                        break
        except TimeoutError:
            what = f"no report on {', '.join(sorted(missing))} in {LISTENING_SECONDS_MAX} s"
            raise TimeoutError(what) from None
    finally:
        await close(client)


async def stop_processes(processes: Sequence[asyncio.subprocess.Process]) -> None:
    """End these and wait."""
    for process in processes:
        if process.returncode is None:
            process.terminate()
    await asyncio.gather(*(p.wait() for p in processes))


def run_one(which: str, config: Path | None, seed: int, clock: str, settings: Settings) -> int:
    """Run one simulator against the broker of this data folder, or of FINALITY_MQTT."""
    url = settings.mqtt or EmbeddedBroker(settings.data).known_url()
    if url is None:
        sys.stderr.write(
            "no broker is known here: start `finality serve` first, or set FINALITY_MQTT\n"
        )
        return 2
    folder = settings.data / "simulators"
    folder.mkdir(parents=True, exist_ok=True)
    file = config or folder / "config.json"
    if config is None and not file.exists():
        file.write_text(json.dumps(simulator_config()))
    said = command(which, folder, seed, clock, file)
    done = subprocess.run(said, env=os.environ | {MQTT: url}, check=False)
    return done.returncode
