"""Every good message that has a counterpart goes there and comes back with all that was brought over."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import translation
from parsers import fin
from schemas.problem import MessageError
from tests import mt_samples, mx_samples
from translation import Translation
from translation.pairs import BY_MESSAGE, BY_TYPE

Translate = Callable[[bytes, translation.Standard], Translation]
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
MT = {name: raw for name, raw in mt_samples.SAMPLES.items() if fin.read(raw).type in BY_TYPE}
MX = {name: body for name, body in mx_samples.ANSWERS.items() if name[:8] in BY_MESSAGE}

NEW_DEMANDS = {"cbpr_address"}  # an MT103 with plain address lines is no CBPR+ payment any more
COMES_BACK_AS = {"MT950": "MT940"}  # camt.053 does not tell for which of the two it stands
TRANSPORT = (
    "AppHdr/BizSvc",
    "AppHdr/CreDt",
    "GrpHdr/CreDtTm",
)  # of the message, not of what it says
# what an MT needs and this MX may leave out, so that the verdict on the result names it
MISSING = {"sese.025.001.11": {"T92", "E93", "E91"}}


def values(raw: bytes) -> set[tuple[str, str, str]]:
    """Every field of an MT with its path, narratives on one line, numbers without idle zeros."""
    return {
        (f.path, f.tag, re.sub(r"(,\d*?)0+(?!\d)", r"\1", " ".join(f.value.split())))
        for f in fin.read(raw).fields
        if f.tag[:2] != "16"  # a block is there for what stands in it
    }


@pytest.mark.parametrize("name", MT)
def test_an_mt_goes_there_and_comes_back(translate: Translate, name: str) -> None:
    there = translate(MT[name], "mx")
    back = translate(there.raw, "mt")
    assert {finding.rule for finding in there.findings} <= NEW_DEMANDS
    assert back.findings == ()
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    assert back.target[:5] in (there.source[:5], COMES_BACK_AS.get(there.source))
    assert [e.source for e in back.receipt.losses if not e.source.endswith(TRANSPORT)] == []
    lost = {entry.source.rpartition("/")[2] for entry in there.receipt.losses}
    brought = {
        (path, tag, value)
        for path, tag, value in values(MT[name])
        if f"{tag} {value[1:5]}" not in lost and tag not in lost
    }
    assert brought <= values(back.raw)


@pytest.mark.parametrize("name", MX)
def test_an_mx_goes_there_and_comes_back(translate: Translate, name: str) -> None:
    raw = mx_samples.headed(name, MX[name])
    there = translate(raw, "mt")
    back = translate(there.raw, "mx")
    assert {f.rule for f in there.findings if f.severity == "error"} <= MISSING.get(name, set())
    assert back.findings == ()
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    kept = {e.value for e in there.receipt.entries if e.outcome == "kept"}
    assert kept <= {e.value for e in back.receipt.entries} | {""}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="shared/corpus is not beside this checkout")
def test_receipts_of_the_messages_of_others_add_up(translate: Translate) -> None:
    files = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".fin", ".xml"))
    translated = 0
    for path in files:
        raw = path.read_bytes()
        try:
            made = translate(raw, "mt" if raw.lstrip()[:1] == b"<" else "mx")
        except MessageError:
            continue
        translated += 1
        assert made.receipt.adds_up, path
        assert made.target
    assert translated > 0


CANCEL = mt_samples.sent(
    "192",
    """
:20:CXL1
:21:PAY2611240001
:11S:103
261124
:32A:261124USD10000,
:79:/DUPL/SENT TWICE
""",
    "{3:{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}}",
)
ANSWERED = mt_samples.sent(
    "196", ":20:ANS1\n:21:CXL1\n:76:/RJCR/CUST/NOT RETURNED\n:11S:103\n261124\n"
)
HOLD = mt_samples.sent(
    "530",
    """
:16R:GENL
:20C::SEME//CMD1
:23G:NEWM
:97A::SAFE//SAFE00123
:16S:GENL
:16R:REQD
:20C::PREV//SI20261123000001
:22F::PRIR//0001
:22F::SETT//YPRE
:16S:REQD
:16R:REQD
:20C::PREV//SI20261123000002
:22F::PRTL//NPAR
:16S:REQD
""",
)


@pytest.mark.parametrize(
    ("raw", "target"),
    [(CANCEL, "camt.056"), (ANSWERED, "camt.029"), (HOLD, "sese.030")],
    ids=["192", "196", "530"],
)
def test_requests_and_answers_go_there_and_come_back(
    translate: Translate, raw: bytes, target: str
) -> None:
    there = translate(raw, "mx")
    back = translate(there.raw, "mt")
    assert there.target[:8] == target
    assert (there.findings, back.findings) == ((), ())
    assert there.receipt.losses == ()
    assert values(raw) <= values(back.raw)


@pytest.mark.parametrize(("type_", "target"), [("536", "semt.017"), ("537", "semt.018")])
def test_a_statement_of_transactions_loses_nothing(
    translate: Translate, type_: str, target: str
) -> None:
    there = translate(MT[type_], "mx")
    assert there.target[:8] == target
    assert there.receipt.losses == ()
