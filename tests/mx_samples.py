"""Values the MX tests share: an instruction, payments, a wire, Documents as others send them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.schema_store import installed_schemas
from schemas.instruction import Instruction, Payment, Wire

SCHEMAS = installed_schemas()
OFFICIAL = Path(__file__).parents[2] / "shared" / "iso20022"
ISO = "urn:iso:std:iso:20022:tech:xsd:"
UETR = "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60"
AT = datetime(2026, 11, 24, 15, 30, 2, tzinfo=UTC)
WIRE = Wire(seme="SI20261123000001", prep=AT, sender="FUNDUS33", receiver="CUSTUS33")


def instruction(**changes: Any) -> Instruction:
    """A purchase of shares against payment at DTC."""
    fields: dict[str, Any] = {
        "reference": "TRD2611230000042",
        "direction": "RECE",
        "payment": "APMT",
        "trade_date": "2026-11-23",
        "settle_date": "2026-11-24",
        "isin": "US0378331005",
        "quantity": {"value": "1000"},
        "safekeeping_account": "SAFE00123",
        "pset": "DTCYUS33",
        "deag": {"dss": {"issuer": "DTCY", "id": "00009911"}},
        "settlement_amount": {"currency": "USD", "value": "190275.00"},
    }
    return Instruction.model_validate(fields | changes)


def full_instruction() -> Instruction:
    """An instruction that says everything the table has a row for."""
    usd = {"currency": "USD"}
    return instruction(
        direction="DELI",
        common_ref="COMMON1",
        trade_id="TRADE1",
        linked_refs=[
            {"position": "AFTE", "qualifier": "PREV", "reference": "SI20261122000009"},
            {"qualifier": "POOL", "reference": "POOL1"},
            {"position": "WITH", "qualifier": "TRRF", "reference": "OTHER1"},
        ],
        place_of_trade={"type": "OTCO", "text": "OVER THE COUNTER"},
        place_of_clearing="DTCYUS33",
        price={"type": "PREM", "value": "1.2345678901", "currency": "USD"},
        days_accrued=12,
        affirmed=True,
        local_id={"scheme": "CUSP", "id": "037833100"},
        name="APPLE & SONS <INC>",
        bond_terms={"day_count": "A006", "denomination_currency": "USD", "interest_rate": "4.5"},
        quantity={"type": "FAMT", "value": "1000.5"},
        lots=[
            {
                "number": "LOT1",
                "quantity": "500",
                "acquired_on": "2026-01-05",
                "price": {"type": "PRCT", "value": "101.25"},
            },
            {"number": "LOT2", "quantity": "500.5"},
        ],
        cash_account="DE89370400440532013000",
        conditions=["EXPI", "RPTO"],
        partial="PART",
        hold=True,
        reag={"bic": "BRKRUS33", "lei": "5493001KJTIIGC8Y1R12", "account": "ACC1"},
        buyr={"name": "SOME BUYER"},
        deag={"bic": "CUSTUS33"},
        deal_amount={**usd, "value": "190300.00"},
        accrued_interest={**usd, "value": "10.00"},
        commission={**usd, "value": "25.00"},
        charges={**usd, "value": "4.00"},
        tax={**usd, "value": "5.00"},
        regulatory_fee={**usd, "value": "1.00"},
        fx={
            "unit_currency": "EUR",
            "quoted_currency": "USD",
            "rate": "1.08",
            "resulting_amount": {"currency": "EUR", "value": "176180.56"},
        },
    )


def payment(**changes: Any) -> Payment:
    """A customer transfer with structured addresses."""
    fields: dict[str, Any] = {
        "kind": "customer",
        "reference": "PAY2611240001",
        "uetr": UETR,
        "value_date": "2026-11-24",
        "amount": {"currency": "USD", "value": "10000.50"},
        "debtor": {
            "name": "ALPHA FUND",
            "address": {"street": "Main St", "building": "1", "town": "New York", "country": "US"},
            "account": "1234567890",
        },
        "creditor": {
            "name": "BETA LLC",
            "address": {"town": "Chicago", "country": "US", "lines": ["Suite 7"]},
            "iban": "DE89370400440532013000",
        },
        "creditor_agent": "BANKUS33",
        "intermediary": "MIDLUS33",
        "remittance": "INV 778",
        "purpose": "SECU",
    }
    return Payment.model_validate(fields | changes)


def bank_payment(**changes: Any) -> Payment:
    """A transfer of our own money to another bank."""
    fields: dict[str, Any] = {
        "kind": "bank",
        "reference": "PAY2611240002",
        "uetr": UETR,
        "related_reference": "SI20261123000001",
        "value_date": "2026-11-24",
        "amount": {"currency": "USD", "value": "114165"},
        "debtor": {"bic": "FUNDUS33"},
        "creditor": {"bic": "CUSTUS33", "account": "77"},
        "cash_account": "CASHUSD00123",
    }
    return Payment.model_validate(fields | changes)


def document(message_id: str, content: str) -> bytes:
    """A bare Document around a content."""
    return f'<Document xmlns="{ISO}{message_id}">{content}</Document>'.encode()


def headed(message_id: str, content: str, reference: str = "C0000778812", more: str = "") -> bytes:
    """The same with a business header, from the custodian to the fund."""
    party = "<FIId><FinInstnId><BICFI>{}</BICFI></FinInstnId></FIId>"
    header = (
        f'<AppHdr xmlns="{ISO}head.001.001.02"><Fr>{party.format("CUSTUS33")}</Fr>'
        f"<To>{party.format('FUNDUS33')}</To><BizMsgIdr>{reference}</BizMsgIdr>"
        f"<MsgDefIdr>{message_id}</MsgDefIdr><CreDt>2026-11-24T15:30:02Z</CreDt>{more}</AppHdr>"
    )
    return b"<Envelope>" + header.encode() + document(message_id, content) + b"</Envelope>"


def interface(inner: str, prefix: str = "Saa") -> bytes:
    """A DataPDU header with this inside."""
    namespace = "urn:swift:saa:xsd:saa.2.0"
    tagged = inner.replace("<S:", f"<{prefix}:").replace("</S:", f"</{prefix}:")
    return (
        f'<{prefix}:DataPDU xmlns:{prefix}="{namespace}"><{prefix}:Header>{tagged}'
        f"</{prefix}:Header></{prefix}:DataPDU>"
    ).encode()


def status(inner: str) -> str:
    """The content of a sese.024 with these statuses."""
    return (
        "<SctiesSttlmTxStsAdvc><TxId><AcctOwnrTxId>SI20261123000001</AcctOwnrTxId>"
        f"<AcctSvcrTxId>CUST0000778812</AcctSvcrTxId></TxId>{inner}</SctiesSttlmTxStsAdvc>"
    )


MATCHED_BUT_FAILING = status(
    "<MtchgSts><Mtchd/></MtchgSts><SttlmSts><Flng><Rsn><Cd><Cd>CLAC</Cd></Cd>"
    "<AddtlRsnInf>Counterparty short of securities</AddtlRsnInf></Rsn></Flng></SttlmSts>"
)

_TRADED = (
    "<TradDtls><TradDt><Dt><Dt>2026-11-23</Dt></Dt></TradDt>"
    "<SttlmDt><Dt><Dt>2026-11-24</Dt></Dt></SttlmDt>"
    "<FctvSttlmDt><Dt><Dt>2026-11-24</Dt></Dt></FctvSttlmDt></TradDtls>"
    "<FinInstrmId><ISIN>US0378331005</ISIN></FinInstrmId>"
    "<QtyAndAcctDtls><SttldQty><Qty><Unit>600</Unit></Qty></SttldQty>"
    "<PrevslySttldQty><Unit>0</Unit></PrevslySttldQty>"
    "<RmngToBeSttldQty><Unit>400</Unit></RmngToBeSttldQty>"
    "<SfkpgAcct><Id>SAFE00123</Id></SfkpgAcct></QtyAndAcctDtls>"
    "<SttlmParams><SctiesTxTp><Cd>TRAD</Cd></SctiesTxTp></SttlmParams>"
    '<SttldAmt><Amt Ccy="USD">114165</Amt><CdtDbtInd>DBIT</CdtDbtInd></SttldAmt>'
)
_IDS = (
    "<TxIdDtls><AcctOwnrTxId>SI20261123000001</AcctOwnrTxId>"
    "<AcctSvcrTxId>CUST0000778812</AcctSvcrTxId>"
    "<MktInfrstrctrTxId>DTC26112400017</MktInfrstrctrTxId>"
    "<SctiesMvmntTp>RECE</SctiesMvmntTp><Pmt>APMT</Pmt></TxIdDtls>"
)
PART_SETTLED = (
    f"<SctiesSttlmTxConf>{_IDS}<AddtlParams><PrtlSttlm>PAIN</PrtlSttlm></AddtlParams>"
    f"{_TRADED}</SctiesSttlmTxConf>"
)
REVERSED = (
    f"<SctiesSttlmTxRvslAdvc>{_IDS}<ConfRef>C0000779001</ConfRef>{_TRADED}</SctiesSttlmTxRvslAdvc>"
)
CANCEL_DENIED = (
    "<SctiesTxCxlReqStsAdvc><CxlReqRef>SI20261123000009</CxlReqRef><PrcgSts><Dnd><Rsn><Cd>"
    "<Cd>DSET</Cd></Cd></Rsn></Dnd></PrcgSts></SctiesTxCxlReqStsAdvc>"
)
RELEASED = (
    "<SctiesSttlmCondModStsAdvc><ReqRef>SI20261123000010</ReqRef>"
    "<PrcgSts><Cmpltd/></PrcgSts></SctiesSttlmCondModStsAdvc>"
)
PAYMENT_REJECTED = (
    "<FIToFIPmtStsRpt><GrpHdr><MsgId>BANK1</MsgId><CreDtTm>2026-11-24T10:00:00Z</CreDtTm></GrpHdr>"
    "<TxInfAndSts><OrgnlInstrId>PAY2611240001</OrgnlInstrId>"
    "<OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>"
    f"<OrgnlUETR>{UETR}</OrgnlUETR><TxSts>RJCT</TxSts>"
    "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Account</AddtlInf><AddtlInf>closed</AddtlInf>"
    "</StsRsnInf><StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf></TxInfAndSts>"
    "</FIToFIPmtStsRpt>"
)


def notification(entries: str) -> str:
    """The content of a camt.054 with these entries."""
    return (
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-11-24T10:00:00Z</CreDtTm>"
        "</GrpHdr><Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>CASHUSD00123</Id></Othr></Id></Acct>"
        f"{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn>"
    )


def entry(details: str = "", head: str = "") -> str:
    """One booked debit of a camt.054."""
    return (
        '<Ntry><Amt Ccy="USD">114165.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"{head}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>"
        "<ValDt><Dt>2026-11-24</Dt></ValDt><AcctSvcrRef>B77</AcctSvcrRef>"
        f"<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>{details}</Ntry>"
    )


def holding(closing: str, *transactions: str, opening: str = "100", side: str = "LONG") -> str:
    """An instrument of a semt.017 with its balances, in units."""
    balance = "<ShrtLngInd>{0}</ShrtLngInd><{1}><{2}><Qty><Unit>{3}</Unit></Qty></{2}></{1}>"
    return (
        "<FinInstrmDtls><FinInstrmId><ISIN>US0378331005</ISIN></FinInstrmId>"
        f"<OpngBal>{balance.format('LONG', 'OpngBal', 'Frst', opening)}</OpngBal>\n"
        f"<ClsgBal>{balance.format(side, 'ClsgBal', 'Fnl', closing)}</ClsgBal>"
        f"{''.join(transactions)}</FinInstrmDtls>"
    )


def posting(way: str, units: str, more: str = "", kind: str = "Unit") -> str:
    """A transaction of a semt.017, settled free."""
    return (
        "<Tx><AcctOwnrTxId>SI1</AcctOwnrTxId><TxDtls><TxActvty><Cd>SETT</Cd></TxActvty>"
        f"<SctiesMvmntTp>{way}</SctiesMvmntTp><Pmt>FREE</Pmt>"
        f"<PstngQty><Qty><{kind}>{units}</{kind}></Qty></PstngQty>"
        f"<FctvSttlmDt><Dt>2026-11-24</Dt></FctvSttlmDt>{more}</TxDtls></Tx>"
    )


def postings(*holdings: str, last: str = "true") -> bytes:
    """A semt.017 of these holdings; one of a sub-account stands in SubAcctDtls."""
    content = (
        f"<SctiesTxPstngRpt><Pgntn><PgNb>1</PgNb><LastPgInd>{last}</LastPgInd></Pgntn>"
        "<StmtGnlDtls><StmtId>T1</StmtId><StmtPrd><FrDtToDt><FrDt>2026-11-24</FrDt>"
        "<ToDt>2026-11-24</ToDt></FrDtToDt></StmtPrd><StmtBsis><Cd>SETT</Cd></StmtBsis>"
        "<ActvtyInd>true</ActvtyInd><SubAcctInd>true</SubAcctInd></StmtGnlDtls>"
        f"<SfkpgAcct><Id>SAFE1</Id></SfkpgAcct>\n{''.join(holdings)}</SctiesTxPstngRpt>"
    )
    return document("semt.017.001.12", content)


def of_account(holding: str) -> str:
    """The same in a sub-account."""
    account = "<SfkpgAcct><Id>SAFE2</Id></SfkpgAcct><ActvtyInd>true</ActvtyInd>"
    return f"<SubAcctDtls>{account}{holding}</SubAcctDtls>"


DEBIT = notification(
    entry(
        "<NtryDtls><TxDtls><Refs><InstrId>PAY2611240001</InstrId>"
        f"<EndToEndId>NOTPROVIDED</EndToEndId><UETR>{UETR}</UETR></Refs></TxDtls></NtryDtls>"
    )
)
ANSWERS = {
    "sese.024.001.12": MATCHED_BUT_FAILING,
    "sese.025.001.11": PART_SETTLED,
    "sese.026.001.10": REVERSED,
    "sese.027.001.07": CANCEL_DENIED,
    "sese.031.001.09": RELEASED,
    "pacs.002.001.10": PAYMENT_REJECTED,
    "camt.054.001.08": DEBIT,
}
