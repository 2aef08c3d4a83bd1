"""A counterparty behind a folder that no simulator serves: a person types its answers by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from street import Street, a_database, a_street

from gateway import links

ASTRAZENECA = "GB0009895292"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Street]:
    patch = pytest.MonkeyPatch()
    patch.setattr(links, "STABLE_SECONDS", 0.6)  # of two: the tests wait for it
    async with (
        a_database(postgres, as_superuser, template, "directory") as parts,
        a_street(parts, tmp_path_factory.mktemp("directory"), tolerates="dev_decimal") as opened,
    ):
        yield opened
        assert await opened.findings() == []
    patch.undo()


@pytest.fixture
def quay(street: Street) -> Path:
    """The folder of Quayside Custody."""
    return street.data / "links" / "quay"


def purchase(reference: str) -> dict[str, Any]:
    """500 AstraZeneca against 60,010.00 pounds."""
    return {
        "reference": reference,
        "portfolio": "AGE-CORE",
        "direction": "RECE",
        "payment": "APMT",
        "counterparty": "NORDDE30",
        "trade_date": "2026-11-20",
        "isin": ASTRAZENECA,
        "quantity": {"type": "UNIT", "value": "500"},
        "deal_amount": {"currency": "GBP", "value": "60000.00"},
        "commission": {"currency": "GBP", "value": "10.00"},
        "settlement_amount": {"currency": "GBP", "value": "60010.00"},
    }


def status(wire: str, reference: str, says: str = "MTCH//MACH") -> str:
    """An MT548 as typed: text alone, no headers, LF."""
    return (
        f":16R:GENL\n:20C::SEME//{reference}\n:23G:INST\n:98C::PREP//20261124150000\n:16R:LINK\n"
        f":20C::RELA//{wire}\n:16S:LINK\n:16R:STAT\n:25D::{says}\n:16S:STAT\n:16S:GENL\n"
    )


def settles(wire: str, reference: str) -> str:
    """An MT545 as typed, with its first two headers."""
    return (
        "{1:F01ALDRUS30AXXX0000000000}{2:I545ALDRUS30XXXXN}{4:\n"
        f":16R:GENL\n:20C::SEME//{reference}\n:23G:NEWM\n:98C::PREP//20261124160000\n:16R:LINK\n"
        f":20C::RELA//{wire}\n:16S:LINK\n:16S:GENL\n:16R:TRADDET\n:98A::SETT//20261124\n"
        f":98A::ESET//20261124\n:35B:ISIN {ASTRAZENECA}\n:16S:TRADDET\n:16R:FIAC\n"
        ":36B::ESTT//UNIT/500,\n:97A::SAFE//QC400001\n:16S:FIAC\n:16R:SETDET\n:22F::SETR//TRAD\n"
        ":16R:SETPRTY\n:95P::PSET//CRSTGB22\n:16S:SETPRTY\n:16R:AMT\n:19A::ESTT//GBP60010,\n"
        ":16S:AMT\n:16S:SETDET\n-}\n"
    )


def accepts(wire: str) -> str:
    return f"{{1:F21ALDRUS30AXXX0001000001}}{{4:{{177:2611241431}}{{451:0}}{{108:{wire}}}}}\n"


async def until(what: Callable[[], Any], seconds: float = 10) -> None:
    """Wait until this holds."""
    async with asyncio.timeout(seconds):
        while True:
            held = what()
            if await held if asyncio.iscoroutine(held) else held:
                return
            await asyncio.sleep(0.05)


async def in_state(street: Street, id_: str, *states: str) -> None:
    async def reached() -> bool:
        return (await street.case(id_))["state"] in states

    await until(reached)


def put(folder: Path, name: str, text: str | bytes) -> None:
    """Written beside, then renamed into place."""
    body = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.tmp").write_bytes(body)
    os.replace(folder / f"{name}.tmp", folder / name)


async def test_answers_typed_into_a_folder_take_an_instruction_to_settled(
    street: Street, quay: Path
) -> None:
    before = set((quay / "out").iterdir())
    id_ = await street.submit(purchase("QUAY-1"))
    wire = await street.wire(id_)
    [file] = set((quay / "out").iterdir()) - before
    assert file.suffix == ".rje"
    sent = file.read_bytes()
    assert sent.startswith(b"{1:F01ALDRUS30AXXX0000000000}{2:I541QUAYGB20XXXXN}")
    assert f"\r\n:20C::SEME//{wire}\r\n".encode() in sent
    assert b"\r\n:95P::PSET//CRSTGB22\r\n" in sent

    for name, text, state in (
        ("1-ack.txt", accepts(wire), "sent"),
        ("2-status.txt", status(wire, "QS1"), "matched"),
        ("3-settled.txt", settles(wire, "QC1"), "settled"),
    ):
        put(quay / "in", name, text)
        await in_state(street, id_, state)
        assert (quay / "done" / name).read_bytes() == text.encode()
        assert (quay / "done" / f"{name}.ack").read_text().startswith("taken sha256=")
        assert not (quay / "in" / name).exists()
    held = await street.position("AGE-CORE", ASTRAZENECA)
    assert (held["traded"], held["settled"]) == ("40500", "40500")
    case = await street.case(id_)
    assert [m["link"] for m in case["messages"]] == ["quay"] * 4
    assert await street.bytes_of(case["messages"][3]["id"]) == settles(wire, "QC1").strip().encode()


async def test_a_file_is_read_once_it_is_whole(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("QUAY-2"))
    wire = await street.wire(id_)
    text = accepts(wire) + "$" + status(wire, "QS2")
    path = quay / "in" / "slowly.txt"
    with path.open("w") as file:
        for start in range(0, len(text), 40):  # each pause shorter than what counts as still
            file.write(text[start : start + 40])
            file.flush()
            await asyncio.sleep(0.15)
            assert path.exists(), "taken while it was being written"
    await in_state(street, id_, "matched")


async def test_a_file_under_its_working_name_is_left_alone(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("QUAY-3"))
    wire = await street.wire(id_)
    names = ("a.tmp", "b.part", "c.writing", ".hidden")
    for name in names:
        (quay / "in" / name).write_text(accepts(wire))
    await asyncio.sleep(1.5)
    assert all((quay / "in" / name).exists() for name in names)
    assert (await street.case(id_))["state"] == "released_to_wire"
    os.replace(quay / "in" / "a.tmp", quay / "in" / "a.txt")
    await in_state(street, id_, "sent")
    for name in names[1:]:
        (quay / "in" / name).unlink()


async def test_several_messages_in_one_file_are_each_read(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("QUAY-4"))
    wire = await street.wire(id_)
    put(
        quay / "in", "all.rje", "$".join((accepts(wire), status(wire, "QS4"), settles(wire, "QC4")))
    )
    await in_state(street, id_, "settled")


async def test_the_same_file_again_has_no_second_effect(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("QUAY-5"))
    wire = await street.wire(id_)
    held = (await street.position("AGE-CORE", ASTRAZENECA))["settled"]
    for name in ("again.txt", "again.txt", "again-too.txt"):
        put(quay / "in", name, accepts(wire) + "$" + settles(wire, "QC5"))
        await until(lambda name=name: not (quay / "in" / name).exists())
        await in_state(street, id_, "settled")
    now = (await street.position("AGE-CORE", ASTRAZENECA))["settled"]
    assert int(now) == int(held) + 500
    assert (await street.case(id_))["exceptions"] == []


async def test_what_is_no_file_of_messages_goes_to_error_with_its_reason(
    street: Street, quay: Path
) -> None:
    put(quay / "in", "empty.txt", b"")
    put(quay / "in", "blank.txt", b" \r\n\n ")
    put(quay / "in", "huge.txt", b"A" * (20 * MEGABYTE))
    for name, why in (("empty", "empty"), ("blank", "empty"), ("huge", "20971520 bytes")):
        await until(lambda name=name: (quay / "error" / f"{name}.txt").exists())
        assert why in (quay / "error" / f"{name}.txt.err").read_text()
    assert not list((quay / "in").iterdir())


async def test_what_a_sender_is_known_for_is_mended_and_what_it_is_not_known_for_waits(
    street: Street, quay: Path
) -> None:
    id_ = await street.submit(purchase("QUAY-DEV"))
    wire = await street.wire(id_)
    put(quay / "in", "dev-ack.txt", accepts(wire))
    await in_state(street, id_, "sent")
    odd_date = settles(wire, "QDEV1").replace("ESET//20261124", "ESET//2026-11-24")
    put(quay / "in", "dev-date.txt", odd_date)

    async def told() -> bool:
        found = (await street.get("/v1/messages", link="quay", state="parked"))["messages"]
        return any(
            "it would read if the link tolerated dev_date" in (m["reason"] or "") for m in found
        )

    await until(told)
    odd_amount = settles(wire, "QDEV2").replace("GBP60010,", "GBP60,010.00")
    put(quay / "in", "dev-amount.txt", odd_amount)
    await in_state(street, id_, "settled")
    case = await street.case(id_)
    assert await street.bytes_of(case["messages"][-1]["id"]) == odd_amount.strip().encode()


async def test_a_file_that_cannot_be_read_is_kept_and_its_reason_shown(
    street: Street, quay: Path
) -> None:
    put(quay / "in", "letter.txt", "Dear Sirs,\nplease settle.\n")
    await until(lambda: (quay / "done" / "letter.txt").exists())

    async def parked() -> bool:
        found = (await street.get("/v1/messages", link="quay", state="parked"))["messages"]
        return any((m["reason"] or "").startswith("unreadable") for m in found)

    await until(parked)


async def test_a_folder_that_went_away_is_waited_for(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("QUAY-6"))
    wire = await street.wire(id_)
    (quay / "in").rename(quay / "in.away")

    async def down() -> bool:
        found = (await street.get("/v1/links"))["links"]
        return not next(x for x in found if x["name"] == "quay")["up"]

    await until(down)
    (quay / "in.away").rename(quay / "in")
    put(quay / "in", "back.txt", accepts(wire))
    await in_state(street, id_, "sent")


# companions of our own files --------------------------------------------------------------------------


async def our_file(street: Street, quay: Path, reference: str) -> tuple[str, Path]:
    """An instruction and the file it left in."""
    id_ = await street.submit(purchase(reference))
    wire = await street.wire(id_)
    [file] = (quay / "out").glob(f"*-{wire}.rje")
    return id_, file


@pytest.mark.parametrize("folder", ["out", "in"])
async def test_a_companion_named_ack_is_the_acknowledgement_of_our_file(
    street: Street, quay: Path, folder: str
) -> None:
    id_, file = await our_file(street, quay, f"QACK-{folder}")
    put(quay / folder, f"{file.name}.ack", b"")
    await in_state(street, id_, "sent")
    assert not (quay / folder / f"{file.name}.ack").exists()
    assert (quay / "done" / f"{file.name}.ack").read_bytes() == b""
    assert not list((quay / "done").glob(f"{file.name}.ack.ack"))
    case = await street.case(id_)
    answer = next(m for m in case["messages"] if m["type"] == "ACK")
    assert answer["reference"] == file.name.partition("-")[2].partition(".")[0]
    assert file.name in answer["raw"], "the name is the message: it is stored"
    assert [f["value"] for f in answer["fields"]] == [f"{file.name}.ack", ""]
    assert (quay / "out" / file.name).exists(), "our own file is theirs to take away"


@pytest.mark.parametrize("suffix", ["nak", "err"])
async def test_a_companion_named_nak_or_err_refuses_our_file_and_says_why(
    street: Street, quay: Path, suffix: str
) -> None:
    id_, file = await our_file(street, quay, f"QNAK-{suffix}")
    put(quay / "out", f"{file.name}.{suffix}", "T27 receiver unknown\n")
    await in_state(street, id_, "network_nak")
    waiting = (await street.case(id_))["waiting"]
    assert waiting["reason"] == "T27"
    assert "receiver unknown" in waiting["reason_text"]


async def test_a_companion_that_holds_the_networks_own_answer_is_read_as_that(
    street: Street, quay: Path
) -> None:
    id_, file = await our_file(street, quay, "QF21")
    wire = await street.wire(id_)
    nak = f"{{1:F21ALDRUS30AXXX0001000001}}{{4:{{177:2611241431}}{{451:1}}{{405:T13012}}{{108:{wire}}}}}"
    put(quay / "out", f"{file.name}.ack", nak)
    await in_state(street, id_, "network_nak")


async def test_a_companion_comes_again_without_effect(street: Street, quay: Path) -> None:
    id_, file = await our_file(street, quay, "QTWICE")
    for _ in range(2):
        put(quay / "out", f"{file.name}.ack", "taken")
        await until(lambda: not (quay / "out" / f"{file.name}.ack").exists())
        await in_state(street, id_, "sent")
    await street.quiet()
    [answer] = [m for m in (await street.case(id_))["messages"] if m["type"] == "ACK"]
    assert answer["seen"] == 2


async def test_a_companion_of_no_file_of_ours_waits_like_any_unknown_reference(
    street: Street, quay: Path
) -> None:
    put(quay / "out", "77-SIAAAAAAAAAAAAAA.rje.ack", b"")
    await until(lambda: (quay / "done" / "77-SIAAAAAAAAAAAAAA.rje.ack").exists())
    found = (await street.get("/v1/messages", link="quay", state="parked"))["messages"]
    assert ("SIAAAAAAAAAAAAAA", "unknown_reference") in [
        (m["reference"], m["reason"]) for m in found
    ]


async def test_what_else_lies_in_out_is_not_read(street: Street, quay: Path) -> None:
    (quay / "out" / "letter.txt").write_text("not for us")
    (quay / "out" / "letter.txt.ack").write_text("nor this")
    await asyncio.sleep(1.2)
    assert (quay / "out" / "letter.txt").exists()
    assert (quay / "out" / "letter.txt.ack").exists()
    for name in ("letter.txt", "letter.txt.ack"):
        (quay / "out" / name).unlink()


# whole at once ----------------------------------------------------------------------------------------


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standing still alone takes too long to be what lets a file in."""
    monkeypatch.setattr(links, "STABLE_SECONDS", 60.0)


