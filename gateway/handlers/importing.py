"""Static data in: checked whole, applied or asked for whole, and the openings left to their lanes."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from gateway import proposals, workbook
from gateway.handlers import static_changes
from gateway.handlers.static_changes import GUARDED, STATIC, Standing
from gateway.proposals import Change, Content
from schemas import static_files
from schemas.event import canonical
from schemas.problem import Problem, Refused
from schemas.static import StaticData
from store.rows import Connection
from store.static import Author

REASON = "import of static data"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import changed, would change, or asks a second person to let change."""

    added: Counter[str]
    changed: Counter[str]
    same: int
    version: int | None = None
    guarded: bool = False
    proposal: UUID | None = None
    hash: bytes | None = None
    changes: Sequence[Change] = ()

    @property
    def seen(self) -> str:
        """A hash of what it changes, so that what is confirmed is what was shown."""
        return hashlib.sha256(canonical([asdict(c) for c in self.changes]).encode()).hexdigest()

    def text(self, check: bool) -> str:
        """For a person."""
        done = not check and self.proposal is None
        verb = "were" if done else "would be"
        lines = [
            f"{kind}: {self.added[kind]} {verb} added, {self.changed[kind]} {verb} changed"
            for kind in sorted(self.added.keys() | self.changed.keys())
        ]
        if self.proposal is not None:
            lines.append(f"nothing was applied: another person must approve {self.proposal}")
        elif check and self.guarded:
            lines.append("another person would have to approve it")
        return "\n".join([*lines, f"{self.same} rows stay as they are"])


async def apply(
    db: Connection,
    files: Mapping[str, bytes],
    by: str,
    at: datetime,
    check: bool,
    *,
    reason: str = REASON,
    direct: bool = False,
) -> Report:
    """Take in these files, all or nothing; Refused names every fault by file, row and column.

    What moves money or dates becomes a proposal, with the rest of its import, where static data
    stands already; unless `direct`.
    """
    tables = await asyncio.to_thread(workbook.read_files, files)
    async with db.transaction():
        now = await static_changes.standing(db)
        given = await asyncio.to_thread(static_files.read_tables, tables, now.data)
        return await _take(db, now, given, by, at, check, reason, direct)


async def apply_rows(
    db: Connection, said: Content, by: str, at: datetime, *, reason: str, direct: bool, seen: str
) -> Report:
    """Take in rows a person was shown the effect of: `seen` is that report's hash, else Refused."""
    async with db.transaction():
        now = await static_changes.standing(db)
        given = static_files.put_rows(static_changes.rows_of(said), now.data)
        shown = await _take(db, now, given, by, at, True, reason, direct)
        if shown.seen != seen:
            words = "static data changed since you looked; check the workbook again"
            raise Refused("not_allowed", [Problem("state", "stale", words)])
        return await _take(db, now, given, by, at, False, reason, direct)


async def _take(
    db: Connection,
    now: Standing,
    given: StaticData,
    by: str,
    at: datetime,
    check: bool,
    reason: str,
    direct: bool,
) -> Report:
    put = now.differing(given)
    added = static_changes.count(row for row in put if now.before(row) is None)
    changed = static_changes.count(put) - added
    same = len(given.rows) - len(put)
    guarded = bool(now.rows) and not direct and any(row.kind in GUARDED for row in put)
    changes = static_changes.changes(now, put)
    report = Report(added, changed, same, guarded=guarded, changes=changes)
    if check or not put:
        return report
    if guarded:
        said = static_changes.content(put)
        row = await proposals.propose(db, STATIC, said, by, reason, at)
        return replace(report, proposal=row["id"], hash=row["hash"])
    return replace(report, version=await static_changes.put(db, now, put, Author(by, at)))
