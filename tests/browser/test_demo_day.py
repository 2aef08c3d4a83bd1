"""Somebody watches the story in a browser and touches nothing: each scene's page comes by itself.

With FINALITY_PICTURES=rewrite the page docs/demo-day.md and its pictures are written anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from playwright.async_api import Page, async_playwright, expect

from gateway import demo, identity
from gateway.clock import real_now
from gateway.config import Settings
from gateway.demo_scenes import SCENES, Step
from gateway.demo_story import Player
from gateway.demo_stream import OPEN
from gateway.demo_world import holdings_of, plan
from gateway.desk.login import one_time_link
from gateway.story import Story
from store.account import temporary_data
from tests import demo_page

CHROMIUM = shutil.which("chromium")
REWRITE = os.environ.get("FINALITY_PICTURES") == "rewrite"
SEED, BACKGROUND = 7, 400 if REWRITE else 20


class Watched(Player):
    """A story that waits at each step until the screen shows it."""

    page: Page

    async def show(self, step: Step) -> None:
        """Show it, and look at the screen."""
        await super().show(step)
        scene = SCENES[self.story.scene]
        if step is not scene.heart():
            return
        await self.page.wait_for_url("**" + self.story.address)
        bar = self.page.locator("#story")
        await expect(bar).to_contain_text(step.look)
        for label, _ in step.facts:
            await expect(bar).to_contain_text(label)
        if REWRITE:
            await self.page.screenshot(path=demo_page.picture(scene))


@asynccontextmanager
async def watched(address: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-lcd-text"]
        )
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        yield page
        await browser.close()
        assert complaints == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
async def test_who_only_watches_sees_every_scene_on_its_page() -> None:
    story = Story([scene.title for scene in SCENES])
    story.speed = 10_000
    with temporary_data() as data:
        async with demo.stage(Settings(data=data, http_port=0, environment="DEMO"), SEED) as day:
            day.waiting = plan(SEED, BACKGROUND, OPEN.date(), 1, OPEN, holdings_of())
            day.core.story = story
            key = day.door.keys["admin"]
            link = await one_time_link(
                day.core.pool, identity.prefix_of(key), day.up.url, real_now()
            )
            async with watched(link) as page:
                player = Watched(day, story, partial(print, flush=True))
                player.page = page
                await player.play()
            assert player.differs == []


def test_the_page_tells_the_story_of_the_table() -> None:
    if REWRITE:
        demo_page.PAGE.write_text(demo_page.page())
    assert demo_page.PAGE.read_text() == demo_page.page()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_every_scene_has_its_picture(scene: object) -> None:
    assert demo_page.picture(scene).exists()  # type: ignore[arg-type]
