"""The axes and quantities of one instruction while its facts are folded in; no rules here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.answer import Confirmation, Reason
from schemas.fact import Fact, Released
from schemas.obligation import Advance, Obligation, Part
from settlement.condition import (
    Cancellation,
    Change,
    Flag,
    Matching,
    Network,
    Processing,
    Raised,
    Settlement,
)

ZERO = Decimal(0)
PROCESSING, CANCELLATION, MATCHING, SETTLEMENT, CHANGE = (
    "processing",
    "cancellation",
    "matching",
    "settlement",
    "change",
)
AXES = (PROCESSING, CANCELLATION, MATCHING, SETTLEMENT, CHANGE)
NETWORK = "network"
ENDED = frozenset({Processing.CANCELLED, Processing.REJECTED})
ASKED = frozenset({Cancellation.REQUESTED, Cancellation.PENDING})
TURNED_DOWN = frozenset({Cancellation.DENIED, Cancellation.REJECTED})
# the values an implied one may replace: nothing said, or less; never a no
BACKFILLS: dict[str, frozenset[str]] = {
    PROCESSING: frozenset({Processing.NONE, Processing.PENDING_PROCESSING, Processing.IN_REPAIR}),
    MATCHING: frozenset({Matching.UNKNOWN, Matching.INFERRED_MATCHED}),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a reference of ours stands for, and of which version."""

    kind: str  # instruction, cancellation, condition
    version: int = 0
    wish: str = ""  # hold or release


@dataclass(slots=True, eq=False)
class Booked:
    """A confirmation that counts, and the part it made."""

    fact: Fact
    told: Confirmation
    part: Part
    spared: bool = False  # settled when the rest was cancelled: a reversal opens it again


class Life:
    """What is known so far; see Condition for what the values mean to others."""

    __slots__ = (
        "ack_late",
        "acks",
        "advance",
        "advance_returned",
        "attempts",
        "awaited",
        "booked",
        "cancel_asks",
        "cancellation",
        "cancelled",
        "change",
        "contradicted",
        "dead",
        "flags",
        "heard",
        "held",
        "history",
        "live",
        "matching",
        "network",
        "obligation",
        "overdue",
        "places",
        "processing",
        "raised",
        "reasons",
        "refused",
        "reversed_last",
        "settled",
        "settlement",
        "times",
        "withdrawn",
    )

    def __init__(self, obligation: Obligation) -> None:
        self.obligation = obligation
        self.processing = Processing.NONE
        self.cancellation = Cancellation.NONE
        self.matching = Matching.UNKNOWN
        self.settlement = Settlement.NONE  # of the open quantity, as the servicer says it
        self.change = Change.NONE
        self.network = Network.DRAFT
        self.live: Fact | None = None
        self.places: dict[str, Place] = {}
        self.heard = False  # the servicer knows the live version
        self.acks = 0
        self.attempts = 0
        self.held = obligation.hold
        self.overdue = False
        self.ack_late = False
        self.withdrawn: Fact | None = None
        self.dead = False
        self.contradicted = False
        self.cancel_asks = 0
        self.settled = ZERO
        self.cancelled = ZERO  # what a cancellation closed
        self.reversed_last = False
        self.booked: list[Booked] = []
        self.awaited: dict[str, tuple[Fact, Confirmation]] = {}  # reversals ahead of what they undo
        self.refused: list[tuple[Fact, Confirmation]] = []  # more than is open
        self.advance: Advance | None = None
        self.advance_returned = False
        self.flags: set[Flag] = set()
        self.reasons: dict[str, tuple[Reason, ...]] = {}
        self.times: dict[str, datetime] = {}
        self.raised: list[Raised] = []
        self.history = 0

    @property
    def unsettled(self) -> Decimal:
        """What is instructed and not settled, whether or not it still may."""
        return self.obligation.quantity.value - self.settled

    @property
    def open(self) -> Decimal:
        """What is neither settled nor cancelled."""
        return self.unsettled - self.cancelled

    def cancel_rest(self) -> None:
        """A cancellation closes what is not settled; where nothing is left it contradicts instead."""
        if self.unsettled:
            self.cancelled = self.unsettled
            for booked in self.standing():
                booked.spared = True

    def reopen(self, known: Fact) -> None:
        """A part the cancellation spared was taken back: it is open, the rest stays cancelled."""
        self.set(PROCESSING, Processing.ACCEPTED, known)
        if self.cancellation in ASKED:
            self.cancellation = Cancellation.DONE

    @property
    def ended(self) -> bool:
        return self.processing in ENDED

    @property
    def ended_by_us(self) -> bool:
        """Whether it ended because we wanted it to: withdrawn, or as we asked."""
        asked = self.cancel_asks > 0 and self.cancellation not in TURNED_DOWN
        return self.ended and (self.withdrawn is not None or asked)

    @property
    def version(self) -> int:
        return version(self.live) if self.live is not None else 0

    def standing(self) -> list[Booked]:
        """The parts that were not taken back."""
        return [b for b in self.booked if not b.part.reversed]

    def set(self, axis: str, value: Any, known: Fact) -> None:
        """Move an axis, at the fact's event time."""
        setattr(self, axis, value)
        self.times[axis] = known.at

    def tell(self, code: str, text: str, known: Fact) -> None:
        """Raise something for a person."""
        self.raised.append(Raised(code, text, known.key))

    def bygone(self, reference: str) -> bool:
        """Whether a reference belongs to a version that a later one replaced."""
        place = self.places.get(reference)
        return place is not None and place.kind != "condition" and place.version < self.version

    def before_live(self, known: Fact) -> bool:
        """Whether a deed of ours was about a version that a later one replaced."""
        return self.live is not None and known.at < self.live.at


def version(released: Fact) -> int:
    """The version a release is of."""
    assert isinstance(released.content, Released)
    return released.content.version
