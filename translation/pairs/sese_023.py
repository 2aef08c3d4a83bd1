"""MT540-543 and sese.023, settlement instructions (DOMAIN 6.2)."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

TABLE = f"""
GENL/20C SEME | TxId | text
GENL/23G | SttlmParams/HldInd/Ind | pick PREA=true
GENL/23G | - | = NEWM only
GENL/98a PREP | - | the header of the message has its own time
GENL/99B SETT | NbCounts/TtlNb/CurInstrNb | plain
GENL/99B TOSE | NbCounts/TtlNb/TtlOfLkdInstrs | plain
- | SttlmTpAndAddtlParams/SctiesMvmntTp | = {{movement}}
- | SttlmTpAndAddtlParams/Pmt | = {{payment}}
GENL/LINK*(20C COMM)/20C COMM | SttlmTpAndAddtlParams/CmonId | text
GENL/LINK*(20C CORP)/20C CORP | SttlmTpAndAddtlParams/CorpActnEvtId | text
GENL/LINK*(20a TRRF)/20a TRRF | TradDtls/TradId* | reference
{settlement.links()}
{settlement.places("TRADDET", "TradDtls")}
TRADDET/98a SETT | TradDtls/SttlmDt | date nested
TRADDET/98a ADEL | TradDtls/LateDlvryDt | date
{settlement.trade_terms()}
{settlement.attributes("TRADDET")}
TRADDET/11A FXIB | TradDtls/CcyToBuyOrSell/CcyToBuy | plain
TRADDET/25D MTCH | TradDtls/MtchgSts | code
TRADDET/25D AFFM | TradDtls/AffirmSts | code
{settlement.quantity("FIAC", "SETT", "QtyAndAcctDtls/SttlmQty")}
FIAC/13B CERT | AddtlPhysOrRegnDtls/CertNb*/Nb | text
{settlement.account()}
{settlement.lots("FIAC", "QtyAndAcctDtls/QtyBrkdwn")}
{settlement.parameters("SETDET")}
{settlement.parties()}
{settlement.amounts("SETT", "SttlmAmt")}
"""

RECEIVE = {"movement": "RECE", "cash": "DBIT", "side": "DlvrgSttlmPties", "other": "RcvgSttlmPties"}
DELIVER = {"movement": "DELI", "cash": "CRDT", "side": "RcvgSttlmPties", "other": "DlvrgSttlmPties"}
FREE = {"payment": "FREE", "value_date": ""}
AGAINST = {"payment": "APMT", "value_date": "98a VALU | ValDt | date"}

PAIR = Pair(
    "sese.023.001.11",
    "SctiesSttlmTxInstr",
    TABLE,
    (
        Variant("540", RECEIVE | FREE),
        Variant("541", RECEIVE | AGAINST),
        Variant("542", DELIVER | FREE),
        Variant("543", DELIVER | AGAINST),
    ),
    {
        "SttlmTpAndAddtlParams/SctiesMvmntTp": "movement",
        "SttlmTpAndAddtlParams/Pmt": "payment",
    },
)
