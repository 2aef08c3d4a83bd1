"""The desk in a real browser: rows that change under the eye, keys, the question before acting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from desk_house import House, delivery, moved
from desk_screen import BROWSER, Screen, sit_down
from desk_world import NOW, TODAY, condition, full_day
from playwright.async_api import Browser, expect

pytestmark = BROWSER
SCRIPT = '<img src=x onerror="window.taken=1"><script>window.taken=1</script>\'"`${1}'
# contrast of every text on the page against what is behind it, as WCAG 2 counts it
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest("option, .left")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const name = `${e.className} ${e.textContent.trim().slice(0, 20)}`;
    if (ratio < 4.5) poor.push(`${name} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
UNNAMED = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
  .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 80))"""


async def test_the_one_time_link_ends_on_the_list(screen: Screen) -> None:
    await expect(screen.page).to_have_title("Instructions · Finality")
    assert "token" not in screen.page.url


async def test_a_row_changes_without_reload_and_keeps_its_place(screen: Screen) -> None:
    first, second = condition(1, settle_on=TODAY), condition(2)
    await screen.house.show(first, second)
    await screen.live("/?tab=all")
    await screen.page.evaluate("window.same = true")
    await moved(
        screen.house, second, state="failing", settle_on=TODAY - timedelta(days=3), reason="CLAC"
    )
    await expect(screen.row(second).locator(".state")).to_contain_text("failing")
    await expect(screen.page.locator("#rows tr").nth(1)).to_have_id(f"i-{second.id}")
    assert await screen.page.evaluate("window.same")


async def test_the_counts_of_the_tabs_follow(screen: Screen) -> None:
    row = condition(1)
    await screen.house.show(row)
    await screen.live("/?tab=all")
    await expect(screen.page.locator('[data-count="failing"]')).to_have_text("0")
    await moved(screen.house, row, state="failing")
    await expect(screen.page.locator('[data-count="failing"]')).to_have_text("1")


async def test_new_rows_wait_behind_a_notice_until_asked_for(screen: Screen) -> None:
    await screen.house.show(condition(1))
    await screen.live("/?tab=all")
    await screen.house.show(condition(2), condition(3))
    await expect(screen.page.locator("#news")).to_contain_text("2 updates")
    assert await screen.page.locator("#rows tr").count() == 1
    await screen.page.keyboard.press("u")
    await expect(screen.page.locator("#rows tr")).to_have_count(3)


async def test_a_changed_instruction_says_so_on_its_page_and_others_do_not(
    screen: Screen,
) -> None:
    mine, other = condition(1), condition(2)
    await screen.house.show(mine, other)
    await screen.open(f"/instructions/{mine.id}")
    await moved(screen.house, other, state="failing")
    await screen.house.show(condition(3))
    await screen.page.wait_for_timeout(1200)
    await expect(screen.page.locator("#stale")).to_be_hidden()
    await moved(screen.house, mine, state="failing")
    await expect(screen.page.locator("#stale")).to_be_visible()
    await screen.page.keyboard.press("u")
    await expect(screen.page.locator("h1")).to_contain_text("is failing")


async def test_the_list_is_walked_by_keyboard_alone(screen: Screen) -> None:
    rows = [condition(n, settle_on=TODAY + timedelta(days=n)) for n in (1, 2, 3)]
    await screen.house.show(*rows)
    await screen.live("/?tab=all")
    keys = screen.page.keyboard
    for key in ("j", "j", "j", "j", "k"):
        await keys.press(key)
    await expect(screen.page.locator("tr.at")).to_have_id(f"i-{rows[1].id}")
    await keys.press("Enter")
    await screen.page.wait_for_url(f"**/instructions/{rows[1].id}")
    await keys.press("Escape")
    await screen.page.wait_for_url("**/?tab=all")
    await keys.press("/")
    await keys.type("ALD-000003")
    await keys.press("Enter")
    await expect(screen.page.locator("#rows tr")).to_have_count(1)


async def test_keys_typed_into_the_search_are_text(screen: Screen) -> None:
    await screen.house.show(condition(1))
    await screen.live("/?tab=all")
    await screen.page.keyboard.press("/")
    await screen.page.keyboard.type("jku?")
    await expect(screen.page.locator("#search")).to_have_value("jku?")
    await screen.page.keyboard.press("Escape")
    await screen.page.keyboard.press("j")
    await expect(screen.page.locator("tr.at")).to_have_count(1)


