"""Instructions completed from static data, and what keeps those that cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.instruction import Instruction, Party
from schemas.static import StaticData
from schemas.static_files import read_folder
from schemas.static_rows import CounterpartySsi, Row
from settlement.enrichment import enrich

TODAY = date(2026, 11, 25)

FOLDER = {
    "legal_entities": "id,name,lei,country\nALDER,Alder,5493001KJTIIGC8Y1R12,US\n",
    "funds": "id,name,legal_entity,type,base_currency,domicile\nF,Fund,ALDER,UCITS,USD,IE\n",
    "portfolios": "id,name,fund,base_currency\nP,One,F,USD\nQ,Two,F,USD\n",
    "instruments": (
        "isin,name,asset_class,currency,market,local_scheme,local_id,day_count,"
        "denomination_currency,maturity_date,interest_rate\n"
        "US5949181045,MICROSOFT CORP,equity,USD,US,CUSP,594918104,,,,\n"
        "US91282CLW90,UST 4.25,government,USD,US,CUSP,91282CLW9,A006,USD,2034-11-15,4.25\n"
        "DE0007164600,SAP SE,equity,EUR,T2S,,,,,,\n"
    ),
    "parties": (
        "bic,name,role,country,zone\n"
        "HARBUS30,Harbour,custodian,US,America/New_York\n"
        "RHEIDE30,Rheinbank,custodian,DE,Europe/Berlin\n"
        "KESTUS30,Kestrel,broker,US,America/New_York\n"
        "NORDDE30,Nordlicht,broker,DE,Europe/Berlin\n"
    ),
    "places": (
        "bic,name,market,calendar,zone,partial_supported,partial_default,hold_supported\n"
        "DTCYUS33,DTC,US,DTC,America/New_York,no,NPAR,no\n"
        "FRNYUS33,Fedwire,US,FED,America/New_York,no,NPAR,no\n"
        "DAKVDEFF,CBF,T2S,T2S,Europe/Berlin,yes,,yes\n"
    ),
    "accounts": (
        "portfolio,servicer,safekeeping_account,cash_account,currency,cash_basis\n"
        "P,HARBUS30,HT1,HT1USD,USD,contractual\n"
        "P,HARBUS30,HT1,HT1EUR,EUR,contractual\n"
        "P,HARBUS30,HT9,HT9USD,USD,actual\n"
        "P,RHEIDE30,RB1,RB1EUR,EUR,actual\n"
    ),
    "own_ssi": (
        "portfolio,market,asset_class,servicer,safekeeping_account,pset,agent,agent_account\n"
        "P,US,*,HARBUS30,HT1,DTCYUS33,,\n"
        "P,US,government,HARBUS30,HT1,FRNYUS33,,\n"
        "P,T2S,*,RHEIDE30,RB1,DAKVDEFF,RHEIDE30,9000\n"
    ),
    "counterparty_ssi": (
        "counterparty,market,asset_class,agent,agent_account,account,pset,valid_from,valid_to\n"
        "KESTUS30,US,*,DTCY/ID/00009421,,,,2024-01-01,2026-11-26\n"
        "KESTUS30,US,*,DTCY/ID/00009499,,,,2026-11-27,\n"
        "NORDDE30,T2S,*,NORDDE30,770,NL47,,2024-01-01,\n"
    ),
    "links": "name,transport,format\nswift,mqtt,fin\nswiftnet,mqtt,mx\n",
    "channel_profiles": (
        "servicer,format,link,own_bic,zone\n"
        "HARBUS30,fin,swift,ALDRUS30,America/New_York\n"
        "RHEIDE30,mx,swiftnet,ALDRUS30,Europe/Berlin\n"
    ),
    "settlement_cycles": (
        "market,asset_class,trade_calendar,lag\nUS,*,NYSE,1\nUS,government,SIFMA,1\nT2S,*,TARGET,2\n"
    ),
    "currency_calendars": "currency,calendar\nUSD,FED\nEUR,TARGET\n",
}
STATIC = read_folder({f"{name}.csv": text.encode() for name, text in FOLDER.items()})


def without(kind: str) -> StaticData:
    return StaticData.of(row for row in STATIC.rows if row.file != kind)


def adding(*rows: Row) -> StaticData:
    return StaticData.of([*STATIC.rows, *rows])


def buy(**given: Any) -> Instruction:
    body: dict[str, Any] = {
        "reference": "T1",
        "portfolio": "P",
        "direction": "RECE",
        "payment": "APMT",
        "counterparty": "KESTUS30",
        "trade_date": "2026-11-25",
        "isin": "US5949181045",
        "quantity": {"value": "100"},
        "settlement_amount": {"currency": "USD", "value": "41000"},
    }
    return Instruction.model_validate(body | given)


def sap(**given: Any) -> Instruction:
    body: dict[str, Any] = {
        "counterparty": "NORDDE30",
        "isin": "DE0007164600",
        "settlement_amount": {"currency": "EUR", "value": "22840"},
    }
    return buy(**(body | given))


def free(instruction: Instruction) -> Instruction:
    return instruction.model_copy(update={"payment": "FREE", "settlement_amount": None})


def waits(instruction: Instruction, static: StaticData = STATIC) -> list[str]:
    return [wait.code for wait in enrich(instruction, static, TODAY).waiting]


def rules(instruction: Instruction, static: StaticData = STATIC) -> list[str]:
    return [problem.rule for problem in enrich(instruction, static, TODAY).problems]


def test_a_purchase_in_the_us_is_completed():
    found = enrich(buy(), STATIC, TODAY)
    done = found.instruction
    assert found.ready
    assert done.settle_date == date(2026, 11, 27)
    assert (done.pset, done.safekeeping_account, done.cash_account) == (
        "DTCYUS33",
        "HT1",
        "HT1USD",
    )
    assert (done.name, done.local_id.id) == ("MICROSOFT CORP", "594918104")
    assert done.sell == Party(bic="KESTUS30")
    assert (found.servicer, found.format) == ("HARBUS30", "mt541")
    assert (found.channel.link, found.channel.own_bic) == ("swift", "ALDRUS30")
    assert found.account.cash_basis == "contractual"


def test_the_standing_instruction_is_the_one_of_the_settlement_date():
    late = enrich(buy(), STATIC, TODAY).instruction
    early = enrich(buy(trade_date="2026-11-24"), STATIC, TODAY).instruction
    assert late.deag.dss.id == "00009499"
    assert early.deag.dss.id == "00009421"


def test_a_sale_fills_the_receiving_side():
    done = enrich(sap(direction="DELI"), STATIC, TODAY).instruction
    assert done.reag == Party(bic="NORDDE30", account="770")
    assert done.buyr == Party(bic="NORDDE30", account="NL47")
    assert done.deag == Party(bic="RHEIDE30", account="9000")
    assert done.sell is None


@pytest.mark.parametrize(
    ("instruction", "format"),
    [
        (free(buy()), "mt540"),
        (buy(), "mt541"),
        (free(buy(direction="DELI")), "mt542"),
        (buy(direction="DELI"), "mt543"),
        (sap(), "sese.023"),
        (free(sap(direction="DELI")), "sese.023"),
    ],
)
def test_the_format_follows_channel_direction_and_payment(instruction: Instruction, format: str):
    assert enrich(instruction, STATIC, TODAY).format == format


def test_a_treasury_settles_at_fedwire_with_its_bond_terms():
    bond = buy(isin="US91282CLW90", quantity={"type": "FAMT", "value": "1000000"})
    done = enrich(bond, STATIC, TODAY).instruction
    assert done.pset == "FRNYUS33"
    assert done.bond_terms.maturity_date == date(2034, 11, 15)


def test_what_the_user_gave_wins():
    given = buy(
        safekeeping_account="HT9",
        cash_account="OTHER",
        name="MSFT",
        partial="NPAR",
        settle_date="2026-11-30",
        deag={"bic": "KESTUS30", "account": "1"},
        sell={"name": "SOMEBODY"},
    )
    found = enrich(given, STATIC, TODAY)
    changed = {
        name
        for name, value in given
        if value is not None and getattr(found.instruction, name) != value
    }
    assert changed == set()
    assert found.account.cash_basis == "actual"


def test_a_date_of_ones_own_is_marked_as_not_standard():
    found = enrich(buy(settle_date="2026-11-30"), STATIC, TODAY)
    assert found.ready
    assert not found.standard
    assert enrich(buy(), STATIC, TODAY).standard


def test_a_free_movement_takes_no_cash_account():
    assert enrich(free(buy()), STATIC, TODAY).instruction.cash_account is None


def test_the_cash_account_is_the_one_in_the_settlement_currency():
    in_euro = buy(settlement_amount={"currency": "EUR", "value": "38000"})
    assert enrich(in_euro, STATIC, TODAY).instruction.cash_account == "HT1EUR"


def test_the_portfolio_may_be_known_by_its_account():
    found = enrich(buy(portfolio=None, safekeeping_account="HT1"), STATIC, TODAY)
    assert found.instruction.portfolio == "P"


def test_dtc_settles_no_parts_unless_it_is_told_to():
    assert enrich(buy(), STATIC, TODAY).instruction.partial == "NPAR"
    assert enrich(sap(), STATIC, TODAY).instruction.partial is None


def test_a_closed_date_waits_naming_source_and_next_good_date():
    (wait,) = enrich(buy(settle_date="2026-11-26"), STATIC, TODAY).waiting
    assert wait.code == "closed_date"
    assert wait.next_good == date(2026, 11, 27)
    assert "Thanksgiving Day (source: holidays XNYS and XFED)" in wait.message


def test_a_closed_date_released_by_two_persons_goes_as_asked():
    found = enrich(buy(settle_date="2026-11-26"), STATIC, TODAY, released=["closed_date"])
    assert found.ready
    assert found.instruction.settle_date == date(2026, 11, 26)


def test_a_missing_standing_instruction_of_the_counterparty_names_key_and_date():
    (wait,) = enrich(buy(counterparty="NORDDE30"), STATIC, TODAY).waiting
    assert (wait.code, wait.key, wait.on) == (
        "ssi_missing",
        "NORDDE30|US|equity",
        date(2026, 11, 27),
    )


def test_an_instruction_goes_on_when_the_standing_instruction_arrives():
    arrived = CounterpartySsi(counterparty="NORDDE30", market="US", agent="NORDDE30")
    assert waits(buy(counterparty="NORDDE30")) == ["ssi_missing"]
    assert enrich(buy(counterparty="NORDDE30"), adding(arrived), TODAY).ready


def test_our_own_missing_standing_instruction_still_gives_a_settlement_date():
    found = enrich(buy(portfolio="Q"), STATIC, TODAY)
    assert [wait.key for wait in found.waiting] == ["Q|US|equity"]
    assert found.instruction.settle_date == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("instruments", "instrument_missing"),
        ("channel_profiles", "channel_missing"),
        ("settlement_cycles", "cycle_missing"),
        ("currency_calendars", "calendar_missing"),
        ("places", "place_missing"),
    ],
)
def test_missing_static_data_keeps_the_instruction_waiting(missing: str, code: str):
    assert waits(buy(), without(missing)) == [code]


def test_a_date_beyond_the_calendars_waits_for_them():
    assert waits(buy(settle_date="2031-01-02")) == ["calendar_missing"]


def test_a_cash_account_missing_in_the_currency_waits():
    in_yen = buy(settlement_amount={"currency": "EUR", "value": "1"}, safekeeping_account="HT9")
    (wait,) = enrich(in_yen, STATIC, TODAY).waiting
    assert (wait.code, wait.key) == ("ssi_missing", "HARBUS30|HT9|EUR")


@pytest.mark.parametrize(
    ("instruction", "rule"),
    [
        (buy(portfolio="NOPE"), "unknown_portfolio"),
        (buy(portfolio=None), "portfolio_missing"),
        (buy(safekeeping_account="NOPE"), "unknown_account"),
        (buy(counterparty=None), "counterparty_missing"),
        (buy(trade_date="2026-11-27"), "trade_date_future"),
        (buy(quantity={"type": "FAMT", "value": "100"}), "quantity_type"),
        (buy(isin="US91282CLW90"), "quantity_type"),
        (buy(partial="PART"), "partial_unsupported"),
        (buy(hold=True), "hold_unsupported"),
    ],
)
def test_what_can_never_be_right_is_refused(instruction: Instruction, rule: str):
    assert rules(instruction) == [rule]


def test_parts_and_hold_are_taken_where_the_place_knows_them():
    assert rules(sap(partial="PART", hold=True)) == []


def test_tomorrow_is_a_trade_date_somewhere():
    assert rules(buy(trade_date="2026-11-26")) == []
