"""Script, markup, templates and formulas in every field that takes free text, then every page and file.

What was written is shown as text: no page has an element or attribute of it, no file a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from desk_house import DELIVERY, DEMO, Browser, House, housed

from schemas.instruction import Instruction, Payment

HOSTILE = (
    "<script>alert(7)</script>",
    '" onmouseover="alert(7)" x=\'',
    "{{7*191}}",
    "=cmd|' /C calc'!A0",
    "+1-(2)",  # also what an account may be called
)
TELLING = ("alert(7)", "calc", HOSTILE[4])
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
HREF = re.compile(r'href="(/[^"]*)"')
FILES = tuple(
    f"/export/{name}.{kind}?tab=all"
    for name in ("instructions", "exceptions", "inbound", "positions", "cash", "ledger")
    for kind in ("csv", "xlsx")
)
PAYMENT: dict[str, Any] = {
    "kind": "bank",
    "reference": "PAY",
    "portfolio": "AGE-CORE",
    "value_date": "2026-11-24",
    "amount": {"currency": "USD", "value": "2500000.00"},
    "debtor": {"bic": "ALDRUS30"},
    "creditor": {"bic": "KESTUS30"},
    "cash_account": "HT100001USD",
}


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


class Page(HTMLParser):
    """What a browser would make of a page: its faults, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith("/desk/"):
            self.faults.append(f"<script {attrs}>")
        self.faults += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action"):
            if (given.get(name) or "/").partition(":")[0].lower() in ("javascript", "data"):
                self.faults.append(f"{tag} {name}")


def sound(text: str, where: str) -> None:
    """No page shows what was written as anything but text."""
    assert not Page(text).faults, where
    assert "1337" not in text, where


def places(schema: dict[str, Any], node: dict[str, Any], depth: int = 0) -> Iterator[list[str]]:
    """Where a body takes text of any kind."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for part in node.get("anyOf", ()):
        yield from places(schema, part, depth)
    if node.get("type") == "string" and not {"enum", "const", "format"} & node.keys():
        yield []
    for name, inner in node.get("properties", {}).items() if depth < 4 else ():
        yield from ([name, *rest] for rest in places(schema, inner, depth + 1))


def with_text(body: dict[str, Any], path: list[str], text: str) -> dict[str, Any]:
    """The body with this text there."""
    made: dict[str, Any] = json.loads(json.dumps(body))
    at = made
    for name in path[:-1]:
        at = at.setdefault(name, {})
    at[path[-1]] = text
    return made


async def token(browser: Browser) -> str:
    found = TOKEN.search(await browser.get("/approvals"))
    assert found
    return found[1]


async def call(house: House, who: str, path: str, body: Any, key: str) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "Authorization": f"Bearer {house.keys[who]}",
        "Content-Type": "application/octet-stream" if raw is body else "application/json",
    }
    if path not in ("/v1/instructions",) and "/v1/messages" not in path:
        headers["Idempotency-Key"] = key
    async with house.stranger().web.post(house.url + path, data=raw, headers=headers) as answer:
        assert answer.status < 500, (path, body, await answer.text())
        return answer.status, await answer.json(content_type=None)


async def renamed(house: House) -> None:
    """The instrument everything is dealt in bears a formula as its name."""
    lines = (DEMO / "instruments.csv").read_text().splitlines()
    (row,) = (line for line in lines if line.startswith(DELIVERY["isin"]))
    rows = f"{lines[0]}\n{row.replace('MICROSOFT CORP COM', HOSTILE[4])}\n"
    assert HOSTILE[4] in rows
    status, said = await call(
        house, "carla", "/v1/static?reason=x", {"instruments.csv": rows}, "name"
    )
    assert status == 200, said


async def submitted(house: House) -> list[str]:
    """Every text of every body, hostile; the ids of what was taken in for all that."""
    taken = []
    for path, model, good in (
        ("/v1/instructions", Instruction, DELIVERY),
        ("/v1/payments", Payment, PAYMENT),
    ):
        schema = model.model_json_schema()
        for number, text in enumerate(HOSTILE):
            bodies = [
                with_text(good | {"reference": f"H{number}/{n}"}, at, text[:30])
                for n, at in enumerate(places(schema, schema))
            ]
            assert len(bodies) > 25
            status, said = await call(house, "ann", path, bodies, f"many{number}")
            assert status == 200, said
            taken += [r["id"] for r in said["results"] if r["outcome"] == "created"]
    assert len(taken) > 20
    return taken


async def sent(house: House) -> None:
    """One that leaves, with the instrument's name on it."""
    amount = {"currency": "USD", "value": "105775.00"}
    body = DELIVERY | {"reference": "SENT", "direction": "RECE", "payment": "APMT"}
    body |= {"deal_amount": amount, "settlement_amount": amount}
    status, said = await call(house, "ann", "/v1/instructions", body, "")
    assert status == 201, said


async def worked(house: House, taken: list[str]) -> None:
    """What people write about them, through the API."""
    for number, text in enumerate(HOSTILE):
        path = f"/v1/instructions/{taken[number]}"
        for action, body, answer in (
            ("note", {"text": text}, 200),
            ("amend", {"name": text}, 200),
            ("assign", {"to": text}, 422),
            ("cancel", {"reason": text}, 200),
        ):
            status, said = await call(house, "ann", f"{path}/{action}", body, f"{number}{action}")
            assert status == answer, said
        raw = (
            "{1:F01ALDRUS30AXXX1234567890}{2:O5481332261123HARBUS30XXXX12345678902611231332N}{4:\r\n"
            f":16R:GENL\r\n:20C::SEME//H{number}\r\n:16R:LINK\r\n:20C::RELA//{text[:16]}\r\n:16S:LINK\r\n"
            f":70E::SPRO//{text}\r\n:16S:GENL\r\n-}}"
        )
        await call(house, "custodian", "/v1/messages?link=swift", raw.encode(), "")
        await call(house, "custodian", "/v1/messages?link=swift", text.encode(), "")


