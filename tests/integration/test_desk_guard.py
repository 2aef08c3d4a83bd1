"""Every door walked: what another site sends does nothing, and no address is a fault of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, delivery, housed
from yarl import URL

from gateway.desk.pages import add_desk
from gateway.http import make_app

TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE'
  and table_name not in ('lane_lease', 'worker', 'session') order by 1
"""
SOME_ID = "01900000-0000-7000-8000-000000000001"
VALUES = {  # one value of every part of an address
    "id": SOME_ID,
    "action": "approve",
    "decision": "approve",
    "deed": "disable",
    "answer": "own",
}
FILLING = {  # what the forms say, so that nothing but the guard stands in the way
    "login": "vera",
    "name": "vera",
    "reason": "because",
    "text": "said",
    "do": "pause",
    "rights": "viewer",
}


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


def routes(house: House) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every method and address there is, with the names of the address's parts."""
    core = house.running.core
    app = make_app(core)
    add_desk(app, core)
    for route in app.router.routes():
        info = route.resource.get_info() if route.resource is not None else {}
        if shape := info.get("path") or info.get("formatter"):
            names = info["pattern"].groupindex if "pattern" in info else ()
            yield route.method, shape, tuple(names)


async def held(house: House) -> dict[str, str]:
    """What every table holds, but for leases and when a session was used last."""
    async with house.pool.acquire() as db:
        names = [row[0] for row in await db.fetch(TABLES)]
        return {
            name: await db.fetchval(
                f'select md5(string_agg(t::text, chr(10) order by t::text)) from "{name}" t'
            )
            for name in names
        }


async def settled(house: House) -> None:
    """What was left to be told is told, as that somebody signed in."""
    async with asyncio.timeout(10):
        while await house.pool.fetchval("select exists (select from command)"):
            await house.running.core.sweep()
            await house.running.core.idle()


async def token(browser: Browser) -> str:
    found = TOKEN.search(await browser.get("/approvals"))
    assert found
    return found[1]


async def test_no_form_of_another_site_does_anything_at_any_door_of_the_desk(house: House) -> None:
    VALUES["id"] = await delivery(house)
    carla = await house.signed_in("carla")
    mine = await token(carla)
    paths = [
        shape.format(**{name: VALUES[name] for name in names})
        for method, shape, names in routes(house)
        if method == "POST" and not shape.startswith("/v1/")
    ]
    assert len(paths) >= 18
    await settled(house)
    before = await held(house)
    forged = (
        ({"token": mine}, {"Sec_Fetch_Site": "cross-site"}),
        ({"token": mine}, {"Sec_Fetch_Site": "same-site"}),
        ({"token": mine}, {"Origin": "https://evil.example"}),
        ({"token": mine}, {"Origin": "null"}),
        ({}, {}),
        ({"token": "0" * 64}, {}),
        ({"token": "é\x7f"}, {}),
    )
    for path in paths:
        for said, headers in forged:
            if path == "/login" and not headers:
                continue  # nobody has a token before the door
            status, text = await carla.post(path, FILLING | said, **headers)
            assert status == 403, (path, said, headers, text)
            assert "nothing was done" in text, path
    await settled(house)
    assert await held(house) == before


ODD = (
    "-" * 36,
    "0" * 36,
    "0",
    "9" * 18,
    "1" * 400,
    "x",
    "%00",
    "%ff",
    "..%2f..",
    "é",
    "'; drop table event; --",
    "{id}",
    "<script>",
    "=1+1",
    SOME_ID,
    SOME_ID.upper().replace("-", ""),
    "urn:uuid:" + SOME_ID,
    "63.unknown_reference.x.1",
    "own_ssi",
)


async def test_no_odd_address_is_a_fault_of_ours_at_any_door(house: House) -> None:
    carla = await house.signed_in("carla")
    mine = {"token": await token(carla)}
    headers = {"Authorization": f"Bearer {house.keys['carla']}"}
    known = {"action": ("approve", "cancel", "note"), "decision": ("approve",), "list": ("cash",)}
    walked = 0
    for method, shape, names in routes(house):
        if not names or method not in ("GET", "POST") or shape.endswith("/stream"):
            continue
        for number, odd in enumerate(ODD):
            chosen = {n: known[n][number % len(known[n])] if n in known else odd for n in names}
            url = URL(house.url + shape.format(**chosen), encoded="%" in odd)
            said: dict[str, Any] = {}
            if method == "POST":
                said["data"] = FILLING | mine
            if shape.startswith("/v1/"):
                said["headers"] = headers | {"Idempotency-Key": f"odd-{walked}"}
                said["headers"]["Content-Type"] = "application/json"
                if method == "POST":
                    said["data"] = b"{}"
            async with carla.web.request(method, url, allow_redirects=False, **said) as answer:
                text = await answer.text(errors="replace")
                assert answer.status < 500, (method, url, text[:500])
                assert "<script>" not in text.partition("<body")[2], url
            walked += 1
    assert walked > 300
