"""What corporate action messages share: the event, dates, periods, rates, prices, movements."""

from __future__ import annotations

from collections.abc import Mapping

DATES = {  # of the event, 98a
    "ANOU": "AnncmntDt",
    "CERT": "CertfctnDdln",
    "COAP": "CrtApprvlDt",
    "EFFD": "FctvDt",
    "EQUL": "EqulstnDt",
    "FDAT": "FrthrDtldAnncmntDt",
    "FXDT": "FxgDt",
    "LOTO": "LtryDt",
    "MATU": "NewMtrtyDt",
    "MEET": "MtgDt",
    "MFIX": "MrgnFxgDt",
    "PROD": "PrratnDt",
    "RDTE": "RcrdDt",
    "REGI": "RegnDdln",
    "RESU": "RsltsPblctnDt",
    "SPLT": "DdlnToSplt",
    "TAXB": "DdlnForTaxBrkdwnInstr",
    "TSDT": "TradgSspdDt",
    "UNCO": "UcondlDt",
    "WUCO": "WhlyUcondlDt",
    "XDTE": "ExDvddDt",
    "OAPD": "OffclAnncmntPblctnDt",
    "SXDT": "SpclExDt",
    "GUPA": "GrntedPrtcptnDt",
    "ECPD": "ElctnToCtrPtyMktDdln",
    "LAPD": "LpsdDt",
    "PAYD": "PmtDt",
    "TPDT": "ThrdPtyDdln",
    "ETPD": "EarlyThrdPtyDdln",
    "FILL": "FilgDt",
    "HEAR": "HrgDt",
}
# dates of the event that may have a time; the others are days
TIMED = frozenset((
    "ANOU", "CERT", "FDAT", "FXDT", "MEET", "REGI", "RESU", "SPLT", "TAXB", "TSDT", "OAPD", "ECPD", "TPDT",
    "ETPD",
))  # fmt: skip
PERIODS = {
    "PRIC": "PricClctnPrd",
    "INPE": "IntrstPrd",
    "CSPD": "CmplsryPurchsPrd",
    "CLCP": "ClmPrd",
    "BOCL": "BookClsrPrd",
    "CODS": "CoDpstriesSspnsnPrd",
    "SPLP": "SpltPrd",
}
OPTION_DATES = {
    "EARD": "EarlyRspnDdln",
    "CVPR": "CoverXprtnDdln",
    "PODT": "PrtctDdln",
    "MKDT": "MktDdln",
    "RDDT": "RspnDdln",
    "EXPI": "XpryDt",
    "SUBS": "SbcptCostDbtDt",
    "DVCP": "DpstryCoverXprtnDt",
}
OPTION_PERIODS = {
    "PRIC": "PricClctnPrd",
    "PARL": "ParllTradgPrd",
    "PWAL": "ActnPrd",
    "REVO": "RvcbltyPrd",
    "SUSP": "PrvlgSspnsnPrd",
    "AREV": "AcctSvcrRvcbltyPrd",
}
BALANCES = {  # 93a, beside the eligible one
    "BLOK": "BlckdBal",
    "BORR": "BrrwdBal",
    "COLI": "CollInBal",
    "COLO": "CollOutBal",
    "LOAN": "OnLnBal",
    "PEND": "PdgDlvryBal*",
    "PENR": "PdgRctBal*",
    "REGO": "OutForRegnBal",
    "SETT": "SttlmPosBal*",
    "SPOS": "StrtPosBal",
    "TRAD": "TradDtPosBal",
    "TRAN": "InTrnsShipmntBal",
    "NOMI": "RegdBal",
    "AFFB": "AfctdBal",
    "UNAF": "UafctdBal",
}
SIDE = "Bal/ShrtLngPos Bal/QtyChc/Qty"
SIGNED = "Bal/QtyChc/SgndQty/ShrtLngPos Bal/QtyChc/SgndQty/Qty"
AMOUNTS = {  # 19B of a movement of cash
    "GRSS": "GrssCshAmt",
    "NETT": "NetCshAmt",
    "SOFE": "SlctnFees",
    "CINL": "CshInLieuOfShr",
    "CAPG": "CptlGn",
    "INTR": "IntrstAmt",
    "INDM": "IndmntyAmt",
    "MFDV": "ManfctrdDvddPmtAmt",
    "REIN": "RinvstmtAmt",
    "FLFR": "FullyFrnkdAmt",
    "UNFR": "UfrnkdAmt",
    "SOIC": "SndryOrOthrAmt",
    "TXFR": "TaxFreeAmt",
    "TXDF": "TaxDfrrdAmt",
    "VATA": "ValAddedTaxAmt",
    "STAM": "StmpDtyAmt",
    "TXRC": "TaxRclmAmt",
    "TAXC": "TaxCdtAmt",
    "ATAX": "AddtlTaxAmt",
    "TAXR": "WhldgTaxAmt",
    "WITL": "ScndLvlTaxAmt",
    "FISC": "FsclStmpAmt",
    "EXEC": "ExctgBrkrAmt",
    "PAMM": "PngAgtComssnAmt",
    "LOCO": "LclBrkrComssnAmt",
    "REGF": "RgltryFeesAmt",
    "SHIP": "ShppgFeesAmt",
    "CHAR": "ChrgsAmt",
    "OCMT": "OrgnlAmt",
    "PRIN": "PrncplOrCrps",
    "REDP": "RedPrmAmt",
    "INCO": "IncmPrtn",
    "STEX": "StockXchgTax",
    "EUTR": "EUTaxRtntnAmt",
    "ACRU": "AcrdIntrstAmt",
    "EQUL": "EqulstnAmt",
    "FTCA": "FATCATaxAmt",
    "NRAT": "NRATaxAmt",
    "BWIT": "BckUpWhldgTaxAmt",
    "TXIN": "TaxOnIncmAmt",
    "TRAX": "TxTax",
}
RATES = {  # 92a of an option or a movement: the element, and how it is said
    "GRSS": ("GrssDvddRate*", "event-rate amount"),
    "NETT": ("NetDvddRate*", "event-rate amount"),
    "INTP": ("IntrstRateUsdForPmt*", "event-rate"),
    "TAXR": ("WhldgTaxRate*", "event-rate"),
    "WITL": ("ScndLvlTax*", "event-rate"),
    "ATAX": ("AddtlTax", "event-rate"),
}
RATIOS = {
    "ADSR": "AddtlQtyForSbcbdRsltntScties",
    "ADEX": "AddtlQtyForExstgScties",
    "NEWO": "NewToOd",
}
PRICES = {
    "CINL": "CshInLieuOfShrPric",
    "PRPP": "GncCshPricPdPerPdct",
    "OFFR": "GncCshPricRcvdPerPdct",
}
MOVEMENT_DATES = {
    "AVAL": "AvlblDt",
    "DIVR": "DvddRnkgDt",
    "EARL": "EarlstPmtDt",
    "PPDT": "PrpssDt",
}
DIRECTION = "22H CRDB | CdtDbtInd | pick CRED=CRDT DEBT=DBIT"


