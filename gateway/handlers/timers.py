"""Timers that rang, and static data that arrived: what time alone does to an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.handlers.case import Case
from gateway.handlers.condition_row import FOLLOW_UP_DUE
from gateway.items import Due
from schemas.fact import AckOverdue, Advanced, FateUnknown, MarkedOverdue
from settlement.condition import Condition
from store.rows import Connection, columns

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

DONE = """
delete from timer t using unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[])
    d (lane, instruction, kind, due_at)
where t.lane = d.lane and t.instruction = d.instruction and t.kind = d.kind and t.due_at <= d.due_at
"""
STORED = ("cooling", "confirmation", "contractual", "ack_overdue", "fate_unknown", "follow_up")


def ring(advance: Advance, item: Due) -> None:
    """What this timer means for its instruction."""
    case = advance.known.get(item.id)
    if case is None:
        return
    match item.kind:
        case "static" | "cooling":
            case.touched = True
            advance.desk.proceed(case, case.maker)
        case "ack_overdue" if case.released is not None:
            case.did(AckOverdue(case.released.reference), advance.unit.now)
            if not case.securities:  # of securities the fold raises it
                advance.desk.raise_(
                    case,
                    "ack_overdue",
                    f"no network answer for {case.released.reference}",
                    case.released.reference,
                )
        case "fate_unknown" if case.released is not None:
            case.did(FateUnknown(case.released.reference), advance.unit.now)
            advance.desk.raise_(
                case,
                "fate_unknown",
                "the payment may or may not have left: find out and decide",
                case.released.reference,
            )
        case "confirmation":
            _unconfirmed(advance, case)
        case "contractual":
            _contractual(advance, case)
        case "follow_up":
            _follow_up(advance, case, item)
        case _:
            pass


def _unconfirmed(advance: Advance, case: Case) -> None:
    """Not confirmed when it should have been: overdue, never failing (DOMAIN 2.5.9)."""
    condition = advance.desk.fold(case)
    assert isinstance(condition, Condition) and case.terms is not None
    if condition.closed or condition.settlement.value == "failing" or case.terms.obligation is None:
        return
    case.did(MarkedOverdue(case.terms.obligation.settle_on), advance.unit.now)


def _contractual(advance: Advance, case: Case) -> None:
    """On a contractual account the cash moves on the settlement date, advice or not (DOMAIN 7.5)."""
    condition = advance.desk.fold(case)
    assert isinstance(condition, Condition) and case.terms is not None
    obligation = case.terms.obligation
    if obligation is None or condition.closed or condition.advance is not None:
        return
    if condition.matching.value == "matched":
        case.did(Advanced(obligation.settle_on), advance.unit.now)


def _follow_up(advance: Advance, case: Case, item: Due) -> None:
    """A person wanted to see it again now, and has not changed that since."""
    wanted = f"follow_up:{item.due_at:%Y-%m-%dT%H:%M:%SZ}"
    if wanted in case.flags:
        case.flags = case.flags - {wanted} | {FOLLOW_UP_DUE}
        case.touched = True
        advance.desk.tell(case, "FollowUpDue", "lifecycle", {})


async def done(db: Connection, items: Sequence[Due]) -> None:
    """These rang: they are not due again."""
    rows = [(i.lane, i.id, i.kind, i.due_at) for i in items if i.kind in STORED]
    if rows:
        await db.execute(DONE, *columns(rows))
