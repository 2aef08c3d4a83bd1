"""The shapes of answers, for the OpenAPI document; the tests hold real answers against them.

Amounts and quantities are strings: a JSON number would be read as a float.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Number = Annotated[Decimal, WithJsonSchema({"type": "string", "format": "decimal"})]
Page = Annotated[str | None, Field(description="give it as `cursor` to go on; null at the end")]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Fault(Answer):
    """One problem: where, which rule, the value found, and what to do."""

    path: str
    rule: str
    value: str | None
    message: str


class ProblemDocument(Answer):
    """RFC 9457, with every problem at once."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault]


class Taken(Answer):
    """What became of one submission."""

    outcome: Literal["created", "duplicate"]
    id: UUID
    reference: str
    state: str | None


class Item(Answer):
    """What became of one of many."""

    index: int
    outcome: Literal["created", "duplicate", "refused"]
    id: UUID | None
    reference: str | None
    state: str | None
    code: str | None
    problems: list[Fault]


class Items(Answer):
    results: list[Item]


class Done(Answer):
    """What an action came to."""

    outcome: str
    id: UUID | None
    state: str | None


class Axes(Answer):
    """The five status axes (DOMAIN 2.2)."""

    processing: str
    cancellation: str
    matching: str
    settlement: str
    change: str


class Waiting(Answer):
    """What is waited for, since when, and whose move it is."""

    waits_for: str | None
    whose_move: str | None
    since: datetime
    reason: str | None
    reason_text: str | None


class Summary(Answer):
    """An instruction or payment as a list shows it."""

    id: UUID
    kind: Literal["securities", "customer", "bank"]
    reference: str
    wire_reference: str | None
    version: int
    portfolio: str
    state: str
    axes: Axes
    waiting: Waiting
    flags: list[str]
    direction: str | None
    payment: str | None
    isin: str | None
    instrument: str | None
    counterparty: str | None
    custodian: str | None
    place: str | None
    account: str | None
    cash_account: str | None
    currency: str | None
    amount: Number | None
    quantity: Number | None
    open_quantity: Number | None
    settled_quantity: Number | None
    trade_on: date | None
    settle_on: date | None
    link: str | None
    client: str
    maker: str
    created_at: datetime


class Summaries(Answer):
    instructions: list[Summary]
    cursor: Page


class Version(Answer):
    """One content that was made for the wire; at most one lives."""

    version: int
    reference: str
    format: str
    link: str
    maker: str
    static_version: int
    body: dict[str, Any]


class Moment(Answer):
    """A line of the timeline: an event of the log, or a fact the condition is folded from."""

    at: datetime
    what: Literal["event", "fact"]
    type: str
    actor: str | None
    effective_on: date | None
    message: int | None
    payload: Any


class NamedField(Answer):
    path: str
    tag: str
    name: str
    value: str
    line: int | None


class Attempt(Answer):
    """One sending: its own bytes, and whether they carry PDE or PssblDplct."""

    attempt: int
    message: int
    at: datetime
    possible_duplicate: bool


class MessageLine(Answer):
    """A stored message with what became of it."""

    id: int
    direction: Literal["in", "out"]
    link: str
    stored_at: datetime
    type: str | None
    reference: str | None
    state: str | None
    instruction: UUID | None
    reason: str | None
    seen: int


class MessageLines(Answer):
    messages: list[MessageLine]
    cursor: Page


class MessageFinding(Answer):
    """One thing to say about a message; `line` and `column` are those of the bytes that were sent."""

    rule: str
    severity: Literal["error", "warning", "info"]
    layer: Literal["syntax", "network", "schema", "usage", "business"]
    path: str
    line: int
    column: int
    message: str
    value: str | None
    right: Annotated[str, Field(description="what would be right")]
    nak: Annotated[str | None, Field(description="what a network would answer")]


class Verdict(Answer):
    """Whether every message of a payload is valid, and everything there is to say of them."""

    valid: bool
    messages: int
    findings: list[MessageFinding]


class ReceiptEntry(Answer):
    """What became of one element of a message that was translated."""

    outcome: Literal["kept", "converted", "truncated", "defaulted", "dropped"]
    source: Annotated[str, Field(description="path in the source; empty for what was defaulted")]
    value: str
    target: Annotated[str, Field(description="path in the target; empty for what was dropped")]
    words: Annotated[str, Field(description="what is lost, or why")]
    line: int


