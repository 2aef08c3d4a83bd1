"""What needs a second person, and whom that spares."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.instruction import Instruction, Payment
from schemas.static import StaticData
from schemas.static_rows import Trusted
from settlement.approval import approval_needed, type_of

TODAY = date(2026, 11, 25)
STATIC = StaticData.of(
    [
        Trusted(client="treasury", type="bank", currency="USD", max_amount="1000"),
        Trusted(client="custody", type="DF"),
        Trusted(client="old", type="customer", valid_to="2025-12-31"),
        Trusted(client="machine", type="customer"),
    ]
)


def securities(direction: str, payment: str) -> Instruction:
    amount = {"currency": "USD", "value": "1"} if payment == "APMT" else None
    return Instruction.model_validate(
        {
            "reference": "T1",
            "direction": direction,
            "payment": payment,
            "trade_date": "2026-11-25",
            "isin": "US5949181045",
            "quantity": {"value": "1"},
            "settlement_amount": amount,
        }
    )


def payment(kind: str, value: str = "1000", currency: str = "USD") -> Payment:
    body: dict[str, Any] = {
        "kind": kind,
        "reference": "P1",
        "value_date": "2026-11-25",
        "amount": {"currency": currency, "value": value},
        "debtor": {"bic": "ALDRUS30"},
        "creditor": {"bic": "KESTUS30"},
    }
    return Payment.model_validate(body)


@pytest.mark.parametrize(
    ("given", "kind", "needed"),
    [
        (securities("RECE", "FREE"), "RF", False),
        (securities("RECE", "APMT"), "RVP", False),
        (securities("DELI", "FREE"), "DF", True),
        (securities("DELI", "APMT"), "DVP", False),
        (payment("customer"), "customer", True),
        (payment("bank"), "bank", True),
    ],
)
def test_free_deliveries_and_payments_need_two_by_default(
    given: Instruction | Payment, kind: str, needed: bool
):
    assert type_of(given) == kind
    assert approval_needed(given, "stranger", STATIC, TODAY) is needed


@pytest.mark.parametrize(
    ("client", "given", "needed"),
    [
        ("treasury", payment("bank", "1000"), False),
        ("treasury", payment("bank", "1000.01"), True),
        ("treasury", payment("bank", "1", "EUR"), True),
        ("treasury", payment("customer", "1"), True),
        ("custody", securities("DELI", "FREE"), False),
        ("machine", payment("customer", "99999999"), False),
        ("old", payment("customer", "1"), True),
    ],
)
def test_trust_is_per_client_type_amount_and_date(
    client: str, given: Instruction | Payment, needed: bool
):
    assert approval_needed(given, client, STATIC, TODAY) is needed
