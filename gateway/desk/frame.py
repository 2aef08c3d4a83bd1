"""What every page has in common: who may see it, how it is drawn, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import jinja2
from aiohttp import web

from gateway.desk import finder, lines, live, login, words
from gateway.desk.board import Board, Boards
from gateway.desk.login import Seat
from gateway.items import Overloaded
from gateway.rights import Right, scope_of
from gateway.runner import OUTAGES
from schemas.problem import Refused
from store import scope
from store.desk import View

if TYPE_CHECKING:
    from gateway.core import Core

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FOREIGN = (
    "This form was not sent by a page of this desk that you opened in this session (a cross-site form, or"
    " a page from before you signed in), so nothing was done. Open the page here again and send it from"
    " there."
)
BEFORE = ("/password", "/logout")  # what a person may ask for before the first password is changed
Handler = Callable[[web.Request, Seat], Awaitable[web.StreamResponse]]
Plain = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Frame:
    """The templates, the board at the top of every page, and the door before it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.boards = Boards(core)
        self.sessions = login.Sessions(core.pool, core.settings)
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(
            words=words,
            tones=words.TONES,
            tone_letters=words.LETTERS,
            address=lines.address,
            firm=lines.firm,
            story=lambda: core.story.frame() if core.story else None,
        )
        row = self.templates.get_template("row.html")
        strip = self.templates.get_template("strip.html")

        def draw_row(record: Any, board: Board) -> str:
            return row.render(line=lines.line(record, board))

        def draw_strip(board: Board) -> str:
            return strip.render(board=board)

        self.pulses = live.Pulses(lambda: live.Pulse(core, self.boards, draw_row, draw_strip))

    def view(self, query: Mapping[str, str]) -> View:
        """The view an address asks for, its search read with what static data knows."""
        return lines.view(query, partial(finder.sought, static=self.core.static))

    def page(self, handler: Handler, right: Right | Literal["anyone"] = "viewer") -> Plain:
        """The handler for signed-in people with this right; everyone else is shown the door.

        What is posted must be a form of our own page; no handler behind this asks again.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                seat = await self.sessions.seat(request)
                if seat is None:
                    return self._door(request)
                if request.method == "POST" and not await self._own_form(request, seat):
                    return self.foreign(seat)
                if seat.must_change and request.path not in BEFORE:
                    raise web.HTTPSeeOther("/password")
                if right != "anyone" and not seat.client.may(right):
                    mine = ", ".join(sorted(seat.client.roles))
                    text = f"This page needs the role {right}; you have {mine}."
                    return self.problem(403, "Not for this key", text, seat)
                with scope.seeing(scope_of(seat.client, self.core.static)):
                    return await self._answered(handler, request, seat)
            except lines.Unreadable as error:
                return self.problem(400, "This cannot be read", str(error), None)
            except OUTAGES:
                text = "The database is away; try again soon."
                return self.problem(503, "Out of reach", text, None)

        return guarded

    def _door(self, request: web.Request) -> web.Response:
        if request.method == "GET" and request.path != "/live":
            raise web.HTTPSeeOther("/login")
        return self.problem(401, "Sign in first", "Your session has ended.", None)

    async def _own_form(self, request: web.Request, seat: Seat) -> bool:
        if login.from_elsewhere(request):
            return False  # its body is not even read
        form = await read_form(request)
        return login.own_form(request, seat, form.get("token"))

    def foreign(self, seat: Seat | None) -> web.Response:
        """The answer to a form that another site sent."""
        return self.problem(403, "Refused", FOREIGN, seat)

    async def _answered(
        self, handler: Handler, request: web.Request, seat: Seat
    ) -> web.StreamResponse:
        try:
            return await handler(request, seat)
        except Refused as refused:
            text = "; ".join(p.message for p in refused.problems) or words.plain(refused.code)
            return self.problem(409, "Refused", text, seat)
        except Overloaded:
            return self.problem(503, "Busy", "The backlog is long; try again in a second.", seat)
        except lines.NotHere as error:
            return self.problem(404, "Not here", str(error), seat)
        except lines.Unreadable as error:
            return self.problem(400, "This address cannot be read", str(error), seat)

    def draw(self, name: str, seat: Seat | None, status: int = 200, **shown: Any) -> web.Response:
        """A page from its template."""
        return web.Response(
            text=self.templates.get_template(name).render(seat=seat, **shown),
            content_type="text/html",
            charset="utf-8",
            status=status,
            headers=HEADERS,
        )

    def problem(self, status: int, title: str, text: str, seat: Seat | None) -> web.Response:
        """A page that says what went wrong."""
        return self.draw("problem.html", seat, status, title=title, text=text)


def read_id(request: web.Request) -> UUID:
    """The identifier in an address; what is none names nothing."""
    text = request.match_info["id"]
    try:
        return UUID(text)
    except ValueError as error:
        raise lines.NotHere(f"{text[:60]!r} is no identifier; a UUID names what is here") from error


async def read_form(request: web.Request) -> Mapping[str, Any]:
    """The form a page sent; `Unreadable` when it is none, or holds what no text of ours does."""
    try:
        form = await request.post()
    except (ValueError, LookupError) as error:
        raise lines.Unreadable(f"the form cannot be read: {error}") from error
    if found := [n for n, v in form.items() if "\0" in n or (isinstance(v, str) and "\0" in v)]:
        raise lines.Unreadable(f"no field holds a NUL; take it out of {found[0]!r}")
    return form