async def configured(house: House) -> None:
    """Names in static data, with reasons, as proposals and at once."""
    for number, text in enumerate(HOSTILE):
        quoted = '"' + text.replace('"', '""') + '"'
        for name, rows in (
            (
                "parties.csv",
                f"bic,name,role,country,zone\nQQQ{number}US30,{quoted},broker,US,UTC\n",
            ),
            ("portfolios.csv", f"id,name,fund,base_currency\nAGE-H{number},{quoted},AGE,USD\n"),
            ("portfolios.csv", f"id,name,fund,base_currency\n{quoted},x,{quoted},{quoted}\n"),
        ):
            key = f"static{number}{name}{len(rows)}"
            await call(house, "carla", f"/v1/static?reason=r{number}", {name: rows}, key)


async def typed(house: House, carla: Browser) -> None:
    """Forms of the desk; each answer is a page too."""
    mine = {"token": await token(carla)}
    for number, text in enumerate(HOSTILE):
        page = await carla.get("/tickets/new")
        names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', page))
        ticket = dict.fromkeys(names, text) | mine | {"kind_of_ticket": "securities"}
        for path, form in (
            ("/tickets/check", ticket),
            ("/tickets", ticket),
            ("/tickets", ticket | {"keep": "1", "name_it": text}),
            ("/users", {"login": text, "name": text}),
            ("/users", {"login": f"person{number}", "name": text}),
            ("/users/rights", {"login": "vera", "rights": "viewer", "reason": text}),
            ("/users/rights", {"login": "vera", "rights": text, "reason": text}),
            ("/users/disable", {"login": text}),
            ("/login", {"name": text, "password": text}),
            ("/login", {"key": text}),
            ("/approvals", {"pick": text}),
            ("/story", {"do": text}),
            ("/tickets/templates/drop", {"name": text}),
        ):
            status, answer = await carla.post(path, form | mine)
            assert status < 500, (path, answer)
            sound(answer, path)
        cells = dict.fromkeys(("reference", "portfolio", "isin", "name", "counterparty"), text)
        out = io.StringIO()
        csv.writer(out).writerows([cells.keys(), cells.values()])
        for path, field, name in (
            ("/tickets/upload", "file", f"{text.replace('/', '')}.csv"),
            ("/static/check", "book", f"{text.replace('/', '')}.csv"),
        ):
            data = aiohttp.FormData(mine | {"kind": "securities"})
            data.add_field(field, out.getvalue().encode(), filename=name)
            async with carla.web.post(carla.url + path, data=data) as sent:
                assert sent.status < 500
                sound(await sent.text(), path)


async def crawled(browser: Browser) -> int:
    """Every page that can be come to, looked at."""
    left, seen = ["/", "/?tab=all", "/users", "/audit", "/since?from=2026-11-20T00:00:00Z"], set()
    for text in HOSTILE:
        left += [f"/?tab=all&q={text}", f"/audit?person={text}", f"/?tab={text}", f"/{text}"]
    shapes: dict[str, int] = {}
    while left:
        path = left.pop()
        shape = re.sub(r"[0-9a-f-]{36}|\d+|[?].*", "#", path)
        shapes[shape] = shapes.get(shape, 0) + 1
        if path in seen or shapes[shape] > 15 or path.startswith(("/desk/", "/export/", "/live")):
            continue
        seen.add(path)
        async with browser.web.get(browser.url + path, allow_redirects=False) as answer:
            assert answer.status < 500, path
            if answer.content_type == "text/html":
                text = await answer.text()
                sound(text, path)
                left += [unescape(href) for href in HREF.findall(text)]
    return len(seen)


async def harmless(browser: Browser, path: str) -> int:
    """A file no spreadsheet computes anything of; how many cells show what was written."""
    async with browser.web.get(browser.url + path) as answer:
        assert answer.status == 200, path
        content = await answer.read()
    if path.partition("?")[0].endswith(".csv"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        numbers = re.compile(r"-?[0-9.]+")
        for cell in cells:
            assert not cell.startswith(FORMULAS) or numbers.fullmatch(cell), (path, cell)
        return sum(any(text in cell for text in TELLING) for cell in cells)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(n).decode() for n in book.namelist() if "/worksheets/" in n]
    for sheet in sheets:
        assert not re.search(r"<f[ >/]", sheet), path
        assert "<script" not in sheet, path
        assert set(re.findall(r'<c [^>]*t="(\w+)"', sheet)) <= {"inlineStr"}, path
    return sum(sheet.count(text) for sheet in sheets for text in TELLING)


async def test_what_is_written_anywhere_is_text_on_every_page_and_in_every_file(
    house: House,
) -> None:
    carla = await house.signed_in("carla")
    await renamed(house)
    await sent(house)
    taken = await submitted(house)
    await worked(house, taken)
    await configured(house)
    await typed(house, carla)
    core = house.running.core
    await core.sweep()
    await core.idle()
    assert await crawled(carla) > 100
    for id_ in taken[::3]:
        sound(await carla.get(f"/instructions/{id_}"), id_)
    shown = {path: await harmless(carla, path) for path in FILES}
    assert all(shown[path] for path in FILES if "instructions" in path), shown
    assert await harmless(carla, "/audit.csv") > 0
    assert await harmless(carla, "/static/finality-static.xlsx") > 0
