"""sese.023.001.11, securities settlement transaction instruction: DOMAIN 6.2 as rows."""

from __future__ import annotations

from schemas.mx.notation import Group, Leaf, Message, Number, Reference, Text, one_of
from schemas.mx.settlement import (
    DELIVERER,
    INSTRUMENT,
    MONEY,
    PRICE,
    RATE,
    RECEIVER,
    amount,
    quantity,
    side,
)

TRANSACTION_TYPES = one_of(
    "AUTO BSBK BYIY CLAI CNCB COLI COLO CONV CORP ETFT FCTA INSP ISSU MKDW MKUP NETT NSYN "
    "OWNE OWNI PAIR PLAC PORT REAL REDI REDM RELE REPU RODE RVPO SBBK SBRE SECB SECL SLRE "
    "SUBS SWIF SWIT SYND TBAC TRAD TRPO TRVO TURN"
)
CONDITIONS = one_of(
    "ADEA ASGN BPSS BUTC CLEN DIRT DLWM DRAW EXER EXPI FRCL KNOC NACT NOMC PENS PHYS RESI "
    "RHYP RPTO SHOR SPDL SPST TRAN TRIP UNEX"
)
DAY_COUNTS = one_of("A001 A002 A003 A004 A005 A006 A007 A008 A009 A010 A011 A012 A013 A014")

SESE_023 = Message(
    id="sese.023.001.11",
    root="SctiesSttlmTxInstr",
    rows=(
        Leaf("TxId", "seme", Reference(), required=True),
        Leaf("SttlmTpAndAddtlParams/SctiesMvmntTp", "direction"),
        Leaf("SttlmTpAndAddtlParams/Pmt", "payment"),
        Leaf("SttlmTpAndAddtlParams/CmonId", "common_ref", Reference()),
        Group(
            "Lnkgs",
            "links",
            (
                Leaf("PrcgPos/Cd", "position"),
                Leaf("Ref/SctiesSttlmTxId", "instruction", Reference()),
                Leaf("Ref/PoolId", "pool", Reference()),
                Leaf("Ref/OthrTxId", "other", Reference()),
            ),
        ),
        Leaf("TradDtls/TradId", "trade_id", Reference()),
        Leaf("TradDtls/PlcOfTrad/MktTpAndId/Id/MktIdrCd", "place_of_trade.mic"),
        Leaf("TradDtls/PlcOfTrad/MktTpAndId/Id/Desc", "place_text", Text(35)),
        Leaf("TradDtls/PlcOfTrad/MktTpAndId/Tp/Cd", "place_of_trade.type"),
        Leaf("TradDtls/PlcOfClr/Id", "place_of_clearing"),
        Leaf("TradDtls/TradDt/Dt/Dt", "trade_date"),
        Leaf("TradDtls/SttlmDt/Dt/Dt", "settle_date", required=True),
        Leaf("TradDtls/DealPric/Tp/Yldd", "price.yielded"),
        Leaf("TradDtls/DealPric/Tp/ValTp", "price.kind"),
        Leaf("TradDtls/DealPric/Val/Rate", "price.rate", RATE),
        Leaf("TradDtls/DealPric/Val/Amt@Ccy", "price.amount", PRICE),
        Leaf("TradDtls/NbOfDaysAcrd", "days_accrued", Number(3, 0)),
        Leaf("TradDtls/AffirmSts/Cd", "affirmation"),
        *INSTRUMENT,
        Leaf("FinInstrmAttrbts/DayCntBsis/Cd", "bond_terms.day_count", DAY_COUNTS),
        Leaf("FinInstrmAttrbts/DnmtnCcy", "bond_terms.denomination_currency"),
        Leaf("FinInstrmAttrbts/MtrtyDt", "bond_terms.maturity_date"),
        Leaf("FinInstrmAttrbts/IntrstRate", "bond_terms.interest_rate", RATE),
        *quantity("QtyAndAcctDtls/SttlmQty/Qty"),
        Leaf("QtyAndAcctDtls/SfkpgAcct/Id", "safekeeping_account", Text(35)),
        Leaf("QtyAndAcctDtls/CshAcct/IBAN", "cash_iban"),
        Leaf("QtyAndAcctDtls/CshAcct/Prtry", "cash_other", Text(34)),
        Group(
            "QtyAndAcctDtls/QtyBrkdwn",
            "lots",
            (
                Leaf("LotNb/Id", "number", Text(35)),
                *quantity("LotQty"),
                Leaf("LotDtTm/Dt", "acquired_on"),
                Leaf("LotPric/Tp/Yldd", "price.yielded"),
                Leaf("LotPric/Tp/ValTp", "price.kind"),
                Leaf("LotPric/Val/Rate", "price.rate", RATE),
                Leaf("LotPric/Val/Amt@Ccy", "price.amount", PRICE),
            ),
        ),
        Leaf("SttlmParams/HldInd/Ind", "held"),
        Leaf("SttlmParams/SctiesTxTp/Cd", "txn_type", TRANSACTION_TYPES),
        Group("SttlmParams/SttlmTxCond", "conditions", (Leaf("Cd", "code", CONDITIONS),)),
        Leaf("SttlmParams/PrtlSttlmInd", "partial"),
        *side("DlvrgSttlmPties", DELIVERER),
        *side("RcvgSttlmPties", RECEIVER),
        Leaf("SttlmAmt/AcrdIntrstInd", "with_accrued"),
        *amount("SttlmAmt", "settlement_amount", "settlement_way"),
        Leaf("SttlmAmt/FXDtls/UnitCcy", "fx.unit_currency"),
        Leaf("SttlmAmt/FXDtls/QtdCcy", "fx.quoted_currency"),
        Leaf("SttlmAmt/FXDtls/XchgRate", "fx.rate", RATE),
        Leaf("SttlmAmt/FXDtls/RsltgAmt@Ccy", "fx.resulting_amount", MONEY),
        *amount("OthrAmts/AcrdIntrstAmt", "accrued_interest", "accrued_way"),
        *amount("OthrAmts/ChrgsFees", "charges", "charges_way"),
        *amount("OthrAmts/TradAmt", "deal_amount", "deal_way"),
        *amount("OthrAmts/LclBrkrComssn", "commission", "commission_way"),
        *amount("OthrAmts/RgltryAmt", "regulatory_fee", "regulatory_way"),
        *amount("OthrAmts/TxTax", "tax", "tax_way"),
    ),
)
