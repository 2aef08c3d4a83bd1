"""Fraud stories through the real doors: each ends with a refusal and nothing executed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk_house import DELIVERY, Browser, House, housed

from gateway import identity, people
from gateway.clock import real_now
from gateway.handlers import right_changes
from gateway.proposal_kinds import KINDS
from gateway.proposals import decide, propose
from schemas.instruction import Instruction
from schemas.problem import Refused
from store import approvals
from store import people as rows
from store.people import Entitlement

TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def client(house: House, who: str) -> identity.Client:
    found = await identity.authenticate(house.pool, house.keys[who])
    assert found is not None
    return found


async def made(house: House, who: str = "both", reference: str = "FREE/1") -> Any:
    """A free delivery of this person's; it waits for a second one."""
    body = Instruction.model_validate(DELIVERY | {"reference": reference})
    core = house.running.core
    result = (await core.submit(await client(house, who), [body]))[0]
    assert (result.outcome, result.state) == ("created", "draft"), result
    return result.id


async def ask(house: House, who: str, id_: Any, action: str, body: Any = None) -> tuple[int, Any]:
    """One action over HTTP with a person's key; what is approved is what stands there."""
    if action == "approve" and body is None:
        async with house.pool.acquire() as db:
            body = {"content": await approvals.content(db, id_)}
    headers = {
        "Authorization": f"Bearer {house.keys[who]}",
        "Idempotency-Key": f"{who}{id_}{action}",
    }
    async with house.stranger().web.post(
        f"{house.url}/v1/instructions/{id_}/{action}", json=body or {}, headers=headers
    ) as answer:
        return answer.status, await answer.json()


async def left(house: House) -> int:
    """How many messages are on their way or gone."""
    async with house.pool.acquire() as db:
        return int(await db.fetchval("select count(*) from outbox"))


async def form(browser: Browser, path: str) -> dict[str, str]:
    """What the page's form for its own action would send."""
    page = await browser.get(path)
    found = dict(HIDDEN.findall(page))
    assert {"token", "seen"} <= found.keys()
    return found


async def bounded(house: House, login: str, *rights: Entitlement) -> None:
    """Exactly these rights, and their key anew."""
    async with house.pool.acquire() as db:
        await rows.replace(db, login, list(rights))


async def test_a_maker_approves_his_own_ticket_through_no_door_and_no_other_key(
    house: House,
) -> None:
    id_ = await made(house)
    async with house.pool.acquire() as db:
        house.keys["again"] = await people.create_key(
            db, "another system", "both", ["checker"], real_now()
        )
    for who in ("both", "again"):
        status, said = await ask(house, who, id_, "approve")
        assert (status, said["errors"][0]["rule"]) == (403, "four_eyes")
    desk = await house.signed_in("again")
    page = await desk.get("/")
    token = TOKEN.search(page)
    assert token
    async with house.pool.acquire() as db:
        row = await db.fetchrow("select facts, version, state from condition where id = $1", id_)
    seen = f"{row['facts']}-{row['version']}-{row['state']}"
    status, _ = await desk.post(f"/instructions/{id_}/approve", {"token": token[1], "seen": seen})
    assert status == 409
    assert await left(house) == 0


async def test_who_edits_after_the_maker_does_not_approve_either(house: House) -> None:
    id_ = await made(house, "ann")
    status, said = await ask(
        house, "both", id_, "amend", {"quantity": {"type": "UNIT", "value": "9"}}
    )
    assert status == 200, said
    status, said = await ask(house, "both", id_, "approve")
    assert (status, said["errors"][0]["rule"]) == (403, "four_eyes")
    assert await left(house) == 0


async def test_an_approval_of_a_page_from_before_the_edit_is_refused(house: House) -> None:
    id_ = await made(house, "ann")
    bob = await house.signed_in("bob")
    shown = await form(bob, f"/instructions/{id_}/approve")
    status, said = await ask(
        house, "ann", id_, "amend", {"quantity": {"type": "UNIT", "value": "9"}}
    )
    assert status == 200, said
    status, text = await bob.post(f"/instructions/{id_}/approve", shown)
    assert status == 409
    assert "look again" in text
    assert await left(house) == 0


async def test_what_was_sent_with_approval_is_not_replaced_without(house: House) -> None:
    id_ = await made(house, "ann")
    status, said = await ask(house, "bob", id_, "approve")
    assert status == 200, said
    sent = await left(house)
    status, said = await ask(
        house, "ann", id_, "amend", {"quantity": {"type": "UNIT", "value": "250000"}}
    )
    assert status == 409, said
    assert said["errors"][0]["rule"] == "approval_needed"
    assert "hand in a new one" in said["errors"][0]["message"]
    await house.running.core.idle()
    assert await left(house) == sent


