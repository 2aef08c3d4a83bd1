"""MT530 and sese.030, changes of the conditions of a transaction: hold, release, priority, links."""

from __future__ import annotations

from translation.pairs.pair import Pair, Variant

PAIR = Pair(
    "sese.030.001.09",
    "SctiesSttlmCondsModReq",
    """
GENL/23G | - | = NEWM only
GENL/95P ACOW | AcctOwnr | party
GENL/97a SAFE | SfkpgAcct | account
REQD* | ReqDtls* |
    20C PREV | Ref/AcctOwnrTxId | text
    20C RELA | Ref/AcctOwnrTxId | text
    20C MITI | Ref/MktInfrstrctrTxId | text
    20C PCTI | Ref/PrcrTxId | text
    20C POOL | Ref/PoolId | text
    20C COMM | Ref/CmonId | text
    20a TRRF | Ref/TradId | reference
    22F SETT | HldInd/Ind | pick YPRE=true NPRE=false
    22F PRIR | Prty/Nmrc | plain
    22F PRTL | PrtlSttlmInd | pick PART=PART NPAR=NPAR PARC=PARC PARQ=PARQ
    22F LINK | Lkg | code
    22F MTCH | MtchgDnl | code
    22F BORR | AutomtcBrrwg | code
    22F SPLT | UnltrlSplt | code
    22F RTGS | SctiesRTGS/Ind | pick YRTG=true NRTG=false
    LINK*(20a RELA) | Lnkgs*(Ref/SctiesSttlmTxId) |
        22F LINK | PrcgPos | code
        13A LINK | MsgNb/ShrtNb | plain
        20a RELA | Ref/SctiesSttlmTxId | reference
    LINK*(20a PREV) | Lnkgs*(Ref/SctiesSttlmTxId) |
        22F LINK | PrcgPos | code
        13A LINK | MsgNb/ShrtNb | plain
        20a PREV | Ref/SctiesSttlmTxId | reference, lost: which kind of reference this is
    LINK*(20a POOL) | Lnkgs*(Ref/PoolId) |
        22F LINK | PrcgPos | code
        20a POOL | Ref/PoolId | reference
ADDINFO/35B | AddtlInf*/FinInstrmId | instrument
""",
    (Variant("530"),),
)
