"""The pages of static data without a browser: whose form, which state, and what a hostile file gets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from desk_house import Browser, House, housed

from gateway import workbook

NEW = "id,name,fund,base_currency\nAGE-NEW,New,AGE,USD\n"


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


async def checked(
    browser: Browser, content: bytes, name: str = "portfolios.csv", token: str | None = None
) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field(
        "token", fields(await browser.get("/static"))["token"] if token is None else token
    )
    form.add_field("book", content, filename=name)
    async with browser.web.post(f"{browser.url}/static/check", data=form) as answer:
        return answer.status, await answer.text()


async def test_what_one_person_may_change_is_taken_in_once_it_was_shown(house: House) -> None:
    carla = await house.signed_in("carla")
    status, page = await checked(carla, NEW.encode())
    assert (status, "Take it in" in page) == (200, True)
    assert "AGE-NEW" not in await carla.get("/static/portfolios")
    status, _ = await carla.post("/static/apply", {**fields(page), "reason": "new mandate"})
    assert status == 303
    assert "AGE-NEW" in await carla.get("/static/portfolios")
    assert "carla" in await carla.get("/static/portfolios/history?key=AGE-NEW")


async def test_a_page_that_static_data_has_overtaken_is_refused(house: House) -> None:
    carla = await house.signed_in("carla")
    _, page = await checked(carla, NEW.encode())
    _, other = await checked(carla, NEW.replace("New", "Newer").encode())
    await carla.post("/static/apply", {**fields(other), "reason": "first"})
    status, text = await carla.post("/static/apply", {**fields(page), "reason": "second"})
    assert (status, "changed since you looked" in text) == (409, True)
    assert "Newer" in await carla.get("/static/portfolios")


@pytest.mark.parametrize("content", ["", "[{}]", "7", '{"rows": 1}', '{"rows": [{"table": []}]}'])
async def test_a_form_that_was_tampered_with_is_refused(house: House, content: str) -> None:
    carla = await house.signed_in("carla")
    token = fields(await carla.get("/static"))["token"]
    form = {"token": token, "content": content, "seen": "", "reason": "x"}
    assert (await carla.post("/static/apply", form))[0] in (400, 409)


async def test_a_form_of_another_site_takes_nothing_in(house: House) -> None:
    carla = await house.signed_in("carla")
    assert (await checked(carla, NEW.encode(), token="0" * 64))[0] == 403
    _, page = await checked(carla, NEW.encode())
    stolen = {**fields(page), "token": "0" * 64, "reason": "x"}
    assert (await carla.post("/static/apply", stolen))[0] == 403


async def test_a_role_that_may_not_change_it_is_refused_at_every_step(house: House) -> None:
    carla, ann = await house.signed_in("carla"), await house.signed_in("ann")
    _, page = await checked(carla, NEW.encode())
    token = fields(await ann.get("/"))["token"]
    assert (await checked(ann, NEW.encode(), token=token))[0] == 403
    mine = {**fields(page), "token": token, "reason": "x"}
    assert (await ann.post("/static/apply", mine))[0] == 403


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("book.xlsx", b"PK\x03\x04junk", "not an .xlsx workbook"),
        ("book.pdf", b"%PDF", "send an .xlsx workbook or a CSV file"),
        ("weather.csv", b"a,b\n1,2\n", "no such file is known"),
    ],
)
async def test_what_cannot_be_read_says_why_and_takes_nothing(
    house: House, name: str, content: bytes, said: str
) -> None:
    status, page = await checked(await house.signed_in("carla"), content, name)
    assert status == 422
    assert said in unescape(page)


async def test_the_houses_own_workbook_changes_nothing(house: House) -> None:
    carla = await house.signed_in("carla")
    async with carla.web.get(f"{house.url}/static/finality-static.xlsx") as answer:
        assert answer.content_type == workbook.CONTENT_TYPE
        book = await answer.read()
    _, page = await checked(carla, book, "finality-static.xlsx")
    assert "Nothing would change" in page


async def test_who_asked_cannot_approve_on_the_page_either(house: House) -> None:
    carla, bob = await house.signed_in("carla"), await house.signed_in("bob")
    closed = "calendar,on,kind,name,source\nFED,2026-12-24,closed,Christmas Eve,house\n"
    _, page = await checked(carla, closed.encode(), "calendars.csv")
    async with carla.web.post(
        f"{house.url}/static/apply", data={**fields(page), "reason": "circular 7"}
    ) as answer:
        path, shown = answer.url.path, await answer.text()
    assert path.startswith("/proposals/")
    decide = path.replace("/proposals/", "/approvals/")
    form = {"hash": re.findall(r"[0-9a-f]{64}", shown.rpartition("SHA-256")[2])[0]}
    own = form | {"token": fields(await carla.get("/static"))["token"]}
    status, text = await carla.post(f"{decide}/approve", own)
    assert (status, "another person must decide" in text) == (409, True)
    theirs = form | {"token": fields(await bob.get(path))["token"]}
    assert (await bob.post(f"{decide}/approve", theirs | {"hash": "0" * 64}))[0] == 409
    assert (await bob.post(f"{decide}/approve", theirs))[0] == 303
    assert "Christmas Eve" in await bob.get("/static/calendars")
