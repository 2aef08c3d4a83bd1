"""Proposals through the API: four eyes, the hash, what became stale, and what stands in the log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from test_http import RVP, Api, problem, serving

from gateway.api import answers
from gateway.verify import verify

SSI = (
    "counterparty,market,asset_class,agent,agent_account,account,pset,valid_from,valid_to\n"
    "KESTUS30,US,equity,DTCY/ID/{agent},,,,2026-11-01,\n"
)


@pytest.fixture
async def api(database, tmp_path) -> AsyncIterator[Api]:
    async with serving(database.owner, database.app, tmp_path) as caller:
        yield caller


async def asked(api: Api, agent: str = "00009644", **headers: str) -> dict[str, Any]:
    """A changed standing instruction that the administrator asks for."""
    key = headers.get("key", f"ask-{agent}")
    body = {"counterparty_ssi.csv": SSI.format(agent=agent)}
    status, said = await api.post("/v1/static", body, who="root", Idempotency_Key=key)
    assert status == 200, said
    answers.Imported.model_validate(said)
    return await api.get(f"/v1/proposals/{said['proposal']}")


async def decided(
    api: Api, proposal: dict[str, Any], decision: str, who: str, **said: str
) -> tuple[int, Any]:
    body = {"hash": proposal["hash"]} | said
    path = f"/v1/proposals/{proposal['id']}/{decision}"
    return await api.post(
        path, body, who=who, Idempotency_Key=sha256(f"{path}{who}{body}".encode()).hexdigest()
    )


async def kestrel(api: Api) -> list[str]:
    rows = await api.get("/v1/static/counterparty_ssi?key=KESTUS30")
    return [row["row"]["agent"] for row in rows["rows"]]


async def told(api: Api) -> list[tuple[str, str]]:
    """The log's last words of proposals and static data: what, by whom."""
    await api.running.core.sweep()
    await api.running.core.idle()
    async with api.running.core.pool.acquire() as db:
        rows = await db.fetch(
            "select type, actor from event where type like 'Proposal%' or (type = 'StaticChanged'"
            " and payload::json ->> 'proposal' is not null) order by seq"
        )
    return [(r["type"], r["actor"]) for r in rows]


async def test_a_standing_instruction_changes_only_when_another_person_approves_it(api):
    before = await kestrel(api)
    proposal = await asked(api)
    answers.Proposal.model_validate(proposal)
    assert await kestrel(api) == before
    assert proposal["changes"][0]["after"]["agent"] == "DTCY/ID/00009644"
    listed = await api.get("/v1/proposals")
    answers.Proposals.model_validate(listed)
    assert [p["id"] for p in listed["proposals"]] == [proposal["id"]]

    status, said = await decided(api, proposal, "approve", "root")
    assert status == 403
    assert "root" in problem(said, "four_eyes")["actor"]["message"]
    status, said = await decided(api, proposal, "approve", "ann")
    assert status == 403
    problem(said, "forbidden")
    assert await kestrel(api) == before

    status, said = await decided(api, proposal, "approve", "bob")
    assert (status, said["outcome"], said["decided_by"]) == (200, "approved", "bob")
    assert "DTCY/ID/00009644" in await kestrel(api)
    assert await told(api) == [
        ("ProposalMade", "root"),
        ("StaticChanged", "root"),
        ("ProposalApproved", "bob"),
    ]
    async with api.running.core.pool.acquire() as db:
        assert await verify(db) == []


async def test_an_approval_names_the_hash_that_was_shown(api):
    proposal = await asked(api)
    status, said = await decided(api, proposal, "approve", "bob", hash="0" * 64)
    assert status == 409
    assert proposal["hash"] in problem(said, "not_allowed")["hash"]["message"]


async def test_what_changed_meanwhile_is_stale_and_nothing_is_done(api):
    first, second = await asked(api), await asked(api, "00009911")
    assert (await decided(api, first, "approve", "bob"))[0] == 200
    status, said = await decided(api, second, "approve", "bob")
    assert status == 409
    assert "KESTUS30" in problem(said, "not_allowed")["state"]["message"]
    assert "DTCY/ID/00009911" not in await kestrel(api)
    stale = await api.get(f"/v1/proposals/{second['id']}")
    assert (stale["outcome"], stale["decided_by"]) == ("stale", "bob")
    assert (await told(api))[-1] == ("ProposalStale", "bob")


async def test_two_people_decide_once(api):
    proposal = await asked(api)
    assert (await decided(api, proposal, "reject", "bob", reason="no call-back"))[0] == 200
    status, said = await decided(api, proposal, "withdraw", "root")
    assert status == 409
    assert "bob" in problem(said, "not_allowed")["state"]["message"]
    again = await decided(api, proposal, "reject", "bob", reason="as I said")
    assert again[0] == 200, "the same decision by the same person is no second one"


