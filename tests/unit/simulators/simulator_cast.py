"""Messages and settings the simulator tests share: one custodian each for MT and MX, one bank."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # Mon 13:30 ET

SWIFT = {
    "links": {
        "swift": {"format": "fin", "bic": "ALDRUS30", "zone": "America/New_York"},
        "swiftnet": {"format": "mx", "bic": "ALDRUS30"},
    },
    "correspondents": {
        "HARBUS30": {"format": "fin", "zone": "America/New_York"},
        "RHEIDE30": {"format": "mx"},
        "MERIUS30": {"format": "mx"},
    },
    "unknown_bics": ["KESTUX30"],
    "latency_seconds": [1, 3],
}
CUSTODIAN = {
    "custodians": {
        "HARBUS30": {"format": "fin", "place": "DTC", "cash_basis": "contractual"},
        "RHEIDE30": {"format": "mx", "place": "T2S", "partial": True, "cash_basis": "actual"},
    },
    "accounts": [
        {"servicer": "HARBUS30", "safekeeping_account": "HT100001", "cash_account": "HT100001USD"},
        {"servicer": "RHEIDE30", "safekeeping_account": "RB200001", "cash_account": "RB200001EUR"},
    ],
    "opening_positions": [
        {
            "servicer": "HARBUS30",
            "safekeeping_account": "HT100001",
            "isin": "US0378331005",
            "lot": "L1",
            "quantity": "5000",
        },
    ],
    "opening_cash": [
        {
            "servicer": "HARBUS30",
            "cash_account": "HT100001USD",
            "currency": "USD",
            "amount": "1000000.00",
        },
        {
            "servicer": "RHEIDE30",
            "cash_account": "RB200001EUR",
            "currency": "EUR",
            "amount": "1000000.00",
        },
    ],
    "rates": {"part": 0},
}
BANK = {
    "banks": {"MERIUS30": {"zone": "America/New_York", "account": "MB300001USD"}},
    "opening_cash": [
        {
            "servicer": "MERIUS30",
            "cash_account": "MB300001USD",
            "currency": "USD",
            "amount": "500000.00",
        }
    ],
    "rates": {},
}


def mt54x(
    reference: str = "SI20261123000001",
    type_: str = "541",
    function: str = "NEWM",
    quantity: str = "1000,",
    trade: str = "TRD1",
    link: str = "",
    settle: str = "20261124",
    account: str = "HT100001",
) -> list[str]:
    """The lines of block 4 of an instruction like DOMAIN 6.3."""
    agent = "DEAG" if type_ in {"540", "541"} else "REAG"
    paid = type_ in {"541", "543"}
    amounts = [":16R:AMT", ":19A::SETT//USD190275,", ":16S:AMT"] if paid else []
    linked = [":16R:LINK", f":20C::PREV//{link}", ":16S:LINK"] if link else []
    return [
        ":16R:GENL",
        f":20C::SEME//{reference}",
        f":23G:{function}",
        ":98C::PREP//20261123133005",
        ":16R:LINK",
        f":20C::TRRF//{trade}",
        ":16S:LINK",
        *linked,
        ":16S:GENL",
        ":16R:TRADDET",
        ":94B::TRAD//EXCH/XNAS",
        f":98A::SETT//{settle}",
        ":98A::TRAD//20261123",
        ":90B::DEAL//ACTU/USD190,25",
        ":35B:ISIN US0378331005",
        "/US/037833100",
        "APPLE INC COM",
        ":16S:TRADDET",
        ":16R:FIAC",
        f":36B::SETT//UNIT/{quantity}",
        f":97A::SAFE//{account}",
        ":16S:FIAC",
        ":16R:SETDET",
        ":22F::STCO//NPAR",
        ":22F::SETR//TRAD",
        ":16R:SETPRTY",
        f":95R::{agent}/DTCYID/00009911",
        ":16S:SETPRTY",
        ":16R:SETPRTY",
        ":95P::PSET//DTCYUS33",
        ":16S:SETPRTY",
        *amounts,
        ":16S:SETDET",
    ]


def fin(
    lines: list[str],
    type_: str = "541",
    mur: str = "SI20261123000001",
    receiver: str = "HARBUS30",
    pde: bool = False,
    user: str = "",
) -> bytes:
    """A complete FIN message."""
    body = "\r\n".join(lines)
    trailer = "{5:{PDE:}}" if pde else ""
    return (
        f"{{1:F01ALDRUS30AXXX0000000000}}{{2:I{type_}{receiver}XXXXN}}{{3:{{108:{mur}}}{user}}}"
        f"{{4:\r\n{body}\r\n-}}{trailer}"
    ).encode()


def instruction(reference: str = "SI20261123000001", **changes: str) -> bytes:
    """A complete MT54x to Harbour Trust."""
    lines = mt54x(reference, **changes)
    return fin(lines, changes.get("type_", "541"), reference)


def sese_023(
    reference: str = "SX20261123000001",
    quantity: str = "1000",
    amount: str = "228400.01",
    settle: str = "2026-11-25",
    partial: str = "PART",
    hold: bool = False,
    trade: str = "TRX1",
    direction: str = "RECE",
) -> bytes:
    """A complete sese.023 to Rheinbank in its DataPDU."""
    side = "DBIT" if direction == "RECE" else "CRDT"
    ours, theirs = ("Rcvg", "Dlvrg") if direction == "RECE" else ("Dlvrg", "Rcvg")
    held = "<HldInd><Ind>true</Ind></HldInd>" if hold else ""
    depository = "<Dpstry><Id><AnyBIC>DAKVDEFF</AnyBIC></Id></Dpstry>"
    agent = "<Pty1><Id><AnyBIC>NORDDE30</AnyBIC></Id></Pty1>"
    parties = {
        theirs: f"<{theirs}SttlmPties>{depository}{agent}</{theirs}SttlmPties>",
        ours: f"<{ours}SttlmPties>{depository}</{ours}SttlmPties>",
    }
    content = (
        f"<SctiesSttlmTxInstr><TxId>{reference}</TxId><SttlmTpAndAddtlParams>"
        f"<SctiesMvmntTp>{direction}</SctiesMvmntTp><Pmt>APMT</Pmt></SttlmTpAndAddtlParams>"
        f"<TradDtls><TradId>{trade}</TradId><TradDt><Dt><Dt>2026-11-23</Dt></Dt></TradDt>"
        f"<SttlmDt><Dt><Dt>{settle}</Dt></Dt></SttlmDt></TradDtls>"
        "<FinInstrmId><ISIN>DE0007164600</ISIN></FinInstrmId><QtyAndAcctDtls><SttlmQty><Qty>"
        f"<Unit>{quantity}</Unit></Qty></SttlmQty><SfkpgAcct><Id>RB200001</Id></SfkpgAcct>"
        "</QtyAndAcctDtls><SttlmParams>"
        f"{held}<SctiesTxTp><Cd>TRAD</Cd></SctiesTxTp><PrtlSttlmInd>{partial}</PrtlSttlmInd>"
        f"</SttlmParams>{parties['Dlvrg']}{parties['Rcvg']}"
        f'<SttlmAmt><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd></SttlmAmt>'
        "</SctiesSttlmTxInstr>"
    )
    return pdu(content, "sese.023.001.11", reference, "RHEIDE30")


def sese_020(reference: str, previous: str) -> bytes:
    """A complete sese.020 to Rheinbank."""
    content = (
        "<SctiesTxCxlReq><AcctOwnrTxId><SctiesSttlmTxId>"
        f"<TxId>{previous}</TxId><SctiesMvmntTp>RECE</SctiesMvmntTp><Pmt>APMT</Pmt>"
        "</SctiesSttlmTxId></AcctOwnrTxId></SctiesTxCxlReq>"
    )
    return pdu(content, "sese.020.001.07", reference, "RHEIDE30")


def sese_030(reference: str, previous: str) -> bytes:
    """A release to Rheinbank."""
    content = (
        "<SctiesSttlmCondsModReq><ReqDtls><Ref>"
        f"<AcctOwnrTxId>{previous}</AcctOwnrTxId></Ref><HldInd><Ind>false</Ind></HldInd>"
        "</ReqDtls></SctiesSttlmCondsModReq>"
    )
    return pdu(content, "sese.030.001.09", reference, "RHEIDE30")


def pacs_009(reference: str = "PX1", value: str = "2026-11-23") -> bytes:
    """A complete pacs.009 to Meridian."""
    agent = "<FinInstnId><BICFI>{}</BICFI></FinInstnId>"
    content = (
        f"<FICdtTrf><GrpHdr><MsgId>{reference}</MsgId><CreDtTm>2026-11-23T18:30:00Z</CreDtTm>"
        "<NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf>"
        f"<PmtId><InstrId>{reference}</InstrId><EndToEndId>{reference}E</EndToEndId>"
        "<UETR>8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60</UETR></PmtId>"
        '<IntrBkSttlmAmt Ccy="USD">25000.5</IntrBkSttlmAmt>'
        f"<IntrBkSttlmDt>{value}</IntrBkSttlmDt><Dbtr>{agent.format('ALDRUS30')}</Dbtr>"
        f"<Cdtr>{agent.format('KESTUS30')}</Cdtr></CdtTrfTxInf></FICdtTrf>"
    )
    return pdu(content, "pacs.009.001.08", reference, "MERIUS30")


def pdu(
    content: str, type_: str, reference: str, receiver: str, header_type: str | None = None
) -> bytes:
    """A DataPDU with header and Document."""
    party = "<FIId><FinInstnId><BICFI>{}</BICFI></FinInstnId></FIId>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0"><Saa:Revision>2.0.14</Saa:Revision>'
        f"<Saa:Header><Saa:Message><Saa:SenderReference>{reference}</Saa:SenderReference>"
        "<Saa:NetworkInfo><Saa:IsPossibleDuplicate>false</Saa:IsPossibleDuplicate>"
        "</Saa:NetworkInfo></Saa:Message></Saa:Header><Saa:Body>"
        '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">'
        f"<Fr>{party.format('ALDRUS30')}</Fr><To>{party.format(receiver)}</To>"
        f"<BizMsgIdr>{reference}</BizMsgIdr><MsgDefIdr>{header_type or type_}</MsgDefIdr>"
        "<CreDt>2026-11-23T18:30:00Z</CreDt></AppHdr>"
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{type_}">{content}</Document>'
        "</Saa:Body></Saa:DataPDU>"
    ).encode()
