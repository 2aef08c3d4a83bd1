"""The other side as processes: spawned for the demo and the bench, or one by hand."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gateway.broker import EmbeddedBroker
from gateway.config import Settings
from gateway.demo_world import simulator_config

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
