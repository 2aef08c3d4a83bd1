"""Which codes a generic field of an MT takes, by message type and qualifier.

Most lists are those of the ISO 20022 element that says the same, as the two standards share them;
a list of MT may be longer, so a code outside it is questioned, never refused (DOMAIN 2.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from schemas import codes, reasons

_STATUSES = frozenset({"537", "548"})  # what tells a status and its reasons


@cache
def of_place(type_: str, tag: str, qualifier: str) -> frozenset[str]:
    """The codes known there; none where no list is known."""
    if tag == "24B" and type_ in _STATUSES:
        return _reasons().get(qualifier, frozenset())
    lists = _lists()
    return lists.get((type_, tag, qualifier)) or lists.get((type_, tag, ""), frozenset())


@cache
def _lists() -> dict[tuple[str, str, str], frozenset[str]]:
    return {
        (type_, row["tag"], row["qualifier"]): frozenset(row["codes"].split())
        for row in codes.rows("mt_codes")
        for type_ in _types(row["types"])
    }


def _types(text: str) -> Iterator[str]:
    """`536-537 548` as single types."""
    for part in text.split():
        first, _, last = part.partition("-")
        yield from map(str, range(int(first), int(last or first) + 1))


@cache
def _reasons() -> dict[str, frozenset[str]]:
    """Reason codes by the status that is their qualifier, on whichever axis it stands."""
    found: dict[str, frozenset[str]] = {}
    for (_, status), name in reasons.SETS.items():
        found[status] = found.get(status, reasons.ANYWHERE) | reasons.of_set(name)
    return found
