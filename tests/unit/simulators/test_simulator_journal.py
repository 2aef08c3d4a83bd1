"""A simulator's journal: same input, same bytes; and a kill at any byte loses nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from simulator_cast import CUSTODIAN, NOW, SWIFT, instruction, sese_023

from simulators.custodian import Custody
from simulators.host import Host, JournalDiffers, Parcel
from simulators.swift import Network

INBOX = "finality/network/HARBUS30/in"
MESSAGES = [instruction(f"REF{n}", trade=f"T{n}") for n in range(6)]


HOSTS: list[Host] = []


@pytest.fixture(autouse=True)
def _close_hosts():
    yield
    while HOSTS:
        HOSTS.pop().close()


def opened(host: Host) -> Host:
    HOSTS.append(host)
    return host


def custody(folder: Path, seed: int = 7, **changes: object) -> Host:
    return opened(Host(Custody(), folder, seed, {**CUSTODIAN, **changes}))


def play(host: Host, until: datetime) -> list[Parcel]:
    sent: list[Parcel] = []
    while (due := host.engine.due()) is not None and due <= until:
        sent += host.tick(due)
    return sent


def run(folder: Path) -> list[bytes]:
    """Two payloads, then twelve days; what left, in order."""
    host = custody(folder)
    host.take([(INBOX, b"$".join(MESSAGES[:3]))], NOW)
    host.take([(INBOX, b"$".join(MESSAGES[2:]))], NOW + timedelta(seconds=5))
    play(host, NOW + timedelta(days=12))
    host.close()
    return [p.raw for p in host.unsent.values()]


def journal(folder: Path) -> Path:
    return folder / "custodian.jsonl"


def records(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in journal(folder).read_text().splitlines()]


def test_the_same_seed_input_and_clock_give_the_same_journal(tmp_path):
    run(tmp_path / "a")
    run(tmp_path / "b")
    assert journal(tmp_path / "a").read_bytes() == journal(tmp_path / "b").read_bytes()


def test_another_seed_gives_another_journal(tmp_path):
    run(tmp_path / "a")
    host = custody(tmp_path / "b", seed=8)
    host.take([(INBOX, MESSAGES[0])], NOW)
    play(host, NOW + timedelta(days=12))
    texts = [r.get("text") for r in records(tmp_path / "b") if r["dir"] == "out"]
    assert not set(texts) & {r.get("text") for r in records(tmp_path / "a") if r["dir"] == "out"}


def test_the_hash_is_that_of_the_single_message(tmp_path):
    run(tmp_path)
    came = [r for r in records(tmp_path) if r["dir"] == "in"]
    assert came[0]["sha256"] == hashlib.sha256(MESSAGES[0]).hexdigest()
    assert (came[0]["ref"], came[0]["type"], came[0]["link"]) == (
        "REF0",
        "MT541",
        "network/HARBUS30",
    )


def test_a_repeat_is_counted_and_not_taken_again(tmp_path):
    run(tmp_path)
    came = [r["ref"] for r in records(tmp_path) if r["dir"] == "in"]
    repeats = [r["ref"] for r in records(tmp_path) if r["dir"] == "in" and r.get("repeat")]
    assert (came.count("REF2"), repeats) == (2, ["REF2"])


def test_a_restart_gives_the_books_and_what_was_not_known_sent(tmp_path):
    before = run(tmp_path)
    again = custody(tmp_path)
    assert [p.raw for p in again.unsent.values()] == before
    assert json.loads((tmp_path / "custodian.books.json").read_text()) == again.engine.books()


def test_what_was_known_sent_is_not_sent_again(tmp_path):
    run(tmp_path)
    host = custody(tmp_path)
    numbers = list(host.unsent)
    host.taken(numbers[:10])
    host.close()
    assert list(custody(tmp_path).unsent) == numbers[10:]


def test_a_restart_adds_nothing_to_the_journal(tmp_path):
    run(tmp_path)
    before = journal(tmp_path).read_bytes()
    custody(tmp_path).close()
    assert journal(tmp_path).read_bytes() == before


@pytest.mark.parametrize("share", [n / 23 for n in range(23)])
def test_a_kill_at_any_byte_ends_in_the_same_books_and_messages(tmp_path, share):
    whole = run(tmp_path / "whole")
    cut = tmp_path / "cut"
    cut.mkdir()
    data = journal(tmp_path / "whole").read_bytes()
    journal(cut).write_bytes(data[: int(len(data) * share)])
    host = custody(cut)
    host.take([(INBOX, b"$".join(MESSAGES[:3]))], max(host.now, NOW))
    host.take([(INBOX, b"$".join(MESSAGES[2:]))], max(host.now, NOW + timedelta(seconds=5)))
    play(host, NOW + timedelta(days=12))
    texts = [p.raw for p in host.unsent.values()]
    assert len(texts) == len(set(texts)) == len(whole)
    host.close()
    expected = json.loads((tmp_path / "whole" / "custodian.books.json").read_text())
    assert json.loads((cut / "custodian.books.json").read_text()) == expected


def test_a_torn_last_line_is_cut_off(tmp_path):
    run(tmp_path)
    data = journal(tmp_path).read_bytes()
    journal(tmp_path).write_bytes(data + b'{"n":999,"at":"2026')
    custody(tmp_path).close()
    assert journal(tmp_path).read_bytes() == data


def test_other_settings_hold_from_here_on(tmp_path):
    run(tmp_path)
    host = custody(tmp_path, scripts=[{"match": {}, "outcome": "reject"}])
    at = host.now
    host.take([(INBOX, instruction("LATER", trade="LATER"))], at)
    (said,) = play(host, at + timedelta(days=1))
    assert b"REJT//SAFE" in said.raw
    host.close()
    assert custody(tmp_path, scripts=[{"match": {}, "outcome": "reject"}]).now >= at


def test_a_changed_journal_is_refused(tmp_path):
    run(tmp_path)
    text = journal(tmp_path).read_text().replace("UNIT/1000,", "UNIT/2000,")
    journal(tmp_path).write_text(text)
    with pytest.raises(JournalDiffers):
        custody(tmp_path)


def test_any_bytes_come_back_from_the_journal(tmp_path):
    topic = "finality/links/swift/out"
    host = opened(Host(Network(), tmp_path, 7, SWIFT))
    host.take([(topic, b"\xff\xfe\x00 nonsense \x85"), (topic, b"")], NOW)
    host.close()
    again = opened(Host(Network(), tmp_path, 7, SWIFT))
    assert again.received == {"swift": 1}


def test_counts_are_of_distinct_messages(tmp_path):
    host = opened(Host(Network(), tmp_path, 7, {**SWIFT, "faults": {"duplicate": 1.0}}))
    out = "finality/links/swiftnet/out"
    host.take([(out, sese_023() + sese_023())], NOW)
    host.tick(NOW + timedelta(minutes=1))
    report = host.report(3)
    assert report["received"] == {"swiftnet": 1}
    assert report["sent"] == {"network/RHEIDE30": 1, "swiftnet": 1}
    assert (report["tick"], report["next_due"]) == (3, None)
