"""The page of alarms: what sounds, whose it is, and what was said of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from gateway import alarms
from gateway.alarm_rules import RULES
from gateway.api.alarms import shown
from gateway.desk import words
from gateway.desk.board import Board
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from store import alarms as rows

ROWS_MAX = 200
MUTES = (("15", "15 minutes"), ("60", "1 hour"), ("240", "4 hours"), ("morning", "tomorrow 07:00"))


class AlarmPages:
    """The list, and what is done to one."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Standing alarms, then the last that cleared."""
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            found = await rows.listed(db, True, ROWS_MAX)
        listed = [
            {
                **shown(row, board.now),
                "since": words.moment(row["raised_at"], board.zone, board.today),
                "cleared": words.moment(row["cleared_at"], board.zone, board.today),
                "until": words.moment(row["muted_until"], board.zone, board.today),
                "age": words.span(board.now - row["raised_at"]),
                "may": seat.client.may(RULES[row["rule"]].right),
            }
            for row in found
        ]
        return self.frame.draw(
            "alarms.html",
            seat,
            board=board,
            standing=[a for a in listed if a["state"] != "cleared"],
            past=[a for a in listed if a["state"] == "cleared"],
            mutes=MUTES,
            rules=[
                (r, f"{alarms.threshold(r, self.core.settings.alarms):,f}") for r in RULES.values()
            ],
        )

    async def answer(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Do what the button says, and show the list again."""
        form = await request.post()
        deed = next(d for d in alarms.DEEDS if d == request.match_info["answer"])
        board = await self.frame.boards.now()
        until = _until(str(form.get("for", "")), board) if deed == "mute" else None
        id_ = UUID(request.match_info["id"])
        await alarms.do(self.core, seat.client, id_, deed, str(form.get("words", "")), until)
        self.frame.boards.forget()
        raise web.HTTPSeeOther("/alarms")


def _until(chosen: str, board: Board) -> datetime | None:
    if chosen == "morning":
        zone = ZoneInfo(board.zone)
        return datetime.combine(board.today + timedelta(days=1), time(7), zone)
    known = chosen in dict(MUTES)
    return board.now + timedelta(minutes=int(chosen)) if known else None


def add_alarms(app: web.Application, frame: Frame) -> None:
    """Add the page and its forms."""
    pages = AlarmPages(frame)
    app.router.add_get("/alarms", frame.page(pages.show), allow_head=False)
    deeds = "|".join(alarms.DEEDS)
    id_ = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    app.router.add_post(f"/alarms/{{id:{id_}}}/{{answer:{deeds}}}", frame.page(pages.answer))
