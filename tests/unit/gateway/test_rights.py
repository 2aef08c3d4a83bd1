"""Rights: how far one reaches, what nobody holds together, and that every door asks for the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.api import actions as api
from gateway.desk import actions as desk
from gateway.handlers.commands import _client, _client_of
from gateway.handlers.people import ACTIONS
from gateway.handlers.right_changes import read
from gateway.identity import Client
from gateway.rights import ACTION_RIGHTS, CLASHES, Subject, clashes
from schemas.problem import Refused
from store.people import Entitlement

SUBJECT = Subject("AGE-CORE", "AGE", "DVP", Decimal(1000), "USD")


def client(*rows: Entitlement) -> Client:
    return Client("abc", "oms", "ann", frozenset(r.role for r in rows), rows)


@pytest.mark.parametrize(
    "row",
    [
        Entitlement("ann", "maker", entity="AGE"),
        Entitlement("ann", "maker", portfolio="AGE-CORE", kind="DVP"),
        Entitlement("ann", "maker", amount_max=Decimal(1000), currency="USD"),
    ],
)
def test_a_right_that_names_this_instruction_reaches_it(row):
    assert client(row).why_not("maker", SUBJECT) is None


@pytest.mark.parametrize(
    "row",
    [
        Entitlement("ann", "checker"),
        Entitlement("ann", "maker", entity="OTHER"),
        Entitlement("ann", "maker", portfolio="OTHER"),
        Entitlement("ann", "maker", kind="DF"),
        Entitlement("ann", "maker", amount_max=Decimal("999.99"), currency="USD"),
        Entitlement("ann", "maker", amount_max=Decimal(5000), currency="EUR"),
    ],
)
def test_a_right_that_falls_short_reaches_nothing(row):
    assert client(row).why_not("maker", SUBJECT) is not None


def test_two_rights_do_not_add_up():
    small = Entitlement("ann", "maker", portfolio="AGE-CORE", amount_max=Decimal(1), currency="USD")
    assert client(small, Entitlement("ann", "maker", entity="X")).why_not("maker", SUBJECT)


def test_a_limit_does_not_reach_an_amount_nobody_knows():
    limited = Entitlement("ann", "checker", amount_max=Decimal(10**9), currency="USD")
    assert client(limited).why_not("checker", Subject("P", "E", "DF")) is not None


def test_limits_travel_to_the_lane_another_process_holds():
    limited = client(Entitlement("ann", "maker", amount_max=Decimal("1.50"), currency="USD"))
    assert _client_of(_client(limited)) == limited


def test_every_door_asks_the_same_right_for_an_action():
    assert {a.name: a.right for a in api.ACTIONS.values()} == ACTION_RIGHTS
    assert all(a.right == ACTION_RIGHTS[a.asks or a.name] for a in desk.ACTIONS.values())
    assert ACTIONS.keys() == ACTION_RIGHTS.keys()


@pytest.mark.parametrize(
    ("role", "other"), [(one, other) for one, others in CLASHES for other in sorted(others)]
)
def test_what_must_lie_in_two_hands_is_refused_in_one(role, other):
    assert clashes((role, other), "TEST")
    with pytest.raises(Refused, match="another person"):
        read({"person": "ann", "rights": [{"role": role}, {"role": other}]})


@pytest.mark.parametrize(
    "right",
    [
        {"role": "root"},
        {"role": "admin"},
        {"role": "maker", "kind": "MT999"},
        {"role": "maker", "amount_max": "0", "currency": "USD"},
        {"role": "maker", "amount_max": "NaN", "currency": "USD"},
        {"role": "maker", "amount_max": "5"},
        {"role": "maker", "unknown": "x"},
    ],
)
def test_what_is_no_right_of_a_person_is_refused(right):
    with pytest.raises(Refused):
        read({"person": "ann", "rights": [right]})
