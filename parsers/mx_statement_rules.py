"""What the entries of a statement, a report or an advice add up to, and what these say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from parsers import mx
from parsers.mx_tree import Below, decimal
from schemas.mx.compiler import Fault

ZERO = Decimal(0)
PARTS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}
OPENING, CLOSING = ("OPBD", "PRCD"), "CLBD"


@dataclass(slots=True)
class Entries:
    """What the entries of one account come to, taken one after another."""

    count: dict[str, int] = field(default_factory=lambda: {"CRDT": 0, "DBIT": 0})
    total: dict[str, Decimal] = field(default_factory=lambda: {"CRDT": ZERO, "DBIT": ZERO})
    booked: Decimal = ZERO  # credits less debits of those that are booked
    sound: bool = True  # each has an amount and a direction
    currencies: set[str] = field(default_factory=set)

    def add(self, entry: Below) -> None:
        """Take one more entry into account."""
        node = entry.find("Amt")
        amount = None if node is None else decimal(node.text or "")
        direction = entry.text("CdtDbtInd")
        if node is None or amount is None or direction not in self.count:
            self.sound = False
            return
        self.count[direction] += 1
        self.total[direction] += amount
        self.currencies.add(node.get("Ccy") or "")
        if entry.text("Sts/Cd", "Sts") in ("BOOK", ""):
            self.booked += amount if direction == "CRDT" else -amount


def _rule(part: str) -> Callable[[Below], Iterator[Fault]]:
    def check(content: Below) -> Iterator[Fault]:
        for account in content.each(part):
            entries = Entries()
            for entry in account.each("Ntry"):
                entries.add(entry)
            yield from of_account(account, entries)

    return check


def of_account(account: Below, entries: Entries) -> Iterator[Fault]:
    """What is wrong with the balances and the summary of an account that has these entries."""
    if not entries.sound:
        return
    yield from _balances(account, entries)
    yield from _summary(account, entries)


def _balances(account: Below, entries: Entries) -> Iterator[Fault]:
    """Opening and booked entries make the closing; of a statement on one page, in one currency."""
    balances: dict[str, list[Below]] = {}
    for each in account.each("Bal"):
        balances.setdefault(each.text("Tp/CdOrPrtry/Cd", "Tp/Cd"), []).append(each)
    opening = next((balances[code] for code in OPENING if code in balances), [])
    closing = balances.get(CLOSING, [])
    if len(opening) != 1 or len(closing) != 1 or account.text("StmtPgntn/LastPgInd") == "false":
        return
    page = account.text("StmtPgntn/PgNb")
    begun, ended = _signed(opening[0]), _signed(closing[0])
    node = closing[0].find("Amt")
    if begun is None or ended is None or node is None or page not in ("", "1"):
        return
    if entries.currencies - {node.get("Ccy")}:
        return
    if begun + entries.booked != ended:
        real = begun + entries.booked
        side = "CRDT" if real >= 0 else "DBIT"
        words = f"opening balance and entries make {abs(real):f} {side}"
        yield _fault(node, "statement_balance", words, f"write {abs(real):f} {side}")


def _signed(balance: Below) -> Decimal | None:
    amount = balance.number("Amt")
    if amount is None:
        return None
    return -amount if balance.text("CdtDbtInd") == "DBIT" else amount


def _summary(account: Below, entries: Entries) -> Iterator[Fault]:
    summary = next(account.each("TxsSummry"), None)
    if summary is None:
        return
    count, total = entries.count, entries.total
    for path, number, value in (
        ("TtlNtries", sum(count.values()), sum(total.values(), ZERO)),
        ("TtlCdtNtries", count["CRDT"], total["CRDT"]),
        ("TtlDbtNtries", count["DBIT"], total["DBIT"]),
    ):
        said, wanted = summary.find(f"{path}/NbOfNtries"), summary.find(f"{path}/Sum")
        if said is not None and _differs(said, Decimal(number)):
            words = f"{(said.text or '').strip()} are said, {number} are there"
            yield _fault(said, "summary_count", words, f"write {number}")
        if wanted is not None and _differs(wanted, value):
            yield _fault(
                wanted, "summary_sum", f"the entries add up to {value:f}", f"write {value:f}"
            )
    net = summary.find("TtlNtries/TtlNetNtry/Amt")
    real = abs(total["CRDT"] - total["DBIT"])
    if net is None:
        net = summary.find("TtlNtries/TtlNetNtryAmt")
    if net is not None and _differs(net, real):
        yield _fault(net, "summary_sum", f"credits less debits are {real:f}", f"write {real:f}")


def _differs(node: etree._Element, real: Decimal) -> bool:
    said = decimal(node.text or "")
    return said is not None and said != real


def _fault(node: etree._Element, rule: str, words: str, right: str) -> Fault:
    return Fault(node, mx.line_of(node), rule, words, (node.text or "").strip(), right)


RULES = {kind: _rule(part) for kind, part in PARTS.items()}
