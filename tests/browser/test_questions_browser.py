"""The desk's questions, answered as a person answers them: a glance or a click, read off the screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from desk_house import House, delivery
from desk_screen import BROWSER, Screen, sit_down
from desk_world import NOW, TODAY, add, condition, full_day
from playwright.async_api import Browser, expect
from street import confirmation

pytestmark = BROWSER
WIDE = {"width": 1680, "height": 960}
SAP = condition(286)
DISAGREES = condition(
    900,
    reference="ALD-NVDA-7",
    state="unmatched",
    matching="unmatched",
    isin="US67066G1040",
    instrument_name="NVIDIA Corp",
    quantity=Decimal(500),
    open_quantity=Decimal(500),
    amount=Decimal("89275.00"),
    settle_on=TODAY,
    whose_move="us",
    waits_for="amend or chase",
    reason="DQUA",
    reason_text="quantity differs",
    since=NOW - timedelta(minutes=34),
)


@pytest.fixture
async def desk(chromium: Browser, house: House) -> AsyncIterator[Screen]:
    """A desk in the middle of its day."""
    world = await house.world()
    full_day(world)
    add(world, DISAGREES)
    await house.write(world)
    house.running.core.feed.wake()
    screen = await sit_down(chromium, house, "both", viewport=WIDE)
    yield screen
    await screen.page.context.close()
    assert screen.complaints == []


async def cells(screen: Screen, column: str) -> list[str]:
    """What one column says, row after row."""
    texts = await screen.page.locator(f"#rows td.{column}").all_inner_texts()
    return [" ".join(text.split()) for text in texts]


async def test_question_1_what_must_i_do_in_the_next_half_hour(desk: Screen) -> None:
    await desk.live("/")
    tab = desk.page.locator(".tabs a[aria-current]")
    await expect(tab).to_contain_text("Act now")
    moves = await cells(desk, "move")
    assert moves
    assert set(moves) == {"Us"}
    assert len(moves) == int((await tab.inner_text()).split()[-1])
    assert "wait" not in (await cells(desk, "wait"))[0]
    assert re.match(r"(1 d|\d+ h|\d+ min)( \d\d)? \w+", (await cells(desk, "wait"))[0])
    await expect(desk.page.locator(".sum")).to_contain_text("USD")
    await desk.picture("1-act-now")


async def test_question_3_why_is_this_stuck_and_whose_move_is_it(desk: Screen) -> None:
    await desk.live("/?tab=failing")
    await desk.row(SAP).locator("td.state").click()
    said = await desk.page.locator("h1").inner_text()
    assert "RVP 20,000 SAP SE for EUR 4,568,000.00, 12,000 settled, 8,000 failing" in said
    assert "counterparty lacks securities (CLAC)" in said
    assert "Nordlicht Wertpapierhandel must move" in said
    await desk.picture("3-why-stuck")


async def test_question_4_was_it_sent_acknowledged_accepted(desk: Screen) -> None:
    await desk.open(f"/instructions/{SAP.id}")
    story = desk.page.locator(".story li")
    for title in ("Instruction sent", "Network answered", "Status received"):
        step = story.filter(has_text=title).first
        await expect(step.locator("time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        await expect(step.get_by_role("link", name="bytes")).to_be_visible()
    await expect(desk.page.locator(".axes")).to_contain_text("accepted")
    await desk.picture("4-sent-acknowledged-accepted")
    await story.filter(has_text="Network answered").get_by_role("link", name="bytes").click()
    await expect(desk.page.locator("pre")).to_contain_text("{451:0}")


async def test_question_6_what_is_unmatched_and_which_field_differs(desk: Screen) -> None:
    await desk.live("/?tab=all&state=unmatched")
    assert "DQUA quantity differs" in await cells(desk, "reason")
    await desk.row(DISAGREES).locator("td.state").click()
    differs = desk.page.locator(".pairs tr.differs")
    await expect(differs).to_have_count(1)
    await expect(differs).to_contain_text("Quantity to settle")
    await expect(differs).to_contain_text("UNIT/500,")
    await expect(differs).to_contain_text("DQUA: the other side has it otherwise")
    await differs.scroll_into_view_if_needed()
    await desk.picture("6-which-field-differs")


async def test_question_9_what_is_failing_and_how_old(desk: Screen) -> None:
    await desk.live("/?tab=failing")
    assert set(await cells(desk, "state")) <= {
        "L failing",
        "L unconfirmed",
        "O on hold",
        "L on hold",
    }
    ages = await cells(desk, "age")
    assert len(ages) == len(await cells(desk, "reason"))
    assert all(re.fullmatch(r"\d+ (d|h|min)", age) for age in ages)
    await expect(desk.page.locator(".sum")).to_contain_text(re.compile(r"open EUR [\d,.]+ · USD"))
    await desk.picture("9-failing")


async def test_question_10_what_came_in_that_we_do_not_know(desk: Screen) -> None:
    stranger = confirmation("NOTOURS1", "THEIRS-77")
    await desk.house.running.core.receive("swift", stranger)
    unknown = desk.page.locator(".tabs a", has_text="Unknown inbound")
    await desk.live("/")
    await expect(unknown).to_contain_text("3")  # two lie there since the morning
    await unknown.click()
    line = desk.page.locator("tr", has_text="NOTOURS1").first
    await expect(line).to_contain_text("MT545")
    await expect(line).to_contain_text("swift")
    await desk.picture("10-unknown-inbound")
    await line.get_by_role("link").first.click()
    await expect(desk.page.locator("main")).to_contain_text("NOTOURS1")


async def test_question_11_who_did_this_who_approved_it_and_when(desk: Screen) -> None:
    id_ = await delivery(desk.house, "ann")
    await desk.open(f"/instructions/{id_}")
    await desk.page.keyboard.press("a")
    await desk.page.get_by_role("button", name=re.compile("Approve")).click()
    story = desk.page.locator(".story li")
    for title, who in (("Instruction received", "ann"), ("Approved", "both")):
        step = story.filter(has_text=title).first
        await expect(step.locator(".by")).to_have_text(who)
        await expect(step.locator("time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    await desk.picture("11-who-did-who-approved")


async def test_question_12_what_changed_since_i_left(desk: Screen) -> None:
    id_ = await delivery(desk.house, "ann")
    await desk.open(f"/instructions/{id_}")
    await desk.page.keyboard.press("n")
    await desk.page.get_by_label("Note").fill("The broker confirmed it by phone")
    await desk.page.get_by_role("button", name="Note").click()
    await expect(desk.page.locator(".story")).to_contain_text("confirmed it by phone")

    await desk.house.running.core.set_clock(NOW + timedelta(minutes=40))
    bob = await desk.house.signed_in("bob")
    asked = await bob.get(f"/instructions/{id_}/approve")
    form = dict(re.findall(r'name="(token|seen|content)" value="([^"]+)"', asked))
    assert (await bob.post(f"/instructions/{id_}/approve", form))[0] == 303

    await desk.page.get_by_role("link", name="Since", exact=False).first.click()
    main = desk.page.locator("main")
    await expect(main).to_contain_text("your last deed")
    deed = main.locator("tr", has_text="bob")
    await expect(deed.first).to_contain_text("Approved")
    await expect(main).to_contain_text("swift")
    await desk.picture("12-since-i-left")
