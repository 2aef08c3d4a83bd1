"""A changed standing instruction with a payment right behind it: nothing leaves by it for a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from street import nak
from test_http import PAYMENT, Api, problem, serving
from test_proposals import asked, decided

from gateway.config import Settings

ACCOUNT = (
    "portfolio,servicer,safekeeping_account,cash_account,currency,cash_basis\n"
    "AGE-CORE,MERIUS30,,MB300001USD,USD,contractual\n"
)


@pytest.fixture
async def api(database: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """A gateway that rests as LIVE does by default; LIVE itself takes none of the demo's test BICs."""
    resting = Settings(data=tmp_path, environment="LIVE").cooling_hours
    monkeypatch.setenv("FINALITY_SSI_COOLING_HOURS", str(resting))
    async with serving(database.owner, database.app, tmp_path) as caller:
        yield caller


async def changed_account(api: Api) -> None:
    body = {"accounts.csv": ACCOUNT}
    _, said = await api.post("/v1/static", body, who="root", Idempotency_Key="account")
    proposal = await api.get(f"/v1/proposals/{said['proposal']}")
    status, said = await decided(api, proposal, "approve", "bob")
    assert status == 200, said


async def approval(api: Api, path: str) -> dict[str, str]:
    """What an approval of this says."""
    return {"content": (await api.get(path))["content"]}


async def paid(api: Api, **changes: Any) -> str:
    """A payment made by one person and approved by another, at once."""
    status, made = await api.post("/v1/payments", PAYMENT | changes, Idempotency_Key="pay")
    assert status == 201, made
    path = f"/v1/payments/{made['id']}"
    content = await approval(api, path)
    status, said = await api.post(f"{path}/approve", content, who="bob", Idempotency_Key="approve")
    assert status == 200, said
    return path


async def rests(api: Api, path: str, what: str) -> None:
    """It waits the 24 hours of LIVE, to the minute, and then goes."""
    core = api.running.core
    case = await api.get(path)
    assert "ssi_cooling" in case["flags"]
    assert what in case["waiting"]["waits_for"]
    async with core.pool.acquire() as db:
        assert await db.fetchval("select count(*) from outbox") == 0
    ends = core.clock.now() + timedelta(hours=24)
    await core.set_clock(ends - timedelta(minutes=1))
    await core.idle()
    assert (await api.get(path))["wire_reference"] is None
    await core.set_clock(ends)
    await core.idle()
    case = await api.get(path)
    assert "ssi_cooling" not in case["flags"]
    assert case["wire_reference"] is not None


async def test_a_payment_from_an_account_just_changed_waits_a_day_whoever_approves(api):
    await changed_account(api)
    later = {"value_date": "2026-11-25", "cash_account": "MB300001USD"}
    await rests(api, await paid(api, **later), "MB300001USD has just been changed")


async def test_a_payment_to_a_firm_whose_instruction_just_changed_waits_a_day(api):
    assert (await decided(api, await asked(api), "approve", "bob"))[0] == 200
    path = await paid(api, value_date="2026-11-25")
    await rests(api, path, "KESTUS30 US equity has just been changed")


async def test_a_payment_that_waits_so_can_be_cancelled_and_never_leaves(api):
    assert (await decided(api, await asked(api), "approve", "bob"))[0] == 200
    path = await paid(api, value_date="2026-11-25")
    status, said = await api.post(f"{path}/cancel", {"reason": "never ours"}, Idempotency_Key="c")
    assert (status, said["state"]) == (200, "cancelled")
    core = api.running.core
    await core.set_clock(core.clock.now() + timedelta(hours=25))
    await core.idle()
    async with core.pool.acquire() as db:
        assert await db.fetchval("select count(*) from outbox") == 0


async def test_releasing_or_changing_it_does_not_shorten_the_rest(api):
    assert (await decided(api, await asked(api), "approve", "bob"))[0] == 200
    path = await paid(api, value_date="2026-11-25")
    for action in ("hold", "release"):
        status, said = await api.post(f"{path}/{action}", {}, Idempotency_Key=action)
        assert status == 200, said
    status, said = await api.post(f"{path}/release-date", {}, who="bob", Idempotency_Key="date")
    if status != 200:
        problem(said, "not_allowed")
    assert (await api.get(path))["wire_reference"] is None


FREE = {
    "reference": "FREE/1",
    "portfolio": "AGE-CORE",
    "direction": "DELI",
    "payment": "FREE",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-23",
    "settle_date": "2026-11-24",
    "isin": "US5949181045",
    "quantity": {"type": "UNIT", "value": "250"},
}


async def test_what_was_repaired_before_the_change_is_not_approved_into_it(api):
    async def approve(key: str) -> tuple[int, Any]:
        content = await approval(api, path)
        return await api.post(f"{path}/approve", content, who="bob", Idempotency_Key=key)

    _, made = await api.post("/v1/instructions", FREE)
    path = f"/v1/instructions/{made['id']}"
    assert (await approve("first"))[0] == 200
    await api.running.core.idle()
    refused = nak((await api.get(path))["wire_reference"])
    status, said = await api.post(
        "/v1/messages?link=swift", refused, who="custodian", Idempotency_Key="nak"
    )
    assert status == 201, said
    await api.running.core.idle()
    status, said = await api.post(f"{path}/repair", {"name": "again"}, Idempotency_Key="repair")
    assert status == 200, said
    assert (await decided(api, await asked(api), "approve", "bob"))[0] == 200
    status, said = await approve("soon")
    assert status == 422
    found = problem(said, "invalid")["ssi_cooling"]
    assert "KESTUS30 US equity has just been changed" in found["message"]
    await api.running.core.idle()
    assert (await api.get(path))["version"] == 1
