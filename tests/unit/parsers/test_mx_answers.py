from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from mx_samples import (
    ANSWERS,
    AT,
    DEBIT,
    MATCHED_BUT_FAILING,
    PART_SETTLED,
    PAYMENT_REJECTED,
    SCHEMAS,
    UETR,
    WIRE,
    document,
    entry,
    headed,
    instruction,
    interface,
    notification,
    status,
)

import builders.mx
import parsers
from parsers import mx_answers
from schemas.answer import (
    CashAdvice,
    Confirmation,
    NetworkAnswer,
    PaymentStatus,
    Reason,
    Standing,
    StatusAdvice,
    Unknown,
)
from schemas.money import Money, Quantity
from schemas.problem import MessageError


def read(message_id: str, content: str):
    return mx_answers.read(headed(message_id, content), SCHEMAS)


def refused(raw: bytes) -> MessageError:
    with pytest.raises(MessageError) as caught:
        mx_answers.read(raw, SCHEMAS)
    return caught.value


def standings(inner: str) -> tuple[Standing, ...]:
    return read("sese.024.001.12", status(inner)).standings


# headers


def test_the_business_header_names_sender_receiver_reference_and_time():
    header = read("sese.024.001.12", MATCHED_BUT_FAILING).header
    assert (header.type, header.sender, header.receiver, header.reference) == (
        "sese.024",
        "CUSTUS33XXX",
        "FUNDUS33XXX",
        "C0000778812",
    )
    assert header.prepared_at == datetime(2026, 11, 24, 15, 30, 2, tzinfo=UTC)


def test_a_possible_duplicate_says_so_and_keeps_its_hash():
    plain = read("sese.024.001.12", MATCHED_BUT_FAILING).header
    flag = "<PssblDplct>true</PssblDplct>"
    again = headed("sese.024.001.12", MATCHED_BUT_FAILING, more=flag)
    copy = mx_answers.read(again, SCHEMAS).header
    assert (plain.possible_duplicate, copy.possible_duplicate) == (False, True)
    assert copy.content_hash == plain.content_hash


def test_the_hash_is_the_same_in_every_envelope():
    written = document("sese.024.001.12", MATCHED_BUT_FAILING)
    prefixed = b'<x:Envelope xmlns:x="urn:x" xmlns:unused="urn:y">' + written + b"</x:Envelope>"
    relative = b'<x:Envelope xmlns:x="RELATIVE">' + written + b"</x:Envelope>"
    hashes = {mx_answers.read(raw, SCHEMAS).header.content_hash for raw in (written, prefixed)}
    hashes.add(read("sese.024.001.12", MATCHED_BUT_FAILING).header.content_hash)
    hashes.add(mx_answers.read(relative, SCHEMAS).header.content_hash)
    assert len(hashes) == 1


def test_another_content_has_another_hash():
    other = MATCHED_BUT_FAILING.replace("CLAC", "LACK")
    assert (
        read("sese.024.001.12", other).header.content_hash
        != read("sese.024.001.12", MATCHED_BUT_FAILING).header.content_hash
    )


def test_a_bare_document_goes_by_its_content_where_it_has_no_reference():
    first, second = (
        mx_answers.read(document("sese.024.001.12", content), SCHEMAS).header.reference
        for content in (MATCHED_BUT_FAILING, MATCHED_BUT_FAILING.replace("CLAC", "LACK"))
    )
    assert first != second
    assert len(first) == 35


def test_a_bare_report_goes_by_its_message_id():
    raw = document("pacs.002.001.10", PAYMENT_REJECTED)
    assert mx_answers.read(raw, SCHEMAS).header.reference == "BANK1"


def test_a_header_and_its_document_may_follow_each_other():
    wrapped = headed("sese.024.001.12", MATCHED_BUT_FAILING)
    raw = wrapped.removeprefix(b"<Envelope>").removesuffix(b"</Envelope>")
    assert mx_answers.read(raw, SCHEMAS).header.reference == "C0000778812"


