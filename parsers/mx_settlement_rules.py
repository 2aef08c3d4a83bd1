"""Settlement instructions and what is said of them: dates, quantities and amounts that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from parsers import mx
from parsers.mx_tree import Below, decimal
from schemas.mx.compiler import Fault


@dataclass(frozen=True, slots=True)
class Places:
    """Where a message says when, how much, for how much and whether against payment."""

    traded: str
    settles: tuple[str, ...]
    quantity: str = ""
    amount: str = ""
    payment: str = ""
    movement: str = ""
    parties: bool = False  # whether it names those of the other side


PLACES = {
    "sese.023": Places(
        "TradDtls/TradDt",
        ("TradDtls/SttlmDt",),
        "QtyAndAcctDtls/SttlmQty/Qty",
        "SttlmAmt",
        "SttlmTpAndAddtlParams/Pmt",
        "SttlmTpAndAddtlParams/SctiesMvmntTp",
        parties=True,
    ),
    "sese.024": Places("TxDtls/TradDt", ("TxDtls/SttlmDt",)),
    "sese.025": Places(
        "TradDtls/TradDt",
        ("TradDtls/SttlmDt", "TradDtls/FctvSttlmDt"),
        "QtyAndAcctDtls/SttldQty/Qty",
        "SttldAmt",
        "TxIdDtls/Pmt",
        "TxIdDtls/SctiesMvmntTp",
    ),
}
_OTHER_SIDE = {"RECE": "DlvrgSttlmPties", "DELI": "RcvgSttlmPties"}
_WAYS = {"RECE": "DBIT", "DELI": "CRDT"}


def _rule(places: Places) -> Callable[[Below], Iterator[Fault]]:
    def check(content: Below) -> Iterator[Fault]:
        yield from _dates(content, places)
        if not places.amount:
            return
        movement, payment = content.find(places.movement), content.find(places.payment)
        amount = content.find(places.amount)
        if places.parties and movement is not None:
            yield from _parties(content, movement)
        quantity = content.find(places.quantity)
        for node in () if quantity is None else quantity.iterchildren("*"):
            value = decimal(node.text or "")
            if value is not None and value <= 0:
                yield Fault(node, mx.line_of(node), "quantity", "nothing is settled", node.text)
        if amount is None and _said(payment) == "APMT":
            words = f"against payment, and no {places.amount}"
            yield _fault(payment, "settlement_amount", words)
        if amount is not None and movement is not None:
            yield from _way(amount, _said(movement))

    return check


def _dates(content: Below, places: Places) -> Iterator[Fault]:
    traded = content.day(places.traded)
    for path in places.settles if traded is not None else ():
        settles = content.day(path)
        if settles is not None and traded is not None and settles < traded:
            words = f"traded on {traded}, settled on {settles}"
            right = f"{traded} or later"
            yield _fault(content.find(path), "settlement_date", words, str(settles), right)


def _parties(content: Below, movement: etree._Element) -> Iterator[Fault]:
    """The depository, and the agent of the other side: who delivers what is received."""
    side = _OTHER_SIDE.get(_said(movement), "")
    parties = content.find(side) if side else None
    named = () if parties is None else {mx.local(each) for each in parties.iterchildren("*")}
    missing = [part for part in ("Dpstry", "Pty1") if side and part not in named]
    if missing:
        yield _fault(movement, "settlement_parties", f"{side} has no {' and no '.join(missing)}")


def _way(amount: etree._Element, movement: str) -> Iterator[Fault]:
    """Who receives securities pays for them, and who delivers them is paid."""
    way, wanted = Below(amount).find("CdtDbtInd"), _WAYS.get(movement)
    said = _said(way)
    if wanted is not None and said in _WAYS.values() and said != wanted:
        words = f"the securities go {movement} and the cash {said}"
        yield _fault(way, "settlement_way", words, right=f"write {wanted}")


def _said(node: etree._Element | None) -> str:
    return "" if node is None else (node.text or "").strip()


def _fault(
    node: etree._Element | None, rule: str, words: str, value: str = "", right: str = ""
) -> Fault:
    assert node is not None
    return Fault(node, mx.line_of(node), rule, words, value or _said(node), right)


RULES = {kind: _rule(places) for kind, places in PLACES.items()}
