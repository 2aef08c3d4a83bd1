"""Sequences that settlement instructions (MT540-543), confirmations (MT544-547) and MT548 share."""

from __future__ import annotations

from schemas.mt.message import Field, Sequence, generic, plain

REFERENCES = {
    "POOL": "Pool reference",
    "PREA": "Pre-advice reference",
    "PREV": "Previous reference",
    "RELA": "Related reference",
    "TRRF": "Trade reference",
    "COMM": "Common reference",
    "COLR": "Collective reference",
    "CORP": "Corporate action reference",
    "TCTR": "Triparty collateral transaction reference",
    "CLTR": "Client triparty collateral reference",
    "CLCI": "Client collateral instruction reference",
    "TRCI": "Triparty collateral instruction reference",
    "MITI": "Market infrastructure reference",
    "PCTI": "Processor reference",
    "MAST": "Master reference",
    "INDX": "Index reference",
    "COAF": "Official corporate action reference",
    "BASK": "Basket reference",
}
SETTLEMENT_PARTIES = {
    "BUYR": "Buyer",
    "DEAG": "Delivering agent",
    "DECU": "Deliverer's custodian",
    "DEI1": "Deliverer's intermediary 1",
    "DEI2": "Deliverer's intermediary 2",
    "PSET": "Place of settlement",
    "REAG": "Receiving agent",
    "RECU": "Receiver's custodian",
    "REI1": "Receiver's intermediary 1",
    "REI2": "Receiver's intermediary 2",
    "SELL": "Seller",
}
CASH_PARTIES = {
    "ACCW": "Account with institution",
    "BENM": "Beneficiary of money",
    "PAYE": "Paying institution",
    "DEBT": "Debtor",
    "INTM": "Intermediary",
}
OTHER_PARTIES = {
    "EXCH": "Stock exchange",
    "MEOR": "Meeting originator",
    "MERE": "Meeting recipient",
    "TRRE": "Trade regulator",
    "INVE": "Investor",
    "VEND": "Vendor",
    "TRAG": "Transfer agent",
    "QFIN": "Qualified foreign intermediary",
    "BRKR": "Broker",
}
COSTS = {
    "ACRU": "Accrued interest",
    "ANTO": "Net gain or loss",
    "BOOK": "Book value",
    "CHAR": "Charges and fees",
    "COUN": "Country or national federal tax",
    "DEAL": "Deal amount",
    "EXEC": "Executing broker's commission",
    "ISDI": "Issue discount or allowance",
    "LADT": "Local tax on the deal",
    "LEVY": "Payment levy tax",
    "LOCL": "Local tax",
    "LOCO": "Local broker's commission",
    "MARG": "Margin",
    "OTHR": "Other amount",
    "REGF": "Regulatory fees",
    "SHIP": "Shipping",
    "SPCN": "Special concessions",
    "STAM": "Stamp duty",
    "STEX": "Stock exchange tax",
    "TRAN": "Transfer tax",
    "TRAX": "Transaction tax",
    "VATA": "Value added tax",
    "WITH": "Withholding tax",
    "COAX": "Consumption tax",
    "ACCA": "Accrued capitalisation",
}
INDICATORS = {
    "SETR": "Type of settlement transaction",
    "TRCA": "Party capacity",
    "STAM": "Stamp duty indicator",
    "RTGS": "Real-time gross settlement",
    "REGT": "Registration",
    "BENE": "Beneficial ownership",
    "CASY": "Cash settlement system",
    "DBNM": "Securities settlement by name or account",
    "TCPI": "Tax capacity",
    "MACL": "Market client side",
    "FXCX": "Cancellation of the foreign exchange order",
    "BLOC": "Block trade",
    "REST": "Restrictions",
    "SETS": "Settlement system method",
    "NETT": "Netting eligibility",
    "CCPT": "Central counterparty eligibility",
    "LEOG": "Letter of guarantee",
    "COLA": "Exposure type",
    "TRAK": "Tracking",
    "REPT": "Reporting",
    "COLE": "Collateral delivery",
    "SSBT": "Securities sub-balance type",
    "CSBT": "Cash sub-balance type",
}


