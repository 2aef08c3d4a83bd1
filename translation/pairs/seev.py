"""MT564, 566, 567 and 568 and their seev messages: notification, confirmation, statuses, narrative."""

from __future__ import annotations

from translation.pairs import events
from translation.pairs.pair import Pair, Variant

_MOVED = f"""
        {events.DIRECTION}
        22F DISF | FrctnDspstn | code
        11A OPTN | CcyOptn | plain
        94a SAFE | SfkpgPlc | event-place
        94C COIN | CtryOfIncmSrc | plain
        98a PAYD | DtDtls/PmtDt | event-day
{events.each("", "98a", "DtDtls/", events.MOVEMENT_DATES, "event-day", "        ")}
{events.each("", "92D", "RateDtls/", events.RATIOS, "ratio QtyToQty", "        ")}
{events.each("", "90a", "PricDtls/", events.PRICES, "event-price", "        ")}
"""
_PAID = f"""
        {events.DIRECTION}
        94C COIN | CtryOfIncmSrc | plain
{events.each("", "19B", "AmtDtls/", events.AMOUNTS, "amount .", "        ")}
        92B EXCH | FXDtls | exchange
        19B RESU | FXDtls/RsltgAmt | amount .
{events.rates("RateAndAmtDtls", "        ")}
        90a PRPP | PricDtls/GncCshPricPdPerPdct | event-price
        90a OFFR | PricDtls/GncCshPricRcvdPerPdct | event-price
"""

