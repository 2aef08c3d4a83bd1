"""What changed since a person was last at work: since their last deed in the log, or a time they give."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from gateway.desk import lines, timeline, words
from gateway.desk.board import Board
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from store import desk
from store import since as store

ROWS_MAX = 200


class SincePages:
    """One page: what moved, what others did, and whether the links stand."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    async def page(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Everything that changed after the moment, latest first."""
        board = await self.frame.boards.now()
        given = request.query.get("from")
        async with self.frame.core.pool.acquire() as db:
            mine = None if given else await store.last_deed(db, seat.client.person)
            since = _moment(given, board) if given else mine or _morning(board)
            moved = await store.moved(db, since)
            ids = await store.moved_last(db, since, ROWS_MAX)
            rows = {row["id"]: row for row in await desk.by_ids(db, ids)}
            deeds = await store.deeds(db, since, seat.client.person, ROWS_MAX)
            exceptions = await store.exceptions(db, since)
        zone = ZoneInfo(board.zone)
        return self.frame.draw(
            "since.html",
            seat,
            board=board,
            since=since,
            typed=f"{since.astimezone(zone):%Y-%m-%dT%H:%M}",
            said=words.moment(since, board.zone, board.today),
            of="the time given" if given else "your last deed" if mine else "the day's beginning",
            moved=[(words.state(r["state"]), r["count"]) for r in moved],
            count=sum(r["count"] for r in moved),
            rows=[(lines.line(rows[id_], board), rows[id_]) for id_ in ids if id_ in rows],
            deeds=[
                (
                    timeline.TITLES.get(d["type"], (words.plain(d["type"]), ""))[0],
                    d,
                    words.moment(d["known_at"], board.zone, board.today),
                )
                for d in deeds
            ],
            exceptions=exceptions,
            rows_max=ROWS_MAX,
        )


def add_since(app: web.Application, frame: Frame) -> None:
    """Add the page."""
    app.router.add_get("/since", frame.page(SincePages(frame).page), allow_head=False)


def _moment(written: str, board: Board) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        what = f"from is a time of {board.zone} like 2026-11-24T15:30, not {written[:40]!r}"
        raise lines.Unreadable(what) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(board.zone))


def _morning(board: Board) -> datetime:
    return datetime.combine(board.today, time(), ZoneInfo(board.zone))
