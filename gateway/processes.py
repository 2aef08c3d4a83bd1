"""Several gateway processes on one machine: process 0 keeps PostgreSQL, the broker and its children."""

from __future__ import annotations

import asyncio
import os
import sys

import structlog

from gateway import app as wiring
from gateway.config import Settings

log = structlog.get_logger()
RESTART_SECONDS = 0.5


async def serve(settings: Settings, workers: int) -> None:
    """Workers on one port and one database; a worker that dies is started again."""
    async with wiring.parts(settings) as real:
        environment = {
            **os.environ,
            "FINALITY_DSN": real.owner_dsn,
            "FINALITY_APP_DSN": real.app_dsn,
            "FINALITY_MQTT": real.mqtt or "",
            "FINALITY_DATA": str(settings.data),
            "FINALITY_HTTP_PORT": str(settings.http_port),
            "FINALITY_SHARE_PORT": "true",
        }
        async with wiring.background() as tasks:
            for number in range(workers):
                tasks.start(_keep(environment), f"worker {number}")
            sys.stdout.write(
                f"Finality listens on http://{settings.http_host}:{settings.http_port}\n"
            )
            sys.stdout.flush()
            await wiring.until_signalled()


async def _keep(environment: dict[str, str]) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.cli", "serve", env=environment
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        log.warning("worker ended", pid=process.pid, code=process.returncode)
        await asyncio.sleep(RESTART_SECONDS)
