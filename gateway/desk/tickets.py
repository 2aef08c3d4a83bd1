"""Tickets: instructions and payments a person types, checked while they type, approved by another.

The check is the lane's own (gateway/handlers/preview.py): what it fills in, refuses, would wait for, and
the bytes that would leave. A ticket that looks like one of the last days has to be meant (DOMAIN 10.2).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import ValidationError

from gateway import problems
from gateway.clock import business_date, real_now
from gateway.desk import fields, lines, ticket_fields, words
from gateway.desk.board import Board
from gateway.desk.frame import Frame
from gateway.desk.login import Seat
from gateway.desk.ticket_fields import FIELDS, MODELS, Typed
from gateway.handlers.preview import Preview, preview
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from schemas.static_rows import Instrument, PartyRow, Portfolio
from store import scope, tickets
from store.tickets import Marks

ALIKE_DAYS = 5
TEMPLATE_MAX = 60


@dataclass(slots=True)
class Checked:
    """A ticket as it stands: what was typed, what is wrong, what would become of it."""

    kind: str
    said: Typed
    problems: list[Problem] = field(default_factory=list)
    body: Instruction | Payment | None = None
    shown: Preview | None = None
    alike: Sequence[Any] = ()

    @property
    def wrong(self) -> dict[str, str]:
        """The first problem of each field."""
        paths = {f.path: f.name for f in FIELDS[self.kind] if f.path}
        found: dict[str, str] = {}
        for problem in self.problems:
            name = next((n for p, n in paths.items() if _names(problem.path, p)), "")
            if name:
                found.setdefault(name, problem.message)
        return found

    @property
    def filled(self) -> dict[str, str]:
        """What static data fills in, by field, where nothing was typed."""
        if self.shown is None or self.body is None:
            return {}
        given = self.shown.body.model_dump(mode="json", exclude_none=True)
        all_ = ticket_fields.fields_of(self.kind, given)
        return {n: v for n, v in all_.items() if n not in self.said and n != "more" and v != "on"}

    @property
    def twins(self) -> str:
        """What looks alike, as the form names it: confirmed is what was shown."""
        return ",".join(str(row["id"]) for row in self.alike)


def _names(problem: str, path: str) -> bool:
    return problem == path or problem.startswith(f"{path}.") or path.startswith(f"{problem}.")


class Tickets:
    """The pages."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def new(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """An empty ticket, or one from a template, a copy, or the other side of a trade."""
        kind = request.query.get("kind", "securities")
        said = self._fresh(kind_of(kind))
        for way in ("copy", "mirror"):
            if way in request.query:
                kind, given = await self._body(request.query[way])
                if way == "mirror" and kind != "securities":
                    raise lines.Unreadable("a payment has no other side to mirror")
                turned = ticket_fields.mirrored(given) if way == "mirror" else given
                said = ticket_fields.fields_of(kind, turned) | self._fresh(kind)
        if "template" in request.query:
            kind, said = await self._template(seat, request.query["template"])
        return await self._page(seat, Checked(kind, said))

    async def check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What would become of what is typed so far: a part of the page."""
        checked = await self._checked(request, seat)
        board = await self.frame.boards.now()
        return self.frame.draw("ticket_check.html", seat, **self._shown(checked, board))

    async def enter(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Take the ticket in: it waits for another person's approval."""
        form = await request.post()
        if "keep" in form:
            return await self._keep(seat, form)
        checked = await self._checked(request, seat)
        meant = str(form.get("meant", "")) == checked.twins
        if checked.body is None or checked.problems or (checked.alike and not meant):
            return await self._page(seat, checked, 409)
        [result] = await self.core.submit(seat.client, [checked.body], by_hand=True)
        if result.outcome in ("created", "duplicate"):
            self.frame.boards.forget()
            raise web.HTTPSeeOther(f"/instructions/{result.id}")
        checked.problems += result.problems
        return await self._page(seat, checked, 409)

    async def drop(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Forget a template."""
        form = await request.post()
        async with self.core.pool.acquire() as db:
            await tickets.drop(db, seat.client.person, str(form.get("name", "")))
        raise web.HTTPSeeOther("/tickets/new")

    # ----------------------------------------------------------------------------------------------

    async def _checked(self, request: web.Request, seat: Seat) -> Checked:
        form = await request.post()
        kind = kind_of(str(form.get("kind_of_ticket", "")))
        checked = Checked(kind, ticket_fields.typed(kind, form))
        try:
            given = ticket_fields.body(kind, checked.said)
            checked.body = MODELS[kind].model_validate_json(json.dumps(given))
        except ValidationError as error:
            checked.problems = list(problems.of_validation(error))
            return checked
        except Refused as refused:
            checked.problems = list(refused.problems)
            return checked
        checked.shown = preview(self.core, seat.client, checked.body)
        checked.problems = list(checked.shown.problems)
        checked.alike = await self._alike(checked)
        return checked

    async def _alike(self, checked: Checked) -> Sequence[Any]:
        assert checked.shown is not None
        since = self.core.clock.now() - timedelta(days=ALIKE_DAYS)
        async with self.core.pool.acquire() as db:
            found = await tickets.alike(db, [marks(checked.shown)], since)
        mine = checked.shown.body.reference
        return [row for row in found.get(0, ()) if row["reference"] != mine]

    async def _body(self, text: str) -> tuple[str, dict[str, Any]]:
        try:
            id_ = UUID(text)
        except ValueError as error:
            raise lines.Unreadable("an instruction is named by its identifier, a UUID") from error
        async with self.core.pool.acquire() as db:
            found = await tickets.body(db, id_)
        if found is None:
            raise lines.Unreadable(f"there is no instruction {id_}")
        given = json.loads(found)
        return ("securities" if given["kind"] == "securities" else "payment"), given

    async def _template(self, seat: Seat, name: str) -> tuple[str, Typed]:
        async with self.core.pool.acquire() as db:
            rows = {r["name"]: r for r in await tickets.templates(db, seat.client.person)}
        if name not in rows:
            raise lines.Unreadable(f"you have no template {name!r}")
        kind = str(rows[name]["kind"])
        return kind, json.loads(rows[name]["fields"]) | self._fresh(kind)

    async def _keep(self, seat: Seat, form: Mapping[str, object]) -> web.Response:
        kind = kind_of(str(form.get("kind_of_ticket", "")))
        name = "".join(c for c in str(form.get("name_it", "")) if c.isprintable()).strip()
        said = ticket_fields.typed(kind, form)
        if not 0 < len(name) <= TEMPLATE_MAX:
            words_ = f"give the template a name of up to {TEMPLATE_MAX} characters"
            checked = Checked(kind, said, [Problem("name_it", "name", words_, name[:20])])
            return await self._page(seat, checked, 409)
        kept = {k: v for k, v in said.items() if k not in self._fresh(kind)}
        async with self.core.pool.acquire() as db:
            await tickets.save(db, seat.client.person, name, kind, json.dumps(kept), real_now())
        return await self._page(seat, Checked(kind, said))

    def _fresh(self, kind: str) -> Typed:
        """What no two tickets share: a reference, and today."""
        zone = self.core.settings.business_zone
        day = business_date(self.core.clock.now(), zone).isoformat()
        return {
            "reference": f"TICKET-{secrets.token_hex(4).upper()}",
            ("trade_date" if kind == "securities" else "value_date"): day,
        }

    async def _page(self, seat: Seat, checked: Checked, status: int = 200) -> web.Response:
        board = await self.frame.boards.now()
        async with self.core.pool.acquire() as db:
            kept = await tickets.templates(db, seat.client.person)
        groups: dict[str, list[ticket_fields.Field]] = {}
        for one in FIELDS[checked.kind]:
            groups.setdefault(one.group, []).append(one)
        return self.frame.draw(
            "ticket.html",
            seat,
            status,
            board=board,
            groups=groups,
            offered=self._offered(board),
            templates=[r["name"] for r in kept],
            **self._shown(checked, board),
        )

    def _shown(self, checked: Checked, board: Board) -> dict[str, Any]:
        built = checked.shown.built if checked.shown else None
        return {
            "t": checked,
            "fields": fields.named(built.raw)[0] if built else (),
            "built": built,
            "raw": fields.text(built.raw) if built else "",
            "alike": [
                (str(r["id"]), r["reference"], words.state(r["state"]), r["maker"],
                 words.minute(r["created_at"], board.zone, board.today))
                for r in checked.alike
            ],
        }  # fmt: skip

    def _offered(self, board: Board) -> dict[str, Iterable[tuple[str, str]]]:
        static, today = self.core.static, board.today
        return {
            "portfolios": sorted((r.id, r.name) for r in static.all(Portfolio, today) if scope.sees(r.id)),
            "parties": sorted((r.bic, r.name) for r in static.all(PartyRow, today)),
            "instruments": sorted((r.isin, r.name) for r in static.all(Instrument, today)),
            "currencies": sorted({(r.base_currency, "") for r in static.all(Portfolio, today)}
                                 | {(r.currency, "") for r in static.all(Instrument, today)}),
        }  # fmt: skip


def marks(shown: Preview) -> Marks:
    """By what it would be taken for the same as another (DOMAIN 10.2)."""
    b, portfolio = shown.body, shown.portfolio
    if isinstance(b, Payment):
        who = b.creditor.bic or b.creditor.name
        return Marks(portfolio, None, who, b.amount.currency, b.amount.value, b.value_date, None)
    paid = b.settlement_amount
    return Marks(
        portfolio,
        b.isin,
        b.counterparty,
        paid.currency if paid else None,
        paid.value if paid else None,
        b.settle_date,
        b.direction,
    )


def kind_of(text: str) -> str:
    """Which kind of ticket an address or a form means."""
    if text not in FIELDS:
        raise lines.Unreadable(f"a ticket is for {' or '.join(FIELDS)}, not {text[:20]!r}")
    return text


def add_tickets(app: web.Application, frame: Frame) -> None:
    """Add the pages to the application."""
    pages = Tickets(frame)
    app.router.add_get("/tickets/new", frame.page(pages.new, "maker"), allow_head=False)
    app.router.add_post("/tickets/check", frame.page(pages.check, "maker"))
    app.router.add_post("/tickets", frame.page(pages.enter, "maker"))
    app.router.add_post("/tickets/templates/drop", frame.page(pages.drop, "maker"))
