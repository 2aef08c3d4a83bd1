"""What the settlement pairs share: links, instrument terms, lots, parties, amounts (DOMAIN 6.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

REFERENCES = {
    "RELA": "SctiesSttlmTxId",
    "POOL": "PoolId",
    "MITI": "MktInfrstrctrTxId",
    "CORP": "OthrTxId",
}
OTHER_REFERENCES = {
    "PREV": "SctiesSttlmTxId",
    "PREA": "SctiesSttlmTxId",
    "MAST": "OthrTxId",
    "INDX": "OthrTxId",
    "COLR": "OthrTxId",
    "TCTR": "OthrTxId",
    "CLTR": "OthrTxId",
}
AMOUNTS = {
    "ACRU": "AcrdIntrstAmt",
    "CHAR": "ChrgsFees",
    "COUN": "CtryNtlFdrlTax",
    "DEAL": "TradAmt",
    "EXEC": "ExctgBrkrAmt",
    "ISDI": "IsseDscntAllwnc",
    "LEVY": "PmtLevyTax",
    "LOCL": "LclTax",
    "LADT": "LclTaxCtrySpcfc",
    "LOCO": "LclBrkrComssn",
    "MARG": "Mrgn",
    "OTHR": "Othr",
    "REGF": "RgltryAmt",
    "SHIP": "ShppgAmt",
    "SPCN": "SpclCncssn",
    "STAM": "StmpDty",
    "STEX": "StockXchgTax",
    "TRAN": "TrfTax",
    "TRAX": "TxTax",
    "VATA": "ValAddedTax",
    "WITH": "WhldgTax",
    "ANTO": "NetGnLoss",
    "COAX": "CsmptnTax",
    "ACCA": "AcrdCptlstnAmt",
}
PARAMETERS = (  # 22F of the details: qualifier, element below the settlement parameters, converter
    ("STCO", "", "pick @PrtlSttlmInd PART=PART NPAR=NPAR PARC=PARC PARQ=PARQ"),
    ("STCO", "SttlmTxCond*", "code"),
    ("SETR", "SctiesTxTp", "code"),
    ("STAM", "StmpDtyTaxBsis", "generic"),
    ("RTGS", "SctiesRTGS/Ind", "pick YRTG=true NRTG=false"),
    ("REGT", "Regn", "code"),
    ("BENE", "BnfclOwnrsh/Ind", "pick YBEN=true NBEN=false"),
    ("CASY", "CshClrSys", "code"),
    ("TCPI", "TaxCpcty", "code"),
    ("MACL", "MktClntSd", "code"),
    ("FXCX", "FxStgInstr/Ind", "pick FXYE=true FXNO=false"),
    ("BLOC", "BlckTrad", "code"),
    ("REST", "LglRstrctns", "code"),
    ("SETS", "SttlmSysMtd", "code"),
    ("NETT", "NetgElgblty/Ind", "pick YNET=true NNET=false"),
    ("CCPT", "CCPElgblty/Ind", "pick YCCP=true NCCP=false"),
    ("LEOG", "LttrOfGrnt/Ind", "pick YLEG=true NLEG=false"),
    ("COLA", "XpsrTp", "code"),
    ("REPT", "RpTp", "code"),
)
NO_FX_STANDING = ("FXCX",)  # of a status and a confirmation, which have no element for it
FOLLOWING = frozenset({"ACRU", "DEAL", "EXEC", "ANTO", "ISDI", "ACCA"})  # the cash; costs go out
CHAINS = {
    "DlvrgSttlmPties": ("DEAG", "SELL", "DECU", "DEI1", "DEI2"),
    "RcvgSttlmPties": ("REAG", "BUYR", "RECU", "REI1", "REI2"),
}
CASH_PARTIES = {
    "DEBT": "Dbtr",
    "PAYE": "DbtrAgt",
    "BENM": "Cdtr",
    "ACCW": "CdtrAgt",
    "INTM": "Intrmy",
}
BUSINESS_PARTIES = {
    "INVE": "Invstr*",
    "QFIN": "QlfdFrgnIntrmy",
    "EXCH": "StockXchg",
    "TRRE": "TradRgltr",
    "TRAG": "TrptyAgt",
    "BRKR": "Brkr",
}


def links(element: str = "Lnkgs*") -> str:
    """The blocks that link a message with others, one line for each kind of reference."""
    groups = []
    for qualifier, reference in (REFERENCES | OTHER_REFERENCES).items():
        lost = "" if qualifier in REFERENCES else ", lost: which kind of reference this is"
        groups.append(f"""
GENL/LINK*(20a {qualifier}) | {element}(Ref/{reference}) |
    22F LINK | PrcgPos | code
    13A LINK | MsgNb/ShrtNb | plain
    20a {qualifier} | Ref/{reference} | reference{lost}
