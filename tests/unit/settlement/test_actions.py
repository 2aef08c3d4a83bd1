"""What a person may do, and the reason when not."""

from __future__ import annotations

from dataclasses import replace

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
    taken_back,
)

from schemas.fact import Approved, CancelAsked, Released, Withdrawn
from settlement.actions import ACTIONS, Standing, why_not
from settlement.lifecycle import fold

ASK = deed(CancelAsked(CANCEL, 1), 5)
ANEW = {"amend", "repair"}


def standing(facts, *marks):
    now = fold(obligation(), facts)
    return Standing(
        state=now.state.value,
        securities=True,
        flags=frozenset({*(flag.value for flag in now.flags), *marks}),
        left=any(isinstance(f.content, Released) for f in facts),
        approved=any(isinstance(f.content, Approved) for f in facts),
        open=now.open_quantity > 0,
        part_settled=now.settled_quantity > 0,
        makers=frozenset({"anna"}),
    )


WORK = {"own", "let_go", "assign", "follow_up", "note"}  # about who works on it


def may(where, person="ben"):
    return {action for action in ACTIONS if why_not(action, where, person) is None} - WORK


def rule(action, where, person="ben"):
    found = why_not(action, where, person)
    return found.rule if found else None


@pytest.mark.parametrize(
    ("facts", "actions"),
    [
        ([], {"approve", "cancel", "hold", *ANEW}),
        ([approved()], {"cancel", "hold", *ANEW}),
        ([approved(), released()], {"cancel", *ANEW}),
        (sent(), {"cancel", *ANEW}),
        ([released(), network("nak", 1)], {"cancel", *ANEW}),
        ([*sent(), status("SETT//PENF CLAC", 5)], {"cancel", *ANEW}),
        ([*sent(), ASK], set()),
        ([*sent(), confirmed(600, 5, part="PAIN")], {"cancel"}),
        ([*sent(), confirmed(1000, 5)], set()),
        ([*sent(), status("IPRC//REJT SAFE", 5)], {"cancel", *ANEW}),
        ([*sent(), status("IPRC//CAND CANS", 5)], {"cancel", *ANEW}),
        ([*sent(), confirmed(600, 5), status("IPRC//CAND CANS", 9)], {"cancel"}),
        ([*sent(), ASK, status("IPRC//CAND", 9)], set()),
        ([*sent(), status("IPRC//REJT SAFE", 5), deed(Withdrawn("anna"), 9)], set()),
        ([*sent(), confirmed(1000, 5), taken_back(1000, 9, "CONF5")], {"cancel", *ANEW}),
        ([*sent(), confirmed(1000, 5), taken_back(1000, 9, "CONF5", deal_dead=True)], set()),
    ],
)
def test_actions_follow_from_where_it_stands(facts, actions):
    assert may(standing(facts)) == actions


def test_nobody_approves_what_they_made_or_changed():
    assert rule("approve", standing([]), "anna") == "four_eyes"
    changed = replace(standing([]), makers=frozenset({"anna", "ben"}))
    assert rule("approve", changed) == "four_eyes"


def test_a_draft_that_waits_for_static_data_is_approved_once():
    assert rule("approve", replace(standing([]), approved=True)) == "approved_already"


def test_what_was_changed_after_its_approval_is_approved_again():
    assert rule("approve", standing([released(), network("nak", 1)], "reapprove:")) is None


def test_a_hold_is_set_once_and_let_go_once():
    held = standing([], "held:ben")
    assert (rule("hold", held), rule("release", held)) == ("held_already", None)
    assert rule("release", standing([])) == "not_held"


def test_what_has_left_is_not_held_here():
    assert rule("hold", standing(sent())) == "on_the_wire"


def test_two_persons_release_a_date():
    waiting = standing([], "closed_date")
    asked = standing([], "closed_date", "lift:closed_date:ben")
    assert rule("release_date", waiting) is None
    assert (rule("release_date", asked), rule("release_date", asked, "carla")) == (
        "four_eyes",
        None,
    )
    assert rule("release_date", standing([])) == "nothing_to_release"


def test_one_replacement_waits_at_a_time():
    assert rule("amend", standing(sent(), "amend:2")) == "amended_already"


def test_a_payment_that_left_is_neither_cancelled_nor_amended():
    paid = replace(standing(sent()), securities=False, open=False)
    assert (rule("cancel", paid), rule("amend", paid)) == ("not_cancellable", "not_amendable")


def test_a_fate_is_decided_only_while_it_is_unknown():
    assert rule("decide_fate", standing(sent())) == "fate_known"
    assert rule("decide_fate", replace(standing(sent()), state="fate_unknown")) is None


def test_who_works_on_it_may_change_as_long_as_something_is_open():
    open_, over = standing(sent()), standing([*sent(), confirmed(1000, 5)])
    mine, theirs = standing(sent(), "owner:ben"), standing(sent(), "owner:ann b")
    assert [rule(deed, open_) for deed in ("own", "assign", "follow_up")] == [None] * 3
    assert [rule(deed, over) for deed in ("own", "assign", "follow_up")] == ["not_open"] * 3
    assert (rule("own", mine), rule("own", theirs)) == ("owned_already", None)
    assert [rule("let_go", where) for where in (mine, theirs, open_)] == [None, *["not_owned"] * 2]
    assert (rule("note", open_), rule("note", over)) == (None, None)


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"note"}))
def test_a_refusal_says_more_than_its_rule(action):
    found = why_not(action, replace(standing([*sent(), confirmed(1000, 5)])), "ben")
    assert found is not None and len(found.text.split()) > 3
