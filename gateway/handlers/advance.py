"""The lane transaction: load, decide, record, post, tell; the same for one item as for many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from gateway import failpoints
from gateway.clock import business_date
from gateway.handlers import answers, intake, openings, people, timers, told
from gateway.handlers import commands as lane_commands
from gateway.handlers.case import Case, stored_case
from gateway.handlers.exceptions import Exceptions
from gateway.handlers.release import Desk
from gateway.handlers.unit import Memory, Unit, load_lots
from gateway.items import (
    Action,
    Due,
    Handling,
    Item,
    Opening,
    Result,
    Routed,
    Submission,
    Telling,
)
from schemas.instruction import Instruction, Payment
from store import cases, commands, keys, leases
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.core import Core

MESSAGES_PER_ITEM = 2  # a replacement's cancellation and its successor, at most


class Advance:
    """One batch of items and the transaction that works them."""

    def __init__(
        self, core: Core, memory: Memory, batch: Sequence[Item], results: dict[int, Result]
    ) -> None:
        self.core = core
        self.held = core.held  # the lanes the memory is of: one taken anew since is not ours here
        self.batch = batch
        self.results = results
        now = core.clock.now()
        self.unit = Unit(memory, core.ids, core.clock, now)
        self.desk = Desk(
            core.static,
            core.static_version,
            core.schemas,
            core.holder,
            now,
            business_date(now, core.settings.business_zone),
            core.settings,
            self.unit,
        )
        self.known: dict[UUID, Case] = {}
        self.persons: frozenset[str] = frozenset()  # who may be given work, read when somebody is
        self.exceptions = Exceptions(self)

    async def run(self, db: Connection) -> None:
        """Work the batch in the caller's transaction."""
        await leases.hold(db, self.held, {item.lane for item in self.batch})
        await self.core.refresh_static(db)
        self.desk.static, self.desk.static_version = self.core.static, self.core.static_version
        await self.core.ids.ensure(db, MESSAGES_PER_ITEM * len(self.batch))
        await self.unit.open(db, {item.lane for item in self.batch})
        fresh = await intake.claim(self, db, [i for i in self.batch if isinstance(i, Submission)])
        await self._load(db)
        if any(isinstance(i, Action) and i.action == "assign" for i in self.batch):
            self.persons = await keys.persons(db)
        await self.exceptions.load(db, self.batch)
        await load_lots(db, self.unit.memory, self._holdings(fresh))
        for item in self.batch:
            self._decide(item, fresh)
        for case in self.known.values():
            if case.touched:
                self.desk.settle(case)
        failpoints.reach("mid_journal")
        await self.unit.record(db)
        await self.exceptions.record(db)
        await lane_commands.answer_many(db, self.batch, self.results)
        await commands.done_many(db, [c for i in self.batch if (c := getattr(i, "command", None))])
        await timers.done(db, [i for i in self.batch if isinstance(i, Due)])
        await intake.wake_parked(self, db)

    def remember(self) -> None:
        """After the commit: what was worked need not be read again while the lanes stay ours."""
        self.unit.memory.keep(c for c in self.known.values() if c.touched or c.row is not None)

    async def _load(self, db: Connection) -> None:
        """Conditions and facts of what the batch touches; whole instructions only where needed."""
        whole = {(i.lane, i.id) for i in self.batch if isinstance(i, Action | Due)}
        keys = {(i.lane, i.id) for i in self.batch if isinstance(i, Routed)} - whole
        remembered = {id_: c for _, id_ in keys if (c := self.unit.memory.cases.get(id_))}
        self.known.update(remembered)
        missing = {key for key in keys if key[1] not in remembered} | whole
        instructions, conditions, versions, facts = await cases.load_many(
            db, sorted(missing), sorted(whole)
        )
        by_case: dict[UUID, list[object]] = {}
        for f in facts:
            by_case.setdefault(f["instruction"], []).append(f)
        for row in conditions:
            self.known[row["id"]] = stored_case(row, by_case.get(row["id"], ()))
        successors = {
            (c.lane, c.id)
            for c in self.known.values()
            if any(f.startswith("amend:") for f in c.flags)
        } - whole
        if successors:
            more, bodies = await cases.load_whole(db, sorted(successors))
            instructions, versions = [*instructions, *more], [*versions, *bodies]
        for row in instructions:
            case = self.known[row["id"]]
            case.client, case.maker = row["client"], row["maker"]
            case.body = read_body(row["kind"], row["body"])
        for row in versions:
            case = self.known[row["instruction"]]
            case.bodies[row["version"]] = read_body(case.kind, row["body"])
            case.formats[row["version"]] = (row["format"], row["link"])
            case.body = case.in_force or case.body

    def _holdings(self, fresh: Iterable[Case]) -> list[tuple[int, str, str, str]]:
        """Whose lots this batch may touch: what is not booked yet or may be taken back."""
        wanted = []
        for case in (*self.known.values(), *fresh):
            if (case.row is not None and case.waits_on_static) or (
                case.terms is None and case.securities
            ):
                self.desk.complete(case)
            if case.terms is not None and case.terms.trade is not None:
                trade = case.terms.trade
                wanted.append((case.lane, case.portfolio, trade.account, trade.isin))
        return [*wanted, *openings.holdings(i for i in self.batch if isinstance(i, Opening))]

    def _decide(self, item: Item, fresh: Sequence[Case]) -> None:
        match item:
            case Submission():
                intake.submit(self, item)
            case Action():
                people.act(self, item)
            case Routed():
                answers.apply(self, item)
            case Due():
                timers.ring(self, item)
            case Opening():
                openings.open_books(self, item)
            case Telling():
                told.tell(self, item)
            case Handling():
                self.exceptions.decide(item)


def read_body(kind: str, text: str) -> Instruction | Payment:
    """The instruction as it came."""
    model = Instruction if kind == "securities" else Payment
    return model.model_validate_json(text)