def test_a_header_that_names_another_message_is_refused():
    raw = headed("sese.024.001.12", MATCHED_BUT_FAILING).replace(
        b"<MsgDefIdr>sese.024.001.12", b"<MsgDefIdr>sese.025.001.11"
    )
    assert [problem.rule for problem in refused(raw).problems] == ["message_definition"]


def test_what_we_write_ourselves_is_read_back_as_a_message_without_an_answer():
    written = builders.mx.write("sese.023", instruction(), WIRE)
    answer = mx_answers.read(builders.mx.datapdu(written, WIRE, created_at=AT), SCHEMAS)
    assert isinstance(answer, Unknown)
    assert (answer.header.type, answer.header.sender) == ("sese.023", "FUNDUS33XXX")


# status


def test_a_status_advice_keeps_every_axis_and_reason():
    answer = read("sese.024.001.12", MATCHED_BUT_FAILING)
    assert isinstance(answer, StatusAdvice)
    assert answer.standings == (
        Standing("MTCH", "MACH"),
        Standing("SETT", "PENF", (Reason("CLAC", "Counterparty short of securities"),)),
    )
    assert (answer.related, answer.servicer_reference) == ("SI20261123000001", "CUST0000778812")
    assert answer.about == "instruction"


@pytest.mark.parametrize(
    "element, choice, axis, code",
    [
        ("PrcgSts", "AckdAccptd", "IPRC", "PACK"),
        ("PrcgSts", "PdgPrcg", "IPRC", "PPRC"),
        ("PrcgSts", "Rjctd", "IPRC", "REJT"),
        ("PrcgSts", "Rpr", "IPRC", "REPR"),
        ("PrcgSts", "Canc", "IPRC", "CAND"),
        ("PrcgSts", "PdgCxl", "IPRC", "CANP"),
        ("IfrrdMtchgSts", "Umtchd", "INMH", "NMAT"),
        ("MtchgSts", "Umtchd", "MTCH", "NMAT"),
        ("SttlmSts", "Pdg", "SETT", "PEND"),
        ("SttlmSts", "Flng", "SETT", "PENF"),
    ],
)
def test_an_element_says_the_code_of_its_axis(element, choice, axis, code):
    inner = f"<{element}><{choice}><NoSpcfdRsn>NORE</NoSpcfdRsn></{choice}></{element}>"
    assert standings(inner) == (Standing(axis, code, (Reason("NORE"),)),)


@pytest.mark.parametrize("choice, code", [("CxlReqd", "CPRC"), ("ModReqd", "MODC")])
def test_a_wish_of_the_counterparty_needs_no_reason(choice, code):
    assert standings(f"<PrcgSts><{choice}/></PrcgSts>") == (Standing("IPRC", code),)


def test_all_reasons_of_one_status_are_kept_in_order():
    reasons = "".join(f"<Rsn><Cd><Cd>{code}</Cd></Cd></Rsn>" for code in ("DQUA", "DMON", "DDAT"))
    found = standings(f"<MtchgSts><Umtchd>{reasons}</Umtchd></MtchgSts>")
    assert [reason.code for reason in found[0].reasons] == ["DQUA", "DMON", "DDAT"]


def test_proprietary_reasons_and_statuses_keep_their_codes():
    reason = "<Rsn><Cd><Prtry><Id>AB12</Id><Issr>T2S</Issr></Prtry></Cd></Rsn>"
    own = "<Prtry><PrtrySts><Id>ZZ01</Id><Issr>T2S</Issr></PrtrySts></Prtry>"
    found = standings(f"<MtchgSts>{own}</MtchgSts><SttlmSts><Pdg>{reason}</Pdg></SttlmSts>")
    assert found == (Standing("MTCH", "ZZ01"), Standing("SETT", "PEND", (Reason("AB12"),)))


