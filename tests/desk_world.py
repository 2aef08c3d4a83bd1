"""A desk's day as rows: instructions in every state, with all that hangs on them."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from schemas.event import Event, canonical, link
from store import books, cases, events, messages
from store.books import EntryRow, JournalRow, MovementRow
from store.cases import ConditionRow, ExceptionRow, FactRow, InstructionRow, VersionRow
from store.desk import APPROVAL
from store.events import Head
from store.messages import Out, Raw, Settled
from store.rows import Connection

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # Mon 13:30 in New York
TODAY = date(2026, 11, 23)
INSTRUMENTS = (
    ("US5949181045", "Microsoft Corp", "USD", "423.10", "HARBUS30XXX", "DTCYUS33XXX", "swift"),
    ("US67066G1040", "NVIDIA Corp", "USD", "178.55", "HARBUS30XXX", "DTCYUS33XXX", "swift"),
    ("US0378331005", "Apple Inc", "USD", "229.87", "HARBUS30XXX", "DTCYUS33XXX", "swift"),
    (
        "US91282CLW90",
        "US Treasury 4.25% Nov 2034",
        "USD",
        "0.995",
        "HARBUS30XXX",
        "FRNYUS33XXX",
        "swift",
    ),
    ("DE0007164600", "SAP SE", "EUR", "228.40", "RHEIDE30XXX", "DAKVDEFFXXX", "swiftnet"),
    ("NL0010273215", "ASML Holding NV", "EUR", "652.30", "RHEIDE30XXX", "DAKVDEFFXXX", "swiftnet"),
)
BROKERS = ("KESTUS30XXX", "NORDDE30XXX", "PALIUS30XXX")
PORTFOLIOS = ("ALDER-GLOBAL-EQ", "ALDER-US-CORE", "ALDER-EURO-INC")
# state, waits for, whose move, reason, minutes since, days to settlement, weight
STANDINGS: tuple[tuple[str, str | None, str | None, str | None, int, int, int], ...] = (
    ("settled", None, None, None, 240, 0, 60),
    ("settled", None, None, None, 1500, -1, 60),
    ("pending", "settlement date", "nobody", "FUTU", 95, 1, 60),
    ("matched", "settlement date", "nobody", None, 80, 1, 25),
    ("pending", "settlement at the market", "custodian", "NCON", 40, 0, 20),
    ("accepted", "match", "them", None, 12, 1, 14),
    ("accepted", "match", "them", None, 140, 1, 4),
    ("unmatched", "counterparty instruction", "them", "CMIS", 75, 0, 4),
    ("unmatched", "amend or chase", "us", "DQUA", 34, 1, 3),
    ("failing", "delivery by the counterparty", "them", "CLAC", 1900, -1, 5),
    ("failing", "securities to deliver", "us", "LACK", 1600, -1, 2),
    ("sent", "custodian's answer", "custodian", None, 1, 1, 5),
    ("released_to_wire", "network answer", "network", None, 0, 1, 3),
    ("network_nak", "repair", "us", "T27", 6, 1, 1),
    ("draft", APPROVAL, "us", None, 22, 1, 5),
    ("draft", "standing instruction", "us", None, 50, 1, 2),
    ("on_hold", "release", "us", "PREA", 260, 0, 2),
    ("cancel_pending", "counterparty's cancellation", "them", None, 18, 0, 2),
    ("overdue_unconfirmed", "confirmation", "custodian", None, 900, -1, 1),
    ("cancelled", None, None, "CANI", 300, 0, 5),
    ("rejected", None, None, "SAFE", 280, 1, 2),
)
MT541 = (
    "{{1:F01ALDRUS30AXXX0000000000}}{{2:I541HARBUS30XXXXN}}{{3:{{108:{seme}}}}}{{4:\r\n"
    ":16R:GENL\r\n:20C::SEME//{seme}\r\n:23G:NEWM\r\n:98C::PREP//20261123133005\r\n:16S:GENL\r\n"
    ":16R:TRADDET\r\n:98A::SETT//20261124\r\n:98A::TRAD//20261123\r\n:35B:ISIN {isin}\r\n{name}\r\n"
    ":16S:TRADDET\r\n:16R:FIAC\r\n:36B::SETT//UNIT/{quantity},\r\n:97A::SAFE//HT-887120\r\n:16S:FIAC\r\n"
    ":16R:SETDET\r\n:22F::SETR//TRAD\r\n:16R:SETPRTY\r\n:95P::PSET//DTCYUS33\r\n:16S:SETPRTY\r\n"
    ":16R:AMT\r\n:19A::SETT//{currency}{amount},\r\n:16S:AMT\r\n:16S:SETDET\r\n-}}"
)
ACK = "{{1:F21ALDRUS30AXXX0001000001}}{{4:{{177:2611231330}}{{451:0}}{{108:{seme}}}}}"
MT548 = (
    "{{1:F01ALDRUS30AXXX1234567890}}{{2:O5481332261123HARBUS30XXXX12345678902611231332N}}{{4:\r\n"
    ":16R:GENL\r\n:20C::SEME//HT{seme}\r\n:23G:INST\r\n:98C::PREP//20261123133210\r\n:16R:LINK\r\n"
    ":20C::RELA//{seme}\r\n:16S:LINK\r\n:16R:STAT\r\n:25D::{status}\r\n{reason}:16S:STAT\r\n:16S:GENL\r\n"
    ":16R:SETTRAN\r\n:35B:ISIN {isin}\r\n{name}\r\n:36B::SETT//UNIT/{quantity},\r\n"
    ":97A::SAFE//HT-887120\r\n"
    ":98A::SETT//20261124\r\n:22H::REDE//RECE\r\n:22H::PAYM//APMT\r\n:16S:SETTRAN\r\n-}}"
)
REASON = ":16R:REAS\r\n:24B::{status}//{code}\r\n:16S:REAS\r\n"
STATUS = {
    "pending": "SETT//PEND",
    "matched": "MTCH//MACH",
    "unmatched": "MTCH//NMAT",
    "failing": "SETT//PENF",
    "accepted": "IPRC//PACK",
    "rejected": "IPRC//REJT",
    "settled": "SETT//PEND",
}


@dataclass
class World:
    """Rows to be written, with the chains of their lanes."""

    now: datetime = NOW
    first_message: int = 1_000_000
    instructions: list[InstructionRow] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    conditions: list[ConditionRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    outs: list[Out] = field(default_factory=list)
    raws_out: list[Raw] = field(default_factory=list)
    raws_in: list[tuple[Raw, Settled]] = field(default_factory=list)
    journals: list[JournalRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    movements: list[MovementRow] = field(default_factory=list)
    exceptions: list[ExceptionRow] = field(default_factory=list)
    heads: dict[int, Head] = field(default_factory=dict)
    lines: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def message_id(self) -> int:
        """The next message id."""
        self.first_message += 1
        return self.first_message

    def tell(
        self,
        row: ConditionRow,
        type_: str,
        at: datetime,
        actor: str,
        payload: dict[str, Any],
        cause: int | None = None,
    ) -> Event:
        """One more event in the row's lane, chained."""
        head = self.heads.get(row.lane, Head(row.lane, 0, bytes(32), None))
        known = at if head.known_at is None else max(at, head.known_at + timedelta(microseconds=1))
        text = canonical(payload)
        day = at.date()
        hash_ = link(
            head.hash,
            row.lane,
            head.seq + 1,
            row.portfolio,
            row.id,
            type_,
            day,
            known,
            cause,
            actor,
            text,
        )
        event = Event(
            row.lane,
            head.seq + 1,
            row.portfolio,
            row.id,
            type_,
            day,
            known,
            cause,
            actor,
            text,
            hash_,
        )
        self.events.append(event)
        self.heads[row.lane] = Head(row.lane, event.seq, hash_, known)
        return event

    def post(
        self, row: ConditionRow, event: Event, rule: str, *legs: tuple[str, str, Decimal]
    ) -> None:
        """A journal of these legs (account, detail, amount; debit above zero)."""
        key = (row.lane, event.seq)
        self.journals.append(JournalRow(*key, rule, row.portfolio, row.id, event.effective_on))
        for number, (account, detail, amount) in enumerate(legs, 1):
            self.entries.append(
                EntryRow(
                    *key,
                    rule,
                    number,
                    row.portfolio,
                    account,
                    detail,
                    row.currency or "USD",
                    amount,
                    event.effective_on,
                )
            )

    def move(
        self,
        row: ConditionRow,
        event: Event,
        asset: str,
        account: str,
        side: str,
        measure: str,
        delta: Decimal,
    ) -> None:
        """One movement of securities or cash."""
        self.lines[row.lane, event.seq] += 1
        self.movements.append(
            MovementRow(
                row.lane,
                event.seq,
                self.lines[row.lane, event.seq],
                row.portfolio,
                account,
                asset,
                side,
                measure,
                delta,
                event.effective_on,
                row.settle_on,
            )
        )

    async def write(self, db: Connection) -> None:
        """Everything, in one transaction."""
        async with db.transaction():
            await cases.add_instructions(db, self.instructions)
            await cases.add_versions(db, self.versions)
            await cases.add_conditions(db, self.conditions)
            await cases.add_facts(db, self.facts)
            touched = {event.lane for event in self.events}
            heads = [self.heads[lane] for lane in sorted(touched)]
            await events.append_many(db, self.events, heads)
            await books.post_many(db, self.journals, self.entries, self.movements)
            await messages.keep_many(db, self.raws_out)
            await messages.queue_many(db, self.outs)
            await messages.answered_many(db, [(o.instruction, o.reference) for o in self.outs])
            for name in {raw.link for raw, _ in self.raws_in}:
                mine = [raw for raw, _ in self.raws_in if raw.link == name]
                await messages.store_many(db, name, mine)
            await messages.settle_many(db, [settled for _, settled in self.raws_in])
            await cases.raise_exceptions(db, self.exceptions)


