"""Who holds rights to one portfolio sees that one and no other, at every address there is."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from desk_house import DELIVERY, House, housed
from test_desk_guard import routes

from gateway import identity, people
from gateway.api.cases import exception_id
from gateway.clock import real_now
from gateway.rights import scope_of
from schemas.instruction import Instruction
from store import people as store_people
from store.people import Entitlement

MINE, FOREIGN = "AGE-GROWTH", "AAE-VALUE"
RVP = {
    "direction": "RECE",
    "payment": "APMT",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-23",
    "isin": "US5949181045",
    "quantity": {"type": "UNIT", "value": "1000"},
    "deal_amount": {"currency": "USD", "value": "423100.00"},
    "settlement_amount": {"currency": "USD", "value": "423100.00"},
}
VIEWS = """
select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid
where n.nspname = $1 and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v')
"""


@pytest.fixture
async def house(database: Any, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(database.owner, database.app, tmp_path) as made:
        for portfolio in (MINE, FOREIGN):
            client = await identity.authenticate(made.pool, made.keys["both"])
            assert client
            for n, body in enumerate((RVP, DELIVERY)):
                said = body | {"reference": f"{portfolio}/{n}", "portfolio": portfolio}
                await made.running.core.submit(client, [Instruction.model_validate(said)])
        yield made


async def bounded(house: House, *roles: str, portfolio: str = MINE) -> str:
    """A key of Pam, who holds these roles for one portfolio."""
    async with house.pool.acquire() as db:
        key = await people.create_key(db, "pam", "pam", roles, real_now())
        rights = [Entitlement("pam", role, portfolio=portfolio) for role in roles]
        await store_people.replace(db, "pam", rights)
    house.keys["pam"] = key
    return key


async def foreign_marks(house: House) -> list[str]:
    """What would betray the other portfolio: its name, its references, its ids."""
    async with house.pool.acquire() as db:
        rows = await db.fetch("select id, reference from instruction where portfolio = $1", FOREIGN)
        wires = await db.fetch(
            "select o.reference from outbox o join instruction i on i.id = o.instruction"
            " where i.portfolio = $1",
            FOREIGN,
        )
    return [FOREIGN, *(str(r["id"]) for r in rows), *(r["reference"] for r in [*rows, *wires])]


async def test_no_address_shows_anything_of_a_portfolio_beyond_ones_rights(house: House) -> None:
    key = await bounded(house, "viewer", "maker", "checker", "auditor")
    pam = await house.signed_in("pam")
    marks = await foreign_marks(house)
    async with house.pool.acquire() as db:
        foreign = await db.fetchval("select id from instruction where portfolio = $1", FOREIGN)
        message = await db.fetchval(
            "select o.id from outbox o join instruction i on i.id = o.instruction"
            " where i.portfolio = $1",
            FOREIGN,
        )
    assert message is not None
    seen, asked = 0, 0
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as api:
        for method, shape, names in routes(house):
            if method != "GET" or shape.startswith("/desk") or shape in ("/openapi.json", "/docs"):
                continue
            values = {name: _value(name, shape, str(foreign), str(message)) for name in names}
            path = shape.format(**values)
            web = api if shape.startswith("/v1/") else pam.web
            if shape in ("/live", "/v1/events/stream"):
                continue  # followed below
            async with web.get(house.url + path, allow_redirects=False) as answer:
                text = _text(await answer.read())
                assert answer.status < 500, (path, text[:300])
            asked += 1
            given = {mark for mark in marks if mark in path}
            found = [mark for mark in marks if mark not in given and mark in text]
            assert not found, (path, found, _around(text, found[0]))
            if given:
                assert "US5949181045" not in text, (path, text[:2000])
            seen += MINE in text
    assert asked >= 50
    assert seen >= 8  # it is not that nothing is shown


def _value(name: str, shape: str, instruction: str, message: str) -> str:
    if name == "id":
        return message if "messages" in shape else instruction
    return {
        "list": "instructions", "kind": "csv", "action": "cancel", "table": "accounts",
        "portfolio": FOREIGN, "deed": "own", "answer": "own", "decision": "approve",
    }.get(name, "x")  # fmt: skip


def _text(body: bytes) -> str:
    """A page or a file as text; a workbook unpacked."""
    if not body.startswith(b"PK"):
        return body.decode("latin-1")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def _around(text: str, mark: str) -> str:
    at = text.index(mark)
    return text[max(0, at - 150) : at + 100]


async def test_the_streams_tell_of_ones_own_portfolio_alone(house: House) -> None:
    key = await bounded(house, "viewer")
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as api,
        api.get(f"{house.url}/v1/events?after=") as answer,
    ):
        events = (await answer.json())["events"]
    assert {e["portfolio"] for e in events} == {MINE}
    pam = await house.signed_in("pam")
    shown = re.findall(r'<tr id="i-([0-9a-f-]{36})"', await pam.get("/?tab=all"))
    assert set(shown) == {str(i) for i in await _of(house, MINE)}


async def test_an_open_stream_tells_of_nothing_else_and_ends_when_rights_move(house: House) -> None:
    key = await bounded(house, "viewer")
    pam = await house.signed_in("pam")
    told: dict[str, str] = {"feed": "", "live": ""}

    async def follow(name: str, answer: aiohttp.ClientResponse) -> None:
        async for chunk in answer.content.iter_any():
            told[name] += chunk.decode()

    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as api,
        api.get(f"{house.url}/v1/events/stream?after=") as feed,
        pam.web.get(f"{house.url}/live?tab=all") as live,
        asyncio.timeout(40),
    ):
        following = [
            asyncio.create_task(follow("feed", feed)),
            asyncio.create_task(follow("live", live)),
        ]
        await _submitted(house, FOREIGN, 7)
        await _submitted(house, MINE, 7)
        while MINE not in told["feed"] or '"new":["' not in told["live"]:
            await asyncio.sleep(0.05)
        for mark in await foreign_marks(house):
            assert mark not in told["feed"] + told["live"]
        async with house.pool.acquire() as db:
            moved = [Entitlement("pam", "viewer", portfolio=FOREIGN)]
            await store_people.replace(db, "pam", moved)
        await asyncio.gather(*following)


async def _submitted(house: House, portfolio: str, n: int) -> None:
    client = await identity.authenticate(house.pool, house.keys["both"])
    assert client
    body = RVP | {"reference": f"{portfolio}/{n}", "portfolio": portfolio}
    await house.running.core.submit(client, [Instruction.model_validate(body)])


async def _raised(house: House, portfolio: str | None, code: str) -> str:
    """An exception about an instruction of this portfolio, or about nothing known; its name."""
    async with house.pool.acquire() as db:
        about = await db.fetchrow(
            "select lane, id from instruction where $1::text is null or portfolio = $1 limit 1",
            portfolio,
        )
        await db.execute(
            "insert into exception (lane, instruction, code, key, text, raised_at)"
            " values ($1, $2, $3, 'k', 'planted', now())",
            about["lane"], about["id"] if portfolio else None, code,
        )  # fmt: skip
        return exception_id(await db.fetchrow("select * from exception where code = $1", code))


async def _close(house: House, key: str, token: str) -> int:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as api,
        api.post(
            f"{house.url}/v1/exceptions/{token}/close",
            json={"reason": "dealt with"},
            headers={"Idempotency-Key": sha256(token.encode()).hexdigest()},
        ) as answer,
    ):
        return answer.status


async def test_a_deed_on_an_exception_reaches_as_far_as_rights_do(house: House) -> None:
    mine = await _raised(house, MINE, "planted_mine")
    foreign = await _raised(house, FOREIGN, "planted_foreign")
    homeless = await _raised(house, None, "planted_homeless")
    key = await bounded(house, "viewer", "maker")
    assert [await _close(house, key, t) for t in (foreign, homeless, mine)] == [404, 404, 200]
    async with house.pool.acquire() as db:
        closed = await db.fetch("select code from exception where closed_at is not null")
    assert [r["code"] for r in closed] == ["planted_mine"]


async def test_who_only_looks_here_and_makes_elsewhere_does_nothing_here(house: House) -> None:
    mine = await _raised(house, MINE, "planted_mine")
    key = await bounded(house, "viewer", "maker")
    async with house.pool.acquire() as db:
        rights = [
            Entitlement("pam", "viewer", portfolio=MINE),
            Entitlement("pam", "maker", portfolio=FOREIGN),
        ]
        await store_people.replace(db, "pam", rights)
    assert await _close(house, key, mine) == 403


async def _of(house: House, portfolio: str) -> list[UUID]:
    async with house.pool.acquire() as db:
        rows = await db.fetch("select id from instruction where portfolio = $1", portfolio)
    return [row["id"] for row in rows]


async def test_nothing_is_done_to_what_one_does_not_see_and_its_being_there_is_not_told(
    house: House,
) -> None:
    key = await bounded(house, "viewer", "maker", "checker")
    (foreign, _) = await _of(house, FOREIGN)
    nowhere = UUID(int=foreign.int ^ 1)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as api:
        said = []
        for id_ in (foreign, nowhere):
            for action in ("cancel", "hold", "own"):
                async with api.post(
                    f"{house.url}/v1/instructions/{id_}/{action}",
                    json={"reason": "x"} if action == "cancel" else {},
                    headers={"Idempotency-Key": f"{id_}{action}"},
                ) as answer:
                    body = json.loads((await answer.text()).replace(str(id_), "ID"))
                    said.append((answer.status, body["type"], body["detail"]))
    assert said[:3] == said[3:]
    assert {status for status, _, _ in said} == {404}


async def test_rights_reach_by_portfolio_by_entity_or_everywhere(house: House) -> None:
    static = house.running.core.static

    def sees(*rows: Entitlement) -> Any:
        roles = frozenset(r.role for r in rows)
        everywhere = {r.role for r in rows if r == Entitlement(r.person, r.role)}
        bounds = tuple(r for r in rows if r.role not in everywhere)
        return scope_of(identity.Client("", "pam", "pam", roles, bounds), static)

    one = sees(Entitlement("pam", "viewer", portfolio=MINE))
    assert one is not None
    assert one.portfolios == (MINE,)
    assert sees(Entitlement("pam", "viewer")) is None
    assert sees(Entitlement("pam", "maker", kind="PAY")) is None
    nothing = sees(Entitlement("pam", "viewer", portfolio="NONE"))
    assert nothing is not None
    assert nothing.portfolios == ()


async def test_each_view_has_the_columns_of_its_table(house: House) -> None:
    async with house.pool.acquire() as db:
        public = {tuple(r) for r in await db.fetch(VIEWS, "public")}
        scoped = {tuple(r) for r in await db.fetch(VIEWS, "scoped")}
    tables = {name for name, _ in scoped}
    assert len(tables) >= 25
    assert scoped == {(name, column) for name, column in public if name in tables}
    bearing = {name for name, column in public if column in ("portfolio", "instruction", "message")}
    assert bearing - tables == {"entitlement"}
