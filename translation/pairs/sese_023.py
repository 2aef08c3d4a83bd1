"""MT540-543 and sese.023, settlement instructions (DOMAIN 6.2)."""

from __future__ import annotations

from translation.pairs import settlement
from translation.pairs.pair import Pair, Variant

TABLE = f"""
GENL/20C SEME | TxId | text
GENL/23G | SttlmParams/HldInd/Ind | pick PREA=true
GENL/23G | - | = NEWM
GENL/98a PREP | - | the header of the message has its own time
GENL/99B SETT | NbCounts/TtlNb/CurInstrNb | plain
GENL/99B TOSE | NbCounts/TtlNb/TtlOfLkdInstrs | plain
- | SttlmTpAndAddtlParams/SctiesMvmntTp | = {{movement}}
- | SttlmTpAndAddtlParams/Pmt | = {{payment}}
GENL/LINK*(20C COMM)/20C COMM | SttlmTpAndAddtlParams/CmonId | text
GENL/LINK*(20C CORP)/20C CORP | SttlmTpAndAddtlParams/CorpActnEvtId | text
GENL/LINK*(20a TRRF)/20a TRRF | TradDtls/TradId* | reference
{settlement.links()}
TRADDET/94H CLEA | TradDtls/PlcOfClr/Id | plain
TRADDET/94L CLEA | TradDtls/PlcOfClr/LEI | plain
TRADDET/94B TRAD | TradDtls/PlcOfTrad | trade-place
TRADDET/94L TRAD | TradDtls/PlcOfTrad/LEI | plain
TRADDET/98a SETT | TradDtls/SttlmDt | date nested
TRADDET/98a TRAD | TradDtls/TradDt | date nested
TRADDET/98a LATE | TradDtls/LateDlvryDt | date
TRADDET/90a DEAL | TradDtls/DealPric | price
TRADDET/99A DAAC | TradDtls/NbOfDaysAcrd | number 3
TRADDET/35B | FinInstrmId | instrument
{settlement.attributes("TRADDET")}
TRADDET/22F PROC | TradDtls/OpngClsg | code
TRADDET/22F RPOR | TradDtls/Rptg* | code
TRADDET/22F PRIR | SttlmParams/Prty/Nmrc | plain
TRADDET/22F TTCO | TradDtls/TradTxCond* | code
TRADDET/22F INCA | TradDtls/InvstrCpcty | code
TRADDET/22F TRCA | TradDtls/TradOrgtrRole | code
TRADDET/22F PRIC | TradDtls/TpOfPric | code
TRADDET/11A FXIB | TradDtls/CcyToBuyOrSell/CcyToBuy | plain
TRADDET/25D MTCH | TradDtls/MtchgSts | code
TRADDET/25D AFFM | TradDtls/AffirmSts | code
TRADDET/70E FXIN | TradDtls/FxAddtlDtls | narrative 350
TRADDET/70E SPRO | TradDtls/SttlmInstrPrcgAddtlDtls | narrative 350
FIAC/36a SETT | QtyAndAcctDtls/SttlmQty/Qty | quantity
FIAC/70D DENC | QtyAndAcctDtls/DnmtnChc | narrative 210
FIAC/13B CERT | AddtlPhysOrRegnDtls/CertNb*/Nb | text
FIAC/95a ACOW | QtyAndAcctDtls/AcctOwnr | party
FIAC/95L ALTE | QtyAndAcctDtls/AcctOwnr/LEI | plain
FIAC/97a SAFE | QtyAndAcctDtls/SfkpgAcct | account
FIAC/97a CASH | QtyAndAcctDtls/CshAcct | cash-account
FIAC/94a SAFE | QtyAndAcctDtls/SfkpgPlc | safe-place
{settlement.lots("FIAC", "QtyAndAcctDtls/QtyBrkdwn")}
SETDET/22F STCO | SttlmParams | pick @PrtlSttlmInd PART=PART NPAR=NPAR PARC=PARC PARQ=PARQ
SETDET/22F STCO | SttlmParams/SttlmTxCond* | code
SETDET/22F SETR | SttlmParams/SctiesTxTp | code
SETDET/22F STAM | SttlmParams/StmpDtyTaxBsis | generic
SETDET/22F RTGS | SttlmParams/SctiesRTGS/Ind | pick YRTG=true NRTG=false
SETDET/22F REGT | SttlmParams/Regn | code
SETDET/22F BENE | SttlmParams/BnfclOwnrsh/Ind | pick YBEN=true NBEN=false
SETDET/22F CASY | SttlmParams/CshClrSys | code
SETDET/22F TCPI | SttlmParams/TaxCpcty | code
SETDET/22F MACL | SttlmParams/MktClntSd | code
SETDET/22F FXCX | SttlmParams/FxStgInstr/Ind | pick FXYE=true FXNO=false
SETDET/22F BLOC | SttlmParams/BlckTrad | code
SETDET/22F REST | SttlmParams/LglRstrctns | code
SETDET/22F SETS | SttlmParams/SttlmSysMtd | code
SETDET/22F NETT | SttlmParams/NetgElgblty/Ind | pick YNET=true NNET=false
SETDET/22F CCPT | SttlmParams/CCPElgblty/Ind | pick YCCP=true NCCP=false
SETDET/22F LEOG | SttlmParams/LttrOfGrnt/Ind | pick YLEG=true NLEG=false
SETDET/22F COLA | SttlmParams/XpsrTp | code
SETDET/22F REPT | SttlmParams/RpTp | code
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
