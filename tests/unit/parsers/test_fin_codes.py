"""Codes against their lists: what is unknown is questioned, what names a scheme of its own is not."""

from __future__ import annotations

import re

import pytest

from parsers import fin
from schemas.finding import Finding
from schemas.mt import MESSAGES, codes
from schemas.mt.message import Field, Item, Sequence
from settlement.lifecycle import EFFECTS
from tests import mt_samples


def found(type_: str, old: str, new: str) -> list[Finding]:
    """What is said of a good message with one field changed."""
    raw = mt_samples.SAMPLES[type_]
    assert fin.check_bytes(raw) == []
    changed = re.sub(old.encode(), new.encode(), raw, count=1)
    assert changed != raw
    return fin.check_bytes(changed)


@pytest.mark.parametrize(
    ("type_", "old", "new", "rule", "words"),
    [
        ("541", "SETR//TRAD", "SETR//XXXX", "K22", "not among the 46 known codes"),
        (
            "541",
            "36B::SETT//UNIT",
            "36B::SETT//XXXX",
            "K36",
            "not among the known codes: AMOR, FAMT, UNIT",
        ),
        ("548", "SETT//PEND", "SETT//ZZZZ", "K25", "not among the known codes: PEND, PENF"),
        ("548", "PEND//LACK", "PEND//ZZZZ", "K24", "not among the 63 known codes"),
        ("548", "REDE//RECE", "REDE//XXXX", "K22", "not among the known codes: DELI, RECE"),
        ("545", "SETR//TRAD", "SETR//XXXX", "K22", "not among the 46 known codes"),
        ("541", "98A::TRAD", "94B::TRAD//XXXX\r\n:98A::TRAD", "K94", "EXCH, OTCO, PRIM, SECM"),
    ],
)
def test_an_unknown_code_is_questioned(type_, old, new, rule, words):
    finding = next(f for f in found(type_, old, new) if f.rule == rule)
    assert (finding.severity, finding.nak) == ("warning", None)
    assert words in finding.message
    code = new.partition("//")[2][:4]
    line = (
        mt_samples.SAMPLES[type_].replace(old.encode(), new.encode()).splitlines()[finding.line - 1]
    )
    assert line[finding.column - 1 :].startswith(code.encode())


def test_what_is_like_an_unknown_code_is_told():
    (finding,) = found("541", "SETR//TRAD", "SETR//TRDA")
    assert "like it: TRAD" in finding.message


def test_a_code_of_a_scheme_of_its_own_is_not_in_our_lists():
    assert found("541", "SETR//TRAD", "SETR/DTCY/XXXX") == []
    assert found("548", "(24B::[A-Z]{4})//[A-Z]{4}", r"\1/DTCY/ZZZZ") == []


@pytest.mark.parametrize(
    ("status", "reason", "rules"),
    [
        ("MTCH//NMAT", "NMAT//CMIS", []),
        ("MTCH//MACH", "NMAT//CMIS", ["E37"]),
        ("MTCH//NMAT", "PEND//LACK", ["E37"]),
        ("IPRC//PACK", "CACK//NARR", []),
        ("IPRC//PACK", "PACK//NARR", []),
        ("IPRC//REJT", "PACK//NARR", ["E37"]),
        ("IPRC//CPRC", "CAND//CANI", []),
        ("TPRC//COMP", "PEND//LACK", ["E37"]),
        ("SETT/DTCY/XXXX", "PEND//LACK", []),
    ],
)
def test_a_reason_explains_its_status(status, reason, rules):
    """E37 (DOMAIN 2.3)."""
    block = f":16R:STAT\r\n:25D::{status}\r\n:16R:REAS\r\n:24B::{reason}\r\n:16S:REAS\r\n:16S:STAT"
    raw = re.sub(rb":16R:STAT.*:16S:STAT", block.encode(), mt_samples.SAMPLES["548"], flags=re.S)
    assert [f.rule for f in fin.check_bytes(raw)] == rules


def test_every_list_belongs_to_a_place_of_its_message():
    lists = codes._lists()
    lost = [key for key in lists if not _stands(MESSAGES[key[0]].items, *key[1:])]
    assert lost == []
    assert all(re.fullmatch("[A-Z0-9]{4}", code) for known in lists.values() for code in known)


def _stands(items: tuple[Item, ...], tag: str, qualifier: str) -> bool:
    return any(
        _stands(item.items, tag, qualifier)
        if isinstance(item, Sequence)
        else isinstance(item, Field)
        and tag in item.tags
        and (not qualifier or not item.qualifiers or qualifier in item.qualifiers)
        for item in items
    )


@pytest.mark.parametrize(("axis", "status"), EFFECTS)
def test_every_status_the_engine_acts_on_is_in_its_list(axis, status):
    """The settlement life (DOMAIN 2.2) and the verdict know the same codes."""
    assert status in codes.of_place("548", "25D", axis)
