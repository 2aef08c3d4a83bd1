"""The legal and illegal moves of DOMAIN 2.4, a row of its table a case: from, event, to."""

from __future__ import annotations

import pytest
from lives import (
    CANCEL,
    CHANGE,
    approved,
    codes,
    confirmed,
    deed,
    network,
    obligation,
    released,
    sent,
    status,
    taken_back,
)

from schemas.fact import AckOverdue, CancelAsked, ChangeAsked
from settlement.condition import Flag, State
from settlement.lifecycle import DISPLAY, fold

WHOLE = obligation()
SEME = "SI20261123000001"
PACK, NMAT, MACH = (
    status("IPRC//PACK", 2),
    status("MTCH//NMAT CMIS", 3),
    status("MTCH//MACH", 4),
)
PEND, PENF, PREA = (
    status("SETT//PEND FUTU", 5),
    status("SETT//PENF CLAC", 6),
    status("SETT//PEND PREA", 6),
)
ASK = deed(CancelAsked(CANCEL, 1), 10)
DRAFT: list[object] = []
SENT = sent()


def cast(says, minutes=12):
    return status(says, minutes, related=CANCEL, about="cancellation")


LEGAL = [
    ("draft", DRAFT, approved(), State.APPROVED),
    ("approved", [approved()], released(), State.RELEASED_TO_WIRE),
    ("released, ACK", [released()], network("ack", 1), State.SENT),
    ("released, NAK", [released()], network("nak", 1, rule="T13"), State.NETWORK_NAK),
    ("released, no ACK", [released()], deed(AckOverdue(SEME), 9), State.RELEASED_TO_WIRE),
    ("sent, PACK", SENT, PACK, State.ACCEPTED),
    ("sent, PPRC", SENT, status("IPRC//PPRC", 2), State.ACCEPTED),
    ("accepted, PPRC", [*SENT, PACK], status("IPRC//PPRC", 3), State.ACCEPTED),
    ("sent, REJT", SENT, status("IPRC//REJT SAFE", 2), State.REJECTED),
    ("accepted, REJT", [*SENT, PACK], status("IPRC//REJT SAFE", 3), State.REJECTED),
    ("unmatched, REJT", [*SENT, NMAT], status("IPRC//REJT SAFE", 9), State.REJECTED),
    ("sent, NMAT", SENT, NMAT, State.UNMATCHED),
    ("pending, NMAT", [*SENT, MACH, PEND], status("MTCH//NMAT", 9), State.UNMATCHED),
    ("sent, INMH", SENT, status("INMH//MACH", 2), State.INFERRED_MATCHED),
    ("unmatched, INMH", [*SENT, NMAT], status("INMH//MACH", 9), State.INFERRED_MATCHED),
    ("matched, INMH", [*SENT, MACH], status("INMH//MACH", 9), State.MATCHED),
    ("sent, MACH", SENT, MACH, State.MATCHED),
    ("unmatched, MACH", [*SENT, NMAT], MACH, State.MATCHED),
    ("matched, PEND", [*SENT, MACH], PEND, State.PENDING),
    ("unmatched, PEND CMIS", [*SENT, NMAT], status("SETT//PEND CMIS", 9), State.UNMATCHED),
    ("pending, PENF", [*SENT, MACH, PEND], PENF, State.FAILING),
    ("failing, PEND", [*SENT, MACH, PENF], status("SETT//PEND", 9), State.PENDING),
    ("matched, PREA", [*SENT, MACH], PREA, State.ON_HOLD),
    ("sent, full", SENT, confirmed(1000, 9), State.SETTLED),
    ("failing, full", [*SENT, MACH, PENF], confirmed(1000, 9), State.SETTLED),
    ("failing, part", [*SENT, MACH, PENF], confirmed(600, 9, part="PAIN"), State.FAILING),
    (
        "part, last part",
        [*SENT, confirmed(600, 9, part="PAIN")],
        confirmed(400, 10, part="PARC", previous=600, remaining=0),
        State.SETTLED,
    ),
    ("sent, cancel asked", SENT, ASK, State.CANCEL_PENDING),
    ("cancel asked, CANP", [*SENT, ASK], cast("CPRC//CANP"), State.CANCEL_PENDING),
    ("cancel asked, CPRC CAND", [*SENT, ASK], cast("CPRC//CAND"), State.CANCELLED),
    ("cancel asked, IPRC CAND", [*SENT, ASK], status("IPRC//CAND", 12), State.CANCELLED),
    ("cancel asked, DEND", [*SENT, PACK, ASK], cast("CPRC//DEND"), State.ACCEPTED),
    ("cancel asked, REJT", [*SENT, PACK, ASK], cast("CPRC//REJT"), State.ACCEPTED),
    ("cancel asked, confirmed", [*SENT, ASK], confirmed(1000, 12), State.SETTLED),
    ("matched, CANS", [*SENT, MACH], status("IPRC//CAND CANS", 9), State.CANCELLED),
    ("settled, RVSL", [*SENT, confirmed(1000, 9)], taken_back(1000, 10, "CONF9"), State.REVERSED),
    (
        "settled, CANC",
        [*SENT, confirmed(1000, 9)],
        taken_back(1000, 10, "CONF9", "CANC"),
        State.REVERSED,
    ),
    (
        "reversed, confirmed again",
        [*SENT, confirmed(1000, 9), taken_back(1000, 10, "CONF9")],
        confirmed(1000, 11),
        State.SETTLED,
    ),
]


