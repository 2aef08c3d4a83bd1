"""`serve --workers 2`: two gateway processes on one port, over simulated links; one of them is killed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from gateway.clock import real_now
from gateway.people import create_key
from tests import faults
from tests.fault_harness import Harness, harness

pytestmark = pytest.mark.slow
COUNT = 200
SECONDS_MAX = 180


@pytest.fixture(scope="module")
async def up() -> AsyncIterator[Harness]:
    async with harness(seed=7, workers=2, payments=False) as running:
        async with asyncio.timeout(120):
            while await running.ask("select count(*) from worker") < 2 or not await shared(running):
                await asyncio.sleep(0.1)
        yield running


async def shared(up: Harness) -> bool:
    """Whether both hold half of the lanes."""
    query = "select count(distinct holder) = 2 and min(n) = 32 from (select holder, count(*) as n"
    return bool(await up.ask(f"{query} from lane_lease group by holder) held"))


async def send(up: Harness, count: int) -> None:
    """Submit so many, each over a connection of its own, so that both processes are asked."""
    connector = aiohttp.TCPConnector(force_close=True, limit=16)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=5)
    ) as web:
        first, up.sent = up.sent, up.sent + count
        await asyncio.gather(*(up.submit(web, n) for n in range(first, up.sent)))


async def all_settled(up: Harness, count: int) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while await up.ask("select count(*) from condition where state = 'settled'") < count:
            await asyncio.sleep(0.2)


async def scrape(up: Harness) -> dict[str, float]:
    """What one of the processes says of all."""
    async with (
        aiohttp.ClientSession() as web,
        web.get(f"http://127.0.0.1:{up.port}/metrics") as answer,
    ):
        lines = [x for x in (await answer.text()).splitlines() if x[:1] != "#"]
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines)}


def workers(up: Harness) -> list[int]:
    """The gateway processes behind process 0."""
    parent = up.pid("gateway")
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in text.split()]


async def test_two_hundred_settle_whichever_process_takes_them(up: Harness) -> None:
    await send(up, COUNT)
    await all_settled(up, COUNT)
    assert up.errors == []
    assert len(up.accepted) == COUNT
    by_lane = await up.ask(
        "select json_object_agg(lane, n)::text from (select lane, count(*) as n"
        " from instruction group by lane) counted"
    )
    held = await up.ask("select json_object_agg(lane, holder)::text from lane_lease")
    holders = Counter(json.loads(held)[lane] for lane in json.loads(by_lane))
    assert len(holders) == 2, "only one process had anything to decide"
    assert await faults.settle_and_check(up) == []


async def test_metrics_are_the_sum_whoever_is_asked(up: Harness) -> None:
    await all_settled(up, COUNT)
    sent = await up.ask("select sum(attempt) from outbox where link = 'swift'")
    received = await up.ask("select sum(seen) from inbox where link = 'swift'")
    seen = [await scrape(up) for _ in range(12)]
    for name, count in (("sent", sent), ("received", received)):
        assert {s[f'finality_messages_{name}_total{{link="swift"}}'] for s in seen} == {
            float(count)
        }
    assert all(s["finality_items_total"] >= COUNT for s in seen)
    assert all(s["finality_queue"] == 0 for s in seen)
    assert not [name for name in seen[0] if "pid=" in name]


async def test_people_are_answered_by_the_holder_whichever_process_they_ask(
    up: Harness,
) -> None:
    keys = await people(up)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as web:

        async def ask(who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {keys[who]}"}
            if method == "POST":
                headers["Idempotency-Key"] = os.urandom(8).hex()
                kind = "octet-stream" if isinstance(body, bytes) else "json"
                headers["Content-Type"] = f"application/{kind}"
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
            url = f"http://127.0.0.1:{up.port}{path}"
            async with web.request(method, url, data=body, headers=headers) as answer:
                return answer.status, await answer.json(content_type=None)

        count = 12
        for n in range(count):
            status, said = await ask("link", "POST", "/v1/messages?link=quay", b"letter %d" % n)
            assert status == 201, said
        async with asyncio.timeout(20):
            while True:
                _, said = await ask("ann", "GET", "/v1/exceptions?code=unreadable")
                if len(said["exceptions"]) == count:
                    break
                await asyncio.sleep(0.2)
        for x in said["exceptions"]:
            path = f"/v1/exceptions/{x['id']}/close"
            status, done = await ask("ann", "POST", path, {"reason": "no message"})
            assert (status, done.get("closed_by")) == (200, "ann"), done
            status, refused = await ask("bob", "POST", path, {"reason": "mine"})
            assert (status, refused["errors"][0]["rule"]) == (409, "closed"), refused
        assert await up.ask("select count(*) from event where type = 'ExceptionClosed'") == count
        assert await up.ask("select count(*) from command_answer") == 0


async def people(up: Harness) -> dict[str, str]:
    db = await asyncpg.connect(up.real.app_dsn)
    try:
        return {
            name: await create_key(db, name, name, roles, real_now())
            for name, roles in (("ann", ["maker"]), ("bob", ["checker"]), ("link", ["link"]))
        }
    finally:
        await db.close()


async def test_one_is_killed_and_the_rest_goes_on(up: Harness) -> None:
    already = len(up.accepted)
    before = await scrape(up)
    victims = workers(up)
    assert len(victims) == 2
    sending = asyncio.create_task(send(up, COUNT))
    while len(up.accepted) < already + COUNT // 4:
        await asyncio.sleep(0.01)
    os.kill(victims[0], signal.SIGKILL)
    await sending
    await all_settled(up, already + COUNT)
    assert up.errors == []
    async with asyncio.timeout(120):
        while len(now := workers(up)) < 2 or not await shared(up):
            await asyncio.sleep(0.1)
    assert victims[1] in now
    assert victims[0] not in now
    assert await faults.settle_and_check(up) == []
    after = await scrape(up)
    fallen = [k for k in before if re.search("_(total|count|bucket)", k) and after[k] < before[k]]
    assert fallen == [], "a counter fell"
    ended = (up.data / "gateway.log").read_text().count("worker ended")
    assert ended == 1, "nobody but the killed one ended"
