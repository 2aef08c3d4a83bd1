"""Where an instruction stands, as values: the axes, the display states, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from schemas.answer import Reason
from schemas.obligation import Advance, Part


class Processing(StrEnum):
    NONE = "none"
    ACCEPTED = "accepted"
    PENDING_PROCESSING = "pending_processing"
    REJECTED = "rejected"
    IN_REPAIR = "in_repair"
    CANCELLED = "cancelled"


class Cancellation(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    PENDING = "pending"
    DENIED = "denied"
    DONE = "done"
    REJECTED = "rejected"


class Matching(StrEnum):
    UNKNOWN = "unknown"
    UNMATCHED = "unmatched"
    INFERRED_MATCHED = "inferred_matched"
    MATCHED = "matched"


class Settlement(StrEnum):
    NONE = "none"
    PENDING = "pending"
    FAILING = "failing"
    PARTIALLY_SETTLED = "partially_settled"
    SETTLED = "settled"
    REVERSED = "reversed"


class Change(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    DONE = "done"
    DENIED = "denied"


class Network(StrEnum):
    """How far our own message got."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"
    SENT = "sent"
    NAKED = "naked"
    ABORTED = "aborted"  # refused after the acknowledgement (MT019, MT015)


class State(StrEnum):
    """The display states of DOMAIN 2.4."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED_TO_WIRE = "released_to_wire"
    SENT = "sent"
    NETWORK_NAK = "network_nak"
    ACCEPTED = "accepted"
    IN_REPAIR = "in_repair"
    INFERRED_MATCHED = "inferred_matched"
    MATCHED = "matched"
    PENDING = "pending"
    UNMATCHED = "unmatched"
    ON_HOLD = "on_hold"
    OVERDUE_UNCONFIRMED = "overdue_unconfirmed"
    FAILING = "failing"
    CANCEL_PENDING = "cancel_pending"
    SETTLED = "settled"
    PART_SETTLED_REST_CANCELLED = "part_settled_rest_cancelled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    REVERSED = "reversed"


class Flag(StrEnum):
    """What is worth knowing beside the state."""

    HELD = "held"
    PRE_CONFIRMED = "pre_confirmed"
    CONTRADICTION = "contradiction"
    PENDING_PROCESSING = "pending_processing"
    COUNTERPARTY_ASKS_CANCEL = "counterparty_asks_cancel"
    MODIFIED = "modified"
    DOUBLE_SENT = "double_sent"
    DELIVERED = "delivered"
    NETWORK_ABORTED = "network_aborted"
    ACK_OVERDUE = "ack_overdue"
    OVERDUE = "overdue"
    DEAL_DEAD = "deal_dead"
    UNINSTRUCTED = "uninstructed"  # others ended the instruction and the trade stands


Mover = Literal["us", "them", "custodian", "network", "nobody"]


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """What has to come next, and whose move it is."""

    what: str
    whose: Mover


NOTHING = WaitsFor("nothing", "nobody")


@dataclass(frozen=True, slots=True)
class Raised:
    """One thing that needs a person: a stable code, the words, and the fact it is about."""

    code: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Condition:
    """All that the facts say; equal sets of facts give equal conditions."""

    state: State  # of the open quantity
    processing: Processing
    cancellation: Cancellation
    matching: Matching
    settlement: Settlement
    change: Change
    network: Network
    version: int  # the live one; 0 before any was released
    reference: str | None  # the live version's, on the wire
    open_quantity: Decimal
    settled_quantity: Decimal
    badge: str  # of the settled part: '600 of 1,000 settled', or ''
    flags: tuple[Flag, ...]
    parts: tuple[Part, ...]
    trade_over: bool  # what has not settled never will: the books take it back
    advance: Advance | None
    reasons: tuple[Reason, ...]  # the primary one first
    waiting: WaitsFor
    exceptions: tuple[Raised, ...]
    times: tuple[tuple[str, datetime], ...]  # when each axis was last spoken of, by axis
    history: int  # facts that changed nothing: older versions, void messages
    repeats: int = field(compare=False)  # facts that were known already

    @property
    def closed(self) -> bool:
        """Whether nothing is open."""
        return self.state in CLOSED_STATES and not self.open_quantity


CLOSED_STATES = frozenset(
    {
        State.SETTLED,
        State.PART_SETTLED_REST_CANCELLED,
        State.CANCELLED,
        State.REJECTED,
        State.REVERSED,
    }
)
