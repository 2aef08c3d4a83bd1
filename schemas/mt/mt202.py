"""MT202 General financial institution transfer."""

from __future__ import annotations

from schemas.mt.message import Message, plain

MT202 = Message(
    "202",
    "General financial institution transfer",
    (
        plain("20", "Transaction reference", required=True),
        plain("21", "Related reference", required=True),
        plain("13C", "Time indication", repeats=True),
        plain("32A", "Value date, currency and amount", required=True),
        plain("52", "Ordering institution", ("A", "D")),
        plain("53", "Sender's correspondent", ("A", "B", "D")),
        plain("54", "Receiver's correspondent", ("A", "B", "D")),
        plain("56", "Intermediary", ("A", "D")),
        plain("57", "Account with institution", ("A", "B", "D")),
        plain("58", "Beneficiary institution", ("A", "D"), required=True),
        plain("72", "Sender to receiver information"),
    ),
)
