"""What needs a second person: free deliveries and payments, unless the client is trusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from schemas.instruction import Instruction, Payment
from schemas.static import StaticData
from schemas.static_rows import Trusted

TYPES = {
    ("RECE", "FREE"): "RF",
    ("RECE", "APMT"): "RVP",
    ("DELI", "FREE"): "DF",
    ("DELI", "APMT"): "DVP",
}
APPROVED_BY_TWO = frozenset({"DF", "customer", "bank"})


def type_of(instruction: Instruction | Payment) -> str:
    """RF, RVP, DF or DVP; customer or bank."""
    if isinstance(instruction, Payment):
        return instruction.kind
    return TYPES[instruction.direction, instruction.payment]


def approval_needed(
    instruction: Instruction | Payment, client: str, static: StaticData, on: date
) -> bool:
    """Whether a second person must approve what this client sends."""
    kind = type_of(instruction)
    if kind not in APPROVED_BY_TWO:
        return False
    if isinstance(instruction, Payment):
        amount = instruction.amount
        rows = (
            static.find(Trusted, client, kind, amount.currency, on=on),
            static.find(Trusted, client, kind, "", on=on),
        )
        return not any(row is not None and _within(amount.value, row) for row in rows)
    return static.find(Trusted, client, kind, "", on=on) is None


def _within(amount: Decimal, row: Trusted) -> bool:
    return row.max_amount is None or amount <= row.max_amount
