"""The people at the desk: who there is, let in or kept out by a security officer, and asked rights for."""

from __future__ import annotations

import re

from aiohttp import web

from gateway import people, proposals
from gateway.clock import real_now
from gateway.desk import words
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from gateway.handlers.right_changes import RIGHTS
from gateway.rights import KINDS, ROLES
from gateway.rights import words as in_words
from schemas.problem import Problem, Refused
from store import people as rows
from store.people import Entitlement

LINE = re.compile(r"(?P<role>\S+)(?P<rest>(?:\s+(?:entity|portfolio|kind|limit)=\S+)*)")
LIMIT = re.compile(r"([A-Z]{3})([0-9.]+)")


class UserPages:
    """The list of people and what is done to one."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(
        self, request: web.Request, seat: Seat, given: tuple[str, str] | None = None
    ) -> web.StreamResponse:
        """Everybody; `given` is a password to hand over, shown this once."""
        board = await self.frame.boards.now()
        now = real_now()
        async with self.core.pool.acquire() as db:
            found, rights = await rows.everyone(db), await rows.all_rights(db)
        held: dict[str, list[Entitlement]] = {}
        for row in rights:
            held.setdefault(row.person, []).append(row)
        return self.frame.draw(
            "users.html",
            seat,
            board=board,
            given=given,
            roles=ROLES,
            kinds=KINDS,
            people=[
                {
                    **dict(row),
                    "rights": [in_words(r) for r in held.get(row["login"], ())],
                    "lines": "\n".join(write_line(r) for r in held.get(row["login"], ())),
                    "locked": people.locked(row, now),
                    "last": words.moment(row["signed_in_at"], board.zone, board.today),
                }
                for row in found
            ],
        )

    async def add(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """A new person, without rights."""
        form = await request.post()
        name, full = (str(form.get(field, "")).strip() for field in ("login", "name"))
        async with self.core.pool.acquire() as db:
            password = await people.add(db, name, full, (), real_now(), seat.client.person)
        return await self.show(request, seat, (name, password))

    async def change(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Disable, enable or reset one; never oneself."""
        form = await request.post()
        name, by = str(form.get("login", "")), seat.client.person
        if name == by:
            text = "not oneself: another security officer does this"
            raise Refused("four_eyes", [Problem("login", "own", text, name)])
        async with self.core.pool.acquire() as db:
            match request.match_info["deed"]:
                case "disable":
                    await people.disable(db, name, real_now(), by)
                case "enable":
                    await people.enable(db, name, by)
                case _:
                    password = await people.reset(db, name, by)
                    return await self.show(request, seat, (name, password))
        raise web.HTTPSeeOther("/users")

    async def ask(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Ask for other rights of a person; another security officer approves."""
        form = await request.post()
        content = {
            "person": str(form.get("login", "")),
            "rights": [
                read_line(line) for line in str(form.get("rights", "")).splitlines() if line
            ],
        }
        reason = str(form.get("reason", "")).strip()
        if not reason or len(reason) > 200 or not reason.isprintable():
            text = "say why, in up to 200 characters"
            raise Refused("invalid", [Problem("reason", "missing", text)])
        async with self.core.pool.acquire() as db:
            await proposals.propose(
                db, RIGHTS, content, seat.client.person, reason, self.core.clock.now()
            )
        raise web.HTTPSeeOther("/approvals")


def read_line(line: str) -> dict[str, str]:
    """`maker portfolio=AGE-CORE kind=DVP limit=USD5000000` as a row of the proposal."""
    found = LINE.fullmatch(line.strip())
    if found is None:
        text = "one right a line: ROLE entity=E portfolio=P kind=K limit=USD5000000"
        raise Refused("invalid", [Problem("rights", "shape", text, line[:60])])
    row = {"role": found["role"]}
    for part in found["rest"].split():
        name, _, value = part.partition("=")
        if name != "limit":
            row[name] = value
        elif (limit := LIMIT.fullmatch(value)) is not None:
            row |= {"currency": limit[1], "amount_max": limit[2]}
        else:
            text = "a currency and an amount: limit=USD5000000"
            raise Refused("invalid", [Problem("rights", "limit", text, value)])
    return row


def write_line(row: Entitlement) -> str:
    """A right as `read_line` reads it."""
    limit = "" if row.amount_max is None else f"{row.currency}{row.amount_max:f}"
    parts = (
        ("entity", row.entity), ("portfolio", row.portfolio), ("kind", row.kind), ("limit", limit)
    )  # fmt: skip
    return " ".join([row.role, *(f"{k}={v}" for k, v in parts if v not in ("", "*"))])


def add_users(app: web.Application, frame: Frame) -> None:
    """Add the pages of people."""
    pages = UserPages(frame)
    app.router.add_get("/users", frame.page(pages.show, "security"), allow_head=False)
    app.router.add_post("/users", frame.page(pages.add, "security"))
    app.router.add_post("/users/rights", frame.page(pages.ask, "security"))
    app.router.add_post("/users/{deed:disable|enable|reset}", frame.page(pages.change, "security"))
