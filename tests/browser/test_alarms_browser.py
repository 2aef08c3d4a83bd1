"""An alarm answered by keyboard alone, as far as the strip that counts it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from desk_house import delivery
from desk_screen import BROWSER, Screen
from playwright.async_api import expect

from gateway.alarms import Watch
from gateway.desk.board import FRESH_SECONDS

pytestmark = BROWSER


async def test_an_alarm_is_owned_and_acknowledged_by_keyboard_and_leaves_the_strip(
    screen: Screen,
) -> None:
    await delivery(screen.house)
    core = screen.house.running.core
    await core.set_clock(core.clock.now() + timedelta(days=1, minutes=20))
    await Watch(core).look()
    page = screen.page
    strip = page.locator(".alarms").get_by_role("link", name="Alarms")
    async with asyncio.timeout(30):  # every page shows one board, older the more its counts cost
        await screen.open("/positions")
        while "Alarms 0" in (await strip.text_content() or ""):
            await asyncio.sleep(FRESH_SECONDS)
            await screen.open("/positions")
    await expect(strip).to_contain_text("L Alarms 1")
    await strip.press("Enter")
    row = page.locator("tr").filter(has_text="waits for a second person").first
    await row.get_by_role("button", name="Own").press("Enter")
    await expect(row.get_by_role("button", name="Let go")).to_be_visible()
    await row.locator("summary").press("Enter")
    known = row.get_by_label("What is known or done")
    await expect(known).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(known).to_be_focused()
    await page.keyboard.type("Bob approves it at nine")
    await page.keyboard.press("Enter")
    await expect(row).to_contain_text("known to both: Bob approves it at nine")
    await expect(strip).to_have_text("Alarms 0")
