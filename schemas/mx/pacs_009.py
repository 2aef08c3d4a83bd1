"""pacs.009.001.08, financial institution credit transfer, CORE and COV, one transaction in each."""

from __future__ import annotations

from schemas.mx.notation import Leaf, Message, Text
from schemas.mx.payment import (
    HEADER,
    MONEY,
    TRANSACTION,
    account,
    address,
    agent,
    customer,
)

COVERED = f"{TRANSACTION}/UndrlygCstmrCdtTrf"


def _party(element: str, field: str) -> tuple[Leaf, ...]:
    path = f"{TRANSACTION}/{element}/FinInstnId"
    return (
        Leaf(f"{path}/BICFI", f"{field}.bic"),
        Leaf(f"{path}/LEI", f"{field}.lei"),
        Leaf(f"{path}/Nm", f"{field}.name", Text(140)),
        *address(path, field),
    )


PACS_009 = Message(
    id="pacs.009.001.08",
    root="FICdtTrf",
    rows=(
        *HEADER,
        agent("InstgAgt", "sender", required=True),
        agent("InstdAgt", "receiver", required=True),
        agent("IntrmyAgt1", "intermediary"),
        *_party("Dbtr", "debtor"),
        *account("DbtrAcct", "debtor"),
        agent("DbtrAgt", "debtor_agent"),
        agent("CdtrAgt", "creditor_agent"),
        *_party("Cdtr", "creditor"),
        *account("CdtrAcct", "creditor"),
        Leaf(f"{TRANSACTION}/Purp/Cd", "purpose", Text(4)),
        Leaf(f"{TRANSACTION}/RmtInf/Ustrd", "remittance", Text(140)),
        *customer("Dbtr", "covers.debtor", below=COVERED),
        *account("DbtrAcct", "covers.debtor", below=COVERED),
        agent("DbtrAgt", "covers.debtor_agent", below=COVERED),
        agent("IntrmyAgt1", "covers.intermediary", below=COVERED),
        agent("CdtrAgt", "covers.creditor_agent", below=COVERED),
        *customer("Cdtr", "covers.creditor", below=COVERED),
        *account("CdtrAcct", "covers.creditor", below=COVERED),
        Leaf(f"{COVERED}/RmtInf/Ustrd", "covers.remittance", Text(140)),
        Leaf(f"{COVERED}/InstdAmt@Ccy", "covers.instructed_amount", MONEY),
    ),
)
