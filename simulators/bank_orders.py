"""What clients tell their bank: payments, read from pacs.008, pacs.009, MT103 and MT202."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from simulators import fin, mx


class Unreadable(Exception):
    """Not a payment."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment order."""

    format: str
    type: str
    client: str
    reference: str  # message reference
    content: bytes
    instruction: str  # InstrId or :20:
    end_to_end: str
    uetr: str
    currency: str
    amount: Decimal
    value_on: date
    account: str  # the debited one, empty where not named
    beneficiary: str


def read(raw: bytes) -> Transfer:
    """The payment in the message, or Unreadable."""
    try:
        return _read_mx(raw) if raw.lstrip().startswith(b"<") else _read_fin(raw)
    except (fin.Broken, mx.Broken, InvalidOperation, ValueError, KeyError, IndexError) as why:
        raise Unreadable(str(why)) from why


def _read_mx(raw: bytes) -> Transfer:
    pdu = mx.read(raw)
    if pdu.document_type[:8] not in {"pacs.008", "pacs.009"}:
        raise Unreadable(pdu.document_type)
    tx = mx.child(pdu.document[0], "CdtTrfTxInf")
    ids, amount = mx.child(tx, "PmtId"), mx.child(tx, "IntrBkSttlmAmt")
    if ids is None or amount is None:
        raise Unreadable("no payment in it")
    return Transfer(
        format="mx",
        type=pdu.document_type,
        client=pdu.sender[:8],
        reference=pdu.reference,
        content=hashlib.sha256(mx.canonical(pdu.document)).digest()[:12],
        instruction=mx.text(ids, "InstrId"),
        end_to_end=mx.text(ids, "EndToEndId"),
        uetr=mx.text(ids, "UETR"),
        currency=amount.get("Ccy", ""),
        amount=Decimal((amount.text or "").strip()),
        value_on=date.fromisoformat(mx.text(tx, "IntrBkSttlmDt")),
        account=_account(tx, "DbtrAcct"),
        beneficiary=_account(tx, "CdtrAcct"),
    )


def _account(tx: etree._Element | None, name: str) -> str:
    return mx.text(tx, name, "Id", "IBAN") or mx.text(tx, name, "Id", "Othr", "Id")


def _read_fin(raw: bytes) -> Transfer:
    message = fin.read(raw)
    if message.type not in {"103", "202"}:
        raise Unreadable(f"MT{message.type}")
    found = {f.tag: f.value for f in fin.fields(message.text)}
    money = found["32A"]
    ordering = found.get("53B") or found.get("50K") or found.get("50F") or found.get("50A") or ""
    paid = next((found[tag] for tag in ("59", "59A", "59F", "58A", "58D") if tag in found), "")
    return Transfer(
        format="fin",
        type=f"MT{message.type}",
        client=message.sender,
        reference=message.mur or found["20"],
        content=hashlib.sha256(message.text.encode("latin-1")).digest()[:12],
        instruction=found["20"],
        end_to_end=found.get("21", ""),
        uetr=dict(message.user_tags()).get("121", ""),
        currency=money[6:9],
        amount=Decimal(money[9:].replace(",", ".").rstrip(".")),
        value_on=date(2000 + int(money[:2]), int(money[2:4]), int(money[4:6])),
        account=_line_account(ordering),
        beneficiary=_line_account(paid),
    )


def _line_account(value: str) -> str:
    first = value.split("\n")[0]
    return first.lstrip("/") if first.startswith("/") else ""
