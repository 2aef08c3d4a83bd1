"""The numbered SQL files, applied once each, forward only, under a lock, by the owner role.

Also what an installation on a server of somebody else's needs first: its version and the app role.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from store.account import data_folder, write_private
from store.postgres import ROLES, StoreUnavailable
from store.rows import Connection

SERVER_MAJOR_MIN = 16
LOCK_KEY = 0x46494E414C495459
NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

TABLE = """
create table if not exists migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
)
"""
APPLIED = "select number, name, checksum from migration order by number"
RECORD = "insert into migration (number, name, checksum) values ($1, $2, $3)"
ONLY_READ = """
revoke all on migration from finality_app;
grant select on migration to finality_app;
"""


class MigrationError(Exception):
    """The database and the migration files contradict each other; the text says how."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, the same whatever line ends a checkout gave it."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.number:04d}_{self.name}.sql"


def read(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The migrations in order, numbered from 1 without a gap."""
    folder = folder if folder is not None else files("store") / "sql"
    found = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    for number, name in enumerate(found, 1):
        match = NAME.fullmatch(name)
        if match is None or int(match[1]) != number:
            raise MigrationError(
                f"The migration file {name} stands where number {number:04d} is expected; files "
                "are named NNNN_name.sql and numbered from 0001 without gap or repeat."
            )
    return tuple(
        Migration(int(name[:4]), name[5:-4], (folder / name).read_text(encoding="utf-8"))
        for name in found
    )


async def apply(dsn: str, migrations: Sequence[Migration] | None = None) -> tuple[str, ...]:
    """Apply what is missing, as the owner, and return the names of the files applied."""
    wanted = read() if migrations is None else tuple(migrations)
    db = await asyncpg.connect(dsn, timeout=30)
    try:
        await db.execute("select pg_advisory_lock($1)", LOCK_KEY)
        await db.execute("set client_min_messages = warning")
        await db.execute(TABLE)
        missing = pending(wanted, await db.fetch(APPLIED))
        for migration in missing:
            await _apply_one(db, migration)
        return tuple(m.file for m in missing)
    finally:
        await db.close()


async def _apply_one(db: Connection, migration: Migration) -> None:
    try:
        async with db.transaction():
            await db.execute(migration.sql)
            await db.execute(RECORD, migration.number, migration.name, migration.checksum)
            await db.execute(ONLY_READ)
    except asyncpg.PostgresError as error:
        raise MigrationError(
            f"{migration.file} failed and was undone, everything before it stands: {error}"
        ) from error


def pending(
    wanted: Sequence[Migration], applied: Sequence[asyncpg.Record]
) -> tuple[Migration, ...]:
    """What is still to be applied; an applied file that changed or is unknown is an error."""
    for row, migration in zip(applied, wanted, strict=False):
        if row["checksum"] != migration.checksum:
            raise MigrationError(
                f"{migration.file} was changed after it had been applied here (checksum "
                f"{migration.checksum[:12]}, applied {row['checksum'][:12]}). Put the file back as "
                "it was and write the change as a new migration."
            )
    if len(applied) > len(wanted):
        newest = applied[-1]
        raise MigrationError(
            f"The database is newer than this program: it holds migration {newest['number']:04d} "
            f"({newest['name']}), the program knows {len(wanted):04d}. Start the newer program, or "
            "restore a backup made before the upgrade."
        )
    return tuple(wanted[len(applied) :])


async def external(owner_dsn: str, app_dsn: str | None, data: Path) -> str:
    """The DSN of the app role on a server of somebody else's; the role is made if it is missing."""
    try:
        db = await asyncpg.connect(owner_dsn, timeout=30)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StoreUnavailable(f"FINALITY_DSN does not lead to a database: {error}") from error
    try:
        major = db.get_server_version().major
        if major < SERVER_MAJOR_MIN:
            raise StoreUnavailable(
                f"FINALITY_DSN leads to PostgreSQL {major}; Finality needs {SERVER_MAJOR_MIN} or "
                "later."
            )
        return app_dsn or await _own_app_dsn(db, owner_dsn, data / "external.json")
    finally:
        await db.close()


async def _own_app_dsn(db: Connection, owner_dsn: str, file: Path) -> str:
    role = ROLES["app"]
    known = _kept_password(file)
    there = await db.fetchval("select 1 from pg_roles where rolname = $1", role)
    if there and known is None:
        raise StoreUnavailable(
            f"The role {role} exists on the server of FINALITY_DSN already and its password is "
            "not known here. Give FINALITY_APP_DSN."
        )
    password = known or secrets.token_urlsafe(32)
    if known is None:
        data_folder(file.parent, None)
        write_private(file, json.dumps({"password": password}))
    if not there:
        try:
            await db.execute(f"create role {role} login password '{password}'")
        except asyncpg.InsufficientPrivilegeError as error:
            raise StoreUnavailable(
                f"The role of FINALITY_DSN may not create the role {role}. Let it be created by "
                "an administrator, and give FINALITY_APP_DSN."
            ) from error
    return as_role(owner_dsn, role, password)


def _kept_password(file: Path) -> str | None:
    return str(json.loads(file.read_text())["password"]) if file.exists() else None


def as_role(dsn: str, role: str, password: str) -> str:
    """The same server and database, as somebody else."""
    parts = urlsplit(dsn)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{place}"))
