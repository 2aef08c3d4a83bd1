"""sese.020.001.07, securities transaction cancellation request: which one, its details again."""

from __future__ import annotations

from schemas.mx.notation import Leaf, Message, Reference, Text
from schemas.mx.settlement import INSTRUMENT, amount, quantity

SESE_020 = Message(
    id="sese.020.001.07",
    root="SctiesTxCxlReq",
    rows=(
        Leaf("AcctOwnrTxId/SctiesSttlmTxId/TxId", "cancelled", Reference(), required=True),
        Leaf("AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp", "direction"),
        Leaf("AcctOwnrTxId/SctiesSttlmTxId/Pmt", "payment"),
        Leaf("SfkpgAcct/Id", "safekeeping_account", Text(35)),
        *(Leaf(f"TxDtls/{row.path}", row.field, row.form, row.required) for row in INSTRUMENT),
        Leaf("TxDtls/TradDt/Dt/Dt", "trade_date"),
        Leaf("TxDtls/SttlmDt/Dt/Dt", "settle_date", required=True),
        *quantity("TxDtls/SttlmQty/Qty"),
        *amount("TxDtls/SttlmAmt", "settlement_amount", "settlement_way"),
    ),
)
