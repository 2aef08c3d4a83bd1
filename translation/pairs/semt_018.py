"""MT537 and semt.018, statements of pending transactions: by status, or by transaction."""

from __future__ import annotations

from schemas.mx.statuses import SESE_024
from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

# semt.018 calls the status of processing otherwise, and has no rejected ones
STATUSES = {
    "InstrPrcgSts": ("IPRC", {k: v for k, v in SESE_024["PrcgSts"][1].items() if k != "Rjctd"}),
    **{element: known for element, known in SESE_024.items() if element != "PrcgSts"},
}


def _indented(table: str, times: int) -> str:
    for _ in range(times):
        table = settlement.indented(table)
    return table


TRANSACTION = f"""
{settlement.references()}
TRANSDET | TxDtls |
    94H CLEA | PlcOfClr/Id | plain
    94B TRAD | PlcOfTrad | trade-place
    94a SAFE | SfkpgPlc | safe-place
    35B | FinInstrmId | instrument
{settlement.indented(settlement.quantity(".", "PSTA", "PstngQty"))}
    19A PSTA | PstngAmt | amount Amt signed
    22F TRAN | TxActvty | code
    22F STCO | SttlmParams/SttlmTxCond* | code
    22H REDE | SctiesMvmntTp | pick RECE=RECE DELI=DELI
    22H PAYM | Pmt | pick APMT=APMT FREE=FREE
    98a SETT | SttlmDt | date nested
    98a TRAD | TradDt | date nested
    98a EXSE | XpctdSttlmDt | date
    98a EXVA | XpctdValDt | date
    98a ASTS | AckdStsTmStmp | moment
    98a MTCH | MtchdStsTmStmp | moment
    70E TRDE | TxAddtlDtls | narrative 350
{_indented(settlement.status_parties(".", "."), 1)}
{settlement.way("TxDtls/PstngAmt", "CdtDbtInd")}
"""
TABLE = f"""
{settlement.statement_head()}
GENL/98a STAT | StmtGnlDtls/StmtDtTm | date
GENL/22H STST | StmtGnlDtls/StmtStr | plain
STAT* | Sts* |
{_indented(settlement.statuses(".", "StsAndRsn/", STATUSES), 1)}
    TRAN* | Tx* |
{_indented(TRANSACTION, 2)}
TRANS* | Txs* |
{_indented(TRANSACTION, 1)}
{_indented(settlement.statuses("STAT*", "StsAndRsn*/", STATUSES), 1)}
"""

PAIRS = (Pair("semt.018.001.13", "SctiesTxPdgRpt", TABLE, (Variant("537"),)),)
