"""People and the audit trail at the desk: who is let in, kept out, given rights, and what is said of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, housed

from gateway import identity, people
from gateway.clock import real_now
from gateway.desk import login
from gateway.desk.users import read_line, write_line
from gateway.handlers import told
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


async def tried(house: House, name: str, password: str) -> tuple[int, str, float]:
    """What the door answers, the name itself left out, and how long it takes in seconds."""
    begun = time.monotonic()
    status, page = await house.stranger().post("/login", {"name": name, "password": password})
    return status, page.replace(f'value="{name}"', ""), time.monotonic() - begun


async def test_the_door_does_not_say_which_names_there_are_or_are_locked(house: House) -> None:
    tries = house.running.core.settings.sign_in_tries
    given = {}
    async with house.pool.acquire() as db:
        for who in ("mia", "max", "out"):
            given[who] = await people.add(db, who, who, (), real_now(), "sec1")
        await people.disable(db, "out", real_now(), "sec1")
    for _ in range(tries):
        wrong = await tried(house, "mia", "not this one")
    answers = [
        wrong,
        await tried(house, "mia", given["mia"]),  # right, but locked
        await tried(house, "max", "not this one"),
        await tried(house, "out", given["out"]),
        await tried(house, "vera", "has no password"),
        await tried(house, "nobody", "not this one"),
    ]
    assert {(status, page) for status, page, _ in answers} == {answers[0][:2]}
    assert answers[0][0] == 403
    assert f"After {tries} wrong passwords" in answers[0][1]
    assert all(seconds >= people.NO_SECONDS for _, _, seconds in answers)
    assert (await tried(house, "max", given["max"]))[0] == 200
    told_ = [type_ for type_, *_ in await deeds(house, "mia")]
    assert told_ == ["PersonAdded", *["SignInFailed"] * tries, "LockedOut"]


async def test_a_lock_ends_by_itself_or_by_a_new_password(house: House) -> None:
    async with house.pool.acquire() as db:
        first = await people.add(db, "mia", "Mia", (), real_now(), "sec1")
        await db.execute("update person set locked_until = now() + '1 hour' where login = 'mia'")
        assert (await tried(house, "mia", first))[0] == 403
        await db.execute("update person set locked_until = now() where login = 'mia'")
        assert (await tried(house, "mia", first))[0] == 200
        await db.execute("update person set locked_until = now() + '1 hour' where login = 'mia'")
        second = await people.reset(db, "mia", "sec1")
    assert (await tried(house, "mia", second))[0] == 200


async def deeds(house: House, person: str) -> list[tuple[str, str, Any]]:
    """What the log says of a person: what happened, by whom, and what is said of it."""
    await settle(house)
    async with house.pool.acquire() as db:
        found = await db.fetch(
            "select type, actor, payload from event where aggregate = $1 and type <> 'KeyMade'"
            " order by lane, seq",
            told.person_id(person),
        )
    return [(r["type"], r["actor"], {**json.loads(r["payload"]), "person": ...}) for r in found]


async def test_who_comes_and_goes_by_link_or_key_is_in_the_trail(house: House) -> None:
    key = identity.prefix_of(house.keys["vera"])
    vera = house.stranger()
    await vera.get(await house.link("vera"))
    assert (await vera.post("/logout", {"token": await token(vera, "/")}))[0] == 303
    await house.signed_in("vera")
    assert await deeds(house, "vera") == [
        ("SignedIn", "vera", {"by": "one-time link", "key": key, "person": ...}),
        ("SignedOut", "vera", {"key": key, "person": ...}),
        ("SignedIn", "vera", {"by": "key", "key": key, "person": ...}),
    ]


async def test_a_session_that_ends_by_itself_or_by_an_officer_says_why(house: House) -> None:
    settings = house.running.core.settings
    sessions = login.Sessions(house.pool, settings)
    for _ in range(2):
        await house.signed_in("vera")
    async with house.pool.acquire() as db:
        await db.execute(
            "update session set seen_at = seen_at - $1::interval where hash ="
            " (select hash from session where person = 'vera' limit 1)",
            timedelta(minutes=settings.idle_minutes),
        )
    await sessions.sweep()
    await sessions.sweep()
    async with house.pool.acquire() as db:
        await people.disable(db, "vera", real_now(), "sec1")
    ended = [
        (by, said["why"]) for type_, by, said in await deeds(house, "vera") if "Ended" in type_
    ]
    assert ended == [("gateway", "idle"), ("sec1", "person disabled")]


async def test_every_file_and_print_that_leaves_the_desk_is_in_the_trail(house: House) -> None:
    vera = await house.signed_in("vera")
    for path in ("/export/positions.csv?portfolio=AGE-CORE", "/static/finality-static.xlsx"):
        assert (await vera.web.get(house.url + path)).status == 200
    await vera.get("/export/instructions.csv", 200)
    form = {"token": await token(vera, "/"), "page": "/instructions/1?x=y"}
    assert (await vera.post("/printed", form))[0] == 204
    assert (await vera.post("/printed", form | {"page": "a\nb"}))[0] == 409
    found = [(type_, said) for type_, _, said in await deeds(house, "vera") if type_ != "SignedIn"]
    asked = [said.get("list", said.get("page")) for _, said in found]
    assert asked == ["positions", "static data", "instructions", "/instructions/1?x=y"]
    assert found[0][1]["filters"] == {"portfolio": "AGE-CORE"}


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


async def test_a_key_is_listed_without_its_secret_and_revoked_by_an_officer(house: House) -> None:
    vera = await house.signed_in("vera")
    prefix = identity.prefix_of(house.keys["vera"])

    async def ask(who: str, method: str, path: str, key: str = "k") -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {house.keys[who]}", "Idempotency-Key": key}
        web = house.stranger().web
        async with web.request(method, house.url + path, headers=headers) as answer:
            return answer.status, await answer.text()

    status, listed = await ask("sec1", "GET", "/v1/keys")
    assert status == 200
    shown = {row["prefix"]: row for row in json.loads(listed)["keys"]}
    assert shown[prefix]["person"] == "vera"
    assert house.keys["vera"].rpartition("_")[2] not in listed
    for who in ("ann", "vera"):
        assert (await ask(who, "GET", "/v1/keys"))[0] == 403
        assert (await ask(who, "POST", f"/v1/keys/{prefix}/revoke"))[0] == 403
    assert (await ask("sec1", "POST", f"/v1/keys/{prefix}/revoke"))[0] == 200
    assert (await ask("sec1", "POST", f"/v1/keys/{prefix}/revoke", "again"))[0] == 404
    await vera.get("/", 303)
    found = [(type_, by) for type_, by, _ in await deeds(house, "vera")]
    assert found == [("SignedIn", "vera"), ("KeyDisabled", "sec1"), ("SessionEnded", "sec1")]
