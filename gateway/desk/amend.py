"""Amending at the desk: the content as it stands in a form, what would change, and what that sets off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from gateway.desk import actions, lines, ticket_fields
from gateway.desk.board import Board
from gateway.desk.frame import Frame, read_id
from gateway.desk.login import Seat
from gateway.desk.ticket_fields import FIELDS, Typed
from schemas.problem import Problem, Refused
from settlement.actions import UNSENT
from store import approvals, desk

ACTION = actions.ACTIONS["amend"]
FIXED = frozenset({"reference", "portfolio", "isin", "direction", "kind"})  # as the lane has it
STALE = "It changed since you looked; look again, then decide."


@dataclass(slots=True)
class Draft:
    """One instruction being amended: what stands, what was typed, what is wrong with it."""

    row: Any
    kind: str
    stands: Typed
    said: Typed
    problems: list[Problem] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)  # fields of the body; None takes one out

    @property
    def changed(self) -> list[tuple[str, str, str]]:
        """Label, before and after of every field that was typed anew."""
        return [
            (f.label, self.stands.get(f.name, ""), self.said.get(f.name, ""))
            for f in FIELDS[self.kind]
            if self.stands.get(f.name, "") != self.said.get(f.name, "")
        ]

    @property
    def replaces(self) -> bool:
        """Whether something stands out there that must be cancelled first."""
        return self.row["state"] not in UNSENT and not actions.standing(self.row).uninstructed


class AmendPages:
    """The form, and the question before it is done."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The content as it stands, to be changed."""
        draft, board = await self._draft(request)
        if draft is None:
            return self.frame.problem(404, "Not here", "There is no such instruction.", seat)
        return self._page(seat, draft, board)

    async def send(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Ask whether it is meant; done once the question was answered, if nothing moved meanwhile."""
        form = await request.post()
        draft, board = await self._draft(request)
        if draft is None:
            return self.frame.problem(404, "Not here", "There is no such instruction.", seat)
        if form.get("seen") != lines.seen(draft.row):
            return self.frame.problem(409, "Refused: the page was stale", STALE, seat)
        self._read(draft, form)
        if draft.problems or "sure" not in form:
            return self._page(seat, draft, board, 409 if draft.problems else 200)
        result = await self.core.act(seat.client, draft.row["id"], "amend", draft.changes)
        self.frame.boards.forget()
        if result.problems:
            draft.problems = list(result.problems)
            return self._page(seat, draft, board, 409)
        raise web.HTTPSeeOther(f"/instructions/{draft.row['id']}")

    def _read(self, draft: Draft, form: Mapping[str, object]) -> None:
        typed = ticket_fields.typed(draft.kind, form)
        kept = {name: v for name, v in draft.stands.items() if name in FIXED}
        draft.said = {n: v for n, v in typed.items() if n not in FIXED} | kept
        try:
            after = ticket_fields.body(draft.kind, draft.said)
            before = ticket_fields.body(draft.kind, draft.stands)
        except Refused as refused:
            draft.problems = list(refused.problems)
            return
        names = sorted((after.keys() | before.keys()) - FIXED)
        draft.changes = {n: after.get(n) for n in names if after.get(n) != before.get(n)}
        if not draft.changes:
            text = "these are its values already; change at least one field"
            draft.problems = [Problem("(body)", "unchanged", text)]

    async def _draft(self, request: web.Request) -> tuple[Draft | None, Board]:
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            row = await desk.one(db, read_id(request))
            stands = await approvals.standing(db, row["id"]) if row is not None else None
        if row is None or stands is None:
            return None, board
        given = json.loads(stands["body"])
        kind = "securities" if given["kind"] == "securities" else "payment"
        shown = ticket_fields.fields_of(kind, given)
        return Draft(row, kind, shown, dict(shown)), board

    def _page(self, seat: Seat, draft: Draft, board: Board, status: int = 200) -> web.Response:
        groups: dict[str, list[ticket_fields.Field]] = {}
        for one in FIELDS[draft.kind]:
            groups.setdefault(one.group, []).append(one)
        return self.frame.draw(
            "amend.html",
            seat,
            status,
            board=board,
            d=draft,
            groups=groups,
            fixed=FIXED,
            asking=bool(draft.changes) and not draft.problems,
            why_not=actions.why_not(ACTION, draft.row, seat),
            line=lines.line(draft.row, board),
            sentence=lines.sentence(draft.row, board),
            seen=lines.seen(draft.row),
        )


def add_amend(app: web.Application, frame: Frame) -> None:
    """Add the form; before the other actions, which have none of their own."""
    pages = AmendPages(frame)
    app.router.add_get("/instructions/{id}/amend", frame.page(pages.show), allow_head=False)
    app.router.add_post("/instructions/{id}/amend", frame.page(pages.send, "maker"))
