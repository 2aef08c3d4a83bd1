"""The simulated custodian: its answers, its books, its scripts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from simulator_cast import (
    CUSTODIAN,
    NOW,
    fin,
    instruction,
    mt54x,
    sese_020,
    sese_023,
    sese_030,
)

from simulators.custodian import Custody

LATER = NOW + timedelta(days=12)
OFFICIAL = Path(__file__).parents[4] / "shared" / "iso20022"
ISO = "urn:iso:std:iso:20022:tech:xsd:"


def custody(seed: int = 7, **changes: object) -> Custody:
    engine = Custody()
    engine.configure(seed, {**CUSTODIAN, **changes})
    return engine


def scripted(outcome: str, seed: int = 7, **changes: object) -> Custody:
    return custody(seed, scripts=[{"match": {"trade_prefix": "TR"}, "outcome": outcome}], **changes)


def play(engine: Custody, until: datetime = LATER) -> list[tuple[str, datetime, str]]:
    """Everything the custodians say until then: type, when it was due, text."""
    said = []
    while (due := engine.due()) is not None and due <= until:
        said += [(d.label.type, due, d.raw.decode()) for d in engine.emit(due)]
    return said


def story(said: list[tuple[str, datetime, str]]) -> list[str]:
    """Statuses as `AXIS//CODE/REASON`, other messages by their type."""
    found: list[str] = []
    for type_, _, text in said:
        if type_ == "MT548":
            reasons = re.findall(
                r":25D::(\w{4}//\w{4})(?:\r\n:16R:REAS\r\n:24B::\w{4}//(\w{4}))?", text
            )
            about = "CAST " if ":23G:CAST" in text else ""
            found += [
                f"{about}{status}{'/' + reason if reason else ''}" for status, reason in reasons
            ]
        else:
            found.append(type_)
    return found


def tell(engine: Custody, raw: bytes, at: datetime = NOW, bic: str = "HARBUS30") -> None:
    engine.receive(f"network/{bic}", raw, at)


def test_a_purchase_is_accepted_matched_confirmed_and_paid_on_its_date():
    engine = scripted("settle")
    tell(engine, instruction())
    said = play(engine)
    assert sorted(story(said)) == sorted(
        ["IPRC//PACK", "MTCH//MACH", "SETT//PEND/FUTU", "MT545", "MT900"]
    )
    confirmed = next(at for type_, at, _ in said if type_ == "MT545")
    assert datetime(2026, 11, 24, 5, tzinfo=NOW.tzinfo) < confirmed
    assert confirmed < datetime(2026, 11, 24, 20, 1, tzinfo=NOW.tzinfo)
    assert engine.ledger.held("HARBUS30", "HT100001", "US0378331005") == Decimal(6000)
    assert engine.ledger.cash["HARBUS30", "HT100001USD", "USD"] == Decimal("809725.00")


def test_nothing_settles_before_its_date():
    engine = scripted("settle")
    tell(engine, instruction(settle="20261127"))
    said = play(engine)
    assert all(
        at.date().isoformat() >= "2026-11-27" for t, at, _ in said if t in {"MT545", "MT900"}
    )


def test_nothing_settles_on_a_holiday():
    engine = scripted("settle")
    tell(engine, instruction(settle="20261126"))
    confirmation = next(text for type_, _, text in play(engine) if type_ == "MT545")
    assert ":98A::ESET//20261127" in confirmation


@pytest.mark.parametrize("seed", range(20))
def test_a_fail_settles_one_to_three_days_late(seed):
    engine = scripted("fail", seed)
    tell(engine, instruction())
    said = play(engine)
    told = story(said)
    assert told.index("SETT//PENF/CLAC") < told.index("MT545")
    late = next(at for type_, at, _ in said if type_ == "MT545")
    assert "2026-11-25" <= late.date().isoformat() <= "2026-11-30"


def test_contractual_cash_moves_on_the_settlement_date_of_a_fail():
    engine = scripted("fail_stay")
    tell(engine, instruction())
    said = play(engine)
    advance = next((at, text) for type_, at, text in said if type_ == "MT900")
    assert advance[0] == datetime(2026, 11, 24, 13, tzinfo=NOW.tzinfo)
    assert ":32A:261124USD190275,\r\n" in advance[1]
    assert ":21:SI20261123000001" in advance[1]
    assert "MT545" not in story(said)


def test_actual_cash_moves_with_the_confirmation():
    engine = scripted("settle")
    tell(engine, sese_023(), bic="RHEIDE30")
    said = play(engine)
    confirmed = next(at for type_, at, _ in said if type_ == "sese.025.001.11")
    advised = next(at for type_, at, _ in said if type_ == "camt.054.001.08")
    assert advised - confirmed <= timedelta(seconds=1)
    assert engine.ledger.cash["RHEIDE30", "RB200001EUR", "EUR"] == Decimal("771599.99")


def test_parts_add_up_to_the_cent():
    engine = scripted("part")
    tell(engine, sese_023(), bic="RHEIDE30")
    parts = [text for type_, _, text in play(engine) if type_ == "sese.025.001.11"]
    assert ["PAIN" in parts[0], "PARC" in parts[1]] == [True, True]
    amounts = [Decimal(re.findall(r"<SttldAmt><Amt Ccy=\"EUR\">([\d.]+)", p)[0]) for p in parts]
    assert amounts == [Decimal("137040.01"), Decimal("91360.00")]
    assert engine.ledger.held("RHEIDE30", "RB200001", "DE0007164600") == 1000


@pytest.mark.parametrize("outcome", ["settle", "part", "fail", "cancel_race"])
def test_a_script_may_name_the_time_of_settlement(outcome):
    script = {"match": {"trade_prefix": "TR"}, "outcome": outcome, "settles": "09:30"}
    engine = custody(scripts=[script])
    tell(engine, sese_023(), bic="RHEIDE30")
    settled = [at for type_, at, _ in play(engine) if type_ == "sese.025.001.11"]
    assert settled
    assert {f"{at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for at in settled} == {"09:30"}


def test_a_script_may_say_why_in_its_own_words():
    script = {"match": {}, "outcome": "unmatched_dqua", "words": "theirs is 5,000"}
    engine = custody(scripts=[script])
    tell(engine, instruction())
    assert "THEIRS IS 5,000" in "".join(text for _, _, text in play(engine))


def test_no_counterparty_instruction_is_matched_later():
    engine = scripted("unmatched_cmis")
    tell(engine, instruction())
    told = story(play(engine))
    assert told.index("MTCH//NMAT/CMIS") < told.index("MTCH//MACH") < told.index("MT545")


@pytest.mark.parametrize("code", ["DQUA", "DMON"])
def test_a_difference_stays_until_it_is_cancelled_and_the_repair_settles(code):
    engine = scripted(f"unmatched_{code.lower()}")
    tell(engine, instruction())
    assert story(play(engine)) == ["IPRC//PACK", f"MTCH//NMAT/{code}"]
    cancel = mt54x("SI20261123000002", function="CANC", link="SI20261123000001")
    tell(engine, fin(cancel, mur="SI20261123000002"))
    assert story(play(engine)) == ["CAST CPRC//CAND/CANI", "IPRC//CAND/CANI"]
    tell(engine, instruction("SI20261123000003"))
    assert "MT545" in story(play(engine))


def test_a_cancellation_answer_speaks_of_the_request():
    engine = scripted("unmatched_dqua")
    tell(engine, instruction())
    play(engine)
    tell(engine, fin(mt54x("CX1", function="CANC", link="SI20261123000001"), mur="CX1"))
    answer, end = [text for _, _, text in play(engine)]
    assert ":20C::RELA//CX1" in answer
    assert ":20C::RELA//SI20261123000001" in end


def test_a_matched_cancellation_waits_for_the_counterparty():
    engine = scripted("settle", cancel_agreed=1.0)
    tell(engine, instruction())
    play(engine, NOW + timedelta(minutes=2))
    tell(
        engine,
        fin(mt54x("CX1", function="CANC", link="SI20261123000001"), mur="CX1"),
        NOW + timedelta(minutes=2),
    )
    assert story(play(engine)) == [
        "CAST CPRC//CANP/CONF",
        "CAST CPRC//CAND/CANI",
        "IPRC//CAND/CANI",
    ]
    assert engine.ledger.held("HARBUS30", "HT100001", "US0378331005") == 5000


def test_a_counterparty_that_does_not_agree_leaves_the_instruction_to_settle():
    engine = scripted("settle", cancel_agreed=0.0)
    tell(engine, instruction())
    play(engine, NOW + timedelta(minutes=2))
    tell(
        engine,
        fin(mt54x("CX1", function="CANC", link="SI20261123000001"), mur="CX1"),
        NOW + timedelta(minutes=2),
    )
    told = story(play(engine))
    assert told[:2] == ["CAST CPRC//CANP/CONF", "CAST CPRC//DEND/OTHR"]
    assert "MT545" in told


def test_settlement_wins_the_race_against_cancellation():
    engine = scripted("cancel_race")
    tell(engine, instruction())
    noon = NOW + timedelta(days=1)
    play(engine, noon)
    tell(engine, fin(mt54x("CX1", function="CANC", link="SI20261123000001"), mur="CX1"), noon)
    assert story(play(engine)) == ["CAST CPRC//CANP/CONF", "MT545", "CAST CPRC//DEND/DSET"]


def test_an_unknown_cancellation_is_rejected():
    engine = custody()
    tell(engine, fin(mt54x("CX1", function="CANC", link="NOBODY"), mur="CX1"))
    assert story(play(engine)) == ["CAST CPRC//REJT/REFE"]


def test_an_unknown_account_is_rejected():
    engine = custody()
    tell(engine, instruction(account="HT999999"))
    assert story(play(engine)) == ["IPRC//REJT/SAFE"]


def test_a_copy_with_pde_changes_nothing():
    engine = scripted("settle")
    tell(engine, instruction())
    tell(engine, fin(mt54x(), pde=True))
    assert story(play(engine)).count("MT545") == 1


def test_the_same_reference_with_other_content_is_refused_and_the_first_stands():
    engine = scripted("settle")
    tell(engine, instruction())
    tell(engine, instruction(quantity="2000,"))
    told = story(play(engine))
    assert "IPRC//REJT/REFE" in told
    assert engine.ledger.held("HARBUS30", "HT100001", "US0378331005") == 6000


def test_a_delivery_waits_for_the_stock_it_lacks():
    engine = scripted("settle", match_seconds=[5, 5])
    tell(engine, instruction("DELIVERY1", type_="543", quantity="6000,"))
    assert [s for s in story(play(engine, NOW + timedelta(days=2))) if s.startswith("SETT")] == [
        "SETT//PEND/FUTU",
        "SETT//PEND/LACK",
        "SETT//PENF/LACK",
    ]
    tell(engine, instruction("RECEIPT1", settle="20261127", trade="TR2"), NOW + timedelta(days=2))
    told = story(play(engine))
    assert told.index("MT545") < told.index("MT547")
    assert engine.ledger.held("HARBUS30", "HT100001", "US0378331005") == 0


def test_hold_waits_for_its_release():
    engine = scripted("settle")
    tell(engine, sese_023(hold=True), bic="RHEIDE30")
    assert "PREA" in play(engine)[-1][2]
    tell(engine, sese_030("REL1", "SX20261123000001"), NOW + timedelta(hours=1), "RHEIDE30")
    told = story(play(engine))
    assert told[0] == "sese.031.001.09"
    assert "sese.025.001.11" in told


def test_at_once_confirms_in_the_same_breath():
    engine = custody(mode="at_once", rates={})
    tell(engine, instruction(settle="20261123"))
    assert story((d.label.type, NOW, d.raw.decode()) for d in engine.emit(NOW)) == [
        "IPRC//PACK",
        "MTCH//MACH",
        "MT545",
        "MT900",
    ]


@pytest.mark.parametrize(
    "outcome",
    ["settle", "part", "unmatched_cmis", "unmatched_dqua", "fail", "reject", "inferred",
     "in_repair",
     "pending_processing", "cancel_race"],
)  # fmt: skip
def test_every_mx_message_is_valid_against_its_official_schema(outcome):
    if not OFFICIAL.is_dir():
        pytest.skip("the official schemas are not here")
    engine = scripted(outcome)
    tell(engine, sese_023(), bic="RHEIDE30")
    tell(engine, sese_023("SX2", trade="TRX2", direction="DELI"), bic="RHEIDE30")
    tell(engine, sese_023("SX3", trade="TRX3", hold=True), bic="RHEIDE30")
    said = play(engine, NOW + timedelta(minutes=5))
    tell(engine, sese_020("CX1", "SX20261123000001"), NOW + timedelta(minutes=5), "RHEIDE30")
    tell(engine, sese_020("CX2", "NOBODY"), NOW + timedelta(minutes=5), "RHEIDE30")
    tell(engine, sese_030("REL1", "SX3"), NOW + timedelta(minutes=5), "RHEIDE30")
    for _, _, text in said + play(engine):
        for element in etree.fromstring(text.encode()).iter("{*}AppHdr", "{*}Document"):
            identifier = etree.QName(element).namespace.removeprefix(ISO)
            path = OFFICIAL / identifier.split(".")[0] / f"{identifier}.xsd"
            schema = etree.XMLSchema(file=str(path))
            assert schema.validate(element), schema.error_log


OUTCOMES = [
    "settle",
    "part",
    "fail",
    "fail_stay",
    "unmatched_cmis",
    "unmatched_dqua",
    "cancel_race",
]


@pytest.mark.parametrize("seed", range(8))
def test_shares_and_cash_are_conserved_after_every_step(seed):
    engine = custody(seed, rates={o: 1 / len(OUTCOMES) for o in OUTCOMES} | {"part": 0.5})
    before = engine.ledger.totals()
    for n in range(60):
        type_ = "541" if n % 3 else "543"
        tell(engine, instruction(f"REF{n}", type_=type_, trade=f"T{n}", quantity=f"{n + 1}00,"))
        tell(engine, sese_023(f"SX{n}", trade=f"T{n}", quantity=f"{n + 1}"), bic="RHEIDE30")
    cancel = fin(mt54x("CX1", function="CANC", link="REF7"), mur="CX1")
    tell(engine, cancel, NOW + timedelta(hours=1))
    while (due := engine.due()) is not None:
        engine.emit(due)
        after = engine.ledger.totals()
        assert {k: v for k, v in after.items() if v or k in before} == {
            k: before.get(k, 0) for k in before
        }


def test_rates_are_those_of_the_desk():
    engine = custody(rates={"fail": 0.022, "unmatched_cmis": 0.02, "part": 0})
    for n in range(4000):
        tell(engine, instruction(f"REF{n}", trade=f"T{n}", quantity="1,"))
    told = story(play(engine))
    assert 60 <= told.count("SETT//PENF/CLAC") <= 120
    assert 55 <= told.count("MTCH//NMAT/CMIS") <= 110


def test_what_happens_to_one_instruction_does_not_depend_on_the_others():
    alone, among = custody(), custody()
    tell(alone, instruction("REF5", trade="T5"))
    for n in reversed(range(10)):
        tell(among, instruction(f"REF{n}", trade=f"T{n}"))
    mine = [text for _, _, text in play(alone)]
    assert mine == [text for _, _, text in play(among) if "REF5" in text]
