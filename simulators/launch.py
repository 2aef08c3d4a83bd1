"""Command line and files of the simulators: options, configuration, schemas, opening books."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import json
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop
from lxml import etree

from simulators.engine import Engine
from simulators.host import Host
from simulators.station import Station

TABLES = ("opening_positions", "opening_cash", "accounts")
NAMES = ("swift", "custodian", "bank")
PARENT_SECONDS = 0.3
MQTT = "SIMULATORS_MQTT"


def options(arguments: Sequence[str] | None, program: str) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog=f"python -m simulators.{program}")
    parser.add_argument(
        "--mqtt",
        default=os.environ.get(MQTT),
        help=f"mqtt://user:password@host:port; better {MQTT}, for a command line is seen by everybody",
    )
    parser.add_argument("--data", required=True, type=Path, help="folder of the journals")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--clock", choices=("virtual", "real"), default="real")
    parser.add_argument(
        "--config", required=True, type=Path, help="JSON file, one object per simulator"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this one ends"
    )
    found = parser.parse_args(arguments)
    if found.mqtt is None:
        parser.error(f"say where the broker is: --mqtt or {MQTT}")
    return found


def configuration(path: Path) -> dict[str, Any]:
    """The settings of all simulators, their CSV tables read in."""
    found: dict[str, Any] = json.loads(path.read_text())
    for part in found.values():
        for table in TABLES:
            if isinstance(part.get(table), str):
                part[table] = rows(path.parent / part[table])
    return found


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file with a heading."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def schemas(folder: str | None) -> dict[str, etree.XMLSchema]:
    """Every XSD of this folder and below, by message identifier."""
    if folder is None:
        return {}
    return {
        path.stem: etree.XMLSchema(file=str(path)) for path in sorted(Path(folder).rglob("*.xsd"))
    }


def engine(name: str, config: dict[str, Any]) -> Engine:
    """A new engine of this name."""
    from simulators.bank import Bank
    from simulators.custodian import Custody
    from simulators.swift import Network

    if name == "swift":
        return Network(schemas(config.get("schemas")))
    return Custody() if name == "custodian" else Bank()


def main(program: str, arguments: Sequence[str] | None = None) -> None:
    """Run one simulator, or all of them in one process, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    given = options(arguments, program)
    config = configuration(given.config)
    names = [name for name in NAMES if name in config] if program == "all" else [program]
    hosts = [
        Host(engine(name, config[name]), given.data, given.seed, config[name]) for name in names
    ]
    station_id = f"finality-simulator-{program}"
    parent = os.getppid() if given.with_parent else None
    uvloop.run(_run(hosts, given.mqtt, station_id, given.clock == "virtual", parent))


async def _outlive(parent: int) -> None:
    """Return when the process that started this one is gone: two of us would write one journal."""
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_SECONDS)


async def _run(
    hosts: list[Host], url: str, client_id: str, virtual: bool, parent: int | None
) -> None:
    station = asyncio.create_task(Station(hosts, url, client_id, virtual).run())
    if parent is not None:
        watch = asyncio.create_task(_outlive(parent))
        watch.add_done_callback(lambda _: station.cancel())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, station.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await station
