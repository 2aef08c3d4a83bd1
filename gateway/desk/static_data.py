"""The pages of static data: what there is and was, and a workbook taken in once it was looked at."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gateway import workbook
from gateway.desk import changes, words
from gateway.desk.frame import HEADERS, Frame
from gateway.desk.login import Seat
from gateway.handlers import importing, told
from gateway.handlers.static_changes import GUARDED, STATIC
from schemas.problem import Problem, Refused
from schemas.static import StaticData, StoredRow
from schemas.static_columns import columns
from schemas.static_rows import FILES
from store import proposals, static

if TYPE_CHECKING:
    from gateway.desk.board import Board
    from gateway.handlers.importing import Report

ROWS_MAX = 1_000
REASON_MAX = 200


class StaticPages:
    """Static data over one gateway."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def overview(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Every table, what waits for a second person, and the way in and out."""
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            rows = await static.rows(db)
            waiting = await proposals.listed(db, False, STATIC.name, 100)
        today = board.today
        held = Counter(r.kind for r in rows if _holds(r, today))
        return self.frame.draw(
            "static.html",
            seat,
            board=board,
            tables=[(file, held[file], file in GUARDED) for file in FILES],
            waiting=[(row, len(json.loads(row["changes"]))) for row in waiting],
            why_not=_why_not(seat),
        )

    async def table(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The rows of one table, each with the dates it holds."""
        board = await self.frame.boards.now()
        kind, key = request.match_info["kind"], request.query.get("key", "").strip()
        if kind not in FILES:
            return self._unknown(kind, seat)
        async with self.core.pool.acquire() as db:
            rows = await static.rows(db, kind)
        found = [r for r in rows if key.lower() in f"{r.key} {r.body}".lower()]
        return self.frame.draw(
            "static_table.html",
            seat,
            board=board,
            kind=kind,
            guarded=kind in GUARDED,
            asked=key,
            names=[c.name for c in columns(kind)],
            rows=[
                (
                    r.key,
                    {k: changes.text(v) for k, v in json.loads(r.body).items()},
                    _when(r, board),
                )
                for r in found[:ROWS_MAX]
            ],
            count=len(found),
        )

    async def history(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One row through time: the dates it holds, and who changed and approved it when."""
        board = await self.frame.boards.now()
        kind, key = request.match_info["kind"], request.query.get("key", "")
        if kind not in FILES:
            return self._unknown(kind, seat)
        async with self.core.pool.acquire() as db:
            periods = [r for r in await static.rows(db, kind) if r.key == key]
            found = await static.history(db, kind, key)
        if not found:
            text = f"Nothing in {kind} has the key {key}."
            return self.frame.problem(404, "Not here", text, seat)
        return self.frame.draw(
            "static_history.html",
            seat,
            board=board,
            kind=kind,
            title=" · ".join(part for part in key.split("|") if part),
            periods=[
                (r, {k: changes.text(v) for k, v in json.loads(r.body).items()}, _when(r, board))
                for r in periods
            ],
            names=[c.name for c in columns(kind) if c.name not in changes.DATES],
            deeds=[
                (r, _deed(r), words.moment(r["changed_at"], board.zone, board.today)) for r in found
            ],
        )

    async def download(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The workbook: all there is, or the empty one."""
        name = request.match_info["name"]
        if name == "finality-static":
            who = seat.client.person
            async with self.core.pool.acquire() as db, db.transaction():
                stored = await static.rows(db)
                taken = told.reading(who, "Exported", list="static data", rows=len(stored))
                await told.leave(db, [taken])
            rows = StaticData.from_rows(StoredRow(*row) for row in stored).rows
            content = await asyncio.to_thread(workbook.write, rows)
        else:
            content = await asyncio.to_thread(workbook.write, ())
        headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
        return web.Response(
            body=content, content_type=workbook.CONTENT_TYPE, headers={**HEADERS, **headers}
        )

    # taking in ------------------------------------------------------------------------------------

    async def check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What is wrong with an uploaded workbook, or what it would change; nothing is applied."""
        form = await request.post()
        if (why := _why_not(seat)) is not None:
            return self.frame.problem(403, "Refused", f"Taking in static data {why}.", seat)
        given = form.get("book")
        if not isinstance(given, web.FileField) or not given.filename:
            return self.frame.problem(422, "Something is missing", "Choose a workbook.", seat)
        content = await asyncio.to_thread(given.file.read)
        if not given.filename.lower().endswith((workbook.EXTENSION, ".csv")):
            found = Problem(given.filename, "file_type", "send an .xlsx workbook or a CSV file")
            return await self._shown(seat, given.filename, None, [found])
        try:
            async with self.core.pool.acquire() as db:
                report = await importing.apply(
                    db,
                    {given.filename: content},
                    seat.client.person,
                    self.core.clock.now(),
                    True,
                    direct=self.core.settings.static_direct,
                )
        except Refused as error:
            return await self._shown(seat, given.filename, None, error.problems)
        return await self._shown(seat, given.filename, report, ())

    async def apply(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Take in what was shown, or ask a second person to let it in."""
        form = await request.post()
        if (why := _why_not(seat)) is not None:
            return self.frame.problem(403, "Refused", f"Taking in static data {why}.", seat)
        reason = " ".join(str(form.get("reason", "")).split())[:REASON_MAX]
        if not reason:
            return self.frame.problem(422, "Something is missing", "Say why.", seat)
        try:
            said = json.loads(str(form.get("content", "")))
        except ValueError:
            text = "The form cannot be read; check the workbook again."
            return self.frame.problem(400, "Refused", text, seat)
        async with self.core.pool.acquire() as db:
            report = await importing.apply_rows(
                db,
                said,
                seat.client.person,
                self.core.clock.now(),
                reason=reason,
                direct=self.core.settings.static_direct,
                seen=str(form.get("seen", "")),
            )
        if report.proposal is not None:
            raise web.HTTPSeeOther(f"/proposals/{report.proposal}")
        raise web.HTTPSeeOther("/static")

    async def _shown(
        self, seat: Seat, name: str, report: Report | None, problems: Any
    ) -> web.StreamResponse:
        board = await self.frame.boards.now()
        given = [] if report is None else [asdict(change) for change in report.changes]
        found = changes.lines(given)
        return self.frame.draw(
            "static_check.html",
            seat,
            200 if report is not None else 422,
            board=board,
            title=name,
            faults=changes.faults(problems),
            report=report,
            lines=found[: changes.SHOWN_MAX],
            count=len(found),
            kinds=sorted(Counter(line.what for line in found).items()),
            content=json.dumps({"rows": [{"table": c["table"], "row": c["after"]} for c in given]}),
        )

    def _unknown(self, kind: str, seat: Seat) -> web.Response:
        text = f"There is no table {kind}; there are {', '.join(FILES)}."
        return self.frame.problem(404, "Not here", text, seat)


def add_static_data(app: web.Application, frame: Frame) -> None:
    """Add the pages of static data."""
    pages = StaticPages(frame)
    page = frame.page
    app.router.add_get("/static", page(pages.overview), allow_head=False)
    names = "finality-static|finality-template"
    app.router.add_get(f"/static/{{name:{names}}}.xlsx", page(pages.download), allow_head=False)
    app.router.add_post("/static/check", page(pages.check))
    app.router.add_post("/static/apply", page(pages.apply))
    app.router.add_get("/static/{kind}", page(pages.table), allow_head=False)
    app.router.add_get("/static/{kind}/history", page(pages.history), allow_head=False)


def _why_not(seat: Seat) -> str | None:
    if seat.client.may(STATIC.asks):
        return None
    return f"needs the role {STATIC.asks}; you have {', '.join(sorted(seat.client.roles))}"


def _holds(row: static.StaticRow, today: Any) -> bool:
    return row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)


def _when(row: static.StaticRow, board: Board) -> str:
    """Whether a row holds today, is over, or is still to come."""
    if row.valid_from > board.today:
        return "to come"
    return "holds" if _holds(row, board.today) else "over"


def _deed(row: Any) -> changes.Line:
    return changes.lines(
        [
            {
                "table": row["kind"],
                "key": row["key"],
                "valid_from": row["valid_from"].isoformat(),
                "before": None if row["before"] is None else json.loads(row["before"]),
                "after": None if row["after"] is None else json.loads(row["after"]),
            }
        ]
    )[0]
