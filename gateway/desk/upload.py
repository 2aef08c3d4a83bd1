"""A spreadsheet of tickets: each row's verdict first; then the good go in, and the bad come back with why.

The columns are the fields of a ticket. Nothing is kept between the two steps but what the page itself
carries: what is handed in is checked again, and the same file twice takes nothing in twice.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web
from aiohttp.web_request import FileField
from pydantic import ValidationError

from gateway import problems
from gateway.desk import ticket_fields
from gateway.desk.frame import HEADERS, Frame
from gateway.desk.login import Seat
from gateway.desk.ticket_fields import FIELDS, MODELS, Typed
from gateway.desk.tickets import ALIKE_DAYS, kind_of, marks
from gateway.handlers.preview import Preview, preview
from parsers import spreadsheet
from reporting import workbook
from reporting.workbook import Heading, Leaf
from schemas import static_files
from schemas.cells import Cell, Table
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from store import tickets

ROWS_MAX = 1000
AT_ONCE = 20  # rows checked before others get their turn
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHY = "why not"
NEEDED = {
    "securities": frozenset(
        {"reference", "direction", "payment", "isin", "quantity", "trade_date"}
    ),
    "payment": frozenset({"reference", "kind", "value_date", "currency", "amount"}),
}


@dataclass(slots=True)
class Row:
    """One row: where it stands, what it says, and what would become of it."""

    number: int
    said: Typed
    problems: list[Problem] = field(default_factory=list)
    body: Instruction | Payment | None = None
    shown: Preview | None = None
    before: bool = False  # the same was taken in already
    alike: Sequence[str] = ()

    @property
    def verdict(self) -> str:
        """In a word, as the page groups them."""
        if self.problems:
            return "refused"
        if self.before:
            return "taken before"
        return "looks alike" if self.alike else "good"

    @property
    def why(self) -> str:
        """All that is wrong, in one line."""
        return "; ".join(f"{p.path}: {p.message}" for p in self.problems)


class Upload:
    """The pages."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.core = frame.core

    async def show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Where a file is given."""
        return await self._page(seat, kind_of(request.query.get("kind", "securities")), None)

    async def template(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """An empty workbook with the columns of this kind."""
        kind = kind_of(request.query.get("kind", "securities"))
        return _file(f"{kind}.xlsx", workbook.write([Leaf(kind, _headings(kind), [])]))

    async def check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The verdict on every row."""
        form = await request.post()
        kind, given = kind_of(str(form.get("kind", ""))), form.get("file")
        if not isinstance(given, FileField):
            raise Refused("invalid", [Problem("file", "missing", "choose a file first")])
        rows = await self._judged(seat, kind, _read(kind, given.filename, given.file.read()))
        return await self._page(seat, kind, rows)

    async def take(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Take in the good rows; each waits for another person's approval."""
        form = await request.post()
        kind = kind_of(str(form.get("kind", "")))
        rows = await self._judged(seat, kind, _carried(str(form.get("rows", ""))))
        wanted = {"good", "looks alike"} if form.get("alike") else {"good"}
        bodies = [row.body for row in rows if row.body is not None and row.verdict in wanted]
        results = await self.core.submit(seat.client, bodies, by_hand=True) if bodies else []
        self.frame.boards.forget()
        counts = Counter(result.outcome for result in results)
        failed = [
            f"{body.reference}: {'; '.join(p.message for p in result.problems)}"
            for body, result in zip(bodies, results, strict=True)
            if result.outcome in ("refused", "conflict")
        ]
        left = [row for row in rows if row.verdict not in wanted]
        return await self._page(seat, kind, left, (counts["created"], counts["duplicate"], failed))

    async def bad(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The rows that were not taken, each with the reason in a last column."""
        form = await request.post()
        kind = kind_of(str(form.get("kind", "")))
        rows = await self._judged(seat, kind, _carried(str(form.get("rows", ""))))
        names = [f.name for f in FIELDS[kind]]
        lines = [
            [*(row.said.get(name, "") for name in names), row.why or row.verdict]
            for row in rows
            if row.verdict != "good"
        ]
        leaf = Leaf(kind, [*_headings(kind), Heading(WHY)], lines)
        return _file(f"{kind}-not-taken.xlsx", workbook.write([leaf]))

    # ----------------------------------------------------------------------------------------------

    async def _judged(self, seat: Seat, kind: str, rows: list[Row]) -> list[Row]:
        """Each row as its lane would see it; the database is asked once for all."""
        for n, row in enumerate(rows):
            if not row.problems:
                self._judge(seat, kind, row)
            if n % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        _twice(rows)
        sound = [row for row in rows if row.body is not None and not row.problems]
        since = self.core.clock.now() - timedelta(days=ALIKE_DAYS)
        async with self.core.pool.acquire() as db:
            used = await tickets.known(
                db, seat.client.name, [row.body.reference for row in sound if row.body]
            )
            alike = await tickets.alike(db, [marks(row.shown) for row in sound if row.shown], since)
        seen: dict[tickets.Marks, int] = {}
        for n, row in enumerate(sound):
            assert row.body is not None and row.shown is not None
            reference = row.body.reference
            if reference in used:
                row.before = used[reference] == self._hash(seat, row.body)
                if not row.before:
                    words = "this reference was used before with other content: choose another"
                    row.problems.append(Problem("reference", "conflict", words, reference))
            found = [r["reference"] for r in alike.get(n, ())]
            row.alike = [other for other in found if other != reference]
            first = seen.setdefault(marks(row.shown), row.number)
            if first != row.number:
                row.alike = [*row.alike, f"row {first}"]
        return rows

    def _judge(self, seat: Seat, kind: str, row: Row) -> None:
        try:
            given = ticket_fields.body(kind, row.said)
            row.body = MODELS[kind].model_validate_json(json.dumps(given))
        except ValidationError as error:
            row.problems += problems.of_validation(error)
        except Refused as refused:
            row.problems += refused.problems
        else:
            row.shown = preview(self.core, seat.client, row.body)
            row.problems += row.shown.problems

    def _hash(self, seat: Seat, body: Instruction | Payment) -> bytes:
        return self.core.submission(seat.client, body, self.core.clock.now()).hash

    async def _page(
        self,
        seat: Seat,
        kind: str,
        rows: list[Row] | None,
        taken: tuple[int, int, list[str]] | None = None,
    ) -> web.Response:
        carried = json.dumps([[row.number, row.said] for row in rows or ()])
        return self.frame.draw(
            "upload.html",
            seat,
            board=await self.frame.boards.now(),
            kind=kind,
            rows=rows,
            counts=Counter(row.verdict for row in rows or ()),
            carried=carried,
            taken=taken,
            most=ROWS_MAX,
        )


def _headings(kind: str) -> list[Heading]:
    return [
        Heading(f.name, f.name in NEEDED[kind], tuple(code for code, _ in f.choices if code))
        for f in FIELDS[kind]
    ]


def _file(name: str, content: bytes) -> web.Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type=XLSX, headers=HEADERS | disposition)


def _read(kind: str, name: str, content: bytes) -> list[Row]:
    """The rows of a CSV, or of a workbook's first sheet; Refused when its shape cannot be right."""
    if name.lower().endswith(".csv"):
        table = static_files.read_csv(Table(kind, name), content)
    else:
        sheet = next((s for s in spreadsheet.read(content) if s.rows), None)
        table = Table(kind, f"sheet {sheet.name}" if sheet else name)
        if sheet is not None:
            table.header = {at: cell.text.strip() for at, cell in sheet.rows.get(1, {}).items()}
            table.records = [(n, cells) for n, cells in sorted(sheet.rows.items()) if n > 1]
            table.problems += [
                Problem(table.place, "merged_cells", "unmerge the cells", area)
                for area in sheet.merged
            ]
    return _rows(kind, table)


def _rows(kind: str, table: Table) -> list[Row]:
    known = {f.name for f in FIELDS[kind]}
    faults = list(table.problems)
    names = {at: name for at, name in table.header.items() if name != WHY}
    for name, times in Counter(names.values()).items():
        if name not in known:
            words = f"no such column; known are {', '.join(sorted(known))}"
            faults.append(Problem(table.path(1), "unknown_column", words, name[:60]))
        elif times > 1:
            faults.append(Problem(table.path(1), "repeated", "the column stands twice", name))
    missing = sorted(NEEDED[kind] - set(names.values()))
    if missing:
        words = f"the heading misses {', '.join(missing)}; the template has every column"
        faults.append(Problem(table.path(1), "missing_column", words))
    if not table.records and not faults:
        faults.append(Problem(table.place, "empty", "there is no row in it"))
    if len(table.records) > ROWS_MAX:
        words = f"{len(table.records)} rows; give at most {ROWS_MAX} at a time"
        faults.append(Problem(table.place, "too_many", words))
    if faults:
        raise Refused("invalid", faults)
    return [_row(number, names, cells) for number, cells in table.records]


def _row(number: int, names: Mapping[int, str], cells: Mapping[int, Cell]) -> Row:
    row = Row(number, {})
    for at, cell in cells.items():
        name = names.get(at)
        if cell.fault is not None:
            row.problems.append(Problem(name or f"column {at}", *cell.fault, cell.text[:60]))
        elif name is None and at not in names and cell.text and at > max(names):
            words = "a value beyond the last heading: the columns are shifted"
            row.problems.append(Problem(f"column {at}", "shifted", words, cell.text[:60]))
        if name is not None and cell.text.strip():
            row.said[name] = cell.text.strip()[: ticket_fields.TYPED_MAX]
    return row


def _carried(text: str) -> list[Row]:
    """The rows a page of ours carried; Refused when they are others."""
    try:
        given = json.loads(text)
        rows = [
            Row(int(number), {str(k): str(v) for k, v in said.items()}) for number, said in given
        ]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("invalid", [Problem("rows", "rows", "upload the file again")]) from error
    if len(rows) > ROWS_MAX:
        raise Refused("invalid", [Problem("rows", "too_many", f"at most {ROWS_MAX} rows")])
    return rows


def _twice(rows: Sequence[Row]) -> None:
    """A reference that stands in two rows is wrong in the second."""
    first: dict[str, int] = {}
    for row in rows:
        reference = row.said.get("reference", "")
        if reference and reference in first:
            words = f"row {first[reference]} has this reference already: choose another"
            row.problems.append(Problem("reference", "repeated", words, reference))
        first.setdefault(reference, row.number)


def add_upload(app: web.Application, frame: Frame) -> None:
    """Add the pages to the application."""
    pages = Upload(frame)
    app.router.add_get("/tickets/upload", frame.page(pages.show, "maker"), allow_head=False)
    app.router.add_get("/tickets/template.xlsx", frame.page(pages.template, "maker"))
    app.router.add_post("/tickets/upload", frame.page(pages.check, "maker"))
    app.router.add_post("/tickets/upload/take", frame.page(pages.take, "maker"))
    app.router.add_post("/tickets/upload/rest.xlsx", frame.page(pages.bad, "maker"))
