"""Reason codes: what each means, whose problem it is, which statuses it explains (DOMAIN 2.3).

An unknown code is never an error here: it is stored as it came and raised to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas import codes


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A code of the reference table; `sets` are the statuses whose schema lists it."""

    code: str
    meaning: str
    whose: str  # ours, theirs, both, either, nobody, find out, a person
    action: str
    sets: frozenset[str]


REASONS: Mapping[str, ReasonCode] = {
    row["code"]: ReasonCode(
        row["code"], row["meaning"], row["whose"], row["action"], frozenset(row["sets"].split())
    )
    for row in codes.rows("reasons")
}

# (axis, status code) -> the set its reasons come from; where no set is named any code will do
SETS: Mapping[tuple[str, str], str] = {
    ("IPRC", "PACK"): "acknowledged",
    ("IPRC", "PPRC"): "pending_processing",
    ("IPRC", "REJT"): "rejected",
    ("IPRC", "REPR"): "repair",
    ("IPRC", "CAND"): "cancelled",
    ("IPRC", "CANP"): "pending_cancellation",
    ("CPRC", "PACK"): "acknowledged",
    ("CPRC", "CANP"): "pending_cancellation",
    ("CPRC", "CAND"): "cancelled",
    ("CPRC", "DEND"): "denied",
    ("CPRC", "REJT"): "request_rejected",
    ("MTCH", "NMAT"): "unmatched",
    ("INMH", "NMAT"): "unmatched",
    ("SETT", "PEND"): "pending",
    ("SETT", "PENF"): "failing",
}
ANYWHERE = frozenset({"NORE", "OTHR", "NARR"})


def of_set(name: str) -> frozenset[str]:
    """The codes of one set."""
    return frozenset(code for code, reason in REASONS.items() if name in reason.sets)


def is_known(axis: str, status: str, code: str) -> bool:
    """Whether the reference table lists this code for this status."""
    name = SETS.get((axis, status))
    return code in ANYWHERE or name is None or (code in REASONS and name in REASONS[code].sets)


def meaning(code: str) -> str:
    """The code in plain words; the code itself where the table does not know it."""
    found = REASONS.get(code)
    return found.meaning if found else code
