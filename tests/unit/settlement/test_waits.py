"""Whose move it is follows from the reason, or else from the state (DOMAIN 2.3)."""

from __future__ import annotations

import pytest
from lives import obligation, sent, status

from schemas.reasons import REASONS
from settlement import reasons, waits
from settlement.condition import CLOSED_STATES, NOTHING, State
from settlement.lifecycle import fold


def waiting(says):
    return fold(obligation(), [*sent(), status(says, 5)]).waiting


@pytest.mark.parametrize(
    ("says", "whose"),
    [
        ("SETT//PENF LACK", "us"),
        ("SETT//PENF CLAC", "them"),
        ("SETT//PEND MONY", "us"),
        ("SETT//PEND CMON", "them"),
        ("SETT//PEND FUTU", "nobody"),
        ("SETT//PEND LINK", "nobody"),
        ("SETT//PEND", "nobody"),
        ("SETT//PENF", "custodian"),
        ("MTCH//NMAT CMIS", "them"),
        ("MTCH//NMAT DMON", "us"),
        ("MTCH//NMAT DEPT", "us"),
        ("MTCH//NMAT", "them"),
        ("IPRC//PACK", "custodian"),
        ("IPRC//REJT SAFE", "us"),
    ],
)
def test_the_move_is(says, whose):
    assert waiting(says).whose == whose


def test_what_others_must_bring_is_named():
    assert waiting("MTCH//NMAT CMIS").what == "the counterparty's instruction"


def test_every_open_state_waits_for_something():
    assert waits.BY_STATE.keys() == set(State) - CLOSED_STATES | {State.REVERSED}


def test_every_whose_of_the_reference_table_is_a_move():
    assert {reason.whose for reason in REASONS.values()} <= reasons.MOVES.keys()


def test_what_is_said_of_others_is_said_of_known_codes():
    assert reasons.WHAT.keys() <= REASONS.keys()


def test_a_code_nobody_knows_decides_nothing():
    assert reasons.waits_for("XXXX") is NOTHING


def test_a_narrative_ranks_behind_what_says_something():
    assert sorted(["NORE", "OTHR", "FUTU", "CLAC", "LACK"], key=reasons.weight) == [
        "LACK", "CLAC", "FUTU", "OTHR", "NORE",
    ]  # fmt: skip
