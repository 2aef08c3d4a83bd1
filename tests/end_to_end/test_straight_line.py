"""The straight line over HTTP: one POST to settled books, and every way it can go astray.

The other side is typed by hand (tests/street.py) and comes through the `link` door.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from street import (
    MONDAY,
    Street,
    a_database,
    a_street,
    ack,
    advice,
    buy,
    buy_at_t2s,
    codes,
    confirmation,
    field,
    mt548,
    nak,
    outgoing,
    sent,
    sent_to_t2s,
    sese024,
    sese025,
    sese027,
    transmitted,
)

from gateway.demo_world import LATE_SSI
from gateway.handlers.case import reference_for
from gateway.mqtt import Mqtt

APPLE, SAP = "US0378331005", "DE0007164600"
TRADED = {
    "Investments at cost USD": "190275.00",
    "Payable for securities purchased USD": "-190275.00",
    "Cash USD": "1000000.00",
    "Capital USD": "-1000000.00",
    "Cash EUR": "1000000.00",
    "Capital EUR": "-1000000.00",
}
SETTLED = {k: v for k, v in TRADED.items() if not k.startswith("Payable")} | {
    "Cash USD": "809725.00"
}


# the line itself ------------------------------------------------------------------------------------


async def test_one_post_becomes_a_message_then_settled_books_with_the_bytes_behind_each(
    postgres: Any, as_superuser: Any, template: str, broker: Any, tmp_path: Any
) -> None:
    async with (
        a_database(postgres, as_superuser, template, "straight_mqtt") as parts,
        Mqtt(broker.url(), "custodian-by-hand") as network,
    ):
        parts.mqtt = broker.url()
        await network.subscribe("finality/links/swift/out")
        async with a_street(parts, tmp_path, transport="mqtt", now=MONDAY) as street:
            id_ = await street.submit(buy("S01", "OMS-1"))
            on_the_wire = await next_payload(network)
            wire = await street.wire(id_)
            assert await state(street, id_) == "released_to_wire"
            assert on_the_wire.startswith(
                b"{1:F01ALDRUS30AXXX0000000000}{2:I541HARBUS30XXXXN}{3:{108:" + wire.encode()
            )
            lines = on_the_wire.decode().split("\r\n")
            for line in (
                f":20C::SEME//{wire}",
                ":98A::SETT//20261124",
                ":36B::SETT//UNIT/1000,",
                ":97A::SAFE//S01US",
                ":95R::DEAG/DTCYID/00009421",
                ":95P::PSET//DTCYUS33",
                ":19A::SETT//USD190275,",
            ):
                assert line in lines

            positions = await street.position("S01", APPLE)
            assert (positions["traded"], positions["settled"]) == ("1000", "0")
            assert positions["pending_receive"] == "1000"
            assert await street.trial_balance("S01") == TRADED

            seen = []
            for message in (
                ack(wire, "2611231331"),
                mt548(wire, "HT-1", "IPRC//PACK", at="20261123133200"),
                mt548(wire, "HT-2", "MTCH//MACH", at="20261123133300"),
                mt548(wire, "HT-3", "SETT//PEND FUTU", at="20261123133400"),
            ):
                await street.deliver("swift", message)
                seen.append(await state(street, id_))
            assert seen == ["sent", "accepted", "matched", "pending"]

            await street.set_clock(datetime(2026, 11, 24, 21, 5, tzinfo=UTC))
            settling = confirmation(wire, "HT-4", at="20261124160500")
            await street.deliver("swift", settling)
            await settled_once(street, id_, on_the_wire, settling)
            assert await street.findings() == []


async def settled_once(street: Street, id_: str, sent_: bytes, settling: bytes) -> None:
    """Everything a settled purchase shows, each figure walked back to its bytes."""
    case = await street.case(id_)
    assert case["state"] == "settled"
    assert case["axes"] == {
        "processing": "accepted",
        "cancellation": "none",
        "matching": "matched",
        "settlement": "settled",
        "change": "none",
    }
    assert (case["open_quantity"], case["settled_quantity"]) == ("0", "1000")
    held = await street.position("S01", APPLE)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("1000", "1000", "0")
    assert await street.trial_balance("S01") == SETTLED
    cash = (await street.get("/v1/cash", portfolio="S01"))["cash"]
    ledger = {c["account"]: c["ledger"] for c in cash}
    assert ledger == {"S01USD": "809725.00", "S01EUR": "1000000.00"}

    events = [m for m in case["timeline"] if m["what"] == "event"]
    assert [e["type"] for e in events] == [
        "InstructionReceived",
        "TradeBooked",
        "Instructed",
        "NetworkAnswered",
        "StatusReceived",
        "StatusReceived",
        "StatusReceived",
        "SettledPart",
    ]
    traded, settled = case["journals"]
    assert [(j["event"], j["effective_on"]) for j in (traded, settled)] == [
        ("TradeBooked", "2026-11-23"),
        ("SettledPart", "2026-11-24"),
    ]
    assert {(e["account"], e["amount"]) for e in settled["entries"]} == {
        ("Payable for securities purchased", "190275.00"),
        ("Cash", "-190275.00"),
    }
    assert await street.bytes_of(settled["cause"]) == settling
    instructed = next(e for e in events if e["type"] == "Instructed")
    assert await street.bytes_of(instructed["message"]) == sent_


async def next_payload(network: Mqtt) -> bytes:
    """The next payload the gateway sends."""
    async with asyncio.timeout(10), aclosing(network.batches()) as batches:
        async for batch in batches:
            for delivery in batch:
                delivery.ack()
            return batch[0].payload
    raise AssertionError


async def state(street: Street, id_: str) -> str:
    return str((await street.case(id_))["state"])


# what upstream and the desk can get wrong -------------------------------------------------------------


async def test_a_missing_standing_instruction_keeps_the_instruction_until_it_is_imported(
    monday: Street,
) -> None:
    portfolio = monday.portfolio()
    id_ = await monday.submit(buy(portfolio, "SSI-1", counterparty="NORDDE30"))
    case = await monday.case(id_)
    assert case["state"] in ("draft", "approved")
    assert "ssi_missing" in case["flags"]
    assert "NORDDE30" in case["waiting"]["waits_for"]
    assert outgoing(case) == []
    status, said = await monday.post("admin", "/v1/static", {"counterparty_ssi.csv": LATE_SSI})
    assert status == 200, said
    await monday.up.core.sweep()
    assert outgoing(await monday.case(id_)) == [], "one person alone gave us where to deliver"
    path = f"/v1/proposals/{said['proposal']}/approve"
    status, said = await monday.post("ben", path, {"hash": said["hash"]})
    assert status == 200, said
    await monday.up.core.sweep()
    await monday.quiet()
    case = await monday.case(id_)
    assert case["state"] == "released_to_wire"
    assert ":95R::DEAG/DTCYID/00009644" in outgoing(case)[0]


async def test_a_closed_date_is_held_until_two_persons_release_it(street: Street) -> None:
    body = buy(street.portfolio(), "CLOSED-1", settle_date="2026-11-26")
    id_ = await street.submit(body)
    case = await street.case(id_)
    assert "closed_date" in case["flags"]
    waits = case["waiting"]["waits_for"]
    assert "DTC" in waits or "FED" in waits  # the calendar, and its source, are named
    assert "2026-11-27" in waits  # and the next good date offered
    assert outgoing(case) == []

    status, said = await street.act("anna", id_, "release-date")
    assert status == 200, said
    assert outgoing(await street.case(id_)) == []
    status, said = await street.act("anna", id_, "release-date")
    assert (status, said["errors"][0]["rule"]) == (403, "four_eyes")
    status, said = await street.act("anna-checks", id_, "release-date")
    assert status == 403, "another key of the same person is not another person"
    assert outgoing(await street.case(id_)) == []

    status, said = await street.act("ben", id_, "release-date")
    assert status == 200, said
    case = await street.case(id_)
    assert case["state"] == "released_to_wire"
    assert ":98A::SETT//20261126" in outgoing(case)[0]


async def test_no_other_action_lets_go_what_a_closed_date_holds(monday: Street) -> None:
    portfolio = monday.portfolio()
    body = buy(portfolio, "CLOSED-2", settle_date="2026-11-26")
    id_ = await monday.submit(body)
    free = await monday.submit(
        {
            k: v
            for k, v in buy(portfolio, "CLOSED-3", direction="DELI", payment="FREE").items()
            if k not in ("price", "deal_amount", "commission", "settlement_amount")
        }
        | {"settle_date": "2026-11-26"}
    )
    for who, which, action in (
        ("anna", id_, "hold"),
        ("anna", id_, "release"),
        ("ben", free, "approve"),
    ):
        status, said = await monday.act(who, which, action)
        assert status == 200, said
    _, said = await monday.post("admin", "/v1/static", {"counterparty_ssi.csv": LATE_SSI})
    path = f"/v1/proposals/{said['proposal']}/approve"
    status, said = await monday.post("ben", path, {"hash": said["hash"]})
    assert status == 200, said
    await monday.up.core.sweep()
    await monday.quiet()
    for which in (id_, free):
        case = await monday.case(which)
        assert outgoing(case) == [], "a closed date let go by something else"
        assert "closed_date" in case["flags"]
        assert "2026-11-27" in case["waiting"]["waits_for"]


async def test_a_payment_on_a_closed_date_is_held_after_its_approval(street: Street) -> None:
    id_ = await street.pay(
        {
            "kind": "bank",
            "reference": "PAY-2",
            "portfolio": street.portfolio(),
            "value_date": "2026-11-26",
            "amount": {"currency": "USD", "value": "50000.00"},
            "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30"},
            "creditor": {"bic": "KESTUS30"},
        }
    )
    await street.approve("ben", f"/v1/payments/{id_}")
    await street.quiet()
    case = await street.case(id_)
    assert outgoing(case) == []
    assert "closed_date" in case["flags"]


async def test_a_free_delivery_waits_for_a_second_person_whatever_key_the_maker_holds(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    settled_id, wire = await sent(street, portfolio, "FREE-0")
    await street.deliver("swift", confirmation(wire, f"OPEN{portfolio}"))
    assert await state(street, settled_id) == "settled"
    body = {
        k: v
        for k, v in buy(portfolio, "FREE-1", direction="DELI", payment="FREE").items()
        if k not in ("price", "deal_amount", "commission", "settlement_amount")
    }
    id_ = await street.submit(body, "anna")
    assert await state(street, id_) == "draft"
    assert outgoing(await street.case(id_)) == []
    status, said = await street.act("anna", id_, "approve")
    assert status == 403, said
    status, said = await street.act("anna-checks", id_, "approve")
    assert (status, said["errors"][0]["rule"]) == (403, "four_eyes")
    assert await state(street, id_) == "draft"
    status, said = await street.act("ben", id_, "approve")
    assert status == 200, said
    case = await street.case(id_)
    assert case["state"] == "released_to_wire"
    assert outgoing(case)[0].startswith("{1:F01ALDRUS30AXXX0000000000}{2:I542")
    assert [e["actor"] for e in case["timeline"] if e["type"] == "Approved"].count("ben") == 2


async def test_a_payment_waits_for_a_second_person_and_settles_by_its_debit(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_ = await street.pay(
        {
            "kind": "bank",
            "reference": "PAY-1",
            "portfolio": portfolio,
            "value_date": "2026-11-24",
            "amount": {"currency": "USD", "value": "50000.00"},
            "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30"},
            "creditor": {"bic": "KESTUS30"},
        }
    )
    assert await state(street, id_) == "draft"
    status, said = await street.approve("ben", f"/v1/payments/{id_}")
    assert status == 200, said
    await street.quiet()
    assert await state(street, id_) == "released"


async def test_a_reference_again_is_a_duplicate_and_with_other_content_a_conflict(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    first = await street.submit(buy(portfolio, "AGAIN-1"))
    status, said = await street.post("upstream", "/v1/instructions", buy(portfolio, "AGAIN-1"))
    assert (status, said["outcome"], said["id"]) == (200, "duplicate", first)
    other = buy(portfolio, "AGAIN-1", quantity={"type": "UNIT", "value": "999"})
    other |= {"deal_amount": None, "commission": None, "price": None}
    status, said = await street.post("upstream", "/v1/instructions", other)
    assert status == 409, said
    assert said["errors"][0]["path"] in ("quantity", "price", "deal_amount", "commission")
    assert len(outgoing(await street.case(first))) == 1
    held = await street.position(portfolio, APPLE)
    assert held["traded"] == "1000"


async def test_a_key_used_again_gives_the_stored_answer_and_with_another_body_is_refused(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    body = buy(portfolio, "KEY-1")
    first = await street.post("upstream", "/v1/instructions", body, key="K1")
    assert first[0] == 201
    assert await street.post("upstream", "/v1/instructions", body, key="K1") == first
    status, said = await street.post(
        "upstream", "/v1/instructions", buy(portfolio, "KEY-2"), key="K1"
    )
    assert status == 422, said
    at_once = await asyncio.gather(
        *(
            street.post("upstream", "/v1/instructions", buy(portfolio, "KEY-3"), key="K3")
            for _ in range(8)
        )
    )
    assert len({(status, said["id"]) for status, said in at_once}) == 1
    await street.quiet()
    assert (await street.position(portfolio, APPLE))["traded"] == "2000"


async def test_of_many_the_good_are_taken_and_the_bad_are_named(street: Street) -> None:
    portfolio = street.portfolio()
    bad = buy(portfolio, "MANY-2", isin="US0378331006")
    status, said = await street.post(
        "upstream", "/v1/instructions", [buy(portfolio, "MANY-1"), bad, buy(portfolio, "MANY-1")]
    )
    assert status == 200
    assert [r["outcome"] for r in said["results"]] == ["created", "refused", "duplicate"]
    assert said["results"][1]["problems"][0]["path"] == "isin"
    await street.quiet()
    assert (await street.position(portfolio, APPLE))["traded"] == "1000"


async def test_a_nak_is_repaired_as_a_second_version_and_settles_once(street: Street) -> None:
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, "NAK-1", sell={"bic": "KESTGB30"}))
    first = await street.wire(id_)
    await street.deliver("swift", nak(first, "T27045"))
    case = await street.case(id_)
    assert case["state"] == "network_nak"
    assert case["waiting"]["whose_move"] == "us"
    assert "T27" in (case["waiting"]["reason"] or "")
    status, said = await street.act("anna", id_, "repair", {"sell": None})
    assert status == 200, said
    case = await street.case(id_)
    assert (case["state"], case["version"]) == ("released_to_wire", 2)
    second = case["wire_reference"]
    assert second != first
    assert "KESTGB30" not in outgoing(case)[1]
    await street.deliver("swift", ack(second), confirmation(second, "NAK1C"))
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("settled", [])
    assert await street.trial_balance(portfolio) == SETTLED


async def test_a_draft_that_was_amended_leaves_with_one_approval(street: Street) -> None:
    portfolio = street.portfolio()
    payment = {
        "kind": "bank",
        "reference": "DRAFT-1",
        "portfolio": portfolio,
        "value_date": "2026-11-24",
        "amount": {"currency": "USD", "value": "50000.00"},
        "debtor": {"bic": "ALDRUS30"},
        "creditor": {"bic": "KESTUS30"},
    }
    id_ = await street.pay(payment)
    status, said = await street.act(
        "anna", id_, "amend", {"amount": {"currency": "USD", "value": "49000.00"}}
    )
    assert (status, said["state"]) == (200, "draft"), said
    status, said = await street.act("ben", id_, "approve")
    assert (status, said["state"]) == (200, "released"), said
    [out] = outgoing(await street.case(id_))
    assert "49000" in out
    status, said = await street.act("ben", id_, "approve")
    assert (status, said["errors"][0]["rule"]) == (409, "not_draft")


async def test_an_amendment_that_changes_nothing_cancels_nothing(street: Street) -> None:
    portfolio = street.portfolio()
    body = buy(portfolio, "AMEND-0")
    id_, _ = await sent(street, portfolio, "AMEND-0")
    status, said = await street.act("anna", id_, "amend", {"quantity": body["quantity"]})
    assert (status, said["errors"][0]["rule"]) == (422, "unchanged"), said
    status, said = await street.act("anna", id_, "amend", {})
    assert status == 422, said
    case = await street.case(id_)
    assert (case["state"], len(outgoing(case))) == ("sent", 1)


async def test_an_amendment_cancels_waits_and_sends_the_replacement(street: Street) -> None:
    portfolio = street.portfolio()
    id_, first = await sent(street, portfolio, "AMEND-1")
    await street.deliver("swift", mt548(first, "AM1", "MTCH//NMAT DQUA"))
    assert await state(street, id_) == "unmatched"
    status, said = await street.act(
        "anna",
        id_,
        "amend",
        {
            "quantity": {"type": "UNIT", "value": "990"},
            "deal_amount": {"currency": "USD", "value": "188347.50"},
            "settlement_amount": {"currency": "USD", "value": "188372.50"},
        },
    )
    assert status == 200, said
    case = await street.case(id_)
    assert case["state"] == "cancel_pending"
    cancel = outgoing(case)[1]
    request = field(cancel, ":20C::SEME//")
    assert field(cancel, ":23G:") == "CANC"
    assert field(cancel, ":20C::PREV//") == first
    assert request != first
    assert len(outgoing(case)) == 2, "the replacement waits for the cancellation to be done"

    await street.deliver(
        "swift",
        ack(request, "2611241641"),
        mt548(request, "AM2", "CPRC//CAND", at="20261124164200", function="CAST"),
    )
    case = await street.case(id_)
    assert (case["state"], case["version"]) == ("released_to_wire", 2)
    replacement = outgoing(case)[2]
    assert ":36B::SETT//UNIT/990," in replacement
    assert ":19A::SETT//USD188372,5" in replacement
    second = case["wire_reference"]
    await street.deliver(
        "swift",
        ack(second, "2611241645"),
        confirmation(second, "AM3", "990", "USD188372,5"),
    )
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("settled", [])
    held = await street.position(portfolio, APPLE)
    assert (held["traded"], held["settled"]) == ("990", "990")
    books = await street.trial_balance(portfolio)
    assert books["Investments at cost USD"] == "188372.50"
    assert books["Cash USD"] == "811627.50"
    assert "Payable for securities purchased USD" not in books


async def test_a_second_repair_builds_on_the_first(street: Street) -> None:
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, "NAK-2", sell={"bic": "KESTGB30"}))
    await street.deliver("swift", nak(await street.wire(id_)))
    status, said = await street.act("anna", id_, "repair", {"sell": None, "trade_id": "TYPED1"})
    assert status == 200, said
    await street.deliver("swift", nak(await street.wire(id_), "T26003"))
    status, said = await street.act("anna", id_, "repair", {"trade_id": "TYPED2"})
    assert status == 200, said
    case = await street.case(id_)
    assert (case["state"], case["version"]) == ("released_to_wire", 3)
    third = outgoing(case)[2]
    assert "KESTGB30" not in third
    assert ":20C::TRRF//TYPED2" in third


async def test_what_is_repaired_is_what_the_second_person_lets_go(street: Street) -> None:
    portfolio = street.portfolio()
    body = {
        k: v
        for k, v in buy(portfolio, "NAK-3", direction="DELI", payment="FREE").items()
        if k not in ("price", "deal_amount", "commission", "settlement_amount")
    } | {"buyr": {"bic": "KESTGB30"}}
    id_ = await street.submit(body)
    await street.act("ben", id_, "approve")
    await street.deliver("swift", nak(await street.wire(id_)))
    await street.act("anna", id_, "repair", {"buyr": None, "name": "REPAIRED TO READ"})
    assert len(outgoing(await street.case(id_))) == 1, "a repair wants a second person again"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{street.up.url}/login", data={"key": street.keys["ben"]})
        async with browser.get(f"{street.up.url}/instructions/{id_}") as answer:
            page = await answer.text()
    assert "REPAIRED TO READ" in page, "who approves must see what was repaired"
    status, said = await street.act("anna-checks", id_, "approve")
    assert status == 403, said
    status, said = await street.act("ben", id_, "approve")
    assert status == 200, said
    case = await street.case(id_)
    assert (case["state"], case["version"]) == ("released_to_wire", 2)
    assert "KESTGB30" not in outgoing(case)[1]


async def test_a_draft_repaired_before_it_left_is_sent_as_repaired(monday: Street) -> None:
    portfolio = monday.portfolio()
    id_ = await monday.submit(buy(portfolio, "DRAFT-1", counterparty="NORDDE30"))
    status, said = await monday.act("anna", id_, "repair", {"counterparty": "KESTUS30"})
    assert status == 200, said
    case = await monday.case(id_)
    assert (case["state"], case["version"]) == ("released_to_wire", 1)
    assert ":95R::DEAG/DTCYID/00009421" in outgoing(case)[0]
    assert await monday.trial_balance(portfolio) == TRADED


async def test_an_amendment_is_dropped_when_the_cancellation_is_denied_and_may_be_made_again(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, _ = await sent(street, portfolio, "AMEND-2")
    changes = {"trade_id": "AMENDED1"}
    await street.act("anna", id_, "amend", changes)
    request = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    await street.deliver(
        "swift",
        ack(request),
        mt548(request, "AD1", "CPRC//DEND", at="20261124164200", function="CAST"),
    )
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("sent", ["amendment_dropped"])
    status, said = await street.act("anna", id_, "amend", {"trade_id": "AMENDED2"})
    assert status == 200, said
    again = field(outgoing(await street.case(id_))[2], ":20C::SEME//")
    await street.deliver(
        "swift",
        ack(again, "2611241701"),
        mt548(again, "AD2", "CPRC//CAND", at="20261124170200", function="CAST"),
    )
    last = outgoing(await street.case(id_))[3]
    assert ":20C::TRRF//AMENDED2" in last
    assert field(last, ":23G:") == "NEWM"
    assert await street.trial_balance(portfolio) == TRADED


async def test_an_amendment_to_a_closed_date_is_refused_with_the_next_good_one(
    street: Street,
) -> None:
    id_, _ = await sent(street, street.portfolio(), "AMEND-3")
    status, said = await street.act("anna", id_, "amend", {"settle_date": "2026-11-26"})
    assert (status, said["errors"][0]["rule"]) == (422, "closed_date")
    assert "2026-11-27" in said["errors"][0]["message"]
    assert await state(street, id_) == "sent"


@pytest.mark.parametrize("settled_first", [True, False])
async def test_when_cancellation_and_confirmation_cross_settlement_wins(
    street: Street, settled_first: bool
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, f"RACE-{settled_first}")
    await street.deliver("swift", mt548(wire, f"RC{portfolio}", "MTCH//MACH"))
    status, said = await street.act("anna", id_, "cancel", {"reason": "dealt in error"})
    assert status == 200, said
    case = await street.case(id_)
    assert case["state"] == "cancel_pending"
    request = field(outgoing(case)[1], ":20C::SEME//")
    settles = confirmation(wire, f"RS{portfolio}")
    cancels = mt548(
        request, f"RX{portfolio}", "CPRC//CAND", at="20261124170600", function="CAST"
    )  # fmt: skip
    await street.deliver("swift", ack(request))
    await street.deliver("swift", settles if settled_first else cancels)
    await street.deliver("swift", cancels if settled_first else settles)
    case = await street.case(id_)
    assert case["state"] == "settled"
    assert case["axes"]["settlement"] == "settled"
    assert "contradiction" in case["flags"]
    assert "contradiction" in codes(case)
    held = await street.position(portfolio, APPLE)
    assert (held["traded"], held["settled"]) == ("1000", "1000")
    assert await street.trial_balance(portfolio) == SETTLED


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0), (0, 2, 1)])
async def test_a_part_and_the_cancelled_rest_that_settles_all_the_same_end_in_one_way(
    street: Street, order: tuple[int, ...]
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent_to_t2s(street, portfolio, f"REST-{portfolio}")
    await street.act("anna", id_, "cancel")
    request = outgoing(await street.case(id_))[1].partition("BizMsgIdr>")[2].partition("<")[0]
    await street.deliver("swiftnet", transmitted(request))
    messages = (
        sese027(request, f"{portfolio}X", "CAND"),
        sese025(wire, f"{portfolio}1", "600", "114165.00", part="PAIN", left=("0", "400")),
        sese025(
            wire, f"{portfolio}2", "400", "76110.00", part="PARC", left=("600", "0"),
            at="2026-11-24T22:15:00Z",
        ),
    )  # fmt: skip
    for number in order:
        await street.deliver("swiftnet", messages[number])
    case = await street.case(id_)
    assert (case["state"], "contradiction" in case["flags"]) == ("settled", True)
    held = await street.position(portfolio, SAP)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("1000", "1000", "0")
    for day in ("2026-11-20", "2026-11-24", "2026-11-25"):
        books = await street.trial_balance(portfolio, as_of=day)
        settled = day != "2026-11-20"
        assert books["Investments at cost EUR"] == "190275.00"
        assert books["Cash EUR"] == ("809725.00" if settled else "1000000.00")
        assert books.get("Payable for securities purchased EUR") == (
            None if settled else "-190275.00"
        )


async def test_of_a_trade_part_settled_and_the_rest_cancelled_only_the_part_stays(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent_to_t2s(street, portfolio, "REST-0")
    await street.deliver(
        "swiftnet", sese025(wire, "RE1", "600", "114165.00", part="PAIN", left=("0", "400"))
    )
    await street.act("anna", id_, "cancel")
    request = outgoing(await street.case(id_))[1].partition("BizMsgIdr>")[2].partition("<")[0]
    await street.deliver("swiftnet", transmitted(request), sese027(request, "RE2", "CAND"))
    assert await state(street, id_) == "part_settled_rest_cancelled"
    held = await street.position(portfolio, SAP)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("600", "600", "0")
    books = await street.trial_balance(portfolio)
    assert books["Investments at cost EUR"] == "114165.00"
    assert "Payable for securities purchased EUR" not in books


async def test_a_cancellation_that_is_done_takes_the_trade_out_of_the_books(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, _ = await sent(street, portfolio, "CANC-1")
    await street.act("anna", id_, "cancel")
    request = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    await street.deliver(
        "swift",
        ack(request),
        mt548(request, "CANC1X", "CPRC//CAND", at="20261124164200", function="CAST"),
    )
    case = await street.case(id_)
    assert (case["state"], case["axes"]["cancellation"]) == ("cancelled", "done")
    assert await street.trial_balance(portfolio) == {
        k: v for k, v in TRADED.items() if k.startswith(("Cash", "Capital"))
    }
    held = await street.position(portfolio, APPLE)
    assert held.get("traded", "0") == "0"
    status, said = await street.act("anna", id_, "cancel")
    assert (status, said["errors"][0]["rule"]) == (409, "not_cancellable")


# what the other side can get wrong --------------------------------------------------------------------


async def test_one_reference_with_two_contents_is_quarantined_and_its_effect_reversed(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "CONFLICT-1")
    await street.deliver("swift", confirmation(wire, "CF1"))
    assert await state(street, id_) == "settled"
    await street.deliver("swift", confirmation(wire, "CF1", on="20261123"))
    case = await street.case(id_)
    assert codes(case) == ["conflict"]
    assert case["axes"]["settlement"] == "none"
    assert (case["open_quantity"], case["settled_quantity"]) == ("1000", "0")
    assert await street.trial_balance(portfolio) == TRADED
    held = await street.position(portfolio, APPLE)
    assert (held["settled"], held["pending_receive"]) == ("0", "1000")


async def test_a_message_again_with_another_trailer_or_envelope_has_no_second_effect(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "REPEAT-1")
    settles = confirmation(wire, "RP1")
    first = await street.deliver("swift", settles)
    assert await street.deliver("swift", settles) == first
    marked = settles + b"{5:{PDM:1605261124HARBUS30AXXX00123456782}}"
    [copy] = await street.deliver("swift", marked)
    assert (await street.get(f"/v1/messages/{copy}"))["state"] == "done"
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("settled", [])
    assert [m["seen"] for m in case["messages"] if m["type"] == "MT545"] == [2]
    assert await street.trial_balance(portfolio) == SETTLED


async def test_a_confirmation_before_everything_else_settles_and_implies_the_rest(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_ = await street.submit(buy(portfolio, "EARLY-1"))
    wire = await street.wire(id_)
    await street.deliver("swift", confirmation(wire, "EA1"))
    case = await street.case(id_)
    assert case["state"] == "settled"
    assert (case["axes"]["processing"], case["axes"]["matching"]) == ("accepted", "matched")
    late = (mt548(wire, "EA0", "MTCH//NMAT CMIS"), ack(wire))
    await street.deliver("swift", *late)
    case = await street.case(id_)
    assert (case["state"], case["axes"]["matching"], codes(case)) == ("settled", "matched", [])
    assert await street.trial_balance(portfolio) == SETTLED


async def test_two_parts_at_t2s_settle_to_the_cent(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent_to_t2s(street, portfolio, "PART-1")
    await street.deliver("swiftnet", sese024(wire, "PA0", "MACH"))
    first = sese025(wire, "PA1", "600", "114165.00", part="PAIN", left=("0", "400"))
    await street.deliver("swiftnet", first)
    case = await street.case(id_)
    assert case["axes"]["settlement"] == "partially_settled"
    assert (case["open_quantity"], case["settled_quantity"]) == ("400", "600")
    held = await street.position(portfolio, SAP)
    assert (held["settled"], held["pending_receive"]) == ("600", "400")
    books = await street.trial_balance(portfolio)
    assert books["Payable for securities purchased EUR"] == "-76110.00"
    assert books["Cash EUR"] == "885835.00"

    last = sese025(wire, "PA2", "400", "76110.00", part="PARC", left=("600", "0"))
    await street.deliver("swiftnet", last)
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("settled", [])
    books = await street.trial_balance(portfolio)
    assert "Payable for securities purchased EUR" not in books
    assert books["Cash EUR"] == "809725.00"
    causes = [j["cause"] for j in case["journals"] if j["event"] == "SettledPart"]
    assert [await street.bytes_of(c) for c in causes] == [first, last]


async def test_a_part_where_parts_do_not_exist_is_booked_and_raised(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "PART-2")
    await street.deliver(
        "swift",
        confirmation(wire, "PB1", "600", "USD114165,", part="PAIN", left=("0", "400")),
    )
    case = await street.case(id_)
    assert codes(case) == ["partial_unexpected"]
    assert (await street.position(portfolio, APPLE))["settled"] == "600"


async def test_a_pre_confirmation_shows_and_posts_nothing(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "PRE-1")
    await street.deliver("swift", confirmation(wire, "PR1", pre=True))
    case = await street.case(id_)
    assert case["axes"]["settlement"] == "none"
    assert "pre_confirmed" in case["flags"]
    assert await street.trial_balance(portfolio) == TRADED
    await street.deliver("swift", confirmation(wire, "PR2"))
    assert await state(street, id_) == "settled"
    assert await street.trial_balance(portfolio) == SETTLED


async def test_a_reversal_reopens_the_obligation_and_it_settles_again(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "RVSL-1")
    await street.deliver("swift", confirmation(wire, "RV1"))
    await street.deliver(
        "swift",
        confirmation(wire, "RV2", function="RVSL", undoes="RV1", at="20261124171000"),
    )
    case = await street.case(id_)
    assert case["state"] == "reversed"
    assert (case["open_quantity"], case["settled_quantity"]) == ("1000", "0")
    assert await street.trial_balance(portfolio) == TRADED
    await street.deliver("swift", confirmation(wire, "RV3", at="20261124171500"))
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("settled", [])
    assert await street.trial_balance(portfolio) == SETTLED
    rules = [j["event"] for j in case["journals"]]
    assert rules == ["TradeBooked", "SettledPart", "SettlementReversed", "SettledPart"]


async def test_an_unknown_reason_is_stored_and_raised_not_refused(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "REASON-1")
    await street.deliver("swift", mt548(wire, "UR1", "SETT//PEND ZZZ9"))
    case = await street.case(id_)
    assert case["state"] == "pending"
    assert case["waiting"]["reason"] == "ZZZ9"
    assert codes(case) == ["unknown_reason"]
    await street.deliver("swift", mt548(wire, "UR2", "SETT//WHAT", at="20261124163500"))
    case = await street.case(id_)
    assert (case["state"], codes(case)) == ("pending", ["unknown_reason", "unknown_status"])


async def test_an_answer_that_comes_before_its_instruction_waits_and_is_applied(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    wire = reference_for("SI", "upstream", "PARK-1", 1)  # as in a restart from a backup
    early = await street.deliver("swift", mt548(wire, "PK1", "MTCH//MACH"))
    late = await street.deliver("swift", confirmation(wire, "PK2"))
    for id_ in (*early, *late):
        message = await street.get(f"/v1/messages/{id_}")
        assert (message["state"], message["reason"]) == ("parked", "unknown_reference")
    instruction = await street.submit(buy(portfolio, "PARK-1"))
    async with asyncio.timeout(5):
        while await state(street, instruction) != "settled":
            await asyncio.sleep(0.05)
    await street.quiet()
    for id_ in (*early, *late):
        assert (await street.get(f"/v1/messages/{id_}"))["state"] == "done"
    assert await street.trial_balance(portfolio) == SETTLED


async def test_an_answer_nobody_claims_becomes_a_persons_work(monday: Street) -> None:
    await monday.deliver("swift", mt548("SIUNKNOWN0000001", "UN1", "MTCH//MACH"))
    assert (await monday.get("/v1/exceptions"))["exceptions"] == []
    await monday.set_clock(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    raised = (await monday.get("/v1/exceptions"))["exceptions"]
    assert [x["code"] for x in raised] == ["unknown_reference"]
    assert "SIUNKNOWN0000001" in raised[0]["text"]


async def test_a_confirmation_of_something_else_is_not_booked(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "ELSE-1")
    for number, (changes, code) in enumerate(
        (
            ({"quantity": "1001", "amount": "USD190465,28"}, "quantity_above_open"),
            ({"amount": "EUR190275,"}, "currency_differs"),
            ({"amount": "USD190276,"}, "amount_differs"),
            ({"account": "HT100001"}, "account_differs"),
            ({"type_": "547"}, "direction_differs"),
            ({"type_": "544"}, "payment_differs"),
        )
    ):
        await street.deliver("swift", confirmation(wire, f"EL{number}", **changes))  # type: ignore[arg-type]
        assert code in codes(await street.case(id_)), code
    assert await street.trial_balance(portfolio) == TRADED
    assert (await street.position(portfolio, APPLE))["settled"] == "0"


# cash before securities ---------------------------------------------------------------------------------


@pytest.mark.parametrize("advised_first", [True, False])
async def test_on_contractual_cash_the_order_of_advice_and_confirmation_does_not_matter(
    street: Street, advised_first: bool
) -> None:
    portfolio = street.portfolio("C")
    id_, wire = await sent(street, portfolio, f"CONTRACT-{advised_first}")
    debit = advice(wire, f"AV{portfolio}", f"{portfolio}USD")
    settles = confirmation(wire, f"AC{portfolio}")
    await street.deliver("swift", debit if advised_first else settles)
    books = await street.trial_balance(portfolio)
    assert books["Cash USD"] == "809725.00"
    if advised_first:
        assert books["Custodian advance USD"] == "190275.00"
        assert books["Payable for securities purchased USD"] == "-190275.00"
        assert (await street.position(portfolio, APPLE))["settled"] == "0"
    await street.deliver("swift", settles if advised_first else debit)
    assert await state(street, id_) == "settled"
    assert await street.trial_balance(portfolio) == SETTLED
    held = await street.position(portfolio, APPLE)
    assert (held["settled"], held["pending_receive"]) == ("1000", "0")
    cash = (await street.get("/v1/cash", portfolio=portfolio))["cash"]
    assert {c["currency"]: (c["ledger"], c["settled"], c["pending_deliver"]) for c in cash} == {
        "USD": ("809725.00", "809725.00", "0.00"),
        "EUR": ("1000000.00", "1000000.00", "0"),
    }


async def test_on_actual_cash_an_advice_is_evidence_and_posts_nothing_again(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    _, wire = await sent(street, portfolio, "WITNESS-1")
    await street.deliver("swift", advice(wire, "WI1", f"{portfolio}USD"))
    assert await street.trial_balance(portfolio) == TRADED
    await street.deliver("swift", confirmation(wire, "WI2"))
    await street.deliver("swift", advice(wire, "WI3", f"{portfolio}USD"))
    assert await street.trial_balance(portfolio) == SETTLED


# two times ------------------------------------------------------------------------------------------------


async def test_a_back_dated_trade_is_there_for_its_date_but_was_not_known_then(
    monday: Street,
) -> None:
    portfolio = monday.portfolio()
    tuesday = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    wednesday = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    await monday.set_clock(tuesday)
    await monday.set_clock(wednesday)
    await monday.submit(buy(portfolio, "BACK-1", settle_date="2026-11-25"))

    async def traded(as_of: str, known_at: datetime) -> str:
        held = await monday.position(portfolio, APPLE, as_of=as_of, known_at=known_at.isoformat())
        return held.get("traded", "0")

    later = wednesday.replace(hour=20)
    await monday.set_clock(later)
    assert await traded("2026-11-24", tuesday) == "0"
    assert await traded("2026-11-24", later) == "1000"
    assert await traded("2026-11-22", later) == "0"
    before = await monday.trial_balance(portfolio, as_of="2026-11-24", known_at=tuesday.isoformat())
    after = await monday.trial_balance(portfolio, as_of="2026-11-24", known_at=later.isoformat())
    assert before == {k: v for k, v in TRADED.items() if k.startswith(("Cash", "Capital"))}
    assert after == TRADED


async def test_the_worked_example_of_trades_and_settlements_is_right_to_the_cent(
    monday: Street,
) -> None:
    """DOMAIN 7.6 without prices, fees, dividends and subscriptions, which come later."""
    portfolio = monday.portfolio()
    bought, wire = await sent(monday, portfolio, "NAV-1")
    assert (await monday.position(portfolio, APPLE))["pending_receive"] == "1000"
    await monday.set_clock(datetime(2026, 11, 24, 21, 0, tzinfo=UTC))
    await monday.deliver("swift", confirmation(wire, "NV1", at="20261124160000"))
    assert await state(monday, bought) == "settled"
    sold = await monday.submit(
        buy(
            portfolio,
            "NAV-2",
            direction="DELI",
            trade_date="2026-11-24",
            quantity={"type": "UNIT", "value": "400"},
            price={"type": "ACTU", "currency": "USD", "value": "195.00"},
            deal_amount={"currency": "USD", "value": "78000.00"},
            commission={"currency": "USD", "value": "10.00"},
            regulatory_fee={"currency": "USD", "value": "1.60"},
            settlement_amount={"currency": "USD", "value": "77988.40"},
        )
    )
    end_of_tuesday = {
        "Cash USD": "809725.00",
        "Investments at cost USD": "114165.00",
        "Receivable for securities sold USD": "77988.40",
        "Realised gain USD": "-1878.40",
        "Capital USD": "-1000000.00",
        "Cash EUR": "1000000.00",
        "Capital EUR": "-1000000.00",
    }
    assert await monday.trial_balance(portfolio) == end_of_tuesday

    await monday.set_clock(datetime(2026, 11, 25, 21, 0, tzinfo=UTC))
    wire = await monday.wire(sold)
    await monday.deliver(
        "swift",
        ack(wire, "2611241601"),
        confirmation(
            wire, "NV2", "300", "USD58491,3", type_="547", on="20261125", part="PAIN",
            left=("0", "100"), at="20261125160000",
        ),
    )  # fmt: skip
    books = await monday.trial_balance(portfolio)
    assert books["Cash USD"] == "868216.30"
    assert books["Receivable for securities sold USD"] == "19497.10"
    held = await monday.position(portfolio, APPLE)
    assert (held["traded"], held["settled"], held["pending_deliver"]) == ("600", "700", "100")
    assert held["failed_deliver"] == "0"
    await monday.set_clock(datetime(2026, 11, 26, 0, 0, tzinfo=UTC))  # after the day's end
    await monday.deliver(
        "swift", mt548(wire, "NV3", "SETT//PENF LACK", at="20261125190000")
    )  # fmt: skip
    assert await state(monday, sold) == "failing"
    assert (await monday.position(portfolio, APPLE))["failed_deliver"] == "100"

    await monday.set_clock(datetime(2026, 11, 27, 21, 0, tzinfo=UTC))
    await monday.deliver(
        "swift",
        confirmation(
            wire, "NV4", "100", "USD19497,1", type_="547", on="20261127", part="PARC",
            left=("300", "0"), at="20261127160000",
        ),
    )  # fmt: skip
    assert await state(monday, sold) == "settled"
    books = await monday.trial_balance(portfolio)
    assert books["Cash USD"] == "887713.40"
    assert "Receivable for securities sold USD" not in books
    held = await monday.position(portfolio, APPLE)
    assert (held["traded"], held["settled"], held["failed_deliver"]) == ("600", "600", "0")
    assert await monday.trial_balance(portfolio, as_of="2026-11-24") == end_of_tuesday


# any order ------------------------------------------------------------------------------------------------


def t2s_story(wire: str, name: str) -> list[bytes]:
    """Unmatched, matched, failing, two parts, with repeats among them."""
    part = sese025(wire, f"{name}6", "600", "114165.00", part="PAIN", left=("0", "400"))
    return [
        transmitted(wire),
        sese024(wire, f"{name}1", "PACK", "2026-11-24T21:31:00Z"),
        sese024(wire, f"{name}2", "NMAT DQUA", "2026-11-24T21:33:00Z"),
        sese024(wire, f"{name}3", "MACH", "2026-11-24T21:36:00Z"),
        sese024(wire, f"{name}4", "PEND FUTU", "2026-11-24T21:37:00Z"),
        sese024(wire, f"{name}5", "PENF CLAC", "2026-11-24T21:50:00Z"),
        part,
        part,
        sese025(
            wire, f"{name}7", "400", "76110.00", part="PARC", left=("600", "0"),
            at="2026-11-24T22:15:00Z",
        ),
    ]  # fmt: skip


def contractual_story(wire: str, name: str) -> list[bytes]:
    """Cash in advance, settled, taken back and settled again."""
    return [
        ack(wire),
        mt548(wire, f"{name}1", "MTCH//MACH"),
        advice(wire, f"{name}2", f"{name}USD"),
        confirmation(wire, f"{name}3"),
        confirmation(wire, f"{name}4", function="RVSL", undoes=f"{name}3", at="20261124171000"),
        confirmation(wire, f"{name}5", at="20261124171500"),
    ]


Story = Callable[[str, str], list[bytes]]


@pytest.mark.parametrize(
    "letter, link, story", [("S", "swiftnet", t2s_story), ("C", "swift", contractual_story)]
)
async def test_in_whatever_order_messages_come_the_end_is_the_same(
    street: Street, letter: str, link: str, story: Story
) -> None:
    ends = []
    for seed in range(6):
        portfolio = street.portfolio(letter)
        body = (buy_at_t2s if link == "swiftnet" else buy)(portfolio, f"ORDER-{portfolio}")
        id_ = await street.submit(body)
        wire = await street.wire(id_)
        messages = story(wire, portfolio)
        if seed:
            random.Random(seed).shuffle(messages)
        for message in messages:
            await street.up.core.receive(link, message)
            await street.quiet()
        ends.append(await end(street, id_, portfolio))
    assert ends[0]["state"] == "settled"
    for seed, found in enumerate(ends):
        assert found == ends[0], f"shuffled by {seed}"


async def end(street: Street, id_: str, portfolio: str) -> dict[str, Any]:
    """Axes, open quantity, and balances by account and date."""
    case = await street.case(id_)
    held = await street.position(portfolio, case["isin"])
    return {
        "state": case["state"],
        "axes": case["axes"],
        "open": case["open_quantity"],
        "settled": case["settled_quantity"],
        "exceptions": {c for c in codes(case) if c == "conflict"},
        "books": [
            await street.trial_balance(portfolio, as_of=day)
            for day in ("2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25")
        ],
        "held": {k: v for k, v in held.items() if k not in ("portfolio", "account")},
    }


async def test_a_cancellation_denied_as_settled_waits_for_the_confirmation(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent_to_t2s(street, portfolio, "DENIED-1")
    await street.act("anna", id_, "cancel")
    request = outgoing(await street.case(id_))[1]
    reference = request.partition("BizMsgIdr>")[2].partition("<")[0]
    await street.deliver("swiftnet", transmitted(reference), sese027(reference, "DN1", "DSET"))
    case = await street.case(id_)
    assert case["axes"]["cancellation"] == "denied"
    assert codes(case) == ["confirmation_expected"]
    await street.deliver("swiftnet", sese025(wire, "DN2"))
    case = await street.case(id_)
    assert (case["state"], case["axes"]["cancellation"]) == ("settled", "denied")


async def test_a_missing_network_answer_is_one_alarm_and_ends_when_it_comes(
    monday: Street,
) -> None:
    id_ = await monday.submit(buy(monday.portfolio(), "LATE-ACK"))
    await monday.set_clock(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    await monday.quiet()
    case = await monday.case(id_)
    assert "ack_overdue" in case["flags"]
    assert codes(case) == ["ack_overdue"]
    await monday.deliver("swift", ack(case["wire_reference"]))
    case = await monday.case(id_)
    assert (case["state"], "ack_overdue" in case["flags"]) == ("sent", False)
    assert [x["closed_by"] for x in case["exceptions"]] == ["lifecycle"]
