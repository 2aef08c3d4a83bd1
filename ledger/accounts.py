"""The chart of accounts in the words of DOMAIN 7.5. No rule of what is booked where stands here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["asset", "liability", "equity", "income", "expense"]
Detail = Literal["cash_account", "isin", "none"]


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account, and what its entries are told apart by."""

    name: str
    type: Type
    detail: Detail

    @property
    def normal(self) -> Literal["debit", "credit"]:
        """The side on which its balance stands when all is usual."""
        return "debit" if self.type in ("asset", "expense") else "credit"


CASH = Account("Cash", "asset", "cash_account")
INVESTMENTS_AT_COST = Account("Investments at cost", "asset", "isin")
INTEREST_PURCHASED = Account("Interest purchased", "asset", "isin")
RECEIVABLE_FOR_SECURITIES = Account("Receivable for securities sold", "asset", "isin")
CUSTODIAN_ADVANCE = Account("Custodian advance", "asset", "isin")
PAYMENTS_TO_ALLOCATE = Account("Payments to be allocated", "asset", "cash_account")
PAYABLE_FOR_SECURITIES = Account("Payable for securities purchased", "liability", "isin")
CAPITAL = Account("Capital", "equity", "none")
REALISED_GAIN = Account("Realised gain", "income", "isin")  # a loss stands on its debit side
INTEREST_INCOME = Account("Interest income", "income", "isin")
SETTLEMENT_DIFFERENCE = Account("Settlement difference", "expense", "isin")

CHART: dict[str, Account] = {
    account.name: account
    for account in (
        CASH,
        INVESTMENTS_AT_COST,
        INTEREST_PURCHASED,
        RECEIVABLE_FOR_SECURITIES,
        CUSTODIAN_ADVANCE,
        PAYMENTS_TO_ALLOCATE,
        PAYABLE_FOR_SECURITIES,
        CAPITAL,
        REALISED_GAIN,
        INTEREST_INCOME,
        SETTLEMENT_DIFFERENCE,
    )
}