_OPTION = f"""
    13A CAON | OptnNb | plain
    22F CAOP | OptnTp | code
    22F DISF | FrctnDspstn | code
    22F OFFE | OfferTp* | code
    22F OPTF | OptnFeatrs* | code
    22F OSTA | OptnAvlbtySts | code
    22F CETI | CertfctnBrkdwnTp* | code
    94C NDOM | NonDmclCtry* | plain
    94C DOMI | VldDmclCtry* | plain
    11A OPTN | CcyOptn | plain
    17B DFLT | DfltPrcgOrStgInstr/DfltOptnInd | flag
    17B STIN | DfltPrcgOrStgInstr/StgInstrInd | flag
    17B CHAR | ChrgsApldInd | flag
    17B CERT | CertfctnBrkdwnInd | flag
    17B WTHD | WdrwlAllwdInd | flag
    17B CHAN | ChngAllwdInd | flag
    17B APLI | ApldOptnInd | flag
    35B | FinInstrmId | instrument
{events.each("", "98a", "DtDtls/", events.OPTION_DATES, "date nested", "    ")}
{events.each("", "69a", "PrdDtls/", events.OPTION_PERIODS, "event-period", "    ")}
{events.rates("RateAndAmtDtls", "    ")}
    92a OVEP | RateAndAmtDtls/MaxAllwdOvrsbcptRate | event-rate
    92a PROR | RateAndAmtDtls/PrratnRate | event-rate
    90a CINL | PricDtls/CshInLieuOfShrPric | event-price
    90a OSUB | PricDtls/OverSbcptDpstPric | event-price
    90a MAXP | PricDtls/MaxPric | event-price
    90a MINP | PricDtls/MinPric | event-price
    36a MAEX | SctiesQty/MaxQtyToInst | event-quantity
    36a MIEX | SctiesQty/MinQtyToInst | event-quantity
    36a MILT | SctiesQty/MinMltplQtyToInst | event-quantity
    36a NBLT | SctiesQty/NewBrdLotQty | event-quantity
    36a NEWD | SctiesQty/NewDnmtnQty | event-quantity
    36a FOLQ | SctiesQty/FrntEndOddLotQty | event-quantity
    36a BOLQ | SctiesQty/BckEndOddLotQty | event-quantity
{events.spoken("", "AddtlInf", "    ")}
    SECMOVE* | SctiesMvmntDtls* |
        35B | SctyDtls/FinInstrmId | instrument
        22F NELP | NonElgblPrcdsInd | code
        22F NSIS | NewSctiesIssncInd | plain
        36B ENTL | EntitldQty/Qty | quantity
        69a TRDP | TradgPrd | event-period
{_MOVED}
    CASHMOVE* | CshMvmntDtls* |
        22H CONT | CtrctlPmtInd | plain
        22F NELP | NonElgblPrcdsInd | code
        97a CASH | CshAcctId | cash-account
        19B ENTL | AmtDtls/EntitldAmt | amount .
        98a PAYD | DtDtls/PmtDt | event-day
        98a VALU | DtDtls/ValDt | event-day
        98a FXDT | DtDtls/FXRateFxgDt | date nested
        98a EARL | DtDtls/EarlstPmtDt | event-day
{_PAID}
"""
NOTIFICATION = f"""
GENL/28E | Pgntn | page
GENL/20C SEME | NtfctnGnlInf/NtfctnId | text
GENL/23G | NtfctnGnlInf/NtfctnTp | pick NEWM=NEWM REPL=REPL RMDR=RMDR
GENL/25D PROC | NtfctnGnlInf/PrcgSts | event-status
{events.link("PREV", "PrvsNtfctnId")}
{events.link("RELA", "InstrId", typed=False)}
{events.event()}
GENL/22F CAEP | CorpActnGnlInf/EvtPrcgTp | code
GENL/22F CAEV | CorpActnGnlInf/EvtTp | code
GENL/22F CAMV | CorpActnGnlInf/MndtryVlntryEvtTp | code
USECU/35B | CorpActnGnlInf/UndrlygScty/FinInstrmId | instrument
USECU/FIA/11A DENO | CorpActnGnlInf/UndrlygScty/DnmtnCcy | plain
USECU/ACCTINFO/97C SAFE | AcctDtls/ForAllAccts/IdCd | plain
USECU/ACCTINFO*(97A SAFE) | AcctDtls/AcctsListAndBalDtls* |
    95a ACOW | AcctOwnr | owner
    97A SAFE | SfkpgAcct | plain
    94a SAFE | SfkpgPlc | event-place
    93a ELIG | Bal/TtlElgblBal | event-balance {events.SIGNED}
{events.each("", "93a", "Bal/", events.BALANCES, f"event-balance {events.SIDE}", "    ")}
INTSEC/35B | IntrmdtScty/SctyId | instrument
INTSEC/36E QINT | IntrmdtScty/Qty | number
INTSEC/22F SELL | IntrmdtScty/RnncblEntitlmntStsTp | code
INTSEC/22F DISF | IntrmdtScty/FrctnDspstn | code
INTSEC/92D RTUN | IntrmdtScty/IntrmdtSctiesToUndrlygRatio | ratio
INTSEC/98a EXPI | IntrmdtScty/XpryDt | event-day
INTSEC/98a POST | IntrmdtScty/PstngDt | event-day
{events.dates("CADETL/", "CorpActnDtls/DtDtls/")}
{events.each("CADETL/", "69a", "CorpActnDtls/PrdDtls/", events.PERIODS, "event-period")}
CADETL/99A DAAC | CorpActnDtls/IntrstAcrdNbOfDays | number 3
CADETL/92a INTR | CorpActnDtls/RateAndAmtDtls/IntrstRate | event-rate
CADETL/92a PTSC | CorpActnDtls/RateAndAmtDtls/PctgSght | event-rate
CADETL/92a RDIS | CorpActnDtls/RateAndAmtDtls/RinvstmtDscntRateToMkt | event-rate
CADETL/90a MAXP | CorpActnDtls/PricDtls/MaxPric | event-price
CADETL/90a MINP | CorpActnDtls/PricDtls/MinPric | event-price
CADETL/36a MQSO | CorpActnDtls/SctiesQty/MaxQty | event-quantity
CADETL/36a QTSO | CorpActnDtls/SctiesQty/MinQtySght | event-quantity
CADETL/36a NBLT | CorpActnDtls/SctiesQty/NewBrdLotQty | event-quantity
CADETL/36a NEWD | CorpActnDtls/SctiesQty/NewDnmtnQty | event-quantity
CADETL/17B CERT | CorpActnDtls/CertfctnBrkdwnInd | flag
CADETL/17B RCHG | CorpActnDtls/ChrgsApldInd | flag
CADETL/17B ACIN | CorpActnDtls/AcrdIntrstInd | flag
CADETL/17B LEOG | CorpActnDtls/LttrOfGrntedDlvryInd | flag
CADETL/17B SRDC | CorpActnDtls/ShrhldrRghtsDrctvInd | flag
CADETL/22F DIVI | CorpActnDtls/DvddTp | code
CADETL/22F DITY | CorpActnDtls/OcrncTp | code
CADETL/22F OFFE | CorpActnDtls/OfferTp* | code
CADETL/22F SELL | CorpActnDtls/RnncblEntitlmntStsTp | code
CADETL/22F ESTA | CorpActnDtls/EvtStag* | code
CADETL/22F ADDB | CorpActnDtls/AddtlBizPrcInd* | code
CADETL/22F CHAN | CorpActnDtls/ChngTp* | code
CADETL/22F RHDI | CorpActnDtls/IntrmdtSctiesDstrbtnTp | code
CADETL/22F ECIO | CorpActnDtls/CptlGnInOutInd | code
CADETL/22F TDTA | CorpActnDtls/TaxblIncmPerShrClctd | code
CADETL/22F ELCT | CorpActnDtls/ElctnTp | code
CADETL/22F CONS | CorpActnDtls/CnsntTp | code
CADETL/70E OFFO | CorpActnDtls/AddtlInf/Offerr* | narrative 350
CADETL/70E NAME | CorpActnDtls/AddtlInf/NewCpnyNm | narrative 350
CAOPTN* | CorpActnOptnDtls* |
{_OPTION}
{events.spoken("ADDINFO/", "AddtlInf")}
ADDINFO/95a PAYA | PngAgt* | owner
ADDINFO/95a REGR | Regar | owner
ADDINFO/95a RESA | RsellngAgt* | owner
"""

