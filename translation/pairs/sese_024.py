"""MT548 and sese.024, the status of an instruction (DOMAIN 2.2, 2.3, 6.5)."""

from __future__ import annotations

from schemas.mx.statuses import SESE_024
from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

TABLE = f"""
GENL/20C SEME | TxId/AcctSvcrTxId | text
GENL/23G | - | = INST
GENL/LINK*(20a RELA)/20a RELA | TxId/AcctOwnrTxId | reference
GENL/LINK*(20a MITI)/20a MITI | TxId/MktInfrstrctrTxId | reference
GENL/LINK*(20a PCTI)/20a PCTI | TxId/PrcrTxId | reference
GENL/LINK*(20a COMM)/20a COMM | TxId/CmonId | reference
GENL/LINK*(20a TRRF)/20a TRRF | TxDtls/TradId* | reference
GENL/LINK*(20a POOL)/20a POOL | TxDtls/PoolId | reference
GENL/LINK*(20a CORP)/20a CORP | TxDtls/CorpActnEvtId | reference
GENL/LINK/13A LINK | - | which message a reference is of follows from its element
{settlement.statuses("GENL/STAT*", "", SESE_024)}
{settlement.places("SETTRAN", "TxDtls")}
SETTRAN/94a SAFE | TxDtls/SfkpgPlc | safe-place
SETTRAN/35B | TxDtls/FinInstrmId | instrument
{settlement.quantity("SETTRAN", "SETT", "TxDtls/SttlmQty")}
SETTRAN/19A SETT | TxDtls/SttlmAmt | amount Amt signed
SETTRAN/95a ACOW | TxDtls/AcctOwnr | party
SETTRAN/95L ALTE | TxDtls/AcctOwnr/LEI | plain
SETTRAN/97a SAFE | TxDtls/SfkpgAcct | account
SETTRAN/22H REDE | TxDtls/SctiesMvmntTp | pick RECE=RECE DELI=DELI
SETTRAN/22H PAYM | TxDtls/Pmt | pick APMT=APMT FREE=FREE
SETTRAN/98a SETT | TxDtls/SttlmDt | date nested
SETTRAN/98a TRAD | TxDtls/TradDt | date nested
SETTRAN/98a EXSE | TxDtls/XpctdSttlmDt | date
SETTRAN/98a EXVA | TxDtls/XpctdValDt | date
SETTRAN/98a ASTS | TxDtls/AckdStsTmStmp | moment
SETTRAN/98a MTCH | TxDtls/MtchdStsTmStmp | moment
{settlement.way("TxDtls/SttlmAmt", "CdtDbtInd")}
{settlement.parameters("SETTRAN", "TxDtls/SttlmParams", without=settlement.NO_FX_STANDING)}
SETTRAN/70E SPRO | TxDtls/SttlmInstrPrcgAddtlDtls | narrative 350
{settlement.status_parties()}
"""

PAIR = Pair(
    "sese.024.001.12",
    "SctiesSttlmTxStsAdvc",
    TABLE,
    (Variant("548"),),
    says=tuple(SESE_024),
    sign="23G INST",
)