""")
    return "".join(groups)


def attributes(block: str, element: str = "FinInstrmAttrbts") -> str:
    """The terms of an instrument."""
    return f"""
{block}/FIA/94B PLIS | {element}/PlcOfListg | listing
{block}/FIA/22F MICO | {element}/DayCntBsis | code
{block}/FIA/22F FORM | {element}/RegnForm | code
{block}/FIA/22F PFRE | {element}/PmtFrqcy | code
{block}/FIA/22F PAYS | {element}/PmtSts | code
{block}/FIA/22F CFRE | {element}/VarblRateChngFrqcy | code
{block}/FIA/12C CLAS | {element}/ClssfctnTp/ClssfctnFinInstrm | plain
{block}/FIA/12B OPST | {element}/OptnStyle | code
{block}/FIA/12B OPTI | {element}/OptnTp | code
{block}/FIA/11A DENO | {element}/DnmtnCcy | plain
{block}/FIA/98A COUP | {element}/CpnDt | day
{block}/FIA/98A EXPI | {element}/XpryDt | day
{block}/FIA/98A FRNR | {element}/FltgRateFxgDt | day
{block}/FIA/98A MATU | {element}/MtrtyDt | day
{block}/FIA/98A ISSU | {element}/IsseDt | day
{block}/FIA/98A CALD | {element}/NxtCllblDt | day
{block}/FIA/98A PUTT | {element}/PutblDt | day
{block}/FIA/98A DDTE | {element}/DtdDt | day
{block}/FIA/92A PRFC | {element}/PrvsFctr | number
{block}/FIA/92A CUFC | {element}/CurFctr | number
{block}/FIA/92A NWFC | {element}/NxtFctr | number
{block}/FIA/92A INTR | {element}/IntrstRate | number
{block}/FIA/92A NXRT | {element}/NxtIntrstRate | number
{block}/FIA/92A INDX | {element}/IndxRateBsis | number
{block}/FIA/92A YTMR | {element}/YldToMtrtyRate | number
{block}/FIA/13A COUP | {element}/CpnAttchdNb/Shrt | plain
{block}/FIA/13B COUP | {element}/CpnAttchdNb/Lng/Id | text
{block}/FIA/13B POOL | {element}/PoolNb/Id | text
{block}/FIA/17B FRNF | {element}/VarblRateInd | flag
{block}/FIA/17B CALL | {element}/CllblInd | flag
{block}/FIA/17B PUTT | {element}/PutblInd | flag
{block}/FIA/90a INDC | {element}/MktOrIndctvPric/Indctv | price
{block}/FIA/90a MRKT | {element}/MktOrIndctvPric/Mkt | price
{block}/FIA/36a MINO | {element}/MinNmnlQty | quantity
{block}/FIA/36a SIZE | {element}/CtrctSz | quantity
{block}/FIA*/35B | {element}/UndrlygFinInstrmId* | instrument
{block}/FIA/70E FIAN | {element}/FinInstrmAttrAddtlDtls | narrative 350
"""


def indented(table: str) -> str:
    """The lines of a table as they stand inside a block: `./` is a place in that one."""
    lines = (line for line in table.splitlines() if line.strip())
    return "\n".join("    " + re.sub(r"(^|\| |also )\./", r"\1", line) for line in lines)


def lots(block: str, element: str) -> str:
    """The lots a quantity is made of."""
    return f"""
{block}/BREAK* | {element}* |
    13B LOTS | LotNb/Id | text
    36a LOTS | LotQty | quantity
    98a LOTS | LotDtTm | date
    90a LOTS | LotPric | price
    22F PRIC | TpOfPric | code
"""


def party(qualifier: str) -> str:
    """What one block of a settlement party says."""
    return f"""
    95L ALTE | LEI | plain L
    95a {qualifier} | . | party
    95S ALTE | AltrnId | alternate
    97a SAFE | SfkpgAcct | account
    98a PROC | PrcgDt | date
    20C PROC | PrcgId | text
    70E DECL | AddtlInf/DclrtnDtls | narrative 350
    70D REGI | AddtlInf/RegnDtls | narrative 350
    70C PACO | AddtlInf/PtyCtctDtls | narrative 140
"""


def parties() -> str:
    """Both chains with the depository, which stands on either side; then those of the cash."""
    groups = [
        """
SETDET/SETPRTY*(95a PSET)/95a PSET | {side}/Dpstry | party, also {other}/Dpstry
SETDET/SETPRTY(95a PSET) | {side}/Dpstry |
    97a SAFE | - | the account at the depository is its participant's, told beside that one
    98a PROC | PrcgDt | date
    20C PROC | PrcgId | text
    70E DECL | AddtlInf/DclrtnDtls | narrative 350
    70D REGI | AddtlInf/RegnDtls | narrative 350
    70C PACO | AddtlInf/PtyCtctDtls | narrative 140