def lane_of(portfolio: str) -> int:
    """The lane of a portfolio."""
    return zlib.crc32(portfolio.encode()) % 64


def condition(number: int, **changes: Any) -> ConditionRow:
    """One matched purchase of Microsoft, with changes."""
    portfolio = changes.pop("portfolio", PORTFOLIOS[0])
    row = ConditionRow(
        lane=changes.pop("lane", lane_of(portfolio)),
        id=UUID(int=number),
        portfolio=portfolio,
        kind="securities",
        reference=f"ALD-{number:06}",
        state="matched",
        processing="accepted",
        cancellation="none",
        matching="matched",
        settlement="none",
        change="none",
        version=1,
        wire_reference=f"FNL{number:012}",
        link="swift",
        direction="RECE",
        payment="APMT",
        isin="US5949181045",
        instrument_name="Microsoft Corp",
        counterparty="KESTUS30XXX",
        custodian="HARBUS30XXX",
        place="DTCYUS33XXX",
        account="HT-887120",
        cash_account="HT-USD-01",
        currency="USD",
        amount=Decimal("1000.00"),
        quantity=Decimal(100),
        open_quantity=Decimal(100),
        settled_quantity=Decimal(0),
        trade_on=TODAY,
        settle_on=TODAY + timedelta(days=1),
        waits_for="settlement date",
        whose_move="nobody",
        since=NOW - timedelta(minutes=30),
        reason=None,
        reason_text=None,
        flags=[],
        posted="{}",
        terms=None,
        facts=3,
    )
    return row._replace(**changes)


