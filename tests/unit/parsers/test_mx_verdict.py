"""The verdict on ISO 20022 messages: where a finding stands, what would be right, what no schema says."""

from __future__ import annotations

import io

import pytest
from mx_samples import (
    AT,
    ISO,
    SCHEMAS,
    WIRE,
    bank_payment,
    document,
    entry,
    holding,
    instruction,
    notification,
    of_account,
    payment,
    posting,
    postings,
)

import builders.mx
import parsers
from parsers import mx_stream_verdict
from schemas.finding import Finding
from schemas.mx.rules import BY_CODE

PAYMENT = builders.mx.envelope(
    builders.mx.write("pacs.008", payment(), WIRE), WIRE, created_at=AT
).decode()
TRADE = builders.mx.write("sese.023", instruction(), WIRE).decode()

AGENT = TRADE[TRADE.index("<Pty1>") : TRADE.index("</Pty1>") + 7]
DEPOSITORY = TRADE[TRADE.index("<Dpstry>") : TRADE.index("</Dpstry>") + 9]


def findings(text: str | bytes) -> list[Finding]:
    return parsers.check(text.encode() if isinstance(text, str) else text, SCHEMAS)


def only(text: str) -> Finding:
    (found,) = findings(text)
    return found


@pytest.mark.parametrize(
    "text", [PAYMENT, TRADE, builders.mx.write("pacs.009", bank_payment(), WIRE)]
)
def test_what_is_built_has_no_finding(text):
    assert findings(text) == []


def test_a_finding_stands_at_the_line_and_column_of_the_value():
    text = "\n\n" + PAYMENT.replace("<CdtDtTm", "<CdtDtTm").replace("OURS", "OURS")
    wrong = text.replace('<IntrBkSttlmAmt Ccy="', '<!-- ü -->\n   <IntrBkSttlmAmt Ccy="e')
    found = next(f for f in findings(wrong) if f.path.endswith("/IntrBkSttlmAmt"))
    line = wrong.split("\n")[found.line - 1]
    assert line[found.column - 1 :].startswith(found.value)
    assert found.path.startswith("/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/")
    assert found.layer == "schema"


def test_a_missing_element_stands_at_the_one_it_is_missing_in_and_is_named():
    wrong = TRADE.replace("<TxId>", "<!-- <TxId> -->").replace("</TxId>", "", 1)
    wrong = wrong.replace("<!-- <TxId> -->SI20261123000001", "")
    found = only(wrong)
    assert found.rule == "element_content"
    assert "TxId" in found.right
    assert wrong.split("\n")[found.line - 1][found.column - 1 :].startswith("<")


@pytest.mark.parametrize(
    "old, new, rule, right",
    [
        ("<SctiesMvmntTp>RECE", "<SctiesMvmntTp>IN", "cvc_enumeration_valid", "RECE"),
        ("<Pmt>APMT", "<Pmt>PAID", "cvc_enumeration_valid", "FREE or APMT"),
        ("<ISIN>US0378331005", "<ISIN>US03", "cvc_pattern_valid", "an ISIN"),
        ("<Dt>2026-11-24", "<Dt>2026-02-30", "cvc_datatype_valid_1_2_1", "YYYY-MM-DD"),
        ("<TxId>", "<TxId>" + "X" * 40, "cvc_maxlength_valid", "at most 35 characters"),
        (' Ccy="USD"', "", "cvc_complex_type_4", "add the attribute Ccy"),
    ],
)
def test_a_finding_says_what_would_be_right(old, new, rule, right):
    found = only(TRADE.replace(old, new, 1))
    assert found.rule == rule
    assert right in found.right


def test_a_repeated_element_is_named_by_its_number():
    text = document("camt.054.001.08", notification(entry() + entry().replace("DBIT", "DEBIT")))
    found = only(text.decode())
    assert found.path == "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry[2]/CdtDbtInd"


def test_a_document_that_is_no_xml_has_its_line_and_column():
    found = only("<Document>\n<a>\n</b></Document>")
    assert (found.rule, found.line, found.column) == ("not_well_formed", 3, 5)


def test_a_version_without_schema_is_a_warning_and_its_rules_are_still_held():
    found = findings(
        TRADE.replace("sese.023.001.11", "sese.023.001.99").replace("US0378331005", "US0378331006")
    )
    assert {f.rule: f.severity for f in found} == {"schema_unavailable": "warning", "isin": "error"}


@pytest.mark.parametrize(
    "text, old, new, rule",
    [
        (PAYMENT, "<NbOfTxs>1", "<NbOfTxs>2", "transaction_count"),
        (PAYMENT, "<MsgDefIdr>pacs.008.001.08", "<MsgDefIdr>pacs.008.001.09", "message_definition"),
        (TRADE, "US0378331005", "US0378331004", "isin"),
        (TRADE, ">190275<", ">190275.001<", "amount_decimals"),
        (TRADE, "<Dt>2026-11-23", "<Dt>2026-11-25", "settlement_date"),
        (TRADE, "<Unit>1000", "<Unit>0", "quantity"),
        (TRADE, AGENT, "", "settlement_parties"),
        (TRADE, "<CdtDbtInd>DBIT", "<CdtDbtInd>CRDT", "settlement_way"),
        (TRADE, DEPOSITORY, "", "settlement_parties"),
    ],
)
def test_what_no_schema_says_is_said(text, old, new, rule):
    assert old in text
    found = [f for f in findings(text.replace(old, new)) if f.rule != "header_agent"]
    assert [f.rule for f in found] == [rule]
    assert found[0].layer == "business"
    assert found[0].right.startswith(BY_CODE[rule].mend)


