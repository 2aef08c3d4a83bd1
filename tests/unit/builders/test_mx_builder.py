from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from mx_samples import (
    AT,
    ISO,
    SCHEMAS,
    UETR,
    WIRE,
    bank_payment,
    full_instruction,
    instruction,
    payment,
)

import builders.mx
import parsers
from parsers import mx_answers
from schemas.identifiers import CURRENCY_DIGITS
from schemas.problem import MessageError

BUILT = {
    "sese.023": instruction(),
    "sese.023 with everything": full_instruction(),
    "pacs.008": payment(),
    "pacs.009": bank_payment(),
}


def tree(format_: str, body: Any, **more: Any) -> etree._Element:
    return etree.fromstring(builders.mx.write(format_, body, WIRE, **more))


def text(root: etree._Element, path: str) -> str | None:
    namespace = etree.QName(root).namespace
    return root.findtext("/".join(f"{{{namespace}}}{step}" for step in path.split("/")))


def rules(format_: str, body: Any, wire: Any = WIRE, **more: Any) -> dict[str, str]:
    """The rules broken, by the end of the path each one stands at."""
    with pytest.raises(MessageError) as caught:
        builders.mx.write(format_, body, wire, **more)
    return {problem.path.rpartition("/")[2]: problem.rule for problem in caught.value.problems}


@pytest.mark.parametrize("name", BUILT)
def test_a_built_document_is_valid_by_its_schema(name):
    written = builders.mx.write(name.split()[0], BUILT[name], WIRE)
    assert parsers.check(written, SCHEMAS) == []


@pytest.mark.parametrize("name", BUILT)
def test_header_and_document_together_are_valid(name):
    document = builders.mx.write(name.split()[0], BUILT[name], WIRE)
    for raw in (
        builders.mx.envelope(document, WIRE, created_at=AT, possible_duplicate=True),
        builders.mx.datapdu(document, WIRE, created_at=AT),
    ):
        assert parsers.check(raw, SCHEMAS) == []


@pytest.mark.parametrize("direction, way", [("RECE", "DBIT"), ("DELI", "CRDT")])
def test_what_we_buy_is_debited_and_what_we_sell_is_credited(direction, way):
    body = instruction(direction=direction, reag={"bic": "BRKRUS33"})
    assert text(tree("sese.023", body), "SctiesSttlmTxInstr/SttlmAmt/CdtDbtInd") == way


def test_costs_are_debited_on_a_sale_too():
    root = tree("sese.023", full_instruction())
    amounts = "SctiesSttlmTxInstr/OthrAmts"
    assert text(root, f"{amounts}/TradAmt/CdtDbtInd") == "CRDT"
    assert text(root, f"{amounts}/LclBrkrComssn/CdtDbtInd") == "DBIT"


def test_amounts_lose_zeros_that_say_nothing_and_no_digit():
    root = tree("sese.023", instruction())
    amount = root.find(f".//{{{ISO}sese.023.001.11}}SttlmAmt/{{*}}Amt")
    assert (amount.text, amount.get("Ccy")) == ("190275", "USD")
    assert Decimal(amount.text) == Decimal("190275.00")


def test_markup_in_a_name_is_escaped_and_comes_back_as_it_was():
    root = tree("sese.023", full_instruction())
    assert text(root, "SctiesSttlmTxInstr/FinInstrmId/Desc") == "APPLE & SONS <INC>"


def test_a_hold_and_a_partial_wish_stand_in_the_settlement_parameters():
    root = tree("sese.023", instruction(hold=True, partial="NPAR"))
    params = "SctiesSttlmTxInstr/SttlmParams"
    assert text(root, f"{params}/HldInd/Ind") == "true"
    assert text(root, f"{params}/PrtlSttlmInd") == "NPAR"


@pytest.mark.parametrize(
    "party, path, value",
    [
        ({"bic": "BRKRUS33"}, "Id/AnyBIC", "BRKRUS33"),
        ({"dss": {"issuer": "DTCY", "id": "00009911"}}, "Id/PrtryId/Issr", "DTCY"),
        ({"name": "SOME AGENT"}, "Id/NmAndAdr/Nm", "SOME AGENT"),
    ],
)
def test_a_party_is_named_in_its_own_way(party, path, value):
    root = tree("sese.023", instruction(deag=party))
    assert text(root, f"SctiesSttlmTxInstr/DlvrgSttlmPties/Pty1/{path}") == value


