"""What is posted to a holding, and what its statement says it comes to (semt.017, DOMAIN 6.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

from parsers import mx
from parsers.mx_tree import Below
from schemas.mx.compiler import Fault

HOLDINGS = ("FinInstrmDtls", "SubAcctDtls/FinInstrmDtls")
_KINDS = ("Unit", "FaceAmt", "AmtsdVal", "DgtlTknUnit")
_WAYS = {"RECE": 1, "DELI": -1}


class Held(NamedTuple):
    """A quantity, its kind, and the element it stands in."""

    kind: str
    number: Decimal
    node: etree._Element


@dataclass(slots=True)
class Postings:
    """What the transactions of one holding come to, taken one after another.

    Whether a reversal names the movement it takes back or the one it makes is not agreed on among
    senders, so `taken_back` and `as_named` are both kept.
    """

    kinds: set[str] = field(default_factory=set)
    taken_back: Decimal = Decimal()
    as_named: Decimal = Decimal()
    sound: bool = True  # each has a quantity of one kind and a way

    def add(self, transaction: Below) -> None:
        """Take one more transaction into account."""
        way = _WAYS.get(transaction.text("TxDtls/SctiesMvmntTp"), 0)
        held = _held(transaction, "TxDtls/PstngQty/Qty")
        if held is None or not way:
            self.sound = False
            return
        self.kinds.add(held.kind)
        self.as_named += way * held.number
        reversed_ = transaction.text("TxDtls/RvslInd") in ("true", "1")
        self.taken_back += -way * held.number if reversed_ else way * held.number


def of_statement(content: Below) -> Iterator[Fault]:
    """What is wrong with the balances of the holdings of a statement."""
    for path in HOLDINGS:
        for holding in content.each(path):
            postings = Postings()
            for transaction in holding.each("Tx"):
                postings.add(transaction)
            yield from of_holding(holding, postings)


def of_holding(holding: Below, postings: Postings) -> Iterator[Fault]:
    """Opening balance and postings make the closing balance: of one page, in one kind of quantity."""
    opening, opens_here = _balance(holding, "OpngBal/OpngBal", "Frst")
    closing, closes_here = _balance(holding, "ClsgBal/ClsgBal", "Fnl")
    if opening is None or closing is None or not postings.sound:
        return
    if postings.kinds | {opening.kind} != {closing.kind}:
        return
    if opens_here and closes_here and _goes_on(holding.node):
        return
    sums = [opening.number + each for each in (postings.taken_back, postings.as_named)]
    if closing.number not in sums:
        words = f"opening balance and postings make {sums[0]:f}"
        side = "SHOR" if sums[0] < 0 else "LONG"
        said = (closing.node.text or "").strip()
        line = mx.line_of(closing.node)
        yield Fault(
            closing.node, line, "posting_balance", words, said, f"write {abs(sums[0]):f} {side}"
        )


def _balance(holding: Below, path: str, whole: str) -> tuple[Held | None, bool]:
    """The signed quantity of a balance, and whether it is that of the statement, not of a page."""
    for each in (whole, "Intrmy"):
        held = _held(holding, f"{path}/{each}/Qty")
        if held is not None:
            short = holding.text(f"{path.partition('/')[0]}/ShrtLngInd") == "SHOR"
            return held._replace(number=-held.number if short else held.number), each == whole
    return None, False


def _held(below: Below, path: str) -> Held | None:
    for kind in _KINDS:
        node, number = below.find(f"{path}/{kind}"), below.number(f"{path}/{kind}")
        if node is not None and number is not None:
            return Held(kind, number, node)
    return None


def _goes_on(node: etree._Element) -> bool:
    """Whether the statement has other pages, where other transactions may stand."""
    for above in node.iterancestors():
        page = Below(above)
        if page.find("Pgntn") is not None:
            number, last = page.text("Pgntn/PgNb"), page.text("Pgntn/LastPgInd")
            return number not in ("", "1") or last in ("false", "0")
    return False


RULES = {"semt.017": of_statement}
