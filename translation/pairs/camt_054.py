"""MT900, MT910 and camt.054: one debit or credit advised."""

from __future__ import annotations

from translation.pairs.pair import Pair, Variant

TX = "Ntfctn/Ntry/NtryDtls/TxDtls"
TABLE = f"""
20 | Ntfctn/Id | text, also GrpHdr/MsgId
- | GrpHdr/MsgId | the advice has a reference of its own
- | GrpHdr/CreDtTm | = {{now}}
21 | {TX}/Refs/EndToEndId | text
25a | Ntfctn | statement-account
13D | Ntfctn/CreDtTm | stamped
32A | Ntfctn/Ntry | advised
- | Ntfctn/Ntry/CdtDbtInd | = {{side}}
- | Ntfctn/Ntry/Sts/Cd | = BOOK only
- | Ntfctn/Ntry/RvslInd | = false only when Ntfctn/Ntry/RvslInd
- | Ntfctn/Ntry/BkTxCd/Prtry/Cd | = NTRF unless Ntfctn/Ntry/BkTxCd/Domn
{{parties}}
72 | Ntfctn/Ntry/AddtlNtryInf | narrative 500
"""
DEBITED = f"52a | {TX}/RltdAgts | institution DbtrAgt"
CREDITED = f"""
50a | {TX}/RltdPties | payer Dbtr DbtrAcct
52a | {TX}/RltdAgts | institution DbtrAgt
56a | {TX}/RltdAgts | institution IntrmyAgt1
"""

PAIR = Pair(
    "camt.054.001.08",
    "BkToCstmrDbtCdtNtfctn",
    TABLE,
    (
        Variant("900", {"side": "DBIT", "parties": DEBITED}),
        Variant("910", {"side": "CRDT", "parties": CREDITED}),
    ),
    {"Ntfctn/Ntry/CdtDbtInd": "side"},
    one="Ntfctn/Ntry",
)
