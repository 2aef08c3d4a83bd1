"""MT540-543 that cancel and sese.020, the request to cancel a settlement instruction."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair
from translation.pairs.sese_023 import PAIR as INSTRUCTION

TABLE = f"""
GENL/23G | - | = CANC
GENL/98a PREP | - | the header of the message has its own time
GENL/LINK*(20C PREV)/20C PREV | AcctOwnrTxId/SctiesSttlmTxId/TxId | text
GENL/LINK*(20C MITI)/20C MITI | MktInfrstrctrTxId | text
GENL/LINK*(20C PCTI)/20C PCTI | PrcrTxId | text
- | AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp | = {{movement}}
- | AcctOwnrTxId/SctiesSttlmTxId/Pmt | = {{payment}}
TRADDET/98a SETT | TxDtls/SttlmDt | date nested
TRADDET/98a TRAD | TxDtls/TradDt | date nested
TRADDET/35B | TxDtls/FinInstrmId | instrument
{settlement.quantity("FIAC", "SETT", "TxDtls/SttlmQty")}
FIAC/95a ACOW | AcctOwnr | party
FIAC/95L ALTE | AcctOwnr/LEI | plain
FIAC/97a SAFE | SfkpgAcct | account
SETDET/22F SETR | - | = TRAD
{settlement.status_parties("SETDET", "TxDtls")}
SETDET/AMT*(19A SETT)/19A SETT | TxDtls/SttlmAmt | amount Amt {{cash}}
"""

PAIR = Pair(
    "sese.020.001.07",
    "SctiesTxCxlReq",
    TABLE,
    INSTRUCTION.variants,
    {
        "AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp": "movement",
        "AcctOwnrTxId/SctiesSttlmTxId/Pmt": "payment",
    },
    sign="23G CANC",
)
