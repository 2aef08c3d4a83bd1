"""MT535 and semt.002, statements of holdings (DOMAIN 6.7)."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

# sub-balances by their code, which both standards share
SUB_BALANCES = (
    *("AWAS", "BLOK", "BLOV", "BLCA", "BORR", "COLI", "COLO", "LOAN", "MARG", "PECA", "PEND"),
    *("PENR", "PLED", "REGO", "RSTR", "SPOS", "TRAN", "UNRG"),
)


def _sub_balances() -> str:
    return "".join(
        f"""
    SUBBAL*(93a {code}) | BalBrkdwn*(SubBalTp/Cd={code}) |
        93a {code} | Qty | balance Qty/Qty Qty/QtyAndAvlbty
        70C SUBB | SubBalAddtlDtls | narrative 140
"""
        for code in SUB_BALANCES
    )


HOLDING = f"""
    35B | FinInstrmId | instrument
    93a AGGR | AggtBal | balance Qty/Qty/Qty
    93a AVAI | AvlblBal | balance Qty/Qty
    93a NAVL | NotAvlblBal | unsigned-balance Qty
    90a MRKT | PricDtls*(Tp/Cd=MRKT) | valued-price
    90a INDC | PricDtls*(Tp/Cd=INDC) | valued-price
    98a PRIC | PricDtls/QtnDt | date
    99A DAAC | DaysAcrd | number 3
    19A HOLD | AcctBaseCcyAmts/HldgVal | signed-amount
    19A BOOK | AcctBaseCcyAmts/BookVal | signed-amount
    19A ACRU | AcctBaseCcyAmts/AcrdIntrstAmt | signed-amount
    92B EXCH | FXDtls* | exchange
    SUBBAL*(93a AGGR) | BalAtSfkpgPlc* |
        93a AGGR | AggtBal | balance Qty/Qty/Qty
        93a AVAI | AvlblBal | balance Qty/Qty
        93a NAVL | NotAvlblBal | unsigned-balance Qty
        94a SAFE | SfkpgPlc | safe-place
{_sub_balances()}
    BREAK* | QtyBrkdwn* |
        13B LOTS | LotNb/Id | text
        93a LOTS | LotQty | balance Qty/Qty/Qty
        98a LOTS | LotDtTm | date
        90a LOTS | LotPric | price
        22F PRIC | TpOfPric | code
{settlement.indented(settlement.attributes("."))}
"""

PAIR = Pair(
    "semt.002.001.11",
    "SctiesBalCtdyRpt",
    f"""
{settlement.statement_head()}
GENL/98a STAT | StmtGnlDtls/StmtDtTm | date
GENL/22F STTY | - | = CUST only
GENL/22F STBA | StmtGnlDtls/StmtBsis | code
GENL/17B CONS | StmtGnlDtls/SubAcctInd | flag
{settlement.of_account("BalForAcct", "BalForSubAcct", HOLDING)}
""",
    (Variant("535"),),
)
