"""A person in front of the desk: a real browser window, signed in, with what it complained of."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from desk_house import House
from playwright.async_api import Browser, Page, expect

from store.cases import ConditionRow

CHROMIUM = shutil.which("chromium")
MILLISECONDS_MAX = 20_000
expect.set_options(timeout=MILLISECONDS_MAX)
DOCS = Path(__file__).parent.parent / "docs" / "desk"
PICTURES = os.environ.get("FINALITY_PICTURES")  # `make pictures` sets it
BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@dataclass
class Screen:
    """A signed-in browser window, and everything it complained of."""

    page: Page
    house: House
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.house.url + path)

    async def live(self, path: str) -> None:
        """Open a list and wait until its stream is up."""
        await self.open(path)
        await expect(self.page.locator("#state-of-line")).to_contain_text("live")

    async def picture(self, name: str) -> None:
        """Keep what is on the screen as docs/desk/NAME.png, where pictures are asked for."""
        if PICTURES:
            await self.page.screenshot(path=DOCS / f"{name}.png")

    def row(self, row: ConditionRow) -> Any:
        return self.page.locator(f"#i-{row.id}")


async def sit_down(chromium: Browser, house: House, who: str, **options: Any) -> Screen:
    """A window that someone opened with a one-time link."""
    context = await chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(MILLISECONDS_MAX)
    screen = Screen(await context.new_page(), house)
    screen.page.on(
        "console",
        lambda m: screen.complaints.append(m.text) if m.type in ("error", "warning") else None,
    )
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    await screen.page.goto(house.url + await house.link(who))
    await screen.page.wait_for_url(house.url + "/")
    return screen
