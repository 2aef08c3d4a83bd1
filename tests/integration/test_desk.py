"""The desk over a real gateway: who gets in, what is shown, what changes, what is refused."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from desk_house import ROW, Browser, House, delivery, housed, moved
from desk_world import NOW, PORTFOLIOS, TODAY, add, condition, full_day, park

from gateway.desk import exports, lines, live
from store import desk
from store.cases import ExceptionRow
from store.references import Claim, claim_many

PAGES = ("/", "/exceptions", "/approvals", "/positions", "/ledger", "/links", "/since", "/static")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


# who gets in --------------------------------------------------------------------------------------


async def test_a_stranger_is_sent_to_the_door_from_every_page(house: House) -> None:
    stranger = house.stranger()
    for path in (*PAGES, f"/instructions/{condition(1).id}", "/messages/1"):
        await stranger.get(path, 303)
    await stranger.get("/live", 401)
    status, _ = await stranger.post(f"/instructions/{condition(1).id}/cancel", {})
    assert status == 401


async def test_a_one_time_link_opens_the_desk_once(house: House) -> None:
    link = await house.link("vera")
    first, second = house.stranger(), house.stranger()
    await first.get(link)
    await first.get("/")
    assert "used already" in await second.get(link, 403)
    await second.get("/", 303)


async def test_a_link_older_than_ten_minutes_opens_nothing(house: House) -> None:
    await house.stranger().get(await house.link("vera", minutes_ago=11), 403)


async def test_a_link_stored_is_not_a_link_that_opens(house: House) -> None:
    token = (await house.link("vera")).partition("token=")[2]
    stored = await house.pool.fetchval("select encode(hash, 'hex') from login_link")
    assert token not in stored
    await house.stranger().get(f"/login?token={stored}", 403)


async def test_a_disabled_key_opens_nothing_and_ends_its_sessions(house: House) -> None:
    link, vera = await house.link("vera"), await house.signed_in("vera")
    await house.pool.execute("update api_key set disabled_at = now() where person = 'vera'")
    await house.stranger().get(link, 403)
    await vera.get("/", 303)


async def test_only_a_key_in_use_signs_in(house: House) -> None:
    for key in ("", "fin_x_y", house.keys["vera"] + "x", "\udcff"):
        stranger = house.stranger()
        status, text = await stranger.post("/login", {"key": key.encode(errors="replace").decode()})
        assert status == 403
        assert "No key like this" in text
        await stranger.get("/", 303)


async def test_a_sign_in_form_of_another_site_is_refused(house: House) -> None:
    stranger = house.stranger()
    status, _ = await stranger.post(
        "/login", {"key": house.keys["vera"]}, Sec_Fetch_Site="cross-site"
    )
    assert status == 403


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    stranger = house.stranger()
    async with stranger.web.post(house.url + "/login", data={"key": house.keys["vera"]}) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert secret not in str(await house.pool.fetch("select * from session"))


async def test_a_link_key_sees_no_page(house: House) -> None:
    custodian = await house.signed_in("custodian")
    for path in PAGES:
        await custodian.get(path, 403)


async def test_signing_out_ends_the_session_and_needs_our_own_form(house: House) -> None:
    vera = await house.signed_in("vera")
    status, _ = await vera.post("/logout", {"token": "guess"})
    assert status == 403
    token = re.findall(r'name="token" value="([0-9a-f]+)"', await vera.get("/"))[0]
    cookies = [(c.key, c.value) for c in vera.web.cookie_jar]
    status, _ = await vera.post("/logout", {"token": token})
    assert status == 303
    thief = house.stranger()
    thief.web.cookie_jar.update_cookies(dict(cookies))
    await thief.get("/", 303)


async def test_every_page_forbids_foreign_script_framing_and_keeping(house: House) -> None:
    vera = await house.signed_in("vera")
    for path in (*PAGES, "/instructions/nonsense"):
        async with vera.web.get(house.url + path) as answer:
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "<script>" not in await answer.text()


# the list -----------------------------------------------------------------------------------------


async def test_every_tab_counts_the_rows_it_shows(house: House) -> None:
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    text = await vera.get("/?tab=all")
    counts = {k: int(v) for k, v in re.findall(r'data-count="(\w+)">(\d+)<', text)}
    for tab in desk.TABS:
        assert len(await all_rows(vera, f"/?tab={tab}")) == counts[tab], tab
    assert counts["inbound"] == 2
    assert counts["approvals"] > 0
    assert counts["act"] > 0


async def all_rows(browser: Browser, path: str) -> list[str]:
    """Every row, page after page."""
    found: list[str] = []
    while path:
        text = await browser.get(path)
        found += ROW.findall(text)
        after = re.search(r'rel="next" href="([^"]+)"', text)
        path = after.group(1).replace("&amp;", "&") if after else ""
    return found


async def test_every_order_pages_through_each_row_once_both_ways(house: House) -> None:
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    everything = set(await all_rows(vera, "/?tab=all"))
    for order in desk.ORDERS:
        up = await all_rows(vera, f"/?tab=all&order={order}")
        down = await all_rows(vera, f"/?tab=all&order={order}&way=desc")
        assert up == down[::-1]
        assert set(up) == everything
        assert len(up) == len(everything)


async def test_what_is_late_comes_first_and_what_is_done_last(house: House) -> None:
    done, late, later = (
        condition(1, state="settled", settle_on=TODAY, open_quantity=Decimal(0)),
        condition(2, state="failing", settle_on=TODAY - timedelta(days=3)),
        condition(3, settle_on=TODAY + timedelta(days=3)),
    )
    await house.show(done, late, later)
    vera = await house.signed_in("vera")
    assert await vera.ids("/?tab=all") == [str(r.id) for r in (late, later, done)]


@pytest.mark.parametrize(
    "text",
    [
        "SPECIAL-REF", "special-ref", "L-RE", "FNLSPECIAL", "DE0007164600", "SAP", "77,777.77",
        "77777.77", "77777,77", "4321", "PALIUS30", "palius", "OLDWIRE9", "sap", "CTHEIRS0001",
    ],
)  # fmt: skip
async def test_one_box_finds_it_by_anything_known_of_it(house: House, text: str) -> None:
    wanted = condition(
        7,
        reference="SPECIAL-REF",
        wire_reference="FNLSPECIAL000001",
        isin="DE0007164600",
        instrument_name="SAP SE",
        amount=Decimal("77777.77"),
        quantity=Decimal(4321),
        counterparty="PALIUS30XXX",
    )
    await house.show(wanted, condition(8))
    async with house.pool.acquire() as db:
        claim = Claim("wire", "", "OLDWIRE9", wanted.lane, wanted.portfolio, wanted.id)
        await claim_many(db, [claim])
    world = await house.world()
    world.tell(wanted, "StatusReceived", NOW, "outside", {"reference": "CTHEIRS0001", "says": []})
    await house.write(world)
    vera = await house.signed_in("vera")
    assert await vera.ids(f"/?tab=all&q={text}") == [str(wanted.id)]


@pytest.mark.parametrize("text", ["MSFT", "594918104", "US5949181045", "ALD-000008"])
async def test_what_is_over_is_found_by_what_static_data_knows_of_it(
    house: House, text: str
) -> None:
    over = condition(8, state="settled", open_quantity=Decimal(0), instrument_name=None)
    await house.show(over, condition(9, isin="DE0007164600"))
    vera = await house.signed_in("vera")
    assert await vera.ids(f"/?tab=all&q={text}") == [str(over.id)]


@pytest.mark.parametrize("text", ["%25", "_", "%5C", "%27", "%25%25"])
async def test_search_takes_signs_of_sql_as_text(house: House, text: str) -> None:
    await house.show(condition(1))
    vera = await house.signed_in("vera")
    assert await vera.ids(f"/?tab=all&q={text}") == []


@pytest.mark.parametrize(
    "query",
    [
        "state=matched", "counterparty=KESTUS30XXX", "custodian=HARBUS30XXX", "isin=US5949181045",
        f"portfolio={PORTFOLIOS[0]}", f"settle_on={TODAY + timedelta(days=1)}", "kind=securities",
        "currency=USD",
    ],
)  # fmt: skip
async def test_a_filter_leaves_only_what_it_names(house: House, query: str) -> None:
    other = condition(
        2,
        state="pending",
        counterparty="NORDDE30XXX",
        custodian="RHEIDE30XXX",
        isin="DE0007164600",
        portfolio=PORTFOLIOS[1],
        settle_on=TODAY,
        kind="bank",
        currency="EUR",
    )
    await house.show(condition(1), other)
    vera = await house.signed_in("vera")
    assert await vera.ids(f"/?tab=all&{query}") == [str(condition(1).id)]


@pytest.mark.parametrize(
    "query",
    [
        "tab=none",
        "order=amount;drop",
        "settle_on=soon",
        "after=nonsense",
        "after=WyJ4IiwieSIsInoiXQ",
        "q=" + "x" * 200,
        "q=%00",
    ],
)
async def test_an_address_that_cannot_be_read_is_answered_with_the_reason(
    house: House, query: str
) -> None:
    vera = await house.signed_in("vera")
    assert "cannot be read" in await vera.get(f"/?{query}", 400)


async def test_a_page_of_nothing_says_so(house: House) -> None:
    vera = await house.signed_in("vera")
    assert "Nothing needs you now" in await vera.get("/")
    for path in PAGES:
        await vera.get(path)


# exports ------------------------------------------------------------------------------------------

LISTS = ("instructions", "exceptions", "inbound", "positions", "cash", "ledger")


@pytest.mark.parametrize("name", LISTS)
async def test_every_list_comes_as_a_file_with_the_rows_it_shows(house: House, name: str) -> None:
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    text = await vera.get(f"/export/{name}.csv?tab=all")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert rows
    assert {len(row) for row in rows} == {len(head)}
    async with vera.web.get(f"{house.url}/export/{name}.xlsx?tab=all") as answer:
        book = zipfile.ZipFile(io.BytesIO(await answer.read()))
        assert f'filename="finality-{name}-all-2026-11-23.xlsx"' in str(answer.headers)
    assert book.read("xl/worksheets/sheet1.xml").count(b"<row>") == len(rows) + 1


async def test_an_export_holds_what_the_filter_leaves_in_its_order(house: House) -> None:
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    query = "tab=all&state=failing&order=amount&way=desc"
    text = await vera.get(f"/export/instructions.csv?{query}")
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert [row["Id"] for row in rows] == await vera.ids(f"/?{query}")


async def test_a_file_says_that_it_is_cut_and_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_MAX", 2)
    await house.show(*(condition(n) for n in range(1, 4)))
    vera = await house.signed_in("vera")
    lines_ = (await vera.get("/export/instructions.csv?tab=all")).splitlines()
    assert len(lines_) == 4
    assert lines_[-1].startswith("Cut here: a file holds 2 rows. Narrow the list")


async def test_an_export_nobody_can_read_is_refused_before_it_begins(house: House) -> None:
    vera = await house.signed_in("vera")
    assert "cannot be read" in await vera.get("/export/instructions.csv?tab=none", 400)
    await house.stranger().get("/export/instructions.csv", 303)


# one instruction ----------------------------------------------------------------------------------


async def test_an_instructions_page_shows_story_messages_and_balanced_journals(
    house: House,
) -> None:
    row = condition(
        5,
        state="failing",
        quantity=Decimal(20_000),
        open_quantity=Decimal(8_000),
        settled_quantity=Decimal(12_000),
        amount=Decimal("4568000.00"),
        reason="CLAC",
        whose_move="them",
        waits_for="securities from the counterparty",
    )
    await house.show(row)
    vera = await house.signed_in("vera")
    text = await vera.get(f"/instructions/{row.id}")
    for said in (
        "RVP 20,000 Microsoft Corp", "12,000 settled", "8,000 failing", "(CLAC)",
        "Kestrel Securities must move", "Quantity to settle", "Reason why it is failing",
        "Payable for securities purchased", "2,740,800.00", "4,568,000.00", "Instruction received",
    ):  # fmt: skip
        assert said in text, said
    messages = re.findall(r'href="(/messages/\d+)"', text)
    assert len(messages) > 4
    for path in set(messages):
        assert str(row.id) in await vera.get(path)


async def test_an_instruction_nobody_knows_is_not_here(house: House) -> None:
    vera = await house.signed_in("vera")
    await vera.get(f"/instructions/{condition(404).id}", 404)
    await vera.get("/instructions/nonsense", 404)
    await vera.get("/messages/404", 404)


async def test_script_in_any_free_text_is_shown_as_text(house: House) -> None:
    world = await house.world()
    row = condition(
        9,
        reference=SCRIPT,
        instrument_name=SCRIPT,
        wire_reference=SCRIPT,
        counterparty=SCRIPT,
        custodian=SCRIPT,
        place=SCRIPT,
        account=SCRIPT,
        cash_account=SCRIPT,
        waits_for=SCRIPT,
        reason="NARR",
        reason_text=SCRIPT,
        flags=[f"held:{SCRIPT}"],
        state="draft",
        whose_move="us",
        settle_on=TODAY,
    )
    add(world, row, SCRIPT, name=SCRIPT, remittance=SCRIPT)
    sent = condition(10, reference=SCRIPT, instrument_name=SCRIPT, reason="X1X1", account=SCRIPT)
    add(world, sent, SCRIPT)
    world.tell(sent, SCRIPT, NOW, SCRIPT, {SCRIPT: SCRIPT, "from": SCRIPT, "state": SCRIPT})
    waits = condition(11, reference=f"{SCRIPT}2", state="draft", waits_for=desk.APPROVAL)
    add(world, waits, SCRIPT)
    parked = park(world, "swift", SCRIPT, SCRIPT, SCRIPT.encode(), NOW)
    world.exceptions.append(raised(sent, SCRIPT))
    await house.write(world)
    both = await house.signed_in("both")
    for path in (
        "/", "/?tab=all", f"/?tab=all&q={SCRIPT}", f"/instructions/{row.id}",
        f"/instructions/{sent.id}", f"/instructions/{row.id}/approve", f"/messages/{parked}",
        *PAGES,
    ):  # fmt: skip
        text = await both.get(path)
        assert SCRIPT not in text, path
        if path not in ("/links", "/ledger", "/static"):
            assert "&lt;script&gt;alert(1)" in text, path


def raised(row: Any, text: str) -> ExceptionRow:
    return ExceptionRow(row.lane, row.id, None, text, text, text, NOW)


# what changes -------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(browser: Browser, path: str, query: str, **headers: str) -> Any:
    """The live stream of a page, message by message."""
    text = await browser.get(path)
    ids, place = (re.search(rf'data-{k}="([^"]*)"', text) for k in ("ids", "from"))
    assert ids
    assert place
    address = f"{browser.url}/live?{query}&ids={ids.group(1)}&from={place.group(1)}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with browser.web.get(address, headers=sent) as answer:
        assert answer.status == 200
        yield Stream(answer.content)


@dataclass
class Stream:
    content: aiohttp.StreamReader
    last: str = ""

    async def rows(self) -> dict[str, Any]:
        """The next message about rows."""
        async with asyncio.timeout(10):
            while True:
                line = (await self.content.readline()).decode()
                assert line, "the stream ended"
                if line.startswith("id: "):
                    self.last = line[4:].strip()
                if line.startswith("data: "):
                    said: dict[str, Any] = json.loads(line[6:])
                    if "rows" in said:
                        return said

    async def ended(self) -> bool:
        """Whether it ends."""
        async with asyncio.timeout(10):
            await self.content.read()
        return True


async def test_a_row_on_the_screen_changes_in_place(house: House) -> None:
    row = condition(1)
    await house.show(row, condition(2))
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=all", "tab=all") as stream:
        await moved(house, row, state="failing", reason="CLAC")
        said = await stream.rows()
    assert list(said["rows"]) == [str(row.id)]
    assert "failing" in said["rows"][str(row.id)]
    assert said["new"] == said["left"] == []


async def test_a_new_row_waits_behind_the_notice(house: House) -> None:
    await house.show(condition(1))
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=all", "tab=all") as stream:
        await house.show(condition(2))
        said = await stream.rows()
    assert said["rows"] == {}
    assert said["new"] == [str(condition(2).id)]


async def test_a_row_that_leaves_the_view_stays_and_is_marked(house: House) -> None:
    row = condition(1, state="unmatched", whose_move="us")
    await house.show(row)
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=us", "tab=us") as stream:
        await moved(house, row, state="matched", whose_move="nobody")
        said = await stream.rows()
    assert said["left"] == [str(row.id)]


async def test_a_view_is_not_told_of_rows_it_does_not_hold(house: House) -> None:
    mine, other = condition(1, whose_move="us"), condition(2, whose_move="them")
    await house.show(mine, other)
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=us", "tab=us") as stream:
        await moved(house, other, state="pending")
        await asyncio.sleep(2 * live.BEAT_SECONDS)
        await moved(house, mine, state="unmatched")
        said = await stream.rows()
    assert list(said["rows"]) == [str(mine.id)]
    assert said["new"] == []


async def test_what_happened_between_page_and_stream_is_told_at_once(house: House) -> None:
    row = condition(1)
    await house.show(row)
    vera = await house.signed_in("vera")
    text = await vera.get("/?tab=all")
    await moved(house, row, state="failing")
    ids, place = (next(iter(re.findall(rf'data-{k}="([^"]*)"', text))) for k in ("ids", "from"))
    async with vera.web.get(f"{house.url}/live?tab=all&ids={ids}&from={place}") as answer:
        said = await Stream(answer.content).rows()
    assert "failing" in said["rows"][str(row.id)]


async def test_a_broken_stream_goes_on_where_it_was(house: House) -> None:
    row = condition(1)
    await house.show(row)
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=all", "tab=all") as stream:
        row = await moved(house, row, state="pending")
        await stream.rows()
        last = stream.last
    await moved(house, row, state="failing")
    async with listening(vera, "/?tab=all", "tab=all", Last_Event_ID=last) as stream:
        said = await stream.rows()
    assert "failing" in said["rows"][str(row.id)]


async def test_a_screen_that_is_far_behind_is_given_its_rows_as_they_are_now(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CATCH_UP_MAX", 3)
    row = condition(1)
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    ids = lines.write_ids([row.id])
    async with vera.web.get(f"{house.url}/live?tab=all&ids={ids}&from=") as answer:
        said = await Stream(answer.content).rows()
    assert said["behind"]
    assert list(said["rows"]) == [str(row.id)]
    assert said["left"] == []


async def test_a_slow_screen_is_drawn_anew_instead_of_growing() -> None:
    screen = live.Screen(desk.View(), frozenset())
    for number in range(1000):
        screen.tell(b"%d" % number)
    assert screen.waiting.qsize() <= live.WAITING_MAX
    assert screen.waiting.get_nowait() == live.BEHIND


async def test_a_stream_ends_with_its_session(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.2)
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=all", "tab=all") as stream:
        await house.pool.execute("delete from session")
        assert await stream.ended()


async def test_a_busy_stream_ends_with_its_session_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.5)
    row = condition(1)
    await house.show(row)
    vera = await house.signed_in("vera")
    async with listening(vera, "/?tab=all", "tab=all") as stream:
        ended = asyncio.create_task(stream.ended())
        await house.pool.execute("delete from session")
        async with asyncio.timeout(5):
            while not ended.done():
                row = await moved(house, row)
                await asyncio.sleep(0.1)
        assert await ended


async def test_the_gateway_stops_at_once_while_screens_are_open(
    database: Any, tmp_path: Path
) -> None:
    async with housed(database.owner, database.app, tmp_path) as house:
        vera = await house.signed_in("vera")
        stream = listening(vera, "/?tab=all", "tab=all")
        await stream.__aenter__()
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 10


# what people do -----------------------------------------------------------------------------------


async def form(browser: Browser, path: str) -> dict[str, str]:
    """The hidden fields of the page that asks before acting."""
    text = (await browser.get(path)).partition('<form method="post" action="/inst')[2]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))


async def state(house: House, id_: str) -> str:
    found: str = await house.pool.fetchval("select state from condition where id = $1", id_)
    return found


async def test_what_waits_for_a_second_person_is_under_approvals(house: House) -> None:
    id_ = await delivery(house)
    bob = await house.signed_in("bob")
    assert await bob.ids("/?tab=approvals") == [id_]


async def test_the_question_repeats_quantity_and_instrument(house: House) -> None:
    id_ = await delivery(house)
    bob = await house.signed_in("bob")
    text = await bob.get(f"/instructions/{id_}/approve")
    assert "Approve this instruction?" in text
    assert "Approve 250" in text
    assert "deliver free" in text


async def test_a_second_person_approves_and_it_leaves_the_approvals(house: House) -> None:
    id_ = await delivery(house)
    bob = await house.signed_in("bob")
    path = f"/instructions/{id_}/approve"
    status, text = await bob.post(path, await form(bob, path))
    assert status == 303, text
    assert await state(house, id_) != "draft"
    assert await bob.ids("/?tab=approvals") == []
    assert "Approved" in await bob.get(f"/instructions/{id_}")


async def test_the_maker_is_told_why_another_person_approves(house: House) -> None:
    id_ = await delivery(house, by="both")
    both = await house.signed_in("both")
    assert "another person must approve it" in await both.get(f"/instructions/{id_}")
    forged = {"token": await token(both), "seen": await seen(house, id_)}
    status, text = await both.post(f"/instructions/{id_}/approve", forged)
    assert status == 409
    assert "another person must approve it" in text
    assert await state(house, id_) == "draft"


async def token(browser: Browser) -> str:
    return re.findall(r'name="token" value="([0-9a-f]+)"', await browser.get("/"))[0]


async def seen(house: House, id_: str) -> str:
    row = await house.pool.fetchrow("select * from condition where id = $1", id_)
    return f"{row['facts']}-{row['version']}-{row['state']}"


@pytest.mark.parametrize(
    "who, action", [("vera", "approve"), ("ann", "approve"), ("bob", "cancel")]
)
async def test_who_has_not_the_role_does_nothing(house: House, who: str, action: str) -> None:
    id_ = await delivery(house)
    browser = await house.signed_in(who)
    sent = {"token": await token(browser), "seen": await seen(house, id_)}
    status, _ = await browser.post(f"/instructions/{id_}/{action}", sent)
    assert status == 409
    assert await state(house, id_) == "draft"


@pytest.mark.parametrize(
    "change, headers",
    [
        ({"token": ""}, {}),
        ({"token": "0" * 64}, {}),
        ({}, {"Sec_Fetch_Site": "cross-site"}),
        ({}, {"Sec_Fetch_Site": "same-site"}),
    ],
)
async def test_a_form_that_is_not_ours_does_nothing(
    house: House, change: dict[str, str], headers: dict[str, str]
) -> None:
    id_ = await delivery(house)
    bob = await house.signed_in("bob")
    path = f"/instructions/{id_}/approve"
    status, _ = await bob.post(path, await form(bob, path) | change, **headers)
    assert status == 403
    assert await state(house, id_) == "draft"


async def test_a_token_of_another_session_does_nothing(house: House) -> None:
    id_ = await delivery(house)
    bob, other = await house.signed_in("bob"), await house.signed_in("bob")
    path = f"/instructions/{id_}/approve"
    status, _ = await bob.post(path, await form(other, path))
    assert status == 403


async def test_a_stale_page_does_nothing(house: House) -> None:
    id_ = await delivery(house)
    ann, bob = await house.signed_in("ann"), await house.signed_in("bob")
    path = f"/instructions/{id_}/approve"
    before = await form(bob, path)
    cancel = f"/instructions/{id_}/cancel"
    status, _ = await ann.post(cancel, await form(ann, cancel) | {"note": "not wanted"})
    assert status == 303
    assert await state(house, id_) == "cancelled"
    status, text = await bob.post(path, before)
    assert status == 409
    assert "changed since you looked" in text


async def test_what_is_held_here_is_let_go_by_its_button(house: House) -> None:
    id_ = await delivery(house)
    ann = await house.signed_in("ann")
    for action in ("hold", "release"):
        path = f"/instructions/{id_}/{action}"
        status, text = await ann.post(path, await form(ann, path))
        assert status == 303, text
    assert "it is not held here" in await ann.get(f"/instructions/{id_}")


async def test_an_action_nobody_built_is_refused(house: House) -> None:
    id_ = await delivery(house)
    ann = await house.signed_in("ann")
    await ann.get(f"/instructions/{id_}/explode", 400)


# the books ----------------------------------------------------------------------------------------


async def test_the_trial_balance_on_the_page_balances(house: House) -> None:
    await house.write(full_day(await house.world()))
    vera = await house.signed_in("vera")
    text = await vera.get("/ledger")
    assert text.count("in balance") >= 2
    assert "does not balance" not in text


async def test_positions_show_what_failed(house: House) -> None:
    late = condition(
        1,
        state="failing",
        settle_on=date(2026, 11, 20),
        posted=json.dumps({"ordinal": 1}),
        quantity=Decimal(700),
        open_quantity=Decimal(700),
    )
    await house.show(late)
    vera = await house.signed_in("vera")
    cells = re.findall(
        r'class="figure[^"]*">([^<]*)<', await vera.get("/positions?portfolio=" + PORTFOLIOS[0])
    )
    assert cells[8:16] == ["700", "0", "700", "0", "700", "0", "700", "0"]


async def test_a_place_in_the_log_is_written_into_every_list(house: House) -> None:
    await house.show(condition(1))
    vera = await house.signed_in("vera")
    place = re.findall(r'data-from="([^"]*)"', await vera.get("/?tab=all"))[0]
    async with house.pool.acquire() as db:
        assert lines.read_place(place) == await desk.heads(db)
