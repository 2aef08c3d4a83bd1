"""What would become of an instruction, by the rules of its lane, with nothing recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.clock import business_date, real_now
from gateway.handlers import terms
from gateway.handlers.intake import new_case
from gateway.handlers.release import Built, Desk
from gateway.handlers.unit import Memory, Unit
from gateway.identity import Client
from schemas.instruction import Instruction, Payment
from schemas.problem import MessageError, Problem

if TYPE_CHECKING:
    from gateway.core import Core


@dataclass(frozen=True, slots=True)
class Preview:
    """The instruction completed, what refuses it, what it would wait for, and its message."""

    body: Instruction | Payment
    problems: tuple[Problem, ...]
    waits: tuple[tuple[str, str], ...]  # code and words
    portfolio: str
    built: Built | None  # none while something is missing or wrong


def preview(core: Core, client: Client, body: Instruction | Payment) -> Preview:
    """By the static data and the business date of this moment."""
    now = core.clock.now()
    case = new_case(core.submission(client, body, real_now()))
    desk = Desk(
        core.static,
        core.static_version,
        core.schemas,
        core.holder,
        now,
        business_date(now, core.settings.business_zone),
        core.settings,
        Unit(Memory(), core.ids, core.clock, now),
    )
    problems = tuple(desk.complete(case))
    completed = terms.content(terms.found(desk, case))
    if problems or case.waits:
        return Preview(completed, problems, case.waits, case.portfolio, None)
    try:
        built = desk.build(case, 1)
    except MessageError as error:
        return Preview(completed, tuple(error.problems), case.waits, case.portfolio, None)
    return Preview(completed, (), case.waits, case.portfolio, built)