async def test_only_who_asked_withdraws_and_may_then_ask_again(api):
    proposal = await asked(api)
    status, _ = await decided(api, proposal, "withdraw", "bob")
    assert status == 409
    assert (await decided(api, proposal, "withdraw", "root"))[0] == 200
    assert (await api.get("/v1/proposals"))["proposals"] == []
    assert (await asked(api, key="again"))["id"] != proposal["id"]


async def test_asking_for_the_same_again_while_it_waits_is_no_second_proposal(api):
    proposal = await asked(api)
    assert (await asked(api, key="again"))["id"] == proposal["id"]


async def test_the_database_holds_four_eyes_and_the_hash_too(api):
    proposal = await asked(api)
    async with api.running.core.pool.acquire() as db:
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(
                "update proposal set outcome = 'approved', decided_by = proposed_by,"
                " decided_at = now() where id = $1",
                proposal["id"],
            )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute("update proposal set content = '{}' where id = $1", proposal["id"])
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(
                "insert into proposal (id, kind, content, changes, hash, proposed_by, proposed_at,"
                " reason) select gen_random_uuid(), kind, content || ' ', changes, hash, 'eve',"
                " now(), reason from proposal"
            )


async def test_a_proposal_made_by_hand_is_checked_like_an_import(api):
    row = {"counterparty": "NOBODY", "market": "US", "agent": "x"}
    body = {
        "kind": "static",
        "reason": "new broker",
        "content": {"rows": [{"table": "counterparty_ssi", "row": row}, {"table": "what"}]},
    }
    status, said = await api.post("/v1/proposals", body, who="root", Idempotency_Key="k1")
    assert status == 422
    found = problem(said, "static_data")
    assert {"content.rows.0.row.counterparty", "content.rows.0.row.agent", "content.rows.1"} <= (
        found.keys()
    )
    for who in ("ann", "bob", "vera"):
        status, said = await api.post("/v1/proposals", body, who=who, Idempotency_Key="k2")
        assert status == 403, who
        problem(said, "forbidden")


async def test_static_data_of_no_money_and_no_dates_goes_in_at_once_with_an_event(api):
    body = {"portfolios.csv": "id,name,fund,base_currency\nAGE-NEW,New,AGE,USD\n"}
    status, said = await api.post("/v1/static", body, who="root", Idempotency_Key="k1")
    assert (status, said["proposal"]) == (200, None)
    await api.running.core.sweep()
    await api.running.core.idle()
    async with api.running.core.pool.acquire() as db:
        payload = json.loads(
            await db.fetchval(
                "select payload from event where type = 'StaticChanged' and actor = 'root'"
            )
        )
    assert (payload["table"], payload["keys"]) == ("portfolios", ["AGE-NEW"])


async def test_a_changed_standing_instruction_rests_before_anything_settles_by_it(
    database, tmp_path, monkeypatch
):
    monkeypatch.setenv("FINALITY_SSI_COOLING_HOURS", "4")
    async with serving(database.owner, database.app, tmp_path) as api:
        core = api.running.core
        assert (await decided(api, await asked(api), "approve", "bob"))[0] == 200
        status, made = await api.post("/v1/instructions", RVP)
        assert status == 201, made
        path = f"/v1/instructions/{made['id']}"
        case = await api.get(path)
        assert "ssi_cooling" in case["flags"]
        assert "KESTUS30 US equity has just been changed" in case["waiting"]["waits_for"]
        assert case["wire_reference"] is None

        ends = core.clock.now() + timedelta(hours=4)
        await core.set_clock(ends - timedelta(minutes=1))
        await core.idle()
        assert (await api.get(path))["wire_reference"] is None
        assert await core.next_due() == ends
        await core.set_clock(ends)
        await core.idle()
        case = await api.get(path)
        assert case["wire_reference"] is not None
        assert "ssi_cooling" not in case["flags"]


async def test_ending_a_standing_instruction_does_not_make_it_rest(database, tmp_path, monkeypatch):
    monkeypatch.setenv("FINALITY_SSI_COOLING_HOURS", "4")
    async with serving(database.owner, database.app, tmp_path) as api:
        ended = (
            "counterparty,market,asset_class,agent,valid_from,valid_to\n"
            "KESTUS30,US,equity,DTCY/ID/00009421,2024-01-01,2027-06-30\n"
        )
        body = {"counterparty_ssi.csv": ended}
        _, said = await api.post("/v1/static", body, who="root", Idempotency_Key="k1")
        proposal = await api.get(f"/v1/proposals/{said['proposal']}")
        assert (await decided(api, proposal, "approve", "bob"))[0] == 200
        _, made = await api.post("/v1/instructions", RVP)
        assert "ssi_cooling" not in (await api.get(f"/v1/instructions/{made['id']}"))["flags"]
