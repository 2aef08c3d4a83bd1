"""The approvals page: by the content that was shown, several at once, and one of two persons wins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from desk_house import DELIVERY, Browser, House, housed
from desk_world import NOW

from gateway import identity, people
from gateway.clock import real_now
from schemas.instruction import Instruction
from schemas.problem import Problem

PICK = re.compile(r'name="pick" value="([0-9a-f-]{36} [0-9a-f]{64})"')


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def sent(house: House, reference: str, by: str = "ann") -> str:
    client = await identity.authenticate(house.pool, house.keys[by])
    assert client
    body = Instruction.model_validate(DELIVERY | {"reference": reference})
    (result,) = await house.running.core.submit(client, [body])
    return str(result.id)


async def approved(browser: Browser, *picks: str) -> tuple[int, str]:
    text = await browser.get("/approvals")
    token = re.findall(r'name="token" value="([0-9a-f]+)"', text)[0]
    async with browser.web.post(
        browser.url + "/approvals", data=[("token", token), *(("pick", p) for p in picks)]
    ) as answer:
        return answer.status, await answer.text()


async def acts(house: House, id_: str, name: str, body: dict[str, Any]) -> tuple[Problem, ...]:
    client = await identity.authenticate(house.pool, house.keys["ann"])
    assert client
    return (await house.running.core.act(client, UUID(id_), name, body)).problems


async def states(house: House, *ids: str) -> list[str]:
    rows = await house.pool.fetch("select id::text, state from condition")
    known = {row["id"]: row["state"] for row in rows}
    return [known[id_] for id_ in ids]


async def test_several_are_approved_at_once_by_their_content(house: House) -> None:
    ids = [await sent(house, f"MANY/{n}") for n in range(3)]
    bob = await house.signed_in("bob")
    picks = PICK.findall(await bob.get("/approvals"))
    assert [p[:36] for p in picks] == ids
    status, text = await approved(bob, *picks[:2])
    assert status == 200
    assert text.count("approved by bob") == 2
    found = await states(house, *ids)
    assert "draft" not in found[:2]
    assert found[2] == "draft"


async def test_a_changed_content_is_not_approved_and_the_rest_is(house: House) -> None:
    first, second = await sent(house, "CHANGED/1"), await sent(house, "CHANGED/2")
    bob = await house.signed_in("bob")
    picks = PICK.findall(await bob.get("/approvals"))
    changed = {"quantity": {"type": "UNIT", "value": "251"}}
    assert not await acts(house, first, "amend", changed)
    status, text = await approved(bob, *picks)
    assert "not what was shown; look again" in text
    found = await states(house, first, second)
    assert (status, found[0]) == (200, "draft")
    assert found[1] != "draft"
    await approved(bob, *PICK.findall(await bob.get("/approvals")))  # the content as it is now
    assert await states(house, first) != ["draft"]


async def test_of_two_persons_at_once_one_wins_and_the_other_is_told(house: House) -> None:
    id_ = await sent(house, "TWICE/1")
    async with house.pool.acquire() as db:
        house.keys["cid"] = await people.create_key(db, "cid", "cid", ["checker"], real_now())
    bob, cid = await house.signed_in("bob"), await house.signed_in("cid")
    (pick,) = PICK.findall(await bob.get("/approvals"))
    answers = await asyncio.gather(approved(bob, pick), approved(cid, pick))
    told = [text for _, text in answers]
    assert sum("approved by" in text for text in told) == 1
    assert sum("only a draft is approved" in text for text in told) == 1
    events = await house.pool.fetchval(
        "select count(*) from event where aggregate = $1 and type = 'Approved'", UUID(id_)
    )
    assert events == 1


async def test_the_maker_is_offered_no_box_and_forging_one_does_nothing(house: House) -> None:
    id_ = await sent(house, "MINE/1", by="both")
    both, bob = await house.signed_in("both"), await house.signed_in("bob")
    text = await both.get("/approvals")
    assert PICK.findall(text) == []
    assert "another person must approve it" in text
    (pick,) = PICK.findall(await bob.get("/approvals"))
    _, text = await approved(both, pick)
    assert "refused: both made or changed this" in text
    assert await states(house, id_) == ["draft"]


@pytest.mark.parametrize(
    "picks, says", [((), "pick what to approve"), (("nonsense",), "a pick is an instruction")]
)
async def test_a_pick_that_is_none_is_refused(house: House, picks: Any, says: str) -> None:
    bob = await house.signed_in("bob")
    await sent(house, "PICK/1")
    status, text = await approved(bob, *picks)
    assert (status, says in text) == (409, True)


async def test_a_proposal_and_a_repair_wait_there_as_well(house: House) -> None:
    async with house.pool.acquire() as db:
        proposal = await db.fetchval(
            "insert into proposal (id, kind, content, changes, hash, proposed_by, proposed_at, reason)"
            " values (gen_random_uuid(), 'static', '{}', '[]',"
            " sha256(convert_to(E'static\n{}\n[]', 'UTF8')), 'ann', $1, $2) returning id",
            NOW,
            "<script>new agent",
        )
        await db.execute(
            "insert into raw_message (id, direction, link, transport_key, stored_at, body)"
            " select n, 'in', 'swift', convert_to(n::text, 'UTF8'), $1, 'x' from generate_series(1, 2) n",
            NOW,
        )
        await db.execute(
            "insert into exception (lane, code, key, text, message, raised_at)"
            " values (0, 'parked', 'message 1', 'nobody knows it', 1, $1)",
            NOW,
        )
        await db.execute(
            "insert into repair (message, original, lane, code, key, maker, reason, asked_at)"
            " values (2, 1, 0, 'parked', 'message 1', 'ann', 'a typing error', $1)",
            NOW,
        )
    text = await (await house.signed_in("bob")).get("/approvals")
    assert f'action="/approvals/{proposal}/approve"' in text
    assert "<script>new" not in text
    assert "a typing error" in text
    assert "(2) Approvals" in text
