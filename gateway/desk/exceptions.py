"""The exceptions: the list of what needs a person, and one of them with its bytes and what to do.

The lane's holder decides (gateway/handlers/exceptions.py); the offers here only spare a refusal.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pydantic
from aiohttp import web

from gateway.api import cases
from gateway.api import exceptions as api
from gateway.desk import case, timeline, words
from gateway.desk.board import Board
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from gateway.handlers.exceptions import DEEDS, aggregate_of
from gateway.rights import Right
from schemas.problem import Refused
from store import desk, exceptions

LIST_MAX = 500
LINES_MAX = 2000
# what a person may do with one: who may, and the button's word
OFFERS: dict[str, tuple[Right, str]] = {
    "close": ("maker or checker", "Close"),
    "reinject": ("maker or checker", "Send through again"),
    "repair": ("maker", "Ask for this repair"),
    "approve": ("checker", "Approve these bytes"),
    "refuse": ("maker or checker", "Turn them down"),
}
FORMS = ("reason", "text", "message")


@dataclass(frozen=True, slots=True)
class Offer:
    """One deed as the page shows it: possible, or why not."""

    label: str
    why_not: str | None


class ExceptionPages:
    """The list and the page of one exception."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def all(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What needs a person: exceptions, then messages nobody could place."""
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            rows = await exceptions.listed(db, False, None, None, LIST_MAX)
            parked = await desk.parked(db, LIST_MAX)
        return self.frame.draw(
            "exceptions.html",
            seat,
            board=board,
            rows=rows,
            parked=parked,
            token_of=cases.exception_id,
        )

    async def one(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One exception, its bytes beside their repair, and what may be done."""
        board = await self.frame.boards.now()
        lane, code, key, _ = api.name_of(request.match_info["id"])
        async with self.core.pool.acquire() as db:
            row = await exceptions.one(db, lane, code, key)
            if row is None:
                return self.frame.problem(404, "Not here", "There is no such exception.", seat)
            original = await desk.message(db, row["message"]) if row["message"] else None
            repairs = await exceptions.repairs(db, lane, code, key)
            proposed = await desk.message(db, row["proposed"]) if row["proposed"] else None
            deeds = await exceptions.deeds(
                db,
                aggregate_of(row["instruction"], lane, code, key),
                lane,
                DEEDS,
                code,
                key,
            )
        maker = next((r["maker"] for r in repairs if r["decision"] is None), None)
        return self.frame.draw(
            "exception.html",
            seat,
            board=board,
            x=row,
            id=cases.exception_id(row),
            letter=case.letter(original, board) if original else None,
            text=_text(original),
            proposed=proposed,
            changes=_changes(original, proposed),
            repairs=[(r, _moment(r["asked_at"], board)) for r in repairs],
            deeds=[
                (timeline.TITLES[d["type"]][0], d, _moment(d["known_at"], board)) for d in deeds
            ],
            offers={
                name: Offer(label, _why_not(name, right, row, original, maker, seat))
                for name, (right, label) in OFFERS.items()
            },
            raised=_moment(row["raised_at"], board),
        )

    async def act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Do it, unless it says too little, or the rules refuse."""
        form = await request.post()
        action, token = request.match_info["action"], request.match_info["id"]
        right, label = OFFERS[action]
        if not seat.client.may(right):
            return self.frame.problem(403, "Refused", f"{label}: needs the role {right}.", seat)
        said = {name: str(form[name]) for name in FORMS if str(form.get(name, "")).strip()}
        if "text" in said and form.get("line_ends") == "lf":  # a form sends CRLF whatever came
            said["text"] = said["text"].replace("\r\n", "\n")
        try:
            body = api.BODIES[action].model_validate(said)
        except pydantic.ValidationError as error:
            faults = error.errors(include_url=False)
            text = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in faults)
            return self.frame.problem(422, "Something is missing", text, seat)
        try:
            await api.do(self.core, seat.client, token, action, api.told(action, body))
        except Refused as refused:
            words_ = "; ".join(f"{p.path}: {p.message}" for p in refused.problems)
            return self.frame.problem(409, "Refused", words_ or refused.code, seat)
        self.frame.boards.forget()
        raise web.HTTPSeeOther(f"/exceptions/{token}")


def add_exceptions(app: web.Application, frame: Frame) -> None:
    """Add the pages of the exceptions."""
    pages = ExceptionPages(frame)
    deeds = "|".join(OFFERS)
    app.router.add_get("/exceptions", frame.page(pages.all), allow_head=False)
    app.router.add_get("/exceptions/{id}", frame.page(pages.one), allow_head=False)
    app.router.add_post(f"/exceptions/{{id}}/{{action:{deeds}}}", frame.page(pages.act))


def _why_not(
    name: str, right: Right, row: Any, original: Any | None, maker: str | None, seat: Seat
) -> str | None:
    if row["closed_at"] is not None:
        return f"{row['closed_by']} dealt with it"
    if not seat.client.may(right):
        return f"needs the role {right}"
    if name in ("approve", "refuse"):
        if maker is None:
            return "no repair waits"
        mine = name == "approve" and maker == seat.client.person
        return "you wrote it: another person approves" if mine else None
    if maker is not None:
        return f"a repair by {maker} waits"
    if name == "close":
        return None
    if original is None:
        return "no inbound message is behind it"
    if name == "repair" and _text(original) is None:
        return "its bytes are no text: send the corrected ones over the API"
    stray = name == "reinject" and row["key"] == f"message {row['message']} entries"
    if original["state"] != "parked" and not (stray and original["state"] == "done"):
        return f"its message is {words.plain(original['state'])}"
    return None


def _text(message: Any | None) -> str | None:
    """The bytes as text that can be edited, or None where editing would change them."""
    if message is None:
        return None
    try:
        return str(message["body"].decode())
    except UnicodeDecodeError:
        return None


def _changes(original: Any | None, proposed: Any | None) -> list[tuple[str, str]]:
    """Lines of both versions: kept, taken out or put in."""
    if original is None or proposed is None:
        return []
    before, after = (
        m["body"].decode(errors="replace").splitlines()[:LINES_MAX] for m in (original, proposed)
    )
    marked = (line for line in difflib.ndiff(before, after) if line[:1] != "?")
    return [(line[:1].strip(), line[2:]) for line in islice(marked, 2 * LINES_MAX)]


def _moment(at: Any, board: Board) -> str:
    return words.moment(at, board.zone, board.today)