@pytest.mark.parametrize(
    ("before", "event", "after"), [row[1:] for row in LEGAL], ids=[row[0] for row in LEGAL]
)
def test_a_legal_move_is_made_and_nothing_is_called_illegal(before, event, after):
    end = fold(WHOLE, [*before, event])
    assert end.state is after
    assert not {"illegal_status", "already_settled", "quantity_above_open"} & {
        *codes(end.exceptions)
    }


def test_a_release_that_is_done_gives_the_previous_values_back():
    asked = deed(ChangeAsked(CHANGE, "release"), 7)
    done = status("TPRC//COMP", 8, related=CHANGE, about="condition")
    assert fold(WHOLE, [*SENT, MACH, PREA, asked, done]).state is State.PENDING


ILLEGAL = [
    ("out of rejected", [*SENT, status("IPRC//REJT SAFE", 2)], MACH, "illegal_status"),
    ("out of cancelled", [*SENT, status("IPRC//CAND CANS", 2)], PEND, "illegal_status"),
    ("settled twice", [*SENT, confirmed(1000, 9)], confirmed(1000, 10), "already_settled"),
    ("more than open", [*SENT, confirmed(600, 9)], confirmed(600, 10), "quantity_above_open"),
    ("another ISIN", SENT, confirmed(1000, 9, isin="DE0007164600"), "isin_differs"),
    (
        "another account",
        SENT,
        confirmed(1000, 9, safekeeping_account="SAFE9"),
        "account_differs",
    ),
    ("another amount", SENT, confirmed(1000, 9, amount="190275.01"), "amount_differs"),
]


@pytest.mark.parametrize(
    ("before", "event", "code"), [row[1:] for row in ILLEGAL], ids=[row[0] for row in ILLEGAL]
)
def test_an_illegal_move_is_kept_and_raised_and_not_made(before, event, code):
    was, now = fold(WHOLE, before), fold(WHOLE, [*before, event])
    assert now.state is was.state and now.settled_quantity == was.settled_quantity
    assert code in codes(now.exceptions)


def test_an_overdue_acknowledgement_is_an_alarm_only():
    late = fold(WHOLE, [released(), deed(AckOverdue(SEME), 9)])
    assert Flag.ACK_OVERDUE in late.flags and codes(late.exceptions) == ["ack_overdue"]


def test_the_display_states_rank_as_the_domain_ranks_them():
    """`reversed` besides: of a reopened quantity, until its new confirmation (DOMAIN 2.9)."""
    ranked = (
        "cancel_pending failing overdue_unconfirmed on_hold unmatched pending matched"
        " inferred_matched in_repair accepted network_nak sent released_to_wire approved draft"
    )
    shown = [state.value for state, _ in DISPLAY if state is not State.REVERSED]
    assert shown == ranked.split()
