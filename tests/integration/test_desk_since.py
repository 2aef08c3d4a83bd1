"""What changed since a person left, and what the links have in hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from desk_house import House, delivery, housed
from desk_world import NOW, condition

import store.since
from gateway import identity, people
from store import messages


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


def moved(page: str) -> list[str]:
    return re.findall(r'href="/instructions/([0-9a-f-]{36})"', page.partition("What moved")[2])


async def test_it_shows_what_moved_after_the_moment_and_nothing_before(house: House) -> None:
    old = condition(1, since=NOW - timedelta(hours=3))
    new = condition(2, since=NOW - timedelta(minutes=5))
    await house.show(old, new)
    vera = await house.signed_in("vera")
    at = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert moved(await vera.get(f"/since?from={at}")) == [str(new.id)]
    at = (NOW - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert moved(await vera.get(f"/since?from={at}")) == [str(new.id), str(old.id)]


async def test_it_begins_at_ones_last_deed_and_names_what_others_did(house: House) -> None:
    id_ = await delivery(house)
    for who, action in (("ann", "hold"), ("bob", "own")):
        client = await identity.authenticate(house.pool, house.keys[who])
        assert client
        result = await house.running.core.act(client, UUID(id_), action, {})
        assert not result.problems
    ann, bob = await house.signed_in("ann"), await house.signed_in("bob")
    mine, other = await ann.get("/since"), await bob.get("/since")
    assert "your last deed" in mine
    assert "<td>bob</td>" in mine  # what bob did after ann
    assert "<td>ann</td>" not in mine
    assert "opened" not in mine.partition("What others did")[2].partition("What moved")[0]
    assert "Nobody else did anything" in other


async def test_signing_in_is_no_deed(house: House) -> None:
    id_ = await delivery(house, "both")
    client = await identity.authenticate(house.pool, house.keys["bob"])
    assert client
    assert not (await house.running.core.act(client, UUID(id_), "own", {})).problems
    await house.running.core.set_clock(NOW + timedelta(hours=2))
    async with house.pool.acquire() as db:
        password = await people.reset(db, "both", "cli")
    browser = house.stranger()
    status, _ = await browser.post("/login", {"name": "both", "password": password})
    assert status == 200
    async with asyncio.timeout(10):
        async with house.pool.acquire() as db:
            while not await db.fetchval("select count(*) from event where type = 'SignedIn'"):
                await asyncio.sleep(0.05)
    async with house.pool.acquire() as db:
        since = await store.since.last_deed(db, "both")
        deeds = await store.since.deeds(db, NOW - timedelta(days=1), "ann", 10)
    assert since is not None and since < NOW + timedelta(hours=1)
    assert "SignedIn" not in {deed["type"] for deed in deeds}


async def test_a_moment_that_is_none_is_answered_with_the_reason(house: House) -> None:
    vera = await house.signed_in("vera")
    assert "2026-11-24T15:30" in await vera.get("/since?from=yesterday", 400)


async def ours(house: House, link: str, *states: tuple[str, int]) -> None:
    """Messages of ours on this link, each in a state after so many attempts."""
    await house.pool.executemany(
        "insert into outbox (id, lane, link, instruction, type, reference, securities, state,"
        " attempt, holder, sent_at) values ($1, 0, $2, $3, 'MT541', $4, true, $5, $6, 'gone', $7)",
        [
            (n, link, uuid4(), f"SI{n}", state, attempt, NOW - timedelta(minutes=n))
            for n, (state, attempt) in enumerate(states, 1)
        ],
    )


async def test_the_links_page_counts_what_is_in_hand(house: House) -> None:
    link = house.running.core.link_states()[0].name
    await ours(house, link, ("taken", 1), ("taken", 1), ("answered", 1), ("parked", 6))
    page = await (await house.signed_in("vera")).get("/links")
    row = re.findall(rf"<tr><td><b>{link}</b></td>(.*?)</tr>", page.partition("In hand")[2])[0]
    unsent, sending, unanswered, oldest, given_up, *_ = re.findall(r"<td[^>]*>([^<]*)</td>", row)
    assert (unsent, sending, unanswered, oldest, given_up) == ("0", "0", "2", "2 min", "1")


async def test_what_a_dead_process_left_is_counted(house: House) -> None:
    await ours(house, "elsewhere", ("sending", 1), ("answered", 2), ("fate_unknown", 1))
    page = await (await house.signed_in("vera")).get("/links")
    told = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)", page.partition('id="restart"')[2])
    assert told == [
        ("Left in the hand of a process that is gone", "1"),
        ("Sent again in all, marked as possible duplicates", "1"),
        ("Payments whose fate is unknown", "1"),
    ]


async def died(house: House, marked: bytes) -> str:
    """A process died while it sent a message; its copy has left with these bytes."""
    row = condition(7)
    await house.show(row)
    original, copy = 900_000_001, 900_000_002
    await house.pool.executemany(
        "insert into raw_message (id, direction, link, transport_key, stored_at, body)"
        " values ($1, 'out', 'elsewhere', $2, $3, $4)",
        [(original, b"1", NOW, b"as it was"), (copy, b"2", NOW, marked)],
    )
    await house.pool.execute(
        "insert into outbox (id, lane, link, instruction, type, reference, securities, state,"
        " attempt, holder) values ($1, $2, 'elsewhere', $3, 'MT541', 'SI7', true, 'sending', 1,"
        " 'gone')",
        original, row.lane, row.id,
    )  # fmt: skip
    async with house.pool.acquire() as db, db.transaction():
        (taken,) = await messages.stranded_many(db, "elsewhere", "", NOW)
        await messages.attempted_many(db, [(original, 1, original, NOW), (original, 2, copy, NOW)])
        await db.execute(
            "update outbox set state = 'answered', attempt = 2 where id = $1", original
        )
    assert taken["id"] == original
    return (await (await house.signed_in("vera")).get("/links")).partition('id="restart"')[2]


def counts(panel: str) -> list[str]:
    return re.findall(r"<b[^>]*>(\d+ [a-z ]+)</b>", panel)


async def test_what_a_restart_sent_again_is_a_possible_duplicate_and_nothing_is_lost(
    house: House,
) -> None:
    panel = await died(house, b"as it was, with PDE")
    assert counts(panel) == ["0 lost", "0 twice", "1 possible duplicate"]
    figures = re.findall(r'<td class="figure ?">(\d+)</td>', panel)
    assert figures == ["1", "1", "0", "0", "1", "0", "0"]  # in hand, went again, ..., answered


async def test_a_copy_that_left_without_its_mark_counts_as_twice(house: House) -> None:
    assert counts(await died(house, b"as it was")) == [
        "0 lost", "1 twice", "0 possible duplicates",
    ]  # fmt: skip


async def test_a_message_of_a_restart_whose_queue_row_is_gone_is_lost(house: House) -> None:
    await died(house, b"as it was, with PDE")
    await house.pool.execute("delete from outbox where id = 900000001")
    panel = (await (await house.signed_in("vera")).get("/links")).partition('id="restart"')[2]
    assert counts(panel)[0] != "0 lost"
