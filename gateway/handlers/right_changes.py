"""Changes of a person's rights: one security officer asks, another approves (DOMAIN 10.1).

The content names the person and everything they shall hold from then on; nothing is their own doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.handlers import told
from gateway.proposals import Approved, Change, Content, Kind
from gateway.rights import ANY, KINDS, ROLES, clashes
from schemas.problem import Problem, Refused
from schemas.static_rows import Exact
from store import people
from store.people import Entitlement
from store.rows import Connection

Text = Annotated[str, Field(min_length=1, max_length=60)]


class RightRow(BaseModel):
    """A role, and how far it reaches; `*` is anywhere, no amount is any amount."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    entity: Text = ANY
    portfolio: Text = ANY
    kind: str = ANY
    amount_max: Annotated[Exact, Field(gt=0)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None

    @model_validator(mode="after")
    def _known(self) -> RightRow:
        if self.role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(ROLES)}")
        if self.kind != ANY and self.kind not in KINDS:
            raise ValueError(f"a kind is * or one of {', '.join(KINDS)}")
        if (self.amount_max is None) != (self.currency is None):
            raise ValueError("an amount and its currency go together")
        return self


class Wanted(BaseModel):
    """What a person shall hold from now on, all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Text
    rights: Annotated[list[RightRow], Field(max_length=100)]


def read(said: Content) -> tuple[str, list[Entitlement]]:
    """The person and their rights to be; Refused with every fault."""
    try:
        wanted = Wanted.model_validate(said)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise Refused(
            "invalid",
            [
                Problem(
                    ".".join(["content", *map(str, f["loc"])]),
                    f["type"],
                    f["msg"].removeprefix("Value error, "),
                )
                for f in faults
            ],
        ) from error
    rows = [Entitlement(wanted.person, **dict(right)) for right in wanted.rights]
    if len({row[:5] for row in rows}) < len(rows):
        words = "the same role stands twice for the same entity, portfolio and kind"
        raise Refused("invalid", [Problem("content.rights", "repeated", words)])
    if (why := clashes((row.role for row in rows), "LIVE")) is not None:
        raise Refused("invalid", [Problem("content.rights", "duties", why, wanted.person)])
    return wanted.person, rows


def _shown(row: Entitlement) -> dict[str, Any]:
    return {k: v for k, v in row._asdict().items() if k != "person" and v is not None}


async def _plan(db: Connection, said: Content) -> Sequence[Change]:
    person, wanted = read(said)
    if await people.lock(db, person) is None:
        words = "there is no such person; `finality users list` shows them"
        raise Refused("invalid", [Problem("content.person", "unknown", words, person)])
    before = {row[:5]: row for row in await people.rights(db, person)}
    after = {row[:5]: row for row in wanted}
    return [
        Change(
            "right",
            " ".join((person, *key[1:])),
            None,
            _shown(before[key]) if key in before else None,
            _shown(after[key]) if key in after else None,
        )
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


async def _apply(db: Connection, said: Content, approved: Approved) -> None:
    person, wanted = read(said)
    if person in (approved.asked_by, approved.approved_by):
        words = f"{person} neither asks for nor approves their own rights"
        raise Refused("four_eyes", [Problem("actor", "four_eyes", words, person)])
    before = await people.rights(db, person)
    await people.replace(db, person, wanted)
    detail = {
        "before": [_shown(row) for row in before],
        "after": [_shown(row) for row in wanted],
        "asked_by": approved.asked_by,
        "proposal": approved.id,
    }
    await told.leave(db, [told.of_person(person, "RightsChanged", approved.approved_by, detail)])


RIGHTS = Kind("rights", "rights of a person", "security", "security", _plan, _apply)