def each(
    before: str, tag: str, after: str, known: Mapping[str, str], how: str, margin: str = ""
) -> str:
    """A line for each qualifier and its element."""
    return "".join(
        f"{margin}{before}{tag} {qualifier} | {after}{element} | {how}\n"
        for qualifier, element in known.items()
    )


def dates(before: str, after: str) -> str:
    """The dates of the event."""
    return "".join(
        f"{before}98a {qualifier} | {after}{element} |"
        f" {'date nested' if qualifier in TIMED else 'event-day'}\n"
        for qualifier, element in DATES.items()
    )


def event(type_: str = "CorpActnGnlInf") -> str:
    """Which event it is, by the servicer's and the official reference."""
    return f"""
GENL/20C CORP | {type_}/CorpActnEvtId | text
GENL/20C COAF | {type_}/OffclCorpActnEvtId | text
"""


def link(qualifier: str, element: str, *, typed: bool = True) -> str:
    """A block that names another message, which has an element of its own."""
    how = "    22F LINK | LkgTp | code\n" if typed else ""
    return f"""
GENL/LINK*(20C {qualifier}) | {element} |
{how}    20C {qualifier} | Id | text
    13A LINK | - | which message a reference is of follows from its element
"""


def account(block: str, element: str) -> str:
    """Whose position it is, and where it is kept."""
    return f"""
{block}/95a ACOW | {element}/AcctOwnr | owner
{block}/97A SAFE | {element}/SfkpgAcct | plain
{block}/94a SAFE | {element}/SfkpgPlc | event-place
"""


def balances(block: str, element: str) -> str:
    """What is held: the eligible balance and those it is made of."""
    others = each(f"{block}/", "93a", f"{element}/", BALANCES, f"event-balance {SIDE}")
    return f"{block}/93a ELIG | {element}/TtlElgblBal | event-balance {SIGNED}\n{others}"


def rates(element: str, margin: str) -> str:
    """The rates of an option or of a movement."""
    return "".join(
        f"{margin}92a {qualifier} | {element}/{place} | {how}\n"
        for qualifier, (place, how) in RATES.items()
    )


def texts(block: str, place: str, margin: str = "") -> str:
    """What is said in words, in elements that name no language."""
    return f"{margin}{block}70E ADTX | {place}/AddtlTxt* | narrative 350\n"


def spoken(block: str, place: str, margin: str = "") -> str:
    """The same in elements that name a language, which a FIN message does not."""
    return "".join(
        f"{margin}{block}{tag} | {place}/{element}/AddtlInf | narrative 8000\n"
        f"{margin}- | {place}/{element}/Lang | = en when {place}/{element}\n"
        for tag, element in (
            ("70E ADTX", "AddtlTxt"),
            ("70E TXNR", "NrrtvVrsn"),
            ("70E INCO", "InfConds"),
            ("70E COMP", "InfToCmplyWth"),
            ("70E TAXE", "TaxtnConds"),
            ("70E DISC", "Dsclmr"),
        )
    )
