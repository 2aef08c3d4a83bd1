"""What each fact does to a payment (DOMAIN 3.3)."""

from __future__ import annotations

import pytest
from lives import CANCEL, PAYMENT, advice, approved, codes, deed, network, paid, released, transfer

from schemas.fact import CancelAsked, FateDecided, FateUnknown, Taken, Withdrawn
from settlement.condition import Flag
from settlement.payments import PaymentState, fold_payment

OUT = released(reference=PAYMENT)
ACK = network("ack", 1, reference=PAYMENT)
SENT = [approved(), OUT, ACK]
DEBIT = advice("10000.00", 10, reference=PAYMENT)
UNKNOWN = deed(FateUnknown(PAYMENT), 2)


def life(*facts):
    return fold_payment(transfer(), facts)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], PaymentState.DRAFT),
        ([approved()], PaymentState.APPROVED),
        ([approved(), OUT], PaymentState.RELEASED),
        ([OUT, UNKNOWN], PaymentState.FATE_UNKNOWN),
        (SENT, PaymentState.NETWORK_ACKED),
        ([OUT, network("nak", 1, reference=PAYMENT)], PaymentState.NETWORK_NAK),
        ([*SENT, paid("ACSP", 2)], PaymentState.IN_PROGRESS),
        ([*SENT, paid("ACSC", 2)], PaymentState.SETTLED),
        ([*SENT, paid("ACCC", 2)], PaymentState.CREDITED),
        ([*SENT, DEBIT], PaymentState.DEBITED),
        ([*SENT, paid("RJCT", 2, "AC04")], PaymentState.REJECTED),
        ([*SENT, DEBIT, advice("9985.00", 20, reference=PAYMENT, direction="CRDT")],
         PaymentState.RETURNED),
        ([*SENT, deed(CancelAsked(CANCEL, 1), 5)], PaymentState.CANCEL_REQUESTED),
        ([approved(), deed(Withdrawn("maker"), 1)], PaymentState.CANCELLED),
    ],
)  # fmt: skip
def test_the_state_is_the_first_that_holds(facts, state):
    assert life(*facts).state is state


def test_every_state_is_reached_by_a_row():
    from settlement.payments import DISPLAY

    assert {state for state, _ in DISPLAY} == set(PaymentState)


def test_statuses_never_move_cash():
    assert life(*SENT, paid("ACSC", 2)).debits == ()


def test_one_debit_with_two_witnesses_moves_cash_once():
    again = advice("10000.00", 20, reference="E2E1")
    end = life(*SENT, DEBIT, again)
    assert (len(end.debits), end.exceptions) == (1, ())


def test_two_debits_of_different_amounts_are_raised():
    assert codes(life(*SENT, DEBIT, advice("20.00", 20, reference=PAYMENT)).exceptions) == [
        "debited_twice"
    ]


def test_a_debit_of_another_amount_is_booked_and_raised():
    end = life(*SENT, advice("10015.00", 20, reference=PAYMENT))
    assert (str(end.debits[0].amount), codes(end.exceptions)) == (
        "USD 10,015.00",
        ["amount_differs"],
    )


def test_a_pending_entry_is_no_debit():
    assert life(*SENT, advice("10000.00", 10, reference=PAYMENT, status_="PDNG")).debits == ()


def test_a_rejection_frees_the_cash():
    assert life(*SENT, paid("RJCT", 2, "AC04")).dropped


def test_a_rejection_after_the_debit_expects_the_money_back():
    end = life(*SENT, DEBIT, paid("RJCT", 20))
    assert (end.state, end.flags, end.dropped) == (
        PaymentState.DEBITED,
        (Flag.CONTRADICTION,),
        False,
    )


def test_a_late_earlier_status_does_not_lower_a_later_one():
    assert life(*SENT, paid("ACSC", 5), paid("ACSP", 6)).state is PaymentState.SETTLED


@pytest.mark.parametrize("proof", [ACK, paid("ACSP", 3), DEBIT])
def test_any_answer_tells_the_fate(proof):
    assert life(OUT, UNKNOWN, proof).state is not PaymentState.FATE_UNKNOWN


@pytest.mark.parametrize(
    ("left", "state"), [(True, PaymentState.NETWORK_ACKED), (False, PaymentState.NETWORK_NAK)]
)
def test_a_person_may_decide_the_fate(left, state):
    assert life(OUT, UNKNOWN, deed(FateDecided(PAYMENT, left, "checker"), 60)).state is state


def test_an_unknown_status_is_raised():
    assert codes(life(*SENT, paid("ZZZZ", 2)).exceptions) == ["unknown_status"]


def test_two_acknowledgements_of_two_attempts_mean_double_sent():
    end = life(*SENT, deed(Taken(PAYMENT, 2), 2), network("ack", 3, reference=PAYMENT))
    assert Flag.DOUBLE_SENT in end.flags


def test_a_repaired_payment_is_a_new_version():
    end = life(
        OUT,
        network("nak", 1, reference=PAYMENT),
        released(2, "PY2", 5),
        network("ack", 6, reference="PY2"),
    )
    assert (end.state, end.version) == (PaymentState.NETWORK_ACKED, 2)
