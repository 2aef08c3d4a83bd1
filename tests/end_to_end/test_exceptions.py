"""The exceptions queue: close, send through again, repair with a second pair of eyes; all in the log."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import asyncpg
import pytest
from desk_house import Browser
from street import MONDAY, Street, a_database, a_street, ack, buy, confirmation, mt548

from gateway.api import answers
from gateway.handlers.case import reference_for

APPLE = "US0378331005"
LATER = MONDAY + timedelta(minutes=30)


@pytest.fixture(scope="module")
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Street]:
    """One gateway for all: Tuesday, the settlement date."""
    async with (
        a_database(postgres, as_superuser, template, "exceptions") as parts,
        a_street(parts, tmp_path_factory.mktemp("exceptions")) as opened,
    ):
        yield opened
        assert await opened.findings() == []


async def sent(street: Street, reference: str) -> tuple[str, str, str]:
    """A purchase the network took: portfolio, id and reference on the wire."""
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, reference))
    wire = await street.wire(id_)
    await street.deliver("swift", ack(wire))
    return portfolio, id_, wire


def garbled(raw: bytes) -> bytes:
    """A quantity with a letter in it: it cannot be read."""
    return raw.replace(b"UNIT/1000,", b"UNIT/1O00,")


async def raised(street: Street, message: int) -> Any:
    """The open exception about this message, once there is one."""
    async with asyncio.timeout(10):
        while True:
            found = (await street.get("/v1/exceptions"))["exceptions"]
            answers.Exceptions.model_validate({"exceptions": found})
            mine = [x for x in found if x["message"] == message]
            if mine:
                return mine[0]
            await street.up.core.sweep()
            await asyncio.sleep(0.02)


async def do(
    street: Street, who: str, token: str, what: str, body: dict[str, Any] | None = None, **kw: Any
) -> tuple[int, Any]:
    status, said = await street.post(who, f"/v1/exceptions/{token}/{what}", body or {}, **kw)
    if status == 200:
        answers.ExceptionCase.model_validate(said)
    await street.quiet()
    return status, said


async def unreadable(street: Street, reference: str) -> tuple[str, str, bytes, int, str]:
    """A confirmation that came garbled: portfolio, instruction, what was meant, its number, token."""
    portfolio, id_, wire = await sent(street, reference)
    meant = confirmation(wire, f"CF{reference}")
    [message] = await street.deliver("swift", garbled(meant))
    return portfolio, id_, meant, message, (await raised(street, message))["id"]


async def state_of(street: Street, id_: str, wanted: str) -> None:
    async with asyncio.timeout(10):
        while (await street.case(id_))["state"] != wanted:
            await asyncio.sleep(0.02)


def rules(said: Any) -> list[str]:
    return [e["rule"] for e in said["errors"]]


def repair_of(meant: bytes, reason: str = "letter O for zero") -> dict[str, Any]:
    return {"text": meant.decode(), "reason": reason}


# closing --------------------------------------------------------------------------------------------


async def test_closing_needs_a_reason_and_is_an_event_with_its_actor(street: Street) -> None:
    *_, message, token = await unreadable(street, "CLOSE-1")
    status, said = await do(street, "ben", token, "close")
    assert (status, said["errors"][0]["path"]) == (422, "reason")
    status, said = await do(street, "ben", token, "close", {"reason": " "})
    assert status == 422
    status, said = await do(street, "ben", token, "close", {"reason": "asked them to resend"})
    assert status == 200, said
    assert (said["outcome"], said["closed_by"]) == ("closed", "ben")
    assert said["closed_reason"] == "asked them to resend"
    [deed] = said["history"]
    assert (deed["type"], deed["actor"]) == ("ExceptionClosed", "ben")
    assert deed["payload"]["reason"] == "asked them to resend"
    [event] = await logged(street, "ExceptionClosed", message)
    assert (event["actor"], event["cause"]) == ("ben", message)


async def test_closing_twice_is_done_once_for_the_same_person_and_refused_for_another(
    street: Street,
) -> None:
    *_, message, token = await unreadable(street, "CLOSE-2")
    for _ in range(2):  # under two keys: as after a lost answer
        status, _ = await do(street, "ben", token, "close", {"reason": "known"})
        assert status == 200
    assert len(await logged(street, "ExceptionClosed", message)) == 1
    for what, body in (("close", {"reason": "me too"}), ("reinject", {})):
        status, said = await do(street, "anna", token, what, body)
        assert (status, rules(said)) == (409, ["closed"])
        assert "ben" in said["errors"][0]["message"]


async def test_what_nobody_raised_is_not_there(street: Street) -> None:
    *_, token = await unreadable(street, "CLOSE-3")
    status, _ = await do(street, "ben", token[:-2] + "AA", "close", {"reason": "x"})
    assert status in (400, 404)
    status, said = await do(street, "custody", token, "close", {"reason": "x"})
    assert status == 403, said


async def logged(street: Street, type_: str, message: int) -> list[Any]:
    async with street.up.core.pool.acquire() as db:
        return list(
            await db.fetch("select * from event where type = $1 and cause = $2", type_, message)
        )


# sending through again ------------------------------------------------------------------------------


async def test_a_message_sent_through_again_goes_the_ordinary_way(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug parked it; the bug is mended; nobody sends it again but us."""
    portfolio, id_, wire = await sent(street, "AGAIN-1")
    settling = confirmation(wire, "CFAGAIN1")

    def bug(*_: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("gateway.inbound.speaks_of", bug)
        [message] = await street.deliver("swift", settling)
    x = await raised(street, message)
    assert x["code"] == "bug"
    status, said = await do(street, "anna", x["id"], "reinject", {"reason": "mended"})
    assert status == 200, said
    assert (said["outcome"], said["history"][0]["type"]) == ("reinjected", "MessageReinjected")
    await state_of(street, id_, "settled")
    assert (await street.get(f"/v1/messages/{message}"))["state"] == "done"
    assert (await street.position(portfolio, APPLE))["settled"] == "1000"
    case = await street.case(id_)
    assert case["journals"][-1]["cause"] == message
    await street.deliver("swift", settling)  # and it is still the message it was
    assert (await street.get(f"/v1/messages/{message}"))["seen"] == 2
    assert (await street.position(portfolio, APPLE))["settled"] == "1000"


async def test_what_fails_again_is_raised_again_and_an_old_page_is_refused(
    street: Street,
) -> None:
    *_, message, token = await unreadable(street, "AGAIN-2")
    assert (await do(street, "anna", token, "reinject"))[0] == 200
    again = await raised(street, message)
    assert again["id"] != token
    assert again["outcome"] is None
    status, said = await do(street, "ben", token, "close", {"reason": "from an old page"})
    assert (status, rules(said)) == (409, ["stale"])
    assert (await do(street, "ben", again["id"], "close", {"reason": "give up"}))[0] == 200
    history = (await street.get(f"/v1/exceptions/{again['id']}"))["history"]
    assert [h["type"] for h in history] == ["MessageReinjected", "ExceptionClosed"]


async def test_a_message_that_was_worked_meanwhile_is_not_sent_through(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Any
) -> None:
    async with (
        a_database(postgres, as_superuser, template, "exceptions_stale") as parts,
        a_street(parts, tmp_path, now=MONDAY) as street,
    ):
        wire = reference_for("SI", "upstream", "EARLY-1", 1)
        [message] = await street.deliver("swift", mt548(wire, "E1", "MTCH//MACH"))
        await street.set_clock(LATER)
        token = (await raised(street, message))["id"]
        id_ = await street.submit(buy(street.portfolio(), "EARLY-1"))
        await state_of(street, id_, "matched")
        for what, body in (
            ("reinject", {}),
            ("repair", repair_of(mt548(wire, "E2", "MTCH//MACH"))),
        ):
            status, said = await do(street, "anna", token, what, body)
            assert (status, rules(said)) == (409, ["worked"])
        assert (await do(street, "anna", token, "close", {"reason": "it was placed"}))[0] == 200
        assert await street.findings() == []


async def test_an_exception_without_a_message_can_only_be_closed(street: Street) -> None:
    _, id_, wire = await sent(street, "LIFE-1")
    await street.deliver("swift", confirmation(wire, "CFLIFE1", "1001", "USD190465,28"))
    [x] = (await street.case(id_))["exceptions"]
    assert x["message"] is None
    status, said = await do(street, "anna", x["id"], "reinject")
    assert (status, rules(said)) == (409, ["no_message"])
    assert (await do(street, "anna", x["id"], "close", {"reason": "told them"}))[0] == 200
    told = [e for e in (await street.case(id_))["timeline"] if e["type"] == "ExceptionClosed"]
    assert [e["actor"] for e in told] == ["anna"]


# repair ---------------------------------------------------------------------------------------------


async def test_a_repair_is_let_in_by_another_person_and_every_figure_leads_to_both_versions(
    street: Street,
) -> None:
    portfolio, id_, meant, message, token = await unreadable(street, "REPAIR-1")
    status, said = await do(street, "anna", token, "repair", repair_of(meant))
    assert status == 200, said
    assert said["outcome"] is None
    [asked] = said["repairs"]
    assert (asked["maker"], asked["original"], asked["decision"]) == ("anna", message, None)
    assert said["proposed"] == asked["message"]
    assert (await street.get(f"/v1/messages/{asked['message']}"))["state"] == "proposed"
    assert (await street.case(id_))["state"] == "sent", "nobody let it in yet"

    status, said = await do(street, "ben", token, "repair/approve", {"message": asked["message"]})
    assert status == 200, said
    assert (said["outcome"], said["closed_by"]) == ("repaired", "ben")
    await state_of(street, id_, "settled")
    assert (await street.position(portfolio, APPLE))["settled"] == "1000"

    case = await street.case(id_)
    cause = case["journals"][-1]["cause"]
    assert await street.bytes_of(cause) == meant
    repaired = await street.get(f"/v1/messages/{cause}")
    answers.Message.model_validate(repaired)
    assert (repaired["repairs"], repaired["state"]) == (message, "done")
    assert await street.bytes_of(repaired["repairs"]) == garbled(meant)
    original = await street.get(f"/v1/messages/{message}")
    assert (original["repaired_as"], original["state"]) == (cause, "replaced")
    assert original["seen"] == 1
    assert [m["repairs"] for m in case["messages"] if m["id"] == cause] == [message]
    assert [(h["type"], h["actor"]) for h in said["history"]] == [
        ("RepairAsked", "anna"),
        ("RepairApproved", "ben"),
    ]
    payload = said["history"][1]["payload"]
    assert payload["original_sha256"] == hashlib.sha256(garbled(meant)).hexdigest()
    assert payload["repaired_sha256"] == hashlib.sha256(meant).hexdigest()


@pytest.mark.parametrize("who", ["anna", "anna-checks", "admin"])
async def test_who_wrote_a_repair_never_lets_it_in_by_any_key(street: Street, who: str) -> None:
    _, id_, meant, message, token = await unreadable(street, f"E-{who}")
    maker = "admin" if who == "admin" else "anna"
    status, said = await do(street, maker, token, "repair", repair_of(meant))
    assert status == 200, said
    status, said = await do(street, who, token, "repair/approve", {"message": said["proposed"]})
    assert status == 403, said
    assert rules(said) == (["role"] if who == "anna" else ["four_eyes"])
    assert (await street.get(f"/v1/messages/{message}"))["state"] == "parked"
    assert (await street.case(id_))["state"] == "sent"


async def test_the_database_itself_refuses_an_approval_by_the_maker(street: Street) -> None:
    *_, meant, _, token = await unreadable(street, "EYES-DB")
    _, said = await do(street, "anna", token, "repair", repair_of(meant))
    async with street.up.core.pool.acquire() as db:
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(
                "update repair set decision = 'approved', decided_by = 'anna', decided_at = now()"
                " where message = $1",
                said["proposed"],
            )
        for row in ("repair", "raw_message"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.execute(f"delete from {row}")


async def test_a_repair_turned_down_leaves_the_exception_open_for_another(street: Street) -> None:
    _, id_, meant, _, token = await unreadable(street, "DOWN-1")
    wrong = meant.replace(b"UNIT/1000,", b"UNIT/100,")
    _, said = await do(street, "anna", token, "repair", repair_of(wrong))
    first = said["proposed"]
    status, said = await do(
        street, "ben", token, "repair/refuse", {"message": first, "reason": "it was a thousand"}
    )
    assert status == 200, said
    assert (said["outcome"], said["proposed"]) == (None, None)
    assert (await street.get(f"/v1/messages/{first}"))["state"] == "refused"
    for body in (wrong, meant):  # the same bytes may be proposed once more, and taken back
        status, said = await do(street, "anna", token, "repair", repair_of(body))
        assert status == 200, said
        if body == wrong:
            back = {"message": said["proposed"], "reason": "my mistake"}
            assert (await do(street, "anna", token, "repair/refuse", back))[0] == 200
    status, again = await do(street, "ben", token, "repair/approve", {"message": first})
    assert (status, rules(again)) == (409, ["decided"])
    status, again = await do(street, "ben", token, "repair/approve", {"message": said["proposed"]})
    assert status == 200, again
    assert [r["decision"] for r in again["repairs"]] == ["refused", "refused", "approved"]
    await state_of(street, id_, "settled")


async def test_each_step_of_a_repair_asked_again_is_done_once(street: Street) -> None:
    _, id_, meant, message, token = await unreadable(street, "ONCE-1")
    for _ in range(2):
        status, said = await do(street, "anna", token, "repair", repair_of(meant))
        assert status == 200, said
    [proposed] = [r["message"] for r in said["repairs"]]
    for _ in range(2):
        status, said = await do(street, "ben", token, "repair/approve", {"message": proposed})
        assert status == 200, said
    await state_of(street, id_, "settled")
    for type_ in ("RepairAsked", "RepairApproved"):
        assert len(await logged(street, type_, message)) == 1


async def test_while_a_repair_waits_nothing_else_is_done_with_its_message(street: Street) -> None:
    _, id_, meant, _, token = await unreadable(street, "WAITS-1")
    await do(street, "anna", token, "repair", repair_of(meant))
    other = meant.replace(b"UNIT/1000,", b"UNIT/999,")
    for who, what, body in (
        ("admin", "repair", repair_of(other)),
        ("ben", "reinject", {}),
        ("ben", "close", {"reason": "enough"}),
    ):
        status, refused = await do(street, who, token, what, body)
        assert (status, rules(refused)) == (409, ["repair_waits"]), what
    status, refused = await do(street, "ben", token, "repair/approve", {"message": 1})
    assert (status, rules(refused)) == (409, ["no_repair"])
    assert (await street.case(id_))["state"] == "sent"


async def test_a_repair_that_is_none_is_refused_with_every_fault(street: Street) -> None:
    *_, meant, _, token = await unreadable(street, "NONE-1")
    for body, rule in (
        (repair_of(garbled(meant)), "unchanged"),
        (repair_of(meant + b"$" + meant), "count"),
        ({"text": " ", "reason": "r"}, "count"),
        ({"text": meant.decode()}, "missing"),
        ({"reason": "r"}, "value_error"),
        ({"text": "a", "bytes": "YQ==", "reason": "r"}, "value_error"),
        ({"bytes": "%%", "reason": "r"}, "base64"),
    ):
        status, said = await do(street, "anna", token, "repair", body)
        assert status == 422, (body, said)
        assert rule in rules(said), (rule, said)
    still = meant.replace(b"UNIT/1000,", b"UNIT/10O0,")
    status, said = await do(street, "anna", token, "repair", repair_of(still))
    assert status == 422
    assert "36B" in str(said["errors"])
    status, said = await do(street, "ben", token, "repair", repair_of(meant))
    assert (status, rules(said)) == (403, ["role"])


async def test_bytes_of_a_repair_survive_as_they_were_sent(street: Street) -> None:
    *_, meant, _, token = await unreadable(street, "BYTES-1")
    exact = meant.replace(b"\r\n", b"\n")
    body = {"bytes": base64.b64encode(exact).decode(), "reason": "line ends"}
    status, said = await do(street, "anna", token, "repair", body)
    assert status == 200, said
    assert await street.bytes_of(said["proposed"]) == exact
    assert said["repairs"][0]["raw"] == exact.decode()


async def test_a_repaired_message_that_knows_no_instruction_is_an_exception_of_its_own(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Any
) -> None:
    async with (
        a_database(postgres, as_superuser, template, "exceptions_chain") as parts,
        a_street(parts, tmp_path, now=MONDAY) as street,
    ):
        _, id_, meant, message, token = await unreadable(street, "CHAIN-1")
        lost = re.sub(rb"(:20C::RELA//).{16}", rb"\g<1>SIUNKNOWN0000001", meant)
        _, said = await do(street, "anna", token, "repair", repair_of(lost))
        second = said["proposed"]
        await do(street, "ben", token, "repair/approve", {"message": second})
        await street.set_clock(datetime(2026, 11, 24, 21, 5, tzinfo=UTC))
        x = await raised(street, second)
        assert x["code"] == "unknown_reference"
        _, said = await do(street, "anna", x["id"], "repair", repair_of(meant, "wrong reference"))
        third = said["proposed"]
        status, said = await do(street, "ben", x["id"], "repair/approve", {"message": third})
        assert status == 200, said
        await state_of(street, id_, "settled")
        walk = [third]
        while (before := (await street.get(f"/v1/messages/{walk[-1]}"))["repairs"]) is not None:
            walk.append(before)
        assert walk == [third, second, message]
        assert await street.findings() == []


# verify ---------------------------------------------------------------------------------------------


async def test_verify_finds_a_repair_the_log_does_not_tell(
    postgres: Any, as_superuser: Any, template: str, tmp_path: Any
) -> None:
    async with (
        a_database(postgres, as_superuser, template, "exceptions_verify") as parts,
        a_street(parts, tmp_path) as street,
    ):
        _, id_, meant, message, token = await unreadable(street, "VERIFY-1")
        _, said = await do(street, "anna", token, "repair", repair_of(meant))
        await do(street, "ben", token, "repair/approve", {"message": said["proposed"]})
        await state_of(street, id_, "settled")
        assert await street.findings() == []
        db = await asyncpg.connect(parts.owner_dsn)
        try:
            for change, undo, what in (
                (
                    "update repair set decided_by = 'eve'",
                    "update repair set decided_by = 'ben'",
                    "RepairApproved: the log does not tell it",
                ),
                (
                    "update exception set closed_by = 'eve' where outcome is not null",
                    "update exception set closed_by = 'ben' where outcome is not null",
                    "repaired by eve, and the log does not tell it",
                ),
                (
                    f"update inbox set state = 'parked' where id = {message}",
                    f"update inbox set state = 'replaced' where id = {message}",
                    "it is parked, its repair approved",
                ),
            ):
                await db.execute(change)
                assert what in str(await street.findings()), what
                await db.execute(undo)
                assert await street.findings() == []
        finally:
            await db.close()


# at the desk ----------------------------------------------------------------------------------------


async def test_two_people_repair_a_message_at_the_desk(street: Street) -> None:
    _, id_, meant, message, token = await unreadable(street, "DESK-1")
    async with a_browser(street, "anna") as anna, a_browser(street, "ben") as ben:
        assert f"/exceptions/{token}" in await anna.get("/exceptions")
        page = await anna.get(f"/exceptions/{token}")
        assert "UNIT/1O00," in page
        form = token_of(page) | {"text": meant.decode(), "reason": "letter O", "line_ends": "crlf"}
        assert (await anna.post(f"/exceptions/{token}/repair", form))[0] == 303

        mine = await anna.get(f"/exceptions/{token}")
        assert "needs the role checker" in mine
        page = await ben.get(f"/exceptions/{token}")
        assert ":36B::ESTT//UNIT/1O00," in page
        assert ":36B::ESTT//UNIT/1000," in page
        proposed = re.findall(r'name="message" value="(\d+)"', page)[0]
        status, _ = await ben.post(
            f"/exceptions/{token}/approve", {"token": "guess", "message": proposed}
        )
        assert status == 403
        status, text = await ben.post(
            f"/exceptions/{token}/approve", token_of(page) | {"message": proposed}
        )
        assert status == 303, text
        await street.quiet()
        await state_of(street, id_, "settled")
        page = await ben.get(f"/instructions/{id_}")
        assert f'href="/messages/{message}">original</a>' in page
        assert f'href="/messages/{message}"' in await ben.get(f"/messages/{proposed}")
        page = await ben.get(f"/exceptions/{token}")
        assert "Repair approved" in page
        status, text = await ben.post(
            f"/exceptions/{token}/close", token_of(page) | {"reason": "late"}
        )
        assert (status, "dealt with it" in text) == (409, True)
    assert await street.bytes_of(int(proposed)) == meant


async def test_the_makers_other_key_is_refused_at_the_desk_too(street: Street) -> None:
    *_, meant, _, token = await unreadable(street, "DESK-2")
    _, said = await do(street, "anna", token, "repair", repair_of(meant))
    async with a_browser(street, "anna-checks") as anna:
        page = await anna.get(f"/exceptions/{token}")
        assert "you wrote it: another person approves" in page
        form = token_of(await anna.get("/exceptions")) | {"message": str(said["proposed"])}
        status, text = await anna.post(f"/exceptions/{token}/approve", form)
        assert (status, "another person must approve" in text) == (409, True)


def token_of(page: str) -> dict[str, str]:
    return {"token": re.findall(r'name="token" value="([0-9a-f]+)"', page)[0]}


@asynccontextmanager
async def a_browser(street: Street, who: str) -> AsyncIterator[Browser]:
    """Somebody signed in at the desk."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as web:
        browser = Browser(web, street.up.url)
        assert (await browser.post("/login", {"key": street.keys[who]}))[0] == 200
        yield browser
