"""Alarms: they rise by their rule, are owned, acknowledged and muted, come back when worse, and clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from desk_house import House, delivery, housed
from test_http import Api, problem, serving

from gateway.alarm_rules import RULES
from gateway.alarms import Watch, check_limits
from gateway.api import answers
from gateway.verify import verify
from schemas.problem import Refused
from store.alarms import QUERIES

FREE = {
    "reference": "FREE/LATE",
    "portfolio": "AGE-CORE",
    "direction": "DELI",
    "payment": "FREE",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-20",
    "settle_date": "2026-11-23",
    "isin": "US5949181045",
    "quantity": {"type": "UNIT", "value": "250"},
}


@pytest.fixture
async def api(database: Any, tmp_path: Any) -> AsyncIterator[Api]:
    async with serving(database.owner, database.app, tmp_path) as caller:
        yield caller


async def later(api: Api, **by: float) -> list[dict[str, Any]]:
    """The standing alarms after so much business time."""
    core = api.running.core
    await core.set_clock(core.clock.now() + timedelta(**by))
    await Watch(core).look()
    said = await api.get("/v1/alarms")
    answers.Alarms.model_validate(said)
    return list(said["alarms"])


async def answered(api: Api, id_: str, deed: str, who: str = "ann", **said: str) -> tuple[int, Any]:
    key = sha256(f"{id_}{deed}{who}{said}".encode()).hexdigest()
    return await api.post(f"/v1/alarms/{id_}/{deed}", said, who=who, Idempotency_Key=key)


async def late_approval(api: Api) -> dict[str, Any]:
    """The alarm of a delivery of today that waits for a second person."""
    status, made = await api.post("/v1/instructions", FREE)
    assert status == 201, made
    assert not [a for a in await later(api, minutes=1) if a["rule"] == "approval_late"]
    (alarm,) = [a for a in await later(api, minutes=20) if a["rule"] == "approval_late"]
    assert alarm["object"] == alarm["instruction"] == made["id"]
    return alarm


async def test_an_alarm_rises_once_and_clears_when_its_rule_holds_no_more(api: Api) -> None:
    alarm = await late_approval(api)
    assert (alarm["state"], alarm["owner"]) == ("sounding", None)
    assert [a["id"] for a in await later(api, minutes=5) if a["rule"] == "approval_late"] == [
        alarm["id"]
    ]
    path = f"/v1/instructions/{alarm['object']}/cancel"
    status, said = await api.post(path, {"reason": "not wanted"}, Idempotency_Key="cancel")
    assert status == 200, said
    assert not [a for a in await later(api, minutes=1) if a["rule"] == "approval_late"]
    past = await api.get("/v1/alarms?cleared=true")
    assert [a["state"] for a in past["alarms"] if a["id"] == alarm["id"]] == ["cleared"]
    status, refused = await answered(api, alarm["id"], "own")
    assert status == 409
    assert problem(refused, "not_allowed")["id"]["rule"] == "cleared"


async def test_who_owns_an_alarm_lets_it_go_and_nobody_else(api: Api) -> None:
    alarm = await late_approval(api)
    assert (await answered(api, alarm["id"], "own"))[1]["owner"] == "ann"
    for who, deed in (("bob", "own"), ("bob", "let-go")):
        status, refused = await answered(api, alarm["id"], deed, who)
        assert (status, problem(refused, "not_allowed")["owner"]["value"]) == (409, "ann")
    assert (await answered(api, alarm["id"], "let-go"))[1]["owner"] is None


async def test_what_is_acknowledged_is_quiet_until_it_is_twice_as_bad(api: Api) -> None:
    alarm = await late_approval(api)
    status, said = await answered(api, alarm["id"], "acknowledge", note="Bob is on his way")
    assert (status, said["state"], said["acknowledged_by"]) == (200, "acknowledged", "ann")
    async with api.running.core.pool.acquire() as db:
        await db.execute(
            "update alarm set quiet_weight = 2, weight = 3 where id = $1", UUID(alarm["id"])
        )
        rows = await api.get("/v1/alarms")
        assert [a["state"] for a in rows["alarms"] if a["id"] == alarm["id"]] == ["acknowledged"]
        await db.execute("update alarm set weight = 4 where id = $1", UUID(alarm["id"]))
    rows = await api.get("/v1/alarms")
    assert [a["state"] for a in rows["alarms"] if a["id"] == alarm["id"]] == ["sounding"]


async def test_what_is_muted_sounds_again_when_the_time_is_over(api: Api) -> None:
    alarm = await late_approval(api)
    until = (api.running.core.clock.now() + timedelta(hours=1)).isoformat()
    status, said = await answered(api, alarm["id"], "mute", reason="known", until=until)
    assert (status, said["state"], said["muted_by"]) == (200, "muted", "ann")
    (still,) = [a for a in await later(api, minutes=50) if a["id"] == alarm["id"]]
    (again,) = [a for a in await later(api, minutes=20) if a["id"] == alarm["id"]]
    assert (still["state"], again["state"]) == ("muted", "sounding")


@pytest.mark.parametrize(
    "deed, said, path",
    [
        ("acknowledge", {"note": " "}, "words"),
        ("acknowledge", {"note": "a\x07b"}, "words"),
        ("mute", {"reason": "known", "until": "2020-01-01T00:00:00Z"}, "until"),
        ("mute", {"reason": "known", "until": "2027-11-23T00:00:00Z"}, "until"),
    ],
)
async def test_an_answer_says_why_and_until_when(api: Api, deed: str, said: Any, path: str) -> None:
    alarm = await late_approval(api)
    status, refused = await answered(api, alarm["id"], deed, **said)
    assert status == 422
    assert path in problem(refused, "invalid")


async def test_who_only_sees_answers_nothing_and_each_answer_is_in_the_trail(api: Api) -> None:
    alarm = await late_approval(api)
    status, refused = await answered(api, alarm["id"], "own", "vera")
    assert (status, problem(refused, "forbidden")["Authorization"]["rule"]) == (403, "role")
    await answered(api, alarm["id"], "own")
    await answered(api, alarm["id"], "acknowledge", note="asked")
    await api.running.core.sweep()
    await api.running.core.idle()
    deeds = (await api.get(f"/v1/audit?object={alarm['id']}", "root"))["deeds"]
    assert [(d["type"], d["person"]) for d in deeds if d["person"] == "ann"] == [
        ("AlarmAcknowledged", "ann"),
        ("AlarmOwned", "ann"),
    ]
    assert deeds[0]["said"]["said"] == "asked"


async def test_a_lock_out_is_for_security_officers(api: Api) -> None:
    async with api.running.core.pool.acquire() as db:
        await db.execute(
            "update person set failed = 5, locked_until = now() + interval '10 min' where login = 'ann'"
        )
    (alarm,) = [a for a in await later(api, minutes=0) if a["rule"] == "locked_out"]
    assert alarm["object"] == "ann"
    assert (await answered(api, alarm["id"], "own", "bob"))[0] == 403
    assert (await answered(api, alarm["id"], "own", "root"))[0] == 200


async def test_every_rule_has_its_question_and_every_question_its_rule(api: Api) -> None:
    rules = await api.get("/v1/alarms/rules")
    answers.AlarmRules.model_validate(rules)
    assert {r["id"] for r in rules["rules"]} == set(RULES)
    assert set(QUERIES) | {"disk_low"} == set(RULES)


def test_a_limit_of_no_rule_or_below_zero_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        check_limits({"nonsense": Decimal(1), "unsent": Decimal(-1)})
    assert [p.rule for p in refused.value.problems] == ["unknown", "negative"]


async def test_the_page_counts_answers_and_exports(database: Any, tmp_path: Any) -> None:
    async with housed(database.owner, database.app, tmp_path) as house:
        await _at_the_desk(house)


async def _at_the_desk(house: House) -> None:
    core = house.running.core
    id_ = await delivery(house)
    await core.set_clock(core.clock.now() + timedelta(days=1, minutes=20))
    await Watch(core).look()
    ann = await house.signed_in("ann")
    page = await ann.get("/alarms")
    assert "waits for a second person" in page
    assert f'href="/instructions/{id_}"' in page
    async with house.pool.acquire() as db:
        alarm = await db.fetchval("select id from alarm where rule = 'approval_late'")
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"token": token, "words": "<b>known</b>", "for": "60"}
    assert (await ann.post(f"/alarms/{alarm}/mute", form))[0] == 303
    page = await ann.get("/alarms")
    assert "&lt;b&gt;known&lt;/b&gt;" in page
    assert "muted by ann" in page
    assert "approval_late" not in await ann.get("/export/alarms.csv")
    assert "Approval late" in await ann.get("/export/alarms.csv")


async def test_what_is_told_of_alarms_has_its_cause_in_the_books(api: Api) -> None:
    alarm = await late_approval(api)
    await answered(api, alarm["id"], "own")
    await api.running.core.sweep()
    await api.running.core.idle()
    async with api.running.core.pool.acquire() as db:
        told = await db.fetch("select type from event where type like 'Alarm%'")
        assert {r["type"] for r in told} >= {"AlarmRaised", "AlarmOwned"}
        assert await verify(db) == []
