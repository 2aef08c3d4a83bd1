"""Proposals: what one person asks for and another decides, pinned by the hash of what was shown.

A kind says what its content would change and how to do it (gateway/proposal_kinds.py has them all).
The one who approves names the hash; what it changes is worked out again in the deciding
transaction, and where that is no longer what was shown the proposal is stale and nothing is done.
Every step is an event of the house's lane.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from gateway.clock import new_id, real_now
from gateway.handlers import told
from gateway.handlers.told import Told
from gateway.identity import Client
from gateway.rights import Right
from schemas.event import canonical
from schemas.problem import Problem, Refused
from store import proposals as rows
from store.proposals import Asked
from store.rows import Connection

Content = dict[str, Any]
Decision = Literal["approve", "reject", "withdraw"]
OUTCOMES: dict[Decision, str] = {
    "approve": "approved",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
EVENTS = {
    "approved": "ProposalApproved",
    "rejected": "ProposalRejected",
    "withdrawn": "ProposalWithdrawn",
    "stale": "ProposalStale",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One row a proposal would add (no `before`), change, or take away (no `after`)."""

    table: str
    key: str
    valid_from: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Approved:
    """Who asked, who approved, and when: what applying a proposal may record."""

    id: UUID
    asked_by: str
    approved_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal: who may ask and decide, what it would change, and how it is done.

    `plan` locks what it reads and raises Refused where the content cannot be done now; `apply` runs
    in the same transaction, after a `plan` that gave what was approved.
    """

    name: str
    title: str
    asks: Right
    decides: Right
    plan: Callable[[Connection, Content], Awaitable[Sequence[Change]]]
    apply: Callable[[Connection, Content, Approved], Awaitable[None]]


Kinds = Mapping[str, Kind]


async def propose(
    db: Connection, kind: Kind, content: Content, by: str, reason: str, at: datetime
) -> Any:
    """The proposal as it stands; asking for the same again while it waits is no second one."""
    async with db.transaction():
        changes = await kind.plan(db, content)
        if not changes:
            words = "it would change nothing: everything is so already"
            raise Refused("invalid", [Problem("content", "unchanged", words)])
        texts = canonical(content), _text(changes)
        asked = Asked(
            new_id(real_now()), kind.name, *texts, digest(kind.name, *texts), by, at, reason
        )
        row, new = await rows.add(db, asked)
        if not new and row["proposed_by"] != by:
            words = f"{row['proposed_by']} asked for the same; approve or reject {row['id']}"
            raise Refused("not_allowed", [Problem("state", "waits", words, str(row["id"]))])
        if new:
            await _tell(db, row, "ProposalMade", by, {"changes": len(changes), "reason": reason})
        return row


async def decide(
    db: Connection,
    kinds: Kinds,
    client: Client,
    id_: UUID,
    decision: Decision,
    hash_: str,
    reason: str | None,
    at: datetime,
) -> Any:
    """The proposal as it stands after the decision; Refused with the reason, nothing half done."""
    async with db.transaction():
        row = await rows.lock(db, id_)
        if row is None:
            words = "there is no such proposal"
            raise Refused("not_found", [Problem("id", "unknown", words, str(id_))])
        if _decided(row, OUTCOMES[decision], client.person):
            return row
        _may(row, kinds[row["kind"]], client, decision)
        if hash_ != row["hash"].hex():
            words = f"what waits here has the hash {row['hash'].hex()}; look again, then decide"
            raise Refused("not_allowed", [Problem("hash", "stale", words, hash_)])
        outcome, why = OUTCOMES[decision], reason
        if decision == "approve":
            outcome, why = await _approve(db, kinds[row["kind"]], row, client.person, reason, at)
        row = await rows.decide(db, id_, outcome, client.person, at, why)
        said = {"by": row["proposed_by"], "reason": why}
        await _tell(db, row, EVENTS[outcome], client.person, said)
    if outcome == "stale":
        raise Refused("not_allowed", [Problem("state", "stale", str(why), "stale")])
    return row


async def _approve(
    db: Connection, kind: Kind, row: Any, by: str, reason: str | None, at: datetime
) -> tuple[str, str | None]:
    """Do it, in the caller's transaction, or say why it can no longer be done as it was shown."""
    content = json.loads(row["content"])
    try:
        async with db.transaction():
            now = _text(await kind.plan(db, content))
    except Refused as refused:
        first = "; ".join(f"{p.path}: {p.message}" for p in refused.problems)
        return "stale", f"what it builds on changed meanwhile: {first}; ask for it anew"
    if now != row["changes"]:
        return "stale", f"{_moved(row['changes'], now)}; ask for it anew"
    await kind.apply(db, content, Approved(row["id"], row["proposed_by"], by, at))
    return "approved", reason


def digest(kind: str, content: str, changes: str) -> bytes:
    """SHA-256 of what a person is shown: kind, content and the rows it would change."""
    return hashlib.sha256(f"{kind}\n{content}\n{changes}".encode()).digest()


def _text(changes: Sequence[Change]) -> str:
    return canonical([asdict(change) for change in changes])


def _decided(row: Any, outcome: str, person: str) -> bool:
    """Whether this person decided it so before; Refused when it was decided otherwise."""
    if row["outcome"] is None:
        return False
    if (row["outcome"], row["decided_by"]) == (outcome, person):
        return True
    words = f"{row['decided_by']} decided it already: {row['outcome']}"
    raise Refused("not_allowed", [Problem("state", "decided", words, row["outcome"])])


def _may(row: Any, kind: Kind, client: Client, decision: Decision) -> None:
    mine = row["proposed_by"] == client.person
    if decision == "withdraw":
        if not mine:
            words = f"only {row['proposed_by']}, who asked, may withdraw it; reject it instead"
            raise Refused("not_allowed", [Problem("actor", "not_yours", words, client.person)])
        return
    if mine:
        words = f"{client.person} asked for this; another person must decide it"
        raise Refused("four_eyes", [Problem("actor", "four_eyes", words, client.person)])
    if not client.may(kind.decides):
        words = f"deciding {kind.title} needs the role {kind.decides}"
        raise Refused("forbidden", [Problem("actor", "role", words, client.person)])


def _moved(before: str, now: str) -> str:
    """The first row that is no longer as it was shown."""
    shown, stands = json.loads(before), json.loads(now)
    known = {(c["table"], c["key"], c["valid_from"]): c for c in stands}
    for change in shown:
        row = known.get((change["table"], change["key"], change["valid_from"]))
        if row is None or row["before"] != change["before"]:
            return f"{change['table']} {change['key']} was changed meanwhile"
    return "the rows it changes are others now"


async def _tell(db: Connection, row: Any, type_: str, actor: str, said: dict[str, Any]) -> None:
    payload = {"proposal": row["id"], "kind": row["kind"], "sha256": row["hash"], **said}
    await told.leave(db, [Told(row["id"], type_, actor, payload)])
