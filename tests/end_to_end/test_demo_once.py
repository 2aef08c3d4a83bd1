"""`finality demo --once` as its users run it: exit code, report, and the same end from the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

KEYS = {
    "instructions",
    "by_state",
    "messages_out",
    "messages_in",
    "ledger_balanced",
    "positions_agree",
    "breaks_planted",
    "breaks_found",
    "nav",
    "seconds",
    "instructions_per_second",
}
INSTRUCTIONS, SEED = 60, 7


def play() -> Any:
    """One settlement cycle in a process of its own; stdout is one JSON object and nothing else."""
    ran = subprocess.run(
        [
            sys.executable, "-m", "gateway.cli", "demo", "--once", "--json",
            "--instructions", str(INSTRUCTIONS), "--seed", str(SEED),
        ],
        capture_output=True,
        timeout=240,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("FINALITY_")},
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout[-2000:], ran.stderr[-2000:])
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def report() -> Any:
    """What the first run says."""
    return play()


def test_the_cycle_ends_with_every_invariant_held(report: Any) -> None:
    assert report["ledger_balanced"] is True
    assert report["positions_agree"] is True
    assert report["findings"] == []
    assert report["unexplained"] == []
    assert report["refused"] == []


def test_the_report_has_the_keys_of_the_contract(report: Any) -> None:
    assert report.keys() >= KEYS
    assert report["breaks_planted"] is report["breaks_found"] is report["nav"] is None
    assert report["seconds"] > 0
    assert report["instructions_per_second"] > 0


def test_every_instruction_is_in_one_state_and_most_are_settled(report: Any) -> None:
    assert report["instructions"] == INSTRUCTIONS == sum(report["by_state"].values())
    assert report["by_state"]["settled"] > 0.9 * INSTRUCTIONS
    assert {"sent", "settled", "pending"} <= set(report["ever_in_state"])


def test_every_message_out_was_answered_by_the_network(report: Any) -> None:
    fin = sum(n for type_, n in report["messages_out"].items() if type_.startswith("MT"))
    answered = report["messages_in"]["ACK"] + report["messages_in"].get("NAK", 0)
    assert answered >= fin > 0
    assert report["messages_out"].keys() >= {"MT541", "MT543", "sese.023"}
    assert report["messages_in"].keys() >= {"MT548", "MT545", "MT547", "sese.024", "sese.025"}
    assert "unreadable" not in report["messages_in"]


@pytest.mark.slow
def test_the_same_seed_ends_in_the_same_states(report: Any) -> None:
    again = play()
    for name in ("by_state", "ever_in_state", "explained"):
        assert again[name] == report[name], name
