"""Several gateway processes on one machine: process 0 keeps PostgreSQL, the broker and its children."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys

import structlog
from prometheus_client import multiprocess

from gateway import app as wiring
from gateway import metrics
from gateway.broker import free_port
from gateway.config import Settings

log = structlog.get_logger()
RESTART_SECONDS = 0.5


async def serve(settings: Settings, workers: int) -> None:
    """Workers on one port and one database; a worker that dies is started again."""
    port = settings.http_port or free_port()
    counts = metrics.folder(settings.data)
    shutil.rmtree(counts, ignore_errors=True)  # every counter begins at nought with us
    counts.mkdir(parents=True)
    async with wiring.parts(settings) as real:
        environment = {
            **os.environ,
            "FINALITY_DSN": real.owner_dsn,
            "FINALITY_APP_DSN": real.app_dsn,
            "FINALITY_MQTT": real.mqtt or "",
            "FINALITY_DATA": str(settings.data),
            "FINALITY_HTTP_PORT": str(port),
            "FINALITY_SHARE_PORT": "true",
        }
        async with wiring.background() as tasks:
            for number in range(workers):
                tasks.start(_keep(settings, environment, number), f"worker {number}")
            sys.stdout.write(f"Finality listens on http://{settings.http_host}:{port}\n")
            sys.stdout.flush()
            await wiring.until_signalled()


async def _keep(settings: Settings, environment: dict[str, str], number: int) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway.cli",
            "serve",
            env={**environment, "FINALITY_WORKER": str(number)},
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        counts = str(metrics.folder(settings.data))
        multiprocess.mark_process_dead(number, counts)  # type: ignore[no-untyped-call]
        log.warning("worker ended", worker=number, pid=process.pid, code=process.returncode)
        await asyncio.sleep(RESTART_SECONDS)
