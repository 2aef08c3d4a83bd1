"""Journals balance or do not exist; rules name accounts of the chart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger.accounts import CASH, CHART, PAYABLE_FOR_SECURITIES
from ledger.journal import Journal, Leg, Unbalanced
from ledger.rules import RULES, Figures, Rule, book

DAY = date(2026, 11, 23)
D = Decimal


def leg(account: str, amount: str, currency: str = "USD") -> Leg:
    return Leg(account, "", currency, D(amount))


def test_a_journal_that_is_off_by_a_cent_cannot_be_constructed():
    with pytest.raises(Unbalanced, match="0\\.01"):
        Journal("x", DAY, (leg("Cash", "1.00"), leg("Capital", "-0.99")))


def test_a_journal_balances_in_each_currency_alone():
    with pytest.raises(Unbalanced):
        Journal("x", DAY, (leg("Cash", "1.00", "EUR"), leg("Capital", "-1.00", "USD")))


def test_a_journal_has_legs():
    with pytest.raises(Unbalanced):
        Journal("x", DAY, ())


def test_a_reverse_has_opposite_signs_and_the_same_accounts():
    journal = Journal("x", DAY, (leg("Cash", "1.00"), leg("Capital", "-1.00")))
    assert journal.reverse(DAY).legs == (leg("Cash", "-1.00"), leg("Capital", "1.00"))


def test_every_rule_has_a_row():
    assert RULES.keys() == set(Rule)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_accounts_of_the_chart_and_has_both_sides(rule):
    assert {line.account.name for line in RULES[rule]} <= CHART.keys()
    assert {line.sign for line in RULES[rule]} == {1, -1}


def test_figures_of_zero_have_no_leg():
    (journal,) = book(Rule.BUY_SETTLED, Figures("USD", cash=D(5), relieved=D(5)), DAY)
    assert len(journal.legs) == 2


def test_accounts_stand_on_their_normal_side():
    assert (CASH.normal, PAYABLE_FOR_SECURITIES.normal) == ("debit", "credit")