def test_the_reason_of_a_cancellation_request_status_is_about_the_cancellation():
    answer = read("sese.027.001.07", ANSWERS["sese.027.001.07"])
    assert isinstance(answer, StatusAdvice)
    assert (answer.about, answer.related) == ("cancellation", "SI20261123000009")
    assert answer.standings == (Standing("CPRC", "DEND", (Reason("DSET"),)),)


def test_a_condition_change_is_about_the_condition():
    answer = read("sese.031.001.09", ANSWERS["sese.031.001.09"])
    assert isinstance(answer, StatusAdvice)
    assert (answer.about, answer.standings) == ("condition", (Standing("TPRC", "COMP"),))


# confirmations


def test_a_part_settlement_says_how_much_and_how_much_is_left():
    answer = read("sese.025.001.11", PART_SETTLED)
    assert isinstance(answer, Confirmation)
    assert (answer.part, answer.quantity) == ("PAIN", Quantity("UNIT", Decimal(600)))
    assert (answer.previous, answer.remaining) == (
        Quantity("UNIT", Decimal(0)),
        Quantity("UNIT", Decimal(400)),
    )
    assert answer.amount == Money("USD", Decimal(114165))
    assert (answer.effective_on, answer.settle_on) == (date(2026, 11, 24), date(2026, 11, 24))
    assert (answer.direction, answer.payment, answer.isin) == ("RECE", "APMT", "US0378331005")
    assert (answer.market_reference, answer.safekeeping_account) == (
        "DTC26112400017",
        "SAFE00123",
    )
    assert not answer.pre_confirmation


def test_a_pre_confirmation_is_marked():
    content = PART_SETTLED.replace("<AddtlParams>", "<AddtlParams><PreConf>PRCA</PreConf>")
    assert read("sese.025.001.11", content).pre_confirmation


def test_a_date_with_a_time_is_its_day():
    content = PART_SETTLED.replace(
        "<FctvSttlmDt><Dt><Dt>2026-11-24</Dt>",
        "<FctvSttlmDt><Dt><DtTm>2026-11-24T09:00:00+01:00</DtTm>",
    )
    assert read("sese.025.001.11", content).effective_on == date(2026, 11, 24)


def test_face_amounts_are_face_amounts():
    content = PART_SETTLED.replace("Unit>", "FaceAmt>")
    assert read("sese.025.001.11", content).quantity == Quantity("FAMT", Decimal(600))


def test_a_reversal_names_the_confirmation_it_takes_back():
    answer = read("sese.026.001.10", ANSWERS["sese.026.001.10"])
    assert isinstance(answer, Confirmation)
    assert (answer.header.function, answer.undoes) == ("RVSL", "C0000779001")


# payments and cash


def test_a_payment_status_keeps_all_reasons_and_their_words():
    answer = read("pacs.002.001.10", PAYMENT_REJECTED)
    assert isinstance(answer, PaymentStatus)
    assert (answer.uetr, answer.related, answer.status) == (UETR, "PAY2611240001", "RJCT")
    assert answer.reasons == (Reason("AC04", "Account closed"), Reason("X9"))


def test_a_group_status_stands_for_a_report_without_transactions():
    start, _, _ = PAYMENT_REJECTED.partition("<TxInfAndSts>")
    group = (
        "<OrgnlGrpInfAndSts><OrgnlMsgId>PAY9</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08"
        "</OrgnlMsgNmId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></FIToFIPmtStsRpt>"
    )
    answer = read("pacs.002.001.10", start + group)
    assert (answer.related, answer.status) == ("PAY9", "RJCT")


def test_a_report_of_two_transactions_is_refused_not_halved():
    twice = PAYMENT_REJECTED.replace(
        "</TxInfAndSts>", "</TxInfAndSts><TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts>"
    )
    error = refused(headed("pacs.002.001.10", twice))
    assert [problem.rule for problem in error.problems] == ["one_transaction"]


