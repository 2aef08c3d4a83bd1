"""The generated reference is what the tables say now, and its examples are right."""

from __future__ import annotations

from functools import cache

import pytest

from parsers import fin
from schemas.mt import MESSAGES
from schemas.mt.deviations import DEVIATIONS
from schemas.mt.rules import RULES
from tests.reference import examples, faults, pages

made = cache(pages.generate)


def test_the_reference_is_what_the_tables_say():
    kept = pages.kept()
    stale = sorted(
        name for name in made().keys() | kept.keys() if made().get(name) != kept.get(name)
    )
    assert stale == [], "run `make docs` and look at the difference"


@pytest.mark.parametrize("type_", MESSAGES)
def test_the_example_of_a_message_has_nothing_said_against_it(type_):
    assert fin.check_bytes(examples.example(type_).encode()) == []


@pytest.mark.parametrize("code", [rule.code for rule in (*RULES, *DEVIATIONS)])
def test_a_rule_has_an_example_that_breaks_it(code):
    found = faults.fault(code)
    assert found is not None and found.finding.rule == code
