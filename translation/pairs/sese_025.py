"""MT544-547 and sese.025, settlement confirmations (DOMAIN 6.6)."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant
from translation.pairs.sese_023 import DELIVER, RECEIVE

TABLE = f"""
GENL/20C SEME | TxIdDtls/AcctSvcrTxId | text
GENL/23G | - | = NEWM only
GENL/22H PREC | AddtlParams/PreConf | plain
GENL/22F PARS | AddtlParams/PrtlSttlm | plain
- | TxIdDtls/SctiesMvmntTp | = {{movement}}
- | TxIdDtls/Pmt | = {{payment}}
GENL/LINK*(20a RELA)/20a RELA | TxIdDtls/AcctOwnrTxId | reference
GENL/LINK*(20a MITI)/20a MITI | TxIdDtls/MktInfrstrctrTxId | reference
GENL/LINK*(20a PCTI)/20a PCTI | TxIdDtls/PrcrTxId | reference
GENL/LINK*(20a COMM)/20a COMM | TxIdDtls/CmonId | reference
GENL/LINK*(20a POOL)/20a POOL | TxIdDtls/PoolId | reference
GENL/LINK*(20a CORP)/20a CORP | TxIdDtls/CorpActnEvtId | reference
GENL/LINK*(20a PREV)/20a PREV | AddtlParams/PrvsPrtlConfId | reference
GENL/LINK*(20a TRRF)/20a TRRF | TradDtls/TradId* | reference
GENL/LINK/13A LINK | - | which message a reference is of follows from its element
GENL/LINK/22F LINK | - | a confirmation is processed after nothing else
{settlement.places("TRADDET", "TradDtls")}
TRADDET/98a SETT | TradDtls/SttlmDt | date nested
TRADDET/98a ESET | TradDtls/FctvSttlmDt | date nested
{settlement.trade_terms()}
{settlement.attributes("TRADDET")}
{settlement.quantity("FIAC", "ESTT", "QtyAndAcctDtls/SttldQty")}
FIAC/36a PSTT | QtyAndAcctDtls/PrevslySttldQty | quantity
FIAC/36a PSTA | QtyAndAcctDtls/PrevslySttldQty | quantity
FIAC/36a RSTT | QtyAndAcctDtls/RmngToBeSttldQty | quantity
FIAC/19A PSTT | QtyAndAcctDtls/PrevslySttldAmt | amount Amt {{cash}}
FIAC/19A RSTT | QtyAndAcctDtls/RmngToBeSttldAmt | amount Amt {{cash}}
FIAC/13B CERT | AddtlPhysOrRegnDtls/CertNb*/Nb | text
{settlement.account()}
{settlement.lots("FIAC", "QtyAndAcctDtls/QtyBrkdwn")}
{settlement.parameters("SETDET", without=settlement.NO_FX_STANDING)}
{settlement.parties()}
{settlement.amounts("ESTT", "SttldAmt")}
"""

VALUE_DATE = {"value_date": "98a VALU | ValDt | date"}
FREE, AGAINST = {"payment": "FREE"} | VALUE_DATE, {"payment": "APMT"} | VALUE_DATE

PAIR = Pair(
    "sese.025.001.11",
    "SctiesSttlmTxConf",
    TABLE,
    (
        Variant("544", RECEIVE | FREE),
        Variant("545", RECEIVE | AGAINST),
        Variant("546", DELIVER | FREE),
        Variant("547", DELIVER | AGAINST),
    ),
    {"TxIdDtls/SctiesMvmntTp": "movement", "TxIdDtls/Pmt": "payment"},
)
