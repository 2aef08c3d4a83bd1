"""The demo's folder: it reads clean, and its cast can do business."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from schemas.identifiers import is_test_bic
from schemas.static import StaticData
from schemas.static_files import read_folder
from schemas.static_rows import (
    AccountRow,
    ChannelProfile,
    LegalEntityRow,
    OpeningCash,
    OpeningPosition,
    OwnSsi,
    PartyRow,
    Portfolio,
)

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def demo() -> StaticData:
    folder = files("gateway").joinpath("demo_data")
    return read_folder(
        {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".csv")}
    )


def test_every_firm_but_the_depositories_has_a_test_bic(demo: StaticData):
    firms = [row.bic for row in demo.all(PartyRow) if row.role != "csd"]
    ours = [row.bic for row in demo.all(LegalEntityRow) if row.bic]
    assert all(is_test_bic(bic) for bic in firms + ours)


def test_every_servicer_of_an_account_has_a_channel(demo: StaticData):
    servicers = {row.servicer for row in demo.all(AccountRow)}
    assert servicers == {row.servicer for row in demo.all(ChannelProfile)}


def test_every_account_opens_with_cash_and_every_custody_account_with_lots(demo: StaticData):
    accounts = demo.all(AccountRow)
    cash = {(row.servicer, row.cash_account) for row in demo.all(OpeningCash)}
    custody = {(row.servicer, row.safekeeping_account) for row in demo.all(OpeningPosition)}
    assert cash == {(row.servicer, row.cash_account) for row in accounts if row.cash_account}
    assert custody == {
        (row.servicer, row.safekeeping_account) for row in accounts if row.safekeeping_account
    }


def test_every_portfolio_settles_in_the_us_and_at_t2s(demo: StaticData):
    for portfolio in demo.all(Portfolio):
        for market, asset_class in (("US", "equity"), ("US", "government"), ("T2S", "*")):
            assert demo.find(OwnSsi, portfolio.id, market, asset_class, on=TODAY) is not None