async def test_a_file_renamed_into_place_is_read_at_once(
    street: Street, quay: Path, patient: None
) -> None:
    id_ = await street.submit(purchase("QUAY-AT-ONCE"))
    wire = await street.wire(id_)
    for name, text, state in (
        ("once-1.txt", accepts(wire), "sent"),
        ("once-2.txt", status(wire, "QSONCE"), "matched"),
    ):
        working = quay / "in" / f"{name}.tmp"
        working.write_text(text)
        await asyncio.sleep(0.05)  # longer than a tick of the file system's clock
        os.replace(working, quay / "in" / name)
        async with asyncio.timeout(1.5):
            await in_state(street, id_, state)


async def test_a_file_seen_whole_under_its_working_name_needs_no_newer_status(
    street: Street, quay: Path, patient: None
) -> None:
    id_ = await street.submit(purchase("QUAY-SEEN"))
    wire = await street.wire(id_)
    working = quay / "in" / "seen.part"
    working.write_text(accepts(wire))
    await asyncio.sleep(2 * links.SCAN_SECONDS)
    os.replace(working, quay / "in" / "seen.txt")
    async with asyncio.timeout(1.5):
        await in_state(street, id_, "sent")


async def test_a_file_written_in_place_is_not_taken_for_a_renamed_one(
    street: Street, quay: Path, patient: None
) -> None:
    id_ = await street.submit(purchase("QUAY-INPLACE"))
    wire = await street.wire(id_)
    path = quay / "in" / "inplace.txt"
    with path.open("w") as file:
        os.chmod(path, 0o640)  # as a server does that has just opened it: newer status, no content
        await asyncio.sleep(3 * links.SCAN_SECONDS)
        assert path.exists()
        for line in accepts(wire) + "$" + status(wire, "QSINPLACE"):
            file.write(line)
        file.flush()
        await asyncio.sleep(3 * links.SCAN_SECONDS)
        assert path.exists(), "taken while it was being written"
    await asyncio.sleep(3 * links.SCAN_SECONDS)
    assert path.exists(), "closed, and nothing says that this was all"
    os.replace(path, quay / "in" / "inplace-whole.txt")
    await in_state(street, id_, "matched")
