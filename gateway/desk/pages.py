"""The desk's pages; what they show is read in `store.desk`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
from aiohttp import web

from gateway.desk import actions, case, lines, live, words
from gateway.desk.alarms import add_alarms
from gateway.desk.amend import add_amend
from gateway.desk.approvals import add_approvals
from gateway.desk.audit import add_audit
from gateway.desk.board import Board
from gateway.desk.check import add_check
from gateway.desk.entrance import add_entrance
from gateway.desk.exceptions import add_exceptions
from gateway.desk.exports import ROWS_MAX, add_exports
from gateway.desk.frame import HERE, Frame, read_id
from gateway.desk.login import Seat
from gateway.desk.proposals import add_proposals
from gateway.desk.since import add_since
from gateway.desk.static_data import add_static_data
from gateway.desk.story import add_story
from gateway.desk.tickets import add_tickets
from gateway.desk.upload import add_upload
from gateway.desk.users import add_users
from gateway.rights import scope_of
from schemas.problem import Refused
from schemas.static_rows import Instrument
from store import approvals, desk, keys, link_work, queries, scope
from store import restarts as store_restarts
from store.desk import View

if TYPE_CHECKING:
    from gateway.core import Core

PAGE_ROWS = 100
TABS = (
    ("act", "Act now"),
    ("us", "Waiting on us"),
    ("them", "Waiting on them"),
    ("due", "Due today"),
    ("failing", "Failing"),
    ("approvals", "Approvals"),
    ("all", "All"),
)
COLUMNS = (  # what it is ordered by, its heading, its classes
    ("state", "State", "c-state"),
    ("", "Move", "c-move"),
    ("since", "Waiting for", "c-waiting"),
    ("", "Reason", "c-reason"),
    ("", "Kind", "c-kind"),
    ("instrument", "Instrument", "c-instrument"),
    ("quantity", "Open / total", "c-quantity figure"),
    ("amount", "Amount", "c-amount figure"),
    ("counterparty", "Counterparty", "c-counterparty"),
    ("custodian", "Custodian", "c-custodian"),
    ("settle_on", "Settles", "c-settles"),
    ("", "Age", "c-age"),
    ("", "Owner", "c-owner"),
    ("reference", "Reference", "c-reference"),
)


class Desk(Frame):
    """The pages over one gateway."""

    # the list -------------------------------------------------------------------------------------

    async def instructions(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The main screen."""
        view = self.view(request.query)
        cursor = request.query.get("after")
        after = lines.read_cursor(cursor) if cursor else None
        board, choices = await self.boards.now(), await self.boards.choices()
        place, page, totals = await self._listed(view, board, after)
        narrowed = sum(t["count"] for t in totals)
        return self.draw(
            "instructions.html",
            seat,
            board=board,
            view=view,
            filters=dict(view.filters),
            tabs=TABS,
            columns=[(*c, self._order(view, c[0])) for c in COLUMNS],
            choices=choices,
            rows=[lines.line(r, board) for r in page.rows],
            ids=lines.write_ids(r["id"] for r in page.rows),
            place=lines.write_place(place),
            count=narrowed if view.narrowed else board.tabs[view.tab],
            sums=[
                (t["currency"], words.money(t["amount"], lines.digits(t["currency"])))
                for t in totals
                if t["currency"] and t["amount"]
            ],
            export_max=ROWS_MAX,
            action_keys=json.dumps({a.key: a.name for a in actions.ACTIONS.values()}),
            after=lines.write_cursor(page.after) if page.after else "",
            first=after is None,
        )

    async def _listed(
        self, view: View, board: Board, after: list[str] | None
    ) -> tuple[dict[int, int], desk.Page, list[Any]]:
        """Where the log stood, one page after that, and its totals beside it."""

        async def totals() -> list[Any]:
            async with self.core.pool.acquire() as db:
                return await desk.totals(db, view, board.today)

        async def page() -> tuple[dict[int, int], desk.Page]:
            async with self.core.pool.acquire() as db:
                place = await desk.heads(db)
                return place, await desk.page(db, view, board.today, after, PAGE_ROWS)

        try:
            (place, found), sums = await asyncio.gather(page(), totals())
        except asyncpg.DataError as error:
            raise lines.Unreadable("this cursor belongs to another order") from error
        return place, found, sums

    def _order(self, view: View, order: str) -> tuple[str, str]:
        """Where a column's heading leads, and how it is sorted now."""
        if not order:
            return "", ""
        mine = view.order == order
        way = ("descending" if view.descending else "ascending") if mine else ""
        return lines.address(view, order=order, descending=mine and not view.descending), way

    async def live(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The event stream of one open list."""

        async def still_allowed() -> bool:
            now = await self.sessions.seat(request, in_use=False)
            return now is not None and scope_of(now.client, self.core.static) == scope.current()

        view = None if "only" in request.query else self.view(request.query)
        return await live.stream(request, self.pulses, view, still_allowed)

    # one instruction ------------------------------------------------------------------------------

    async def instruction(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """All that is known of one instruction."""
        id_ = read_id(request)
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            place = await desk.heads(db)
        shown = await case.load(self.core, id_, board)
        if shown is None:
            return self.problem(404, "Not here", f"There is no instruction {id_}.", seat)
        return self.draw(
            "instruction.html",
            seat,
            board=board,
            offers=actions.offers(shown["row"], seat),
            place=lines.write_place(place),
            ids=lines.write_ids([id_]),
            **shown,
        )

    async def confirm(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Ask before acting, repeating quantity and amount."""
        action, row, board = await self._asked(request)
        if row is None:
            return self.problem(404, "Not here", "There is no such instruction.", seat)
        async with self.core.pool.acquire() as db:
            persons = await keys.persons(db) if action.wants == "to" else ()
            content = await approvals.content(db, row["id"]) if action.pinned else None
        return self.draw(
            "confirm.html",
            seat,
            board=board,
            action=action,
            persons=sorted(persons),
            content=content,
            why_not=actions.why_not(action, row, seat),
            line=lines.line(row, board),
            sentence=lines.sentence(row, board),
            seen=lines.seen(row),
        )

    async def act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Do it, unless the page is stale or the rules refuse."""
        form = await request.post()
        action, row, board = await self._asked(request)
        if row is None:
            return self.problem(404, "Not here", "There is no such instruction.", seat)
        if form.get("seen") != lines.seen(row) and not action.light:
            text = "It changed since you looked; look again, then decide."
            return self.problem(409, "Refused: the page was stale", text, seat)
        reason = actions.why_not(action, row, seat)
        if reason is not None:
            return self.problem(409, "Refused", f"{action.label}: {reason}.", seat)
        said = actions.said(action, form, board.zone)
        result = await self.core.act(seat.client, row["id"], action.asks or action.name, said)
        self.boards.forget()
        if result.problems:
            raise Refused(result.outcome, list(result.problems))
        raise web.HTTPSeeOther(f"/instructions/{row['id']}")

    async def _asked(self, request: web.Request) -> tuple[actions.Action, Any | None, Board]:
        action = actions.ACTIONS.get(request.match_info["action"])
        if action is None:
            raise lines.Unreadable(f"there is no action {request.match_info['action']!r}")
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            row = await desk.one(db, read_id(request))
        return action, row, board

    # the rest -------------------------------------------------------------------------------------

    async def message(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One stored message: its bytes as text beside its fields."""
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            row = await desk.message(db, int(request.match_info["id"]))
        if row is None:
            return self.problem(404, "Not here", "There is no such message.", seat)
        return self.draw(
            "message.html",
            seat,
            board=board,
            letter=case.letter(row, board),
            instruction=row["instruction"],
            size=len(row["body"]),
            repairs=row["repairs"],
            repaired_as=row["repaired_as"],
            authenticated_by=row["authenticated_by"],
        )

    async def positions(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Securities and cash as of the business date."""
        portfolio = request.query.get("portfolio") or None
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            rows = await queries.positions_now(db, portfolio, board.today, board.today, None)
            cash, _ = await queries.cash_now(db, portfolio, board.today, board.today)
        return self.draw(
            "positions.html",
            seat,
            board=board,
            securities=rows,
            cash=cash,
            names={row.isin: row.name for row in self.core.static.all(Instrument)},
            portfolio=portfolio,
            portfolios=(await self.boards.choices())["portfolio"],
            digits=lines.digits,
        )

    async def ledger(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The trial balance as of the business date."""
        portfolio = request.query.get("portfolio") or None
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            rows = await queries.trial_balance_now(db, portfolio, board.today)
        totals: dict[str, list[Decimal]] = {}
        for row in rows:
            sums = totals.setdefault(row["currency"], [Decimal(0), Decimal(0)])
            sums[0 if row["amount"] >= 0 else 1] += abs(row["amount"])
        return self.draw(
            "ledger.html",
            seat,
            board=board,
            rows=rows,
            totals=totals,
            portfolio=portfolio,
            portfolios=(await self.boards.choices())["portfolio"],
            digits=lines.digits,
        )

    async def links(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What went, what came, what waits, per link."""
        board = await self.boards.now()
        async with self.core.pool.acquire() as db:
            out, inbound = await link_work.out(db), await link_work.inbound(db)
            restarts, lost = await store_restarts.did(db), await store_restarts.lost(db)
        return self.draw(
            "links.html",
            seat,
            board=board,
            out=out,
            inbound=inbound,
            restarts=[(r, words.moment(r["at"], board.zone, board.today)) for r in restarts],
            lost=lost + sum(r["lost"] for r in restarts),
            twice=sum(r["twice"] for r in restarts),
            again=sum(r["again"] for r in restarts),
        )

    async def pulse_runs(self, app: web.Application) -> AsyncIterator[None]:
        """The pulses live no longer than the application."""
        yield
        await self.pulses.stop()

    async def let_go(self, app: web.Application) -> None:
        """Open streams end before the server waits for its handlers."""
        self.pulses.close()


def add_desk(app: web.Application, core: Core) -> Desk:
    """Add the pages and their live streams to the application."""
    desk_ = Desk(core)
    page = desk_.page
    add_amend(app, desk_)  # has a form of its own
    for path, handler in (
        ("/", desk_.instructions),
        ("/live", desk_.live),
        ("/instructions/{id}", desk_.instruction),
        ("/instructions/{id}/{action}", desk_.confirm),
        (r"/messages/{id:\d{1,18}}", desk_.message),
        ("/positions", desk_.positions),
        ("/ledger", desk_.ledger),
        ("/links", desk_.links),
    ):
        app.router.add_get(path, page(handler), allow_head=False)
    app.router.add_post("/instructions/{id}/{action}", page(desk_.act))
    add_entrance(app, desk_)
    add_exceptions(app, desk_)
    add_tickets(app, desk_)
    add_upload(app, desk_)
    add_check(app, desk_)
    add_alarms(app, desk_)
    add_approvals(app, desk_)
    add_static_data(app, desk_)
    add_proposals(app, desk_)
    add_since(app, desk_)
    add_exports(app, desk_)
    add_users(app, desk_)
    add_audit(app, desk_)
    add_story(app, core, desk_)
    app.router.add_static("/desk/", HERE / "static")
    app.cleanup_ctx.append(desk_.pulse_runs)
    app.on_shutdown.append(desk_.let_go)
    return desk_
