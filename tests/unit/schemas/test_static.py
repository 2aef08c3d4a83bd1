"""Rows looked up by key and date, and kept and read back."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from schemas.static import StaticData, stored
from schemas.static_rows import (
    ALWAYS,
    AccountRow,
    CalendarDay,
    CounterpartySsi,
    CutOff,
    Instrument,
    OpeningCash,
    PartyRow,
    SettlementCycle,
    Trusted,
    party,
)


def cycle(lag: int, valid_from: date, valid_to: date | None = None) -> SettlementCycle:
    return SettlementCycle(
        market="US", asset_class="*", lag=lag, valid_from=valid_from, valid_to=valid_to
    )


T2 = cycle(2, date(2017, 9, 5))
T1 = cycle(1, date(2024, 5, 28))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2017, 9, 4), None),
        (date(2017, 9, 5), T2),
        (date(2024, 5, 27), T2),
        (date(2024, 5, 28), T1),
        (date(2030, 1, 1), T1),
    ],
)
def test_a_row_holds_until_the_next_of_its_key_begins(on: date, found: SettlementCycle | None):
    static = StaticData.of([T1, T2])
    assert static.find(SettlementCycle, "US", "*", on=on) is found


def test_a_row_holds_on_its_last_day_and_not_after():
    static = StaticData.of([cycle(2, date(2020, 1, 1), date(2020, 12, 31))])
    assert static.find(SettlementCycle, "US", "*", on=date(2020, 12, 31)) is not None
    assert static.find(SettlementCycle, "US", "*", on=date(2021, 1, 1)) is None


def test_a_row_replaces_the_earlier_one_of_its_key_and_date():
    static = StaticData.of([T2, cycle(3, date(2017, 9, 5))])
    assert [row.lag for row in static.all(SettlementCycle)] == [3]


def test_all_on_a_date_are_those_that_hold():
    static = StaticData.of([T1, T2])
    assert static.all(SettlementCycle, date(2020, 1, 1)) == [T2]


def test_an_account_that_moved_belongs_to_one_portfolio_at_a_time():
    def account(portfolio: str, valid_from: date) -> AccountRow:
        return AccountRow(
            portfolio=portfolio,
            servicer="HARBUS30",
            safekeeping_account="HT1",
            valid_from=valid_from,
        )

    static = StaticData.of([account("OLD", ALWAYS), account("NEW", date(2026, 1, 1))])
    assert len(static.accounts_of("OLD", date(2025, 12, 31))) == 1
    assert static.accounts_of("OLD", date(2026, 1, 1)) == []
    assert len(static.accounts_of("NEW", date(2026, 1, 1))) == 1


def test_an_operators_calendar_row_wins_over_the_seed():
    day = date(2026, 4, 3)
    row = CalendarDay(calendar="DTC", on=day, kind="open", name="Good Friday", source="notice")
    assert not StaticData.of([]).calendars["DTC"].is_open(day)
    assert StaticData.of([row]).calendars["DTC"].is_open(day)


def test_rows_are_read_back_as_they_were_kept():
    static = StaticData.of(
        [
            T1,
            T2,
            OpeningCash(
                portfolio="P",
                servicer="HARBUS30",
                cash_account="C",
                currency="USD",
                amount="-12.50",
                opened_on="2026-01-02",
            ),
            CutOff(
                owner="DTCYUS33",
                name="free",
                local_time="18:15",
                zone="America/New_York",
                rule="settle_date",
                calendar="DTC",
            ),
        ]
    )
    assert StaticData.from_rows(static.to_rows()) == static


def test_a_stored_row_carries_kind_key_and_period():
    row = stored(cycle(2, date(2020, 1, 1), date(2020, 12, 31)))
    assert row[:4] == ("settlement_cycles", "US|*", date(2020, 1, 1), date(2020, 12, 31))


def test_a_party_code_is_a_bic_or_a_data_source_scheme():
    assert party("KESTUS30").bic == "KESTUS30"
    dss = party("DTCY/ID/00009911", "A1").dss
    assert dss is not None
    assert (dss.issuer, dss.scheme, dss.id) == ("DTCY", "ID", "00009911")


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: cycle(1, date(2026, 1, 2), date(2026, 1, 1)), "period"),
        (lambda: SettlementCycle(market="US", lag=1, valid_from="20260101"), "date"),
        (lambda: party_row(zone="New York"), "zone"),
        (lambda: party_row(country="XX"), "country"),
        (lambda: instrument(local_id="594918105"), "local_id"),
        (lambda: instrument(local_id=None), "local_id"),
        (lambda: CounterpartySsi(counterparty="KESTUS30", market="US", agent="9911"), "agent"),
        (lambda: AccountRow(portfolio="P", servicer="HARBUS30"), "account"),
        (lambda: AccountRow(portfolio="P", servicer="HARBUS30", cash_account="C"), "account"),
        (lambda: Trusted(client="c", type="bank", max_amount="1"), "max_amount"),
        (
            lambda: CalendarDay(
                calendar="DTC", on="2026-01-02", kind="early", name="n", source="s"
            ),
            "early",
        ),
        (
            lambda: OpeningCash(
                portfolio="P",
                servicer="HARBUS30",
                cash_account="C",
                currency="JPY",
                amount="1.5",
                opened_on="2026-01-02",
            ),
            "currency_digits",
        ),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_rule(make, rule: str):
    with pytest.raises(ValidationError) as caught:
        make()
    assert [fault["type"] for fault in caught.value.errors()] == [rule]


def party_row(**given: str) -> PartyRow:
    row = {"bic": "KESTUS30", "name": "K", "role": "broker", "country": "US", "zone": "UTC"}
    return PartyRow.model_validate(row | given)


def instrument(**given: str | None) -> Instrument:
    row = {
        "isin": "US5949181045",
        "name": "MICROSOFT",
        "asset_class": "equity",
        "currency": "USD",
        "market": "US",
        "local_scheme": "CUSP",
        "local_id": "594918104",
    }
    return Instrument.model_validate(row | given)