CONFIRMATION = f"""
GENL/20C SEME | MvmntConfId | text
GENL/23G | - | = NEWM
{events.link("PREV", "NtfctnId")}
{events.link("RELA", "InstrId", typed=False)}
{events.event()}
GENL/22F CAEV | CorpActnGnlInf/EvtTp | code
USECU/35B | CorpActnGnlInf/FinInstrmId | instrument
{events.account("USECU", "AcctDtls")}
USECU/93a CONB | AcctDtls/Bal/ConfdBal | event-balance {events.SIDE}
{events.balances("USECU", "AcctDtls/Bal")}
CADETL/98a RDTE | CorpActnDtls/DtDtls/RcrdDt | event-day
CADETL/98a XDTE | CorpActnDtls/DtDtls/ExDvddDt | event-day
CADETL/22F ESTA | CorpActnDtls/EvtStag | code
CADETL/22F ADDB | CorpActnDtls/AddtlBizPrcInd* | code
CADETL/22F RHDI | CorpActnDtls/IntrmdtSctiesDstrbtnTp | code
CACONF | CorpActnConfDtls |
    13A CAON | OptnNb/Nb | plain
    22a CAOP | OptnTp | code
    22F OPTF | OptnFeatrs* | code
    22F DISF | FrctnDspstn | code
    11A OPTN | CcyOptn | plain
    69a PRIC | PrdDtls/PricClctnPrd | event-period
    69a PWAL | PrdDtls/ActnPrd | event-period
    69a PARL | PrdDtls/ParllTradgPrd | event-period
{events.rates("RateAndAmtDtls", "    ")}
    92a OVEP | RateAndAmtDtls/MaxAllwdOvrsbcptRate | event-rate plain
    92a PROR | RateAndAmtDtls/PrratnRate | event-rate plain
    90a CINL | PricDtls/CshInLieuOfShrPric | event-price
    90a OSUB | PricDtls/OverSbcptDpstPric | event-price
    SECMOVE* | SctiesMvmntDtls* |
        35B | FinInstrmId | instrument
        22F NSIS | NewSctiesIssncInd | plain
        36B PSTA | PstngQty/Qty | quantity
        98a POST | DtDtls/PstngDt | date
{_MOVED}
    CASHMOVE* | CshMvmntDtls* |
        22H CONT | CtrctlPmtInd | plain
        97a CASH | Acct/CshAcct | cash-account
        19B PSTA | AmtDtls/PstngAmt | amount .
        98a POST | DtDtls/PstngDt | date
        98A VALU | DtDtls/ValDt | day
        98a FXDT | DtDtls/FXRateFxgDt | date
        98A EARL | DtDtls/EarlstPmtDt | day
        98A PAYD | DtDtls/PmtDt | day
{_PAID}
{events.texts("ADDINFO/", "AddtlInf")}
ADDINFO/70E TXNR | AddtlInf/NrrtvVrsn* | narrative 350
ADDINFO/70E PACO | AddtlInf/PtyCtctNrrtv* | narrative 350
ADDINFO/70E TAXE | AddtlInf/TaxtnConds* | narrative 350
ADDINFO/95a PAYA | PngAgt* | owner
"""

