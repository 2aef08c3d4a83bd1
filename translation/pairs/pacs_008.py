"""MT103 and pacs.008, customer credit transfers, one in each message."""

from __future__ import annotations

from translation.pairs import payment
from translation.pairs.pair import Pair, Variant
from translation.pairs.payment import REIMBURSEMENT, TX

TABLE = f"""
Header/119 | - | the flag of a kind of MT103; the elements of the MX tell it
{{flag}}
{payment.identification()}
23B | - | = CRED
23E | {TX}/InstrForCdtrAgt*/Cd | pick CHQB=CHQB HOLD=HOLD PHOB=PHOB TELB=TELB
23E | {TX}/PmtTpInf/SvcLvl*/Cd | pick SDVA=SDVA
23E | {TX}/PmtTpInf/CtgyPurp/Cd | pick INTC=INTC CORT=CORT
26T | {TX}/Purp/Prtry | text
33B | . | instructed {TX}/InstdAmt {TX}/IntrBkSttlmAmt {{sender}} {{receiver}}
36 | {TX}/XchgRate | number
50a | {TX} | customer Dbtr DbtrAcct
- | {TX}/DbtrAgt/FinInstnId/BICFI | = {{sender}} unless {TX}/DbtrAgt
52a | {TX} | institution DbtrAgt DbtrAgtAcct
{payment.reimbursement()}
{{third}}
56a | {TX} | institution IntrmyAgt1 IntrmyAgt1Acct
- | {TX}/CdtrAgt/FinInstnId/BICFI | = {{receiver}} unless {TX}/CdtrAgt
57a | {TX} | institution CdtrAgt CdtrAgtAcct
59a | {TX} | customer Cdtr CdtrAcct
{{remittance}}
- | {TX}/PmtId/EndToEndId | = NOTPROVIDED
71A | {TX}/ChrgBr | pick OUR=DEBT SHA=SHAR BEN=CRED
71F | {TX}/ChrgsInf* | charge sender {{sender}} {{receiver}}
71G | {TX}/ChrgsInf* | charge receiver {{receiver}}
72 | {TX} | instructions InstrForNxtAgt InstrForCdtrAgt
77B | {TX}/RgltryRptg/Dtls | lines Inf
"""
NAMES = {
    **payment.second(),
    "flag": "",
    "third": f"55a | {REIMBURSEMENT} | institution ThrdRmbrsmntAgt ThrdRmbrsmntAgtAcct",
    "remittance": f"70 | {TX} | remittance PmtId/EndToEndId Purp/Cd",
}
LONG = {**NAMES, "remittance": f"77T | {TX}/RmtInf/Ustrd | narrative 140"}

PAIR = Pair(
    "pacs.008.001.08",
    "FIToFICstmrCdtTrf",
    TABLE,
    (Variant("103", NAMES), Variant("103STP", NAMES), Variant("103REMIT", LONG)),
    one=TX,
)
