"""MT202 and 205 and pacs.009, transfers between institutions, alone and as a cover."""

from __future__ import annotations

from translation.pairs import payment
from translation.pairs.pair import Pair, Variant
from translation.pairs.payment import TX

COVERED = f"{TX}/UndrlygCstmrCdtTrf"


def _transfer(before: str = "") -> str:
    return f"""
{payment.identification(before)}
{before}21 | {TX}/PmtId/EndToEndId | text
- | {TX}/Dbtr/FinInstnId/BICFI | = {{sender}} unless {TX}/Dbtr
{before}52a | {TX} | institution Dbtr DbtrAcct
{payment.reimbursement(before)}
{before}56a | {TX} | institution IntrmyAgt1 IntrmyAgt1Acct
{before}57a | {TX} | institution CdtrAgt CdtrAgtAcct
{before}58a | {TX} | institution Cdtr CdtrAcct
{before}72 | {TX} | instructions InstrForNxtAgt InstrForCdtrAgt
"""


COVER = f"""
Header/119 | - | = COV
{_transfer("#A/")}
#B/50a | {COVERED} | customer Dbtr DbtrAcct
#B/52a | {COVERED} | institution DbtrAgt DbtrAgtAcct
#B/56a | {COVERED} | institution IntrmyAgt1 IntrmyAgt1Acct
#B/57a | {COVERED} | institution CdtrAgt CdtrAgtAcct
#B/59a | {COVERED} | customer Cdtr CdtrAcct
#B/70 | {COVERED}/RmtInf/Ustrd | narrative 140
#B/72 | {COVERED} | instructions InstrForNxtAgt InstrForCdtrAgt
#B/33B | {COVERED}/InstdAmt | amount .
- | {COVERED}/DbtrAgt/FinInstnId/BICFI | = {{sender}} unless {COVERED}/DbtrAgt
- | {COVERED}/CdtrAgt/FinInstnId/BICFI | = {{receiver}} unless {COVERED}/CdtrAgt
"""

COVER_PAIR = Pair(
    "pacs.009.001.08",
    "FICdtTrf",
    COVER,
    (Variant("202COV", payment.second("#A/")), Variant("205COV", {"second": ""})),
    one=TX,
    needs=COVERED,
)
PAIR = Pair(
    "pacs.009.001.08",
    "FICdtTrf",
    _transfer(),
    (Variant("202", payment.second()), Variant("205", {"second": ""})),
    one=TX,
)
