"""People and the audit trail at the desk: who is let in, kept out, given rights, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, housed

from gateway import people
from gateway.clock import real_now
from gateway.desk.users import read_line, write_line
from gateway.handlers.right_changes import read
from schemas.problem import Refused
from store import people as rows
from store.people import Entitlement

TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        async with made.pool.acquire() as db:
            for who in ("sec1", "sec2"):
                made.keys[who] = await people.create_key(db, who, who, ["security"], real_now())
        yield made


async def token(browser: Browser, path: str = "/users") -> str:
    found = TOKEN.search(await browser.get(path))
    assert found
    return found[1]


async def settle(house: House) -> None:
    """Have in the log what was left for it."""
    await house.running.core.sweep()
    await house.running.core.idle()


async def test_a_person_is_added_and_disabled_by_a_security_officer_alone(house: House) -> None:
    officer, ann = await house.signed_in("sec1"), await house.signed_in("ann")
    await ann.get("/users", 403)
    form = {"token": await token(officer), "login": "mia", "name": "<script>Mia</script>"}
    status, page = await officer.post("/users", form)
    assert status == 200
    assert 'id="given"' in page
    assert "&lt;script&gt;Mia" in page
    assert "<script>Mia" not in page
    status, _ = await officer.post("/users/disable", {"token": form["token"], "login": "ann"})
    assert status == 303
    await ann.get("/", 303)


async def test_nobody_disables_or_resets_themselves(house: House) -> None:
    officer = await house.signed_in("sec1")
    form = {"token": await token(officer), "login": "sec1"}
    for deed in ("disable", "reset"):
        assert (await officer.post(f"/users/{deed}", form))[0] == 409


async def test_rights_asked_for_at_the_desk_wait_for_another_officer(house: House) -> None:
    officer = await house.signed_in("sec1")
    form = {
        "token": await token(officer),
        "login": "vera",
        "rights": "viewer\nmaker portfolio=AGE-CORE kind=DVP limit=USD5000000\n",
        "reason": "covers for ann",
    }
    assert (await officer.post("/users/rights", form))[0] == 303
    async with house.pool.acquire() as db:
        assert [r.role for r in await rows.rights(db, "vera")] == ["viewer"]
        waiting = await db.fetchrow("select kind, proposed_by, outcome from proposal")
    assert tuple(waiting) == ("rights", "sec1", None)


async def test_the_trail_says_who_did_what_to_whom_and_when(house: House) -> None:
    officer = await house.signed_in("sec1")
    form = {"token": await token(officer), "login": "vera"}
    assert (await officer.post("/users/disable", form))[0] == 303
    await settle(house)
    page = await officer.get("/audit?person=sec1&object=vera")
    assert "PersonDisabled" in page
    assert "KeyMade" not in page
    headers = {"Authorization": f"Bearer {house.keys['sec2']}"}
    where = f"{house.url}/v1/audit"
    found = []
    cursor = None
    while True:
        query = {"object": "vera", "limit": "1"} | ({"cursor": cursor} if cursor else {})
        async with officer.web.get(where, params=query, headers=headers) as answer:
            assert answer.status == 200
            said = await answer.json()
        found += [(d["person"], d["type"]) for d in said["deeds"]]
        cursor = said["cursor"]
        if cursor is None:
            break
    assert found == [("sec1", "PersonDisabled"), ("cli", "KeyMade")]
    await officer.get("/audit.csv?object=vera")
    await settle(house)
    assert "Exported" in await officer.get("/audit?person=sec1")


async def test_only_who_may_audit_reads_the_trail(house: House) -> None:
    ann = await house.signed_in("ann")
    await ann.get("/audit", 403)
    await ann.get("/audit.csv", 403)
    headers = {"Authorization": f"Bearer {house.keys['ann']}"}
    async with ann.web.get(f"{house.url}/v1/audit", headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("query", ["since=yesterday", "cursor=x", "x=1", "person=" + "x" * 141])
async def test_a_question_the_trail_cannot_read_is_refused(house: House, query: str) -> None:
    officer = await house.signed_in("sec1")
    assert (await officer.web.get(f"{house.url}/audit?{query}")).status in (400, 409)


@pytest.mark.parametrize(
    "line", ["maker limit=5", "maker x=1", "maker portfolio=", "a b", "maker limit=USD"]
)
def test_a_line_that_is_no_right_is_refused(line):
    with pytest.raises(Refused):
        read({"person": "ann", "rights": [read_line(line)]})


def test_a_right_is_written_as_it_is_read():
    line = "maker entity=AGE portfolio=AGE-CORE kind=DVP limit=USD5000000"
    _, (row,) = read({"person": "ann", "rights": [read_line(line)]})
    assert isinstance(row, Entitlement)
    assert write_line(row) == line
