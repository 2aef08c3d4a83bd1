from __future__ import annotations

import pytest

from schemas import codes
from schemas.reasons import REASONS, SETS, is_known, meaning, of_set

SIZES = {
    "pending": 61,
    "failing": 64,
    "unmatched": 40,
    "rejected": 37,
    "acknowledged": 9,
    "cancelled": 11,
    "pending_processing": 27,
}


@pytest.mark.parametrize("name", SIZES)
def test_a_set_is_as_long_as_the_schema_has_it(name):
    assert len(of_set(name)) == SIZES[name]


def test_a_code_stands_once():
    listed = [row["code"] for row in codes.rows("reasons")]
    assert len(listed) == len(set(listed))


def test_every_code_has_a_meaning_an_owner_and_an_action():
    assert all(each.meaning and each.whose and each.action for each in REASONS.values())


@pytest.mark.parametrize("status", SETS)
def test_every_status_of_the_table_has_reasons(status):
    assert of_set(SETS[status])


def test_a_reason_of_another_status_is_not_known_here():
    assert is_known("SETT", "PENF", "CLAC")
    assert not is_known("MTCH", "NMAT", "CLAC")
    assert not is_known("SETT", "PENF", "FUTU")


def test_words_of_any_status_are_always_known():
    assert is_known("SETT", "PENF", "NORE")
    assert is_known("IPRC", "MODC", "XYZW")


def test_an_unknown_code_means_itself():
    assert meaning("LACK") == "we lack securities"
    assert meaning("Q1Q1") == "Q1Q1"
