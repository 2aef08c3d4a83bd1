"""MT548 Settlement status and processing advice (penalties, sequence C, are not tabled here)."""

from __future__ import annotations

from schemas.mt.message import Field, Message, Sequence, generic, plain
from schemas.mt.settlement_sequences import (
    FUNCTION,
    PREPARED,
    SENDER_REFERENCE,
    linkage,
    party,
)

STATUSES = {
    "IPRC": "Instruction processing status",
    "CPRC": "Cancellation processing status",
    "RPRC": "Replacement processing status",
    "TPRC": "Condition change processing status",
    "SPRC": "Settlement processing status",
    "EPRC": "Event processing status",
    "MTCH": "Matching status",
    "INMH": "Inferred matching status",
    "AFFM": "Affirmation status",
    "SETT": "Settlement status",
    "ALLE": "Allegement status",
    "ALOC": "Allocation status",
    "CAEP": "Corporate action status",
    "REST": "Repair status",
    "ESTA": "Event status",
}
REASONS = {
    "CACK": "Reason of the acknowledgement",
    "CAND": "Reason of the cancellation",
    "CANP": "Reason why the cancellation is pending",
    "CGEN": "Reason why it was generated",
    "DEND": "Reason of the denial",
    "MOPN": "Reason of the modification",
    "NMAT": "Reason why it is unmatched",
    "PACK": "Reason of the acknowledgement",
    "PEND": "Reason why it is pending",
    "PENF": "Reason why it is failing",
    "PPRC": "Reason why processing is pending",
    "REJT": "Reason of the rejection",
    "REPR": "Reason of the repair",
}

_STATUS = Sequence(
    "STAT",
    "Status",
    (
        generic("25", "D", STATUSES, required=True),
        Sequence(
            "REAS",
            "Reason",
            (
                generic("24", "B", REASONS, required=True),
                generic("70", "D", {"REAS": "Reason in words"}),
            ),
            repeats=True,
        ),
    ),
    required=True,
    repeats=True,
)

_TRANSACTION = Sequence(
    "SETTRAN",
    "Settlement transaction",
    (
        generic("94", "HL", {"CLEA": "Place of clearing"}, repeats=True),
        generic("94", "BL", {"TRAD": "Place of trade"}, repeats=True),
        generic("94", "BCFLT", {"SAFE": "Place of safekeeping"}, repeats=True),
        plain("35B", "Instrument", required=True),
        generic("36", "BD", {"SETT": "Quantity to settle"}, required=True, repeats=True),
        Field(("36B", "36D"), name="Other quantity"),
        generic("19", "A", {"SETT": "Settlement amount"}),
        Field(("19A",), name="Other amount"),
        generic("95", "PR", {"ACOW": "Account owner"}),
        generic("95", "L", {"ALTE": "Account owner's legal entity identifier"}),
        generic("97", "ABD", {"SAFE": "Safekeeping account"}, required=True),
        generic("22", "F", {"SETR": "Type of settlement transaction"}, required=True),
        generic("22", "H", {"REDE": "Receive or deliver"}, required=True),
        generic("22", "H", {"PAYM": "Against payment or free"}, required=True),
        generic("22", "F", {"STCO": "Settlement condition"}, repeats=True),
        Field(("22F",), name="Indicator", repeats=True),
        # SETT and TRAD close the dates; which of the optional ones comes where was never published
        generic(
            "98",
            "ABCE",
            {
                "ACCT": "Acknowledged at",
                "ASTS": "Status at",
                "EXSE": "Expected settlement date",
                "EXVA": "Expected value date",
                "MTCH": "Matched at",
                "CUTS": "Custodian's cut-off",
                "SETT": "Settlement date",
                "TRAD": "Trade date",
            },
            required=True,
            repeats=True,
        ),
        generic("70", "E", {"SPRO": "Settlement instructions in words"}),
        party(dates=False),
    ),
)

_ADDITIONAL = Sequence(
    "ADDINFO",
    "Additional information",
    (
        Field(("95P", "95Q", "95R", "95C"), name="Party", repeats=True),
        generic("95", "L", {"ALTE": "Alternate identification"}),
    ),
    repeats=True,
)

MT548 = Message(
    "548",
    "Settlement status and processing advice",
    (
        Sequence(
            "GENL",
            "General information",
            (
                SENDER_REFERENCE,
                FUNCTION,
                PREPARED,
                linkage(position=False, required=True),
                _STATUS,
            ),
            required=True,
        ),
        _TRANSACTION,
        _ADDITIONAL,
    ),
)
