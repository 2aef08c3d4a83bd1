"""Proposals over HTTP: what waits for another person, what it would change, and deciding it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from gateway import proposals
from gateway.api import answers
from gateway.api.actions import Reason, Words
from gateway.api.route import JSON, Asked, Call, Route, answer, missing, read_body
from gateway.proposal_kinds import KINDS
from schemas.problem import Problem, Refused
from store import proposals as rows

HEAD = (
    "id",
    "kind",
    "proposed_by",
    "proposed_at",
    "reason",
    "outcome",
    "decided_by",
    "decided_at",
    "decision_reason",
)


class Listed(Asked):
    """Which proposals."""

    decided: Annotated[bool, Field(description="also those that were decided")] = False
    kind: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Proposed(Words):
    """What is asked for, and why."""

    kind: str
    content: dict[str, Any]
    reason: Reason


class Approving(Words):
    """Exactly what is approved."""

    hash: Annotated[
        str, Field(pattern="^[0-9a-f]{64}$", description="the hash that was shown, hexadecimal")
    ]
    reason: Reason | None = None


class Rejecting(Approving):
    """What is turned down, or taken back, and why."""

    reason: Reason


BODIES: dict[str, type[BaseModel]] = {
    "approve": Approving,
    "reject": Rejecting,
    "withdraw": Approving,
}


async def list_proposals(call: Call) -> web.Response:
    """What waits for another person, newest first."""
    asked: Listed = call.query
    async with call.core.pool.acquire() as db:
        found = await rows.listed(db, asked.decided, asked.kind, asked.limit)
    return answer({"proposals": [shown(row) for row in found]})


async def read_proposal(call: Call) -> web.Response:
    """One proposal with its hash and the rows before and after."""
    async with call.core.pool.acquire() as db:
        row = await rows.one(db, call.id())
    if row is None:
        raise missing("id", "there is no such proposal", call.id())
    return answer(shown(row))


async def propose(call: Call) -> web.Response:
    """Ask for something another person must decide."""
    asked = read_body(Proposed, call.body)
    kind = KINDS.get(asked.kind)
    if kind is None:
        words = f"known are {', '.join(KINDS)}"
        raise Refused("invalid", [Problem("kind", "unknown", words, asked.kind)])
    if not call.client.may(kind.asks):
        words = f"asking for {kind.title} needs the role {kind.asks}"
        raise Refused("forbidden", [Problem("Authorization", "role", words, kind.asks)])
    async with call.core.pool.acquire() as db:
        row = await proposals.propose(
            db, kind, asked.content, call.client.person, asked.reason, call.core.clock.now()
        )
    return answer(shown(row), 201)


async def decide(call: Call) -> web.Response:
    """Do what the last part of the path says; the proposal as it stands then."""
    decision: Any = call.request.path.rsplit("/", 1)[1]
    said: Any = read_body(BODIES[decision], call.body)
    async with call.core.pool.acquire() as db:
        row = await proposals.decide(
            db, KINDS, call.client, call.id(), decision, said.hash, said.reason,
            call.core.clock.now(),
        )  # fmt: skip
    return answer(shown(row))


def shown(row: Any) -> dict[str, Any]:
    """A proposal as it is answered."""
    return {
        **{name: row[name] for name in HEAD},
        "title": KINDS[row["kind"]].title,
        "hash": row["hash"].hex(),
        "content": json.loads(row["content"]),
        "changes": json.loads(row["changes"]),
    }


def _decision(
    name: Literal["approve", "reject", "withdraw"], operation: str, summary: str
) -> Route:
    return Route(
        "POST",
        f"/v1/proposals/{{id}}/{name}",
        "viewer",  # who may decide is the kind's to say
        decide,
        operation,
        "proposals",
        summary,
        {200: answers.Proposal},
        takes={JSON: BODIES[name]},
        key="required",
        refuses=("four_eyes", "not_allowed"),
    )


ROUTES = (
    Route(
        "GET",
        "/v1/proposals",
        "viewer",
        list_proposals,
        "listProposals",
        "proposals",
        "What one person asks for and another decides, newest first",
        {200: answers.Proposals},
        query=Listed,
    ),
    Route(
        "GET",
        "/v1/proposals/{id}",
        "viewer",
        read_proposal,
        "readProposal",
        "proposals",
        "One proposal: its hash, and every row before and after",
        {200: answers.Proposal},
    ),
    Route(
        "POST",
        "/v1/proposals",
        "viewer",  # who may ask is the kind's to say
        propose,
        "propose",
        "proposals",
        "Ask for something another person must decide",
        {201: answers.Proposal},
        takes={JSON: Proposed},
        key="required",
        refuses=("not_allowed", "static_data"),
    ),
    _decision("approve", "approveProposal", "Let it be done, exactly as shown; never one's own"),
    _decision("reject", "rejectProposal", "Turn it down, with the reason"),
    _decision("withdraw", "withdrawProposal", "Take back what one asked for"),
)
