"""The HTTP API over a real gateway and database: what goes in, what is refused, what is read."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from gateway import app as wiring
from gateway import identity, people, workbook
from gateway.api import answers
from gateway.clock import VirtualClock, real_now
from gateway.config import Settings
from gateway.handlers import importing
from gateway.idempotency import request_hash
from store import idempotency, keys

DEMO = Path(wiring.__file__).parent / "demo_data"
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # Monday, 10:00 in New York
PEOPLE = {
    "ann": ("maker",),
    "bob": ("checker",),
    "vera": ("viewer",),
    "custodian": ("link",),
    "root": ("admin",),
    "desk": ("maker", "checker"),
}
RVP = {
    "reference": "OMS/1",
    "portfolio": "AGE-CORE",
    "direction": "RECE",
    "payment": "APMT",
    "counterparty": "KESTUS30",
    "trade_date": "2026-11-23",
    "isin": "US5949181045",
    "quantity": {"type": "UNIT", "value": "1000"},
    "deal_amount": {"currency": "USD", "value": "423100.00"},
    "settlement_amount": {"currency": "USD", "value": "423100.00"},
}
PAYMENT = {
    "kind": "bank",
    "reference": "PAY/1",
    "portfolio": "AGE-CORE",
    "value_date": "2026-11-24",
    "amount": {"currency": "USD", "value": "2500000.00"},
    "debtor": {"bic": "ALDRUS30"},
    "creditor": {"bic": "KESTUS30"},
    "cash_account": "HT100001USD",
}


@dataclass
class Api:
    """A caller with a key of each person."""

    running: wiring.Running
    web: aiohttp.ClientSession
    keys: dict[str, str]
    dsn: str

    async def call(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, Any]:
        """Status, body and headers."""
        sent = {"Authorization": f"Bearer {self.keys[who]}"} if who else {}
        data = None
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.web.request(
            method, self.running.url + path, data=data, headers=sent, allow_redirects=False
        ) as response:
            raw = await response.read()
            read = json.loads(raw) if "json" in response.content_type else raw.decode()
            return response.status, read, response.headers

    async def get(self, path: str, who: str = "vera") -> Any:
        status, body, _ = await self.call(who, "GET", path)
        assert status == 200, body
        return body

    async def post(self, path: str, body: Any, who: str = "ann", **headers: str) -> tuple[int, Any]:
        status, answer, _ = await self.call(who, "POST", path, body, **headers)
        return status, answer


@asynccontextmanager
async def serving(dsn_owner: str, dsn_app: str, folder: Path) -> AsyncIterator[Api]:
    files = {p.name: p.read_bytes() for p in DEMO.glob("*.csv")}
    files["links.csv"] = files["links.csv"].replace(b",mqtt,", b",directory,")  # no broker here
    db = await asyncpg.connect(dsn_app)
    try:
        await importing.apply(db, files, "test", real_now(), False)
        shown = {
            who: await people.create_key(db, who, who, roles, real_now())
            for who, roles in PEOPLE.items()
        }
    finally:
        await db.close()
    settings = Settings(data=folder, http_port=0, lease_seconds=30)
    given = wiring.Parts(dsn_owner, dsn_app, None)
    async with (
        wiring.running(settings, VirtualClock(NOW), given) as running,
        aiohttp.ClientSession() as web,
    ):
        async with asyncio.timeout(20):
            while not await running.core.quiet():
                await asyncio.sleep(0.02)
        yield Api(running, web, shown, dsn_app)


@pytest.fixture
async def api(database, tmp_path) -> AsyncIterator[Api]:
    async with serving(database.owner, database.app, tmp_path) as caller:
        yield caller


async def submitted(api: Api, **changes: Any) -> str:
    status, body = await api.post("/v1/instructions", RVP | changes)
    assert status == 201, body
    return body["id"]


def problem(body: Any, code: str) -> dict[str, Any]:
    answers.ProblemDocument.model_validate(body)
    assert body["type"].endswith(f":{code}"), body
    return {e["path"]: e for e in body["errors"]}


# submitting ---------------------------------------------------------------------------------------


async def test_a_new_instruction_is_created_and_a_repeat_is_the_same(api):
    first, created = await api.post("/v1/instructions", RVP)
    again, repeated = await api.post("/v1/instructions", RVP)
    assert (first, again) == (201, 200)
    assert created["id"] == repeated["id"]
    assert (created["outcome"], repeated["outcome"]) == ("created", "duplicate")
    answers.Taken.model_validate(created)


async def test_a_reference_with_other_content_is_a_conflict_naming_the_difference(api):
    await submitted(api)
    status, body = await api.post("/v1/instructions", RVP | {"quantity": {"value": "999"}})
    assert status == 409
    assert "quantity" in problem(body, "conflict")


async def test_every_problem_of_a_body_is_named_at_once(api):
    bad = RVP | {"isin": "US5949181046", "direction": "BUY", "colour": "red"}
    status, body = await api.post("/v1/instructions", bad)
    assert status == 422
    assert {"isin", "direction", "colour"} <= problem(body, "invalid").keys()


async def test_what_is_no_json_says_where(api):
    status, body = await api.post(
        "/v1/instructions", b'{"reference": ,}', Content_Type="application/json"
    )
    assert status == 400
    assert "line 1 column 15" in problem(body, "malformed_json")


@pytest.mark.parametrize("many", [False, True])
async def test_a_field_named_twice_is_refused(api, many):
    one = json.dumps(RVP)[:-1] + ', "isin": "US67066G1040"}'
    body = f"[{one}]" if many else one
    status, answer = await api.post(
        "/v1/instructions", body.encode(), Content_Type="application/json"
    )
    assert status == 422
    assert problem(answer, "invalid")["isin"]["rule"] == "repeated"


async def test_of_many_the_good_go_and_the_bad_are_refused(api):
    many = [RVP, RVP | {"reference": "OMS/2", "isin": "XX"}, RVP, "nonsense"]
    status, body = await api.post("/v1/instructions", many)
    assert status == 200
    answers.Items.model_validate(body)
    outcomes = [r["outcome"] for r in body["results"]]
    assert outcomes == ["created", "refused", "duplicate", "refused"]
    assert body["results"][1]["problems"][0]["path"] == "isin"


async def test_a_conflict_among_many_is_a_refusal_with_its_code(api):
    await submitted(api)
    _, body = await api.post("/v1/instructions", [RVP | {"quantity": {"value": "1"}}])
    (result,) = body["results"]
    assert (result["outcome"], result["code"]) == ("refused", "conflict")


async def test_more_than_a_thousand_at_once_are_refused(api):
    status, body = await api.post("/v1/instructions", [{}] * 1001)
    assert status == 422
    assert problem(body, "invalid")["(body)"]["value"] == "1001"


async def chunks() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b" " * 1024 * 1024


@pytest.mark.parametrize("body", [io.BytesIO(b" " * 20 * 1024 * 1024), chunks()])
async def test_a_body_over_the_limit_is_refused(api, body):
    headers = {"Authorization": f"Bearer {api.keys['ann']}", "Content-Type": "application/json"}
    url = f"{api.running.url}/v1/instructions"
    async with api.web.post(url, data=body, headers=headers) as response:
        assert response.status == 413
        problem(await response.json(), "too_large")


async def test_a_form_is_no_instruction(api):
    status, body = await api.post(
        "/v1/instructions", b"a=b", Content_Type="application/x-www-form-urlencoded"
    )
    assert status == 415
    problem(body, "media_type")


# who may ------------------------------------------------------------------------------------------


async def test_nothing_is_told_without_a_key(api):
    status, body, headers = await api.call("", "GET", "/v1/instructions")
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    problem(body, "unauthenticated")


async def test_a_wrong_secret_opens_nothing(api):
    api.keys["thief"] = api.keys["root"][:-3] + "xyz"
    status, _, _ = await api.call("thief", "GET", "/v1/instructions")
    assert status == 401


async def test_a_viewer_does_not_make(api):
    status, body = await api.post("/v1/instructions", RVP, who="vera")
    assert status == 403
    problem(body, "forbidden")


async def test_a_link_reads_nothing(api):
    status, _, _ = await api.call("custodian", "GET", "/v1/instructions")
    assert status == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])
async def test_health_and_documents_need_no_key(api, path):
    status, _, _ = await api.call("", "GET", path)
    assert status == 200


async def test_an_unknown_address_is_a_problem_document(api):
    status, body, _ = await api.call("vera", "GET", "/v1/nothing")
    assert status == 404
    problem(body, "not_found")


async def test_a_wrong_method_names_the_right_ones(api):
    status, body, headers = await api.call("vera", "DELETE", "/v1/instructions")
    assert status == 405
    assert headers["Allow"] == "GET,POST"
    problem(body, "method_not_allowed")


async def test_an_unknown_parameter_is_refused(api):
    status, body, _ = await api.call("vera", "GET", "/v1/instructions?colour=red&limit=501")
    assert status == 400
    assert {"colour", "limit"} <= problem(body, "query").keys()


# Idempotency-Key ----------------------------------------------------------------------------------


async def test_the_same_key_and_body_gives_the_stored_answer(api):
    first = await api.call("ann", "POST", "/v1/payments", PAYMENT, Idempotency_Key="k1")
    again = await api.call("ann", "POST", "/v1/payments", PAYMENT, Idempotency_Key="k1")
    assert first[0] == again[0] == 201
    assert first[1] == again[1]
    assert again[2]["Idempotency-Replayed"] == "true"


async def test_a_key_used_with_another_body_is_refused(api):
    await api.post("/v1/instructions", RVP, Idempotency_Key="k1")
    status, body = await api.post(
        "/v1/instructions", RVP | {"reference": "OMS/2"}, Idempotency_Key="k1"
    )
    assert status == 422
    problem(body, "idempotency_key_reused")


async def test_a_refusal_is_an_answer_too(api):
    bad = RVP | {"isin": "XX"}
    first = await api.post("/v1/instructions", bad, Idempotency_Key="k1")
    again = await api.post("/v1/instructions", bad, Idempotency_Key="k1")
    assert first == again
    assert first[0] == 422


async def test_a_key_belongs_to_its_client(api):
    await api.post("/v1/instructions", RVP, Idempotency_Key="k1")
    other = RVP | {"reference": "OMS/2"}
    status, _ = await api.post("/v1/instructions", other, who="desk", Idempotency_Key="k1")
    assert status == 201


async def test_a_write_without_a_key_is_refused(api):
    status, body = await api.post("/v1/payments", PAYMENT)
    assert status == 400
    problem(body, "idempotency_key_missing")


async def test_the_same_key_at_once_waits_and_works_once(api):
    answered = await asyncio.gather(
        *(api.call("ann", "POST", "/v1/payments", PAYMENT, Idempotency_Key="k1") for _ in range(8))
    )
    assert {status for status, _, _ in answered} == {201}
    assert len({body["id"] for _, body, _ in answered}) == 1
    assert sum("Idempotency-Replayed" not in headers for _, _, headers in answered) == 1


async def test_a_key_whose_process_died_is_worked_again(api):
    body = json.dumps(PAYMENT).encode()
    hash_ = request_hash("POST", "/v1/payments", body)
    db = await asyncpg.connect(api.dsn)
    try:
        await idempotency.claim(db, "ann", "k1", hash_, datetime(2020, 1, 1, tzinfo=UTC))
    finally:
        await db.close()
    status, _ = await api.post("/v1/payments", PAYMENT, Idempotency_Key="k1")
    assert status == 201


# reading ------------------------------------------------------------------------------------------


async def test_an_instruction_shows_all_that_hangs_on_it(api):
    id_ = await submitted(api)
    case = await api.get(f"/v1/instructions/{id_}")
    answers.Case.model_validate(case)
    assert case["reference"] == "OMS/1"
    assert case["axes"].keys() == {"processing", "cancellation", "matching", "settlement", "change"}
    (out,) = [m for m in case["messages"] if m["direction"] == "out"]
    assert ":35B:ISIN US5949181045" in out["raw"]
    assert any(f["tag"].startswith("35B") for f in out["fields"])
    (journal,) = case["journals"]
    assert sum(Decimal(e["amount"]) for e in journal["entries"]) == 0
    assert {"InstructionReceived", "TradeBooked"} <= {m["type"] for m in case["timeline"]}


@pytest.mark.parametrize("id_", ["nonsense", "00000000-0000-7000-8000-000000000000"])
async def test_an_instruction_that_is_not_there_is_not_found(api, id_):
    status, body, _ = await api.call("vera", "GET", f"/v1/instructions/{id_}")
    assert status == 404
    problem(body, "not_found")


async def test_the_list_goes_on_where_it_stopped(api):
    for n in range(5):
        await submitted(api, reference=f"OMS/{n}")
    seen: list[str] = []
    path = "/v1/instructions?limit=2"
    while path:
        page = await api.get(path)
        answers.Summaries.model_validate(page)
        seen += [row["reference"] for row in page["instructions"]]
        path = page["cursor"] and f"/v1/instructions?limit=2&cursor={page['cursor']}"
    assert seen == [f"OMS/{n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reference=OMS/1", 1),
        ("reference=OMS/9", 0),
        ("q=oms", 1),
        ("q=US594", 1),
        ("q=%25", 0),
        ("isin=US5949181045&portfolio=AGE-CORE&kind=securities", 1),
        ("settle_on=2026-11-24", 1),
        ("settle_on=2026-11-25", 0),
        ("state=settled,failing", 0),
    ],
)
async def test_filters_all_hold(api, query, found):
    await submitted(api)
    page = await api.get(f"/v1/instructions?{query}")
    assert len(page["instructions"]) == found


async def test_a_payment_is_listed_among_payments_only(api):
    await submitted(api)
    _, paid = await api.post("/v1/payments", PAYMENT, Idempotency_Key="k1")
    page = await api.get("/v1/payments")
    assert [row["id"] for row in page["instructions"]] == [paid["id"]]
    answers.Case.model_validate(await api.get(f"/v1/payments/{paid['id']}"))


# acting -------------------------------------------------------------------------------------------


async def content(api: Api, path: str) -> dict[str, str]:
    """What approving this says: the content that was looked at."""
    return {"content": (await api.get(path))["content"]}


async def test_a_payment_waits_for_another_person(api):
    _, paid = await api.post("/v1/payments", PAYMENT, who="desk", Idempotency_Key="k1")
    path = f"/v1/payments/{paid['id']}"
    shown = await content(api, path)
    status, body = await api.post(f"{path}/approve", shown, who="desk", Idempotency_Key="k2")
    assert status == 403
    problem(body, "four_eyes")
    status, body = await api.post(f"{path}/approve", shown, who="bob", Idempotency_Key="k3")
    assert status == 200
    answers.Done.model_validate(body)


@pytest.mark.parametrize("said", [None, {}, {"content": None}, {"content": ""}])
async def test_an_approval_that_names_no_content_is_told_where_to_read_it(api, said):
    _, paid = await api.post("/v1/payments", PAYMENT, Idempotency_Key="k1")
    path = f"/v1/payments/{paid['id']}"
    status, body = await api.post(f"{path}/approve", said, who="bob", Idempotency_Key="k2")
    assert status == 422
    assert "GET /v1/instructions/{id}" in problem(body, "invalid")["content"]["message"]
    assert (await api.get(path))["state"] == "draft"


async def test_an_edit_is_what_is_shown_to_whom_approves_and_voids_what_was_shown(api):
    _, paid = await api.post("/v1/payments", PAYMENT, Idempotency_Key="k1")
    path = f"/v1/payments/{paid['id']}"
    before = await content(api, path)
    more = {"amount": {"currency": "USD", "value": "9000000.00"}}
    status, body = await api.post(f"{path}/amend", more, Idempotency_Key="k2")
    assert status == 200, body
    case = await api.get(path)
    assert (case["current"]["amount"]["value"], case["body"]["amount"]["value"]) == (
        "9000000.00",
        "2500000.00",
    )
    status, body = await api.post(f"{path}/approve", before, who="bob", Idempotency_Key="k3")
    assert status == 409
    assert "look again" in problem(body, "not_allowed")["content"]["message"]
    after = {"content": case["content"]}
    assert (await api.post(f"{path}/approve", after, who="bob", Idempotency_Key="k4"))[0] == 200


async def test_what_the_state_does_not_allow_is_a_conflict(api):
    path = f"/v1/instructions/{await submitted(api)}"
    said = await content(api, path)
    status, body = await api.post(f"{path}/approve", said, who="bob", Idempotency_Key="k1")
    assert status == 409
    problem(body, "not_allowed")


async def test_an_unknown_word_in_an_action_is_refused(api):
    id_ = await submitted(api)
    path = f"/v1/instructions/{id_}/cancel"
    status, body = await api.post(path, {"why": "x"}, Idempotency_Key="k1")
    assert status == 422
    assert "why" in problem(body, "invalid")


# messages -----------------------------------------------------------------------------------------


async def test_a_delivered_message_is_stored_once_and_read_back(api):
    raw = b"{1:F01HARBUS30AXXX0000000000}{2:O5482035"
    first = await api.post(
        "/v1/messages?link=swift", raw, who="custodian", Content_Type="text/plain"
    )
    again = await api.post(
        "/v1/messages?link=swift", raw, who="custodian", Content_Type="text/plain"
    )
    assert first[0] == again[0] == 201
    answers.ReceivedMany.model_validate(first[1])
    ((one,), (two,)) = first[1]["messages"], again[1]["messages"]
    assert (one["outcome"], two["outcome"]) == ("stored", "repeat")
    assert one["id"] == two["id"]
    shown = await api.get(f"/v1/messages/{one['id']}")
    answers.Message.model_validate(shown)
    assert (shown["state"], shown["seen"], shown["meaning"]) == ("parked", 2, None)
    assert shown["problems"]
    _, octets, _ = await api.call(
        "vera", "GET", f"/v1/messages/{one['id']}", Accept="application/octet-stream"
    )
    assert octets.encode() == raw


async def test_a_message_for_no_link_is_refused(api):
    status, body = await api.post("/v1/messages?link=nowhere", b"x", who="custodian")
    assert status == 404
    problem(body, "unknown_link")


async def test_sent_messages_are_listed(api):
    await submitted(api)
    page = await api.get("/v1/messages?direction=out")
    answers.MessageLines.model_validate(page)
    assert [m["type"] for m in page["messages"]] == ["MT541"]


# books --------------------------------------------------------------------------------------------


async def test_a_trade_is_pending_until_it_settles(api):
    await submitted(api)
    body = await api.get("/v1/positions?portfolio=AGE-CORE&isin=US5949181045")
    answers.Positions.model_validate(body)
    (held,) = body["positions"]
    assert Decimal(held["traded"]) == Decimal(held["settled"]) + 1000
    assert Decimal(held["pending_receive"]) == 1000
    assert Decimal(held["failed_receive"]) == 0


@pytest.mark.parametrize("path", ["positions", "cash", "ledger/trial-balance"])
async def test_today_is_the_same_from_projections_and_from_sums(api, path):
    await submitted(api)
    now = await api.get(f"/v1/{path}")
    then = await api.get(f"/v1/{path}?as_of={now['as_of']}")
    assert numbers(then) == numbers(now)


def numbers(value: Any) -> Any:
    """The answer with its amounts as numbers: 5 is 5.00."""
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [numbers(v) for v in value]
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return value


async def test_what_is_due_fails_once_its_day_is_over(api):
    await submitted(api)
    await api.running.core.set_clock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    for query in ("", "&as_of=2026-11-24"):
        body = await api.get(f"/v1/positions?portfolio=AGE-CORE&isin=US5949181045{query}")
        assert Decimal(body["positions"][0]["failed_receive"]) == 1000


async def test_before_it_was_known_there_was_no_trade(api):
    before = api.running.core.clock.now().isoformat().replace("+00:00", "Z")
    await api.running.core.set_clock(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    await submitted(api)
    query = "portfolio=AGE-CORE&isin=US5949181045"
    known = await api.get(f"/v1/positions?{query}&known_at={before}")
    assert all(Decimal(p["pending_receive"]) == 0 for p in known["positions"])
    now = await api.get(f"/v1/positions?{query}&known_at=2026-11-23T16:30:00Z")
    assert Decimal(now["positions"][0]["pending_receive"]) == 1000


async def test_cash_says_what_is_to_be_paid_and_when(api):
    await submitted(api)
    body = await api.get("/v1/cash?portfolio=AGE-CORE")
    answers.Cash.model_validate(body)
    (usd,) = [c for c in body["cash"] if c["account"] == "HT100001USD"]
    assert usd["ledger"] == usd["settled"]
    (step,) = usd["ladder"]
    assert (step["on"], Decimal(step["payable"])) == ("2026-11-24", Decimal("423100"))
    assert Decimal(step["projected"]) == Decimal(usd["settled"]) - Decimal("423100")


async def test_the_trial_balance_balances(api):
    await submitted(api)
    body = await api.get("/v1/ledger/trial-balance?portfolio=AGE-CORE")
    answers.TrialBalance.model_validate(body)
    assert body["balanced"] is True
    assert "Payable for securities purchased" in {a["account"] for a in body["accounts"]}


async def test_journals_are_paged_in_the_order_of_the_log(api):
    for n in range(3):
        await submitted(api, reference=f"OMS/{n}")
    path = "/v1/ledger/journals?limit=2&portfolio=AGE-CORE&rule=buy_traded"
    first = await api.get(path)
    answers.Journals.model_validate(first)
    rest = await api.get(f"{path}&cursor={first['cursor']}")
    assert (len(first["journals"]), len(rest["journals"]), rest["cursor"]) == (2, 1, None)
    seqs = [j["seq"] for j in first["journals"] + rest["journals"]]
    assert seqs == sorted(seqs)


# the log ------------------------------------------------------------------------------------------


async def test_the_feed_is_read_in_pages_without_gap_or_repeat(api):
    await submitted(api)
    whole = await api.get("/v1/events?limit=500")
    answers.Events.model_validate(whole)
    seen: list[tuple[int, int]] = []
    after, more = "", True
    while more:
        page = await api.get(f"/v1/events?limit=7&after={after}")
        seen += [(e["lane"], e["seq"]) for e in page["events"]]
        after, more = page["cursor"], page["more"]
    assert seen == [(e["lane"], e["seq"]) for e in whole["events"]]
    assert (await api.get(f"/v1/events?after={after}"))["events"] == []


async def test_the_feed_can_be_asked_for_types_only(api):
    await submitted(api)
    page = await api.get("/v1/events?types=TradeBooked")
    assert {e["type"] for e in page["events"]} == {"TradeBooked"}


async def test_a_stream_tells_what_is_committed_and_resumes(api):
    headers = {"Authorization": f"Bearer {api.keys['vera']}"}
    url = f"{api.running.url}/v1/events/stream?after=now"
    async with api.web.get(url, headers=headers) as stream:
        await submitted(api)
        first = await asyncio.wait_for(event_of(stream), 5)
    assert first["event"] == "InstructionReceived"
    headers["Last-Event-ID"] = first["id"]
    async with api.web.get(url, headers=headers) as stream:
        second = await asyncio.wait_for(event_of(stream), 5)
    assert json.loads(second["data"])["seq"] == json.loads(first["data"])["seq"] + 1


async def event_of(stream: aiohttp.ClientResponse) -> dict[str, str]:
    fields: dict[str, str] = {}
    async for line in stream.content:
        name, _, value = line.decode().strip().partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            return fields
        else:
            fields.clear()
    raise AssertionError("the stream ended")


# the house ----------------------------------------------------------------------------------------


async def test_static_data_is_listed_and_taken_in_whole_or_not_at_all(api):
    kinds = await api.get("/v1/static")
    answers.StaticKinds.model_validate(kinds)
    rows = await api.get("/v1/static/portfolios?key=AGE-CORE")
    answers.StaticRows.model_validate(rows)
    assert rows["rows"][0]["row"]["fund"] == "AGE"
    good = "id,name,fund,base_currency\nAGE-NEW,New,AGE,USD\n"
    bad = good + "AGE-BAD,Bad,NOFUND,USD\n"
    status, body = await api.post(
        "/v1/static", {"portfolios.csv": bad}, who="root", Idempotency_Key="k1"
    )
    assert status == 422
    assert "portfolios.csv row 3 column fund" in problem(body, "static_data")
    assert not (await api.get("/v1/static/portfolios?key=AGE-NEW"))["rows"]
    status, body = await api.post(
        "/v1/static", {"portfolios.csv": good}, who="root", Idempotency_Key="k2"
    )
    assert (status, body["added"]) == (200, {"portfolios": 1})


async def test_static_data_goes_and_comes_as_one_workbook(api):
    headers = {"Authorization": f"Bearer {api.keys['root']}", "Idempotency-Key": "k1"}
    async with api.web.get(f"{api.running.url}/v1/static.xlsx", headers=headers) as response:
        book = await response.read()
    assert response.content_type == workbook.CONTENT_TYPE
    headers["Content-Type"] = workbook.CONTENT_TYPE
    url = f"{api.running.url}/v1/static"
    async with api.web.post(url, data=book, headers=headers) as response:
        same = await response.json()
    assert (response.status, same["changes"], same["added"], same["changed"]) == (200, [], {}, {})
    headers["Idempotency-Key"] = "k2"
    async with api.web.post(url, data=book[:-50], headers=headers) as response:
        assert response.status == 422
        problem(await response.json(), "workbook")


async def test_static_data_comes_as_files_of_a_form_too(api):
    form = aiohttp.FormData()
    form.add_field(
        "file", b"id,name,fund,base_currency\nAGE-NEW,New,AGE,USD\n", filename="portfolios.csv"
    )
    headers = {"Authorization": f"Bearer {api.keys['root']}", "Idempotency-Key": "k1"}
    url = f"{api.running.url}/v1/static?check=true"
    async with api.web.post(url, data=form, headers=headers) as response:
        body = await response.json()
    assert (response.status, body["added"], body["version"]) == (200, {"portfolios": 1}, None)


async def test_an_exception_is_closed_once_by_a_person(api):
    await api.post("/v1/messages?link=swift", b"garbage", who="custodian")
    await api.running.core.set_clock(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    body = await api.get("/v1/exceptions")
    answers.Exceptions.model_validate(body)
    (raised,) = body["exceptions"]
    path = f"/v1/exceptions/{raised['id']}/close"
    said = {"reason": "no message at all"}
    assert (await api.post(path, said, Idempotency_Key="k1"))[0] == 200
    status, refused = await api.post(path, said, who="bob", Idempotency_Key="k2")
    assert status == 409
    problem(refused, "not_allowed")
    assert (await api.get("/v1/exceptions"))["exceptions"] == []
    (closed,) = (await api.get("/v1/exceptions?closed=true"))["exceptions"]
    assert closed["closed_by"] == "ann"


async def test_virtual_time_moves_forward_only(api):
    clock = {"now": "2026-11-23T17:00:00Z"}
    status, body = await api.post("/v1/clock", clock, who="root")
    assert (status, body) == (200, {"now": "2026-11-23T17:00:00Z", "virtual": True})
    status, body = await api.post("/v1/clock", {"now": "2026-11-23T16:00:00Z"}, who="root")
    assert status == 409
    problem(body, "clock_back")


async def test_links_say_what_waits(api):
    body = await api.get("/v1/links")
    answers.Links.model_validate(body)
    assert {"swift", "swiftnet"} <= {link["name"] for link in body["links"]}


async def test_a_disabled_key_is_out_within_seconds(api):
    await api.get("/v1/links")
    db = await asyncpg.connect(api.dsn)
    try:
        assert await keys.disable(db, identity.prefix_of(api.keys["vera"]), real_now())
    finally:
        await db.close()
    await asyncio.sleep(identity.REMEMBERED_SECONDS + 0.1)
    status, _, _ = await api.call("vera", "GET", "/v1/links")
    assert status == 401


async def test_a_message_is_judged_without_being_stored(api):
    good = (Path(__file__).parents[1] / "golden/mt541/equity_rvp_dtc.fin").read_bytes()
    bad = good.replace(b":98A::SETT//20261124", b":98A::SETT//20261324")
    for raw, valid in ((good, True), (bad, False)):
        status, said = await api.post(
            "/v1/messages/validate", raw, who="vera", Content_Type="text/plain"
        )
        assert status == 200, said
        answers.Verdict.model_validate(said)
        assert (said["valid"], said["messages"]) == (valid, 1)
    [found] = said["findings"]
    assert (found["rule"], found["nak"][:3], found["value"]) == ("T50", "T50", ":SETT//20261324")
    assert (await api.get("/v1/messages"))["messages"] == []
    status, said = await api.post(
        "/v1/messages/validate", b"", who="vera", Content_Type="text/plain"
    )
    assert status == 422


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
async def test_the_calls_that_the_documentation_shows_work(api):
    root = Path(__file__).parents[2]
    text = (root / "docs/messages.md").read_text()
    [block] = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    said = []
    for command in re.findall(r"curl (?:.*\\\n)*.*", block):
        ran = await asyncio.create_subprocess_exec(
            *("bash", "-c", command),
            cwd=root,
            env=os.environ | {"KEY": api.keys["vera"], "API": f"{api.running.url}/v1"},
            stdout=asyncio.subprocess.PIPE,
        )
        said.append(json.loads((await ran.communicate())[0]))
    judged, translated = said
    assert judged["valid"] is True
    assert translated["messages"][0]["target"] == "sese.023.001.11"


async def test_a_message_is_translated_without_being_stored(api):
    raw = (Path(__file__).parents[1] / "golden/mt541/equity_rvp_dtc.fin").read_bytes()
    text = {"who": "vera", "Content_Type": "text/plain"}
    status, said = await api.post("/v1/messages/translate?to=mx", raw, **text)
    assert status == 200, said
    answers.TranslatedMany.model_validate(said)
    [made] = said["messages"]
    assert (made["source"], made["target"], made["valid"]) == ("MT541", "sese.023.001.11", True)
    assert made["elements"] == sum(1 for entry in made["receipt"] if entry["source"])
    status, said = await api.post("/v1/messages/translate?to=mt", raw, **text)
    assert status == 422
    assert "FIN message already" in said["errors"][0]["message"]
    assert (await api.get("/v1/messages"))["messages"] == []
