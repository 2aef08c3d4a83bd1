"""One transaction's work: what the deciders add up, recorded at the end with a statement per table."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.clock import Clock
from ledger.lots import Lot
from schemas.event import GENESIS, Event, canonical, link
from store import books, cases, events, leases, messages, references
from store.books import EntryRow, JournalRow, LotKey, LotRow, MovementRow, WitnessRow
from store.cases import ConditionRow, ExceptionRow, FactRow, InstructionRow, Timer, VersionRow
from store.events import Head
from store.messages import Out, Raw, Settled
from store.references import Claim
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.handlers.case import Case

TICK = timedelta(microseconds=1)


def lane_of(portfolio: str) -> int:
    """The lane a portfolio belongs to (DESIGN 3)."""
    return zlib.crc32(portfolio.encode()) % leases.LANES


CASES_MAX = 4_000  # some 10 kB each; what is open and was touched last is asked for next
SETTLED = frozenset({"settled", "credited", "debited"})  # hardly anything is said after these


class Memory:
    """What a lane's holder may remember between transactions; dropped whole when one fails or lanes move."""

    def __init__(self) -> None:
        self.heads: dict[int, Head] = {}
        self.lots: dict[LotKey, list[Lot]] = {}
        self.cases: dict[UUID, Case] = {}  # those touched last stand last

    def keep(self, cases: Iterable[Case]) -> None:
        """Remember these as they stand after the commit, and let go of the oldest beyond the bound."""
        for case in cases:
            case.rest()
            self.cases.pop(case.id, None)
            if case.row is not None and case.row.state not in SETTLED:
                self.cases[case.id] = case
        while len(self.cases) > CASES_MAX:
            del self.cases[next(iter(self.cases))]


class Ids:
    """Message ids from blocks the database gave this process."""

    def __init__(self) -> None:
        self._free: Iterator[int] = iter(())
        self._left = 0

    async def ensure(self, db: Connection, count: int) -> None:
        """Have at least `count` ids at hand."""
        while self._left < count:
            block = await messages.reserve_ids(db)
            left = list(self._free) if self._left else []
            self._free = iter([*left, *block])
            self._left = len(left) + len(block)

    def take(self) -> int:
        """The next id; call `ensure` first."""
        self._left -= 1
        return next(self._free)


@dataclass
class Unit:
    """Rows to record, in the order they were decided."""

    memory: Memory
    ids: Ids
    clock: Clock
    now: datetime
    events: list[Event] = field(default_factory=list)
    journals: list[JournalRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    movements: list[MovementRow] = field(default_factory=list)
    lines: dict[tuple[int, int], int] = field(default_factory=dict)  # movements per event so far
    claims: list[Claim] = field(default_factory=list)
    lots: list[LotRow] = field(default_factory=list)
    witnesses: list[WitnessRow] = field(default_factory=list)
    instructions: list[InstructionRow] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    raws: list[Raw] = field(default_factory=list)
    outs: list[Out] = field(default_factory=list)
    answered: list[tuple[UUID, str]] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    exceptions: list[ExceptionRow] = field(default_factory=list)
    closed: list[tuple[int, UUID, str, datetime, str]] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    fresh: dict[tuple[int, UUID], ConditionRow] = field(default_factory=dict)
    moved: dict[tuple[int, UUID], ConditionRow] = field(default_factory=dict)
    answers: dict[tuple[int, UUID], ConditionRow] = field(default_factory=dict)

    async def open(self, db: Connection, lanes: Iterable[int]) -> None:
        """Have the heads of these lanes at hand."""
        missing = [lane for lane in set(lanes) if lane not in self.memory.heads]
        if missing:
            self.memory.heads.update(await events.heads(db, missing))

    def tell(
        self,
        lane: int,
        portfolio: str,
        aggregate: UUID,
        type_: str,
        effective_on: date,
        actor: str,
        payload: dict[str, Any],
        cause: int | None = None,
    ) -> Event:
        """Append an event to its lane's chain; known time strictly increases within the lane."""
        head = self.memory.heads[lane]
        known = self.now if head.known_at is None else max(self.now, head.known_at + TICK)
        seq = head.seq + 1
        text = canonical(payload)
        hash_ = link(
            head.hash or GENESIS,
            lane,
            seq,
            portfolio,
            aggregate,
            type_,
            effective_on,
            known,
            cause,
            actor,
            text,
        )
        event = Event(
            lane, seq, portfolio, aggregate, type_, effective_on, known, cause, actor, text, hash_
        )
        self.events.append(event)
        self.memory.heads[lane] = Head(lane, seq, hash_, known)
        return event

    async def record(self, db: Connection) -> None:
        """Write everything, a statement per table."""
        await self._claim(db)
        await cases.add_instructions(db, self.instructions)
        await cases.add_versions(db, self.versions)
        await cases.add_facts(db, self.facts)
        await cases.add_conditions(db, list(self.fresh.values()))
        await cases.move_conditions(db, list(self.moved.values()))
        await cases.answer_conditions(db, list(self.answers.values()))
        touched = {e.lane for e in self.events}
        await events.append_many(
            db, self.events, [self.memory.heads[lane] for lane in sorted(touched)]
        )
        await books.post_many(db, self.journals, self.entries, self.movements)
        await books.put_lots(db, self.lots)
        await books.add_witnesses(db, self.witnesses)
        await messages.keep_many(db, self.raws)
        await messages.queue_many(db, self.outs)
        await messages.answered_many(db, self.answered)
        await messages.settle_many(db, self.settled)
        await cases.set_timers(db, self.timers)
        await cases.raise_exceptions(db, self.exceptions)
        await cases.close_for(db, self.closed)

    async def _claim(self, db: Connection) -> None:
        """Every reference we put on the wire is ours alone, or nothing of this unit happens."""
        free = await references.claim_many(db, self.claims)
        if len(free) < len(self.claims):
            taken = [c.value for c in self.claims if (c.kind, c.owner, c.value) not in free]
            raise RuntimeError(f"wire references already taken: {taken[:5]}")


async def load_lots(db: Connection, memory: Memory, keys: Sequence[LotKey]) -> None:
    """Have the open lots of these holdings at hand."""
    missing = sorted({key for key in keys if key not in memory.lots})
    if not missing:
        return
    for key in missing:
        memory.lots[key] = []
    for r in await books.open_lots(db, missing):
        memory.lots[r["lane"], r["portfolio"], r["account"], r["isin"]].append(
            Lot(
                r["ordinal"],
                r["opened_on"],
                r["quantity"],
                r["cost"],
                r["open_quantity"],
                r["open_cost"],
            )
        )
