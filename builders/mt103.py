"""MT103 from a customer payment (DOMAIN 3.5)."""

from __future__ import annotations

from builders.fin_values import money, narrative, short_day
from builders.payment_fields import (
    account,
    agents,
    beneficiary,
    check_agents,
    ordering,
    uetr,
)
from schemas.instruction import Payment, Wire
from schemas.mt.mt103 import CHARGES, SINGLE_MARKET
from schemas.problem import Problem

REMITTANCE_LINES = 4


def header(payment: Payment, wire: Wire, problems: list[Problem]) -> str:
    """119 for straight-through processing where its rules hold, then the UETR."""
    return ("{119:STP}" if _straight_through(payment, wire) else "") + uetr(payment, wire, problems)


def _straight_through(payment: Payment, wire: Wire) -> bool:
    """STP: the creditor by account, agents by BIC, an IBAN inside the single market (D19)."""
    if account(payment.creditor) is None:
        return False
    return payment.creditor.iban is not None or not _inside_single_market(payment, wire)


def _inside_single_market(payment: Payment, wire: Wire) -> bool:
    countries = {wire.sender[4:6], wire.receiver[4:6]}
    return countries <= SINGLE_MARKET


def lines(payment: Payment, wire: Wire, problems: list[Problem]) -> list[str]:
    """The lines of block 4; what the network would refuse is added to the problems."""
    if payment.kind != "customer":
        fault = "a bank transfer is an MT202"
        problems.append(Problem("format", "format", fault, "mt103"))
    check_agents(payment, problems)
    return [
        f":20:{wire.seme}",
        ":23B:CRED",
        f":32A:{short_day(payment.value_date)}{money(payment.amount, 'amount.value', problems)}",
        *_instructed(payment, wire, problems),
        *ordering(payment.debtor, "debtor", problems),
        *agents(payment, payment.debtor_agent),
        *beneficiary(payment.creditor, "creditor", problems),
        *_remittance(payment, problems),
        f":71A:{CHARGES[payment.charges]}",
        # E15: BEN states what the sender took; we take nothing ourselves
        *([f":71F:{payment.amount.currency}0,"] if payment.charges == "CRED" else []),
    ]


def _instructed(payment: Payment, wire: Wire, problems: list[Problem]) -> list[str]:
    """33B, demanded inside the single market (D49) and by any 71F (D51)."""
    amount = payment.instructed_amount
    if amount is None:
        if not _inside_single_market(payment, wire) and payment.charges != "CRED":
            return []
        amount = payment.amount
    if amount.currency != payment.amount.currency:
        fault = "another currency than the amount needs field 36, which a payment has no rate for"
        problems.append(Problem("instructed_amount.currency", "D75", fault, amount.currency))
    return [f":33B:{money(amount, 'instructed_amount.value', problems)}"]


def _remittance(payment: Payment, problems: list[Problem]) -> list[str]:
    """70: end-to-end reference and purpose under their code words before the free text."""
    end_to_end = payment.end_to_end_id
    coded = [f"/ROC/{end_to_end}"] if end_to_end not in (None, "NOTPROVIDED") else []
    if payment.purpose is not None:
        coded.append(f"/PURP/{payment.purpose}")
    if payment.remittance is not None:
        coded.append(f"/URI/{payment.remittance}" if coded else payment.remittance)
    if not coded:
        return []
    text = "///".join(part if n == 0 else part[1:] for n, part in enumerate(coded))
    first, *rest = narrative(text, "remittance", problems, lines=REMITTANCE_LINES) or [""]
    return [f":70:{first}", *rest]
