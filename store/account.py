"""Which account our servers run as, what it can reach, and the private files of the data folder.

Accounts are never created, and permissions of folders we did not make are never changed.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")


class ServiceUnavailable(Exception):
    """A server of ours that cannot be started or reached; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An operating system account, with every group it belongs to."""

    name: str
    uid: int
    gid: int
    groups: frozenset[int]

    def may(self, path: Path, mode: int) -> bool:
        """Whether the mode bits of `path` grant this account `mode` (4 read, 2 write, 1 enter)."""
        found = path.stat()
        if self.uid == 0:
            return True
        if found.st_uid == self.uid:
            return (found.st_mode >> 6) & mode == mode
        if found.st_gid in self.groups:
            return (found.st_mode >> 3) & mode == mode
        return found.st_mode & mode == mode


def named(name: str) -> Account:
    """The existing account of this name."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise ServiceUnavailable(
            f"The account {name!r} does not exist. Name an existing unprivileged account in "
            "FINALITY_POSTGRES_ACCOUNT; Finality never creates one."
        ) from None
    groups = {found.pw_gid, *(g.gr_gid for g in grp.getgrall() if name in g.gr_mem)}
    return Account(name, found.pw_uid, found.pw_gid, frozenset(groups))


def unprivileged(setting: str | None = None) -> Account | None:
    """The account to drop to when we are root: the one set, else the first candidate; else None."""
    if os.geteuid() != 0:
        return None
    names = [setting] if setting else [n for n in CANDIDATES if _exists(n)]
    if not names:
        raise ServiceUnavailable(
            f"Running as root, and none of the accounts {', '.join(CANDIDATES)} exists. "
            "Name an existing unprivileged account in FINALITY_POSTGRES_ACCOUNT."
        )
    account = named(names[0])
    if account.uid == 0:
        raise ServiceUnavailable("FINALITY_POSTGRES_ACCOUNT names root; PostgreSQL refuses root.")
    return account


def blocker(path: Path, account: Account) -> Path | None:
    """The topmost part of `path` this account may not enter, or the path itself if not readable."""
    resolved = path.resolve()
    for parent in reversed(resolved.parents):
        if not account.may(parent, 1):
            return parent
    return None if account.may(resolved, 5) else resolved


def data_folder(path: Path, account: Account | None) -> Path:
    """The data folder, made if missing, which the account must be able to enter."""
    path = path.resolve()
    try:
        for part in (*reversed(path.parents), path):
            if account is not None and part.exists():
                _must_enter(path, part, account)
            elif not part.exists():
                open_folder(part)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(path))
    except OSError as error:
        raise ServiceUnavailable(
            f"The data folder {path} cannot be used: {error.strerror}: {error.filename}. Name a "
            "folder that you may write to in FINALITY_DATA."
        ) from error
    return path


def _must_enter(folder: Path, part: Path, account: Account) -> None:
    if not account.may(part, 1):
        raise ServiceUnavailable(
            f"The data folder {folder} cannot be reached by the account {account.name!r}, which "
            f"the servers run as: {part} is closed to it (mode "
            f"{stat.S_IMODE(part.stat().st_mode):04o}). Finality changes no permissions of "
            "folders it did not make. Set FINALITY_DATA to a folder elsewhere (for example "
            f"/var/lib/finality), or open it yourself: chmod o+x {part}, or name another "
            "account in FINALITY_POSTGRES_ACCOUNT."
        )


def open_folder(path: Path) -> Path:
    """A folder of ours that others may pass through but not list, made if missing."""
    path.mkdir(exist_ok=True)
    path.chmod(0o711)
    return path


def private_folder(path: Path, account: Account | None) -> Path:
    """A folder that only the account may enter, made if missing."""
    path.mkdir(mode=0o700, exist_ok=True)
    give(path, account)
    path.chmod(0o700)
    return path


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder of ours to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Write a file nobody else may read: whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    give(fresh, account)
    fresh.replace(path)


def runnable_copy(binary: Path, trees: tuple[Path, ...], copies: Path, account: Account) -> Path:
    """The binary, or where the account cannot run it its copy, made once in the data folder.

    `trees` are what the binary needs beside it; their layout relative to each other is kept.
    """
    if blocker(binary, account) is None:
        return binary
    top = Path(os.path.commonpath(trees)) if len(trees) > 1 else trees[0].parent
    if not copies.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix=copies.name + ".", dir=copies.parent))
        for tree in trees:
            _copy(tree, fresh / tree.relative_to(top))
        for part in (fresh, *fresh.rglob("*")):
            part.chmod(0o755 if part.is_dir() or part.stat().st_mode & 0o100 else 0o644)
        fresh.rename(copies)
    return copies / binary.relative_to(top)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "*.py"))
    else:
        shutil.copy2(source, target)


@contextmanager
def temporary_data() -> Iterator[Path]:
    """A fresh data folder that the account can enter, removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="finality-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
