"""Any set of facts, in any order, with any repeats, ends in one condition and one set of books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from lives import (
    CANCEL,
    CHANGE,
    DUE,
    PAYMENT,
    advice,
    approved,
    confirmed,
    deed,
    network,
    obligation,
    paid,
    released,
    status,
    taken_back,
    transfer,
)

from schemas.fact import (
    AckOverdue,
    Advanced,
    CancelAsked,
    ChangeAsked,
    FateUnknown,
    MarkedOverdue,
    Taken,
    Withdrawn,
    dump,
    load,
)
from settlement.condition import Settlement, State
from settlement.life import AXES
from settlement.lifecycle import EFFECTS, fold
from settlement.payments import fold_payment

SEME = "SI20261123000001"
MINUTES = st.integers(0, 12)
REFERENCES = st.sampled_from(["C1", "C2", "C3"])
HAPPENINGS = st.sampled_from(["//".join(h) for h in EFFECTS] + ["IPRC//YYYY", "SETT//PEND PREA"])
RELATED = st.sampled_from([SEME, "SI2", CANCEL, CHANGE, "NOBODY"])
QUANTITIES = st.sampled_from([100, 400, 600, 1000])
FACTS = st.one_of(
    st.just(approved()),
    st.builds(released, st.just(1), st.just(SEME), MINUTES),
    st.builds(released, st.just(2), st.just("SI2"), MINUTES),
    st.builds(
        network,
        st.sampled_from(["ack", "nak", "aborted", "delivered", "undelivered"]),
        MINUTES,
        reference=RELATED,
        rule=st.just("T13"),
    ),
    st.builds(status, HAPPENINGS, MINUTES, related=RELATED, reference=st.none() | REFERENCES),
    st.builds(
        confirmed,
        QUANTITIES,
        MINUTES,
        reference=REFERENCES,
        part=st.sampled_from([None, "PAIN", "PARC"]),
        previous=st.none() | QUANTITIES,
        related=st.sampled_from([SEME, "SI2"]),
        possible=st.booleans(),
    ),
    st.builds(
        taken_back,
        QUANTITIES,
        MINUTES,
        REFERENCES,
        st.sampled_from(["CANC", "RVSL"]),
        deal_dead=st.booleans(),
    ),
    st.builds(advice, st.just("190275.00"), MINUTES, reversal=st.booleans()),
    st.builds(
        deed,
        st.sampled_from(
            [
                CancelAsked(CANCEL, 1),
                CancelAsked("CX2", 2),
                ChangeAsked(CHANGE, "hold"),
                ChangeAsked("CH2", "release"),
                Taken(SEME, 2),
                AckOverdue(SEME),
                MarkedOverdue(DUE),
                Withdrawn("maker"),
                Advanced(DUE),
            ]
        ),
        MINUTES,
    ),
)
LIVES = st.lists(FACTS, max_size=14)
TERMS = st.builds(
    obligation,
    partial_supported=st.booleans(),
    hold=st.booleans(),
    matches_at_market=st.booleans(),
    contractual=st.booleans(),
)


@given(TERMS, LIVES, st.data())
def test_arrival_order_and_repeats_do_not_change_the_end(terms, facts, data):
    again = data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else []
    shuffled = data.draw(st.permutations([*facts, *again]))
    assert fold(terms, shuffled) == fold(terms, facts)


@given(TERMS, LIVES)
def test_quantities_always_add_up(terms, facts):
    end = fold(terms, facts)
    standing = sum((p.quantity for p in end.parts if not p.reversed), Decimal(0))
    assert end.settled_quantity == standing <= terms.quantity.value
    assert end.open_quantity in (0, terms.quantity.value - standing)
    assert (end.state is State.SETTLED) == (standing == terms.quantity.value)
    assert (end.settlement is Settlement.SETTLED) == (end.state is State.SETTLED)


@given(TERMS, LIVES, HAPPENINGS)
def test_no_status_settles_or_unsettles(terms, facts, says):
    before = fold(terms, facts)
    after = fold(terms, [*facts, status(says, 100, reference="LAST")])
    assert after.settled_quantity == before.settled_quantity


@given(TERMS, LIVES, st.sampled_from(sorted(EFFECTS)))
def test_a_status_only_moves_the_axes_of_its_row(terms, facts, happening):
    before = fold(terms, facts)
    after = fold(
        terms,
        [
            *facts,
            status("//".join(happening), 100, reference="LAST", related=before.reference or SEME),
        ],
    )
    changed = {axis for axis in AXES if getattr(before, axis) != getattr(after, axis)}
    answers_our_request = {"cancellation"} if happening == ("IPRC", "CAND") else set()
    withdrawn = (
        {"processing", "cancellation"}
        if any(isinstance(f.content, Withdrawn) for f in facts)
        else set()
    )
    assert changed <= EFFECTS[happening].axes() | answers_our_request | withdrawn


@given(TERMS, LIVES)
def test_stored_facts_fold_to_the_same(terms, facts):
    stored = [replace(f, content=load(dump(f.content))) for f in facts]
    assert fold(terms, stored) == fold(terms, facts)


PAYMENT_FACTS = st.one_of(
    st.builds(released, st.just(1), st.just(PAYMENT), MINUTES),
    st.builds(released, st.just(2), st.just("PY2"), MINUTES),
    st.builds(
        network,
        st.sampled_from(["ack", "nak", "aborted", "delivered", "undelivered"]),
        MINUTES,
        reference=st.sampled_from([PAYMENT, "PY2", CANCEL]),
    ),
    st.builds(paid, st.sampled_from(["ACTC", "ACSP", "ACSC", "ACCC", "RJCT", "ZZZZ"]), MINUTES),
    st.builds(
        advice,
        st.sampled_from(["10000.00", "9985.00"]),
        MINUTES,
        direction=st.sampled_from(["DBIT", "CRDT"]),
        reversal=st.booleans(),
        reference=st.just(PAYMENT),
    ),
    st.builds(
        deed,
        st.sampled_from([FateUnknown(PAYMENT), CancelAsked(CANCEL, 1), Withdrawn("maker")]),
        MINUTES,
    ),
)


@given(st.lists(PAYMENT_FACTS, max_size=10), st.data())
def test_a_payments_end_does_not_depend_on_arrival(facts, data):
    shuffled = data.draw(st.permutations([*facts, *facts[:3]]))
    assert fold_payment(transfer(), shuffled) == fold_payment(transfer(), facts)