def party(*, dates: bool = True) -> Sequence:
    """SETPRTY: one party of the settlement chain; MT548 carries less of it."""
    more: tuple[Field, ...] = (
        generic("70", "E", {"DECL": "Declaration details"}),
        generic("70", "D", {"REGI": "Registration details"}),
        generic("70", "C", {"PACO": "Party contact"}),
    )
    return Sequence(
        "SETPRTY",
        "Settlement party",
        (
            generic("95", "PQRCD", SETTLEMENT_PARTIES, required=True),
            generic("95", "LS", {"ALTE": "Alternate identification"}, repeats=True),
            generic("97", "ABD", {"SAFE": "Party's safekeeping account"}),
            *((generic("98", "AC", {"PROC": "Party's processing date"}),) if dates else ()),
            generic("20", "C", {"PROC": "Party's processing reference"}),
            *(more if dates else ()),
        ),
        required=dates,
        repeats=True,
    )


CASH_PARTY = Sequence(
    "CSHPRTY",
    "Cash party",
    (
        generic("95", "PQR", CASH_PARTIES, required=True),
        generic("95", "LS", {"ALTE": "Alternate identification"}, repeats=True),
        generic("97", "ADE", {"CASH": "Cash account"}),
        generic("97", "AE", {"CHAR": "Account for charges"}),
        generic("97", "AE", {"COMM": "Account for commission"}),
        generic("97", "AE", {"TAXE": "Account for taxes"}),
        generic("20", "C", {"PROC": "Party's processing reference"}),
        generic("70", "E", {"DECL": "Declaration details"}),
        generic("70", "C", {"PACO": "Party contact"}),
    ),
    repeats=True,
)

OTHER_PARTY = Sequence(
    "OTHRPRTY",
    "Other party",
    (
        generic("95", "CPQR", OTHER_PARTIES, required=True, repeats=True),
        generic("95", "LS", {"ALTE": "Alternate identification"}, repeats=True),
        generic("97", "AD", {"SAFE": "Party's safekeeping account"}),
        generic("70", "E", {"DECL": "Declaration details"}),
        generic("70", "D", {"REGI": "Registration details"}),
        generic("70", "C", {"PACO": "Party contact"}),
        generic("20", "C", {"PROC": "Party's processing reference"}),
    ),
    repeats=True,
)

ATTRIBUTES = Sequence(
    "FIA",
    "Financial instrument attributes",
    (
        generic("94", "B", {"PLIS": "Place of listing"}),
        generic("22", "F", {"MICO": "Day count"}),
        generic("22", "F", {"FORM": "Form of securities"}),
        generic("22", "F", {"PFRE": "Payment frequency"}),
        generic("22", "F", {"PAYS": "Payment status"}),
        generic("22", "F", {"CFRE": "Variable rate change frequency"}),
        generic("12", "AC", {"CLAS": "Classification"}),
        generic("12", "B", {"OPST": "Option style"}),
        generic("12", "B", {"OPTI": "Option type"}),
        generic("11", "A", {"DENO": "Currency of denomination"}),
        generic("98", "A", {"COUP": "Coupon date"}),
        generic("98", "A", {"EXPI": "Expiry date"}),
        generic("98", "A", {"FRNR": "Floating rate fixing date"}),
        generic("98", "A", {"MATU": "Maturity date"}),
        generic("98", "A", {"ISSU": "Issue date"}),
        generic("98", "A", {"CALD": "Call date"}),
        generic("98", "A", {"CONV": "Conversion date"}),
        generic("98", "A", {"PUTT": "Put date"}),
        generic("98", "A", {"DDTE": "Dated date"}),
        generic("92", "A", {"PRFC": "Previous factor"}),
        generic("92", "A", {"CUFC": "Current factor"}),
        generic("92", "A", {"NWFC": "Next factor"}),
        generic("92", "A", {"INTR": "Interest rate"}),
        generic("92", "A", {"NXRT": "Next interest rate"}),
        generic("92", "A", {"INDX": "Index rate basis"}),
        generic("92", "A", {"YTMR": "Yield to maturity"}),
        generic("13", "AB", {"COUP": "Coupon number"}),
        generic("13", "B", {"POOL": "Pool number"}),
        generic("17", "B", {"FRNF": "Floating rate note"}),
        generic("17", "B", {"CALL": "Callable"}),
        generic("17", "B", {"PUTT": "Puttable"}),
        generic("90", "AB", {"INDC": "Indicative price"}),
        generic("90", "AB", {"MRKT": "Market price"}),
        generic("36", "BD", {"MINO": "Minimum nominal quantity"}),
        generic("36", "BD", {"SIZE": "Contract size"}),
        plain("35B", "Underlying instrument", repeats=True),
        generic("70", "E", {"FIAN": "Attributes in words"}),
    ),
)

