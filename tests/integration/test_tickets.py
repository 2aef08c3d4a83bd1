"""Tickets: checked as the lane would, handed in for another person's approval."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Browser, House, housed

from gateway.desk import ticket_fields

TRADE = {
    "kind_of_ticket": "securities",
    "reference": "BY-HAND-1",
    "portfolio": "AGE-CORE",
    "direction": "RECE",
    "payment": "APMT",
    "isin": "US5949181045",
    "quantity_type": "UNIT",
    "quantity": "1,000",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-23",
    "currency": "USD",
    "price": "503.00",
    "price_type": "ACTU",
    "deal_amount": "503,000.00",
    "settlement_amount": "503000.00",
}
SCRIPT = "<script>taken()</script>"


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        yield made


async def token(browser: Browser) -> str:
    (found,) = set(re.findall(r'name="token" value="(\w+)"', await browser.get("/tickets/new")))
    return found


async def handed_in(browser: Browser, **changes: str) -> tuple[int, str]:
    form = TRADE | {"token": await token(browser)} | changes
    return await browser.post("/tickets", {k: v for k, v in form.items() if v})


async def checked(browser: Browser, **changes: str) -> str:
    form = TRADE | {"token": await token(browser)} | changes
    status, page = await browser.post("/tickets/check", {k: v for k, v in form.items() if v})
    assert status == 200
    return html.unescape(page)


async def stands(house: House, reference: str) -> Any:
    async with house.pool.acquire() as db:
        return await db.fetchrow(
            "select c.*, i.maker, i.body from condition c join instruction i using (lane, id)"
            " where c.reference = $1",
            reference,
        )


async def test_a_check_fills_in_shows_the_message_and_records_nothing(house: House) -> None:
    ann = await house.signed_in("ann")
    page = await checked(ann)
    assert "Nothing is missing" in page
    assert "mt541" in page
    assert "2026-11-24" in page  # by the cycle of the market
    assert ":35B:ISIN US5949181045" in page
    assert await stands(house, "BY-HAND-1") is None


async def test_a_ticket_waits_for_another_person_whatever_it_is(house: House) -> None:
    both = await house.signed_in("both")
    status, _ = await handed_in(both)
    assert status == 303
    row = await stands(house, "BY-HAND-1")
    assert (row["state"], row["maker"], row["waits_for"]) == (
        "draft",
        "both",
        "approval by a second person",
    )
    page = await both.get(f"/instructions/{row['id']}/approve")
    assert "another person must approve it" in html.unescape(page)
    bob = await house.signed_in("bob")
    asked = await bob.get(f"/instructions/{row['id']}/approve")
    form = dict(re.findall(r'name="(token|seen|content)" value="([^"]+)"', asked))
    status, said = await bob.post(f"/instructions/{row['id']}/approve", form)
    assert status == 303, said
    assert (await stands(house, "BY-HAND-1"))["state"] == "released_to_wire"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"isin": "US5949181046"}, "isin"),
        ({"quantity": "many"}, "quantity"),
        ({"settlement_amount": "503000.01"}, "settlement_amount"),
        ({"counterparty": "NOBODY"}, "counterparty"),
        ({"more": "{"}, "this is not JSON"),
        ({"more": '{"surprise": 1}'}, "surprise"),
        ({"portfolio": ""}, "portfolio"),
    ],
)
async def test_what_is_wrong_is_said_by_field_and_nothing_is_taken_in(
    house: House, changes: dict[str, str], says: str
) -> None:
    ann = await house.signed_in("ann")
    assert says in await checked(ann, **changes)
    status, page = await handed_in(ann, **changes)
    assert status == 409
    assert says in page
    assert await stands(house, "BY-HAND-1") is None


async def test_the_same_form_twice_is_one_ticket_and_a_used_reference_is_refused(
    house: House,
) -> None:
    ann = await house.signed_in("ann")
    assert (await handed_in(ann))[0] == 303
    assert (await handed_in(ann))[0] == 303
    async with house.pool.acquire() as db:
        assert await db.fetchval("select count(*) from instruction") == 1
    status, page = await handed_in(
        ann, quantity="900", deal_amount="452700", settlement_amount="452700"
    )
    assert status == 409
    assert "BY-HAND-1" in page


async def test_what_looks_like_another_has_to_be_meant(house: House) -> None:
    ann = await house.signed_in("ann")
    assert (await handed_in(ann))[0] == 303
    status, page = await handed_in(ann, reference="BY-HAND-2")
    assert status == 409
    assert "It looks like what is here already" in page
    assert await stands(house, "BY-HAND-2") is None
    meant = str((await stands(house, "BY-HAND-1"))["id"])
    assert (await handed_in(ann, reference="BY-HAND-2", meant="something else"))[0] == 409
    assert (await handed_in(ann, reference="BY-HAND-2", meant=meant))[0] == 303
    assert (await handed_in(ann, reference="BY-HAND-3", quantity="999", deal_amount="502497",
                            settlement_amount="502497"))[0] == 303  # fmt: skip


async def test_copy_and_mirror_begin_from_what_is_there(house: House) -> None:
    ann = await house.signed_in("ann")
    await handed_in(ann)
    row = await stands(house, "BY-HAND-1")
    copied = html.unescape(await ann.get(f"/tickets/new?copy={row['id']}"))
    assert 'value="US5949181045"' in copied
    assert 'value="BY-HAND-1"' not in copied
    mirrored = await ann.get(f"/tickets/new?mirror={row['id']}")
    assert re.search(r'<option value="DELI" selected', mirrored)


async def test_a_template_is_its_persons_own(house: House) -> None:
    ann, both = await house.signed_in("ann"), await house.signed_in("both")
    status, page = await handed_in(ann, keep="1", name_it="Weekly " + SCRIPT)
    assert status == 200
    assert SCRIPT not in page
    assert "Weekly" in page
    again = html.unescape(
        await ann.get("/tickets/new?template=Weekly+" + SCRIPT.replace("/", "%2F"))
    )
    assert 'value="503,000.00"' in again
    assert "Weekly" not in await both.get("/tickets/new")
    await both.get("/tickets/new?template=Weekly", 400)


async def test_a_person_who_does_not_make_has_no_ticket(house: House) -> None:
    vera = await house.signed_in("vera")
    await vera.get("/tickets/new", 403)


def test_a_body_read_into_fields_and_back_is_the_same_body() -> None:
    given = {
        "kind": "securities", "reference": "R/1", "portfolio": "P", "direction": "DELI",
        "payment": "APMT", "isin": "US5949181045", "quantity": {"type": "FAMT", "value": "5"},
        "trade_date": "2026-11-23", "txn_type": "REPU", "hold": True,
        "price": {"type": "PRCT", "value": "99.5"}, "conditions": ["CLEN"],
        "deal_amount": {"currency": "USD", "value": "7.10"},
        "settlement_amount": {"currency": "USD", "value": "7.10"},
        "buyr": {"bic": "KESTUS30"},
    }  # fmt: skip
    said = ticket_fields.fields_of("securities", given)
    assert ticket_fields.body("securities", said) | {"kind": "securities"} == given
    assert json.loads(said["more"]).keys() == {"txn_type", "conditions", "buyr"}
