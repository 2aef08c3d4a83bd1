"""The sese.023 golden pairs: one instruction file and the same Document, canonically."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import builders.mx
from schemas.instruction import Instruction

GOLDEN = Path(__file__).parent
DOCUMENTS = sorted((GOLDEN / "sese.023").glob("*.xml"))


def canonical(text: bytes) -> bytes:
    tree = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(tree, method="c14n", exclusive=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_an_instruction_file_makes_its_golden_document(document):
    body = Instruction.model_validate_json(
        (GOLDEN / "instructions" / f"{document.stem}.json").read_bytes()
    )
    assert body.wire is not None
    written = builders.mx.write("sese.023", body, body.wire)
    assert canonical(written) == canonical(document.read_bytes())


def test_both_worked_examples_are_there():
    assert {path.stem for path in DOCUMENTS} == {"equity_rvp_dtc", "eurobond_rvp_euroclear"}
