"""The audit trail at the desk, and as a file; reading it as a file is a deed itself."""

from __future__ import annotations

import json
from typing import Any

import pydantic
from aiohttp import web

from gateway.api import audit as api
from gateway.desk import lines, words
from gateway.desk.frame import HEADERS, Frame
from gateway.desk.login import Seat
from gateway.handlers import told
from reporting.sheet import Csv
from store import trail

PAGE_ROWS = 100
FILE_ROWS = 100_000
HEADS = ("At (UTC)", "Person", "Did", "Object", "Reference", "Portfolio", "Said", "Chain hash")
FIELDS = ("person", "object", "type", "since", "until")


class AuditPages:
    """The trail, filtered by person, object, kind and time."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One page of it."""
        board = await self.frame.boards.now()
        said = _asked(request)
        async with self.core.pool.acquire() as db:
            rows = await trail.deeds(db, await api.asked_of(db, said), PAGE_ROWS + 1)
        given = {name: request.query.get(name, "") for name in FIELDS}
        page = rows[:PAGE_ROWS]
        return self.frame.draw(
            "audit.html",
            seat,
            board=board,
            given=given,
            deeds=[
                {
                    **dict(row),
                    "at": words.moment(row["known_at"], board.zone, board.today),
                    "said": _said(json.loads(row["payload"])),
                }
                for row in page
            ],
            more=given | {"cursor": api.cursor_after(page[-1])} if len(rows) > PAGE_ROWS else None,
        )

    async def file(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """All that the filters leave, as CSV."""
        said = _asked(request)
        who = seat.client.person
        async with self.core.pool.acquire() as db, db.transaction():
            rows = await trail.deeds(db, await api.asked_of(db, said), FILE_ROWS)
            filters = said.model_dump(mode="json", exclude_none=True)
            told_ = told.reading(who, "Exported", list="audit", rows=len(rows), filters=filters)
            await told.leave(db, [told_])
        file = Csv("audit", HEADS)
        cells = [
            (r["known_at"], r["actor"], r["type"], str(r["aggregate"]), r["reference"],
             r["portfolio"], r["payload"], r["hash"])
            for r in rows
        ]  # fmt: skip
        headers = HEADERS | {"Content-Disposition": 'attachment; filename="finality-audit.csv"'}
        headers["Content-Type"] = file.content_type
        return web.Response(body=file.begin() + file.add(cells) + file.end(), headers=headers)


def add_audit(app: web.Application, frame: Frame) -> None:
    """Add the trail's page and file."""
    pages = AuditPages(frame)
    app.router.add_get("/audit", frame.page(pages.show, "auditor"), allow_head=False)
    app.router.add_get("/audit.csv", frame.page(pages.file, "auditor"), allow_head=False)


def _asked(request: web.Request) -> api.Listed:
    given = {k: v.strip() for k, v in request.query.items() if v.strip()}
    for name in ("since", "until"):
        if name in given and "T" not in given[name]:
            given[name] += "T00:00:00Z"
    try:
        return api.Listed.model_validate(given)
    except pydantic.ValidationError as error:
        faults = error.errors(include_url=False)
        text = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in faults)
        raise lines.Unreadable(text) from error


def _said(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """What the event says, a name and a text each; what is a list or an object as JSON."""
    return [
        (words.plain(name), value if isinstance(value, str) else json.dumps(value))
        for name, value in payload.items()
    ]
