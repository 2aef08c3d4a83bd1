"""What each alarm watches: the database says so, whichever process works the link or the instruction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk_house import House, housed
from desk_world import NOW, condition

from gateway.alarms import Watch, sounds
from gateway.api.cursors import write_place
from gateway.clock import real_now
from gateway.sink import TOLD
from store import alarms, cases, static
from store.cases import ExceptionRow


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def standing(house: House, rule: str) -> dict[str, Any]:
    """The alarms of this rule after a look, by object."""
    await Watch(house.running.core).look()
    async with house.pool.acquire() as db:
        return {r["object"]: r for r in await alarms.standing(db) if r["rule"] == rule}


async def link_is(house: House, up: bool, seconds: int) -> None:
    """Whoever works the link saw it so, so long ago."""
    at = real_now() - timedelta(seconds=seconds)
    async with house.pool.acquire() as db:
        await alarms.note_links(db, {"swift": up, "of-yesterday": up}, at)
        await db.execute("update link_state set since = $1", at)


async def test_a_link_that_another_process_works_is_watched_and_comes_back_when_it_lasts(
    house: House,
) -> None:
    await link_is(house, False, 50)
    assert not await standing(house, "link_down")
    await link_is(house, False, 70)
    found = await standing(house, "link_down")
    assert set(found) == {"swift"}  # the other is no link of static data any more
    async with house.pool.acquire() as db:
        await alarms.acknowledge(db, found["swift"]["id"], "ann", NOW, "called them")
    await link_is(house, False, 110)
    assert not sounds((await standing(house, "link_down"))["swift"], NOW)
    await link_is(house, False, 130)
    assert sounds((await standing(house, "link_down"))["swift"], NOW)
    await link_is(house, True, 0)
    assert not await standing(house, "link_down")


async def test_a_custodian_silent_for_three_times_the_usual_is_named_once(house: House) -> None:
    usual = timedelta(minutes=45)
    late = {"state": "accepted", "whose_move": "them", "since": NOW - 3 * usual}
    await house.show(
        condition(1, **late),
        condition(2, **late),
        condition(3, **late | {"since": NOW - 2 * usual, "custodian": "RHEIDE30XXX"}),
        condition(4, **late | {"whose_move": "us", "custodian": "RHEIDE30XXX"}),
    )
    found = await standing(house, "silent")
    assert {name: row["weight"] for name, row in found.items()} == {"HARBUS30XXX": 2}


async def test_money_counts_as_late_by_what_is_open_of_it(house: House) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    amount = {"amount": Decimal(12_000_000), "quantity": Decimal(100), "settle_on": yesterday}
    await house.show(condition(1, **amount, open_quantity=Decimal(50), state="matched"))
    assert not await standing(house, "failing_money")
    await house.show(condition(2, **amount, open_quantity=Decimal(50), state="failing"))
    found = await standing(house, "failing_money")
    assert {name: row["weight"] for name, row in found.items()} == {"USD": 12_000_000}


async def test_an_exception_is_watched_until_somebody_takes_its_instruction_on(
    house: House,
) -> None:
    mine, nobodys = condition(1, flags=["owner:ann"]), condition(2)
    await house.show(mine, nobodys)
    long_ago = NOW - timedelta(hours=1)
    async with house.pool.acquire() as db:
        await cases.raise_exceptions(
            db,
            [
                ExceptionRow(row.lane, row.id, None, code, "k", "they differ", long_ago)
                for row, code in ((mine, "contradiction"), (nobodys, "unbuildable"))
            ],
        )
    (unowned,) = (await standing(house, "exceptions_wait")).values()
    assert unowned["weight"] == 1
    assert set(await standing(house, "contradiction")) == {"contradiction"}
    async with house.pool.acquire() as db:
        await db.execute(
            "update condition set flags = array['owner:bob'] where id = $1", nobodys.id
        )
    assert not await standing(house, "exceptions_wait")


async def test_listeners_told_late_and_a_cut_log_are_seen(house: House) -> None:
    assert not await standing(house, "log_broken")
    assert not await standing(house, "sink_behind")
    async with house.pool.acquire() as db:
        heads = dict(await db.fetch("select lane, seq from lane_head where seq > 0"))
        assert heads
        await static.set_setting(db, TOLD, write_place(dict.fromkeys(heads, 1)))
        behind = sum(heads.values()) - len(heads)
    watch = Watch(house.running.core)
    limit = {"sink_behind": Decimal(behind - 1)}
    watch.core.settings = watch.core.settings.model_copy(update={"alarms": limit})
    (late,) = (await standing(house, "sink_behind")).values()
    assert late["weight"] == behind
    async with house.pool.acquire() as db:
        await db.execute("update lane_head set seq = seq + 1 where lane = $1", min(heads))
    (broken,) = (await standing(house, "log_broken")).values()
    assert f"lanes {min(heads)}" in broken["words"]


async def test_the_strip_and_the_metrics_say_how_many_sound_and_how_bad(house: House) -> None:
    await link_is(house, False, 70)
    await standing(house, "link_down")
    strip = await (await house.signed_in("vera")).get("/positions")
    assert (
        '<span class="chip late"' in strip.partition('class="alarms"')[2].partition("Exceptions")[0]
    )
    assert 'finality_alarms{tone="late"} 1.0' in house.running.core.metrics.text().decode()
