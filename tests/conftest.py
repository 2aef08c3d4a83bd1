"""Real servers for the tests: a PostgreSQL and a broker a session, a fresh database a test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count

import asyncpg
import pytest
from hypothesis import settings

from gateway.broker import EmbeddedBroker
from store import migrate
from store.account import temporary_data
from store.postgres import EmbeddedPostgres

# how long an example takes says nothing on a machine with other work; `make test-long` asks for more
settings.register_profile(
    "finality", deadline=None, max_examples=int(os.environ.get("FINALITY_EXAMPLES", "100"))
)
settings.load_profile("finality")

TEMPLATE = "finality_template"
NUMBERS = count(1)
# processes are killed in tests, machines are not: what the kernel holds need not be on the disk
SMALL = {
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "fsync": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class Database:
    """A fresh, migrated database of one test, by role."""

    owner: str
    app: str
    superuser: str


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """One server for the session (for each worker, under xdist)."""
    with temporary_data() as data:
        async with EmbeddedPostgres(data, settings=SMALL) as server:
            yield server


@pytest.fixture(scope="session")
def as_superuser(postgres: EmbeddedPostgres) -> Callable[[str], Awaitable[None]]:
    """Runs one statement as the superuser, outside any test's database."""

    async def run(statement: str) -> None:
        db = await asyncpg.connect(postgres.dsn("superuser", "postgres"))
        try:
            await db.execute(statement)
        finally:
            await db.close()

    return run


@pytest.fixture(scope="session")
async def template(
    postgres: EmbeddedPostgres, as_superuser: Callable[[str], Awaitable[None]]
) -> str:
    """The name of a migrated database nobody is connected to."""
    await as_superuser(f"create database {TEMPLATE} owner finality_owner")
    await migrate.apply(postgres.dsn("owner", TEMPLATE))
    return TEMPLATE


@pytest.fixture
async def database(
    postgres: EmbeddedPostgres, as_superuser: Callable[[str], Awaitable[None]], template: str
) -> AsyncIterator[Database]:
    """A copy of the template, dropped after the test."""
    name = f"test_{next(NUMBERS)}"
    await as_superuser(f"create database {name} template {template} owner finality_owner")
    yield Database(
        owner=postgres.dsn("owner", name),
        app=postgres.dsn("app", name),
        superuser=postgres.dsn("superuser", name),
    )
    await as_superuser(f"drop database {name} with (force)")


@pytest.fixture
async def empty(
    postgres: EmbeddedPostgres, as_superuser: Callable[[str], Awaitable[None]]
) -> AsyncIterator[str]:
    """The owner's DSN of a database that holds nothing, dropped after the test."""
    name = f"empty_{next(NUMBERS)}"
    await as_superuser(f"create database {name} owner finality_owner")
    yield postgres.dsn("owner", name)
    await as_superuser(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
async def broker() -> AsyncIterator[EmbeddedBroker]:
    """One broker for the session (for each worker, under xdist)."""
    with temporary_data() as data:
        async with EmbeddedBroker(data) as server:
            yield server
