"""Who works on what: own, assign, note and follow-up; each an event by the person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from street import TUESDAY, Street, a_database, a_street, ack, buy

import store.people
from gateway import people
from gateway.clock import real_now
from store import desk
from store.people import Entitlement


@pytest.fixture
async def own_street(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Path
) -> AsyncIterator[Street]:
    """A street of this test's own: its clock is moved."""
    async with (
        a_database(postgres, as_superuser, template, "work") as given,
        a_street(given, tmp_path) as street,
    ):
        yield street


async def sent(street: Street, reference: str) -> str:
    id_ = await street.submit(buy(street.portfolio(), reference))
    await street.deliver("swift", ack(await street.wire(id_)))
    return id_


def told(case: Any, type_: str) -> list[tuple[str, Any]]:
    return [(e["actor"], e["payload"]) for e in case["timeline"] if e["type"] == type_]


async def to_do_now(street: Street) -> set[str]:
    view = desk.View("act")
    async with street.up.core.pool.acquire() as db:
        page = await desk.page(db, view, street.up.core.clock.now().date(), None, 100)
    return {str(row["id"]) for row in page.rows}


async def test_what_one_owns_another_may_take_and_only_its_owner_lets_go(street: Street) -> None:
    id_ = await sent(street, "OWN-1")
    assert (await street.act("anna", id_, "own"))[0] == 200
    status, said = await street.act("anna", id_, "own")
    assert (status, said["errors"][0]["rule"]) == (409, "owned_already")
    status, said = await street.act("ben", id_, "let-go")
    assert status == 409
    assert "anna owns it" in said["errors"][0]["message"]
    assert (await street.act("ben", id_, "own"))[0] == 200
    case = await street.case(id_)
    assert [f for f in case["flags"] if f.startswith("owner:")] == ["owner:ben"]
    assert told(case, "Owned") == [
        ("anna", {"owner": "anna"}),
        ("ben", {"owner": "ben", "before": "anna"}),
    ]
    assert (await street.act("ben", id_, "let-go"))[0] == 200
    assert not [f for f in (await street.case(id_))["flags"] if f.startswith("owner:")]


async def test_work_is_given_to_people_who_can_sign_in(street: Street) -> None:
    id_ = await sent(street, "ASSIGN-1")
    assert (await street.act("anna", id_, "assign", {"to": "order management"}))[0] == 200
    status, said = await street.act("anna", id_, "assign", {"to": "nobody at all"})
    assert (status, said["errors"][0]["rule"]) == (422, "unknown_person")
    assert "anna" in said["errors"][0]["message"]
    case = await street.case(id_)
    assert "owner:order management" in case["flags"]
    async with street.up.core.pool.acquire() as db:
        view = desk.View("all", (("owner", "order management"),))
        page = await desk.page(db, view, TUESDAY.date(), None, 10)
    assert [str(row["id"]) for row in page.rows] == [id_]


async def test_a_note_stands_in_the_timeline_even_of_what_is_over(street: Street) -> None:
    id_ = await street.submit(
        buy(street.portfolio(), "NOTE-1", direction="DELI", payment="FREE", price=None,
            deal_amount=None, commission=None, settlement_amount=None)
    )  # fmt: skip
    assert (await street.act("anna", id_, "cancel", {"reason": "typo"}))[0] == 200
    assert (await street.act("anna", id_, "own"))[0] == 409  # nothing is left to work on
    script = "<script>alert(1)</script> called the broker"
    assert (await street.act("ben", id_, "note", {"text": script}))[0] == 200
    assert told(await street.case(id_), "Noted") == [("ben", {"note": script})]
    for wrong in ({}, {"text": ""}, {"text": "two\nlines"}, {"text": "x" * 1001}):
        assert (await street.act("ben", id_, "note", wrong))[0] == 422


async def test_a_follow_up_comes_up_at_its_time_until_somebody_acts(own_street: Street) -> None:
    street = own_street
    id_ = await sent(street, "FOLLOW-1")
    at = TUESDAY + timedelta(minutes=30)
    status, said = await street.act("anna", id_, "follow-up", {"at": TUESDAY.isoformat()})
    assert (status, said["errors"][0]["rule"]) == (422, "past")
    assert (await street.act("anna", id_, "follow-up", {"at": at.isoformat()}))[0] == 200
    assert id_ not in await to_do_now(street)
    await street.set_clock(at - timedelta(minutes=1))
    assert id_ not in await to_do_now(street)
    await street.set_clock(at)
    assert id_ in await to_do_now(street)
    assert "follow_up_due" in (await street.case(id_))["flags"]
    assert (await street.act("ben", id_, "note", {"text": "they will deliver at noon"}))[0] == 200
    assert id_ not in await to_do_now(street)


async def test_a_follow_up_that_was_moved_or_dropped_does_not_come_up(own_street: Street) -> None:
    street = own_street
    id_ = await sent(street, "FOLLOW-2")
    first, second = TUESDAY + timedelta(minutes=10), TUESDAY + timedelta(minutes=40)
    for at in (first, second):
        assert (await street.act("anna", id_, "follow-up", {"at": at.isoformat()}))[0] == 200
    await street.set_clock(first + timedelta(minutes=1))
    assert id_ not in await to_do_now(street)
    assert (await street.act("anna", id_, "follow-up", {}))[0] == 200
    await street.set_clock(second + timedelta(minutes=1))
    assert id_ not in await to_do_now(street)
    assert not [f for f in (await street.case(id_))["flags"] if f.startswith("follow_up")]


async def test_a_name_of_two_words_is_one_person_wherever_it_stands(street: Street) -> None:
    """Who changed a draft cannot approve it, whatever their name looks like."""
    free = buy(street.portfolio(), "WORDS-1", direction="DELI", payment="FREE", price=None,
               deal_amount=None, commission=None, settlement_amount=None)  # fmt: skip
    id_ = await street.submit(free, who="anna")
    status, said = await street.act(
        "upstream", id_, "amend", {"quantity": {"type": "UNIT", "value": "900"}}
    )
    assert status == 200, said
    async with street.up.core.pool.acquire() as db:
        await store.people.grant(db, [Entitlement("order management", "checker")])
        street.keys["upstream-checks"] = await people.create_key(
            db, "checks", "order management", ["checker"], real_now()
        )
    status, said = await street.act("upstream-checks", id_, "approve")
    assert (status, said["errors"][0]["rule"]) == (403, "four_eyes")
    assert (await street.act("ben", id_, "approve"))[0] == 200
