"""Rows that pacs.008 and pacs.009 share: the group header, agents, accounts, addresses."""

from __future__ import annotations

from schemas.mx.notation import Leaf, Money, Reference, Text, one_of

MONEY = Money()
CHARGES = one_of("DEBT CRED SHAR SLEV")

TRANSACTION = "CdtTrfTxInf"

HEADER = (
    Leaf("GrpHdr/MsgId", "seme", Reference(), required=True),
    Leaf("GrpHdr/CreDtTm", "created_at", required=True),
    Leaf("GrpHdr/NbOfTxs", "count", required=True),
    Leaf("GrpHdr/SttlmInf/SttlmMtd", "method", required=True),
    Leaf(f"{TRANSACTION}/PmtId/InstrId", "seme", Reference(), required=True),
    Leaf(f"{TRANSACTION}/PmtId/EndToEndId", "end_to_end", Text(35), required=True),
    Leaf(f"{TRANSACTION}/PmtId/UETR", "uetr", required=True),
    Leaf(f"{TRANSACTION}/IntrBkSttlmAmt@Ccy", "amount", MONEY, required=True),
    Leaf(f"{TRANSACTION}/IntrBkSttlmDt", "value_date", required=True),
)


def agent(element: str, field: str, *, required: bool = False, below: str = TRANSACTION) -> Leaf:
    """An institution by its BIC."""
    return Leaf(f"{below}/{element}/FinInstnId/BICFI", field, required=required)


def account(element: str, field: str, *, below: str = TRANSACTION) -> tuple[Leaf, ...]:
    """An account as IBAN or as the bank's own number."""
    return (
        Leaf(f"{below}/{element}/Id/IBAN", f"{field}.iban"),
        Leaf(f"{below}/{element}/Id/Othr/Id", f"{field}.account", Text(34)),
    )


def customer(element: str, field: str, *, below: str = TRANSACTION) -> tuple[Leaf, ...]:
    """A customer by name and address, BIC or LEI."""
    path = f"{below}/{element}"
    return (
        Leaf(f"{path}/Nm", f"{field}.name", Text(140)),
        *address(path, field),
        Leaf(f"{path}/Id/OrgId/AnyBIC", f"{field}.bic"),
        Leaf(f"{path}/Id/OrgId/LEI", f"{field}.lei"),
    )


def address(path: str, field: str) -> tuple[Leaf, ...]:
    """A postal address, structured or hybrid; the lines come one by one."""
    return (
        Leaf(f"{path}/PstlAdr/StrtNm", f"{field}.address.street", Text(70)),
        Leaf(f"{path}/PstlAdr/BldgNb", f"{field}.address.building", Text(16)),
        Leaf(f"{path}/PstlAdr/PstCd", f"{field}.address.post_code", Text(16)),
        Leaf(f"{path}/PstlAdr/TwnNm", f"{field}.address.town", Text(35)),
        Leaf(f"{path}/PstlAdr/Ctry", f"{field}.address.country"),
        Leaf(f"{path}/PstlAdr/AdrLine", f"{field}.line_1", Text(70)),
        Leaf(f"{path}/PstlAdr/AdrLine", f"{field}.line_2", Text(70)),
    )
