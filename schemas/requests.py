"""What is asked of a custodian or a bank beside instructions and payments, and what it answers.

One body for both wires: an MT and the ISO 20022 message that says the same.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.dates import BusinessDay
from schemas.identifiers import Bic, Iban, Uetr
from schemas.instruction import PRINTED, Account, Amount, Code4, Model, Text, Wire, WireReference

LongText = Annotated[
    str, Field(min_length=1, max_length=1_400, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]


class Request(Model):
    """What every request has: the envelope `finality build` takes it in."""

    wire: Wire | None = None


class Change(Model):
    """What shall be otherwise about one instruction; the `instruction` is the SEME it went under."""

    instruction: WireReference
    hold: bool | None = None
    priority: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    partial: Literal["PART", "NPAR", "PARC", "PARQ"] | None = None

    @model_validator(mode="after")
    def _something(self) -> Change:
        if self.hold is None and self.priority is None and self.partial is None:
            raise ValueError("give at least one of hold, priority and partial")
        return self


class ProcessingCommand(Request):
    """Hold, release, priority or the wish for parts, for one or many instructions (MT530, sese.030)."""

    account: Account
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=100)]


class StatusRequest(Request):
    """Ask for the status of an instruction or for a statement again (MT549)."""

    account: Account
    wanted: Literal["535", "536", "537", "548"] = "548"
    about: WireReference | None = None


class NoticeToReceive(Request):
    """Tell our bank of money that will come (MT210, camt.057)."""

    account: Account
    value_date: BusinessDay
    amount: Amount
    related_reference: WireReference
    debtor: Text | None = None
    debtor_agent: Bic | None = None
    intermediary: Bic | None = None

    @model_validator(mode="after")
    def _payer(self) -> NoticeToReceive:
        if (self.debtor is None) == (self.debtor_agent is None):
            raise ValueError("give exactly one of debtor and debtor_agent")
        return self


class Original(Request):
    """The payment a request or an answer is about."""

    kind: Literal["customer", "bank"]
    original_reference: WireReference
    original_date: BusinessDay
    uetr: Uetr


class CancellationRequest(Original):
    """Ask the bank to cancel a payment (MT192, MT292, camt.056)."""

    amount: Amount
    value_date: BusinessDay
    reason: Code4
    text: Text | None = None


class CancellationAnswer(Original):
    """Answer such a request (MT196, MT296, camt.029)."""

    request_reference: WireReference
    answer: Literal["CNCL", "RJCR", "PDCR"]
    reason: Code4 | None = None
    text: Text | None = None


class FreeMessage(Request):
    """Words to a bank or custodian, in its category (MT199, 299, 399, 499, 599, 799, 999)."""

    related_reference: WireReference | None = None
    text: LongText


class PaymentReturn(Original):
    """Send a settled payment back, whole or less charges (pacs.004)."""

    original_amount: Amount
    returned: Amount
    value_date: BusinessDay
    reason: Code4
    text: Text | None = None


class AccountReportRequest(Request):
    """Ask for a statement or report of a cash account (camt.060)."""

    wanted: Literal["camt.052.001.08", "camt.053.001.08", "camt.054.001.08"]
    iban: Iban | None = None
    account: Annotated[str, Field(min_length=1, max_length=34, pattern=PRINTED)] | None = None
    owner: Bic
    from_date: BusinessDay
    to_date: BusinessDay

    @model_validator(mode="after")
    def _sound(self) -> AccountReportRequest:
        if (self.iban is None) == (self.account is None):
            raise ValueError("give exactly one of iban and account")
        if self.to_date < self.from_date:
            raise ValueError("to_date is before from_date")
        return self
