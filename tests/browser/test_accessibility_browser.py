"""Axe finds nothing serious on the main pages, in light and in dark, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from desk_house import House, delivery
from desk_screen import BROWSER, sit_down
from desk_world import condition, full_day
from playwright.async_api import Browser

pytestmark = BROWSER
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 1280), ("light", 3840)])
async def test_axe_finds_nothing_serious(
    chromium: Browser, house: House, scheme: str, width: int
) -> None:
    waiting = await delivery(house)
    await house.write(full_day(await house.world()))
    one = condition(286).id
    async with house.pool.acquire() as db:
        message = await db.fetchval("select max(id) from raw_message where direction = 'in'")
    screen = await sit_down(
        chromium, house, "both", color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    found = []
    for path in (
        "/", "/?tab=all", "/?tab=failing&state=failing", f"/instructions/{one}",
        f"/instructions/{waiting}", f"/instructions/{one}/cancel", f"/messages/{message}",
        "/exceptions", "/alarms", "/positions", "/ledger", "/links", "/check", "/instructions/nonsense",
    ):  # fmt: skip
        await screen.open(path)
        result = await Axe().run(screen.page)
        found += [
            f"{path}: {fault['id']}: {node['html'][:120]}"
            for fault in result.response["violations"]
            if fault["impact"] in GRAVE
            for node in fault["nodes"][:3]
        ]
    await screen.page.context.close()
    assert not found, "\n".join(found)


async def test_axe_would_find_a_fault(chromium: Browser, house: House) -> None:
    screen = await sit_down(chromium, house, "both")
    await screen.open("/")
    await screen.page.evaluate("document.body.append(document.createElement('img'))")
    result = await Axe().run(screen.page)
    assert "image-alt" in {fault["id"] for fault in result.response["violations"]}
    await screen.page.context.close()
