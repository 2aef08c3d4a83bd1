"""Numbered SQL: once each, forward only, under a lock, by the owner."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store import migrate
from store.migrate import Migration, MigrationError
from store.postgres import EmbeddedPostgres, StoreUnavailable

if TYPE_CHECKING:
    from conftest import Database

FIRST = Migration(1, "first", "create table first (n int)")
SECOND = Migration(2, "second", "create table second (n int); insert into second values (1)")


async def test_each_file_is_applied_once(empty: str) -> None:
    assert await migrate.apply(empty, [FIRST]) == ("0001_first.sql",)
    assert await migrate.apply(empty, [FIRST, SECOND]) == ("0002_second.sql",)
    assert await migrate.apply(empty, [FIRST, SECOND]) == ()
    assert await value(empty, "select n from second") == 1


async def test_starting_together_applies_each_file_once(empty: str) -> None:
    done = await asyncio.gather(*(migrate.apply(empty, [FIRST, SECOND]) for _ in range(5)))
    assert sorted(len(names) for names in done) == [0, 0, 0, 0, 2]


async def test_an_applied_file_that_changed_is_refused(empty: str) -> None:
    await migrate.apply(empty, [FIRST])
    changed = replace(FIRST, sql="create table first (n bigint)")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed after"):
        await migrate.apply(empty, [changed, SECOND])


async def test_line_ends_of_a_checkout_are_no_change(empty: str) -> None:
    unix = replace(FIRST, sql="create table first (\n n int)")
    await migrate.apply(empty, [unix])
    assert await migrate.apply(empty, [replace(unix, sql=unix.sql.replace("\n", "\r\n"))]) == ()


async def test_a_database_newer_than_the_program_is_refused(empty: str) -> None:
    await migrate.apply(empty, [FIRST, SECOND])
    with pytest.raises(MigrationError, match=r"newer than this program.*0002 \(second\)"):
        await migrate.apply(empty, [FIRST])


async def test_a_file_that_fails_leaves_nothing_and_what_came_before_stands(empty: str) -> None:
    broken = Migration(2, "broken", "create table half (n int); select nonsense")
    with pytest.raises(MigrationError, match=r"0002_broken\.sql failed"):
        await migrate.apply(empty, [FIRST, broken])
    assert await value(empty, "select to_regclass('half')") is None
    assert await value(empty, "select to_regclass('first')") == "first"
    assert await migrate.apply(empty, [FIRST, SECOND]) == ("0002_second.sql",)


def test_numbers_run_without_gap_or_repeat(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("select 1")
    (tmp_path / "0003_b.sql").write_text("select 1")
    with pytest.raises(MigrationError, match=r"0003_b\.sql stands where number 0002"):
        migrate.read(tmp_path)


def test_our_own_files_are_in_order() -> None:
    assert [m.number for m in migrate.read()] == list(range(1, len(migrate.read()) + 1))


@pytest.mark.parametrize("table", ["event", "journal", "entry", "movement", "raw_message"])
@pytest.mark.parametrize("statement", ["delete from {}", "update {} set lane = 1", "truncate {}"])
async def test_the_app_may_only_add_to_the_log_and_the_books(
    database: Database, table: str, statement: str
) -> None:
    wanted = statement.format(table).replace("lane", "link" if table == "raw_message" else "lane")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(database.app, wanted)


async def test_the_app_may_read_which_migrations_are_applied_and_not_write(
    database: Database,
) -> None:
    assert await value(database.app, "select count(*) from migration") == len(migrate.read())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(database.app, "insert into migration values (99, 'x', 'y')")


async def test_the_app_role_is_made_on_a_server_of_somebody_elses(
    postgres: EmbeddedPostgres,
    as_superuser: Callable[[str], Awaitable[None]],
    empty: str,
    tmp_path: Path,
) -> None:
    name = str(await value(empty, "select current_database()"))
    superuser = postgres.dsn("superuser", name)
    await as_superuser("alter role finality_app rename to finality_app_kept")
    try:
        dsn = await migrate.external(superuser, None, tmp_path)
        again = await migrate.external(superuser, None, tmp_path)
        assert dsn == again
        assert await value(dsn, "select current_user") == "finality_app"
        await as_superuser("drop role finality_app")
    finally:
        await as_superuser("alter role finality_app_kept rename to finality_app")


async def test_an_app_role_of_unknown_password_is_asked_for(empty: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="Give FINALITY_APP_DSN"):
        await migrate.external(empty, None, tmp_path)
    assert await migrate.external(empty, "given", tmp_path) == "given"


async def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="FINALITY_DSN does not lead to a database"):
        await migrate.external("postgresql://x@127.0.0.1:1/x", None, tmp_path)


async def value(dsn: str, statement: str) -> object:
    """The first value of one statement."""
    db = await asyncpg.connect(dsn)
    try:
        return await db.fetchval(statement)
    finally:
        await db.close()
