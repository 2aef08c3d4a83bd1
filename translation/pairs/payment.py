"""What the payment pairs share: identification, settlement, agents, times (DOMAIN 6.7)."""

from __future__ import annotations

TX = "CdtTrfTxInf"
TIMES = {"CLSTIME": "CLSTm", "TILTIME": "TillTm", "FROTIME": "FrTm", "REJTIME": "RjctTm"}
REIMBURSEMENT = "GrpHdr/SttlmInf"


def identification(before: str = "") -> str:
    """References, dates and the two who pass the message on; `before` is the sequence in the MT."""
    times = "".join(
        f"{before}13C | {TX}/SttlmTmReq/{element} | time {code}\n"
        for code, element in TIMES.items()
    )
    return f"""
Header/121 | {TX}/PmtId/UETR | verbatim
{before}20 | {TX}/PmtId/InstrId | text, also GrpHdr/MsgId
{before}20 | GrpHdr/MsgId | text
- | GrpHdr/CreDtTm | = {{now}}
- | GrpHdr/NbOfTxs | = 1
- | GrpHdr/SttlmInf/SttlmMtd | = COVE when {REIMBURSEMENT}/InstgRmbrsmntAgt
- | GrpHdr/SttlmInf/SttlmMtd | = INDA unless {REIMBURSEMENT}/InstgRmbrsmntAgt
- | GrpHdr/TtlIntrBkSttlmAmt | the sum of one amount
- | {TX}/InstgAgt/FinInstnId/BICFI | = {{sender}}
- | {TX}/InstdAgt/FinInstnId/BICFI | = {{receiver}}
{times}{before}32A | . | dated-amount {TX}/IntrBkSttlmDt {TX}/IntrBkSttlmAmt GrpHdr/IntrBkSttlmDt
"""


def reimbursement(before: str = "") -> str:
    """The agents and accounts between sender and receiver."""
    return f"""
{before}53B | {REIMBURSEMENT} | institution InstgRmbrsmntAgt SttlmAcct B
{before}53a | {REIMBURSEMENT} | institution InstgRmbrsmntAgt InstgRmbrsmntAgtAcct
{{second}}
"""


def second(before: str = "") -> dict[str, str]:
    """The receiver's correspondent, which an MT205 has none of."""
    line = f"{before}54a | {REIMBURSEMENT} | institution InstdRmbrsmntAgt InstdRmbrsmntAgtAcct"
    return {"second": line}
