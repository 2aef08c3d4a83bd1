"""What reason codes mean for a life: what it then waits for, whose move, and which comes first.

Codes, meanings and whose problem each is are in schemas/reasons.py.
"""

from __future__ import annotations

from schemas.reasons import ANYWHERE, REASONS, of_set
from settlement.condition import NOTHING, Mover, WaitsFor

# codes that only make sense where no match was found, whatever status they came with
MEANS_UNMATCHED = (of_set("unmatched") - of_set("pending") - of_set("failing")) | {"NMAS"}
MOVES: dict[str, Mover] = {
    "ours": "us",
    "both": "us",
    "either": "us",
    "find out": "us",
    "a person": "us",
    "theirs": "them",
    "nobody": "nobody",
}
# what others have to bring; what we have to do is the code's action
WHAT: dict[str, str] = {
    "CLAC": "securities from the counterparty",
    "AWSH": "securities from the counterparty",
    "CMON": "cash from the counterparty",
    "AWMO": "cash from the counterparty",
    "CMIS": "the counterparty's instruction",
    "PRCY": "the counterparty's release",
    "YCOL": "the counterparty's collateral",
    "CPCA": "a new instruction of the counterparty",
    "CLAT": "the counterparty's instruction",
    "NMAS": "matching",
    "FUTU": "the settlement date",
    "LINK": "the linked instruction",
    "CYCL": "the next cycle",
    "BATC": "the next batch",
    "NCON": "the market's confirmation",
    "PRSY": "the system's release",
    "CSDH": "the depository's release",
    "ADEA": "best effort after the servicer's deadline",
}
_URGENCY: dict[Mover, int] = {"us": 0, "them": 1, "custodian": 2, "network": 2, "nobody": 3}


def means_unmatched(code: str) -> bool:
    """Whether a settlement status with this reason cannot be taken as a match."""
    return code in MEANS_UNMATCHED


def waits_for(code: str) -> WaitsFor:
    """What comes next when this is the reason; nothing in particular for codes nobody knows."""
    return WAITS.get(code, NOTHING)


def weight(code: str) -> tuple[bool, bool, int]:
    """Of several reasons the smallest is primary: what says something, ours, theirs, nobody's."""
    return (code == "NORE", code in ANYWHERE, _URGENCY[waits_for(code).whose])


def _wait(code: str) -> WaitsFor | None:
    reason = REASONS[code]
    whose = MOVES[reason.whose]
    if code == "NORE" or (whose != "us" and code not in WHAT):
        return None
    return WaitsFor(reason.action if whose == "us" else WHAT[code], whose)


WAITS: dict[str, WaitsFor] = {code: wait for code in REASONS if (wait := _wait(code)) is not None}