class Translated(Answer):
    """A message in the other standard, what became of each element, and the verdict on it."""

    source: str
    target: str
    message: str
    valid: bool
    elements: Annotated[int, Field(description="how many the source has; each has one entry")]
    counts: dict[str, int]
    receipt: list[ReceiptEntry]
    findings: list[MessageFinding]


class TranslatedMany(Answer):
    """Every message of a payload in the other standard."""

    messages: list[Translated]


class Message(MessageLine):
    """A message as it is stored, read and described."""

    raw: str
    bytes: int
    fields: list[NamedField]
    meaning: dict[str, Any] | None
    problems: list[Fault]
    repairs: Annotated[int | None, Field(description="the message these bytes correct")]
    repaired_as: Annotated[int | None, Field(description="the message that took its place")]
    authenticated_by: Annotated[
        str | None, Field(description="the LAU key that vouched for it when it came")
    ]


class CaseMessage(Answer):
    """A message of one instruction."""

    id: int
    direction: Literal["in", "out"]
    link: str
    stored_at: datetime
    type: str | None
    reference: str | None
    state: str | None
    reason: str | None
    seen: int
    raw: str
    fields: list[NamedField]
    repairs: Annotated[int | None, Field(description="the message these bytes correct")]
    attempts: list[Attempt]


class Entry(Answer):
    """Debit above zero."""

    line: int
    account: str
    detail: str
    currency: str
    amount: Number


class Journal(Answer):
    """Entries that balance per currency, with the event that caused them."""

    lane: int
    seq: int
    rule: str
    portfolio: str
    instruction: UUID | None
    effective_on: date
    known_at: datetime
    event: str
    cause: int | None
    actor: str
    entries: list[Entry]


class Journals(Answer):
    journals: list[Journal]
    cursor: Page


class CaseException(Answer):
    """Something that needs or needed a person."""

    id: str
    code: str
    text: str
    instruction: UUID | None
    reference: str | None
    state: str | None
    message: int | None
    raised_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: Literal["closed", "reinjected", "repaired"] | None
    closed_reason: str | None
    proposed: Annotated[int | None, Field(description="corrected bytes that await approval")]


class Exceptions(Answer):
    exceptions: list[CaseException]


class ExceptionMessage(Answer):
    """The inbound message an exception is about, as it came."""

    id: int
    link: str
    stored_at: datetime
    type: str | None
    reference: str | None
    state: str | None
    reason: str | None
    seen: int
    raw: str
    fields: list[NamedField]


class Repair(Answer):
    """Corrected bytes beside the original: who wrote them, and who let them in or did not."""

    message: int
    original: int
    maker: str
    reason: str
    asked_at: datetime
    decision: Literal["approved", "refused"] | None
    decided_by: str | None
    decided_at: datetime | None
    raw: str


class Deed(Answer):
    """An event of the log that tells what a person did."""

    at: datetime
    type: str
    actor: str
    payload: dict[str, Any]


class ExceptionCase(CaseException):
    """All that is known of one exception."""

    original: ExceptionMessage | None
    repairs: list[Repair]
    history: list[Deed]


class Case(Summary):
    """All that is known of one instruction or payment."""

    body: Annotated[dict[str, Any], Field(description="as it came in")]
    current: Annotated[
        dict[str, Any], Field(description="as it stands: the last edit, else `body`")
    ]
    content: Annotated[
        str,
        Field(
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of `current` as it is kept; who approves it names this",
        ),
    ]
    versions: list[Version]
    timeline: list[Moment]
    messages: list[CaseMessage]
    journals: list[Journal]
    exceptions: list[CaseException]


class Received(Answer):
    """A message of an inbound payload: stored now, or seen before."""

    id: int
    outcome: Literal["stored", "repeat"]


class ReceivedMany(Answer):
    messages: list[Received]


class Position(Answer):
    """The measures of DOMAIN 7.2 for one holding."""

    portfolio: str
    account: str
    isin: str
    traded: Number
    settled: Number
    pending_receive: Number
    pending_deliver: Number
    failed_receive: Number
    failed_deliver: Number
    projected: Number
    available: Number


class Positions(Answer):
    as_of: Annotated[date, Field(description="the effective date the answer is as of")]
    known_at: datetime | None
    positions: list[Position]


class Step(Answer):
    """What is to come and go on one date, and the balance after it."""

    on: date
    receivable: Number
    payable: Number
    projected: Number


