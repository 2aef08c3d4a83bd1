"""A trade outlives the instruction that others ended: it is instructed again, or a person ends it."""

from __future__ import annotations

import pytest
from street import (
    Street,
    ack,
    codes,
    confirmation,
    field,
    mt548,
    outgoing,
    sent,
)

APPLE, SAP = "US0378331005", "DE0007164600"
ENDS = {"rejected": "IPRC//REJT SAFE", "cancelled_unasked": "IPRC//CAND CANS"}


async def ended(street: Street, portfolio: str, code: str) -> tuple[str, str]:
    id_, wire = await sent(street, portfolio, f"END-{portfolio}")
    await street.deliver("swift", mt548(wire, f"E{portfolio}", ENDS[code]))
    return id_, wire


async def traded(street: Street, portfolio: str, isin: str = APPLE, **query: object) -> str:
    return (await street.position(portfolio, isin, **query)).get("traded", "0")


@pytest.mark.parametrize("code", ENDS)
async def test_the_trade_of_an_instruction_others_ended_stays_and_is_our_move(
    street: Street, code: str
) -> None:
    portfolio = street.portfolio()
    id_, _ = await ended(street, portfolio, code)
    case = await street.case(id_)
    assert (codes(case), case["waiting"]["whose_move"]) == ([code], "us")
    assert "uninstructed" in case["flags"]
    assert await traded(street, portfolio) == "1000"


@pytest.mark.parametrize("code", ENDS)
async def test_instructed_again_it_leaves_under_a_new_reference_and_is_booked_once(
    street: Street, code: str
) -> None:
    portfolio = street.portfolio()
    id_, wire = await ended(street, portfolio, code)
    books = await street.trial_balance(portfolio)
    status, said = await street.act("anna", id_, "repair", {"name": "APPLE INC"})
    assert status == 200, said
    again = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    assert again != wire
    assert await street.trial_balance(portfolio) == books
    assert [await traded(street, portfolio, as_of=f"2026-11-{day}") for day in (23, 24)] == [
        "1000",
        "1000",
    ]
    await street.deliver("swift", ack(again), confirmation(again, f"EC{portfolio}"))
    case = await street.case(id_)
    assert (case["state"], "uninstructed" in case["flags"]) == ("settled", False)
    assert await traded(street, portfolio) == "1000"


@pytest.mark.parametrize("code", ENDS)
async def test_a_person_may_end_the_trade_instead(street: Street, code: str) -> None:
    portfolio = street.portfolio()
    id_, _ = await ended(street, portfolio, code)
    status, said = await street.act("anna", id_, "cancel", {"reason": "not our trade"})
    assert status == 200, said
    case = await street.case(id_)
    assert ("uninstructed" in case["flags"], len(outgoing(case))) == (False, 1)
    assert await traded(street, portfolio) == "0"
    books = await street.trial_balance(portfolio)
    assert not [name for name in books if name.startswith(("Payable", "Investments"))]
    status, said = await street.act("anna", id_, "repair", {"name": "APPLE INC"})
    assert (status, said["errors"][0]["rule"]) == (409, "not_amendable")


async def test_an_amendment_whose_original_is_rejected_goes_at_once(street: Street) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "END-AMEND")
    await street.act("anna", id_, "amend", {"trade_id": "AMENDED1"})
    await street.deliver("swift", mt548(wire, "ENDAM", "IPRC//REJT SAFE"))
    case = await street.case(id_)
    assert (case["state"], ":20C::TRRF//AMENDED1" in outgoing(case)[-1]) == (
        "released_to_wire",
        True,
    )
    assert await traded(street, portfolio) == "1000"