async def test_a_chosen_row_stays_chosen_when_it_changes(screen: Screen) -> None:
    row = condition(1)
    await screen.house.show(row, condition(2))
    await screen.live("/?tab=all")
    await screen.row(row).locator("a").focus()
    await moved(screen.house, row, state="failing")
    await expect(screen.row(row).locator(".state")).to_contain_text("failing")
    await expect(screen.page.locator("tr.at")).to_have_id(f"i-{row.id}")
    assert await screen.page.evaluate("document.activeElement.closest('tr')?.id") == f"i-{row.id}"


async def test_a_filter_shows_at_once_and_stays_in_the_address(screen: Screen) -> None:
    await screen.house.show(condition(1), condition(2, state="failing"))
    choice = screen.page.locator("select[name=state] option[value=failing]")
    for _ in range(20):  # counts and choices are a second old, more on a busy machine
        await screen.live("/?tab=all")
        if await choice.count():
            break
        await screen.page.wait_for_timeout(500)
    await screen.page.select_option("select[name=state]", "failing")
    await expect(screen.page.locator("#rows tr")).to_have_count(1)
    assert screen.page.url.endswith("/?tab=all&state=failing")


async def test_approving_asks_first_repeating_the_quantity(chromium: Browser, house: House) -> None:
    id_ = await delivery(house)
    bob = await sit_down(chromium, house, "bob")
    await bob.open("/?tab=approvals")
    await bob.page.keyboard.press("j")
    await bob.page.keyboard.press("Enter")
    await bob.page.wait_for_url(f"**/instructions/{id_}")
    await bob.page.keyboard.press("a")
    await expect(bob.page.locator("h1")).to_have_text("Approve this instruction?")
    await expect(bob.page.locator(".restate")).to_contain_text("250")
    await bob.page.get_by_role("button", name="Approve 250").click()
    await bob.page.wait_for_url(f"**/instructions/{id_}")
    await expect(bob.page.locator(".story")).to_contain_text("Approved")
    await bob.page.context.close()
    assert bob.complaints == []


async def test_leaving_the_question_does_nothing(screen: Screen) -> None:
    id_ = await delivery(screen.house)
    await screen.open(f"/instructions/{id_}")
    await screen.page.keyboard.press("c")
    await expect(screen.page.locator("h1")).to_have_text("Cancel this instruction?")
    await screen.page.keyboard.press("Escape")
    await screen.page.wait_for_url(f"**/instructions/{id_}")
    await expect(screen.page.locator(".state-now dd")).to_contain_text("draft")


async def test_script_in_what_others_wrote_never_runs(screen: Screen) -> None:
    row = condition(
        1,
        reference=SCRIPT,
        instrument_name=SCRIPT,
        counterparty=SCRIPT,
        custodian=SCRIPT,
        waits_for=SCRIPT,
        reason="NARR",
        reason_text=SCRIPT,
        flags=[f"held:{SCRIPT}"],
    )
    await screen.house.show(row)
    await screen.live("/?tab=all")
    await moved(screen.house, row, reason_text=SCRIPT + "again", state="failing")
    await expect(screen.row(row).locator(".state")).to_contain_text("failing")
    await screen.open(f"/instructions/{row.id}")
    await screen.open("/exceptions")
    assert await screen.page.evaluate("window.taken") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_1280_reads_well_and_names_its_controls(
    chromium: Browser, house: House, scheme: str
) -> None:
    await house.write(full_day(await house.world()))
    screen = await sit_down(chromium, house, "both", color_scheme=scheme)
    one = condition(286).id
    for path in (
        "/", "/?tab=all", f"/instructions/{one}", f"/instructions/{one}/cancel", "/exceptions",
        "/positions", "/ledger", "/links",
    ):  # fmt: skip
        await screen.open(path)
        wide = await screen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 1280, path
        assert await screen.page.evaluate(CONTRAST) == [], path
        assert await screen.page.evaluate(UNNAMED) == [], path
    await screen.page.context.close()
    assert screen.complaints == []


async def test_the_desk_says_when_its_line_is_cut_and_takes_up_again(screen: Screen) -> None:
    row = condition(1)
    await screen.house.show(row)
    await screen.page.route("**/live?*", lambda route: route.abort())
    await screen.open("/?tab=all")
    await expect(screen.page.locator("#state-of-line")).to_contain_text("lost")
    await moved(screen.house, row, state="failing", amount=Decimal("2000.00"))
    await screen.page.unroute_all()
    await expect(screen.page.locator("#state-of-line")).to_contain_text("live")
    await expect(screen.row(row).locator(".state")).to_contain_text("failing")
    screen.complaints.clear()  # the browser reports the cut itself


async def test_clocks_show_the_gateways_time(screen: Screen) -> None:
    await screen.open("/")
    shown = await screen.page.locator(".clocks time").all_text_contents()
    assert shown == ["13:30:00", "19:30:00", "18:30:00"]
    assert NOW.hour == 18