def add(world: World, row: ConditionRow, maker: str = "Dana Reyes", **body: Any) -> ConditionRow:
    """The instruction of a condition with its story, messages and journals."""
    made = row.since - timedelta(minutes=45)
    said = _body(row) | body
    text = json.dumps(said)
    world.instructions.append(
        InstructionRow(
            row.lane,
            row.id,
            row.portfolio,
            row.kind,
            "oms",
            row.reference,
            maker,
            made,
            text,
            hashlib.sha256(text.encode()).digest(),
        )
    )
    world.conditions.append(row)
    world.tell(row, "InstructionReceived", made, maker, {"reference": row.reference})
    if row.version and row.state != "draft":
        _leave(world, row, made + timedelta(seconds=2), text)
    return row


def _body(row: ConditionRow) -> dict[str, Any]:
    if row.kind != "securities":
        return {
            "kind": row.kind,
            "reference": row.reference,
            "value_date": str(row.settle_on),
            "amount": {"currency": row.currency, "value": str(row.amount)},
            "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30XXX"},
            "creditor": {"name": row.counterparty, "bic": "MERIUS30XXX"},
        }
    said: dict[str, Any] = {
        "kind": "securities",
        "reference": row.reference,
        "direction": row.direction,
        "payment": row.payment,
        "trade_date": str(row.trade_on),
        "settle_date": str(row.settle_on),
        "isin": row.isin,
        "name": row.instrument_name,
        "quantity": {"type": "UNIT", "value": str(row.quantity)},
        "counterparty": row.counterparty,
        "safekeeping_account": row.account,
        "cash_account": row.cash_account,
        "pset": row.place,
        "deag": {"dss": {"issuer": "DTCY", "scheme": "ID", "id": "00008127"}},
        "sell": {"bic": row.counterparty, "account": "KES-4471"},
    }
    if row.amount is not None:
        said["settlement_amount"] = {"currency": row.currency, "value": str(row.amount)}
    return said


