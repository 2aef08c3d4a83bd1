"""MT103 Single customer credit transfer."""

from __future__ import annotations

from schemas.mt.message import Message, plain

OPERATIONS = frozenset({"CRED", "CRTS", "SPAY", "SSTD", "SPRI"})
CHARGES = {"SHAR": "SHA", "DEBT": "OUR", "CRED": "BEN"}  # the instruction's word, the wire's

MT103 = Message(
    "103",
    "Single customer credit transfer",
    (
        plain("20", "Sender's reference", required=True),
        plain("13C", "Time indication", repeats=True),
        plain("23B", "Bank operation", required=True, codes=OPERATIONS),
        plain("23E", "Instruction code", repeats=True),
        plain("26T", "Type of transaction"),
        plain("32A", "Value date, currency and amount", required=True),
        plain("33B", "Instructed currency and amount"),
        plain("36", "Exchange rate"),
        plain("50", "Ordering customer", ("A", "F", "K"), required=True),
        plain("51A", "Sending institution"),
        plain("52", "Ordering institution", ("A", "D")),
        plain("53", "Sender's correspondent", ("A", "B", "D")),
        plain("54", "Receiver's correspondent", ("A", "B", "D")),
        plain("55", "Third reimbursement institution", ("A", "B", "D")),
        plain("56", "Intermediary institution", ("A", "C", "D")),
        plain("57", "Account with institution", ("A", "B", "C", "D")),
        plain("59", "Beneficiary customer", ("", "A", "F"), required=True),
        plain("70", "Remittance information"),
        plain("71A", "Details of charges", required=True, codes=frozenset(CHARGES.values())),
        plain("71F", "Sender's charges", repeats=True),
        plain("71G", "Receiver's charges"),
        plain("72", "Sender to receiver information"),
        plain("77B", "Regulatory reporting"),
    ),
)

# D49, D19: between these countries 33B is mandatory, and STP needs an IBAN
SINGLE_MARKET = frozenset(
    {
        *("AD", "AT", "BE", "BG", "BV", "CH", "CY", "CZ", "DE", "DK", "EE", "ES"),
        *("FI", "FR", "GB", "GF", "GI", "GP", "GR", "HR", "HU", "IE", "IS", "IT"),
        *("LI", "LT", "LU", "LV", "MC", "MQ", "MT", "NL", "NO", "PL", "PM", "PT"),
        *("RE", "RO", "SE", "SI", "SJ", "SK", "SM", "TF", "VA"),
    }
)