"""
    ]
    for side, chain in CHAINS.items():
        for number, qualifier in enumerate(chain, start=1):
            groups.append(f"\nSETDET/SETPRTY*(95a {qualifier}) | {side}/Pty{number} |")
            groups.append(party(qualifier))
    for qualifier, element in CASH_PARTIES.items():
        groups.append(f"""
SETDET/CSHPRTY*(95a {qualifier}) | CshPties/{element} |
    95L ALTE | LEI | plain L
    95a {qualifier} | . | party
    95S ALTE | AltrnId | alternate
    97a CASH | CshAcct | cash-account
    97a CHAR | ChrgsAcct | cash-account
    97a COMM | ComssnAcct | cash-account
    97a TAXE | TaxAcct | cash-account
    70E DECL | AddtlInf/DclrtnDtls | narrative 350
    70C PACO | AddtlInf/PtyCtctDtls | narrative 140
""")
    for qualifier, element in BUSINESS_PARTIES.items():
        groups.append(f"""
OTHRPRTY*(95a {qualifier}) | OthrBizPties/{element} |
    95L ALTE | LEI | plain L
    95a {qualifier} | . | party
    95S ALTE | AltrnId | alternate
    20C PROC | PrcgId | text
    70E DECL | AddtlInf/DclrtnDtls | narrative 350
    70C PACO | AddtlInf/PtyCtctDtls | narrative 140
""")
    return "".join(groups)


def way(place: str, side: str) -> str:
    """The cash of an amount that has no sign: paid for what is received, got for what is delivered.

    Senders differ in whether they write the sign (DOMAIN 6.5); the movement always tells.
    """
    block, _, amount = place.rpartition("/")
    return f"""
- | {place}/{side} | = DBIT when {block}(SctiesMvmntTp=RECE)/{amount}
- | {place}/{side} | = CRDT when {place}
"""


def status_parties(block: str = "SETTRAN", element: str = "TxDtls") -> str:
    """The chains as a status or a statement repeats them."""
    chains = "".join(
        f"""
{block}/SETPRTY*(95a {qualifier}) | {element}/{side}/Pty{number} |
    95L ALTE | LEI | plain L
    95a {qualifier} | . | party
    97a SAFE | SfkpgAcct | account
    20C PROC | PrcgId | text
"""
        for side, chain in CHAINS.items()
        for number, qualifier in enumerate(chain, start=1)
    )
    here, also = (f"{element}/{side}/Dpstry" for side in CHAINS)
    return f"{chains}\n{block}/SETPRTY*(95a PSET)/95a PSET | {here} | party, also {also}\n"


# what a reason says with a code, where the status has another word for it
REASON_WORDS = {"CPRC": "CGEN", "MODC": "PACK"}
WITHOUT_LIST = frozenset({"CxlReqd", "ModReqd"})  # of codes: a reason there is proprietary


def statuses(block: str, element: str, known: Mapping[str, tuple[str, Mapping[str, str]]]) -> str:
    """Every status a message can tell: the block it makes, and its reasons."""
    return "".join(
        _status(block, axis, code, f"{element}{where}/{choice}", choice)
        for where, (axis, choices) in known.items()
        for choice, code in choices.items()
    )


def _status(block: str, axis: str, code: str, element: str, choice: str) -> str:
    qualifier = REASON_WORDS.get(code, code)
    head = f"{block}(25D {axis} {code}) | {element} |"
    if choice in WITHOUT_LIST or code == "MACH":
        return f"\n{head}\n    REAS/70D REAS | AddtlRsnInf | narrative 210\n"
    return f"""
{head}
    REAS*(24B {qualifier}) | Rsn* |
        24B {qualifier} | Cd | reason
        70D REAS | AddtlRsnInf | narrative 210
    - | NoSpcfdRsn | = NORE unless Rsn
"""


def references() -> str:
    """The references of a transaction in a statement."""
    return """
LINK*(20a RELA)/20a RELA | AcctOwnrTxId | reference
LINK*(20a MITI)/20a MITI | MktInfrstrctrTxId | reference
LINK*(20a PCTI)/20a PCTI | PrcrTxId | reference
LINK*(20a TRRF)/20a TRRF | TradId* | reference
LINK*(20a POOL)/20a POOL | PoolId | reference
LINK*(20a COMM)/20a COMM | CmonId | reference
LINK*(20a CORP)/20a CORP | CorpActnEvtId | reference
LINK/13A LINK | - | which message a reference is of follows from its element
"""


def statement_head() -> str:
    """What every statement of securities says of itself and of the account."""
    return """
