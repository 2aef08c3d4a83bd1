"""The approvals: all that waits for a second person, approved one or several at once.

What is approved is the content that was shown, by its hash; where that changed, or somebody else was
first, the lane's holder refuses and the page says so beside the row.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import pydantic
from aiohttp import web

from gateway import proposals
from gateway.api import cases
from gateway.api.actions import Reason
from gateway.desk import actions, lines, words
from gateway.desk.frame import Frame, read_id
from gateway.desk.login import Seat
from gateway.handlers.release import BY_HAND
from gateway.proposal_kinds import KINDS
from schemas.problem import Problem, Refused
from store import approvals
from store import proposals as asked

LIST_MAX = 500
CHANGES_MAX = 20  # rows of a proposal that are shown; the rest are counted
APPROVE = actions.ACTIONS["approve"]
DECISIONS: tuple[proposals.Decision, ...] = ("approve", "reject", "withdraw")
REASON: pydantic.TypeAdapter[str] = pydantic.TypeAdapter(Reason)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One instruction or payment that waits for a second person."""

    line: lines.Line
    maker: str
    by_hand: bool
    content: str  # SHA-256, hexadecimal
    waits: str  # how long
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one that was to be approved."""

    reference: str
    approved: bool
    text: str


class ApprovalPages:
    """The list, and what is done with what was picked in it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def all(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What waits for a second person, with its maker, age and content."""
        return await self._draw(seat, ())

    async def _draw(self, seat: Seat, said: Sequence[Said]) -> web.Response:
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            rows = await approvals.waiting(db, LIST_MAX)
            repairs = await approvals.repairs(db, LIST_MAX)
            open_ = await asked.listed(db, False, None, LIST_MAX)
        return self.frame.draw(
            "approvals.html",
            seat,
            board=board,
            said=said,
            waiting=[
                Waiting(
                    lines.line(row, board),
                    row["maker"],
                    any(flag.startswith(BY_HAND) for flag in row["flags"]),
                    row["content"],
                    words.short_span(board.now - row["since"]),
                    actions.why_not(APPROVE, row, seat),
                )
                for row in rows
            ],
            repairs=[(r, cases.exception_id(r), board.now - r["asked_at"]) for r in repairs],
            proposals=[
                (
                    p,
                    KINDS[p["kind"]].title,
                    _changes(p),
                    p["hash"].hex(),
                    board.now - p["proposed_at"],
                )
                for p in open_
            ],
            changes_max=CHANGES_MAX,
            list_max=LIST_MAX,
        )

    async def approve(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Approve what was picked, each by the content that was shown."""
        form = await request.post()
        picked = dict(_pick(str(value)) for value in form.getall("pick", ()))
        if not picked:
            raise Refused("invalid", [Problem("pick", "missing", "pick what to approve first")])
        if len(picked) > LIST_MAX:
            text = f"pick at most {LIST_MAX} at a time"
            raise Refused("invalid", [Problem("pick", "length", text, str(len(picked)))])
        if not seat.client.may(APPROVE.right):
            text = f"approving needs the role {APPROVE.right}"
            raise Refused("forbidden", [Problem("actor", "role", text, seat.client.person)])
        said = await asyncio.gather(
            *(self._approve(seat, id_, content) for id_, content in picked.items())
        )
        self.frame.boards.forget()
        return await self._draw(seat, said)

    async def _approve(self, seat: Seat, id_: UUID, content: str) -> Said:
        try:
            result = await self.core.act(seat.client, id_, APPROVE.name, {"content": content})
            problems = list(result.problems)
        except Refused as refused:
            problems = list(refused.problems)
        text = "; ".join(p.message for p in problems) or f"approved by {seat.client.person}"
        async with self.core.pool.acquire() as db:
            reference = await approvals.reference(db, id_)
        return Said(reference or str(id_), not problems, text)

    async def decide(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Approve, reject or withdraw one proposal, by the hash that was shown."""
        form = await request.post()
        decision = cast(proposals.Decision, request.match_info["decision"])
        reason = str(form.get("reason", "")).strip() or None
        if decision == "reject" or reason is not None:
            try:
                reason = REASON.validate_python(reason or "")
            except pydantic.ValidationError as error:
                text = "give a reason of 1 to 200 printed characters"
                raise Refused("invalid", [Problem("reason", "reason", text, reason)]) from error
        async with self.core.pool.acquire() as db:
            await proposals.decide(
                db,
                KINDS,
                seat.client,
                read_id(request),
                decision,
                str(form.get("hash", "")),
                reason,
                self.core.clock.now(),
            )
        raise web.HTTPSeeOther("/approvals")


def add_approvals(app: web.Application, frame: Frame) -> None:
    """Add the page and its two forms."""
    pages = ApprovalPages(frame)
    app.router.add_get("/approvals", frame.page(pages.all), allow_head=False)
    app.router.add_post("/approvals", frame.page(pages.approve))
    app.router.add_post(
        f"/approvals/{{id}}/{{decision:{'|'.join(DECISIONS)}}}",
        frame.page(pages.decide),
    )


def _pick(value: str) -> tuple[UUID, str]:
    id_, _, content = value.partition(" ")
    try:
        return UUID(id_), content
    except ValueError as error:
        text = "a pick is an instruction and the hash of its content"
        raise Refused("invalid", [Problem("pick", "shape", text, value[:60])]) from error


def _changes(proposal: Any) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Each row it would change: table, key, and the columns that would differ, before and after."""
    found = []
    for change in json.loads(proposal["changes"]):
        before, after = change["before"] or {}, change["after"] or {}
        names = [name for name in before | after if before.get(name) != after.get(name)]
        told = [(n, _text(before.get(n)), _text(after.get(n))) for n in names]
        found.append((change["table"], change["key"], told))
    return found


def _text(value: object) -> str:
    return "–" if value is None else str(value)
