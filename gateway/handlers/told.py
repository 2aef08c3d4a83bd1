"""What happens outside the lanes and must stand in the log: left for the holder of the house's lane.

Only the holder of a lane appends to its chain. Whoever changes something else leaves the event in the
same transaction, as a command; the lane tells it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from gateway.handlers.unit import lane_of
from gateway.items import Telling
from schemas.event import canonical
from store import commands
from store.rows import Connection

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

HOUSE = lane_of("")  # the lane of what belongs to no portfolio


class Told(NamedTuple):
    """An event to be: what it is about, what happened, by whom."""

    aggregate: UUID
    type: str
    actor: str
    payload: dict[str, Any]


def of_person(login: str, type_: str, actor: str, said: dict[str, Any] | None = None) -> Told:
    """An event about a person: signing in, a password, rights, keys."""
    return Told(person_id(login), type_, actor, {"person": login, **(said or {})})


def reading(who: str, type_: str, **said: Any) -> Told:
    """That a person took something away: `Exported` as a file, `Printed` on paper."""
    return of_person(who, type_, who, said)


def person_id(login: str) -> UUID:
    """What events about a person are about."""
    return uuid5(NAMESPACE_OID, f"person|{login}")


async def leave(db: Connection, events: Sequence[Told]) -> None:
    """Have these in the log, in this order, if the caller's transaction commits."""
    lines = [
        canonical({"aggregate": e.aggregate, "type": e.type, "actor": e.actor, "said": e.payload})
        for e in events
    ]
    await commands.add_many(db, [(HOUSE, "tell", line) for line in lines])


def tell(advance: Advance, item: Telling) -> None:
    """Append one of them, as of the business date at which it is told."""
    advance.unit.tell(
        item.lane,
        "",
        item.aggregate,
        item.type,
        advance.desk.today,
        item.actor,
        {name: value for name, value in item.said.items() if value is not None},
    )