def test_links_come_once_each_in_the_element_of_their_kind():
    root = tree("sese.023", full_instruction())
    links = root.findall(".//{*}Lnkgs")
    assert [link.findtext(".//{*}Ref/*") for link in links] == [
        "SI20261122000009",
        "POOL1",
        "OTHER1",
    ]


def test_an_iban_is_an_iban_and_any_other_account_is_proprietary():
    path = "SctiesSttlmTxInstr/QtyAndAcctDtls/CshAcct"
    iban = tree("sese.023", instruction(cash_account="DE89370400440532013000"))
    own = tree("sese.023", instruction(cash_account="CASHUSD00123"))
    assert text(iban, f"{path}/IBAN") == "DE89370400440532013000"
    assert text(own, f"{path}/Prtry") == "CASHUSD00123"


# cancellation


@pytest.mark.parametrize("format_", ["sese.020", "sese.023"])
def test_a_cancellation_names_the_instruction_it_cancels(format_):
    root = tree(format_, instruction(), cancel_of="SI20261122000009")
    path = "SctiesTxCxlReq/AcctOwnrTxId/SctiesSttlmTxId"
    assert text(root, f"{path}/TxId") == "SI20261122000009"
    assert text(root, f"{path}/SctiesMvmntTp") == "RECE"
    assert parsers.check(etree.tostring(root), SCHEMAS) == []


def test_a_cancellation_of_nothing_is_refused():
    assert rules("sese.020", instruction()) == {"TxId": "missing"}


def test_a_payment_is_not_cancelled_by_a_payment():
    assert rules("pacs.008", payment(), cancel_of="X")["cancel_of"] == "format"


# refusals


def test_all_problems_come_at_once():
    body = instruction(pset=None, deag=None, settle_date=None, txn_type="ZZZZ")
    assert rules("sese.023", body) == {
        "Dpstry": "E91",
        "Pty1": "E91",
        "Dt": "missing",
        "Cd": "code",
    }


def test_a_party_needs_the_one_nearer_to_the_depository():
    body = instruction(recu={"bic": "BRKRUS33"})
    assert rules("sese.023", body) == {"Pty2": "E86"}


def test_a_delivery_needs_the_receiving_agent():
    assert rules("sese.023", instruction(direction="DELI")) == {"Pty1": "E91"}


def test_free_of_payment_has_no_settlement_amount():
    assert rules("sese.023", instruction(payment="FREE")) == {"SttlmAmt": "free"}
    free = instruction(payment="FREE", settlement_amount=None)
    assert parsers.check(builders.mx.write("sese.023", free, WIRE), SCHEMAS) == []


@pytest.mark.parametrize("bad", ["A\x00B", "A\x0bB", "A\ufffeB"])
def test_characters_that_xml_forbids_are_refused(bad):
    named = instruction().model_copy(update={"name": bad})
    assert rules("sese.023", named) == {"Desc": "character"}


@pytest.mark.parametrize(
    "field, value, where, rule",
    [
        ("price", {"type": "PRCT", "value": "123.4567890123"[:14]}, "Rate", "digits"),
        ("quantity", {"type": "FAMT", "value": "1.123456"}, "FaceAmt", "decimals"),
        ("cash_account", "A" * 35, "Prtry", "length"),
    ],
)
def test_a_value_the_element_cannot_hold_is_refused(field, value, where, rule):
    assert rules("sese.023", instruction(**{field: value})) == {where: rule}


def test_an_amount_longer_than_mt_can_say_is_refused():
    amount = {"currency": "USD", "value": "1234567890123.45"}
    assert rules("sese.023", instruction(settlement_amount=amount)) == {"Amt": "digits"}


def test_a_body_of_the_wrong_kind_is_refused():
    assert rules("sese.023", payment()) == {"kind": "format"}
    assert rules("pacs.008", bank_payment()) == {"kind": "format"}
    assert rules("pacs.009", payment()) == {"kind": "format"}
    assert rules("sese.999", instruction()) == {"format": "unknown"}


# payments


def test_a_payment_says_who_instructs_whom_under_which_uetr():
    root = tree("pacs.008", payment())
    transaction = "FIToFICstmrCdtTrf/CdtTrfTxInf"
    assert text(root, "FIToFICstmrCdtTrf/GrpHdr/MsgId") == WIRE.seme
    assert text(root, f"{transaction}/InstgAgt/FinInstnId/BICFI") == WIRE.sender
    assert text(root, f"{transaction}/InstdAgt/FinInstnId/BICFI") == WIRE.receiver
    assert text(root, f"{transaction}/PmtId/UETR") == UETR
    assert text(root, f"{transaction}/PmtId/EndToEndId") == "NOTPROVIDED"


