"""A payment completed from static data: account, agents, value date, format and link.

What the user gave wins; MT payments go only where the channel profile allows them (DOMAIN 3.2). A payment
to a firm or account whose standing instruction has just been changed waits as one from such an account does
(DOMAIN 10.2): a changed instruction and a payment right after it is how a desk is robbed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from schemas.instruction import Payment, PaymentParty
from schemas.problem import Problem
from schemas.static import StaticData
from schemas.static_rows import AccountRow, ChannelProfile, CounterpartySsi, OwnSsi, Row
from settlement.calendar import closed_date
from settlement.findings import Findings, Wait, absent, portfolio_of

PAYMENT_FORMATS = {
    ("fin", "customer"): "mt103",
    ("fin", "bank"): "mt202",
    ("mx", "customer"): "pacs.008",
    ("mx", "bank"): "pacs.009",
}


@dataclass(frozen=True, slots=True)
class EnrichedPayment:
    """The completed payment, where it goes, and what keeps it from going."""

    payment: Payment
    servicer: str | None = None
    account: AccountRow | None = None
    channel: ChannelProfile | None = None
    format: str | None = None
    waiting: tuple[Wait, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.waiting and not self.problems


def enrich_payment(
    payment: Payment,
    static: StaticData,
    today: date,
    released: Collection[str] = (),
) -> EnrichedPayment:
    """The payment completed; `released` names the waits that two persons have lifted."""
    found = Findings(static, today, released)
    portfolio = found.portfolio(portfolio_of(payment, static, today))
    account = _paying_account(found, payment, portfolio) if portfolio is not None else None
    channel = found.channel(account.servicer) if account is not None else None
    _check_value_date(found, payment)
    _check_creditor(found, payment)
    filled = {
        "portfolio": portfolio,
        "cash_account": account.cash_account if account is not None else None,
        "debtor_agent": account.servicer if account is not None else None,
    }
    return EnrichedPayment(
        payment=payment.model_copy(update=absent(payment, filled)),
        servicer=account.servicer if account is not None else None,
        account=account,
        channel=channel,
        format=_payment_format(found, payment, channel),
        waiting=tuple(found.waiting),
        problems=tuple(found.problems),
    )


def _paying_account(found: Findings, payment: Payment, portfolio: str) -> AccountRow | None:
    """The cash account named, else the portfolio's only pure cash account in the currency."""
    accounts = found.static.accounts_of(portfolio, found.today)
    currency = payment.amount.currency
    if payment.cash_account is not None:
        rows = [row for row in accounts if row.cash_account == payment.cash_account]
        if rows and rows[0].currency != currency:
            found.problem(
                "cash_account",
                "account_currency",
                f"the account is in {rows[0].currency}, the payment in {currency}",
                payment.cash_account,
            )
            return None
    else:
        rows = [
            row for row in accounts if row.safekeeping_account is None and row.currency == currency
        ]
    if len(rows) == 1 or (rows and payment.cash_account is not None):
        found.wait_for_cooling(rows[0])
        return rows[0]
    found.problem(
        "cash_account",
        "unknown_account",
        f"portfolio {portfolio} has {len(rows)} such {currency} accounts on {found.today},"
        " one is needed",
        payment.cash_account,
    )
    return None


def _check_value_date(found: Findings, payment: Payment) -> None:
    """A value date is a business day of its currency, and not gone by."""
    on = payment.value_date
    try:
        calendar = found.currency_calendar(payment.amount.currency, on)
        found.wait_for_open(closed_date(on, [calendar]))
        next_good = closed_date(found.today, [calendar])
    except LookupError as error:
        found.wait_for_calendar(error, on)
        return
    if on < found.today:
        good = next_good.next_good if next_good is not None else found.today
        found.wait(
            "date_passed",
            f"value date {on} has passed; next good date {good}",
            payment.amount.currency,
            on,
            good,
        )


def _check_creditor(found: Findings, payment: Payment) -> None:
    if payment.kind == "customer" and payment.creditor_agent is None:
        found.problem(
            "creditor_agent", "creditor_agent_missing", "a customer transfer needs creditor_agent"
        )
    for row in found.static.resting():
        if _leads_to(row, payment.creditor):
            found.wait_for_cooling(row)


def _leads_to(row: Row, creditor: PaymentParty) -> bool:
    """Whether this row says where to settle with who is paid, or names the account that is paid."""
    account = creditor.iban or creditor.account
    match row:
        case CounterpartySsi():
            firm = creditor.bic is not None and creditor.bic[:8] == row.counterparty[:8]
            return firm or (account is not None and account in (row.account, row.agent_account))
        case OwnSsi():
            return account is not None and account == row.agent_account
        case AccountRow():
            return account is not None and account == row.cash_account
    return False


def _payment_format(
    found: Findings, payment: Payment, channel: ChannelProfile | None
) -> str | None:
    if channel is None:
        return None
    name = PAYMENT_FORMATS[channel.format, payment.kind]
    if channel.format == "fin" and not channel.mt_allowed:
        found.problem(
            "cash_account",
            "mt_not_allowed",
            f"{channel.servicer} takes no MT payments (DOMAIN 3.2)",
            name,
        )
        return None
    return name
