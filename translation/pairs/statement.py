"""MT940, 950 and camt.053, MT942 and camt.052: statements of cash, one account in each."""

from __future__ import annotations

from translation.pairs.pair import Pair, Variant

CLOSING = "(Tp/CdOrPrtry/Cd=CLBD)"


def _statement(element: str, pages: str, information: str, *, narratives: bool) -> str:
    """What statements and reports share; `narratives` whether the MT has 86."""
    last = f"86 | {element}/{information} | narrative 500" if narratives else ""
    return f"""
20 | {element}/Id | text, also GrpHdr/MsgId
- | GrpHdr/MsgId | the statement has a reference of its own
- | GrpHdr/CreDtTm | = {{now}}
25{{option}} | {element} | statement-account
28C | {element} | statement-number {pages}
{last}
"""


def _entries(element: str, *, narratives: bool, pending: str = "") -> str:
    """The lines of the account; an MT950 has them without more about them."""
    if not narratives:
        return f"61 | {element}/Ntry* | entry {{currency}}\n"
    return f"""
#A* | {element}/Ntry* |
    61 | . | entry {{currency}}{pending}
    86 | AddtlNtryInf | narrative 500
"""


def _bank_statement(*, narratives: bool) -> str:
    more = "65 | Stmt/Bal*(Tp/CdOrPrtry/Cd=FWAV) | cash-balance" if narratives else ""
    request = "21 | GrpHdr/OrgnlBizQry/MsgId | text" if narratives else ""
    return f"""
{_statement("Stmt", "StmtPgntn", "AddtlStmtInf", narratives=narratives)}
{request}
- | Stmt/StmtPgntn/LastPgInd | = true when Stmt/StmtPgntn unless Stmt/Bal{CLOSING}/Tp/SubTp
- | Stmt/StmtPgntn/LastPgInd | = false when Stmt/Bal{CLOSING}/Tp/SubTp
60a | Stmt/Bal*(Tp/CdOrPrtry/Cd=OPBD) | cash-balance
60a | Stmt/Bal*(Tp/CdOrPrtry/Cd=PRCD) | cash-balance, without Stmt/Bal(Tp/CdOrPrtry/Cd=OPBD)
{_entries("Stmt", narratives=narratives)}
62a | Stmt/Bal*{CLOSING} | cash-balance
64 | Stmt/Bal*(Tp/CdOrPrtry/Cd=CLAV) | cash-balance
{more}
"""


BANK_STATEMENT = Pair(
    "camt.053.001.08",
    "BkToCstmrStmt",
    _bank_statement(narratives=True),
    (Variant("940", {"option": "a"}),),
    one="Stmt",
)
PLAIN_STATEMENT = Pair(
    "camt.053.001.08",
    "BkToCstmrStmt",
    _bank_statement(narratives=False),
    (Variant("950", {"option": ""}),),
    one="Stmt",
)
REPORT = Pair(
    "camt.052.001.08",
    "BkToCstmrAcctRpt",
    f"""
{_statement("Rpt", "RptPgntn", "AddtlRptInf", narratives=True)}
21 | GrpHdr/OrgnlBizQry/MsgId | text
- | Rpt/RptPgntn/LastPgInd | = true when Rpt/RptPgntn
13D | Rpt/CreDtTm | stamped
34F | - | = {{currency}}0,
{_entries("Rpt", narratives=True, pending=" pending")}
90D | Rpt/TxsSummry/TtlDbtNtries | sums {{currency}}
90C | Rpt/TxsSummry/TtlCdtNtries | sums {{currency}}
""",
    (Variant("942", {"option": "a"}),),
    one="Rpt",
)
