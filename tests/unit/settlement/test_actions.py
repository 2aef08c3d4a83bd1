"""What a person may do, and the reason when not."""

from __future__ import annotations

import pytest
from lives import (
    CANCEL,
    approved,
    confirmed,
    deed,
    network,
    obligation,
    released,
    sent,
    status,
)

from schemas.fact import CancelAsked
from settlement.actions import allowed
from settlement.lifecycle import fold

T2S = obligation(hold_supported=True)


def may(facts, terms=T2S):
    found = allowed(fold(terms, facts), terms)
    return {action for action, why in found.items() if why is None}


@pytest.mark.parametrize(
    ("facts", "actions"),
    [
        ([], {"approve", "cancel", "amend"}),
        ([approved()], {"cancel", "amend"}),
        ([approved(), released()], set()),
        (sent(), {"cancel", "hold", "amend"}),
        ([released(), network("nak", 1)], {"cancel", "amend", "repair"}),
        ([*sent(), status("SETT//PEND PREA", 5)], {"cancel", "release", "amend"}),
        ([*sent(), deed(CancelAsked(CANCEL, 1), 5)], {"hold"}),
        ([*sent(), confirmed(600, 5, part="PAIN")], {"cancel", "hold"}),
        ([*sent(), confirmed(1000, 5)], set()),
        ([*sent(), status("IPRC//REJT SAFE", 5)], set()),
    ],
)
def test_actions_follow_from_the_condition(facts, actions):
    assert may(facts) == actions


def test_a_place_without_hold_knows_no_hold_and_release():
    why = allowed(fold(obligation(), sent()), obligation())
    assert why["hold"] == "its place of settlement knows no hold and release"


def test_a_held_instruction_that_is_not_sent_says_so():
    terms = obligation(hold=True, hold_supported=True)
    assert allowed(fold(terms, [approved()]), terms)["release"] == "not sent yet"
