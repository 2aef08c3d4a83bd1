"""MT900 Confirmation of debit."""

from __future__ import annotations

from schemas.mt.message import Message, plain

MT900 = Message(
    "900",
    "Confirmation of debit",
    (
        plain("20", "Transaction reference", required=True),
        plain("21", "Related reference", required=True),
        plain("25", "Account", ("", "P"), required=True),
        plain("13D", "Date and time"),
        plain("32A", "Value date, currency and amount", required=True),
        plain("52", "Ordering institution", ("A", "D")),
        plain("72", "Sender to receiver information"),
    ),
    length_max=2_000,
)
