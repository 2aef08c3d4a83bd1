"""What waits in a lane: submissions, a person's actions, routed answers, timers and wake-ups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from gateway.identity import Client
from schemas.answer import Answer, CashEntry
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem

Outcome = Literal["created", "duplicate", "conflict", "refused", "done"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item of a request."""

    outcome: Outcome
    id: UUID | None
    state: str | None
    problems: tuple[Problem, ...] = ()


class Overloaded(Exception):
    """Taking this in would let the backlog set the latency."""

    retry_after_seconds = 1


@dataclass(slots=True, eq=False)
class Submission:
    """A new instruction or payment, valid in itself, enriched or not."""

    lane: int
    id: UUID
    client: Client
    body: Instruction | Payment
    text: str
    hash: bytes
    portfolio: str = ""
    claimed: bool = False  # another process already claimed its reference
    by_hand: bool = False  # a person typed it: another one approves it, whatever it is
    command: int | None = None
    done: asyncio.Future[Result] | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Action:
    """What a person or upstream system wants done with a known instruction."""

    lane: int
    id: UUID
    client: Client
    action: str
    body: dict[str, Any]
    command: int | None = None
    done: asyncio.Future[Result] | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Routed:
    """An inbound message, parsed, with the instruction its reference leads to."""

    lane: int
    id: UUID
    message: int
    link: str
    answer: Answer
    received_at: datetime
    related: str
    entry: CashEntry | None = None  # the one entry of an advice that speaks of this instruction
    part: int = 0  # which of the message's entries
    parts: int = 1
    done: asyncio.Future[Result] | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Due:
    """A timer that rang, or static data that arrived, for one instruction."""

    lane: int
    id: UUID
    kind: str
    due_at: datetime
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Opening:
    """A lot or a cash amount held when the books open."""

    lane: int
    kind: str
    key: str
    body: str
    by: str
    command: int
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Telling:
    """Something that happened outside the lanes and must stand in the log."""

    lane: int
    aggregate: UUID
    type: str
    actor: str
    said: dict[str, Any]
    command: int
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class Handling:
    """What a person wants done with an exception, as they saw it in this round."""

    lane: int
    code: str
    key: str
    round: int
    client: Client
    action: str
    body: dict[str, Any]
    command: int | None = None
    done: asyncio.Future[Result] | None = None
    at: float = field(default_factory=time.monotonic)


Item = Submission | Action | Routed | Due | Opening | Telling | Handling


def finish(items: Sequence[Item], results: dict[int, Result], error: BaseException | None) -> None:
    """Answer whoever waits."""
    for item in items:
        done = getattr(item, "done", None)
        if done is None or done.done():
            continue
        if error is not None:
            done.set_exception(error)
        elif id(item) in results:
            done.set_result(results[id(item)])
