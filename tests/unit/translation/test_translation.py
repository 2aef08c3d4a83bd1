"""Translations there and back: every element told for, the result valid, what is mapped kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import translation
from gateway.schema_store import installed_schemas
from parsers import fin
from schemas.problem import MessageError
from translation import Translation

SCHEMAS = installed_schemas(explain=False)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden"
INSTRUCTIONS = sorted((GOLDEN / "mt541").glob("*.fin"))


def to_mx(raw: bytes) -> Translation:
    return translation.translate(raw, "mx", SCHEMAS, at=NOW)


def to_mt(raw: bytes) -> Translation:
    return translation.translate(raw, "mt", SCHEMAS, at=NOW)


def values(raw: bytes) -> set[tuple[str, str, str]]:
    """Every field of an MT with its path, the narrative ones on one line."""
    return {(f.path, f.tag, " ".join(f.value.split())) for f in fin.read(raw).fields}


@pytest.mark.parametrize("path", INSTRUCTIONS, ids=lambda path: path.stem)
def test_an_instruction_goes_there_and_comes_back(path: Path) -> None:
    raw = path.read_bytes()
    there = to_mx(raw)
    back = to_mt(there.raw)
    assert there.target == "sese.023.001.11"
    assert back.target == "MT541"
    assert (there.findings, back.findings) == ((), ())
    assert there.receipt.adds_up
    assert back.receipt.adds_up
    assert values(raw) <= values(back.raw)
    assert back.receipt.losses == ()
    assert [entry.source for entry in there.receipt.losses] == ["Header/108"]


def test_what_has_no_place_is_dropped_and_told() -> None:
    raw = INSTRUCTIONS[0].read_bytes().replace(b":22F::SETR", b":22F::DBNM//VEND\r\n:22F::SETR")
    [lost] = [e for e in to_mx(raw).receipt.losses if e.source == "SETDET/22F DBNM"]
    assert (lost.outcome, lost.value) == ("dropped", "VEND")
    assert "no place in sese.023" in lost.words


def test_a_reference_too_long_for_fin_is_cut_and_told() -> None:
    there = to_mx(INSTRUCTIONS[0].read_bytes())
    long = there.raw.replace(b"<TxId>SI20261123000001<", b"<TxId>SI20261123000001-XYZ<")
    back = to_mt(long)
    [lost] = [e for e in back.receipt.losses if e.source.endswith("/TxId")]
    assert lost.outcome == "truncated"
    assert b":20C::SEME//SI2026112300000+" in back.raw
    assert "1-XYZ" in lost.words


def test_what_there_is_twice_where_it_may_stand_once_is_told() -> None:
    raw = INSTRUCTIONS[0].read_bytes()
    doubled = raw.replace(b":98A::TRAD", b":98A::SETT//20261125\r\n:98A::TRAD")
    receipt = to_mx(doubled).receipt
    assert [e.value for e in receipt.losses if e.source == "TRADDET/98A SETT"] == ["20261125"]
    assert receipt.adds_up


def test_supplementary_data_is_told_for_too() -> None:
    there = to_mx(INSTRUCTIONS[0].read_bytes())
    extra = b"<SplmtryData><Envlp><x xmlns='urn:x' y='1'>z</x></Envlp></SplmtryData>"
    back = to_mt(there.raw.replace(b"</SctiesSttlmTxInstr>", extra + b"</SctiesSttlmTxInstr>"))
    lost = [(e.source.rpartition("Envlp/")[2], e.value) for e in back.receipt.losses]
    assert lost == [("x@y", "1"), ("x", "z")]
    assert back.receipt.adds_up


@pytest.mark.parametrize(
    ("raw", "to", "words"),
    [
        (
            b"{1:F01AAAABBCCAXXX0000000000}{2:I999AAAABBCCXXXXN}{4:\r\n:20:A\r\n:79:B\r\n-}",
            "mx",
            "MT",
        ),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:sese.023.001.11'/>", "mt", "empty"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:sese.023.001.11'/>", "mx", "already"),
        (b":16R:GENL\r\n:20C::SEME//A\r\n:16S:GENL", "mt", "already"),
    ],
)
def test_what_cannot_be_translated_is_refused_with_the_reason(
    raw: bytes, to: translation.Standard, words: str
) -> None:
    with pytest.raises(MessageError, match=words):
        translation.translate(raw, to, SCHEMAS, at=NOW)