def test_a_bank_transfer_debits_our_own_account():
    root = tree("pacs.009", bank_payment())
    path = "FICdtTrf/CdtTrfTxInf"
    assert text(root, f"{path}/DbtrAcct/Id/Othr/Id") == "CASHUSD00123"
    assert text(root, f"{path}/PmtId/EndToEndId") == "SI20261123000001"


def test_a_payment_needs_its_uetr_and_its_time():
    bare = WIRE.model_copy(update={"prep": None})
    assert rules("pacs.008", payment(uetr=None), bare) == {
        "UETR": "missing",
        "CreDtTm": "missing",
    }
    naive = WIRE.model_copy(update={"prep": AT.replace(tzinfo=None)})
    assert rules("pacs.008", payment(), naive) == {"CreDtTm": "offset"}


def test_two_uetrs_are_one_too_many():
    wire = WIRE.model_copy(update={"uetr": UETR.replace("8f14", "8f15")})
    assert rules("pacs.008", payment(), wire) == {"UETR": "uetr"}


def test_an_unstructured_address_is_refused_from_the_day_of_the_rule():
    debtor = {"name": "ALPHA", "address": {"lines": ["1 MAIN ST", "NEW YORK"]}}
    before = WIRE.model_copy(update={"prep": datetime(2026, 11, 13, 23, 59, tzinfo=UTC)})
    first = WIRE.model_copy(update={"prep": datetime(2026, 11, 14, tzinfo=UTC)})
    written = builders.mx.write("pacs.008", payment(debtor=debtor), before)
    assert parsers.check(written, SCHEMAS) == []
    assert rules("pacs.008", payment(debtor=debtor), first) == {
        "TwnNm": "address",
        "Ctry": "address",
    }


def test_a_line_does_not_repeat_the_town():
    creditor = {
        "name": "BETA",
        "address": {"town": "Chicago", "country": "US", "lines": ["2 Side St", "CHICAGO IL"]},
    }
    assert rules("pacs.008", payment(creditor=creditor)) == {"AdrLine[2]": "address"}


def test_another_instructed_currency_needs_a_rate():
    body = payment(instructed_amount={"currency": "EUR", "value": "9000"})
    assert rules("pacs.008", body) == {"XchgRate": "rate"}


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD"])
def test_every_number_of_decimals_is_written(currency):
    digits = CURRENCY_DIGITS[currency]
    value = f"1000.{'1' * digits}".rstrip(".")
    root = tree("pacs.009", bank_payment(amount={"currency": currency, "value": value}))
    assert text(root, "FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt") == value


# envelopes


def test_the_reference_is_the_same_in_every_header():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    root = etree.fromstring(builders.mx.datapdu(document, WIRE, created_at=AT))
    found = {
        root.findtext(f".//{{*}}{name}")
        for name in ("SenderReference", "UserReference", "BizMsgIdr", "TxId")
    }
    assert found == {WIRE.seme}


def test_a_header_names_its_time_with_the_offset():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    raw = builders.mx.envelope(document, WIRE, created_at=AT)
    assert b"<CreDt>2026-11-24T15:30:02+00:00</CreDt>" in raw
    with pytest.raises(ValueError, match="offset"):
        builders.mx.envelope(document, WIRE, created_at=AT.replace(tzinfo=None))


def test_a_service_can_be_named():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    raw = builders.mx.envelope(document, WIRE, created_at=AT, service="t2s.service")
    assert b"<BizSvc>t2s.service</BizSvc>" in raw


def test_a_possible_duplicate_differs_in_its_flags_only():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    for raw in (
        builders.mx.datapdu(document, WIRE, created_at=AT),
        builders.mx.envelope(document, WIRE, created_at=AT),
    ):
        marked = builders.mx.mark_possible_duplicate(raw)
        before, after = (mx_answers.read(each, SCHEMAS).header for each in (raw, marked))
        assert (before.possible_duplicate, after.possible_duplicate) == (False, True)
        assert before.content_hash == after.content_hash
        assert builders.mx.mark_possible_duplicate(marked) == marked


def test_a_marked_message_is_the_one_built_as_a_duplicate():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    marked = builders.mx.mark_possible_duplicate(builders.mx.datapdu(document, WIRE, created_at=AT))
    assert marked == builders.mx.datapdu(document, WIRE, created_at=AT, possible_duplicate=True)


def test_a_bare_document_has_no_place_to_say_so():
    document = builders.mx.write("sese.023", instruction(), WIRE)
    assert builders.mx.mark_possible_duplicate(document) == document
