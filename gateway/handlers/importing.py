"""Static data in: checked whole, applied whole; opening positions and cash become events of their lane."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.handlers.unit import lane_of
from schemas import static_files
from schemas.static import StaticData, StoredRow
from schemas.static_rows import OpeningCash, OpeningPosition
from store import commands, static
from store.rows import Connection
from store.static import StaticRow

OPENINGS: dict[str, type[OpeningPosition] | type[OpeningCash]] = {
    OpeningPosition.file: OpeningPosition,
    OpeningCash.file: OpeningCash,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What an import changed, or would change."""

    added: Counter[str]
    changed: Counter[str]
    same: int
    version: int | None

    def text(self, check: bool) -> str:
        """For a person."""
        verb = "would be" if check else "were"
        lines = [
            f"{kind}: {self.added[kind]} {verb} added, {self.changed[kind]} {verb} changed"
            for kind in sorted(self.added.keys() | self.changed.keys())
        ]
        return "\n".join([*lines, f"{self.same} rows stay as they are"])


async def apply(
    db: Connection, files: Mapping[str, bytes], by: str, at: datetime, check: bool
) -> Report:
    """Take in these files, all or nothing; Refused names every fault by file, row and column."""
    async with db.transaction():
        await static.lock(db)
        current = {(r.kind, r.key, r.valid_from): r for r in await static.rows(db)}
        known = StaticData.from_rows(StoredRow(*r) for r in current.values())
        given = static_files.read_folder(files, known)
        put = [
            StaticRow(*row)
            for row in given.to_rows()
            if current.get((row.kind, row.key, row.valid_from)) != StaticRow(*row)
        ]
        fresh = [r for r in put if (r.kind, r.key, r.valid_from) not in current]
        changed = Counter(r.kind for r in put) - Counter(r.kind for r in fresh)
        same = len(given.to_rows()) - len(put)
        if check or not put:
            return Report(Counter(r.kind for r in fresh), changed, same, None)
        before = {key: row.body for key, row in current.items()}
        version = await static.apply(db, put, before, by, at)
        await commands.add_many(db, [_opening(r, by) for r in fresh if r.kind in OPENINGS])
        return Report(Counter(r.kind for r in fresh), changed, same, version)


def _opening(row: StaticRow, by: str) -> tuple[int, str, str]:
    """Posting is the lane's business: leave it there."""
    opening = OPENINGS[row.kind].model_validate_json(row.body)
    payload = {"kind": row.kind, "key": row.key, "body": row.body, "by": by}
    return lane_of(opening.portfolio), "opening", json.dumps(payload)
