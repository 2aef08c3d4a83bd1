"""Facts: their keys, their order among equals, and their text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from schemas import fact
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
    Unknown,
)
from schemas.fact import (
    AckOverdue,
    Advanced,
    Approved,
    CancelAsked,
    ChangeAsked,
    FateDecided,
    FateUnknown,
    MarkedOverdue,
    Released,
    Taken,
    Withdrawn,
)
from schemas.money import Money, Quantity

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
HEADER = Header(
    "MT545", "CUSTUS33XXX", "FUNDUS33XXX", "C1", "NEWM", NOW, None, False, bytes(range(32))
)
CONFIRMED = Confirmation(
    HEADER, "SI1", "RECE", "APMT", "PAIN", Quantity("UNIT", Decimal("600.50")), date(2026, 11, 24),
    amount=Money("USD", Decimal("114165.00")), remaining=Quantity("UNIT", Decimal("1E+2")),
)  # fmt: skip
CONTENTS = [
    CONFIRMED,
    NetworkAnswer(HEADER, "nak", "SI1", "T13", 12, None),
    StatusAdvice(HEADER, "SI1", "instruction", (Standing("MTCH", "NMAT", (Reason("CMIS", "é"),)),)),
    CashAdvice(HEADER, "A", (CashEntry(Money("USD", Decimal(1)), "DBIT", date(2026, 1, 1), None),)),
    PaymentStatus(HEADER, None, "E", "RJCT", (Reason("AC04"),)),
    Unknown(HEADER),
    Approved("a"),
    Released(1, "SI1"),
    Taken("SI1", 2),
    Withdrawn("a", "typo"),
    CancelAsked("CX1", 1),
    ChangeAsked("CH1", "hold"),
    AckOverdue("SI1"),
    MarkedOverdue(date(2026, 11, 24)),
    Advanced(date(2026, 11, 24)),
    FateUnknown("P"),
    FateDecided("P", True, "a"),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda c: type(c).__name__)
def test_what_is_dumped_loads_the_same(content):
    assert fact.load(fact.dump(content)) == content


@pytest.mark.parametrize("content", CONTENTS, ids=lambda c: type(c).__name__)
def test_every_content_has_a_rank(content):
    assert fact.rank(content) >= 10


def test_a_naive_time_stays_naive():
    content = replace(CONFIRMED, header=replace(HEADER, prepared_at=datetime(2026, 11, 23, 14, 2)))  # noqa: DTZ001
    assert fact.load(fact.dump(content)) == content


def test_a_key_is_sender_type_reference_and_function():
    assert fact.key(CONFIRMED) == "CUSTUS33XXX|MT545|C1|NEWM"


def test_network_answers_never_conflict():
    ack = NetworkAnswer(HEADER, "ack", "SI1")
    later = replace(ack, header=replace(HEADER, content_hash=bytes(32)))
    assert fact.key(ack) != fact.key(later)


def test_the_same_deed_told_twice_is_one_fact():
    first = fact.of_deed(Released(1, "SI1"), NOW)
    assert first.key == fact.of_deed(Released(1, "SI1"), NOW).key
    assert first.key != fact.of_deed(Released(2, "SI2"), NOW).key


def test_with_one_time_a_confirmation_counts_after_a_status_and_a_reversal_last():
    status, reversal = CONTENTS[2], replace(CONFIRMED, header=replace(HEADER, function="RVSL"))
    last = replace(CONFIRMED, part="PARC")
    facts = [fact.of_answer(a, NOW) for a in (reversal, last, CONFIRMED, status)]
    ordered = [f.content for f in sorted(facts, key=fact.canonical)]
    assert ordered == [status, CONFIRMED, last, reversal]