async def test_a_replayed_request_makes_nothing_twice(house: House) -> None:
    await made(house, "ann")
    body = Instruction.model_validate(DELIVERY)
    core, ann = house.running.core, await client(house, "ann")
    assert (await core.submit(ann, [body]))[0].outcome == "duplicate"
    other = Instruction.model_validate(DELIVERY | {"quantity": {"type": "UNIT", "value": "251"}})
    assert (await core.submit(ann, [other]))[0].outcome == "conflict"
    async with house.pool.acquire() as db:
        assert await db.fetchval("select count(*) from instruction") == 1


async def test_two_who_approve_at_once_let_it_go_once(house: House) -> None:
    id_ = await made(house, "ann")
    answers = await asyncio.gather(
        ask(house, "bob", id_, "approve"), ask(house, "both", id_, "approve")
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    assert await left(house) <= 1


async def test_a_disabled_persons_session_and_key_act_no_more(house: House) -> None:
    id_ = await made(house, "ann")
    bob = await house.signed_in("bob")
    shown = await form(bob, f"/instructions/{id_}/approve")
    async with house.pool.acquire() as db:
        await people.disable(db, "bob", real_now(), "test")
    status, _ = await bob.post(f"/instructions/{id_}/approve", shown)
    assert status == 401
    await asyncio.sleep(identity.REMEMBERED_SECONDS + 0.1)
    assert (await ask(house, "bob", id_, "approve"))[0] == 401
    assert await left(house) == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_another_site_sends_approves_nothing(house: House, site: str) -> None:
    id_ = await made(house, "ann")
    bob = await house.signed_in("bob")
    shown = await form(bob, f"/instructions/{id_}/approve")
    path = f"/instructions/{id_}/approve"
    assert (await bob.post(path, shown, Sec_Fetch_Site=site))[0] == 403
    assert (await bob.post(path, {"seen": shown["seen"]}))[0] == 403
    assert (await bob.post(path, shown | {"token": "0" * 64}))[0] == 403
    assert await left(house) == 0


async def test_a_right_for_another_portfolio_or_amount_makes_and_checks_nothing(
    house: House,
) -> None:
    id_ = await made(house, "ann")
    for right in (
        Entitlement("bob", "checker", portfolio="AGE-OTHER"),
        Entitlement("bob", "checker", kind="PAY"),
        Entitlement("bob", "checker", amount_max=Decimal(10**9), currency="USD"),
    ):
        await bounded(house, "bob", right)
        result = await house.running.core.act(await client(house, "bob"), id_, "approve", {})
        assert result.problems[0].rule == "beyond_rights"
    await bounded(house, "ann", Entitlement("ann", "maker", portfolio="AGE-OTHER"))
    body = Instruction.model_validate(DELIVERY | {"reference": "FREE/2"})
    result = (await house.running.core.submit(await client(house, "ann"), [body]))[0]
    assert (result.outcome, result.problems[0].rule) == ("refused", "beyond_rights")
    assert await left(house) == 0


async def test_rights_change_by_two_others_and_never_by_whom_they_are_for(house: House) -> None:
    async with house.pool.acquire() as db:
        for who in ("sec1", "sec2", "sec3"):
            await rows.add(db, who, who, None, real_now(), "test")
            await rows.grant(db, [Entitlement(who, "security")])
        officers = {
            who: identity.Client("", who, who, frozenset({"security"})) for who in ("sec1", "sec2")
        }
        wanted = {"person": "vera", "rights": [{"role": "viewer"}, {"role": "maker"}]}
        asked = await propose(db, right_changes.RIGHTS, wanted, "sec1", "new duty", real_now())
        hash_ = asked["hash"].hex()

        async def decided(client: identity.Client, text: str = hash_) -> Any:
            return await decide(db, KINDS, client, asked["id"], "approve", text, None, real_now())

        with pytest.raises(Refused, match="another person"):
            await decided(officers["sec1"])
        with pytest.raises(Refused, match="needs the role security"):
            await decided(await client(house, "bob"))
        with pytest.raises(Refused, match="look again"):
            await decided(officers["sec2"], "0" * 64)
        assert {r.role for r in await rows.rights(db, "vera")} == {"viewer"}
        await decided(officers["sec2"])
        assert {r.role for r in await rows.rights(db, "vera")} == {"viewer", "maker"}
        own = {"person": "sec2", "rights": [{"role": "viewer"}]}
        asked = await propose(db, right_changes.RIGHTS, own, "sec1", "for a friend", real_now())
        with pytest.raises(Refused, match="their own rights"):
            await decided(officers["sec2"], asked["hash"].hex())
