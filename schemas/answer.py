"""What the outside says back, as values: one shape for MT and MX, made by parsers, read by the lifecycle.

Times that carry no zone stay naive here; the handler gives them the counterparty's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from schemas.money import Money, Quantity

Axis = Literal["IPRC", "CPRC", "MTCH", "INMH", "SETT", "TPRC"]


@dataclass(frozen=True, slots=True)
class Header:
    """Who says it, under which reference, and when they say they said it.

    `content_hash` is SHA-256 over block 4 or over the canonical Document only, never over headers,
    trailers or the BAH, so that PDM, PDE and PssblDplct copies have the same hash.
    """

    type: str  # 'MT548', 'sese.024', 'ACK', 'DataPDU'
    sender: str  # BIC11
    receiver: str  # BIC11
    reference: str  # SEME, BizMsgIdr, :20:; the MUR for an ACK
    function: str  # 23G, or '' where the message has none
    prepared_at: datetime | None  # PREP or CreDt; naive when the message names no offset
    network_at: datetime | None  # block 2 input time (naive)
    possible_duplicate: bool
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code in the four letters both standards share (NARR is read as OTHR), and its words."""

    code: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One status line: axis and code as in MT548 25D, e.g. ('MTCH', 'NMAT'), with all its reasons."""

    axis: Axis
    code: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """ACK or NAK of the network (F21, TransmissionReport), or MT010/011/015/019 after it."""

    header: Header
    verdict: Literal["ack", "nak", "delivered", "undelivered", "aborted"]
    mur: str | None
    rule: str | None = None  # 405 code without the line, or the nack reason
    line: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class StatusAdvice:
    """MT548, sese.024, sese.027, sese.031: where the servicer says the instruction stands."""

    header: Header
    related: str  # our reference it speaks of
    about: Literal["instruction", "cancellation", "condition"]
    standings: tuple[Standing, ...]
    servicer_reference: str | None = None
    market_reference: str | None = None
    isin: str | None = None
    quantity: Quantity | None = None
    amount: Money | None = None
    safekeeping_account: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """MT544-547, sese.025, sese.026: securities moved (or did not after all: CANC, RVSL)."""

    header: Header
    related: str
    direction: Literal["RECE", "DELI"]
    payment: Literal["APMT", "FREE"]
    part: Literal["PAIN", "PARC"] | None
    quantity: Quantity  # of this part
    effective_on: date
    settle_on: date | None = None
    previous: Quantity | None = None
    remaining: Quantity | None = None
    amount: Money | None = None
    previous_amount: Money | None = None
    remaining_amount: Money | None = None
    isin: str | None = None
    safekeeping_account: str | None = None
    cash_account: str | None = None
    pre_confirmation: bool = False
    undoes: str | None = None  # reference of the confirmation that CANC or RVSL takes back
    deal_dead: bool = False
    servicer_reference: str | None = None
    market_reference: str | None = None


@dataclass(frozen=True, slots=True)
class CashEntry:
    """One booked or pending movement of a cash account as the bank advises it."""

    amount: Money
    direction: Literal["CRDT", "DBIT"]
    value_on: date
    our_reference: str | None  # :21:, EndToEndId or InstrId
    servicer_reference: str | None = None
    uetr: str | None = None
    status: str = "BOOK"
    reversal: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class CashAdvice:
    """MT900, MT910, camt.054: evidence of cash movements, and cash truth for payments."""

    header: Header
    account: str
    entries: tuple[CashEntry, ...]


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """pacs.002: what became of a payment, with all reasons."""

    header: Header
    uetr: str | None
    related: str | None  # original instruction or end-to-end id
    status: str  # ACSC ACSP ACCC ACTC ACWC PDNG RJCT
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type the engine has no use for yet: stored, shown, never lost."""

    header: Header
    related: str | None = None


Answer = NetworkAnswer | StatusAdvice | Confirmation | CashAdvice | PaymentStatus | Unknown