def test_a_debit_carries_our_reference_and_the_uetr():
    answer = read("camt.054.001.08", DEBIT)
    assert isinstance(answer, CashAdvice)
    (found,) = answer.entries
    assert answer.account == "CASHUSD00123"
    assert found.amount == Money("USD", Decimal("114165.00"))
    assert (found.direction, found.value_on, found.status) == ("DBIT", date(2026, 11, 24), "BOOK")
    assert (found.our_reference, found.uetr) == ("PAY2611240001", UETR)
    assert (found.servicer_reference, found.reversal) == ("B77", False)


def test_a_booking_of_two_transactions_is_two_entries_with_their_own_amounts():
    parts = "".join(
        f'<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs><Amt Ccy="USD">{n}00</Amt>'
        "<CdtDbtInd>DBIT</CdtDbtInd></TxDtls>"
        for n in (1, 2)
    )
    answer = read("camt.054.001.08", notification(entry(f"<NtryDtls>{parts}</NtryDtls>")))
    assert [(e.our_reference, e.amount.amount) for e in answer.entries] == [
        ("E1", Decimal(100)),
        ("E2", Decimal(200)),
    ]


def test_a_reversal_of_an_entry_is_marked():
    answer = read("camt.054.001.08", notification(entry(head="<RvslInd>true</RvslInd>")))
    assert answer.entries[0].reversal


def test_an_entry_without_any_date_is_refused_with_its_place():
    content = (
        entry()
        .replace("<ValDt><Dt>2026-11-24</Dt></ValDt>", "")
        .replace("<BookgDt><Dt>2026-11-24</Dt></BookgDt>", "")
    )
    error = refused(headed("camt.054.001.08", notification(content)))
    assert "ValDt" in error.problems[0].path


# the interface


@pytest.mark.parametrize(
    "word, verdict",
    [
        ("NetworkAcked", "ack"),
        ("NetworkNacked", "nak"),
        ("NetworkRejectedLocally", "nak"),
        ("NetworkAborted", "aborted"),
        ("NetworkTimedOut", "aborted"),
    ],
)
@pytest.mark.parametrize("prefix", ["Saa", "ns2"])
def test_a_transmission_report_is_an_answer_of_the_network(word, verdict, prefix):
    inner = (
        "<S:TransmissionReport><S:SenderReference>SI20261123000001</S:SenderReference>"
        f"<S:NetworkDeliveryStatus>{word}</S:NetworkDeliveryStatus></S:TransmissionReport>"
    )
    answer = mx_answers.read(interface(inner, prefix), SCHEMAS)
    assert isinstance(answer, NetworkAnswer)
    assert (answer.verdict, answer.mur) == (verdict, "SI20261123000001")


@pytest.mark.parametrize("said, verdict", [("false", "nak"), ("true", None)])
def test_what_the_interface_refused_went_nowhere_and_what_it_took_is_not_yet_sent(said, verdict):
    inner = (
        "<S:MessageStatus><S:SenderReference>SI1</S:SenderReference>"
        f"<S:IsSuccess>{said}</S:IsSuccess></S:MessageStatus>"
    )
    answer = mx_answers.read(interface(inner), SCHEMAS)
    assert getattr(answer, "verdict", None) == verdict


def test_a_nack_gives_its_code_and_its_words():
    inner = (
        "<S:TransmissionReport><S:SenderReference>R1</S:SenderReference>"
        "<S:NetworkDeliveryStatus>NetworkNacked</S:NetworkDeliveryStatus><S:Interventions>"
        "<S:Intervention><S:CreationTime>20261124153002</S:CreationTime>"
        "<S:Contents>X001: schema not valid</S:Contents></S:Intervention></S:Interventions>"
        "</S:TransmissionReport>"
    )
    answer = mx_answers.read(interface(inner), SCHEMAS)
    assert (answer.rule, answer.text) == ("X001", "schema not valid")
    assert answer.header.prepared_at == datetime(2026, 11, 24, 15, 30, 2)  # noqa: DTZ001