GENL/28E | Pgntn | page
GENL/13A STAT | StmtGnlDtls/RptNb/Shrt | plain
GENL/13J STAT | StmtGnlDtls/RptNb/Lng | plain
GENL/20C SEME | StmtGnlDtls/StmtId | text
GENL/23G | - | = NEWM only
GENL/22F SFRE | StmtGnlDtls/Frqcy | code
GENL/22F CODE | StmtGnlDtls/UpdTp | code
GENL/95a ACOW | AcctOwnr | party
GENL/95L ALTE | AcctOwnr/LEI | plain
GENL/97a SAFE | SfkpgAcct | account
GENL/17B ACTI | StmtGnlDtls/ActvtyInd | flag
"""


def of_account(element: str, below: str, rows: str) -> str:
    """What is held on the account itself, and on each sub-account that a block names."""
    return f"""
SUBSAFE(!97a SAFE)/FIN* | {element}* |
{rows}
SUBSAFE*(97a SAFE) | SubAcctDtls* |
    95a ACOW | AcctOwnr | party
    95L ALTE | AcctOwnr/LEI | plain
    97a SAFE | SfkpgAcct | account
    17B ACTI | ActvtyInd | flag, else mx true
    FIN* | {below}* |
{indented(rows)}
"""


def amount(qualifier: str, element: str, *, main: bool = False) -> str:
    """One block of an amount; costs are debited whichever way the cash of the trade goes."""
    way = "{cash}" if main or qualifier in FOLLOWING else "DBIT"
    flags = "    17B ACRU | AcrdIntrstInd | flag\n    17B STAM | StmpDtyInd | flag" if main else ""
    return f"""
SETDET/AMT*(19A {qualifier}) | {element} |
{flags}
    19A {qualifier} | . | amount Amt {way}
    19A OCMT | OrgnlCcyAndOrdrdAmt | amount .
    92B EXCH | FXDtls | exchange
    19A RESU | FXDtls/RsltgAmt | amount .
{"    {value_date}" if main else ""}
"""


def amounts(qualifier: str, element: str) -> str:
    """The amount that settles, and those it is made of."""
    others = (amount(other, f"OthrAmts/{place}") for other, place in AMOUNTS.items())
    return amount(qualifier, element, main=True) + "".join(others)


def parameters(block: str, element: str = "SttlmParams", without: tuple[str, ...] = ()) -> str:
    """How a transaction settles, code by code; `without` those a message has no element for."""
    return "".join(
        f"{block}/22F {qualifier} | {'/'.join(filter(None, (element, place)))} | {how}\n"
        for qualifier, place, how in PARAMETERS
        if qualifier not in without
    )


def quantity(block: str, qualifier: str, element: str) -> str:
    """How much; of a debt instrument the original face and its amortised value may stand together."""
    faces = "".join(
        f"{block}/.(&36B {qualifier})/36B {qualifier} | {element}/OrgnlAndCurFace | face {kind}\n"
        for kind in ("FAMT", "AMOR")
    )
    return f"{faces}{block}/36a {qualifier} | {element}/Qty | quantity\n"


def places(block: str, element: str) -> str:
    """Where it was traded and cleared."""
    return f"""
{block}/94H CLEA | {element}/PlcOfClr/Id | plain
{block}/94L CLEA | {element}/PlcOfClr/LEI | plain
{block}/94B TRAD | {element}/PlcOfTrad | trade-place
{block}/94L TRAD | {element}/PlcOfTrad/LEI | plain
"""


def trade_terms(block: str = "TRADDET", element: str = "TradDtls") -> str:
    """What an instruction and its confirmation both repeat of the trade."""
    return f"""
{block}/98a TRAD | {element}/TradDt | date nested
{block}/90a DEAL | {element}/DealPric | price
{block}/99A DAAC | {element}/NbOfDaysAcrd | number 3
{block}/35B | FinInstrmId | instrument
{block}/22F PROC | {element}/OpngClsg | code
{block}/22F RPOR | {element}/Rptg* | code
{block}/22F PRIR | SttlmParams/Prty/Nmrc | plain
{block}/22F TTCO | {element}/TradTxCond* | code
{block}/22F INCA | {element}/InvstrCpcty | code
{block}/22F TRCA | {element}/TradOrgtrRole | code
{block}/22F PRIC | {element}/TpOfPric | code
{block}/70E FXIN | {element}/FxAddtlDtls | narrative 350
{block}/70E SPRO | {element}/SttlmInstrPrcgAddtlDtls | narrative 350
"""


def account(block: str = "FIAC", element: str = "QtyAndAcctDtls") -> str:
    """Whose account, where, and which cash account beside it."""
    return f"""
{block}/70D DENC | {element}/DnmtnChc | narrative 210
{block}/95a ACOW | {element}/AcctOwnr | party
{block}/95L ALTE | {element}/AcctOwnr/LEI | plain
{block}/97a SAFE | {element}/SfkpgAcct | account
{block}/97a CASH | {element}/CshAcct | cash-account
{block}/94a SAFE | {element}/SfkpgPlc | safe-place
"""