class CashPosition(Answer):
    """One cash account: the ledger's balance, what settled, and what is to come."""

    portfolio: str
    account: str
    currency: str
    ledger: Number
    settled: Number
    pending_receive: Number
    pending_deliver: Number
    failed_receive: Number
    failed_deliver: Number
    projected: Number
    ladder: list[Step]


class Cash(Answer):
    as_of: Annotated[date, Field(description="the effective date the answer is as of")]
    known_at: datetime | None
    cash: list[CashPosition]


class BalanceLine(Answer):
    account: str
    currency: str
    debit: Number
    credit: Number


class BalanceTotal(Answer):
    currency: str
    debit: Number
    credit: Number


class TrialBalance(Answer):
    """Balances per ledger account; `balanced` says that debits equal credits in every currency."""

    as_of: Annotated[date, Field(description="the effective date the answer is as of")]
    known_at: datetime | None
    portfolio: str | None
    accounts: list[BalanceLine]
    totals: list[BalanceTotal]
    balanced: bool


class Event(Answer):
    """One line of the log. `cursor` is the place right after it."""

    cursor: str
    lane: int
    seq: int
    portfolio: str
    aggregate: UUID
    type: str
    effective_on: date
    known_at: datetime
    cause: int | None
    actor: str
    payload: Any
    hash: str


class Events(Answer):
    events: list[Event]
    cursor: str
    more: bool


class StaticKind(Answer):
    kind: str
    rows: int


class StaticKinds(Answer):
    version: int
    kinds: list[StaticKind]


class StaticRow(Answer):
    key: str
    valid_from: date
    valid_to: date | None
    row: dict[str, Any]


class StaticRows(Answer):
    version: int
    kind: str
    rows: list[StaticRow]


class RowChange(Answer):
    """One row before and after; no `before` is a new row."""

    table: str
    key: str
    valid_from: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Proposal(Answer):
    """What one person asks for and another decides; `hash` pins kind, content and changes."""

    id: UUID
    kind: str
    title: str
    hash: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    outcome: Literal["approved", "rejected", "withdrawn", "stale"] | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    content: dict[str, Any]
    changes: list[RowChange]


class Proposals(Answer):
    proposals: list[Proposal]


class Alarm(Answer):
    """What should not stay as it is; it stands once for each rule and object while the rule holds."""

    id: UUID
    rule: str
    title: str
    object: str
    instruction: UUID | None
    words: str
    red: bool
    weight: str
    state: Literal["sounding", "acknowledged", "muted", "cleared"]
    mend: str
    page: str
    raised_at: datetime
    cleared_at: datetime | None
    owner: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None
    muted_by: str | None
    muted_until: datetime | None
    mute_reason: str | None


class Alarms(Answer):
    alarms: list[Alarm]


class AlarmRule(Answer):
    """When an alarm sounds; `threshold` is this installation's."""

    id: str
    title: str
    says: str
    mend: str
    threshold: str
    unit: str
    red: str
    right: str


class AlarmRules(Answer):
    rules: list[AlarmRule]


class Imported(Answer):
    """What an import changed or would change; `proposal` waits for a second person."""

    check: bool
    added: dict[str, int]
    changed: dict[str, int]
    same: int
    version: int | None
    guarded: bool
    proposal: UUID | None
    hash: Annotated[str | None, Field(description="the proposal's, to approve it by")]
    changes: list[RowChange]


class AuditEntry(Answer):
    """One event a person caused: `said` holds what it says, with what it was before where it changed."""

    at: datetime
    person: str
    type: str
    object: UUID
    reference: str | None
    portfolio: str | None
    said: dict[str, Any]
    lane: int
    seq: int
    hash: str


class AuditTrail(Answer):
    deeds: list[AuditEntry]
    cursor: str | None


class ApiKey(Answer):
    """A key by its public part: whose it is, and to which of their roles it is narrowed."""

    prefix: str
    name: str
    person: str
    roles: list[str]
    created_at: datetime
    disabled_at: datetime | None


class ApiKeys(Answer):
    keys: list[ApiKey]


class Revoked(Answer):
    prefix: str
    outcome: Literal["revoked"]


class ClockState(Answer):
    now: datetime
    virtual: bool


class LinkLine(Answer):
    """One link: what it speaks, whether it is up, and what waits to leave."""

    name: str
    transport: str
    format: str
    up: bool
    detail: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    queued: int
    oldest_unsent_at: datetime | None


class Links(Answer):
    links: list[LinkLine]


class Health(Answer):
    status: Literal["ok"]


class Ready(Answer):
    ready: bool
    checks: dict[str, str]