INSTRUCTION_STATUSES = {
    "CAND": "Canc",
    "PACK": "AccptdForFrthrPrcg",
    "REJT": "Rjctd",
    "PEND": "Pdg",
    "DFLA": "DfltActn",
    "STIN": "StgInstr",
}
EVENT_STATUSES = {"COMP": "Cmplt", "RECD": "Rcncld", "PEND": "Pdg"}
_REASONED = frozenset({"CAND", "PACK", "REJT", "PEND"})


def _statuses(axis: str, element: str, known: dict[str, str]) -> str:
    return "".join(
        f"""
GENL/STAT*(25D {axis} {code}) | {element}/{choice} |
{_reasons(code) if code in _REASONED else ""}
    - | NoSpcfdRsn | = NORE unless Rsn
"""
        for code, choice in known.items()
    )


def _reasons(code: str) -> str:
    return f"""
    REAS*(24B {code}) | Rsn* |
        24B {code} | RsnCd | reason
        70D REAS | AddtlRsnInf | narrative 210
"""


INSTRUCTION_STATUS = f"""
GENL/23G | - | = INST
{events.event()}
{events.link("RELA", "InstrId", typed=False)}
GENL/22F CAEV | CorpActnGnlInf/EvtTp | code
{_statuses("IPRC", "InstrPrcgSts*", INSTRUCTION_STATUSES)}
CADETL/13A CAON | CorpActnInstr/OptnNb/Nb | plain
CADETL/22a CAOP | CorpActnInstr/OptnTp | code
CADETL/22F OPTF | CorpActnInstr/OptnFeatrs | code
{events.account("CADETL", "CorpActnInstr")}
CADETL/97a CASH | CorpActnInstr/CshAcct | cash-account
CADETL/35B | CorpActnInstr/FinInstrmId | instrument
CADETL/36B STAQ | CorpActnInstr/StsQty/Qty | quantity
CADETL/19B STAM | CorpActnInstr/StsCshAmt | amount .
{events.texts("ADDINFO/", "AddtlInf")}
ADDINFO/70E PACO | AddtlInf/PtyCtctNrrtv* | narrative 350
"""
EVENT_STATUS = f"""
GENL/23G | - | = EVST
{events.event()}
{events.link("RELA", "NtfctnId", typed=False)}
GENL/22F CAEV | CorpActnGnlInf/EvtTp | code
{_statuses("EPRC", "EvtPrcgSts*", EVENT_STATUSES)}
{events.texts("ADDINFO/", "AddtlInf")}
ADDINFO/70E PACO | AddtlInf/PtyCtctNrrtv* | narrative 350
"""
NARRATIVE = f"""
GENL/23G | - | = NEWM
GENL/22F CAEV | - | = OTHR
{events.event()}
USECU/97C SAFE | AcctDtls/ForAllAccts/IdCd | plain
{events.account("USECU(97A SAFE)", "AcctDtls/AcctsListAndBalDtls")}
USECU/93a CONB | AcctDtls/AcctsListAndBalDtls/ConfdBal | event-balance {events.SIDE}
USECU/35B | UndrlygScty | instrument
ADDINFO/70E ADTX | AddtlInf* | narrative 8000
"""

PAIRS = (
    Pair(
        "seev.031.001.14",
        "CorpActnNtfctn",
        NOTIFICATION,
        (Variant("564"),),
        sign="23G NEWM|REPL|RMDR",  # one that cancels or withdraws is another message
    ),
    Pair(
        "seev.036.001.15",
        "CorpActnMvmntConf",
        CONFIRMATION,
        (Variant("566"),),
        sign="23G NEWM",  # one that reverses is another message
    ),
    Pair(
        "seev.034.001.14",
        "CorpActnInstrStsAdvc",
        INSTRUCTION_STATUS,
        (Variant("567"),),
        sign="23G INST",
    ),
    Pair(
        "seev.032.001.08",
        "CorpActnEvtPrcgStsAdvc",
        EVENT_STATUS,
        (Variant("567"),),
        sign="23G EVST",
    ),
    Pair(
        "seev.038.001.08", "CorpActnNrrtv", NARRATIVE, (Variant("568"),), sign="23G NEWM|REPL|RMDR"
    ),
)