async def test_a_part_taken_back_after_the_rest_was_cancelled_waits_to_settle_again(
    street: Street,
) -> None:
    portfolio = street.portfolio()
    id_, wire = await sent(street, portfolio, "END-PART", partial="NPAR")
    await street.deliver(
        "swift",
        confirmation(
            wire, "EP1", "600", "USD114165,", part="PAIN", left=("0", "400"), at="20261124163500"
        ),
    )
    await street.act("anna", id_, "cancel")
    request = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    await street.deliver(
        "swift",
        ack(request),
        mt548(request, "EPX", "CPRC//CAND", at="20261124164000", function="CAST"),
    )
    await street.deliver(
        "swift",
        confirmation(
            wire,
            "EP2",
            "600",
            "USD114165,",
            function="RVSL",
            undoes="EP1",
            at="20261124165000",
        ),
    )
    case = await street.case(id_)
    assert (case["state"], case["open_quantity"]) == ("reversed", "600")
    held = await street.position(portfolio, APPLE)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("600", "0", "600")
    await street.deliver(
        "swift", confirmation(wire, "EP3", "600", "USD114165,", at="20261124170000")
    )
    case = await street.case(id_)
    assert case["state"] == "part_settled_rest_cancelled"
    held = await street.position(portfolio, APPLE)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("600", "600", "0")


async def reopened(street: Street, portfolio: str) -> list[str]:
    """600 settled, the rest cancelled by us, the 600 taken back; the messages after the request."""
    id_, wire = await sent(street, portfolio, f"OPEN-{portfolio}", partial="NPAR")
    first = confirmation(
        wire, f"R1{portfolio}", "600", "USD114165,", part="PAIN", left=("0", "400"),
        at="20261124163500",
    )  # fmt: skip
    await street.deliver("swift", first)
    await street.act("anna", id_, "cancel")
    request = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    return [
        id_,
        request,
        ack(request),
        mt548(
            request, f"RX{portfolio}", "CPRC//CAND", at="20261124164000", function="CAST"
        ),
        confirmation(
            wire, f"R2{portfolio}", "600", "USD114165,", function="RVSL", undoes=f"R1{portfolio}",
            at="20261124165000",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
async def test_what_stands_does_not_depend_on_how_answers_arrive(
    street: Street, together: bool
) -> None:
    portfolio = street.portfolio()
    id_, _, *messages = await reopened(street, portfolio)
    for batch in [messages] if together else [[m] for m in messages]:
        await street.deliver("swift", *batch)
    held = await street.position(portfolio, APPLE)
    assert (held["traded"], held["settled"], held["pending_receive"]) == ("600", "0", "600")
    assert await traded(street, portfolio, as_of="2026-11-23") == "600"
    assert (await street.case(id_))["open_quantity"] == "600"


async def test_what_was_reopened_can_be_cancelled_as_well(street: Street) -> None:
    portfolio = street.portfolio()
    id_, _, *messages = await reopened(street, portfolio)
    await street.deliver("swift", *messages)
    status, said = await street.act("anna", id_, "cancel")
    assert status == 200, said
    again = field(outgoing(await street.case(id_))[2], ":20C::SEME//")
    await street.deliver(
        "swift",
        ack(again),
        mt548(again, f"RY{portfolio}", "CPRC//CAND", at="20261124171000", function="CAST"),
    )
    assert await traded(street, portfolio) == "0"
    books = await street.trial_balance(portfolio)
    assert not [name for name in books if name.startswith(("Payable", "Investments"))]


async def test_an_amended_trade_counts_once_on_every_day(street: Street) -> None:
    portfolio = street.portfolio()
    id_, _ = await sent(street, portfolio, f"AMD-{portfolio}")
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
    request = field(outgoing(await street.case(id_))[1], ":20C::SEME//")
    await street.deliver(
        "swift", ack(request), mt548(request, f"AX{portfolio}", "CPRC//CAND", function="CAST")
    )
    assert (await street.case(id_))["quantity"] == "990"
    assert [await traded(street, portfolio, as_of=f"2026-11-{d}") for d in (22, 23, 24)] == [
        "0",
        "990",
        "990",
    ]
