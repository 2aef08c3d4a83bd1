"""pacs.008.001.08, FI to FI customer credit transfer, one transaction in each (DOMAIN 3.5)."""

from __future__ import annotations

from schemas.mx.notation import Leaf, Message, Text
from schemas.mx.payment import (
    CHARGES,
    HEADER,
    MONEY,
    TRANSACTION,
    account,
    agent,
    customer,
)

PACS_008 = Message(
    id="pacs.008.001.08",
    root="FIToFICstmrCdtTrf",
    rows=(
        *HEADER,
        Leaf(f"{TRANSACTION}/InstdAmt@Ccy", "instructed_amount", MONEY),
        Leaf(f"{TRANSACTION}/ChrgBr", "charges", CHARGES, required=True),
        agent("InstgAgt", "sender", required=True),
        agent("InstdAgt", "receiver", required=True),
        agent("IntrmyAgt1", "intermediary"),
        *customer("Dbtr", "debtor"),
        *account("DbtrAcct", "debtor"),
        agent("DbtrAgt", "debtor_agent", required=True),
        agent("CdtrAgt", "creditor_agent", required=True),
        *customer("Cdtr", "creditor"),
        *account("CdtrAcct", "creditor"),
        Leaf(f"{TRANSACTION}/Purp/Cd", "purpose", Text(4)),
        Leaf(f"{TRANSACTION}/RmtInf/Ustrd", "remittance", Text(140)),
    ),
)
