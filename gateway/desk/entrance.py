"""The entrance: signing in by name, by a one-time link or with a key; out again; one's own password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from gateway import identity, people
from gateway.clock import real_now
from gateway.desk import lines, login
from gateway.desk.frame import Frame, read_form
from gateway.desk.login import Seat
from schemas.problem import Refused


class Entrance:
    """The pages before the desk."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core
        self.door = people.Door.of(frame.core.pool, frame.core.settings)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The one-time link, or the form for a name."""
        token = request.query.get("token")
        if token is None:
            return self._form()
        secret = await self.frame.sessions.redeem(token)
        if secret is None:
            return self._form("This link was used already or is older than ten minutes.")
        return self._in(request, secret)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A session for who knows name and password, or shows a key that opens."""
        if login.from_elsewhere(request):
            return self.frame.foreign(None)
        try:
            form = await read_form(request)
        except lines.Unreadable as error:
            return self._form(str(error))
        if "key" in form:
            return await self._with_key(request, str(form["key"]).strip())
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        if not name.isprintable():
            return self._form(self.door.wrong)
        try:
            who = await self.door.sign_in(name, password, real_now())
        except Refused as refused:
            return self._form("; ".join(p.message for p in refused.problems), name)
        return self._in(request, await self.frame.sessions.open(who))

    async def _with_key(self, request: web.Request, text: str) -> web.StreamResponse:
        client = await identity.authenticate(self.core.pool, text)
        if client is None:
            return self._form("No key like this opens the desk.")
        return self._in(request, await self.frame.sessions.open_with_key(client.prefix))

    async def leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """End the session."""
        await self.frame.sessions.close(request)
        away = web.HTTPSeeOther("/login")
        away.del_cookie(login.COOKIE, path="/")
        raise away

    async def password(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The form for another password."""
        return self._password(seat)

    async def set_password(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Take the new password, or say what is wrong with it."""
        form = await request.post()
        old, new = str(form.get("old", "")), str(form.get("new", ""))
        if new != str(form.get("again", "")):
            return self._password(seat, "The two new passwords differ.")
        here = login.digest(request.cookies[login.COOKIE])
        try:
            await people.change_password(self.door, seat.client.person, old, new, real_now(), here)
        except Refused as refused:
            return self._password(seat, "; ".join(p.message for p in refused.problems))
        raise web.HTTPSeeOther("/")

    def _form(self, wrong: str = "", name: str = "") -> web.Response:
        return self.frame.draw("login.html", None, 403 if wrong else 200, wrong=wrong, who=name)

    def _password(self, seat: Seat, wrong: str = "") -> web.Response:
        return self.frame.draw(
            "password.html",
            seat,
            409 if wrong else 200,
            wrong=wrong,
            least=self.core.settings.password_length,
        )

    def _in(self, request: web.Request, secret: str) -> web.Response:
        # a strict cookie does not travel on a redirect another site began: the page itself goes on
        response = self.frame.draw("welcome.html", None)
        self.frame.sessions.keep(response, request, secret)
        return response

    async def sweeps(self, app: web.Application) -> AsyncIterator[None]:
        """Sessions that lapse end as long as the application lives."""
        task = asyncio.create_task(self.frame.sessions.keep_swept())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def add_entrance(app: web.Application, frame: Frame) -> None:
    """Add the pages to the application."""
    entrance = Entrance(frame)
    app.cleanup_ctx.append(entrance.sweeps)
    app.router.add_get("/login", entrance.show)
    app.router.add_post("/login", entrance.enter)
    app.router.add_post("/logout", frame.page(entrance.leave, "anyone"))
    app.router.add_get("/password", frame.page(entrance.password, "anyone"))
    app.router.add_post("/password", frame.page(entrance.set_password, "anyone"))
