"""Every sending of a message: when it left, which bytes, and whether marked a possible duplicate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from desk_house import Browser
from street import MONDAY, Street, a_database, a_street, ack, buy

from gateway import links
from gateway.mqtt import Fate

LATER = MONDAY + timedelta(minutes=6)


@pytest.fixture
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Any
) -> AsyncIterator[Street]:
    async with (
        a_database(postgres, as_superuser, template, "sendings") as parts,
        a_street(parts, tmp_path, now=MONDAY) as opened,
    ):
        yield opened
        assert await opened.findings() == []


async def left_twice(street: Street) -> str:
    """A purchase whose acknowledgement did not come in time: sent, and sent again."""
    id_ = await street.submit(buy(street.portfolio(), "TWICE"))
    await street.set_clock(LATER)
    async with asyncio.timeout(10):
        while len((await sent(street, id_))["attempts"]) < 2:
            await asyncio.sleep(0.02)
    return id_


async def sent(street: Street, id_: str) -> Any:
    [message] = [m for m in (await street.case(id_))["messages"] if m["direction"] == "out"]
    return message


async def test_a_message_sent_once_lists_its_one_sending(street: Street) -> None:
    id_ = await street.submit(buy(street.portfolio(), "ONCE"))
    message = await sent(street, id_)
    [only] = message["attempts"]
    assert (only["attempt"], only["message"]) == (1, message["id"])
    assert not only["possible_duplicate"]
    assert only["at"] == "2026-11-23T18:30:00Z"


async def test_a_message_sent_again_lists_both_with_their_times_and_bytes(street: Street) -> None:
    id_ = await left_twice(street)
    first, again = (await sent(street, id_))["attempts"]
    assert (first["at"], again["at"]) == ("2026-11-23T18:30:00Z", "2026-11-23T18:36:00Z")
    assert (first["possible_duplicate"], again["possible_duplicate"]) == (False, True)
    assert b"{PDE:" not in await street.bytes_of(first["message"])
    assert b"{PDE:" in await street.bytes_of(again["message"])


async def test_the_desk_shows_the_second_sending_with_its_mark(street: Street) -> None:
    id_ = await left_twice(street)
    again = (await sent(street, id_))["attempts"][1]["message"]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as web:
        browser = Browser(web, street.up.url)
        await browser.post("/login", {"key": street.keys["ben"]})
        page = await browser.get(f"/instructions/{id_}")
    assert "sent first" in page
    assert 'sent once more <span class="flag">PDE</span>' in page
    assert f'href="/messages/{again}"' in page


async def test_a_copy_the_transport_did_not_take_is_tried_again_and_counted_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await street.submit(buy(street.portfolio(), "FULL"))
    wire = await street.wire(id_)
    tried: list[int] = []
    write = links.DirectoryLink.send

    async def full_once(link: links.DirectoryLink, messages: Any) -> dict[int, Fate]:
        tried.append(len(messages))
        if len(tried) == 1:
            return {id_: Fate.NOT_SENT for id_, _, _ in messages}
        return await write(link, messages)

    monkeypatch.setattr(links.DirectoryLink, "send", full_once)
    await street.set_clock(LATER)
    async with asyncio.timeout(10):
        while len(tried) < 2:
            await asyncio.sleep(0.02)
    await street.deliver("swift", ack(wire))
    message = await sent(street, id_)
    assert [a["attempt"] for a in message["attempts"]] == [1, 2]
    assert message["state"] == "answered"
