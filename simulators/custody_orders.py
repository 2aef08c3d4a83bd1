"""What clients tell their custodian, read from MT54x, sese.023, sese.020 and sese.030."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from lxml import etree

from simulators import fin, mx

DIRECTIONS = {
    "540": ("RECE", "FREE"),
    "541": ("RECE", "APMT"),
    "542": ("DELI", "FREE"),
    "543": ("DELI", "APMT"),
}
UNITS = {"Unit": "UNIT", "FaceAmt": "FAMT", "AmtsdVal": "AMOR"}


class Unreadable(Exception):
    """Not a message a custodian acts on."""


@dataclass(frozen=True, slots=True)
class Order:
    """One settlement instruction."""

    client: str
    reference: str
    content: bytes  # hash of the business content, the same in every copy
    type: str
    direction: str
    payment: str
    isin: str
    unit: str
    quantity: Decimal
    account: str
    settle_on: date
    trade_on: date | None = None
    cash_account: str = ""
    currency: str = ""
    amount: Decimal = Decimal(0)
    transaction: str = "TRAD"
    partial: str = ""
    hold: bool = False
    trade_id: str = ""
    previous: str = ""  # PREV, RELA or PREA link
    agent: str = ""  # `95P::DEAG//...` as given
    place: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """A request to cancel an earlier instruction."""

    client: str
    reference: str
    content: bytes
    type: str
    previous: str


@dataclass(frozen=True, slots=True)
class Release:
    """sese.030: the hold on an instruction is lifted or set."""

    client: str
    reference: str
    content: bytes
    type: str
    previous: str
    hold: bool


Item = Order | Cancel | Release


def read(format_: Literal["fin", "mx"], raw: bytes) -> Item:
    """What the message asks for, or Unreadable."""
    try:
        return _read_fin(raw) if format_ == "fin" else _read_mx(raw)
    except (fin.Broken, mx.Broken, InvalidOperation, ValueError, KeyError, IndexError) as why:
        raise Unreadable(str(why)) from why


# MT54x


@dataclass(slots=True)
class _Sheet:
    """The fields of an MT54x by tag and qualifier, those of link and party blocks apart."""

    plain: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, str] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)


def _sheet(text: str) -> _Sheet:
    sheet, block = _Sheet(), ""
    for f in fin.fields(text):
        if f.tag == "16R":
            block = f.value
        elif f.tag == "16S":
            block = ""
        elif f.tag.startswith("20") and block == "LINK":
            sheet.links[f.value[1:5]] = f.value.partition("//")[2]
        elif f.tag.startswith("95") and block == "SETPRTY":
            sheet.parties[f.value[1:5]] = f":{f.tag}:{f.value}"
        elif f.tag == "19A":
            sheet.amounts[f.value[1:5]] = f.value.partition("//")[2]
        elif f.value.startswith(":STCO/"):
            sheet.conditions.append(f.value.rpartition("/")[2])
        elif block not in {"SETPRTY", "CSHPRTY", "BREAK", "REPO", "OTHRPRTY", "FIA"}:
            key = f.tag[:2] + (f.value[1:5] if f.value.startswith(":") else "")
            sheet.plain.setdefault(key, f.value)
    return sheet


def _after(value: str) -> str:
    return value.partition("//")[2]


def _read_fin(raw: bytes) -> Item:
    message = fin.read(raw)
    if message.type not in DIRECTIONS:
        raise Unreadable(f"MT{message.type}")
    sheet = _sheet(message.text)
    reference = _after(sheet.plain["20SEME"])
    content = hashlib.sha256(message.text.encode("latin-1")).digest()[:12]
    type_ = f"MT{message.type}"
    function = sheet.plain["23"][:4]
    if function == "CANC":
        return Cancel(message.sender, reference, content, type_, sheet.links["PREV"])
    direction, payment = DIRECTIONS[message.type]
    unit, _, quantity = _after(sheet.plain["36SETT"]).partition("/")
    amount = sheet.amounts.get("SETT", "").removeprefix("N") if payment == "APMT" else ""
    agent = sheet.parties.get("DEAG" if direction == "RECE" else "REAG", "")
    traded = _after(sheet.plain.get("98TRAD", ""))
    return Order(
        client=message.sender,
        reference=reference,
        content=content,
        type=type_,
        direction=direction,
        payment=payment,
        isin=sheet.plain["35"][5:17],
        unit=unit,
        quantity=_decimal(quantity),
        account=_after(sheet.plain["97SAFE"]),
        settle_on=_date(_after(sheet.plain["98SETT"])),
        trade_on=_date(traded) if traded else None,
        cash_account=_after(sheet.plain.get("97CASH", "")),
        currency=amount[:3],
        amount=_decimal(amount[3:]) if amount else Decimal(0),
        transaction=sheet.plain["22SETR"].rpartition("/")[2],
        partial=next((c for c in sheet.conditions if c in {"PART", "NPAR", "PARC", "PARQ"}), ""),
        hold=function == "PREA",
        trade_id=sheet.links.get("TRRF", ""),
        previous=next((sheet.links[q] for q in ("PREV", "RELA", "PREA") if q in sheet.links), ""),
        agent=agent,
        place=sheet.parties.get("PSET", ""),
    )


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ".").rstrip("."))


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


# sese.023, sese.020, sese.030


def _read_mx(raw: bytes) -> Item:
    pdu = mx.read(raw)
    root = pdu.document[0]
    content = hashlib.sha256(mx.canonical(pdu.document)).digest()[:12]
    readers = {"sese.023": _instruction, "sese.020": _cancellation, "sese.030": _release}
    reader = readers.get(pdu.document_type[:8])
    if reader is None:
        raise Unreadable(pdu.document_type)
    return reader(root, pdu, content)


def _instruction(root: etree._Element, pdu: mx.Pdu, content: bytes) -> Item:
    kind = mx.child(root, "SttlmTpAndAddtlParams")
    trade, details = mx.child(root, "TradDtls"), mx.child(root, "QtyAndAcctDtls")
    params, quantity = mx.child(root, "SttlmParams"), mx.child(details, "SttlmQty", "Qty")
    if quantity is None or not len(quantity):
        raise Unreadable("no quantity")
    direction = mx.text(kind, "SctiesMvmntTp")
    side = mx.child(root, "DlvrgSttlmPties" if direction == "RECE" else "RcvgSttlmPties")
    amount = mx.child(root, "SttlmAmt", "Amt")
    traded = _day(trade, "TradDt")
    settled = _day(trade, "SttlmDt")
    return Order(
        client=pdu.sender[:8],
        reference=mx.text(root, "TxId"),
        content=content,
        type=pdu.document_type,
        direction=direction,
        payment=mx.text(kind, "Pmt"),
        isin=mx.text(root, "FinInstrmId", "ISIN"),
        unit=UNITS[mx.local(quantity[0])],
        quantity=Decimal((quantity[0].text or "").strip()),
        account=mx.text(details, "SfkpgAcct", "Id"),
        settle_on=date.fromisoformat(settled),
        trade_on=date.fromisoformat(traded) if traded else None,
        cash_account=mx.text(details, "CshAcct", "Prtry") or mx.text(details, "CshAcct", "IBAN"),
        currency=amount.get("Ccy", "") if amount is not None else "",
        amount=Decimal((amount.text or "0").strip()) if amount is not None else Decimal(0),
        transaction=mx.text(params, "SctiesTxTp", "Cd") or "TRAD",
        partial=mx.text(params, "PrtlSttlmInd"),
        hold=mx.text(params, "HldInd", "Ind") == "true",
        trade_id=mx.text(trade, "TradId"),
        previous=mx.text(root, "Lnkgs", "Ref", "SctiesSttlmTxId"),
        place=mx.text(side, "Dpstry", "Id", "AnyBIC"),
    )


def _day(trade: etree._Element | None, name: str) -> str:
    day = mx.child(trade, name, "Dt")
    return mx.text(day, "Dt") or mx.text(day, "DtTm")[:10]


def _cancellation(root: etree._Element, pdu: mx.Pdu, content: bytes) -> Item:
    previous = mx.text(root, "AcctOwnrTxId", "SctiesSttlmTxId", "TxId")
    if not previous:
        raise Unreadable("no instruction named")
    return Cancel(pdu.sender[:8], pdu.reference, content, pdu.document_type, previous)


def _release(root: etree._Element, pdu: mx.Pdu, content: bytes) -> Item:
    request = mx.child(root, "ReqDtls")
    previous = mx.text(request, "Ref", "AcctOwnrTxId")
    hold = mx.text(request, "HldInd", "Ind")
    if not previous or not hold:
        raise Unreadable("not a hold or release")
    return Release(
        pdu.sender[:8], pdu.reference, content, pdu.document_type, previous, hold == "true"
    )