LOTS = Sequence(
    "BREAK",
    "Quantity breakdown",
    (
        generic("13", "B", {"LOTS": "Lot number"}),
        generic("36", "BD", {"LOTS": "Quantity of the lot"}),
        generic("98", "ACE", {"LOTS": "Lot acquired on"}),
        generic("90", "AB", {"LOTS": "Lot price"}),
        generic("22", "F", {"PRIC": "Type of price"}, repeats=True),
    ),
    repeats=True,
)

TWO_LEGS = Sequence(
    "REPO",
    "Two leg transaction",
    (
        generic("98", "ABC", {"TERM": "Closing date"}),
        generic("98", "AC", {"RERA": "Rate change date"}),
        *(
            generic("22", "F", {q: name})
            for q, name in {
                "RERT": "Rate type",
                "MICO": "Day count",
                "REVA": "Revaluation",
                "LEGA": "Legal framework",
                "OMAT": "Maturity date modification",
                "INTR": "Interest payment",
            }.items()
        ),
        generic("20", "C", {"SECO": "Second leg reference"}),
        generic("20", "C", {"REPO": "Repurchase reference"}),
        generic("92", "C", {"VASU": "Variable rate support"}),
        generic("92", "A", {"REPO": "Repurchase rate"}),
        generic("92", "A", {"RSPR": "Spread"}),
        generic("92", "AC", {"PRIC": "Pricing rate"}),
        generic("92", "A", {"SLMG": "Margin"}),
        generic("92", "A", {"SHAI": "Haircut"}),
        generic("99", "B", {"CADE": "Call delay"}),
        generic("99", "B", {"TOCO": "Collateral instructions in total"}),
        generic("19", "A", {"FORF": "Forfeit amount"}),
        generic("19", "A", {"TRTE": "Termination amount per piece"}),
        generic("19", "A", {"REPP": "Premium amount"}),
        generic("19", "A", {"ACRU": "Accrued interest"}),
        generic("19", "A", {"DEAL": "Deal amount"}),
        generic("19", "A", {"TAPC": "Termination amount"}),
        generic("70", "C", {"SECO": "Second leg in words"}),
    ),
)

NETWORK_FEE = Sequence(
    "NTWKFEE",
    "Digital network fee",
    (
        plain("35B", "Digital token", required=True),
        Field(("36D",), name="Quantity of digital tokens", required=True),
    ),
)

PREPARED = generic("98", "ACE", {"PREP": "Prepared at"})
SENDER_REFERENCE = generic("20", "C", {"SEME": "Sender's message reference"}, required=True)
FUNCTION = plain("23G", "Function of the message", required=True)


def linkage(*, position: bool, quantity: bool = False, required: bool = False) -> Sequence:
    """LINK: one linked message or reference."""
    return Sequence(
        "LINK",
        "Linkage",
        (
            *((generic("22", "F", {"LINK": "Position in processing"}),) if position else ()),
            generic("13", "AB", {"LINK": "Linked message type"}),
            generic("20", "CUN", REFERENCES, required=True),
            *(
                (generic("36", "BD", {"PAIR": "Paired-off quantity", "TURN": "Turned quantity"}),)
                if quantity
                else ()
            ),
        ),
        required=required,
        repeats=True,
    )


