"""The custodians' own books: securities and cash per account, the street on the other side.

Nothing is created or lost: every movement has its opposite on the street, so sums stay constant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

STREET = "STREET"
Holding = tuple[str, str, str]  # custodian, account, ISIN or currency


class Books:
    """Positions and cash of several custodians, whose accounts may bear the same names."""

    def __init__(self) -> None:
        self.positions: defaultdict[Holding, Decimal] = defaultdict(Decimal)
        self.cash: defaultdict[Holding, Decimal] = defaultdict(Decimal)
        self._opened: set[tuple[str, ...]] = set()

    def open_position(self, custodian: str, row: Mapping[str, str]) -> None:
        """An opening row; the same row twice opens once."""
        lot = row.get("lot", "")
        key = ("position", custodian, row["safekeeping_account"], row["isin"], lot)
        if key not in self._opened:
            self._opened.add(key)
            self.positions[key[1], key[2], key[3]] += Decimal(row["quantity"])

    def open_cash(self, custodian: str, row: Mapping[str, str]) -> None:
        """An opening row; the same row twice opens once."""
        key = ("cash", custodian, row["cash_account"], row["currency"])
        if key not in self._opened:
            self._opened.add(key)
            self.cash[key[1], key[2], key[3]] += Decimal(row["amount"])

    def held(self, custodian: str, account: str, isin: str) -> Decimal:
        """What lies on this account."""
        return self.positions[custodian, account, isin]

    def move(self, custodian: str, account: str, isin: str, quantity: Decimal) -> None:
        """Into the account (out of it when negative), from the street."""
        self.positions[custodian, account, isin] += quantity
        self.positions[custodian, STREET, isin] -= quantity

    def pay(self, custodian: str, account: str, currency: str, amount: Decimal) -> None:
        """Onto the account (off it when negative), from the street."""
        self.cash[custodian, account, currency] += amount
        self.cash[custodian, STREET, currency] -= amount

    def totals(self) -> dict[tuple[str, str], Decimal]:
        """Sum per custodian and asset, the street included: constant but for openings."""
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for book in (self.positions, self.cash):
            for (custodian, _, asset), amount in book.items():
                sums[custodian, asset] += amount
        return dict(sums)

    def snapshot(self) -> dict[str, Any]:
        """The clients' accounts, as the comparison with other books reads them."""
        return {"positions": _tree(self.positions), "cash": _tree(self.cash)}


def _tree(book: Mapping[Holding, Decimal]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (_, account, asset), amount in book.items():
        if account != STREET:
            found.setdefault(account, {})[asset] = format(amount, "f")
    return found
