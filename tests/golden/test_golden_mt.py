"""Golden FIN messages: the JSON of an instruction or payment and the bytes it must give."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import builders.fin
import parsers.fin
from schemas.instruction import Instruction, Payment

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("mt*/*.fin"))


def body_of(case: Path) -> Instruction | Payment:
    securities = case.parent.name.startswith("mt5")
    folder = HERE / ("instructions" if securities else "payments")
    text = (folder / f"{case.stem}.json").read_bytes()
    return (Instruction if securities else Payment).model_validate_json(text)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}/{c.stem}")
def test_the_json_gives_these_bytes(case):
    body = body_of(case)
    written = builders.fin.write(case.parent.name, body, body.wire)
    if os.environ.get("FINALITY_GOLDEN") == "rewrite":
        case.write_bytes(written)
    assert written == case.read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}/{c.stem}")
def test_a_golden_message_breaks_no_rule_of_its_table(case):
    assert parsers.fin.check_bytes(case.read_bytes()) == []


def test_the_worked_examples_of_the_handbook_are_here():
    assert {"equity_rvp_dtc", "eurobond_rvp_euroclear"} <= {c.stem for c in CASES}
