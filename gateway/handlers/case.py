"""One instruction while a batch works on it: what is stored, what was added, what the books hold of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from ledger.lots import LotMove
from ledger.posting import Outgoing
from schemas import fact
from schemas.fact import Fact, Released
from schemas.instruction import Instruction, Payment
from schemas.obligation import Advance, Obligation, Transfer
from schemas.trade import Trade
from settlement.enrichment import Enriched
from store.cases import ConditionRow

SECURITIES = "securities"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SHIFTS = range(67, -1, -5)  # 14 places, 70 bits
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an instruction's life is measured against and what its books are computed from."""

    obligation: Obligation | None = None
    trade: Trade | None = None
    transfer: Transfer | None = None
    outgoing: Outgoing | None = None
    servicer: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class PostedPart:
    """A settled part as it stands in the books."""

    quantity: Decimal
    cash: Decimal
    relieved: Decimal
    effective_on: date
    advanced: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """So much of the trade that was taken back, effective on this date."""

    quantity: Decimal
    amount: Decimal
    on: date


@dataclass(slots=True)
class Posted:
    """What the books hold of one instruction, enough to take each of it back."""

    ordinal: int | None = None  # of the trade's lot; none while no trade is booked
    moves: tuple[LotMove, ...] = ()
    taken: tuple[TakenBack, ...] = ()  # of the trade, oldest first
    parts: dict[str, PostedPart] = field(default_factory=dict)
    advances: dict[str, Advance] = field(default_factory=dict)
    ordered: bool = False
    debits: dict[str, tuple[Decimal, date]] = field(default_factory=dict)
    returns: dict[str, tuple[Decimal, date]] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)  # keys of exceptions raised so far


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer taken in by this batch and not yet told."""

    key: str
    event: str
    message: int
    words: dict[str, Any]


TERMS = TypeAdapter(Terms)
POSTED = TypeAdapter(Posted)


@dataclass(slots=True)
class Case:
    """One instruction: stored row, facts, terms, and what this batch changed."""

    lane: int
    id: UUID
    portfolio: str
    kind: str
    reference: str
    client: str
    maker: str
    row: ConditionRow | None
    body: Instruction | Payment | None = None
    facts: list[Fact] = field(default_factory=list)
    stored: int = 0  # how many of the facts are in the database
    terms: Terms | None = None
    posted: Posted = field(default_factory=Posted)
    flags: set[str] = field(default_factory=set)
    bodies: dict[int, Instruction | Payment] = field(default_factory=dict)  # by version
    formats: dict[int, tuple[str, str]] = field(default_factory=dict)  # version: format, link
    version: int = 0
    terms_changed: bool = False
    touched: bool = False
    heard: list[Heard] = field(default_factory=list)
    told_state: str | None = None  # the state events have said so far
    put: ConditionRow | None = None  # the row this batch puts
    # completed in this batch: the body and the lifted waits it was completed from, and the result
    enriched: tuple[Instruction, frozenset[str], Enriched] | None = None
    # code and words of what static data or people still owe
    waits: tuple[tuple[str, str], ...] = ()

    @property
    def securities(self) -> bool:
        return self.kind == SECURITIES

    @property
    def released(self) -> Released | None:
        """The newest version on the wire."""
        found = [f.content for f in self.facts if isinstance(f.content, Released)]
        return max(found, key=lambda r: r.version, default=None)

    @property
    def in_force(self) -> Instruction | Payment | None:
        """The body of the newest repair or replacement that is not waiting or dropped; None before any."""
        kept = [-n for n in self.bodies if n < 0]
        valid = [n for n in kept if not {f"amend:{n}", f"dropped:{n}"} & self.flags]
        return self.bodies[-max(valid)] if valid else None

    @property
    def waits_on_static(self) -> bool:
        """Whether static data may still hold it back; known only where its body is loaded."""
        return self.body is not None and (self.released is None or "reapprove:" in self.flags)

    def next_version(self) -> int:
        """A number no version has, sent or kept."""
        return max((self.version, *map(abs, self.bodies))) + 1

    def did(self, deed: fact.Deed, at: datetime) -> Fact:
        """Add what our side did; the same deed twice is one fact."""
        added = fact.of_deed(deed, at)
        for known in self.facts:
            if known.key == added.key:
                return known
        self.facts.append(added)
        self.touched = True
        return added

    def rest(self) -> None:
        """As it would be read again: what this batch put is what is stored."""
        if self.put is not None:
            self.row, self.put = self.put, None
            self.flags = set(self.row.flags)
        self.stored = len(self.facts)
        self.body, self.enriched, self.told_state = None, None, None
        self.bodies, self.formats, self.heard, self.waits = {}, {}, [], ()
        self.terms_changed = self.touched = False

    def has(self, kind: type[Any]) -> bool:
        """Whether a deed of this kind was done."""
        return any(isinstance(f.content, kind) for f in self.facts)


def stored_case(row: Any, facts: Iterable[Any]) -> Case:
    """A case from its rows."""
    condition = ConditionRow(**{name: row[name] for name in ConditionRow._fields})
    case = Case(
        condition.lane,
        condition.id,
        condition.portfolio,
        condition.kind,
        condition.reference,
        "",
        "",
        condition,
    )
    case.facts = [
        Fact(f["at"], f["rank"], f["hash"], f["key"], fact.load(f["payload"]), f["message"])
        for f in facts
    ]
    case.stored = len(case.facts)
    if condition.terms is not None:
        case.terms = TERMS.validate_json(condition.terms)
    case.posted = POSTED.validate_json(condition.posted)
    case.flags = set(condition.flags)
    case.version = condition.version
    return case


def reference_for(kind: str, client: str, reference: str, step: object) -> str:
    """A wire reference of 16 characters that derives from what it names (decision 0004)."""
    digest = hashlib.sha256(f"{client}\x1f{reference}\x1f{step}".encode()).digest()
    number = int.from_bytes(digest[:9], "big")
    return kind + "".join([BASE32[number >> shift & 31] for shift in SHIFTS])


def uetr_for(client: str, reference: str) -> str:
    """A UUID version 4 that derives from the payment it names: a retry of the intake finds the same."""
    digest = bytearray(hashlib.sha256(f"uetr\x1f{client}\x1f{reference}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))
