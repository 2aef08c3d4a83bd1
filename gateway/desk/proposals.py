"""The page of one proposal: every row it would change, its hash, and who may decide (approvals does)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gateway.desk import changes, words
from gateway.desk.frame import Frame, read_id
from gateway.desk.login import Seat
from gateway.proposal_kinds import KINDS
from store import proposals as rows

if TYPE_CHECKING:
    from gateway.proposals import Decision

LABELS: dict[Decision, str] = {
    "approve": "Approve",
    "reject": "Reject",
    "withdraw": "Withdraw",
}


class ProposalPages:
    """Proposals over one gateway."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def one(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One proposal, and what may be done with it."""
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            row = await rows.one(db, read_id(request))
        if row is None:
            return self.frame.problem(404, "Not here", "There is no such proposal.", seat)
        found = changes.lines(json.loads(row["changes"]))
        return self.frame.draw(
            "proposal.html",
            seat,
            board=board,
            p=row,
            title=KINDS[row["kind"]].title,
            hash=row["hash"].hex(),
            asked=words.moment(row["proposed_at"], board.zone, board.today),
            decided=row["decided_at"] and words.moment(row["decided_at"], board.zone, board.today),
            lines=found[: changes.SHOWN_MAX],
            count=len(found),
            offers=[(name, label, _why_not(name, row, seat)) for name, label in LABELS.items()],
        )


def add_proposals(app: web.Application, frame: Frame) -> None:
    """Add the page of a proposal."""
    pages = ProposalPages(frame)
    app.router.add_get("/proposals/{id}", frame.page(pages.one), allow_head=False)


def _why_not(decision: Decision, row: Any, seat: Seat) -> str | None:
    """Why this person may not decide it so; None when they may."""
    if row["outcome"] is not None:
        return f"{row['decided_by']} decided it: {row['outcome']}"
    mine = row["proposed_by"] == seat.client.person
    if decision == "withdraw":
        return None if mine else f"only {row['proposed_by']}, who asked, may"
    if mine:
        return "you asked for it; another person must decide"
    needed = KINDS[row["kind"]].decides
    return None if seat.client.may(needed) else f"needs the role {needed}"
