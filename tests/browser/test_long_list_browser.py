"""A long list in a real browser: pages come as they are wanted, only what is seen is told."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from desk_house import House, moved
from desk_screen import BROWSER, Screen, sit_down
from desk_world import NOW, TODAY, condition
from playwright.async_api import Browser, expect

from gateway.desk import lines

pytestmark = BROWSER
MANY = 950
SCROLL = "y => { document.querySelector('.sheet').scrollTop = y; }"
KEPT = "document.querySelectorAll('#rows tr').length"


async def long_list(house: House) -> list[Any]:
    """Rows that stand in the order of their numbers."""
    rows = [condition(n, settle_on=TODAY + timedelta(days=n)) for n in range(1, MANY + 1)]
    await house.show(*rows)
    return rows


async def to_the_end(screen: Screen, last: Any) -> None:
    """Scroll until the last row is in sight: it may have come after the scrolling that asked for it."""
    for _ in range(60):
        await screen.page.evaluate(SCROLL, 10_000_000)
        if await screen.row(last).count():
            await screen.row(last).scroll_into_view_if_needed()
            return
        await screen.page.wait_for_timeout(100)
    pytest.fail("the end never came")


async def test_scrolling_fetches_what_comes_and_lets_go_what_is_far(screen: Screen) -> None:
    rows = await long_list(screen.house)
    await screen.live("/?tab=all")
    await to_the_end(screen, rows[-1])
    assert await screen.page.evaluate(KEPT) < MANY
    assert await screen.row(rows[0]).count() == 0
    order = await screen.page.eval_on_selector_all("#rows tr", "rows => rows.map(r => r.id)")
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    for _ in range(60):
        await screen.page.evaluate(SCROLL, 0)
        if await screen.row(rows[0]).count():
            break
        await screen.page.wait_for_timeout(100)
    await expect(screen.row(rows[0])).to_be_visible()


async def test_only_rows_in_sight_are_asked_for_and_they_change_wherever_one_scrolled(
    screen: Screen,
) -> None:
    asked: list[frozenset[UUID]] = []

    def note(request: Any) -> None:
        if "/live?" in request.url:
            (ids,) = parse_qs(urlsplit(request.url).query)["ids"]
            asked.append(lines.read_ids(ids))

    screen.page.on("request", note)
    rows = await long_list(screen.house)
    await screen.live("/?tab=all")
    await to_the_end(screen, rows[-1])
    async with asyncio.timeout(20):
        while not asked or rows[-2].id not in asked[-1]:
            await screen.page.wait_for_timeout(50)
    await moved(screen.house, rows[-2], state="failing")
    await expect(screen.row(rows[-2]).locator(".state")).to_contain_text("failing")
    assert max(map(len, asked)) < 60


async def test_the_keys_walk_on_into_the_next_page(screen: Screen) -> None:
    rows = await long_list(screen.house)
    await screen.live("/?tab=all")
    for _ in range(130):
        await screen.page.keyboard.press("j")
    await expect(screen.page.locator("tr.at")).to_have_id(f"i-{rows[129].id}")


async def test_rows_are_picked_added_up_and_exported_by_themselves(screen: Screen) -> None:
    rows = [condition(n, settle_on=TODAY + timedelta(days=n)) for n in (1, 2, 3)]
    await screen.house.show(*rows)
    await screen.live("/?tab=all")
    for key in ("j", "x", "j", "j", "x"):
        await screen.page.keyboard.press(key)
    bar = screen.page.locator("#picked")
    await expect(bar).to_contain_text("2 picked USD 2,000.00")
    async with screen.page.expect_download() as download:
        await bar.get_by_role("link", name="CSV").click()
    text = (await (await download.value).path()).read_text()
    assert re.findall(r"ALD-\d+", text) == ["ALD-000001", "ALD-000003"]
    await moved(screen.house, rows[0], state="failing")
    await expect(screen.row(rows[0]).locator(".state")).to_contain_text("failing")
    await expect(screen.row(rows[0])).to_have_class(re.compile("picked"))


async def test_a_key_on_a_row_asks_its_question(chromium: Browser, house: House) -> None:
    row = condition(1, since=NOW - timedelta(minutes=5))
    await house.show(row)
    screen = await sit_down(chromium, house, "both")
    await screen.live("/?tab=all")
    await screen.page.keyboard.press("j")
    await screen.page.keyboard.press("c")
    await screen.page.wait_for_url(f"**/instructions/{row.id}/cancel")
    await expect(screen.page.locator(".restate")).to_contain_text("100")
    await screen.page.context.close()
