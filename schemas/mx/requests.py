"""Requests and answers as rows: sese.030, camt.029, 056, 057, 060, pacs.004."""

from __future__ import annotations

from schemas.mx.notation import Group, Leaf, Message, Money, Reference, Text, one_of

MONEY = Money()
PARTIALS = one_of("PART NPAR PARC PARQ")


def _agents(path: str) -> tuple[Leaf, ...]:
    """Who asks whom."""
    return (
        Leaf(f"{path}/Assgnr/Agt/FinInstnId/BICFI", "sender", required=True),
        Leaf(f"{path}/Assgne/Agt/FinInstnId/BICFI", "receiver", required=True),
    )


SESE_030 = Message(
    id="sese.030.001.09",
    root="SctiesSttlmCondsModReq",
    rows=(
        Leaf("SfkpgAcct/Id", "account", Text(35), required=True),
        Group(
            "ReqDtls",
            "changes",
            (
                Leaf("Ref/AcctOwnrTxId", "instruction", Reference(), required=True),
                Leaf("Prty/Nmrc", "priority"),
                Leaf("PrtlSttlmInd", "partial", PARTIALS),
                Leaf("HldInd/Ind", "hold"),
            ),
        ),
    ),
)
CAMT_056 = Message(
    id="camt.056.001.08",
    root="FIToFIPmtCxlReq",
    rows=(
        Leaf("Assgnmt/Id", "seme", Reference(), required=True),
        *_agents("Assgnmt"),
        Leaf("Assgnmt/CreDtTm", "created_at", required=True),
        Leaf("Undrlyg/TxInf/CxlId", "seme", Reference()),
        Leaf("Undrlyg/TxInf/OrgnlGrpInf/OrgnlMsgId", "original_reference", required=True),
        Leaf("Undrlyg/TxInf/OrgnlGrpInf/OrgnlMsgNmId", "original_message", required=True),
        Leaf("Undrlyg/TxInf/OrgnlInstrId", "original_reference"),
        Leaf("Undrlyg/TxInf/OrgnlUETR", "uetr", required=True),
        Leaf("Undrlyg/TxInf/OrgnlIntrBkSttlmAmt@Ccy", "amount", MONEY, required=True),
        Leaf("Undrlyg/TxInf/OrgnlIntrBkSttlmDt", "value_date", required=True),
        Leaf("Undrlyg/TxInf/CxlRsnInf/Rsn/Cd", "reason", Text(4), required=True),
        Leaf("Undrlyg/TxInf/CxlRsnInf/AddtlInf", "text", Text(105)),
    ),
)
CAMT_029 = Message(
    id="camt.029.001.09",
    root="RsltnOfInvstgtn",
    rows=(
        Leaf("Assgnmt/Id", "seme", Reference(), required=True),
        *_agents("Assgnmt"),
        Leaf("Assgnmt/CreDtTm", "created_at", required=True),
        Leaf("RslvdCase/Id", "request_reference", Reference(), required=True),
        Leaf("RslvdCase/Cretr/Agt/FinInstnId/BICFI", "receiver"),
        Leaf("Sts/Conf", "answer", required=True),
        Leaf("CxlDtls/TxInfAndSts/OrgnlGrpInf/OrgnlMsgId", "original_reference", required=True),
        Leaf("CxlDtls/TxInfAndSts/OrgnlGrpInf/OrgnlMsgNmId", "original_message", required=True),
        Leaf("CxlDtls/TxInfAndSts/OrgnlInstrId", "original_reference"),
        Leaf("CxlDtls/TxInfAndSts/OrgnlUETR", "uetr", required=True),
        Leaf("CxlDtls/TxInfAndSts/CxlStsRsnInf/Rsn/Cd", "reason", Text(4)),
        Leaf("CxlDtls/TxInfAndSts/CxlStsRsnInf/AddtlInf", "text", Text(105)),
    ),
)
CAMT_057 = Message(
    id="camt.057.001.06",
    root="NtfctnToRcv",
    rows=(
        Leaf("GrpHdr/MsgId", "seme", Reference(), required=True),
        Leaf("GrpHdr/CreDtTm", "created_at", required=True),
        Leaf("Ntfctn/Id", "seme", Reference(), required=True),
        Leaf("Ntfctn/Acct/Id/IBAN", "iban"),
        Leaf("Ntfctn/Acct/Id/Othr/Id", "number", Text(34)),
        Leaf("Ntfctn/Itm/Id", "related_reference", Reference(), required=True),
        Leaf("Ntfctn/Itm/Amt@Ccy", "amount", MONEY, required=True),
        Leaf("Ntfctn/Itm/XpctdValDt", "value_date", required=True),
        Leaf("Ntfctn/Itm/Dbtr/Pty/Nm", "debtor", Text(140)),
        Leaf("Ntfctn/Itm/DbtrAgt/FinInstnId/BICFI", "debtor_agent"),
        Leaf("Ntfctn/Itm/IntrmyAgt/FinInstnId/BICFI", "intermediary"),
    ),
)
CAMT_060 = Message(
    id="camt.060.001.05",
    root="AcctRptgReq",
    rows=(
        Leaf("GrpHdr/MsgId", "seme", Reference(), required=True),
        Leaf("GrpHdr/CreDtTm", "created_at", required=True),
        Leaf("RptgReq/Id", "seme", Reference()),
        Leaf("RptgReq/ReqdMsgNmId", "wanted", required=True),
        Leaf("RptgReq/Acct/Id/IBAN", "iban"),
        Leaf("RptgReq/Acct/Id/Othr/Id", "account", Text(34)),
        Leaf("RptgReq/AcctOwnr/Agt/FinInstnId/BICFI", "owner", required=True),
        Leaf("RptgReq/RptgPrd/FrToDt/FrDt", "from_date", required=True),
        Leaf("RptgReq/RptgPrd/FrToDt/ToDt", "to_date", required=True),
        Leaf("RptgReq/RptgPrd/Tp", "period_type", required=True),
    ),
)
PACS_004 = Message(
    id="pacs.004.001.09",
    root="PmtRtr",
    rows=(
        Leaf("GrpHdr/MsgId", "seme", Reference(), required=True),
        Leaf("GrpHdr/CreDtTm", "created_at", required=True),
        Leaf("GrpHdr/NbOfTxs", "count", required=True),
        Leaf("GrpHdr/SttlmInf/SttlmMtd", "method", required=True),
        Leaf("TxInf/RtrId", "seme", Reference(), required=True),
        Leaf("TxInf/OrgnlGrpInf/OrgnlMsgId", "original_reference", required=True),
        Leaf("TxInf/OrgnlGrpInf/OrgnlMsgNmId", "original_message", required=True),
        Leaf("TxInf/OrgnlInstrId", "original_reference"),
        Leaf("TxInf/OrgnlUETR", "uetr", required=True),
        Leaf("TxInf/OrgnlIntrBkSttlmAmt@Ccy", "original_amount", MONEY, required=True),
        Leaf("TxInf/RtrdIntrBkSttlmAmt@Ccy", "returned", MONEY, required=True),
        Leaf("TxInf/IntrBkSttlmDt", "value_date", required=True),
        Leaf("TxInf/InstgAgt/FinInstnId/BICFI", "sender", required=True),
        Leaf("TxInf/InstdAgt/FinInstnId/BICFI", "receiver", required=True),
        Leaf("TxInf/RtrRsnInf/Rsn/Cd", "reason", Text(4), required=True),
        Leaf("TxInf/RtrRsnInf/AddtlInf", "text", Text(105)),
    ),
)
TABLES = (SESE_030, CAMT_056, CAMT_029, CAMT_057, CAMT_060, PACS_004)
