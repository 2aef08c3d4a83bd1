"""Roles: who may do what."""

from __future__ import annotations

import pytest

from gateway.identity import Client, prefix_of
from gateway.rights import MAY
from schemas.problem import Refused


def client(*roles: str) -> Client:
    return Client("abc", "oms", "ann", frozenset(roles))


@pytest.mark.parametrize("role", MAY)
def test_every_role_may_do_what_it_is_named_for(role):
    assert client(role).may(role)


def test_a_maker_does_not_check():
    assert not client("maker").may("checker")


def test_a_checker_does_not_make():
    assert not client("checker").may("maker")


def test_a_link_sees_nothing():
    assert not client("link").may("viewer")


def test_no_role_may_nothing():
    assert not any(client().may(role) for role in MAY)


def test_an_unknown_role_may_nothing():
    assert not any(client("root").may(role) for role in MAY)


@pytest.mark.parametrize("text", ["", "fin", "fin__x", "fin_abc_x", "sk_0123456789ab_secret"])
def test_what_is_no_key_has_no_prefix(text):
    with pytest.raises(Refused):
        prefix_of(text)


def test_the_prefix_names_a_key_without_its_secret():
    assert prefix_of("fin_0123456789ab_top_secret-1") == "0123456789ab"