def _leave(world: World, row: ConditionRow, at: datetime, text: str) -> None:
    """Out on the wire, acknowledged, answered, and booked as far as its state says."""
    format_ = "mt541" if row.link == "swift" else "sese.023"
    world.versions.append(
        VersionRow(
            row.lane,
            row.id,
            1,
            row.wire_reference or "",
            format_,
            row.link or "",
            text,
            7,
            "Dana Reyes",
        )
    )
    traded = world.tell(row, "TradeBooked", at, "gateway", {"rule": "buy traded"})
    amount = row.amount or Decimal(0)
    sign = 1 if row.direction == "RECE" else -1
    if row.kind == "securities" and amount:
        cost, owed = (
            ("Investments at cost", "Payable for securities purchased")
            if sign > 0
            else ("Receivable for securities sold", "Investments at cost")
        )
        world.post(
            row, traded, "trade", (cost, row.isin or "", amount), (owed, row.isin or "", -amount)
        )
    if row.kind == "securities":
        world.move(
            row,
            traded,
            row.isin or "",
            row.account or "",
            _side(row),
            "traded",
            row.quantity or Decimal(0),
        )
        if amount:
            world.move(
                row,
                traded,
                row.currency or "",
                row.cash_account or "",
                "D" if sign > 0 else "R",
                "traded",
                amount,
            )
    sent = _send(world, row, at)
    world.tell(
        row, "Instructed", at, "gateway", {"format": format_, "reference": row.wire_reference}, sent
    )
    world.tell(row, "Moved", at, "gateway", {"from": "approved", "state": "released_to_wire"}, sent)
    if row.state in {"released_to_wire", "network_nak"}:
        return
    acked = at + timedelta(seconds=2)
    world.tell(
        row,
        "NetworkAnswered",
        acked,
        "network",
        {"verdict": "ack"},
        _hear(world, row, "ACK", acked),
    )
    if row.state == "sent":
        return
    heard = _hear(world, row, "MT548", row.since)
    world.tell(row, "StatusReceived", row.since, row.custodian or "", _status(row), heard)
    world.tell(row, "Moved", row.since, "gateway", {"from": "sent", "state": row.state}, heard)
    if row.settled_quantity:
        _settle(world, row, amount, sign)


