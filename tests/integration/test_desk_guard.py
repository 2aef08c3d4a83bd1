"""Every door walked: what another site sends does nothing, and no address is a fault of ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, delivery, housed

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
    await house.running.core.idle()
    assert await held(house) == before
