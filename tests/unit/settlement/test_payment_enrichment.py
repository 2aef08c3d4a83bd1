"""Payments completed from static data: which account pays, who is told, in which format."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.instruction import Payment
from schemas.static import StaticData
from schemas.static_rows import (
    AccountRow,
    ChannelProfile,
    CounterpartySsi,
    CurrencyCalendar,
    Portfolio,
)
from settlement.payment_enrichment import enrich_payment

TODAY = date(2026, 11, 25)


def account(servicer: str, cash_account: str, **given: Any) -> AccountRow:
    return AccountRow(
        portfolio="P", servicer=servicer, cash_account=cash_account, currency="USD", **given
    )


def channel(servicer: str, format: str, mt_allowed: bool = False) -> ChannelProfile:
    return ChannelProfile.model_validate(
        {
            "servicer": servicer,
            "format": format,
            "link": "swift",
            "own_bic": "ALDRUS30",
            "mt_allowed": mt_allowed,
            "zone": "America/New_York",
        }
    )


STATIC = StaticData.of(
    [
        Portfolio(id="P", name="One", fund="F", base_currency="USD"),
        account("HARBUS30", "HT1USD", safekeeping_account="HT1"),
        account("MERIUS30", "MB1USD"),
        account("QUAYGB20", "QC1USD", safekeeping_account="QC1"),
        channel("HARBUS30", "fin", mt_allowed=True),
        channel("QUAYGB20", "fin"),
        channel("MERIUS30", "mx"),
        CurrencyCalendar(currency="USD", calendar="FED"),
    ]
)


def pay(**given: Any) -> Payment:
    body: dict[str, Any] = {
        "kind": "bank",
        "reference": "PAY1",
        "portfolio": "P",
        "value_date": "2026-11-27",
        "amount": {"currency": "USD", "value": "10000"},
        "debtor": {"bic": "ALDRUS30"},
        "creditor": {"bic": "KESTUS30"},
    }
    return Payment.model_validate(body | given)


CUSTOMER: dict[str, Any] = {
    "kind": "customer",
    "debtor": {"name": "Alder"},
    "creditor": {"name": "Beta"},
    "creditor_agent": "KESTUS30",
}


def test_the_only_cash_account_of_a_bank_pays():
    found = enrich_payment(pay(), STATIC, TODAY)
    assert found.ready
    assert found.payment.cash_account == "MB1USD"
    assert (found.payment.debtor_agent, found.servicer) == ("MERIUS30", "MERIUS30")


@pytest.mark.parametrize(
    ("payment", "format"),
    [
        (pay(), "pacs.009"),
        (pay(**CUSTOMER), "pacs.008"),
        (pay(cash_account="HT1USD"), "mt202"),
        (pay(cash_account="HT1USD", **CUSTOMER), "mt103"),
    ],
)
def test_the_format_follows_channel_and_kind(payment: Payment, format: str):
    assert enrich_payment(payment, STATIC, TODAY).format == format


def test_the_portfolio_may_be_known_by_its_cash_account():
    found = enrich_payment(pay(portfolio=None, cash_account="MB1USD"), STATIC, TODAY)
    assert found.payment.portfolio == "P"


def test_what_the_user_gave_wins():
    found = enrich_payment(pay(debtor_agent="RHEIDE30"), STATIC, TODAY)
    assert found.payment.debtor_agent == "RHEIDE30"


@pytest.mark.parametrize(
    ("payment", "rule"),
    [
        (pay(cash_account="QC1USD"), "mt_not_allowed"),
        (pay(cash_account="NOPE"), "unknown_account"),
        (pay(cash_account="MB1USD", amount={"currency": "EUR", "value": "1"}), "account_currency"),
        (pay(portfolio="NOPE"), "unknown_portfolio"),
        (pay(**(CUSTOMER | {"creditor_agent": None})), "creditor_agent_missing"),
    ],
)
def test_what_can_never_be_right_is_refused(payment: Payment, rule: str):
    found = enrich_payment(payment, STATIC, TODAY)
    assert [problem.rule for problem in found.problems] == [rule]


@pytest.mark.parametrize(
    ("value_date", "code", "next_good"),
    [
        ("2026-11-26", "closed_date", date(2026, 11, 27)),
        ("2026-11-24", "date_passed", date(2026, 11, 25)),
    ],
)
def test_a_value_date_that_cannot_be_met_waits(value_date: str, code: str, next_good: date):
    (wait,) = enrich_payment(pay(value_date=value_date), STATIC, TODAY).waiting
    assert (wait.code, wait.next_good) == (code, next_good)


def test_a_released_value_date_goes_as_asked():
    found = enrich_payment(pay(value_date="2026-11-26"), STATIC, TODAY, released=["closed_date"])
    assert found.ready


RESTING = (
    CounterpartySsi(
        counterparty="KESTUS30", market="US", agent="DTCYUS33", account="K-77", agent_account="A-88"
    ),
    account("MERIUS30", "MB9USD"),
)


@pytest.mark.parametrize(
    "creditor, waits",
    [
        ({"bic": "KESTUS30"}, True),
        ({"bic": "KESTUS30XXX"}, True),
        ({"bic": "NORDDE30", "account": "K-77"}, True),
        ({"name": "Kestrel", "account": "A-88"}, True),
        ({"name": "Ourselves", "account": "MB9USD"}, True),
        ({"bic": "NORDDE30", "account": "K-78"}, False),
    ],
)
def test_a_payment_to_where_an_instruction_has_just_been_changed_rests(creditor, waits):
    until = datetime(2026, 11, 26, 9, tzinfo=UTC)
    static = replace(
        StaticData.of([*STATIC.rows, *RESTING]),
        cooling={(row.file, "|".join(row.key), row.valid_from): until for row in RESTING},
    )
    body = pay(creditor=creditor, creditor_agent="KESTUS30", kind="customer", cash_account="HT1USD")
    for at, rests in ((until - timedelta(seconds=1), waits), (until, False)):
        found = enrich_payment(body, static.at(at), TODAY)
        assert [w.until for w in found.waiting if w.code == "ssi_cooling"] == [until] * rests
