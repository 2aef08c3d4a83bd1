"""One thing known about an instruction, said outside or done by us, and its place in the order.

The state of an instruction is a fold over the set of its facts (DESIGN 4). Facts are stored as JSON
text: `dump` and `load` are each other's inverse.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, get_args

from pydantic import ConfigDict, TypeAdapter

from schemas.answer import (
    Answer,
    CashAdvice,
    Confirmation,
    NetworkAnswer,
    PaymentStatus,
    StatusAdvice,
    Unknown,
)


@dataclass(frozen=True, slots=True)
class Approved:
    """A second person, or the rules for trusted systems, let it go."""

    actor: str


@dataclass(frozen=True, slots=True)
class Released:
    """The durable outbox took a version, under the reference that its answers will name."""

    version: int
    reference: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The transport took the message (PUBACK, rename); attempts count from 1."""

    reference: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A person took it back before anything of the live version reached the network."""

    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """We asked for cancellation of a version, under the request's own reference."""

    reference: str
    version: int


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """We asked to hold or to release, under the request's own reference."""

    reference: str
    change: Literal["hold", "release"]


@dataclass(frozen=True, slots=True)
class AckOverdue:
    """No acknowledgement came in the time that is usual."""

    reference: str


@dataclass(frozen=True, slots=True)
class MarkedOverdue:
    """Nothing was confirmed after the market's end of day and the agent's usual lag."""

    on: date


@dataclass(frozen=True, slots=True)
class Advanced:
    """A timer: on a contractual account the settlement date's cash moves without advice too."""

    on: date


@dataclass(frozen=True, slots=True)
class FateUnknown:
    """A payment may or may not have left the machine."""

    reference: str


@dataclass(frozen=True, slots=True)
class FateDecided:
    """A person found out whether a payment of unknown fate left."""

    reference: str
    left: bool
    actor: str


Deed = (
    Approved
    | Released
    | Taken
    | Withdrawn
    | CancelAsked
    | ChangeAsked
    | AckOverdue
    | MarkedOverdue
    | Advanced
    | FateUnknown
    | FateDecided
)
Content = Answer | Deed

# the order of facts with one event time, as when PREP is a date only (DOMAIN 2.5.4)
RANKS: dict[type[Any], int] = {
    Approved: 10,
    Released: 11,
    Taken: 12,
    FateUnknown: 13,
    FateDecided: 14,
    AckOverdue: 15,
    NetworkAnswer: 20,
    CancelAsked: 30,
    ChangeAsked: 31,
    Withdrawn: 32,
    MarkedOverdue: 33,
    Advanced: 34,
    PaymentStatus: 40,
    StatusAdvice: 41,
    CashAdvice: 50,
    Confirmation: 51,
    Unknown: 90,
}
_LATER = {"instruction": 0, "condition": 1, "cancellation": 2}
_CONFIRMATION_LATER = {"CANC": 8, "RVSL": 8}


@dataclass(frozen=True, slots=True)
class Fact:
    """`at` is event time (aware); `key` the business key: one key, one content (DOMAIN 2.5.2)."""

    at: datetime
    rank: int
    content_hash: bytes
    key: str
    content: Content
    message: int | None = None
    known_at: datetime | None = None


def of_answer(
    answer: Answer, at: datetime, message: int | None = None, known_at: datetime | None = None
) -> Fact:
    """The fact that an answer is, at its event time in UTC."""
    return Fact(
        at, rank(answer), answer.header.content_hash, key(answer), answer, message, known_at
    )


def of_deed(deed: Deed, at: datetime, known_at: datetime | None = None) -> Fact:
    """The fact that we did something; the same deed told twice is one fact."""
    text = dump(deed)
    hash_ = hashlib.sha256(text.encode()).digest()
    return Fact(at, rank(deed), hash_, f"deed|{text}", deed, None, known_at)


def rank(content: Content) -> int:
    """Where it stands among facts of the same event time."""
    if isinstance(content, StatusAdvice):
        return RANKS[StatusAdvice] + _LATER[content.about]
    if isinstance(content, Confirmation):
        later = _CONFIRMATION_LATER.get(content.header.function)
        if later is not None:
            return RANKS[Confirmation] + later
        return RANKS[Confirmation] + (0 if content.part == "PAIN" else 1)
    return RANKS[type(content)]


def key(answer: Answer) -> str:
    """Sender, type, sender's reference and function; network answers are evidence, each its own."""
    header = answer.header
    plain = f"{header.sender}|{header.type}|{header.reference}|{header.function}"
    if isinstance(answer, NetworkAnswer):
        return f"{plain}|{answer.verdict}|{header.content_hash.hex()}"
    return plain


def canonical(fact: Fact) -> tuple[datetime, int, bytes, str]:
    """The order of facts: event time, type rank, content hash; never arrival."""
    return (fact.at, fact.rank, fact.content_hash, fact.key)


def dump(content: Content) -> str:
    """Content as JSON text: its type's name and its fields, defaults left out."""
    name = type(content).__name__
    return _adapter(name).dump_json((name, content), exclude_defaults=True).decode()


def load(text: str) -> Content:
    """The content that `dump` wrote."""
    content: Content = _adapter(text[2 : text.index('"', 2)]).validate_json(text)[1]
    return content


_TYPES: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (*get_args(Answer), *get_args(Deed))
}


@cache
def _adapter(name: str) -> TypeAdapter[tuple[str, Any]]:
    pair: Any = tuple  # the config reaches a dataclass inside a tuple, not one alone
    config = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex")
    return TypeAdapter(pair[str, _TYPES[name]], config=config)
