"""What each fact does to an instruction, one fact of the rules a test (DOMAIN 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lives import (
    CANCEL,
    CHANGE,
    DUE,
    SEME,
    advice,
    approved,
    at,
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

from schemas.fact import (
    AckOverdue,
    Advanced,
    CancelAsked,
    ChangeAsked,
    MarkedOverdue,
    Taken,
    Withdrawn,
)
from schemas.obligation import Tolerance
from settlement.condition import (
    Cancellation,
    Flag,
    Matching,
    Processing,
    Settlement,
    State,
    WaitsFor,
)
from settlement.life import AXES
from settlement.lifecycle import CLOSED, DISPLAY, EFFECTS, fold

WHOLE = obligation()
FULL = {"amount": "190275.00"}
ASK = deed(CancelAsked(CANCEL, 1), 30)


def life(*more, terms=WHOLE):
    return fold(terms, [*sent(), *more])


def happened(*more, terms=WHOLE):
    return codes(life(*more, terms=terms).exceptions)


@pytest.mark.parametrize("happening", EFFECTS, ids="//".join)
def test_an_answer_moves_the_axes_its_row_names_and_no_other(happening):
    before = life()
    after = life(status("//".join(happening), 5))
    changed = {axis for axis in AXES if getattr(before, axis) != getattr(after, axis)}
    assert changed == EFFECTS[happening].axes()


def test_every_display_state_has_a_row():
    assert {state for state, _ in (*CLOSED, *DISPLAY)} == set(State)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], State.DRAFT),
        ([approved()], State.APPROVED),
        ([approved(), released()], State.RELEASED_TO_WIRE),
        ([released(), deed(Taken(SEME), 0.5)], State.RELEASED_TO_WIRE),
        (sent(), State.SENT),
        ([released(), network("nak", 1, rule="T13")], State.NETWORK_NAK),
        ([*sent(), network("aborted", 2)], State.NETWORK_NAK),
        ([*sent(), status("IPRC//PACK", 2)], State.ACCEPTED),
        ([*sent(), status("IPRC//PPRC", 2)], State.ACCEPTED),
        ([*sent(), status("IPRC//REPR", 2)], State.IN_REPAIR),
        ([*sent(), status("INMH//MACH", 2)], State.INFERRED_MATCHED),
        ([*sent(), status("MTCH//NMAT CMIS", 2)], State.UNMATCHED),
        ([*sent(), status("MTCH//MACH", 2)], State.MATCHED),
        ([*sent(), status("SETT//PEND FUTU", 2)], State.PENDING),
        ([*sent(), status("SETT//PEND PREA", 2)], State.ON_HOLD),
        ([*sent(), status("SETT//PENF CLAC", 2)], State.FAILING),
        ([*sent(), deed(MarkedOverdue(DUE), 2000)], State.OVERDUE_UNCONFIRMED),
        ([*sent(), ASK], State.CANCEL_PENDING),
        ([*sent(), confirmed(1000, 90, **FULL)], State.SETTLED),
        ([*sent(), status("IPRC//REJT SAFE", 2)], State.REJECTED),
        ([*sent(), status("IPRC//CAND CANS", 2)], State.CANCELLED),
        ([*sent(), confirmed(600, 9), status("IPRC//CAND", 20)], State.PART_SETTLED_REST_CANCELLED),
        ([*sent(), confirmed(1000, 9), taken_back(1000, 10, "CONF9")], State.REVERSED),
    ],
)
def test_the_display_state_is_the_first_that_holds(facts, state):
    assert fold(WHOLE, facts).state is state


def test_the_happy_path_ends_settled_with_nothing_to_do():
    end = life(
        status("IPRC//PACK", 2),
        status("MTCH//NMAT CMIS", 3),
        status("MTCH//MACH", 10),
        status("SETT//PEND FUTU", 11),
        confirmed(1000, 600, **FULL),
    )
    assert (end.state, end.open_quantity, end.exceptions) == (State.SETTLED, 0, ())
    assert end.waiting == WaitsFor("nothing", "nobody")
    assert end.closed


def test_unmatched_again_after_matched_is_legal():
    end = life(status("MTCH//MACH", 5), status("MTCH//NMAT CMIS", 9))
    assert (end.state, end.exceptions) == (State.UNMATCHED, ())


def test_a_failing_instruction_may_pend_again_next_day():
    end = life(status("SETT//PENF LACK", 5), status("SETT//PEND LACK", 900))
    assert end.state is State.PENDING


def test_an_inferred_match_never_stands_over_a_real_one():
    assert life(status("MTCH//MACH", 5), status("INMH//NMAT", 9)).matching is Matching.MATCHED


def test_an_inferred_match_may_follow_unmatched():
    end = life(status("MTCH//NMAT CMIS", 5), status("INMH//MACH", 9))
    assert end.state is State.INFERRED_MATCHED


def test_an_older_status_that_comes_late_is_history_only():
    late = status("MTCH//NMAT CMIS", 3)
    assert life(status("MTCH//MACH", 5), late) == life(late, status("MTCH//MACH", 5))
    assert life(status("MTCH//MACH", 5), late).state is State.MATCHED


def test_a_confirmation_before_anything_else_implies_accepted_and_matched():
    end = fold(WHOLE, [released(), confirmed(600, 5)])
    assert (end.processing, end.matching) == (Processing.ACCEPTED, Matching.MATCHED)
    assert end.settlement is Settlement.PARTIALLY_SETTLED


def test_pending_implies_matched_where_the_market_matches():
    assert life(status("SETT//PEND FUTU", 5)).matching is Matching.MATCHED


def test_pending_with_an_unmatched_reason_implies_no_match():
    end = life(status("SETT//PEND CMIS", 5))
    assert end.matching is Matching.UNKNOWN


def test_pending_implies_no_match_where_the_market_does_not_match():
    end = life(status("SETT//PEND FUTU", 5), terms=obligation(matches_at_market=False))
    assert end.matching is Matching.UNKNOWN


def test_pending_after_unmatched_keeps_both_and_shows_unmatched():
    end = life(status("MTCH//NMAT DQUA", 5), status("SETT//PEND LACK", 9))
    assert (end.state, end.settlement) == (State.UNMATCHED, Settlement.PENDING)


def test_pending_processing_is_a_flag_of_accepted():
    end = life(status("IPRC//PPRC", 5))
    assert (end.state, end.flags) == (State.ACCEPTED, (Flag.PENDING_PROCESSING,))


@pytest.mark.parametrize("ended", ["IPRC//REJT SAFE", "IPRC//CAND CANS"])
def test_no_status_moves_an_instruction_out_of_its_end(ended):
    end = life(status(ended, 5), status("MTCH//MACH", 9), status("SETT//PEND FUTU", 10))
    assert codes(end.exceptions).count("illegal_status") == 2
    assert end.matching is Matching.UNKNOWN


def test_an_end_that_is_repeated_is_ignored():
    assert "illegal_status" not in happened(
        status("IPRC//CAND CANS", 5), status("IPRC//CAND CANS", 9)
    )


def test_a_cancellation_nobody_asked_for_is_an_exception():
    assert happened(status("IPRC//CAND CANS", 5)) == ["cancelled_unasked"]


# reasons ------------------------------------------------------------------------------------------


def test_all_reasons_are_kept_and_ours_comes_first():
    end = life(status("SETT//PENF FUTU CLAC LACK", 5))
    assert [r.code for r in end.reasons] == ["LACK", "CLAC", "FUTU"]
    assert end.waiting.whose == "us"


def test_an_unknown_reason_is_kept_and_raised():
    end = life(status("SETT//PEND XXXX", 5))
    assert ([r.code for r in end.reasons], codes(end.exceptions)) == (["XXXX"], ["unknown_reason"])
    assert end.state is State.PENDING


def test_an_unknown_status_is_raised_and_changes_nothing():
    end = life(status("IPRC//ZZZZ", 5))
    assert (end.state, codes(end.exceptions)) == (State.SENT, ["unknown_status"])


def test_a_later_status_replaces_the_reasons_of_its_axis():
    assert life(status("MTCH//NMAT CMIS", 5), status("MTCH//MACH", 9)).reasons == ()


# the network --------------------------------------------------------------------------------------


def test_a_nak_names_its_rule_and_waits_for_us():
    end = fold(WHOLE, [approved(), released(), network("nak", 1, rule="T13")])
    assert (end.reasons[0].code, end.waiting) == ("T13", WaitsFor("repair", "us"))


def test_a_nak_is_void_once_the_servicer_answers():
    end = fold(WHOLE, [released(), network("nak", 1, rule="T13"), status("IPRC//PACK", 2)])
    assert (end.state, end.reasons) == (State.ACCEPTED, ())


def test_a_nak_of_the_repeat_does_not_undo_the_acknowledgement():
    end = life(network("nak", 5, rule="T13"))
    assert (end.state, codes(end.exceptions)) == (State.SENT, ["nak_after_ack"])


def test_two_acknowledgements_of_two_attempts_mean_double_sent():
    end = life(deed(Taken(SEME, 2), 4), network("ack", 5))
    assert (Flag.DOUBLE_SENT in end.flags, codes(end.exceptions)) == (True, ["double_sent"])


def test_the_repair_of_a_nak_is_a_new_version_with_a_clean_slate():
    end = fold(
        WHOLE,
        [
            released(),
            network("nak", 1, rule="T13"),
            released(2, "SI2", 5),
            network("ack", 6, reference="SI2"),
        ],
    )
    assert (end.state, end.version, end.reference) == (State.SENT, 2, "SI2")


def test_an_acknowledgement_in_whole_minutes_may_seem_to_precede_the_release():
    assert fold(WHOLE, [released(minutes=0.5), network("ack", 0)]).state is State.SENT


def test_a_missing_acknowledgement_is_raised_and_the_state_stays():
    end = fold(WHOLE, [released(), deed(AckOverdue(SEME), 20)])
    assert (end.state, codes(end.exceptions)) == (State.RELEASED_TO_WIRE, ["ack_overdue"])


def test_a_message_aborted_after_its_acknowledgement_is_ours_to_repair():
    end = life(network("aborted", 5))
    assert (end.waiting.whose, codes(end.exceptions)) == ("us", ["network_aborted"])
    assert Flag.NETWORK_ABORTED in end.flags


def test_a_withdrawn_draft_is_cancelled():
    end = fold(WHOLE, [approved(), deed(Withdrawn("maker"), 1)])
    assert (end.state, end.exceptions) == (State.CANCELLED, ())


def test_what_has_left_cannot_be_withdrawn():
    assert happened(deed(Withdrawn("maker"), 5)) == ["withdrawn_too_late"]


# cancellation -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        status("CPRC//CAND", 40, related=CANCEL, about="cancellation"),
        status("IPRC//CAND", 40, related=CANCEL),
        status("IPRC//CAND CANI", 40),
    ],
)
def test_a_cancellation_is_done_whichever_way_it_is_said(answer):
    end = life(status("IPRC//PACK", 2), ASK, answer)
    assert (end.state, end.cancellation) == (State.CANCELLED, Cancellation.DONE)
    assert end.exceptions == ()


def test_a_rejected_cancellation_leaves_the_instruction_alone():
    end = life(status("MTCH//MACH", 2), ASK, status("IPRC//REJT", 40, related=CANCEL))
    assert (end.state, end.cancellation) == (State.MATCHED, Cancellation.REJECTED)


def test_a_bilateral_cancellation_waits_for_the_counterparty():
    end = life(status("MTCH//MACH", 2), ASK, status("CPRC//CANP", 40, related=CANCEL))
    assert (end.state, end.waiting.whose) == (State.CANCEL_PENDING, "them")


def test_a_denied_cancellation_gives_the_previous_state_back():
    end = life(status("SETT//PENF CLAC", 2), ASK, status("CPRC//DEND", 40, related=CANCEL))
    assert end.state is State.FAILING


def test_a_cancellation_denied_as_settled_expects_the_confirmation():
    denied = status("CPRC//DEND DSET", 40, related=CANCEL, about="cancellation")
    assert happened(ASK, denied) == ["confirmation_expected"]
    assert happened(ASK, denied, confirmed(1000, 60, **FULL)) == []


def test_settlement_wins_over_a_cancellation_that_was_only_asked():
    end = life(ASK, confirmed(1000, 60, **FULL))
    assert (end.state, end.exceptions) == (State.SETTLED, ())


@pytest.mark.parametrize(("confirmed_at", "cancelled_at"), [(40, 50), (50, 40)])
def test_cancelled_and_confirmed_is_one_contradiction_whichever_came_first(
    confirmed_at, cancelled_at
):
    end = life(
        ASK,
        confirmed(1000, confirmed_at, **FULL),
        status("CPRC//CAND", cancelled_at, related=CANCEL),
    )
    assert (end.state, end.settlement) == (State.SETTLED, Settlement.SETTLED)
    assert (end.flags, codes(end.exceptions)) == ((Flag.CONTRADICTION,), ["contradiction"])
    assert len(end.parts) == 1


def test_a_cancellation_of_the_rest_after_a_part_is_no_contradiction():
    end = life(confirmed(600, 20, part="PAIN"), ASK, status("CPRC//CAND", 40, related=CANCEL))
    assert (end.flags, end.open_quantity, end.settled_quantity) == ((), 0, 600)


def test_an_answer_to_the_cancellation_may_seem_to_precede_the_request():
    end = life(ASK, status("IPRC//CAND", 29, related=CANCEL))
    assert (end.state, end.cancellation) == (State.CANCELLED, Cancellation.DONE)


def test_a_cancellation_may_be_asked_again_after_a_denial():
    end = life(ASK, status("CPRC//DEND", 40, related=CANCEL), deed(CancelAsked("CX2", 1), 50))
    assert end.state is State.CANCEL_PENDING


def test_a_cancellation_the_network_refused_was_never_asked():
    end = life(ASK, network("nak", 31, reference=CANCEL, rule="E08"))
    assert (end.state, end.cancellation) == (State.SENT, Cancellation.REJECTED)
    assert codes(end.exceptions) == ["cancel_refused_by_network"]


def test_the_counterpartys_wish_to_cancel_is_a_task_for_us():
    end = life(status("MTCH//MACH, IPRC//CPRC", 5))
    assert (end.state, end.waiting.whose) == (State.MATCHED, "us")


def test_a_replacement_leaves_the_old_version_behind():
    end = life(
        ASK,
        status("CPRC//CAND", 40, related=CANCEL),
        released(2, "SI2", 50),
        network("ack", 51, reference="SI2"),
        status("IPRC//CAND", 60),
    )
    assert (end.state, end.cancellation, end.history) == (State.SENT, Cancellation.NONE, 4)


def test_a_replaced_version_that_settles_is_booked_and_a_contradiction():
    end = life(released(2, "SI2", 50), confirmed(1000, 60, **FULL))
    assert (end.state, end.flags) == (State.SETTLED, (Flag.CONTRADICTION,))
    assert "superseded_settled" in codes(end.exceptions)


# hold and release ---------------------------------------------------------------------------------


def test_a_release_gives_the_previous_values_back():
    end = life(
        status("MTCH//MACH", 5),
        status("SETT//PEND PREA", 6),
        deed(ChangeAsked(CHANGE, "release"), 10),
        status("TPRC//COMP", 11, related=CHANGE, about="condition"),
    )
    assert (end.state, end.reasons) == (State.PENDING, ())


def test_a_pending_status_without_the_reason_ends_the_hold():
    assert life(status("SETT//PEND PREA", 5), status("SETT//PEND FUTU", 9)).state is State.PENDING


def test_the_counterpartys_hold_is_not_ours():
    end = life(status("SETT//PEND PRCY", 5))
    assert (end.state, end.waiting.whose) == (State.PENDING, "them")


def test_an_instruction_sent_on_hold_is_on_hold_once_it_is_sent():
    assert life(terms=obligation(hold=True)).state is State.ON_HOLD
    assert fold(obligation(hold=True), [approved()]).state is State.APPROVED


def test_a_denied_release_stays_on_hold():
    end = life(
        status("SETT//PEND PREA", 5),
        deed(ChangeAsked(CHANGE, "release"), 6),
        status("TPRC//DEND", 7, related=CHANGE, about="condition"),
    )
    assert end.state is State.ON_HOLD


# parts --------------------------------------------------------------------------------------------

FIRST = confirmed(600, 20, part="PAIN", amount="114165.00", previous=0, remaining=400)
LAST = confirmed(400, 40, part="PARC", amount="76110.00", previous=600, remaining=0)


def test_a_part_leaves_the_rest_in_its_state():
    end = life(status("SETT//PENF CLAC", 10), FIRST)
    assert (end.state, end.badge, end.open_quantity) == (State.FAILING, "600 of 1,000 settled", 400)


def test_the_last_part_settles_it():
    end = life(FIRST, LAST)
    assert (end.state, end.exceptions, len(end.parts)) == (State.SETTLED, (), 2)


def test_a_missing_part_is_a_gap_and_the_part_that_came_still_applies():
    end = life(LAST)
    assert (end.settled_quantity, codes(end.exceptions)) == (400, ["sequence_gap"])


def test_the_gap_closes_when_the_missing_part_comes():
    assert happened(LAST, FIRST) == []


def test_parts_that_do_not_add_up_are_raised():
    odd = confirmed(600, 20, part="PAIN", previous=0, remaining=300)
    assert happened(odd) == ["parts_do_not_add_up"]


@pytest.mark.parametrize(
    "terms", [obligation(partial_supported=False), obligation(partial_wish="NPAR")]
)
def test_a_part_where_none_is_allowed_is_applied_and_raised(terms):
    end = life(FIRST, terms=terms)
    assert (end.settled_quantity, codes(end.exceptions)) == (600, ["partial_unexpected"])


def test_more_than_is_open_is_not_applied():
    end = life(FIRST, confirmed(500, 40))
    assert (end.settled_quantity, codes(end.exceptions)) == (600, ["quantity_above_open"])


def test_a_second_full_confirmation_is_not_applied():
    assert happened(confirmed(1000, 20), confirmed(1000, 30)) == ["already_settled"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"isin": "US5949181045"}, "isin_differs"),
        ({"safekeeping_account": "SAFE2"}, "account_differs"),
        ({"direction": "DELI"}, "direction_differs"),
        ({"payment": "FREE"}, "payment_differs"),
        ({"amount": "190275.01"}, "amount_differs"),
        ({"effective_on": DUE + timedelta(days=2)}, "not_yet_effective"),
        ({"effective_on": date(2099, 1, 1)}, "not_yet_effective"),
    ],
)
def test_a_confirmation_of_something_else_is_not_applied(changed, code):
    end = life(confirmed(1000, 20, **changed))
    assert (end.settled_quantity, codes(end.exceptions)) == (0, [code])


def test_a_settlement_before_its_due_date_is_booked_and_shown_to_a_person():
    end = life(confirmed(1000, 20, effective_on=DUE - timedelta(days=1)))
    assert (end.state, codes(end.exceptions)) == (State.SETTLED, ["settled_early"])


def test_a_receipt_may_differ_by_the_markets_tolerance():
    terms = obligation(tolerance=Tolerance(Decimal(100_000), Decimal(2), Decimal(25)))
    assert life(confirmed(1000, 20, amount="190300.00"), terms=terms).state is State.SETTLED
    assert happened(confirmed(1000, 20, amount="190300.01"), terms=terms) == ["amount_differs"]


def test_a_delivery_has_no_tolerance():
    terms = obligation(
        direction="DELI", tolerance=Tolerance(Decimal(100_000), Decimal(2), Decimal(25))
    )
    odd = confirmed(1000, 20, amount="190275.01", direction="DELI")
    assert happened(odd, terms=terms) == ["amount_differs"]


def test_only_a_confirmation_settles():
    for says in ("SETT//PEND", "SETT//PENF", "MTCH//MACH", "IPRC//PACK"):
        assert life(status(says, 5)).settled_quantity == 0


def test_a_pre_confirmation_only_shows():
    end = life(confirmed(1000, 20, pre_confirmation=True))
    assert (end.state, end.flags, end.parts) == (State.SENT, (Flag.PRE_CONFIRMED,), ())


# duplicates and conflicts -------------------------------------------------------------------------


def test_a_repeat_counts_once():
    first = confirmed(600, 20, part="PAIN")
    end = life(first, replace(first, message=99))
    assert (end.settled_quantity, end.repeats) == (600, 1)


def test_two_contents_under_one_reference_are_both_set_aside():
    end = life(confirmed(600, 20, reference="C1"), confirmed(500, 21, reference="C1"))
    assert (end.settled_quantity, codes(end.exceptions)) == (0, ["conflict"])


def test_a_possible_duplicate_is_known_by_its_content_under_another_reference():
    again = confirmed(600, 25, part="PAIN", reference="C2", possible=True)
    assert life(confirmed(600, 20, part="PAIN"), again).settled_quantity == 600


def test_a_possible_duplicate_that_is_the_first_one_counts():
    assert life(confirmed(600, 20, part="PAIN", possible=True)).settled_quantity == 600


# reversals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["CANC", "RVSL"])
def test_a_reversal_opens_the_quantity_again(function):
    end = life(confirmed(1000, 20), taken_back(1000, 30, "CONF20", function))
    assert (end.state, end.open_quantity, end.closed) == (State.REVERSED, 1000, False)
    assert end.parts[0].reversed
    assert end.parts[0].reversed_on == DUE


def test_reversed_shows_only_until_a_new_confirmation():
    end = life(confirmed(1000, 20), taken_back(1000, 30, "CONF20"), confirmed(1000, 40))
    assert (end.state, [p.reversed for p in end.parts]) == (State.SETTLED, [True, False])


def test_a_dead_deal_is_not_open_again():
    end = life(confirmed(1000, 20), taken_back(1000, 30, "CONF20", deal_dead=True))
    assert (end.state, end.open_quantity, end.closed) == (State.REVERSED, 0, True)


# the end of an instruction and of its trade --------------------------------------------------------

REJECTED = status("IPRC//REJT SAFE", 5)


@pytest.mark.parametrize(
    ("ended", "code"),
    [(REJECTED, "rejected"), (status("IPRC//CAND CANS", 5), "cancelled_unasked")],
)
def test_a_trade_outlives_the_instruction_that_others_ended(ended, code):
    end = life(ended)
    assert (end.closed, end.trade_over, codes(end.exceptions)) == (True, False, [code])
    assert Flag.UNINSTRUCTED in end.flags
    assert end.waiting == WaitsFor("a new version, or the end of the trade", "us")


@pytest.mark.parametrize(
    "facts",
    [
        (ASK, status("IPRC//CAND", 40)),
        (ASK, status("CPRC//CAND", 40, related=CANCEL, about="cancellation")),
        (ASK, status("IPRC//REJT SAFE", 40)),
        (REJECTED, deed(Withdrawn("anna"), 60)),
        (status("IPRC//CAND CANS", 5), deed(Withdrawn("anna"), 60)),
        (confirmed(1000, 9), taken_back(1000, 10, "CONF9", deal_dead=True)),
        (confirmed(600, 9), ASK, status("IPRC//CAND", 40)),
    ],
)
def test_a_trade_is_over_when_we_ended_it_or_the_deal_is_dead(facts):
    end = life(*facts)
    assert (end.trade_over, end.waiting.whose) == (True, "nobody")
    assert Flag.UNINSTRUCTED not in end.flags


def test_an_open_or_settled_instruction_leaves_its_trade():
    assert not life().trade_over
    assert not life(confirmed(1000, 9), ASK, status("IPRC//CAND", 40)).trade_over


def test_what_the_servicer_rejected_goes_again_as_a_new_version_with_a_clean_slate():
    again = fold(WHOLE, [*sent(), REJECTED, released(2, "SI20261123000009", 90)])
    assert (again.state, again.version) == (State.RELEASED_TO_WIRE, 2)
    assert (again.exceptions, again.open_quantity) == ((), 1000)


def test_a_cancellation_after_our_request_was_denied_is_not_ours():
    denied = status("CPRC//DEND", 35, related=CANCEL, about="cancellation")
    end = life(ASK, denied, status("IPRC//CAND CANS", 50))
    assert (end.trade_over, codes(end.exceptions)) == (False, ["cancelled_unasked"])


REST_CANCELLED = (confirmed(600, 9), ASK, status("IPRC//CAND", 40))
PART_BACK = (*REST_CANCELLED, taken_back(600, 50, "CONF9"))


def test_a_part_taken_back_after_the_rest_was_cancelled_is_open_again_alone():
    back = life(*PART_BACK)
    assert (back.state, back.open_quantity, back.settled_quantity) == (State.REVERSED, 600, 0)
    assert not back.trade_over


def test_the_part_confirmed_again_leaves_the_rest_cancelled():
    end = life(*PART_BACK, confirmed(600, 60))
    assert (end.state, end.settled_quantity) == (State.PART_SETTLED_REST_CANCELLED, 600)
    assert end.exceptions == ()


def test_the_part_cancelled_as_well_leaves_nothing():
    end = life(*PART_BACK, status("IPRC//CAND", 60))
    assert (end.state, end.open_quantity, end.trade_over) == (State.CANCELLED, 0, True)


def test_more_than_the_part_confirmed_again_contradicts_the_cancellation_of_the_rest():
    end = life(*PART_BACK, confirmed(1000, 60))
    assert (end.state, codes(end.exceptions)) == (State.SETTLED, ["contradiction"])


def test_a_reversal_that_seems_earlier_than_its_confirmation_applies():
    end = life(confirmed(1000, 30, reference="C1"), taken_back(1000, 20, "C1"))
    assert end.state is State.REVERSED


def test_a_reversal_of_what_is_not_known_is_raised():
    assert happened(taken_back(1000, 30, "NEVER")) == ["unknown_confirmation"]


def test_a_confirmation_refused_as_too_much_counts_once_there_is_room():
    end = life(
        confirmed(1000, 20, reference="C1"),
        confirmed(1000, 25, reference="C2"),
        taken_back(1000, 30, "C1"),
    )
    assert (end.state, end.settled_quantity, end.exceptions) == (State.SETTLED, 1000, ())


def test_a_refused_confirmation_that_is_withdrawn_leaves_no_trace():
    end = life(confirmed(1000, 20), confirmed(1000, 25), taken_back(1000, 30, "CONF25"))
    assert (end.state, end.exceptions) == (State.SETTLED, ())


def test_a_reversed_settlement_no_longer_contradicts_its_cancellation():
    end = life(
        ASK,
        confirmed(1000, 35),
        status("CPRC//CAND", 40, related=CANCEL),
        taken_back(1000, 50, "CONF35"),
    )
    assert (end.state, end.exceptions) == (State.CANCELLED, ())


# overdue ------------------------------------------------------------------------------------------


def test_overdue_is_never_failing_and_waits_for_the_custodian():
    end = life(status("SETT//PEND FUTU", 5), deed(MarkedOverdue(DUE), 2000))
    assert (end.settlement, end.waiting) == (
        Settlement.PENDING,
        WaitsFor("confirmation", "custodian"),
    )


def test_a_later_status_ends_overdue():
    end = life(deed(MarkedOverdue(DUE), 2000), status("SETT//PENF CLAC", 2100))
    assert (end.state, end.flags) == (State.FAILING, ())


# contractual cash ---------------------------------------------------------------------------------

CONTRACTUAL = obligation(contractual=True)


def test_an_advice_on_a_contractual_account_is_the_advance():
    end = life(advice("190275.00", 100), terms=CONTRACTUAL)
    assert (end.state, end.advance.effective_on) == (State.SENT, DUE)


def test_without_advice_the_timer_makes_the_advance_once():
    timer = deed(Advanced(DUE), 90)
    assert life(timer, advice("190275.00", 100), terms=CONTRACTUAL).advance.amount is None


def test_a_custodian_may_take_its_advance_back():
    end = life(advice("190275.00", 100), advice("190275.00", 900, reversal=True), terms=CONTRACTUAL)
    assert end.advance is None


def test_on_actual_basis_an_advice_is_evidence_only():
    assert life(advice("190275.00", 100)).advance is None


def test_the_cash_of_a_settlement_is_no_advance():
    end = life(confirmed(1000, 50, **FULL), advice("190275.00", 100), terms=CONTRACTUAL)
    assert end.advance is None


# the rest -----------------------------------------------------------------------------------------


def test_axis_times_are_event_times():
    end = life(status("MTCH//MACH", 5))
    assert dict(end.times)["matching"] == at(5)


def test_a_status_about_another_instrument_is_not_applied():
    end = life(status("MTCH//MACH", 5, isin="US5949181045"))
    assert (end.state, codes(end.exceptions)) == (State.SENT, ["isin_differs"])


def test_what_is_overdue_on_a_date_says_so():
    assert life(deed(MarkedOverdue(date(2026, 11, 24)), 2000)).flags == (Flag.OVERDUE,)
