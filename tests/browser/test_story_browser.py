"""The story bar in a real browser: it follows the story by itself, and its buttons and keys set the pace."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import House, delivery, housed
from playwright.async_api import Page, async_playwright, expect

from gateway import people
from gateway.clock import real_now
from gateway.story import Story

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        made.running.core.story = Story(["A purchase", "A quarrel", "The end"])
        made.running.core.story.show("Three funds bought shares.", "/", "the list")
        async with made.pool.acquire() as db:
            made.keys["carla"] = await people.create_key(
                db, "carla", "carla", ["admin"], real_now()
            )
        yield made


@pytest.fixture
async def told(house: House) -> Story:
    assert house.running.core.story is not None
    return house.running.core.story


@pytest.fixture
async def page(house: House) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(house.url + await house.link("carla"))
        await page.wait_for_url(house.url + "/")
        yield page
        await browser.close()
        assert complaints == []


async def test_the_bar_follows_the_story_and_leads_to_its_instruction(
    page: Page, house: House, told: Story
) -> None:
    bar = page.locator("#story")
    await expect(bar).to_contain_text("Three funds bought shares.")
    id_ = await delivery(house)
    told.scene = 1
    told.show("The two sides disagree.", f"/instructions/{id_}", "FREE/1")
    await expect(bar.get_by_role("heading")).to_have_text("A quarrel")
    await expect(bar).to_contain_text("The two sides disagree.")
    await bar.get_by_role("link", name="Look at FREE/1").click()
    await page.wait_for_url(f"**/instructions/{id_}")
    await expect(page.locator("#story")).to_contain_text("The two sides disagree.")


async def test_pause_speed_and_skip_act_without_leaving_the_page(page: Page, told: Story) -> None:
    await page.evaluate("window.same = true")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("#story")).to_contain_text("paused")
    assert told.paused
    await page.get_by_role("button", name="4 times the speed").click()
    await expect(page.locator("#story-speed-4")).to_have_attribute("aria-pressed", "true")
    assert told.speed == 4
    await page.get_by_role("button", name="Skip to scene 3: The end").click()
    await expect(page.locator("#story")).to_contain_text("on the way to another scene")
    assert told.skipping
    assert await page.evaluate("window.same")


async def test_a_button_keeps_the_focus_while_the_story_moves_on(page: Page, told: Story) -> None:
    await page.locator("#story-pause").focus()
    told.show("Something else.", "/", "the list")
    await expect(page.locator("#story")).to_contain_text("Something else.")
    assert await page.evaluate("document.activeElement.id") == "story-pause"
    await page.keyboard.press("Enter")
    await expect(page.locator("#story")).to_contain_text("paused")


async def test_the_bar_goes_when_the_story_is_over(page: Page, told: Story) -> None:
    await expect(page.locator("#story")).to_be_visible()
    told.over = True
    await expect(page.locator("#story")).to_be_hidden()


async def test_the_page_follows_until_somebody_goes_elsewhere_and_again_when_asked(
    page: Page, house: House, told: Story
) -> None:
    first, second = await delivery(house), f"{house.url}/positions"
    told.show("Look here.", f"/instructions/{first}", "FREE/1")
    await page.wait_for_url(f"**/instructions/{first}")
    button = page.locator("#story-follow")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await page.goto(second)
    await expect(button).to_have_attribute("aria-pressed", "false")
    told.show("Look there.", "/?tab=failing", "the list")
    await expect(page.locator("#story")).to_contain_text("Look there.")
    assert page.url == second
    await button.click()
    await page.wait_for_url("**/?tab=failing")


async def test_who_is_typing_is_not_led_away(page: Page, house: House, told: Story) -> None:
    id_ = await delivery(house)
    await page.locator("main input[name=q]").fill("MSF")
    told.show("Look here.", f"/instructions/{id_}", "FREE/1")
    await expect(page.locator("#story")).to_contain_text("Look here.")
    await page.wait_for_timeout(1_000)
    assert "/instructions/" not in page.url
    await page.locator("#story-pause").focus()
    await page.wait_for_url(f"**/instructions/{id_}")
