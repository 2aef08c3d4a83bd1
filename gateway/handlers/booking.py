"""The books' side of a unit of work: postings become rows under the event that caused them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gateway.handlers.unit import Unit
from ledger.lots import Lot, after
from ledger.posting import Posting
from schemas.event import Event
from store.books import EntryRow, JournalRow, LotKey, LotRow, MovementRow


def post(
    unit: Unit, event: Event, posting: Posting, instruction: UUID | None, holding: LotKey | None = None
) -> None:
    """Add what a happening books; `holding` says whose lots its lots are."""
    _journals(unit, event, posting, instruction)
    base = unit.lines.get((event.lane, event.seq), 0)
    unit.lines[event.lane, event.seq] = base + len(posting.movements)
    for line, m in enumerate(posting.movements, base):
        unit.movements.append(
            MovementRow(
                event.lane, event.seq, line, m.portfolio, m.account, m.asset, m.side, m.measure,
                m.delta, m.effective_on, m.due_on,
            )
        )
    if posting.lots:
        assert holding is not None
        _lots(unit, holding, posting.lots)


def _journals(unit: Unit, event: Event, posting: Posting, instruction: UUID | None) -> None:
    for journal in posting.journals:
        unit.journals.append(
            JournalRow(
                event.lane, event.seq, journal.rule, event.portfolio, instruction, journal.effective_on
            )
        )
        for line, leg in enumerate(journal.legs):
            unit.entries.append(
                EntryRow(
                    event.lane, event.seq, journal.rule, line, event.portfolio, leg.account,
                    leg.detail, leg.currency, leg.amount, journal.effective_on,
                )
            )


def _lots(unit: Unit, holding: LotKey, lots: Sequence[Lot]) -> None:
    unit.memory.lots[holding] = after(unit.memory.lots.get(holding, []), lots)
    for x in lots:
        unit.lots.append(
            LotRow(
                *holding, x.ordinal, x.opened_on, x.quantity, x.cost, x.open_quantity, x.open_cost
            )
        )
