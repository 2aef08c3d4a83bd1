"""Any bytes are read or refused, what is written is read back, a cut is always seen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders.fin
import parsers.containers
from parsers import fin, fin_answers
from schemas.instruction import Instruction, Wire
from schemas.problem import MessageError

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("mt*/*.fin"))
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOREIGN = sorted(CORPUS.glob("*/MT*/*.fin")) + sorted(CORPUS.glob("*/FIN*/*.fin"))
NAK = b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:1}{405:T13012}{108:SI1}}"
PIECES = st.sampled_from(
    [b"{1:F01FUNDUS33AXXX0000000000}", b"{2:I541CUSTUS33XXXXN}", b"{3:{108:A}}", b"{4:", b"\r\n",
     b":16R:GENL", b":16S:GENL", b":20C::SEME//A", b"-}", b"{5:{PDE:}}", b"{", b"}", b"$", b":",
     b"{1:F21", b"{451:0}", b"<Document>", b"</Document>", b"\x01", b"\x03"]
)  # fmt: skip


def survives(raw: bytes) -> None:
    """Read, checked, described and split without anything but MessageError."""
    for item in parsers.containers.unpack(raw):
        fin.check_bytes(item.body)
        try:
            fin.describe(item.body)
            fin_answers.read(item.body)
        except MessageError:
            continue


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw):
    survives(raw)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_any_pieces_of_messages_are_read_or_refused(raw):
    survives(raw)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda p: p.stem)
def test_a_message_cut_anywhere_is_refused(case):
    raw = case.read_bytes()
    for end in range(len(raw)):
        with pytest.raises(MessageError):
            fin.read(raw[:end])


@pytest.mark.parametrize("end", range(len(NAK)))
def test_an_acknowledgement_cut_anywhere_is_refused(end):
    with pytest.raises(MessageError):
        fin_answers.read(NAK[:end])


@given(st.data())
def test_a_message_with_any_byte_changed_is_read_or_refused(data):
    raw = bytearray(data.draw(st.sampled_from(GOLDEN)).read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(raw))


@pytest.mark.skipif(not FOREIGN, reason="the samples of others are not on this machine")
def test_messages_of_others_are_read_or_refused():
    for path in FOREIGN:
        survives(path.read_bytes())


@pytest.mark.skipif(not FOREIGN, reason="the samples of others are not on this machine")
def test_securities_messages_of_others_are_read():
    for path in FOREIGN:
        if path.parent.name in {"MT543", "MT202"}:
            for item in parsers.containers.unpack(path.read_bytes()):
                assert fin.read(item.body).fields or fin.read(item.body).service, path


X = st.text("ABCXYZabcxyz0123456789/-?:().,'+ ", min_size=1, max_size=100)
REFERENCES = st.text("ABC123-+.", min_size=1, max_size=16)
QUANTITIES = st.decimals(Decimal("0.01"), Decimal("99999999999"), places=2)
BICS = st.sampled_from(["BRKRUS33", "SELLGB2LXXX", "DTCYUS33", "MGTCBEBEECL"])
PARTIES = st.one_of(
    BICS.map(lambda b: {"bic": b}),
    X.map(lambda n: {"name": n}),
    st.just({"dss": {"issuer": "DTCY", "id": "00009911"}, "account": "A/1"}),
)


@st.composite
def instructions(draw) -> Instruction:
    direction, payment = draw(st.sampled_from(["RECE", "DELI"])), draw(
        st.sampled_from(["APMT", "FREE"])
    )  # fmt: skip
    traded = draw(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
    agent = "deag" if direction == "RECE" else "reag"
    body = {
        "reference": "T1",
        "direction": direction,
        "payment": payment,
        "trade_date": traded,
        "settle_date": traded + timedelta(days=draw(st.integers(0, 5))),
        "isin": "US0378331005",
        "name": draw(st.none() | X),
        "quantity": {"type": draw(st.sampled_from(["UNIT", "FAMT", "AMOR"])),
                     "value": draw(QUANTITIES)},
        "safekeeping_account": "SAFE1",
        "trade_id": draw(st.none() | REFERENCES),
        "common_ref": draw(st.none() | REFERENCES),
        "pset": draw(BICS),
        agent: draw(PARTIES),
        "hold": draw(st.booleans()),
        "partial": draw(st.sampled_from([None, "PART", "NPAR"])),
    }  # fmt: skip
    if payment == "APMT":
        body["settlement_amount"] = {"currency": "USD", "value": draw(QUANTITIES)}
    return Instruction.model_validate(body)


FORMATS = {("RECE", "FREE"): "mt540", ("RECE", "APMT"): "mt541",
           ("DELI", "FREE"): "mt542", ("DELI", "APMT"): "mt543"}  # fmt: skip


@given(instructions(), REFERENCES, st.none() | st.just("OLD1"))
def test_what_is_written_breaks_no_rule_and_says_what_was_meant(instruction, seme, cancel_of):
    wire = Wire(seme=seme, sender="FUNDUS33", receiver="CUSTUS33")
    format_ = FORMATS[instruction.direction, instruction.payment]
    try:
        raw = builders.fin.write(format_, instruction, wire, cancel_of=cancel_of)
    except MessageError as error:
        refused = error.problems
    else:
        refused = ()
    if refused:  # a name no line can hold
        assert {p.rule for p in refused} <= {"T13", "T30"}
        return
    message = fin.read(raw)
    assert fin.check(message) == []
    values = {(f.path, f.tag, f.qualifier): f.value for f in message.fields}
    assert values["GENL", "20C", "SEME"] == f":SEME//{seme}"
    quantity = values["FIAC", "36B", "SETT"].rpartition("/")[2].replace(",", ".")
    assert Decimal(quantity) == instruction.quantity.value
    if instruction.settlement_amount:
        amount = values["SETDET/AMT", "19A", "SETT"][10:].replace(",", ".")
        assert Decimal(amount) == instruction.settlement_amount.value
