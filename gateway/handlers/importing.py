"""Static data in: checked whole, applied or asked for whole, and the openings left to their lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway import proposals
from gateway.handlers import static_changes
from gateway.handlers.static_changes import GUARDED, STATIC
from gateway.proposals import Change
from schemas import static_files
from store.rows import Connection
from store.static import Author

REASON = "import of static data"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import changed, would change, or asks a second person to let change."""

    added: Counter[str]
    changed: Counter[str]
    same: int
    version: int | None
    guarded: bool = False
    proposal: UUID | None = None
    hash: bytes | None = None
    changes: Sequence[Change] = ()

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
    async with db.transaction():
        now = await static_changes.standing(db)
        given = static_files.read_folder(files, now.data)
        put = now.differing(given)
        added = static_changes.count(row for row in put if now.before(row) is None)
        changed = static_changes.count(put) - added
        same = len(given.rows) - len(put)
        guarded = bool(now.rows) and not direct and any(row.kind in GUARDED for row in put)
        changes = static_changes.changes(now, put)
        if check or not put:
            return Report(added, changed, same, None, guarded, changes=changes)
        if guarded:
            said = static_changes.content(put)
            row = await proposals.propose(db, STATIC, said, by, reason, at)
            return Report(added, changed, same, None, True, row["id"], row["hash"], changes)
        version = await static_changes.put(db, now, put, Author(by, at))
        return Report(added, changed, same, version, changes=changes)
