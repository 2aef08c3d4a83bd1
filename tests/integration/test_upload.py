"""A spreadsheet of tickets: a verdict on every row, the good taken in, the rest back with the reason."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from desk_house import Browser, House, housed

from parsers import spreadsheet
from reporting import workbook
from reporting.workbook import Heading, Leaf

HEADS = [
    "reference", "portfolio", "direction", "payment", "isin", "quantity", "counterparty",
    "trade_date", "currency", "settlement_amount",
]  # fmt: skip
SCRIPT = "<script>taken()</script>"


def row(n: int, **changes: str) -> dict[str, str]:
    return {
        "reference": f"UP-{n}",
        "portfolio": "AGE-CORE",
        "direction": "RECE",
        "payment": "APMT",
        "isin": "US5949181045",
        "quantity": str(100 + n),
        "counterparty": "KESTUS30",
        "trade_date": "2026-11-23",
        "currency": "USD",
        "settlement_amount": f"{50000 + n}.00",
    } | changes


def as_csv(rows: Sequence[dict[str, str]], heads: Sequence[str] = HEADS) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, heads)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: Sequence[dict[str, str]]) -> bytes:
    lines = [[one.get(name, "") for name in HEADS] for one in rows]
    return workbook.write([Leaf("securities", [Heading(name) for name in HEADS], lines)])


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def looked_at(browser: Browser, content: bytes, name: str = "trades.csv") -> tuple[int, str]:
    (token,) = set(re.findall(r'name="token" value="(\w+)"', await browser.get("/tickets/upload")))
    form = aiohttp.FormData({"token": token, "kind": "securities"})
    form.add_field("file", content, filename=name, content_type="application/octet-stream")
    async with browser.web.post(browser.url + "/tickets/upload", data=form) as answer:
        return answer.status, await answer.text()


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'type="hidden" name="(token|kind|rows)" value="([^"]*)"', page))
    return {name: html.unescape(value) for name, value in found.items()}


async def taken(browser: Browser, page: str, **more: str) -> str:
    status, said = await browser.post("/tickets/upload/take", hidden(page) | more)
    assert status == 200, said
    return said


def verdicts(page: str) -> dict[str, str]:
    found = re.findall(r'<td class="figure">(\d+)</td><td(?: class="wrong")?>([a-z ]+)</td>', page)
    return dict(found)


async def references(house: House) -> set[str]:
    async with house.pool.acquire() as db:
        rows = await db.fetch("select reference, state from condition")
    assert {r["state"] for r in rows} <= {"draft"}
    return {r["reference"] for r in rows}


@pytest.mark.parametrize(("write", "name"), [(as_csv, "trades.csv"), (as_xlsx, "trades.xlsx")])
async def test_good_rows_go_in_and_bad_ones_come_back_with_the_reason(
    house: House, write: Any, name: str
) -> None:
    rows = [
        row(1),
        row(2, isin="US5949181046"),
        row(3, counterparty=SCRIPT),
        row(1),
        row(5),
    ]
    ann = await house.signed_in("ann")
    status, page = await looked_at(ann, write(rows), name)
    assert status == 200
    assert SCRIPT not in page
    assert verdicts(page) == {
        "2": "good", "3": "refused", "4": "refused", "5": "refused", "6": "good",
    }  # fmt: skip
    assert "check digit" in page
    assert "row 2 has this reference already" in page
    assert await references(house) == set()
    said = await taken(ann, page)
    assert "<b>2</b> taken in" in said
    assert await references(house) == {"UP-1", "UP-5"}

    async with ann.web.post(
        f"{ann.url}/tickets/upload/rest.xlsx", data=hidden(page)
    ) as answer:  # as it was looked at: the good are in by now
        [sheet] = spreadsheet.read(await answer.read())
    heads = {cell.text: at for at, cell in sheet.rows[1].items()}
    back = [cells for n, cells in sheet.rows.items() if n > 1]
    assert [cells[heads["reference"]].text for cells in back] == [
        "UP-1", "UP-2", "UP-3", "UP-1", "UP-5",
    ]  # fmt: skip
    why = [cells[heads["why not"]].text for cells in back]
    assert "check digit" in why[1]
    assert (why[0], why[4]) == ("taken before", "taken before")


async def test_the_same_file_twice_takes_nothing_in_twice(house: House) -> None:
    ann = await house.signed_in("ann")
    _, page = await looked_at(ann, as_csv([row(1), row(2)]))
    assert "<b>2</b> taken in" in await taken(ann, page)
    assert "<b>0</b> taken in" in await taken(ann, page)
    _, again = await looked_at(ann, as_csv([row(1), row(2, quantity="7")]))
    assert verdicts(again) == {"2": "taken before", "3": "refused"}
    assert "used before with other content" in again
    async with house.pool.acquire() as db:
        assert await db.fetchval("select count(*) from instruction") == 2


async def test_rows_that_look_alike_go_in_only_when_they_are_meant(house: House) -> None:
    ann = await house.signed_in("ann")
    twins = [row(1), row(1, reference="UP-9")]
    _, page = await looked_at(ann, as_csv(twins))
    assert verdicts(page) == {"2": "good", "3": "looks alike"}
    await taken(ann, page)
    assert await references(house) == {"UP-1"}
    _, page = await looked_at(ann, as_csv(twins))
    await taken(ann, page, alike="1")
    assert await references(house) == {"UP-1", "UP-9"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"reference;portfolio\nX;Y\n", "no such column"),
        (as_csv([]), "there is no row in it"),
        (b"\xff\xfe", "not UTF-8"),
        (as_csv([row(1)]).replace(b"isin", b"Isin"), "no such column"),
        (as_csv([row(1)]).replace(b"isin,", b"reference,"), "stands twice"),
        (as_csv([row(n) for n in range(1, 1002)]), "at most 1000"),
    ],
)
async def test_a_file_of_another_shape_is_refused_whole(
    house: House, content: bytes, says: str
) -> None:
    ann = await house.signed_in("ann")
    status, page = await looked_at(ann, content)
    assert status == 409
    assert says in html.unescape(page)


async def test_a_file_that_is_no_workbook_is_refused(house: House) -> None:
    ann = await house.signed_in("ann")
    for content in (b"", b"PK\x03\x04 nothing", bytes(1000)):
        status, _ = await looked_at(ann, content, "trades.xlsx")
        assert status == 409


async def test_the_template_has_every_column_and_reads_back(house: House) -> None:
    ann = await house.signed_in("ann")
    async with ann.web.get(f"{ann.url}/tickets/template.xlsx?kind=payment") as answer:
        [sheet] = spreadsheet.read(await answer.read())
    assert {"reference", "creditor_iban", "more"} <= {c.text for c in sheet.rows[1].values()}


async def test_rows_a_page_carried_are_checked_again(house: House) -> None:
    ann = await house.signed_in("ann")
    _, page = await looked_at(ann, as_csv([row(1)]))
    form = hidden(page)
    status, _ = await ann.post("/tickets/upload/take", form | {"rows": '[[2, "x"]]'})
    assert status == 409
    wrong = form["rows"].replace("US5949181045", "US5949181046")
    assert (
        "<b>0</b> taken in" in (await ann.post("/tickets/upload/take", form | {"rows": wrong}))[1]
    )
    assert await references(house) == set()
