"""The story bar: told to everyone, driven by an admin's own form, gone when the story is over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, housed

from gateway import people
from gateway.clock import real_now
from gateway.story import Story

SCRIPT = "<script>taken()</script>"


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        made.running.core.story = Story(["A purchase", "A quarrel", "The end"])
        made.running.core.story.show("Look at " + SCRIPT, "/", "the list")
        async with made.pool.acquire() as db:
            made.keys["carla"] = await people.create_key(
                db, "carla", "carla", ["admin"], real_now()
            )
        yield made


async def driven(browser: Browser, do: str, token: str | None = None) -> int:
    if token is None:
        (token,) = set(re.findall(r'name="token" value="(\w+)"', await browser.get("/")))
    status, _ = await browser.post("/story", {"token": token, "do": do})
    return status


async def test_everyone_is_told_where_the_story_stands(house: House) -> None:
    vera = await house.signed_in("vera")
    page = await vera.get("/")
    assert "Demo story <b>1</b> of 3" in page
    assert "A purchase" in page
    assert SCRIPT not in page
    assert 'action="/story"' not in page


async def test_an_admin_pauses_goes_on_hastens_and_skips(house: House) -> None:
    carla, told = await house.signed_in("carla"), house.running.core.story
    assert told is not None
    assert await driven(carla, "pause") == 303
    assert told.paused
    assert await driven(carla, "speed 4") == 303
    assert told.speed == 4
    assert await driven(carla, "scene 3") == 303
    assert told.skipping
    assert not told.paused


@pytest.mark.parametrize("do", ["", "scene 1", "scene 4", "scene -1", "speed 3", "speed", "stop"])
async def test_what_cannot_be_done_is_refused(house: House, do: str) -> None:
    carla = await house.signed_in("carla")
    assert await driven(carla, do) == 409


async def test_only_an_admins_own_form_drives(house: House) -> None:
    carla, bob = await house.signed_in("carla"), await house.signed_in("bob")
    assert await driven(carla, "pause", token="0" * 64) == 403
    assert await driven(bob, "pause") == 403
    assert await driven(house.stranger(), "pause", token="") == 401


async def test_the_bar_is_gone_when_the_story_is_over(house: House) -> None:
    carla, told = await house.signed_in("carla"), house.running.core.story
    assert told is not None
    told.over = True
    assert "Demo story" not in await carla.get("/")
    assert (await carla.get("/story")).strip() == ""
    assert await driven(carla, "pause") == 409
