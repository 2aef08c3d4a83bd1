"""MT536 and semt.017, statements of transactions (DOMAIN 6.7)."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

HOLDING = f"""
    35B | FinInstrmId | instrument
    90a MRKT | PricDtls(Tp/Cd=MRKT) | valued-price
    90a INDC | PricDtls(Tp/Cd=INDC) | valued-price
    93a FIOP | OpngBal | balance OpngBal/Frst/Qty
    93a INOP | OpngBal | balance OpngBal/Intrmy/Qty
    93a FICL | ClsgBal | balance ClsgBal/Fnl/Qty
    93a INCL | ClsgBal | balance ClsgBal/Intrmy/Qty
    TRAN* | Tx* |
{settlement.indented(settlement.indented(settlement.references()))}
        TRANSDET | TxDtls |
            94H CLEA | PlcOfClr/Id | plain
            94B TRAD | PlcOfTrad | trade-place
            94a SAFE | SfkpgPlc | safe-place
{settlement.indented(settlement.indented(settlement.indented(settlement.quantity(".", "PSTA", "PstngQty"))))}
            99A DAAC | NbOfDaysAcrd | number 3
            19A PSTA | PstngAmt | posted-amount
            19A ACRU | AcrdIntrstAmt | amount Amt CRDT
            22F TRAN | TxActvty | code
            22F SETR | SttlmTxOrCorpActnEvtTp/SctiesTxTp | code
            22F STCO | SttlmParams/SttlmTxCond* | code
            22H REDE | SctiesMvmntTp | pick RECE=RECE DELI=DELI
            22H PAYM | Pmt | pick APMT=APMT FREE=FREE
            98a ESET | FctvSttlmDt | date
            98a SETT | SttlmDt | date nested
            98a TRAD | TradDt | date nested
            25D MOVE | RvslInd | pick REVE=true
            70E TRDE | TxAddtlDtls | narrative 350
{settlement.indented(settlement.indented(settlement.indented(settlement.status_parties(".", "."))))}
{settlement.indented(settlement.indented(settlement.way("TxDtls/PstngAmt", "CdtDbt")))}
"""

PAIR = Pair(
    "semt.017.001.12",
    "SctiesTxPstngRpt",
    f"""
{settlement.statement_head()}
GENL/69a STAT | StmtGnlDtls/StmtPrd | period
GENL/22F STBA | StmtGnlDtls/StmtBsis | code
GENL/17B CONS | StmtGnlDtls/SubAcctInd | flag
{settlement.of_account("FinInstrmDtls", "FinInstrmDtls", HOLDING)}
""",
    (Variant("536"),),
)
