"""MTn92 and camt.056, MTn96 and camt.029: a request to cancel a payment, and its answer (DOMAIN 3)."""

from __future__ import annotations

from translation.pairs.pair import Pair, Variant

TX = "Undrlyg/TxInf"
ANSWERED = "CxlDtls/TxInfAndSts"
PARTIES = """
Header/121 | {tx}/OrgnlUETR | verbatim
20 | Assgnmt/Id | text
- | Assgnmt/CreDtTm | = {now}
- | Assgnmt/Assgnr/Agt/FinInstnId/BICFI | = {sender}
- | Assgnmt/Assgne/Agt/FinInstnId/BICFI | = {receiver}
"""
REQUEST = f"""
{PARTIES.replace("{tx}", TX)}
21 | {TX}/OrgnlInstrId | text, also {TX}/OrgnlGrpInf/OrgnlMsgId
21 | {TX}/OrgnlGrpInf/OrgnlMsgId | text
11S | {TX}/OrgnlGrpInf | original
32A | . | dated-amount {TX}/OrgnlIntrBkSttlmDt {TX}/OrgnlIntrBkSttlmAmt
32B | {TX}/OrgnlIntrBkSttlmAmt | amount ., without {TX}/OrgnlIntrBkSttlmDt
79 | {TX}/CxlRsnInf | reasoned
"""
ANSWER = f"""
{PARTIES.replace("{tx}", ANSWERED)}
21 | RslvdCase/Id | text
21 | {ANSWERED}/RslvdCase/Id | text, without RslvdCase
- | RslvdCase/Cretr/Agt/FinInstnId/BICFI | = {{receiver}}
76 | . | answered Sts/Conf {ANSWERED}/CxlStsRsnInf
11a | {ANSWERED}/OrgnlGrpInf | original
- | {ANSWERED}/OrgnlGrpInf/OrgnlMsgId | = NOTPROVIDED when {ANSWERED}/OrgnlGrpInf
79 | {ANSWERED}/CxlStsRsnInf* | lines AddtlInf
"""
CUSTOMER = {"original": r"pacs\.008|MT10"}
INSTITUTION = {"original": r"pacs\.009|MT20"}


def _pairs(message_id: str, root: str, table: str, number: str, told_in: str) -> tuple[Pair, ...]:
    """By the message it is about; where nothing tells which, that of a customer transfer."""
    variants = (Variant(f"1{number}", CUSTOMER), Variant(f"2{number}", INSTITUTION))
    tells = {f"{told_in}/OrgnlGrpInf/OrgnlMsgNmId": "original"}
    return (
        Pair(message_id, root, table, variants, tells),
        Pair(message_id, root, table, (Variant(f"1{number}", CUSTOMER),)),
    )


REQUESTS = _pairs("camt.056.001.08", "FIToFIPmtCxlReq", REQUEST, "92", TX)
ANSWERS = _pairs("camt.029.001.09", "RsltnOfInvstgtn", ANSWER, "96", ANSWERED)
