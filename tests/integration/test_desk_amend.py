"""Amending at the desk: the form, the question with what changes, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, delivery, housed
from lxml import html
from test_http import RVP

from gateway import identity
from schemas.instruction import Instruction


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def form(browser: Browser, id_: str) -> dict[str, str]:
    """Every field of the form as it stands, as a browser sends it."""
    page = html.fromstring(await browser.get(f"/instructions/{id_}/amend"))
    [found] = page.xpath("//form[@id='ticket']")
    return dict(found.form_values())


async def body(house: House, id_: str) -> dict[str, Any]:
    ann = house.keys["ann"]
    async with (await house.signed_in("ann")).web.get(
        f"{house.url}/v1/instructions/{id_}", headers={"Authorization": f"Bearer {ann}"}
    ) as answer:
        return dict(await answer.json())


async def test_what_has_not_left_is_replaced_once_the_question_is_answered(house: House) -> None:
    id_ = await delivery(house)
    ann = await house.signed_in("ann")
    path = f"/instructions/{id_}/amend"
    said = await form(ann, id_) | {"quantity": "300"}
    status, page = await ann.post(path, said)
    assert (status, "<b>300</b>" in page, "Nothing is out there" in page) == (200, True, True)
    assert (await body(house, id_))["current"]["quantity"]["value"] == "250"
    status, _ = await ann.post(path, said | {"sure": "1"})
    assert status == 303
    assert (await body(house, id_))["current"]["quantity"]["value"] == "300"


async def test_what_is_out_there_is_cancelled_and_replaced(house: House) -> None:
    client = await identity.authenticate(house.pool, house.keys["ann"])
    assert client
    [made] = await house.running.core.submit(client, [Instruction.model_validate(RVP)])
    id_ = str(made.id)
    ann = await house.signed_in("ann")
    said = await form(ann, id_) | {"settle_date": "2026-11-25"}
    _, page = await ann.post(f"/instructions/{id_}/amend", said)
    assert "The cancellation of what is out there leaves now" in page
    status, page = await ann.post(f"/instructions/{id_}/amend", said | {"sure": "1"})
    assert status == 303, page
    assert any(f.startswith("amend:") for f in (await body(house, id_))["flags"])


@pytest.mark.parametrize(
    "change, words",
    [
        ({}, "change at least one field"),
        ({"quantity": "lots"}, "quantity"),
        ({"more": "{"}, "this is not JSON"),
        ({"settle_date": "2020-01-01"}, "settle_date"),
    ],
)
async def test_what_cannot_be_is_named_and_nothing_is_done(
    house: House, change: dict[str, str], words: str
) -> None:
    id_ = await delivery(house)
    ann = await house.signed_in("ann")
    said = await form(ann, id_) | change | {"sure": "1"}
    status, page = await ann.post(f"/instructions/{id_}/amend", said)
    assert (status, words in page) == (409, True), page
    assert (await body(house, id_))["current"]["quantity"]["value"] == "250"


async def test_a_stale_page_a_fixed_field_and_who_only_sees_change_nothing(house: House) -> None:
    id_ = await delivery(house)
    ann, vera = await house.signed_in("ann"), await house.signed_in("vera")
    path = f"/instructions/{id_}/amend"
    said = await form(ann, id_) | {"quantity": "300", "sure": "1"}
    assert (await ann.post(path, said | {"seen": "9-9-sent"}))[0] == 409
    assert "needs the role maker" in await vera.get(path)
    status, _ = await ann.post(path, said | {"isin": "US67066G1040", "portfolio": "AGE-GROWTH"})
    assert status == 303
    now = (await body(house, id_))["current"]
    assert (now["isin"], now["portfolio"]) == ("US5949181045", "AGE-CORE")
