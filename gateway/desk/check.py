"""A message pasted or picked: the validator's verdict on it, and what it is in the other standard.

Nothing of it is stored or applied. The verdict is the one the command line and the API give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gateway import messages
from gateway.desk import fields
from gateway.desk.fields import Named
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from schemas.problem import Refused
from store import desk
from translation import Translation

SHOWN_MAX = 200  # findings, fields and losses of each kind on one page
RANK = {"error": 0, "warning": 1, "info": 2}


@dataclass(slots=True)
class Checked:
    """What there is to say about what was pasted."""

    findings: Sequence[dict[str, Any]] = ()
    named: Sequence[Named] = ()
    made: Sequence[Translation] = ()
    refused: str = ""
    more_findings: int = 0  # than are shown
    more_fields: int = 0

    @property
    def errors(self) -> int:
        """How many findings a network would refuse for, or a reader stumble over."""
        return sum(1 for found in self.findings if found["severity"] == "error")


class Check:
    """The page."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """An empty page, or one with a stored message in it."""
        wanted = request.query.get("message", "")
        text = await self._stored(wanted) if wanted.isdigit() and len(wanted) <= 18 else ""
        return await self._page(seat, text, None)

    async def judge(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The verdict, or the translation with its receipt and its verdict."""
        form = await request.post()
        text = str(form.get("text", ""))
        translating = form.get("do") == "translate"
        return await self._page(seat, text, await asyncio.to_thread(_checked, text, translating))

    async def _stored(self, id_: str) -> str:
        async with self.core.pool.acquire() as db:
            row = await desk.message(db, int(id_))
        return row["body"].decode(errors="replace") if row is not None else ""

    async def _page(self, seat: Seat, text: str, checked: Checked | None) -> web.StreamResponse:
        return self.frame.draw(
            "check.html", seat, board=await self.frame.boards.now(), text=text, checked=checked
        )


def _checked(text: str, translating: bool) -> Checked:
    raw = text.encode()
    try:
        found = messages.validate_all(raw, schema_only=False)
        made = messages.translate_all(raw, None) if translating else []
    except Refused as refused:
        words = "; ".join(f"{p.path}: {p.message}" for p in refused.problems)
        return Checked(named=fields.named(raw)[0][:SHOWN_MAX], refused=words)
    found.sort(key=lambda each: (RANK[each["severity"]], each["line"], each["column"]))
    named = fields.named(raw)[0]
    return Checked(
        findings=found[:SHOWN_MAX],
        named=named[:SHOWN_MAX],
        made=made,
        more_findings=max(0, len(found) - SHOWN_MAX),
        more_fields=max(0, len(named) - SHOWN_MAX),
    )


def add_check(app: web.Application, frame: Frame) -> None:
    """Add the page to the application."""
    pages = Check(frame)
    app.router.add_get("/check", frame.page(pages.show, "viewer"), allow_head=False)
    app.router.add_post("/check", frame.page(pages.judge, "viewer"))
