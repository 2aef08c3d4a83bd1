"""A house and a browser for every browser test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import House, housed
from desk_screen import CHROMIUM, Screen, sit_down
from playwright.async_api import Browser, async_playwright


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def screen(chromium: Browser, house: House) -> AsyncIterator[Screen]:
    made = await sit_down(chromium, house, "both")
    yield made
    await made.page.context.close()
    assert made.complaints == []
