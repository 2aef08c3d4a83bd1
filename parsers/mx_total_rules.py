"""Totals of payments: how many transactions there are and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from parsers import mx
from parsers.mx_tree import Below, decimal
from schemas.mx.compiler import Fault


@dataclass(frozen=True, slots=True)
class Totals:
    """Where a message has its transactions, their amounts, and the total of what is settled."""

    transactions: str
    amount: str
    total: str = ""
    group: str = ""  # of transactions, with a count and a sum of its own


TOTALS = {
    "pacs.003": Totals("DrctDbtTxInf", "IntrBkSttlmAmt", "TtlIntrBkSttlmAmt"),
    "pacs.004": Totals("TxInf", "RtrdIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt"),
    "pacs.008": Totals("CdtTrfTxInf", "IntrBkSttlmAmt", "TtlIntrBkSttlmAmt"),
    "pacs.009": Totals("CdtTrfTxInf", "IntrBkSttlmAmt", "TtlIntrBkSttlmAmt"),
    "pain.001": Totals("CdtTrfTxInf", "Amt/InstdAmt", group="PmtInf"),
    "pain.008": Totals("DrctDbtTxInf", "InstdAmt", group="PmtInf"),
}


def _rule(totals: Totals) -> Callable[[Below], Iterator[Fault]]:
    def check(content: Below) -> Iterator[Fault]:
        header = next(content.each("GrpHdr"), None)
        path = f"{totals.group}/{totals.transactions}" if totals.group else totals.transactions
        found = content.all(path)
        if header is not None:
            yield from _sums(header, found, totals)
        for group in content.each(totals.group) if totals.group else ():
            yield from _sums(group, group.all(totals.transactions), totals)

    return check


def _sums(said: Below, transactions: list[etree._Element], totals: Totals) -> Iterator[Fault]:
    count = said.find("NbOfTxs")
    told = "" if count is None else (count.text or "").strip()
    if count is not None and told.isdecimal() and transactions and int(told) != len(transactions):
        words = f"{told} are said, {len(transactions)} are there"
        yield _fault(count, "transaction_count", words, f"write {len(transactions)}")
    control = said.find("CtrlSum")
    total = said.find(totals.total) if totals.total else None
    if control is None and total is None:
        return
    amounts = [Below(each).find(totals.amount) for each in transactions]
    values = [decimal(each.text or "") for each in amounts if each is not None]
    if not transactions or len(values) < len(transactions) or None in values:
        return
    real = sum((value for value in values if value is not None), Decimal(0))
    if control is not None and (sum_ := decimal(control.text or "")) is not None and sum_ != real:
        words = f"the amounts add up to {real:f}"
        yield _fault(control, "control_sum", words, f"write {real:f}")
    if total is None:
        return
    if (sum_ := decimal(total.text or "")) is not None and sum_ != real:
        words = f"the amounts add up to {real:f}"
        yield _fault(total, "settlement_sum", words, f"write {real:f}")
    for each in amounts:
        if each is not None and each.get("Ccy") != total.get("Ccy"):
            words = f"the total is in {total.get('Ccy')}, this amount in {each.get('Ccy')}"
            yield _fault(each, "settlement_sum", words, "")
            return


def _fault(node: etree._Element, rule: str, words: str, right: str) -> Fault:
    return Fault(node, mx.line_of(node), rule, words, (node.text or "").strip(), right)


RULES = {kind: _rule(totals) for kind, totals in TOTALS.items()}