def _status(row: ConditionRow) -> dict[str, Any]:
    return {
        "says": [[*STATUS.get(row.state, "IPRC//PACK").split("//"), *filter(None, [row.reason])]],
    }


def _settle(world: World, row: ConditionRow, amount: Decimal, sign: int) -> None:
    settled = row.settled_quantity or Decimal(0)
    part = (amount * settled / (row.quantity or Decimal(1))).quantize(Decimal("0.01"))
    at = row.since + timedelta(seconds=1)
    heard = _hear(world, row, "MT545", at)
    world.tell(
        row, "ConfirmationReceived", at, row.custodian or "", {"quantity": str(settled)}, heard
    )
    moved = world.tell(
        row, "SettledPart", at, "gateway", {"quantity": str(settled), "amount": str(part)}, heard
    )
    world.move(row, moved, row.isin or "", row.account or "", _side(row), "settled", settled)
    if part:
        owed = "Payable for securities purchased" if sign > 0 else "Receivable for securities sold"
        world.post(
            row,
            moved,
            "settled",
            (owed, row.isin or "", sign * part),
            ("Cash", row.cash_account or "", -sign * part),
        )
        world.move(
            row,
            moved,
            row.currency or "",
            row.cash_account or "",
            "D" if sign > 0 else "R",
            "settled",
            part,
        )


def _side(row: ConditionRow) -> str:
    return "R" if row.direction == "RECE" else "D"


def _words(row: ConditionRow) -> dict[str, Any]:
    status = STATUS.get(row.state, "IPRC//PACK")
    return {
        "seme": row.wire_reference,
        "isin": row.isin,
        "name": row.instrument_name,
        "quantity": row.quantity,
        "currency": row.currency,
        "amount": str(row.amount or 0).replace(".", ","),
        "status": status,
        "reason": REASON.format(status=status[-4:], code=row.reason) if row.reason else "",
    }


def _send(world: World, row: ConditionRow, at: datetime) -> int:
    id_ = world.message_id()
    body = MT541.format(**_words(row)).encode()
    world.raws_out.append(
        Raw(id_, "out", row.link or "swift", hashlib.sha256(body).digest(), at, body)
    )
    world.outs.append(
        Out(id_, row.lane, row.link or "swift", row.id, "MT541", row.wire_reference or "", True)
    )
    return id_


def _hear(world: World, row: ConditionRow, type_: str, at: datetime) -> int:
    id_ = world.message_id()
    body = MT548.format(**_words(row)).encode()
    if type_ == "ACK":
        body = ACK.format(seme=row.wire_reference).encode()
    raw = Raw(
        id_, "in", row.link or "swift", hashlib.sha256(body + type_.encode()).digest(), at, body
    )
    settled = Settled(id_, "done", row.lane, row.id, type_, row.wire_reference, None, None)
    world.raws_in.append((raw, settled))
    world.facts.append(
        FactRow(row.lane, row.id, f"{type_}-{id_}", raw.transport_key, at, 1, id_, "{}")
    )
    return id_


def park(world: World, link_: str, reference: str, reason: str, body: bytes, at: datetime) -> int:
    """An inbound message nobody could place."""
    id_ = world.message_id()
    raw = Raw(id_, "in", link_, hashlib.sha256(body + str(id_).encode()).digest(), at, body)
    world.raws_in.append(
        (raw, Settled(id_, "parked", None, None, "MT548", reference, reason, None))
    )
    return id_


