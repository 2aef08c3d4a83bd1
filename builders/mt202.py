"""MT202 from a bank transfer, as a cover where it pays for a customer transfer (DOMAIN 3.1, 3.5)."""

from __future__ import annotations

from builders.fin_values import REFERENCE_MAX, money, narrative, reference, short_day
from builders.payment_fields import (
    account,
    agents,
    beneficiary,
    check_agents,
    ordering,
    uetr,
)
from schemas.instruction import CoveredTransfer, Payment, Wire
from schemas.mt.notation import is_reference
from schemas.problem import Problem

NO_REFERENCE = "NONREF"
INFORMATION_LINES = 6
REMITTANCE_LINES = 4
CONTINUED_WIDTH = 33  # '//' takes two of the 35


def header(payment: Payment, wire: Wire, problems: list[Problem]) -> str:
    """119 where it is a cover, then the UETR."""
    return ("{119:COV}" if payment.covers else "") + uetr(payment, wire, problems)


def lines(payment: Payment, wire: Wire, problems: list[Problem]) -> list[str]:
    """The lines of block 4; what the network would refuse is added to the problems."""
    if payment.kind != "bank":
        fault = "a customer transfer is an MT103"
        problems.append(Problem("format", "format", fault, "mt202"))
    check_agents(payment, problems)
    return [
        f":20:{wire.seme}",
        f":21:{_related(payment, problems)}",
        f":32A:{short_day(payment.value_date)}{money(payment.amount, 'amount.value', problems)}",
        *agents(payment, payment.debtor_agent or payment.debtor.bic),
        *_beneficiary(payment, problems),
        *_information(payment, problems),
        *(_covered(payment.covers, problems) if payment.covers else ()),
    ]


def _related(payment: Payment, problems: list[Problem]) -> str:
    """21: the related reference, else the end-to-end one where it fits, else NONREF."""
    if payment.related_reference is not None:
        return reference(payment.related_reference, "related_reference", problems)
    end_to_end = payment.end_to_end_id
    if end_to_end in (None, "NOTPROVIDED") or len(end_to_end or "") > REFERENCE_MAX:
        return NO_REFERENCE
    return end_to_end if end_to_end and is_reference(end_to_end) else NO_REFERENCE


def _beneficiary(payment: Payment, problems: list[Problem]) -> list[str]:
    creditor = payment.creditor
    if creditor.bic is None:
        fault = "a bank transfer needs the creditor's BIC: give creditor.bic"
        problems.append(Problem("creditor.bic", "T13", fault))
        return []
    number = account(creditor)
    return [f":58A:/{number}", creditor.bic] if number else [f":58A:{creditor.bic}"]


def _information(payment: Payment, problems: list[Problem]) -> list[str]:
    """72: free text for the beneficiary's bank, continued with '//'."""
    if payment.remittance is None:
        return []
    wrapped = narrative(
        f"BNF/{payment.remittance}",
        "remittance",
        problems,
        lines=INFORMATION_LINES,
        width=CONTINUED_WIDTH,
    )
    first, *rest = wrapped
    return [f":72:/{first}", *(f"//{line}" for line in rest)]


def _covered(covered: CoveredTransfer, problems: list[Problem]) -> list[str]:
    """Sequence B: the customer transfer that is covered; what is after 59a only where it is told."""
    if covered.intermediary and not covered.creditor_agent:
        fault = "an intermediary needs the creditor's agent after it: give covers.creditor_agent"
        problems.append(Problem("covers.creditor_agent", "C81", fault))
    out = ordering(covered.debtor, "covers.debtor", problems)
    for tag, bic in (
        ("52A", covered.debtor_agent),
        ("56A", covered.intermediary),
        ("57A", covered.creditor_agent),
    ):
        if bic:
            out.append(f":{tag}:{bic}")
    out += beneficiary(covered.creditor, "covers.creditor", problems)
    if covered.remittance is not None:
        wrapped = narrative(
            covered.remittance, "covers.remittance", problems, lines=REMITTANCE_LINES
        )
        out += [f":70:{wrapped[0] if wrapped else ''}", *wrapped[1:]]
    if covered.instructed_amount is not None:
        path = "covers.instructed_amount.value"
        out.append(f":33B:{money(covered.instructed_amount, path, problems)}")
    return out