def statement(closing: str, summary: str = "") -> str:
    balance = (
        '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>"
    )
    booked = (
        '<Ntry><Amt Ccy="USD">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd></Ntry>"
    )
    return (
        f'<Document xmlns="{ISO}camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
        "<CreDtTm>2026-11-23T10:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S</Id>"
        "<Acct><Id><Othr><Id>A</Id></Othr></Id></Acct>"
        f"{balance.format('OPBD', '100.00')}{balance.format('CLBD', closing)}{summary}"
        f"{booked.format('30.00', 'CRDT')}{booked.format('10.00', 'DBIT')}"
        "</Stmt></BkToCstmrStmt></Document>"
    )


def test_a_statement_that_adds_up_has_no_finding():
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>40.00</Sum><TtlNetNtry>"
        "<Amt>20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries></TxsSummry>"
    )
    assert findings(statement("120.00", summary)) == []


def test_a_statement_that_does_not_add_up_says_what_the_closing_balance_would_be():
    found = only(statement("130.00"))
    assert found.rule == "statement_balance"
    assert "write 120.00 CRDT" in found.right


def test_a_summary_that_counts_wrongly_says_so_by_number_and_sum():
    summary = (
        "<TxsSummry><TtlDbtNtries><NbOfNtries>3</NbOfNtries><Sum>1</Sum></TtlDbtNtries></TxsSummry>"
    )
    assert [f.rule for f in findings(statement("120.00", summary))] == [
        "summary_count",
        "summary_sum",
    ]


IN, OUT = posting("RECE", "50"), posting("DELI", "200")
TAKEN_BACK = posting("DELI", "200", "<RvslInd>true</RvslInd>")
FACE = posting("RECE", "5", kind="FaceAmt")


@pytest.mark.parametrize(
    "raw",
    [
        postings(holding("50", IN, OUT, side="SHOR")),
        postings(holding("350", IN, TAKEN_BACK)),  # the movement that is taken back
        postings(holding("50", IN, TAKEN_BACK, side="SHOR")),  # the movement that takes back
        postings(holding("351", IN), last="false"),  # the rest may stand on the next page
        postings(holding("351", FACE)),  # two kinds of quantity do not add up
        postings(holding("150", IN), of_account(holding("300", OUT, opening="500"))),
    ],
)
def test_holdings_that_add_up_have_no_finding(raw):
    assert findings(raw) == []
    assert streamed(raw) == []


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        (postings(holding("51", IN, OUT, side="SHOR")), "write 50 SHOR"),
        (postings(holding("50", IN, OUT)), "write 50 SHOR"),
        (postings(holding("350", IN, OUT)), "write 50 SHOR"),
        (postings(holding("99", IN, TAKEN_BACK)), "write 350 LONG"),
        (postings(holding("150", IN), of_account(holding("1", IN))), "write 150 LONG"),
        (postings(holding("99", IN).replace("Fnl>", "Intrmy>"), last="false"), "write 150 LONG"),
    ],
)
def test_a_holding_that_does_not_add_up_says_what_it_would_be(raw, right):
    (found,) = findings(raw)
    assert found.rule == "posting_balance"
    assert right in found.right
    assert found.path.endswith("/Qty/Unit")
    (again,) = streamed(raw)
    assert (again.rule, again.right, again.value) == (found.rule, found.right, found.value)


def streamed(raw: bytes) -> list[Finding]:
    return list(mx_stream_verdict.verdict(io.BytesIO(raw), "semt.017.001.12", SCHEMAS))


def test_sums_of_payments_are_held_against_their_transactions():
    one = PAYMENT[PAYMENT.index("<CdtTrfTxInf>") : PAYMENT.index("</CdtTrfTxInf>") + 14]
    two = PAYMENT.replace(one, one + one).replace(
        "<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs><CtrlSum>1</CtrlSum>"
    )
    assert [f.rule for f in findings(two) if f.layer == "business"] == ["control_sum"]


@pytest.mark.parametrize("cut", range(0, len(PAYMENT), 97))
def test_a_message_cut_off_anywhere_gives_findings(cut):
    assert findings(PAYMENT[:cut])


def test_supplementary_and_unknown_parts_stay_as_they_are():
    own = '<SplmtryData><Envlp><Own xmlns="urn:own" a="1">words</Own></Envlp></SplmtryData>'
    text = TRADE.replace("</SctiesSttlmTxInstr>", own + "</SctiesSttlmTxInstr>")
    assert findings(text) == []
    message = parsers.read(text.encode(), SCHEMAS)
    assert message["SctiesSttlmTxInstr/SplmtryData/Envlp/Own"].text == "words"
    later = TRADE.replace("sese.023.001.11", "sese.023.001.99").replace(
        "<TxId>", "<New>1</New><TxId>"
    )
    assert parsers.read(later.encode(), SCHEMAS)["SctiesSttlmTxInstr/New"].text == "1"
