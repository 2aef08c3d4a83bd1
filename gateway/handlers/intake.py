"""Intake: references claimed, instructions recorded, and on to the wire when nothing holds them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.handlers import people
from gateway.handlers.case import Case
from gateway.handlers.commands import difference
from gateway.handlers.release import BY_HAND
from gateway.items import Result, Submission
from schemas.fact import Approved
from schemas.instruction import Instruction
from schemas.problem import Problem, Refused
from settlement.approval import approval_needed
from store import messages, references
from store.cases import InstructionRow
from store.references import Claim
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

BODIES = """
select i.id, i.body, i.body_hash, c.state from instruction i left join condition c using (lane, id)
where i.id = any($1::uuid[])
"""


async def claim(advance: Advance, db: Connection, submissions: Sequence[Submission]) -> list[Case]:
    """Cases of the submissions that are new and can be right; the others are answered."""
    cases = [(s, new_case(s)) for s in submissions]
    good: list[tuple[Submission, Case]] = []
    for submission, case in cases:
        problems = [*_beyond(advance, submission, case), *advance.desk.complete(case)]
        if problems:
            advance.results[id(submission)] = Result("refused", None, None, tuple(problems))
        else:
            good.append((submission, case))
    fresh: list[Case] = []
    again: list[tuple[Submission, tuple[str, str, str]]] = []
    claims = {(s.client.name, s.body.reference): (s, c) for s, c in reversed(good) if not s.claimed}
    free = await references.claim_many(
        db,
        [
            Claim("upstream", owner, value, s.lane, c.portfolio, s.id)
            for (owner, value), (s, c) in claims.items()
        ],
    )
    for submission, case in good:
        key = ("upstream", submission.client.name, submission.body.reference)
        mine = claims.get((key[1], key[2]))
        if submission.claimed or (key in free and mine is not None and mine[0] is submission):
            advance.known[case.id] = case
            fresh.append(case)
        else:
            again.append((submission, key))
    await _answer_again(advance, db, again, {s.id: s for s, _ in good})
    return fresh


def _beyond(advance: Advance, submission: Submission, case: Case) -> tuple[Problem, ...]:
    try:
        people.may(advance, submission.client, "maker", case)
    except Refused as refused:
        return refused.problems
    return ()


async def _answer_again(
    advance: Advance,
    db: Connection,
    again: Sequence[tuple[Submission, tuple[str, str, str]]],
    batch: dict[object, Submission],
) -> None:
    """The same reference once more: the same content is a repeat, other content a conflict."""
    if not again:
        return
    standing = await references.find_many(db, [key for _, key in again])
    ids = [c.instruction for c in standing.values()]
    rows = {r["id"]: r for r in await db.fetch(BODIES, ids)}
    for submission, key in again:
        id_ = standing[key].instruction
        row = rows.get(id_)
        if row is not None:
            hash_, text, state = row["body_hash"], row["body"], row["state"]
        elif id_ in batch:  # the first of two in this very batch
            hash_, text, state = batch[id_].hash, batch[id_].text, None
        else:  # claimed by another process, not worked yet
            hash_, text, state = submission.hash, submission.text, None
        if hash_ == submission.hash:
            result = Result("duplicate", id_, state)
        else:
            result = Result("conflict", id_, state, (difference(text, submission.text),))
        advance.results[id(submission)] = result


def new_case(submission: Submission) -> Case:
    """An empty life."""
    body = submission.body
    return Case(
        submission.lane,
        submission.id,
        submission.portfolio,
        body.kind,
        body.reference,
        submission.client.name,
        submission.client.person,
        None,
        body,
    )


def submit(advance: Advance, submission: Submission) -> None:
    """Record a new instruction and take it as far as it goes by itself."""
    case = advance.known.get(submission.id)
    if case is None:
        return  # refused or seen before: answered already
    unit, desk = advance.unit, advance.desk
    unit.instructions.append(
        InstructionRow(
            case.lane,
            case.id,
            case.portfolio,
            case.kind,
            case.client,
            case.reference,
            case.maker,
            unit.now,
            submission.text,
            submission.hash,
        )
    )
    unit.tell(
        case.lane,
        case.portfolio,
        case.id,
        "InstructionReceived",
        desk.today,
        case.maker,
        {
            "kind": case.kind,
            "reference": case.reference,
            "client": case.client,
            "body_hash": submission.hash,
            "state": "draft",
        },
    )
    body = submission.body
    on = body.trade_date if isinstance(body, Instruction) else body.value_date
    if submission.by_hand:
        case.flags.add(f"{BY_HAND}{case.maker}")
    elif not approval_needed(body, case.client, desk.static, on):
        case.did(Approved("policy"), unit.now)
    case.touched = True
    desk.proceed(case, case.maker)
    advance.results[id(submission)] = Result("created", case.id, first_state(case))


def first_state(case: Case) -> str:
    """Where a new instruction stands: nothing from outside can have spoken of it yet."""
    if case.told_state is not None:
        return case.told_state
    return "approved" if case.terms is not None and case.has(Approved) else "draft"


async def wake_parked(advance: Advance, db: Connection) -> None:
    """An instruction's arrival wakes what was parked for its references."""
    waited = advance.core.parked_references
    mine = [c.value for c in advance.unit.claims if c.value in waited]
    if mine:
        await messages.wake_parked(db, mine)
        waited.difference_update(mine)