def test_a_delivery_report_says_delivered():
    inner = (
        "<S:DeliveryReport><S:SenderReference>R1</S:SenderReference>"
        "<S:ReceiverDeliveryStatus>RcvDelivered</S:ReceiverDeliveryStatus></S:DeliveryReport>"
    )
    assert mx_answers.read(interface(inner), SCHEMAS).verdict == "delivered"


@pytest.mark.parametrize(
    "inner",
    [
        "<S:SessionStatus/>",
        "<S:TransmissionReport><S:SenderReference>R1</S:SenderReference>"
        "<S:NetworkDeliveryStatus>NetworkWaitingAck</S:NetworkDeliveryStatus>"
        "</S:TransmissionReport>",
    ],
)
def test_a_report_without_a_verdict_is_kept_as_unknown(inner):
    assert isinstance(mx_answers.read(interface(inner), SCHEMAS), Unknown)


# schemas and versions


def test_a_version_without_schema_is_read_by_element_name():
    assert read("sese.024.001.99", MATCHED_BUT_FAILING).standings[0] == Standing("MTCH", "MACH")


def test_a_status_word_of_a_later_version_is_kept_by_its_name():
    content = status("<PrcgSts><Frzn><NoSpcfdRsn>NORE</NoSpcfdRsn></Frzn></PrcgSts>")
    answer = read("sese.024.001.99", content)
    assert answer.standings == (Standing("IPRC", "Frzn", (Reason("NORE"),)),)


def test_a_message_of_no_use_yet_is_unknown_and_not_lost():
    answer = read("semt.017.001.99", "<SctiesTxPstngRpt/>")  # no schema: by element name
    assert isinstance(answer, Unknown)
    assert answer.header.type == "semt.017"


def test_check_says_that_a_schema_is_unavailable():
    problems = parsers.check(document("sese.024.001.99", MATCHED_BUT_FAILING), SCHEMAS)
    assert [problem.rule for problem in problems] == ["schema_unavailable"]


def test_a_fault_names_path_line_and_value():
    raw = document("sese.024.001.12", MATCHED_BUT_FAILING.replace("CLAC", "WHAT"))
    (problem,) = refused(raw).problems
    assert problem.path == "Document/SctiesSttlmTxStsAdvc/SttlmSts/Flng/Rsn/Cd/Cd line 1"
    assert problem.value == "WHAT"


@pytest.mark.parametrize("message_id", ANSWERS)
def test_every_sample_is_valid_by_its_schema(message_id):
    assert parsers.check(headed(message_id, ANSWERS[message_id]), SCHEMAS) == []


# describing


def test_describing_writes_the_names_out():
    described = mx_answers.describe(headed("sese.024.001.12", MATCHED_BUT_FAILING))
    names = {each.tag: (each.name, each.value) for each in described}
    assert names["AcctOwnrTxId"] == ("Related reference", "SI20261123000001")
    assert names["Mtchd"] == ("Matching status", "")
    assert names["Cd"] == ("Reason", "CLAC")
    assert names["BICFI"] == ("To", "FUNDUS33")


def test_describing_gives_amounts_with_their_currency_and_line():
    raw = document("sese.025.001.11", PART_SETTLED.replace("<SttldAmt>", "\n<SttldAmt>"))
    amount = next(each for each in mx_answers.describe(raw) if each.tag == "Amt")
    assert (amount.name, amount.value, amount.line) == ("Settled amount", "USD 114165", 2)


def test_a_statement_of_thousands_of_values_is_described_up_to_a_limit():
    described = mx_answers.describe(document("camt.054.001.08", notification(entry() * 1000)))
    assert len(described) == mx_answers.DESCRIBED_MAX + 1
    assert described[-1].name == "More values follow"


def test_every_element_we_write_has_a_name():
    written = builders.mx.write("sese.023", instruction(), WIRE)
    assert not [each for each in mx_answers.describe(written) if each.name == each.tag]
