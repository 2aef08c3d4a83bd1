"""Changes of static data: which need a second person, what they change, and how they are put in.

What moves money or dates is guarded: on a system that holds static data it goes in as a proposal.
The first load of an empty system goes in at once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_OID, uuid5

from pydantic import ValidationError

from gateway.handlers import told
from gateway.handlers.told import Told
from gateway.handlers.unit import lane_of
from gateway.proposals import Approved, Change, Content, Kind
from schemas import static_files
from schemas.event import canonical
from schemas.problem import Problem, Refused
from schemas.static import StaticData, StoredRow
from schemas.static_rows import (
    FILES,
    AccountRow,
    CalendarDay,
    ChannelProfile,
    CounterpartySsi,
    CurrencyCalendar,
    CutOff,
    LegalEntityRow,
    LinkRow,
    OpeningCash,
    OpeningPosition,
    OwnSsi,
    PartyRow,
    Place,
    Row,
    SettlementCycle,
    Trusted,
)
from store import commands, static
from store.rows import Connection
from store.static import Author, StaticRow

GUARDED = frozenset(
    row.file
    for row in (
        AccountRow, OwnSsi, CounterpartySsi, LegalEntityRow, PartyRow, Place, LinkRow, ChannelProfile,
        CalendarDay, CurrencyCalendar, SettlementCycle, CutOff, OpeningPosition, OpeningCash, Trusted,
    )
)  # fmt: skip
OPENINGS: dict[str, type[OpeningPosition] | type[OpeningCash]] = {
    OpeningPosition.file: OpeningPosition,
    OpeningCash.file: OpeningCash,
}
Stood = Mapping[tuple[str, str, date], StaticRow]


@dataclass(frozen=True, slots=True)
class Standing:
    """All static data as it is, locked for a change."""

    rows: Stood
    data: StaticData

    def differing(self, given: StaticData) -> list[StaticRow]:
        """The rows of `given` that are new or other than what stands."""
        return [
            StaticRow(*row)
            for row in given.to_rows()
            if self.rows.get((row.kind, row.key, row.valid_from)) != StaticRow(*row)
        ]

    def before(self, row: StaticRow) -> StaticRow | None:
        """What stands where this row would go."""
        return self.rows.get((row.kind, row.key, row.valid_from))


async def standing(db: Connection) -> Standing:
    """What is there now; nobody else changes it before this transaction ends."""
    await static.lock(db)
    rows = {(r.kind, r.key, r.valid_from): r for r in await static.rows(db)}
    return Standing(rows, StaticData.from_rows(StoredRow(*r) for r in rows.values()))


async def put(db: Connection, now: Standing, rows: Sequence[StaticRow], author: Author) -> int:
    """Put these in, with their history and events; the new version."""
    version = await static.apply(db, rows, now.rows, author)
    fresh = [r for r in rows if now.before(r) is None]
    await commands.add_many(db, [_opening(r, author.by) for r in fresh if r.kind in OPENINGS])
    await told.leave(db, list(_events(now, rows, author, version)))
    return version


def _opening(row: StaticRow, by: str) -> tuple[int, str, str]:
    """Posting is the lane's business: leave it there."""
    opening = OPENINGS[row.kind].model_validate_json(row.body)
    payload = {"kind": row.kind, "key": row.key, "body": row.body, "by": by}
    return lane_of(opening.portfolio), "opening", json.dumps(payload)


def _events(
    now: Standing, rows: Sequence[StaticRow], author: Author, version: int
) -> Iterable[Told]:
    """One event a table: how many rows changed, and the hash of what they were and are."""
    by_kind: dict[str, list[StaticRow]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, changed in sorted(by_kind.items()):
        said = {
            "table": kind,
            "version": version,
            "rows": len(changed),
            "keys": [r.key for r in changed[:20]],
            "sha256": digest([(r.key, r.valid_from, now.before(r), r.body) for r in changed]),
            "proposal": author.proposal,
            "approved_by": author.approved_by,
        }
        yield Told(uuid5(NAMESPACE_OID, f"static|{kind}"), "StaticChanged", author.by, said)


def digest(changes: Iterable[tuple[str, date, StaticRow | None, str]]) -> bytes:
    """SHA-256 of rows before and after, in the order of key and first date."""
    lines = [
        [key, begins, None if before is None else before.body, after]
        for key, begins, before, after in changes
    ]
    return hashlib.sha256(canonical(sorted(lines, key=lambda line: line[:2])).encode()).digest()


# as a proposal ------------------------------------------------------------------------------------


def content(rows: Iterable[StaticRow]) -> Content:
    """Rows as what a proposal carries."""
    ordered = sorted(rows, key=lambda r: (r.kind, r.key, r.valid_from))
    return {"rows": [{"table": r.kind, "row": json.loads(r.body)} for r in ordered]}


def changes(now: Standing, rows: Iterable[StaticRow]) -> list[Change]:
    """Each row before and after, in the order of table, key and first date."""
    found = []
    for row in sorted(rows, key=lambda r: (r.kind, r.key, r.valid_from)):
        before = now.before(row)
        found.append(
            Change(
                row.kind,
                row.key,
                row.valid_from.isoformat(),
                None if before is None else json.loads(before.body),
                json.loads(row.body),
            )
        )
    return found


async def _given(db: Connection, said: Content) -> tuple[Standing, list[StaticRow]]:
    now = await standing(db)
    return now, now.differing(static_files.put_rows(rows_of(said), now.data))


async def _plan(db: Connection, said: Content) -> Sequence[Change]:
    now, rows = await _given(db, said)
    return changes(now, rows)


async def _apply(db: Connection, said: Content, approved: Approved) -> None:
    now, rows = await _given(db, said)
    author = Author(approved.asked_by, approved.at, approved.id, approved.approved_by)
    await put(db, now, rows, author)


def rows_of(said: object) -> list[Row]:
    """The rows of the content, each of its table; Refused with every fault."""
    if not isinstance(said, dict) or not isinstance(said.get("rows"), list) or len(said) > 1:
        words = 'send {"rows": [{"table": "own_ssi", "row": {...}}]}'
        raise Refused("invalid", [Problem("content", "shape", words)])
    found: list[Row] = []
    problems: list[Problem] = []
    for number, line in enumerate(said["rows"]):
        at = f"content.rows.{number}"
        if not isinstance(line, dict) or set(line) != {"table", "row"}:
            problems.append(Problem(at, "shape", "each row is a table and a row"))
        elif str(line["table"]) not in FILES:
            words = f"no such table; known are {', '.join(FILES)}"
            problems.append(Problem(f"{at}.table", "unknown_table", words, str(line["table"])))
        else:
            try:
                found.append(FILES[str(line["table"])].model_validate(line["row"]))
            except ValidationError as error:
                problems.extend(
                    Problem(
                        ".".join([f"{at}.row", *map(str, fault["loc"])]),
                        fault["type"],
                        fault["msg"],
                        None if fault["type"] == "missing" else str(fault["input"])[:60],
                    )
                    for fault in error.errors(include_url=False, include_context=False)
                )
    if problems:
        raise Refused("static_data", problems)
    return found


STATIC = Kind("static", "static data", "config", "checker", _plan, _apply)


def count(rows: Iterable[StaticRow]) -> Counter[str]:
    """How many rows of each table."""
    return Counter(row.kind for row in rows)
