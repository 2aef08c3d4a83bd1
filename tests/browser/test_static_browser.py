"""Static data in a real browser: a workbook's faults, what it would change, two people, its history."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from desk_house import House
from desk_screen import BROWSER, sit_down
from playwright.async_api import Browser, Page, expect

from gateway import workbook
from gateway.demo_data import demo_files
from schemas import static_files

pytestmark = BROWSER


async def brought(page: Page, folder: Path, change: dict[str, dict[str, object]]) -> None:
    """Upload the house's own workbook with these cells changed."""
    files = demo_files()
    files["links.csv"] = files["links.csv"].replace(b",mqtt,", b",directory,")
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(static_files.read_folder(files).rows)))
    for sheet, cells in change.items():
        for at, value in cells.items():
            book[sheet][at] = value
    file = folder / "changed.xlsx"
    book.save(file)
    await page.get_by_role("link", name="Static data").first.click()
    await page.get_by_label("A workbook (.xlsx)").set_input_files(file)
    await page.get_by_role("button", name="Check it").click()


async def test_every_fault_of_a_workbook_stands_by_sheet_row_and_column(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    screen = await sit_down(chromium, house, "carla")
    faults = {
        "instruments": {"A2": "US5949181046", "H4": 37833100, "B5": "=B4"},
        "own_ssi": {"C3": "<script>window.taken=1</script>"},
    }
    await brought(screen.page, tmp_path, faults)
    await expect(screen.page.get_by_role("heading", level=1)).to_contain_text("4 faults")
    rows = screen.page.locator("tbody tr")
    await expect(rows.filter(has_text="local_id")).to_contain_text("37833100")
    await expect(rows.filter(has_text="local_id")).to_contain_text("leading zeros")
    await expect(rows.filter(has_text="own_ssi")).to_contain_text("<script>")
    assert not await screen.page.evaluate("window.taken")


async def test_a_changed_standing_instruction_goes_in_by_two_people_and_is_remembered(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    screen = await sit_down(chromium, house, "carla")
    page = screen.page
    row = {"D2": "DTCY/ID/00009644"}
    await brought(page, tmp_path, {"counterparty_ssi": row, "funds": {"B2": "Alder Worldwide"}})
    await expect(page.get_by_role("heading", level=1)).to_contain_text("nothing is applied yet")
    await expect(page.locator("main")).to_contain_text("2 changed")
    await page.get_by_label("Why, for the record").fill("call-back to Kestrel, Mr Hale, 23 Nov")
    await page.get_by_role("button", name="Ask for approval").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("carla asks to change")
    await expect(page.locator("main")).to_contain_text("another person must decide")
    address = page.url

    second = await sit_down(chromium, house, "bob")
    await second.page.goto(address)
    await second.page.get_by_role("button", name="Approve 2 rows").click()
    await second.page.goto(address)
    await expect(second.page.locator("main")).to_contain_text("approved by bob")

    await page.goto(f"{house.url}/static/counterparty_ssi?key=00009644")
    await page.get_by_role("link", name="History of").first.click()
    deeds = page.locator("section", has_text="Who changed it")
    await expect(deeds).to_contain_text("carla")
    await expect(deeds).to_contain_text("bob")
    await expect(deeds).to_contain_text("→ DTCY/ID/00009644")
    assert screen.complaints == []


async def test_who_may_not_change_static_data_can_still_take_it_along(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    screen = await sit_down(chromium, house, "vera")
    await screen.open("/static")
    await expect(screen.page.locator("main")).to_contain_text("needs the role config")
    async with screen.page.expect_download() as waiting:
        await screen.page.get_by_role("link", name="All static data as a workbook").click()
    file = await (await waiting.value).path()
    tables = workbook.read(Path(file).read_bytes())
    assert static_files.read_tables(tables).rows
