"""Static data over HTTP: its rows, and taking in what a house keeps in spreadsheets."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from email import message_from_bytes, policy
from typing import Annotated

from aiohttp import web
from pydantic import Field, TypeAdapter, ValidationError

from gateway import problems, workbook
from gateway.api import answers
from gateway.api.actions import Reason
from gateway.api.route import JSON, Asked, Call, Route, answer
from gateway.handlers import importing
from schemas.dates import Day
from schemas.problem import Problem, Refused
from schemas.static import StaticData, StoredRow
from store import static

FORM = "multipart/form-data"
CHANGES_MAX = 1_000  # rows shown before and after in one answer
FILES: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


class On(Asked):
    """Rows that hold on a date, or all of them."""

    on: Day | None = None
    key: Annotated[str | None, Field(description="the row's key, or how it begins")] = None


class Import(Asked):
    """Whether only to say what is wrong and what would change."""

    check: bool = False
    reason: Annotated[
        Reason, Field(description="why, for whoever approves what moves money or dates")
    ] = importing.REASON


async def static_kinds(call: Call) -> web.Response:
    """The kinds of static data and how many rows each has."""
    async with call.core.pool.acquire() as db:
        version, rows = await static.version(db), await static.rows(db)
    counts = sorted(Counter(row.kind for row in rows).items())
    kinds = [{"kind": kind, "rows": count} for kind, count in counts]
    return answer({"version": version, "kinds": kinds})


async def static_rows(call: Call) -> web.Response:
    """The rows of one kind."""
    asked: On = call.query
    kind = call.request.match_info["kind"]
    async with call.core.pool.acquire() as db:
        version, rows = await static.version(db), await static.rows(db, kind)
    held = [row for row in rows if asked.key is None or row.key.startswith(asked.key)]
    if asked.on is not None:
        held = _held(held, asked.on)
    shown = [
        {
            "key": row.key,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "row": json.loads(row.body),
        }
        for row in held
    ]
    return answer({"version": version, "kind": kind, "rows": shown})


def _held(rows: list[static.StaticRow], on: date) -> list[static.StaticRow]:
    """The newest row of each key that began by this date, unless it ended before."""
    latest = {row.key: row for row in rows if row.valid_from <= on}
    return [row for row in latest.values() if row.valid_to is None or row.valid_to >= on]


async def export_static(call: Call) -> web.Response:
    """All static data as a workbook."""
    async with call.core.pool.acquire() as db:
        stored = await static.rows(db)
    content = await asyncio.to_thread(_book, stored)
    headers = {"Content-Disposition": 'attachment; filename="finality-static.xlsx"'}
    return web.Response(body=content, content_type=workbook.CONTENT_TYPE, headers=headers)


def _book(stored: list[static.StaticRow]) -> bytes:
    return workbook.write(StaticData.from_rows(StoredRow(*row) for row in stored).rows)


async def import_static(call: Call) -> web.Response:
    """Take in a workbook or CSV files, all or nothing."""
    files = _files(call)
    asked: Import = call.query
    async with call.core.pool.acquire() as db:
        report = await importing.apply(
            db,
            files,
            call.client.person,
            call.core.clock.now(),
            asked.check,
            reason=asked.reason,
            direct=call.core.settings.static_direct,
        )
    return answer(
        {
            "check": asked.check,
            "added": report.added,
            "changed": report.changed,
            "same": report.same,
            "version": report.version,
            "guarded": report.guarded,
            "proposal": report.proposal,
            "hash": None if report.hash is None else report.hash.hex(),
            "changes": [asdict(change) for change in report.changes[:CHANGES_MAX]],
        }
    )


def _files(call: Call) -> dict[str, bytes]:
    if call.request.content_type == workbook.CONTENT_TYPE:
        return {f"workbook{workbook.EXTENSION}": call.body}
    if call.request.content_type == FORM:
        return _form(call.request, call.body)
    try:
        given = FILES.validate_json(call.body)
    except ValidationError as error:
        code = "malformed_json" if problems.is_malformed(error) else "invalid"
        raise Refused(code, problems.of_validation(error)) from error
    return {name: content.encode() for name, content in given.items()}


def _form(request: web.Request, body: bytes) -> dict[str, bytes]:
    header = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n"
    form = message_from_bytes(header.encode(errors="replace") + body, policy=policy.HTTP)
    if not form.is_multipart():
        raise Refused(
            "malformed_form",
            [Problem(problems.BODY, "form", "there is no part between its boundaries")],
        )
    files: dict[str, bytes] = {}
    for part in form.iter_parts():
        name = part.get_filename() or part.get_param("name", "", header="content-disposition")
        content = part.get_payload(decode=True)
        files[str(name)] = content if isinstance(content, bytes) else b""
    return files


_FOLDER = {"type": "object", "additionalProperties": {"type": "string"}}
ROUTES = (
    Route(
        "GET",
        "/v1/static",
        "viewer",
        static_kinds,
        "listStaticKinds",
        "static data",
        "Kinds of static data",
        {200: answers.StaticKinds},
    ),
    Route(
        "GET",
        "/v1/static.xlsx",
        "viewer",
        export_static,
        "exportStatic",
        "static data",
        "All static data as a workbook; imported again it changes nothing",
        {200: workbook.CONTENT_TYPE},
    ),
    Route(
        "GET",
        "/v1/static/{kind}",
        "viewer",
        static_rows,
        "listStaticRows",
        "static data",
        "Rows of one kind",
        {200: answers.StaticRows},
        query=On,
    ),
    Route(
        "POST",
        "/v1/static",
        "config",
        import_static,
        "importStatic",
        "static data",
        "Take in a workbook or CSV files, all or nothing; every fault by sheet, row and column",
        {200: answers.Imported},
        query=Import,
        takes={JSON: _FOLDER, FORM: _FOLDER, workbook.CONTENT_TYPE: None},
        key="required",
        refuses=("static_data", "workbook", "malformed_form", "not_allowed"),
    ),
)
