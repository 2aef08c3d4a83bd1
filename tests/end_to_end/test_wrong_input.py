"""Wrong input: a clear refusal or a parked message with its reason, and other work goes on."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yarl
from street import (
    Street,
    a_database,
    a_street,
    ack,
    buy,
    confirmation,
    mt548,
    mx,
    sese024,
)

from gateway.api.cursors import write_cursor
from gateway.mqtt import Mqtt

MEGABYTE = 1024 * 1024
APPLE = "US0378331005"


@pytest.fixture(scope="module")
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Street]:
    async with (
        a_database(postgres, as_superuser, template, "wrong_input") as parts,
        a_street(parts, tmp_path_factory.mktemp("wrong")) as opened,
    ):
        yield opened
        assert await opened.findings() == []


async def settles_as_usual(street: Street, name: str) -> None:
    """Other work goes on: one purchase from its POST to its books."""
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, f"USUAL-{name}"))
    wire = await street.wire(id_)
    await street.deliver("swift", ack(wire), confirmation(wire, f"US{portfolio}"))
    assert (await street.case(id_))["state"] == "settled"


async def parked_reason(street: Street, id_: int) -> str:
    """Why this message was set aside."""
    said = await street.get(f"/v1/messages/{id_}")
    assert said["state"] == "parked", said
    return str(said["reason"])


# HTTP bodies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"nonsense", b'{"a":1', b"\xff\xfe\x00", b"[" * 50_000, b'{"a":' * 20_000,
        b'{"reference": NaN}', '{"reference": "\ud800"}'.encode(errors="surrogatepass"),
    ],
    ids=range(9),
)  # fmt: skip
async def test_what_is_no_json_is_answered_400(street: Street, text: bytes) -> None:
    status, said = await street.post("upstream", "/v1/instructions", text)
    assert status in (400, 422), said
    assert said["status"] == status
    assert said["errors"]


@pytest.mark.parametrize(
    "changes, path",
    [
        ({"surprise": 1}, "surprise"),
        ({"isin": "US0378331006"}, "isin"),
        ({"counterparty": "KESTUS3"}, "counterparty"),
        ({"trade_date": "2026-11-31"}, "trade_date"),
        ({"trade_date": "yesterday"}, "trade_date"),
        ({"trade_date": 20261123}, "trade_date"),
        ({"settle_date": "2026-11-20"}, ""),
        ({"settle_date": "0001-01-01"}, ""),
        ({"settle_date": "9999-12-31"}, "settle_date"),
        ({"trade_date": "0001-01-01"}, "trade_date"),
        ({"quantity": {"type": "UNIT", "value": "-1"}}, "quantity.value"),
        ({"quantity": {"type": "UNIT", "value": "1e400"}}, "quantity.value"),
        ({"quantity": {"type": "UNIT", "value": "NaN"}}, "quantity.value"),
        ({"quantity": {"type": "UNIT", "value": 0.1}}, "quantity.value"),
        ({"settlement_amount": {"currency": "USD", "value": "190275.001"}}, "settlement_amount"),
        ({"settlement_amount": {"currency": "XXX", "value": "190275"}}, "settlement_amount"),
        ({"portfolio": "NOBODY"}, "portfolio"),
        *(
            ({"settlement_amount": {"currency": "USD", "value": value}}, "settlement_amount.value")
            for value in ("1.90275e5", "190_275", " 190275", "١٩٠٢٧٥", "190275.", "+190275", "-0")
        ),
        *(
            ({"trade_date": day}, "trade_date")
            for day in ("2026-11-23T00:00:00Z", "1795392000", 1795392000, "20261123")
        ),
        ({"reference": " "}, "reference"),
        ({"reference": "a "}, "reference"),
        ({"reference": "a//b"}, "reference"),
        ({"reference": "x" * 36}, "reference"),
        ({"name": "APPLE\x00INC"}, "name"),
    ],
)
async def test_a_field_that_cannot_be_is_refused_by_name(
    street: Street, changes: dict[str, Any], path: str
) -> None:
    body = buy("S01", "WRONG-1") | changes
    status, said = await street.post("upstream", "/v1/instructions", body)
    assert status == 422, said
    assert any(e["path"].startswith(path) for e in said["errors"]), said["errors"]


async def test_every_fault_is_named_at_once(street: Street) -> None:
    body = buy("S01", "WRONG-2", isin="US0378331006", surprise=1, trade_date="2026-13-01")
    status, said = await street.post("upstream", "/v1/instructions", body)
    assert status == 422
    assert {e["path"] for e in said["errors"]} == {"isin", "surprise", "trade_date"}
    assert all(e["rule"] and e["message"] for e in said["errors"])


async def test_a_trade_older_than_every_settlement_cycle_waits_for_one(street: Street) -> None:
    id_ = await street.submit(buy(street.portfolio(), "OLD-1", trade_date="2010-01-04"))
    case = await street.case(id_)
    assert "cycle_missing" in case["flags"]
    assert "2010-01-04" in case["waiting"]["waits_for"]
    assert (case["messages"], case["journals"]) == ([], [])


UNREADABLE = {
    "/v1/instructions": ("settle_on=2026-02-30", "settle_on=2026-19-39", "q=%00", "cursor=WyJhIl0"),
    "/v1/messages": ("link=%00", "cursor=Wy0xXQ", "cursor=WzFlMzBd"),
    "/v1/positions": (
        "as_of=0",
        "as_of=1763856000",
        "as_of=2026-02-30",
        "known_at=0",
        "known_at=0001-01-01T00:00:00Z",
        "known_at=9999-12-31T23:59:59-23:59",
        "known_at=2026-11-24T10:00:00",
        "portfolio=%00",
    ),
    "/v1/ledger/journals": ("known_at=9999-12-31T23:59:59.999999Z", "cursor=WzY0LDAsImEiXQ"),
    "/v1/exceptions": ("code=%00",),
    "/v1/static/portfolios": ("on=0", "key=%00"),
    "/v1/events": ("after=x", "after=%00", "portfolio=%00"),
    "/v1/events/stream": ("after=x",),
}


@pytest.mark.parametrize("path, query", [(p, q) for p, all_ in UNREADABLE.items() for q in all_])
async def test_a_parameter_that_cannot_be_is_refused_by_name(
    street: Street, path: str, query: str
) -> None:
    headers = {"Authorization": f"Bearer {street.keys['upstream']}"}
    url = yarl.URL(f"{street.up.url}{path}?{query}", encoded=True)
    async with street.web.get(url, headers=headers) as answer:
        assert answer.status == 400, await answer.text()
        said = await answer.json(content_type=None)
    assert [e["path"] for e in said["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    "values, expected",
    [
        ([32, "bug", "nothing", 1], 404),
        ([32, "bug", "nothing", 10**15], 404),
        ([64, "bug", "x", 1], 400),
        ([10**30, "bug", "x", 1], 400),
        ([1, "bug\x00", "x", 1], 400),
        ([1, "bug", None, 1], 400),
        ({}, 400),
    ],
)
async def test_a_token_of_no_exception_closes_nothing(
    street: Street, values: Any, expected: int
) -> None:
    token = write_cursor(values)
    headers = {"Authorization": f"Bearer {street.keys['upstream']}"}
    async with street.web.get(f"{street.up.url}/v1/exceptions/{token}", headers=headers) as answer:
        assert answer.status == expected, await answer.text()
    said = await street.post("upstream", f"/v1/exceptions/{token}/close", {"reason": "a guess"})
    assert said[0] == expected, said


@pytest.mark.parametrize("reason", ["a\x00b", "two\nlines", "   ", ""])
async def test_a_reason_is_printed_words(street: Street, reason: str) -> None:
    id_ = await street.submit(buy(street.portfolio(), f"REASON-{reason.encode().hex()}"))
    status, said = await street.act("anna", id_, "cancel", {"reason": reason})
    assert (status, said["errors"][0]["path"]) == (422, "reason"), said


@pytest.mark.parametrize("path", ["/v1/static/%00", "/v1/instructions/%00", "/instructions/%00"])
async def test_an_address_with_a_nul_names_nothing(street: Street, path: str) -> None:
    headers = {"Authorization": f"Bearer {street.keys['upstream']}"}
    url = yarl.URL(street.up.url + path, encoded=True)
    async with street.web.get(url, headers=headers) as answer:
        assert answer.status == 404, await answer.text()


@pytest.mark.parametrize("path", ["/v1/instructions", "/v1/payments", "/v1/messages"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_20_megabytes_is_refused_without_being_kept(
    street: Street, path: str, chunked: bool
) -> None:
    before = peak_megabytes()
    who = "custody" if path == "/v1/messages" else "upstream"

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * MEGABYTE

    headers = {
        "Authorization": f"Bearer {street.keys[who]}",
        "Content-Type": "text/plain" if who == "custody" else "application/json",
        "Idempotency-Key": f"big{path}{chunked}",
    }
    query = {"link": "swift"} if who == "custody" else {}
    data: Any = chunks() if chunked else BytesIO(b"x" * (20 * MEGABYTE))
    async with street.web.post(
        street.up.url + path, data=data, headers=headers, params=query
    ) as answer:
        assert answer.status == 413, await answer.text()
        assert (await answer.json(content_type=None))["errors"][0]["rule"] == "size"
    assert peak_megabytes() - before < 80  # what is sent here included


def peak_megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# messages -----------------------------------------------------------------------------------------------


async def test_a_confirmation_cut_anywhere_is_parked_and_moves_nothing(street: Street) -> None:
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, "CUT-1"))
    wire = await street.wire(id_)
    whole = confirmation(wire, "CUTC1")
    cuts = [whole[:end] for end in range(1, len(whole) - 2, 23)]
    for cut in cuts:
        [message] = await street.deliver("swift", cut)
        assert (await parked_reason(street, message)).startswith("unreadable")
    case = await street.case(id_)
    assert case["state"] == "released_to_wire"
    assert (await street.position(portfolio, APPLE))["settled"] == "0"
    await street.deliver("swift", whole)
    assert (await street.case(id_))["state"] == "settled"


async def test_a_document_cut_anywhere_is_parked(street: Street) -> None:
    whole = sese024("SIUNKNOWN0000002", "CUTX1", "MACH")
    for end in range(1, len(whole) - 1, 101):
        for message in await street.deliver("swiftnet", whole[:end]):
            assert (await parked_reason(street, message)).startswith("unreadable")


WIRE = "SIUNKNOWN0000003"
STATUS = mt548(WIRE, "GB1", "MTCH//MACH")
GARBAGE: dict[str, bytes] = {
    "binary": bytes(range(256)) * 4,
    "nul in a reference": STATUS.replace(b"SEME//GB1", b"SEME//G\x00B"),
    "nul in the related reference": STATUS.replace(b"UNKNOWN", b"UNK\x00OWN"),
    "latin-1 in a field": STATUS.replace(b"SEME//GB1", b"SEME//G\xe9B"),
    "UTF-16": STATUS.decode().encode("utf-16"),
    "EBCDIC": STATUS.decode().encode("cp500"),
    "a year without end": STATUS.replace(b"PREP//2026", b"PREP//0000"),
    "a type nobody has": STATUS.replace(b"{2:O548", b"{2:O999"),
    "braces alone": b"{{{{{{}}}}}}" * 500,
    "a message of dollars": b"$" * 5000 + b"x",
    "XML with a wrong encoding": sese024(WIRE, "GB2", "MACH").replace(b"GB2", b"G\xe9\xff"),
    "XML declared as what it is not": b'<?xml version="1.0" encoding="utf-16"?>'
    + sese024(WIRE, "GB3", "MACH"),
    "XML of an encoding nobody has": b'<?xml version="1.0" encoding="klingon"?>'
    + sese024(WIRE, "GB4", "MACH"),
    "XML without a namespace": b"<Document><a/></Document>",
    "XML of no message": b"<html><body>502 Bad Gateway</body></html>",
    "XML a thousand deep": b"<a>" * 3000 + b"</a>" * 3000,
    "an amount without end": mx(
        "camt.054.001.08", "GB5", "<BkToCstmrDbtCdtNtfctn/>", "2026-11-24T00:00:00Z"
    ),
    "HTTP": b"GET / HTTP/1.1\r\nHost: finality\r\n\r\n",
}


@pytest.mark.parametrize("what", GARBAGE)
@pytest.mark.parametrize("link", ["swift", "swiftnet"])
async def test_garbage_is_kept_with_its_reason_and_work_goes_on(
    street: Street, link: str, what: str
) -> None:
    stored = await street.deliver(link, GARBAGE[what])
    assert stored
    for message in stored:
        said = await street.get(f"/v1/messages/{message}")
        assert said["state"] == "parked"
        assert said["reason"]
        assert not said["reason"].startswith("bug"), said["reason"]
        assert (await street.bytes_of(message)) in GARBAGE[what] or link == "swiftnet"


async def test_work_goes_on_after_garbage(street: Street) -> None:
    for text in GARBAGE.values():
        await street.deliver("swift", text)
    await settles_as_usual(street, "garbage")


async def test_an_xml_bomb_is_not_expanded(street: Street) -> None:
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )  # a billion of them
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY l0 "lol">{laughs}]>'
        "<Document>&l9;</Document>"
    ).encode()
    quadratic = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]><d>{"&a;" * 20_000}</d>'
    ).encode()
    before = peak_megabytes()
    async with asyncio.timeout(10):
        for payload in (bomb, quadratic):
            for message in await street.deliver("swiftnet", payload):
                assert (await parked_reason(street, message)).startswith("unreadable")
    assert peak_megabytes() - before < 150


async def test_an_external_entity_is_not_read(street: Street, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-of-this-machine")
    for declaration in (
        f'<!ENTITY e SYSTEM "{secret.as_uri()}">',
        f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;',
    ):
        payload = f'<?xml version="1.0"?><!DOCTYPE Document [{declaration}]>'.encode() + sese024(
            WIRE, "XXE", "MACH"
        ).replace(b"RBXXE", b"&e;")
        for message in await street.deliver("swiftnet", payload):
            said = await street.get(f"/v1/messages/{message}")
            assert said["state"] == "parked"
            assert "the-secret-of-this-machine" not in str(said)


async def test_a_link_nobody_has_is_refused(street: Street) -> None:
    status, said = await street.post("custody", "/v1/messages", STATUS, link="nowhere")
    assert status in (404, 422), said
    assert said["errors"][0]["rule"] == "unknown"


async def test_a_flood_of_garbage_on_mqtt_is_bounded_and_other_work_goes_on(
    postgres: Any, as_superuser: Any, template: str, broker: Any, tmp_path: Path
) -> None:
    flood = 1500
    async with (
        a_database(postgres, as_superuser, template, "flooded") as parts,
        Mqtt(broker.url(), "a-vandal") as vandal,
    ):
        parts.mqtt = broker.url()
        async with a_street(parts, tmp_path, transport="mqtt") as street:
            before = peak_megabytes()
            topic = "finality/links/swift/in"
            payloads = [(topic, bytes([n % 251]) * 1000 + str(n).encode()) for n in range(flood)]
            payloads += [(topic, b"A" * 200_000 + str(n).encode()) for n in range(20)]
            flooding = asyncio.create_task(vandal.publish_many(payloads))
            await settles_as_usual(street, "flood")
            await flooding
            async with asyncio.timeout(30):
                while await parked(street) < flood + 20:
                    await asyncio.sleep(0.1)
            await street.quiet()
            assert peak_megabytes() - before < 150
            assert street.up.core.inbounds["swift"].in_flight == set()
            assert await street.findings() == []


async def parked(street: Street) -> int:
    async with street.up.core.pool.acquire() as db:
        return int(await db.fetchval("select count(*) from inbox where state = 'parked'"))
