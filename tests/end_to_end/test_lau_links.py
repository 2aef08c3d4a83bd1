"""Links with local authentication: what goes out carries it, what comes without is kept and never read."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from street import TUESDAY, Street, a_database, a_street, mt548, sese024
from test_directory_link import accepts, in_state, purchase, put, settles, status, until
from test_exceptions import raised

import builders.lau
from gateway import links
from parsers import lau
from schemas.lau import Key, Keys, key

LEFT, RIGHT, OLD = "Left-half-of-key", "Right-half-of-it", "Previous-half-16"
AN_HOUR = timedelta(hours=1)
CURRENT = key("current", LEFT, RIGHT)
PREVIOUS = key("previous", OLD, RIGHT)
COUNT = itertools.count(10)
NAMES = (f"in-{number}.rje" for number in itertools.count(1))


@pytest.fixture(scope="module")
async def street(
    postgres: Any, as_superuser: Any, template: str, tmp_path_factory: Any
) -> AsyncIterator[Street]:
    patch = pytest.MonkeyPatch()
    patch.setattr(links, "STABLE_SECONDS", 0.4)
    patch.setattr(links, "PROOF_SECONDS", 1.5)
    folder = tmp_path_factory.mktemp("keys")
    (folder / "left").write_text(LEFT + "\n")  # each half with the person who keeps it
    (folder / "right").write_text(RIGHT + "\n")
    newest = {"left_file": folder / "left", "right_file": folder / "right",
              "from_at": TUESDAY - AN_HOUR}  # fmt: skip
    before = {"left": OLD, "right": RIGHT, "until": TUESDAY + AN_HOUR}
    keys = {"quay": [newest, before], "swift": [newest]}  # and none for swiftnet
    async with (
        a_database(postgres, as_superuser, template, "authenticated") as parts,
        a_street(
            parts,
            tmp_path_factory.mktemp("authenticated"),
            transport="mqtt",
            authenticated=True,
            lau_keys=keys,
        ) as opened,
    ):
        yield opened
        assert await opened.findings() == []
    patch.undo()


@pytest.fixture
def quay(street: Street) -> Path:
    return street.data / "links" / "quay"


def answer(quay: Path, text: str, by: Key | None, name: str = "") -> str:
    """A file in the folder, and the one that authenticates it before it."""
    name = name or next(NAMES)
    if by is not None:
        put(quay / "in", f"{name}.lau", builders.lau.sign_file(text.encode(), by))
    put(quay / "in", name, text)
    return name


async def taken(quay: Path, name: str) -> None:
    await until(lambda: (quay / "done" / name).exists() and not (quay / "in" / name).exists())


async def newest(street: Street, link: str, count: int = 1) -> list[Any]:
    """The newest messages of a link, once they are worked."""
    await street.quiet()
    said = await street.get("/v1/messages", link=link, direction="in", limit=count)
    return list(said["messages"])


async def test_an_instruction_goes_out_authenticated_and_is_settled_by_what_is(
    street: Street, quay: Path
) -> None:
    id_ = await street.submit(purchase("LAU-1"))
    wire = await street.wire(id_)
    [file] = [p for p in (quay / "out").iterdir() if wire in p.name and p.suffix == ".rje"]
    proof = file.with_name(f"{file.name}.lau").read_bytes()
    assert lau.verify(file.read_bytes(), Keys("file", (CURRENT,)), TUESDAY, proof).key == "current"

    for text, by, state in (
        (accepts(wire), CURRENT, "sent"),
        (status(wire, "LS1"), PREVIOUS, "matched"),  # its time is not over yet
        (settles(wire, "LC1"), CURRENT, "settled"),
    ):
        name = answer(quay, text, by)
        await in_state(street, id_, state)
        [message] = await newest(street, "quay")
        shown = await street.get(f"/v1/messages/{message['id']}")
        assert shown["authenticated_by"] == ("quay 1" if by is CURRENT else "quay 2")
        assert (quay / "done" / f"{name}.lau").exists() and not (
            quay / "in" / f"{name}.lau"
        ).exists()


@pytest.mark.parametrize(
    "by, spoil, rule",
    [
        (None, "", "lau_missing"),
        (CURRENT, "\n", "lau_wrong"),
        (key("x", RIGHT, LEFT), "", "lau_wrong"),
    ],
)
async def test_a_file_without_right_authentication_is_kept_and_never_applied(
    street: Street, quay: Path, by: Key | None, spoil: str, rule: str
) -> None:
    id_ = await street.submit(purchase(f"LAU-{next(COUNT)}"))
    wire = await street.wire(id_)
    name = next(NAMES)
    if by is not None:
        proof = builders.lau.sign_file(accepts(wire).encode() + spoil.encode(), by)
        put(quay / "in", f"{name}.lau", proof)
    put(quay / "in", name, accepts(wire))
    await taken(quay, name)
    [message] = await newest(street, "quay")
    assert (message["state"], message["type"], message["reference"]) == ("parked", None, None)
    assert message["reason"].startswith(f"{rule}: companion file: ")
    if rule == "lau_wrong":
        assert "tried: quay 1 from 2026-11-24T20:30:00+00:00, quay 2 until" in message["reason"]
    for secret in (LEFT, RIGHT, OLD):
        assert secret not in message["reason"]
    assert await street.bytes_of(message["id"]) == accepts(wire).strip().encode()
    assert (await street.case(id_))["state"] == "released_to_wire"

    # sent again as it should be, under the same name, it is taken
    answer(quay, accepts(wire), CURRENT, name)
    await in_state(street, id_, "sent")


async def test_a_name_alone_is_no_answer_on_a_link_with_authentication(
    street: Street, quay: Path
) -> None:
    id_ = await street.submit(purchase("LAU-NAME"))
    wire = await street.wire(id_)
    [file] = [p for p in (quay / "out").iterdir() if wire in p.name and p.suffix == ".rje"]
    put(quay / "out", f"{file.name}.ack.lau", builders.lau.sign_file(b"taken", CURRENT))
    put(quay / "out", f"{file.name}.ack", b"taken")
    await until(lambda: (quay / "done" / f"{file.name}.ack").exists())
    [message] = await newest(street, "quay")
    assert message["reason"].startswith("lau_name: companion file: ")
    assert (await street.case(id_))["state"] == "released_to_wire"


async def test_nobody_sends_through_what_was_not_authenticated(street: Street, quay: Path) -> None:
    id_ = await street.submit(purchase("LAU-AGAIN"))
    wire = await street.wire(id_)
    await taken(quay, answer(quay, accepts(wire), None))
    [message] = await newest(street, "quay")
    case = await raised(street, message["id"])
    assert case["code"] == "lau_missing"
    status_, said = await street.post("ben", f"/v1/exceptions/{case['id']}/reinject", {})
    assert status_ == 200, said
    await street.quiet()
    [message] = await newest(street, "quay")
    assert message["state"] == "parked" and message["reason"].startswith("lau_missing")
    assert (await street.case(id_))["state"] == "released_to_wire"


async def test_the_same_rule_holds_over_http(street: Street) -> None:
    said = mt548("SILAU0000000001", "LH1", "MTCH//MACH")
    [bare, right] = await street.deliver("swift", said, builders.lau.sign_fin(said, CURRENT))
    found = {m["id"]: m["reason"] for m in await newest(street, "swift", 2)}
    assert found[bare].startswith("lau_missing: block S: ")
    assert found[right] == "unknown_reference"


async def test_a_link_whose_keys_are_not_in_the_settings_takes_nothing(street: Street) -> None:
    signed = builders.lau.sign_xml(
        b"<DataPDU><Body>" + sese024("SILAU2", "LX1", "MACH") + b"</Body></DataPDU>", CURRENT
    )
    await street.deliver("swiftnet", signed)
    [message] = await newest(street, "swiftnet")
    assert message["reason"].startswith("lau_wrong: LAU: ")
    assert "no key is known for this link" in message["reason"]
