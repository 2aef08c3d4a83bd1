"""What an instruction waits for and whose move it is, from its state and reasons (DOMAIN 2.3)."""

from __future__ import annotations

from schemas.answer import Reason
from settlement import reasons
from settlement.condition import NOTHING, Cancellation, State, WaitsFor
from settlement.life import CANCELLATION, MATCHING, NETWORK, PROCESSING, SETTLEMENT, Life

# without a reason, or where a reason does not change it
BY_STATE: dict[State, WaitsFor] = {
    State.DRAFT: WaitsFor("approval", "us"),
    State.APPROVED: WaitsFor("release", "us"),
    State.RELEASED_TO_WIRE: WaitsFor("acknowledgement", "network"),
    State.SENT: WaitsFor("acceptance", "custodian"),
    State.NETWORK_NAK: WaitsFor("repair", "us"),
    State.ACCEPTED: WaitsFor("matching", "custodian"),
    State.IN_REPAIR: WaitsFor("repair by the servicer", "custodian"),
    State.INFERRED_MATCHED: WaitsFor("matching", "custodian"),
    State.MATCHED: WaitsFor("settlement", "nobody"),
    State.PENDING: WaitsFor("settlement", "nobody"),
    State.UNMATCHED: WaitsFor("the counterparty's instruction", "them"),
    State.ON_HOLD: WaitsFor("our release", "us"),
    State.OVERDUE_UNCONFIRMED: WaitsFor("confirmation", "custodian"),
    State.FAILING: WaitsFor("settlement", "custodian"),
    State.CANCEL_PENDING: WaitsFor("answer to the cancellation", "custodian"),
    State.REVERSED: WaitsFor("a new confirmation or cancellation", "custodian"),
}
# the states whose wait the primary reason knows better
BY_REASON = frozenset({State.UNMATCHED, State.PENDING, State.FAILING})
BILATERAL = WaitsFor("the counterparty's cancellation", "them")
WISH = WaitsFor("answer to the counterparty's wish to cancel", "us")
UNINSTRUCTED = WaitsFor("a new version, or the end of the trade", "us")
# whose reasons come first in a state; the others follow in this order
SPEAKS: dict[State, str] = {
    State.CANCEL_PENDING: CANCELLATION,
    State.IN_REPAIR: PROCESSING,
    State.ACCEPTED: PROCESSING,
    State.UNMATCHED: MATCHING,
    State.NETWORK_NAK: NETWORK,
}
AT_END: dict[State, tuple[str, ...]] = {
    State.SETTLED: (CANCELLATION,),
    State.CANCELLED: (PROCESSING, CANCELLATION),
    State.PART_SETTLED_REST_CANCELLED: (PROCESSING, CANCELLATION),
    State.REJECTED: (PROCESSING,),
}
ORDER = (SETTLEMENT, MATCHING, PROCESSING, CANCELLATION, NETWORK)


def waits_for(
    life: Life, state: State, told: tuple[Reason, ...], closed: bool, asked_to_cancel: bool
) -> WaitsFor:
    """What has to come next."""
    if closed:
        return NOTHING
    if asked_to_cancel and state is not State.CANCEL_PENDING:
        return WISH
    if state is State.CANCEL_PENDING and life.cancellation is Cancellation.PENDING:
        return BILATERAL
    if state in BY_REASON and told:
        found = reasons.waits_for(told[0].code)
        if found is not NOTHING:
            return found
    return BY_STATE[state]


def ranked(life: Life, state: State) -> tuple[Reason, ...]:
    """The reasons that stand, primary first: those of the axis that makes the state, ours first."""
    if not life.reasons:
        return ()
    axes = AT_END.get(state) or (SPEAKS.get(state, SETTLEMENT), *ORDER)
    found: dict[Reason, None] = {}
    for axis in axes:
        told = life.reasons.get(axis, ())
        ordered = sorted(told, key=_weight) if len(told) > 1 else told
        found.update(dict.fromkeys(ordered))
    return tuple(found)


def _weight(reason: Reason) -> tuple[bool, bool, int]:
    return reasons.weight(reason.code)