def amounts(main: str, name: str, *, required: bool, value_date: bool) -> Sequence:
    """AMT: one amount in each block, with its flags, its counter value and its exchange rate."""
    return Sequence(
        "AMT",
        "Amount",
        (
            generic(
                "17",
                "B",
                {"ACRU": "Accrued interest included", "STAM": "Stamp duty included"},
                repeats=True,
            ),
            generic("19", "A", {main: name, **COSTS}, required=True),
            generic("19", "A", {"RESU": "Resulting amount"}),
            generic("19", "A", {"OCMT": "Original ordered amount"}),
            *((generic("98", "AC", {"VALU": "Value date"}),) if value_date else ()),
            generic("92", "B", {"EXCH": "Exchange rate"}),
        ),
        required=required,
        repeats=True,
    )


def details(amount: Sequence, *, leave_out: frozenset[str] = frozenset()) -> Sequence:
    """SETDET: conditions, type, parties and amounts, the qualifiers in their fixed order."""
    return Sequence(
        "SETDET",
        "Settlement details",
        (
            generic("22", "F", {"STCO": "Settlement condition"}, repeats=True),
            *(
                generic("22", "F", {q: name}, required=q == "SETR")
                for q, name in INDICATORS.items()
                if q not in leave_out
            ),
            party(),
            CASH_PARTY,
            amount,
            NETWORK_FEE,
        ),
        required=True,
    )


def trade(dates: tuple[Field, ...], *, matching: bool) -> Sequence:
    """TRADDET: where and when it was traded, at what price, the instrument."""
    status: tuple[Field, ...] = (
        generic("25", "D", {"MTCH": "Matching status"}),
        generic("25", "D", {"AFFM": "Affirmation status"}),
    )
    return Sequence(
        "TRADDET",
        "Trade details",
        (
            generic("94", "HL", {"CLEA": "Place of clearing"}, repeats=True),
            generic("94", "BL", {"TRAD": "Place of trade"}, repeats=True),
            *dates,
            generic("90", "AB", {"DEAL": "Deal price"}),
            generic("99", "A", {"DAAC": "Days accrued"}),
            plain("35B", "Instrument", required=True),
            ATTRIBUTES,
            generic("22", "F", {"PROC": "Processing indicator"}),
            generic("22", "F", {"RPOR": "Reporting"}, repeats=True),
            generic("22", "F", {"PRIR": "Priority"}),
            generic("22", "F", {"BORR": "Securities borrowing"}),
            generic("22", "F", {"TTCO": "Trade condition"}, repeats=True),
            generic("22", "F", {"INCA": "Investor capacity"}),
            generic("22", "F", {"TRCA": "Trading party capacity"}),
            generic("22", "F", {"PRIC": "Type of price"}),
            *((generic("11", "A", {"FXIB": "Currency to buy"}),) if matching else ()),
            *(status if matching else ()),
            generic("70", "E", {"FXIN": "Foreign exchange instructions"}),
            generic("70", "E", {"SPRO": "Settlement instructions in words"}),
        ),
        required=True,
    )


def holding(quantities: tuple[Field, ...]) -> Sequence:
    """FIAC: how much, on which accounts, in which lots."""
    return Sequence(
        "FIAC",
        "Quantity and accounts",
        (
            *quantities,
            generic("70", "D", {"DENC": "Denomination choice"}),
            generic("13", "B", {"CERT": "Certificate number"}, repeats=True),
            generic("95", "PR", {"ACOW": "Account owner"}),
            generic("95", "L", {"ALTE": "Account owner's legal entity identifier"}),
            generic("97", "ABD", {"SAFE": "Safekeeping account"}, required=True),
            generic("97", "ADE", {"CASH": "Cash account"}),
            generic("94", "BCFLT", {"SAFE": "Place of safekeeping"}, repeats=True),
            LOTS,
        ),
        required=True,
    )
