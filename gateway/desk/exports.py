"""Every list as a file, filtered as it is on the screen: `/export/NAME.csv` and `/export/NAME.xlsx`.

Who takes a file, or prints a page, stands in the audit trail.
Figures and dates go as what they are, moments in UTC, firms by BIC and by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from aiohttp import web

from gateway.alarm_rules import RULES
from gateway.alarms import state
from gateway.desk import lines, words
from gateway.desk.board import Board
from gateway.desk.frame import HEADERS, Frame
from gateway.desk.login import Seat
from gateway.handlers import told
from reporting.sheet import FORMATS, Csv, Value, Xlsx
from schemas.problem import Problem, Refused
from store import alarms, desk, exceptions, queries
from store.rows import Connection

log = structlog.get_logger()
ROWS_MAX = 100_000
PART_ROWS = 200  # encoded at a time; the loop is free in between
AT_ONCE_MAX = 2  # each holds a connection while it is read
SECONDS_MAX = 180
PAGE_MAX = 2000  # characters of an address

Columns = Sequence[tuple[str, Callable[[Any, Board], Value]]]
Rows = AsyncGenerator[list[Any], None]
Read = Callable[[Connection, Mapping[str, str], Board], Rows]


def _field(name: str) -> Callable[[Any, Board], Value]:
    return lambda row, board: row[name]


def _firm(name: str) -> Callable[[Any, Board], Value]:
    return lambda row, board: lines.firm(row[name], board)


def _fields(names: str) -> Columns:
    """Columns that are headed as the row's own fields are named."""
    return [(words.plain(name).capitalize(), _field(name)) for name in names.split()]


INSTRUCTIONS: Columns = (
    ("State", lambda r, b: words.state(r["state"])),
    ("Colour", lambda r, b: words.tone(r, b.now, b.today)),
    ("Whose move", lambda r, b: "" if words.closed(r) else words.move(r["whose_move"])),
    ("Waits for", lambda r, b: words.wait(r, b.now).text),
    ("Since (UTC)", _field("since")),
    ("Usually", lambda r, b: words.wait(r, b.now).usual),
    ("Reason", _field("reason")),
    ("Reason in words", lambda r, b: words.reason(r)),
    ("They wrote", _field("reason_text")),
    ("Kind", lambda r, b: words.kind(r)[0]),
    ("ISIN", _field("isin")),
    ("Ticker", lambda r, b: b.tickers.get(r["isin"], "")),
    ("Instrument", _field("instrument_name")),
    ("Quantity", _field("quantity")),
    ("Open quantity", _field("open_quantity")),
    ("Settled quantity", _field("settled_quantity")),
    ("Currency", _field("currency")),
    ("Amount", _field("amount")),
    ("Counterparty BIC", _field("counterparty")),
    ("Counterparty", _firm("counterparty")),
    ("Custodian BIC", _field("custodian")),
    ("Custodian", _firm("custodian")),
    ("Place of settlement", _field("place")),
    ("Traded", _field("trade_on")),
    ("Settles", _field("settle_on")),
    ("Received (UTC)", _field("created_at")),
    ("Owner", lambda r, b: words.owner(r)),
    ("Made by", _field("maker")),
    ("Portfolio", _field("portfolio")),
    ("Reference", _field("reference")),
    ("Wire reference", _field("wire_reference")),
    ("Id", lambda r, b: str(r["id"])),
)
EXCEPTIONS: Columns = (
    ("Raised (UTC)", _field("raised_at")),
    ("What", lambda r, b: words.plain(r["code"])),
    ("Says", _field("text")),
    ("Instruction", _field("reference")),
    ("State", lambda r, b: words.state(r["state"]) if r["state"] else ""),
    ("Counterparty", _firm("counterparty")),
    ("Message", _field("message")),
)
INBOUND: Columns = (
    ("Came (UTC)", _field("stored_at")),
    ("Link", _field("link")),
    ("Type", _field("type")),
    ("Speaks of", _field("reference")),
    ("Parked because", _field("reason")),
    ("Seen", _field("seen")),
    ("Message", _field("id")),
)
ALARMS: Columns = (
    ("Raised (UTC)", _field("raised_at")),
    ("Rule", lambda r, b: RULES[r["rule"]].title),
    ("Says", _field("words")),
    ("Red", lambda r, b: "yes" if r["red"] else ""),
    ("Stands", lambda r, b: state(r, b.now)),
    ("Owner", _field("owner")),
    ("Acknowledged by", _field("acknowledged_by")),
    ("Note", _field("note")),
    ("Muted by", _field("muted_by")),
    ("Muted until (UTC)", _field("muted_until")),
    ("Why", _field("mute_reason")),
    ("Cleared (UTC)", _field("cleared_at")),
)
POSITIONS = _fields(
    "portfolio account asset traded settled pending_receive pending_deliver failed_receive"
    " failed_deliver projected available"
)
CASH = _fields(
    "portfolio account asset ledger settled pending_receive pending_deliver failed_receive"
    " failed_deliver projected"
)
LEDGER = _fields("account currency amount")


