"""The diagram holds the rows of DOMAIN 2.4 and only states that tables name."""

from __future__ import annotations

from functools import cache

import pytest

from settlement import diagram
from settlement.condition import State


@cache
def edges():
    return set(diagram.edges())


@pytest.mark.parametrize(
    ("source", "happening", "target"),
    [
        (State.DRAFT, "approval", State.APPROVED),
        (State.APPROVED, "release", State.RELEASED_TO_WIRE),
        (State.RELEASED_TO_WIRE, "ACK", State.SENT),
        (State.RELEASED_TO_WIRE, "NAK", State.NETWORK_NAK),
        (State.SENT, "IPRC//PACK", State.ACCEPTED),
        (State.UNMATCHED, "IPRC//REJT", State.REJECTED),
        (State.MATCHED, "MTCH//NMAT", State.UNMATCHED),
        (State.UNMATCHED, "INMH//MACH", State.INFERRED_MATCHED),
        (State.MATCHED, "SETT//PEND", State.PENDING),
        (State.PENDING, "SETT//PENF", State.FAILING),
        (State.FAILING, "SETT//PEND", State.PENDING),
        (State.PENDING, "PEND//PREA", State.ON_HOLD),
        (State.FAILING, "confirmation", State.SETTLED),
        (State.MATCHED, "cancel asked", State.CANCEL_PENDING),
        (State.CANCEL_PENDING, "CPRC//CAND", State.CANCELLED),
        (State.CANCEL_PENDING, "IPRC//CAND", State.CANCELLED),
        (State.CANCEL_PENDING, "CPRC//DEND", State.MATCHED),
        (State.CANCEL_PENDING, "confirmation", State.SETTLED),
        (State.SETTLED, "reversal", State.REVERSED),
        (State.REVERSED, "confirmation", State.SETTLED),
    ],
)
def test_a_move_of_the_handbook_is_in_the_tables(source, happening, target):
    assert (source, happening, target) in edges()


@pytest.mark.parametrize("end", [State.CANCELLED, State.REJECTED])
def test_only_a_confirmation_leads_out_of_an_end(end):
    assert {name for source, name, _ in edges() if source is end} <= {"confirmation", "part"}


def test_no_status_leads_to_settled():
    ways = {name for _, name, target in edges() if target is State.SETTLED}
    assert ways == {"confirmation", "part"}


def test_the_text_is_a_state_diagram():
    assert diagram.mermaid().startswith("stateDiagram-v2\n    [*] --> draft\n")
