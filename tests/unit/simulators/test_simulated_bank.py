"""The simulated bank: statuses, debits, credits, rejections, and its cash book."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from simulator_cast import BANK, NOW, fin, pacs_009

from simulators.bank import Bank

OFFICIAL = Path(__file__).parents[4] / "shared" / "iso20022"
ISO = "urn:iso:std:iso:20022:tech:xsd:"
MT202 = [":20:P1", ":21:NONREF", ":32A:261124USD10000,5", ":53B:/MB300001USD", ":58A:KESTUS30"]
UETR = "{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}"


def bank(**changes: object) -> Bank:
    engine = Bank()
    engine.configure(7, {**BANK, **changes})
    return engine


def play(engine: Bank) -> list[tuple[str, datetime, str]]:
    said = []
    while (due := engine.due()) is not None:
        said += [(d.label.type, due, d.raw.decode()) for d in engine.emit(due)]
    return said


def statuses(said: list[tuple[str, datetime, str]]) -> list[str]:
    return [s for _, _, text in said for s in re.findall(r"<TxSts>(\w+)<", text)]


def test_a_payment_is_taken_settled_and_debited():
    engine = bank()
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    said = play(engine)
    assert statuses(said) == ["ACSP", "ACSC"]
    debit = next(text for type_, _, text in said if type_.startswith("camt.054"))
    assert "<CdtDbtInd>DBIT</CdtDbtInd>" in debit
    assert "<EndToEndId>PX1E</EndToEndId>" in debit
    assert engine.ledger.cash["MERIUS30", "MB300001USD", "USD"] == Decimal("474999.50")


def test_a_payment_of_tomorrow_is_debited_tomorrow():
    engine = bank()
    engine.receive("network/MERIUS30", pacs_009(value="2026-11-24"), NOW)
    debited = next(at for type_, at, _ in play(engine) if type_.startswith("camt.054"))
    assert debited > datetime(2026, 11, 24, 13, tzinfo=NOW.tzinfo)


def test_a_scripted_rejection_gives_its_reason_and_moves_nothing():
    engine = bank(scripts=[{"match": {"ref_prefix": "PX"}, "outcome": "reject", "reason": "AC04"}])
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    (said,) = play(engine)
    assert "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>" in said[2]
    assert engine.ledger.cash["MERIUS30", "MB300001USD", "USD"] == 500000


def test_a_copy_is_paid_once():
    engine = bank()
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    engine.receive("network/MERIUS30", pacs_009().replace(b"false", b"true"), NOW)
    assert statuses(play(engine)) == ["ACSP", "ACSC"]


def test_the_same_uetr_with_other_content_is_rejected():
    engine = bank()
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    engine.receive("network/MERIUS30", pacs_009().replace(b"25000.5", b"25000.6"), NOW)
    assert sorted(statuses(play(engine))) == ["ACSC", "ACSP", "RJCT"]


def test_a_bank_transfer_by_mt_is_debited_by_mt900():
    engine = bank()
    engine.receive("network/MERIUS30", fin(MT202, "202", "P1", "MERIUS30", user=UETR), NOW)
    (said,) = play(engine)
    assert said[0] == "MT900"
    assert ":21:P1\r\n:25:MB300001USD\r\n:32A:261124USD10000,5" in said[2]


def test_a_scripted_credit_comes_once_at_its_time():
    credit = {
        "bank": "MERIUS30", "to": "ALDRUS30", "format": "fin", "at": "2026-11-24T15:00:00+00:00",
        "account": "MB300001USD", "currency": "USD", "amount": "100.00", "reference": "SUB1",
    }  # fmt: skip
    engine = bank(credits=[credit])
    engine.configure(7, {**BANK, "credits": [credit]})
    (said,) = play(engine)
    assert (said[0], said[1] - NOW) == ("MT910", timedelta(hours=20, minutes=30))
    assert engine.ledger.cash["MERIUS30", "MB300001USD", "USD"] == Decimal("500100.00")


def test_money_is_conserved():
    engine = bank()
    before = engine.ledger.totals()
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    play(engine)
    assert engine.ledger.totals() == before


@pytest.mark.parametrize("outcome", ["settle", "reject"])
def test_every_message_is_valid_against_its_official_schema(outcome):
    if not OFFICIAL.is_dir():
        pytest.skip("the official schemas are not here")
    engine = bank(scripts=[{"match": {}, "outcome": outcome}])
    engine.receive("network/MERIUS30", pacs_009(), NOW)
    for _, _, text in play(engine):
        for element in etree.fromstring(text.encode()).iter("{*}AppHdr", "{*}Document"):
            identifier = etree.QName(element).namespace.removeprefix(ISO)
            path = OFFICIAL / identifier.split(".")[0] / f"{identifier}.xsd"
            schema = etree.XMLSchema(file=str(path))
            assert schema.validate(element), schema.error_log