class Exports:
    """The files, made while they are read."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self.lists: dict[str, tuple[Columns, Read]] = {
            "instructions": (INSTRUCTIONS, self._instructions),
            "exceptions": (EXCEPTIONS, self._exceptions),
            "inbound": (INBOUND, self._inbound),
            "alarms": (ALARMS, self._alarms),
            "positions": (POSITIONS, self._positions),
            "cash": (CASH, self._cash),
            "ledger": (LEDGER, self._ledger),
        }

    async def send(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """One list as it stands at this moment, as a file."""
        name, kind = request.match_info["list"], request.match_info["kind"]
        columns, read = self.lists[name]
        board = await self.frame.boards.now()
        if self._turn.locked():
            text = f"{AT_ONCE_MAX} exports are being made; try again when one is done"
            raise Refused("busy", [Problem("export", "busy", text)])
        file = FORMATS[kind](name, [head for head, _ in columns])
        response = web.StreamResponse(
            headers={
                **HEADERS,
                "Content-Type": file.content_type,
                "Content-Disposition": f'attachment; filename="{_name(name, request, board)}.{kind}"',
            }
        )
        try:
            async with self._turn, asyncio.timeout(SECONDS_MAX):
                await self._write(request, response, file, columns, read, board, seat)
        except TimeoutError:  # half a file is no file: the browser sees it broken off
            log.warning("export_cut", list=name, seconds=SECONDS_MAX)
            if request.transport is not None:
                request.transport.abort()
        return response

    async def printed(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Note that the browser was about to print this page."""
        page = str((await request.post()).get("page", ""))
        if not 0 < len(page) <= PAGE_MAX or not page.isprintable():
            text = f"the address of the page, up to {PAGE_MAX} printable characters"
            raise Refused("invalid", [Problem("page", "shape", text, page[:60])])
        async with self.core.pool.acquire() as db, db.transaction():
            await told.leave(db, [told.reading(seat.client.person, "Printed", page=page)])
        return web.Response(status=204)

    async def _write(
        self,
        request: web.Request,
        response: web.StreamResponse,
        file: Csv | Xlsx,
        columns: Columns,
        read: Read,
        board: Board,
        seat: Seat,
    ) -> None:
        async with (
            self.core.pool.acquire() as db,
            db.transaction(isolation="repeatable_read", readonly=True),
            aclosing(read(db, request.query, board)) as parts,
        ):
            rows = await anext(parts)  # what cannot be read is refused before the file begins
            await self._say(request, seat)
            await response.prepare(request)
            await response.write(file.begin())
            done = 0
            while rows and done < ROWS_MAX:
                rows, left = rows[: ROWS_MAX - done], rows[ROWS_MAX - done :]
                for at in range(0, len(rows), PART_ROWS):
                    part = rows[at : at + PART_ROWS]
                    cells = [[value(row, board) for _, value in columns] for row in part]
                    await response.write(file.add(cells))
                    await asyncio.sleep(0)  # a fast reader leaves no pause by itself
                done += len(rows)
                rows = left or await anext(parts, [])
            if rows:
                said = f"Cut here: a file holds {ROWS_MAX:,} rows. Narrow the list for the rest."
                await response.write(file.add([[said]]))
            await response.write(file.end())
        await response.write_eof()

    async def _say(self, request: web.Request, seat: Seat) -> None:
        """Have it in the log before the first row leaves; what is broken off later was read too."""
        filters: dict[str, Any] = dict(request.query)
        if "ids" in filters:
            filters["ids"] = sorted(str(id_) for id_ in lines.read_ids(filters["ids"]))
        told_ = told.reading(
            seat.client.person,
            "Exported",
            list=request.match_info["list"],
            kind=request.match_info["kind"],
            filters=filters,
        )
        async with self.core.pool.acquire() as db, db.transaction():
            await told.leave(db, [told_])

    async def _instructions(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        if "ids" in query:  # the rows a person picked, not a view
            ids = lines.read_ids(query["ids"])
            yield await desk.by_ids(db, sorted(ids))
            return
        view = self.frame.view(query)
        after: list[str] | None = None
        while True:
            page = await desk.page(db, view, board.today, after, 10 * PART_ROWS)
            yield page.rows
            if page.after is None:
                return
            after = page.after

    async def _exceptions(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        yield await exceptions.listed(db, False, None, None, ROWS_MAX)

    async def _alarms(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        yield await alarms.listed(db, True, ROWS_MAX)

    async def _inbound(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        yield await desk.parked(db, ROWS_MAX)

    async def _positions(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        today = board.today
        yield await queries.positions_now(db, _portfolio(query), today, today, None)

    async def _cash(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        rows, _ = await queries.cash_now(db, _portfolio(query), board.today, board.today)
        yield rows

    async def _ledger(self, db: Connection, query: Mapping[str, str], board: Board) -> Rows:
        yield await queries.trial_balance_now(db, _portfolio(query), board.today)


def add_exports(app: web.Application, frame: Frame) -> None:
    """Add the files of every list."""
    exports = Exports(frame)
    path = f"/export/{{list:{'|'.join(exports.lists)}}}.{{kind:{'|'.join(FORMATS)}}}"
    app.router.add_get(path, frame.page(exports.send), allow_head=False)
    app.router.add_post("/printed", frame.page(exports.printed))


def _portfolio(query: Mapping[str, str]) -> str | None:
    return query.get("portfolio") or None


def _name(name: str, request: web.Request, board: Board) -> str:
    tab = request.query.get("tab", "")
    return "-".join(
        filter(None, ("finality", name, tab if tab.isalpha() else "", str(board.today)))
    )
