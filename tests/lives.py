"""Facts of made-up lives for the lifecycle's tests; times are in minutes after the release."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from schemas.answer import (
    CashAdvice,
    CashEntry,
    Confirmation,
    Header,
    NetworkAnswer,
    PaymentStatus,
    Reason,
    Standing,
    StatusAdvice,
)
from schemas.fact import Approved, Deed, Fact, Released, of_answer, of_deed
from schemas.money import Money, Quantity
from schemas.obligation import Obligation, Transfer

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DUE = date(2026, 11, 24)
SEME = "SI20261123000001"
CANCEL = "CX20261123000001"
CHANGE = "CH20261123000001"
PAYMENT = "PY20261123000001"
UETR = "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60"
CUSTODIAN = "CUSTUS33XXX"
US = "FUNDUS33XXX"


def obligation(**changes: Any) -> Obligation:
    terms: dict[str, Any] = {
        "id": UUID(int=1),
        "direction": "RECE",
        "payment": "APMT",
        "quantity": Quantity("UNIT", Decimal(1000)),
        "isin": "US0378331005",
        "settle_on": DUE,
        "safekeeping_account": "SAFE1",
        "settlement_amount": Money("USD", Decimal("190275.00")),
        "partial_supported": True,
    }
    return Obligation(**(terms | changes))


def transfer() -> Transfer:
    return Transfer(UUID(int=2), usd("10000.00"), DUE, UETR, (PAYMENT, "E2E1"))


def usd(amount: str) -> Money:
    return Money("USD", Decimal(amount))


def units(quantity: int | None) -> Quantity | None:
    return None if quantity is None else Quantity("UNIT", Decimal(quantity))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def header(type_: str, reference: str, function: str, said: object, **more: Any) -> Header:
    hash_ = hashlib.sha256(repr((type_, reference, function, said)).encode()).digest()
    return Header(
        type_, CUSTODIAN, US, reference, function, None, None, more.get("possible", False), hash_
    )


def deed(done: Deed, minutes: float) -> Fact:
    return of_deed(done, at(minutes))


def released(version: int = 1, reference: str = SEME, minutes: float = 0) -> Fact:
    return deed(Released(version, reference), minutes)


def approved() -> Fact:
    return deed(Approved("checker"), -1)


def network(
    verdict: str, minutes: float, *, reference: str = SEME, rule: str | None = None
) -> Fact:
    said = (verdict, minutes, rule)
    answer = NetworkAnswer(header("ACK", reference, "", said), verdict, reference, rule, 12)  # type: ignore[arg-type]
    return of_answer(answer, at(minutes))


def status(
    says: str,
    minutes: float,
    *,
    related: str = SEME,
    about: str = "instruction",
    reference: str | None = None,
    **more: Any,
) -> Fact:
    """'MTCH//NMAT CMIS DQUA' as a fact; several statuses with commas between."""
    standings = []
    for one in says.split(", "):
        what, *codes = one.split()
        axis, _, code = what.partition("//")
        standings.append(Standing(axis, code, tuple(Reason(c) for c in codes)))  # type: ignore[arg-type]
    reference = reference or f"ST{minutes}"
    answer = StatusAdvice(
        header("MT548", reference, "INST", (says, related, about)),
        related,
        about,  # type: ignore[arg-type]
        tuple(standings),
        **more,
    )
    return of_answer(answer, at(minutes))


def confirmed(
    quantity: int,
    minutes: float,
    *,
    reference: str | None = None,
    part: str | None = None,
    amount: str | None = None,
    previous: int | None = None,
    remaining: int | None = None,
    function: str = "NEWM",
    undoes: str | None = None,
    related: str = SEME,
    possible: bool = False,
    **more: Any,
) -> Fact:
    reference = reference or f"CONF{minutes}"
    said = (quantity, part, amount, previous, remaining, undoes, related, sorted(more.items()))
    terms: dict[str, Any] = {
        "direction": "RECE",
        "payment": "APMT",
        "effective_on": DUE,
        "quantity": units(quantity),
    }
    answer = Confirmation(
        header=header("MT545", reference, function, said, possible=possible),
        related=related,
        part=part,  # type: ignore[arg-type]
        previous=units(previous),
        remaining=units(remaining),
        amount=None if amount is None else usd(amount),
        undoes=undoes,
        **(terms | more),
    )
    return of_answer(answer, at(minutes))


def taken_back(
    quantity: int, minutes: float, undoes: str, function: str = "RVSL", **more: Any
) -> Fact:
    return confirmed(
        quantity, minutes, reference=f"BACK{minutes}", function=function, undoes=undoes, **more
    )


def advice(
    amount: str, minutes: float, *, direction: str = "DBIT", reversal: bool = False,
    reference: str = SEME, currency: str = "USD", status_: str = "BOOK", value_on: date = DUE,
) -> Fact:  # fmt: skip
    entry = CashEntry(
        Money(currency, Decimal(amount)), direction, value_on, reference,  # type: ignore[arg-type]
        status=status_, reversal=reversal,
    )  # fmt: skip
    answer = CashAdvice(header("MT900", f"AV{minutes}", "", entry), "CASH1", (entry,))
    return of_answer(answer, at(minutes))


def paid(code: str, minutes: float, *reasons: str) -> Fact:
    answer = PaymentStatus(
        header("pacs.002", f"PS{minutes}", "", (code, reasons)), UETR, PAYMENT, code,
        tuple(Reason(r) for r in reasons),
    )  # fmt: skip
    return of_answer(answer, at(minutes))


def sent() -> list[Fact]:
    """Approved, released and acknowledged."""
    return [approved(), released(), network("ack", 1)]


def codes(raised: Sequence[Any]) -> list[str]:
    return [one.code for one in raised]
