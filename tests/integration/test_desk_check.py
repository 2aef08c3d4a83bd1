"""A message pasted into the desk: the verdict of the validator and its translation, nothing stored."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, housed
from desk_world import full_day

GOOD = (Path(__file__).parents[1] / "golden/mt541/equity_rvp_dtc.fin").read_text()
TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def said(browser: Browser, text: str, do: str = "check") -> str:
    found = TOKEN.search(await browser.get("/check"))
    assert found is not None
    status, page = await browser.post("/check", {"token": found[1], "text": text, "do": do})
    assert status == 200
    return page


async def test_the_desk_gives_the_verdict_and_the_translation_and_stores_nothing(
    house: House,
) -> None:
    vera = await house.signed_in("vera")
    good = await said(vera, GOOD)
    assert "Valid: there is nothing to say against it." in good
    assert "Settlement amount" in good

    bad = await said(vera, GOOD.replace("USD190275,", "USD190275"))
    assert "<b>1</b> error" in bad
    assert "error T43" in bad
    assert "44:6" in bad
    assert "needs a decimal comma" in bad

    script = await said(vera, "<script>taken()</script>")
    assert "<script>taken()" not in script
    assert "neither a Document nor a DataPDU" in script
    assert "there is no message in it" in await said(vera, "  ")

    translated = await said(vera, GOOD, "translate")
    assert "MT541 as sese.023.001.11" in translated
    assert "&lt;TxId&gt;SI20261123000001&lt;/TxId&gt;" in translated
    assert "Header/108" in translated
    assert "no ISO 20022 message is known" in await said(
        vera, GOOD.replace("{2:I541", "{2:I517"), "translate"
    )

    async with house.pool.acquire() as db:
        assert await db.fetchval("select count(*) from raw_message where direction = 'in'") == 0
    await house.write(full_day(await house.world()))
    async with house.pool.acquire() as db:
        last = await db.fetchrow("select id, body from raw_message order by id desc limit 1")
    stored = await vera.get(f"/check?message={last['id']}")
    assert html.escape(last["body"].decode().splitlines()[-1]) in stored
    assert f"/check?message={last['id']}" in await vera.get(f"/messages/{last['id']}")
    await vera.get("/check?message=0")
