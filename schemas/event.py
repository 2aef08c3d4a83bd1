"""The event log's record and its chain: what happened, in which lane, caused by which message."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

GENESIS = bytes(32)


class Event(NamedTuple):
    """One line of the log. `payload` is canonical JSON text; `cause` the raw message behind it, if any."""

    lane: int
    seq: int
    portfolio: str
    aggregate: UUID
    type: str
    effective_on: date
    known_at: datetime
    cause: int | None
    actor: str
    payload: str
    hash: bytes


def canonical(value: object) -> str:
    """JSON text with sorted keys and no spaces, decimals as plain strings: equal values, equal text."""
    return _encode(value)


def link(
    previous: bytes,
    lane: int,
    seq: int,
    portfolio: str,
    aggregate: UUID,
    type_: str,
    effective_on: date,
    known_at: datetime,
    cause: int | None,
    actor: str,
    payload: str,
) -> bytes:
    """SHA-256 over the previous hash, the columns in fixed order and the payload (DESIGN 4)."""
    columns = (
        f"{lane}\x1f{seq}\x1f{portfolio}\x1f{aggregate}\x1f{type_}\x1f{effective_on.isoformat()}"
        f"\x1f{known_at.isoformat()}\x1f{'' if cause is None else cause}\x1f{actor}\x1f{payload}"
    )
    return hashlib.sha256(previous + columns.encode()).digest()


def _plain(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case date() | datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an event payload")


# one encoder for all: json.dumps would make one a call
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
).encode