def full_day(world: World, seed: int = 7) -> World:
    """Some 300 instructions in the shares a real day has, and what went wrong among them."""
    draw = random.Random(seed)
    _sap(world, 286)
    number = 0
    for standing in sorted(STANDINGS, key=lambda s: -s[4]):
        state, waits_for, whose, reason, minutes, days, weight = standing
        for _ in range(weight):
            number += 1
            _one(world, draw, number, state, waits_for, whose, reason, minutes, days)
    unknown = MT548.format(**_words(condition(999_999, state="matched"))).encode()
    park(
        world,
        "swift",
        "KX-77120",
        "no instruction under this reference",
        unknown,
        NOW - timedelta(minutes=21),
    )
    park(
        world,
        "swiftnet",
        "",
        "not well-formed: line 3",
        b"<Document><broken",
        NOW - timedelta(minutes=3),
    )
    return world


def _one(
    world: World,
    draw: random.Random,
    number: int,
    state: str,
    waits_for: str | None,
    whose: str | None,
    reason: str | None,
    minutes: int,
    days: int,
) -> None:
    isin, name, currency, price, custodian, place, link_ = draw.choice(INSTRUMENTS)
    quantity = Decimal(draw.choice((100, 250, 500, 1_200, 4_000, 12_000, 25_000)))
    free = state == "draft" and waits_for == APPROVAL
    done = state == "settled"
    row = condition(
        number,
        lane=number % 63 + 1,  # not the house's own, in which sign-ins are told meanwhile
        portfolio=draw.choice(PORTFOLIOS),
        state=state,
        direction="DELI" if free or draw.random() < 0.4 else "RECE",
        payment="FREE" if free else "APMT",
        isin=isin,
        instrument_name=name,
        currency=None if free else currency,
        amount=None if free else (quantity * Decimal(price)).quantize(Decimal("0.01")),
        quantity=quantity,
        open_quantity=Decimal(0) if done or state in {"cancelled", "rejected"} else quantity,
        settled_quantity=quantity if done else Decimal(0),
        counterparty="NORDDE30XXX" if currency == "EUR" else draw.choice(BROKERS[::2]),
        custodian=custodian,
        place=place,
        link=link_,
        trade_on=TODAY + timedelta(days=days - 1 if days > 0 else -4),
        settle_on=TODAY + timedelta(days=days if days >= 0 else -3),
        waits_for=waits_for,
        whose_move=whose,
        reason=reason,
        reason_text="unknown receiver" if reason == "T27" else None,
        since=NOW
        - timedelta(minutes=minutes + draw.randrange(0, 9), seconds=draw.randrange(0, 60)),
        matching="unmatched" if state == "unmatched" else "matched",
        settlement={"failing": "failing", "settled": "settled", "pending": "pending"}.get(
            state, "none"
        ),
        cancellation="requested" if state == "cancel_pending" else "none",
    )
    add(world, row)
    if state in {"rejected", "network_nak"} or reason == "DQUA":
        text = {
            "rejected": "safekeeping account invalid",
            "network_nak": "T27 line 21: unknown receiver",
        }
        world.exceptions.append(
            ExceptionRow(
                row.lane,
                row.id,
                None,
                state,
                f"x{number}",
                text.get(state, "quantity differs: counterparty says 5,000"),
                row.since,
            )
        )


def _sap(world: World, number: int) -> None:
    add(
        world,
        condition(
            number,
            lane=63,
            portfolio=PORTFOLIOS[2],
            state="failing",
            isin="DE0007164600",
            instrument_name="SAP SE",
            currency="EUR",
            amount=Decimal("4568000.00"),
            quantity=Decimal(20_000),
            open_quantity=Decimal(8_000),
            settled_quantity=Decimal(12_000),
            counterparty="NORDDE30XXX",
            custodian="RHEIDE30XXX",
            place="DAKVDEFFXXX",
            settlement="failing",
            trade_on=TODAY - timedelta(days=4),
            settle_on=TODAY - timedelta(days=3),
            waits_for="delivery by the counterparty",
            whose_move="them",
            reason="CLAC",
            since=NOW - timedelta(hours=30),
        ),
    )
