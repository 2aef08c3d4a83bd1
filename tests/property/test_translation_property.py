"""Whatever instruction is built, its translation says the same, there and back, and its receipt adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from mx_samples import SCHEMAS, WIRE, instruction

import parsers
import translation
from builders import write

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEXT = st.from_regex(r"[A-Z0-9][A-Z0-9 ./+,()?']{0,30}[A-Z0-9]", fullmatch=True)
MONEY = st.decimals("0.01", "9999999999", places=2)
TYPES = {
    ("RECE", "FREE"): "mt540",
    ("RECE", "APMT"): "mt541",
    ("DELI", "FREE"): "mt542",
    ("DELI", "APMT"): "mt543",
}


@settings(deadline=None, max_examples=40)
@given(
    direction=st.sampled_from(["RECE", "DELI"]),
    payment=st.sampled_from(["APMT", "FREE"]),
    amount=MONEY,
    quantity=st.decimals("0.001", "9999999999", places=3),
    quantity_type=st.sampled_from(["UNIT", "FAMT", "AMOR"]),
    name=st.none() | TEXT,
    settle=st.dates(date(2026, 11, 23), date(2030, 1, 1)),
    conditions=st.lists(
        st.sampled_from(["NOMC", "RHYP", "PHYS", "TRIP"]), max_size=3, unique=True
    ).map(tuple),
    hold=st.booleans(),
    affirmed=st.booleans(),
    seller=st.none() | st.just({"bic": "BRKRGB2L"}),
)
def test_an_instruction_says_the_same_there_and_back(
    direction,
    payment,
    amount,
    quantity,
    quantity_type,
    name,
    settle,
    conditions,
    hold,
    affirmed,
    seller,
):
    side, chain = ("deag", "sell") if direction == "RECE" else ("reag", "buyr")
    body = instruction(
        direction=direction,
        payment=payment,
        settlement_amount={"currency": "USD", "value": str(amount)} if payment == "APMT" else None,
        quantity={"type": quantity_type, "value": str(quantity)},
        name=name,
        settle_date=settle.isoformat(),
        conditions=conditions,
        hold=hold,
        affirmed=affirmed,
        **{"deag": None, side: {"bic": "BRKRUS33"}, chain: seller},
    )
    raw = write(TYPES[direction, payment], body, WIRE)
    there = translation.translate(raw, "mx", SCHEMAS, at=NOW)
    back = translation.translate(there.raw, "mt", SCHEMAS, at=NOW)
    assert [f for f in (*there.findings, *back.findings) if f.severity == "error"] == []
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    assert fields(back.raw) == fields(raw)


def fields(raw: bytes) -> set[tuple[str, str]]:
    """Places and texts, a description on one line."""
    return {(value.place, " ".join(value.text.split())) for value in parsers.read(raw)}
