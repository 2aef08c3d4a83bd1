"""The one instruction model, from HTTP body to builder: securities instructions and payments.

Field names are those of the standards' own elements in snake_case. Shape, code words and check
digits are verified here; what needs static data or a calendar is verified at enrichment.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from schemas.dates import BusinessDay, Day
from schemas.identifiers import (
    Bic,
    Currency,
    Iban,
    Isin,
    LegalEntity,
    Mic,
    Uetr,
    currency_digits,
)
from schemas.money import QuantityType, written


def _plain(value: Decimal) -> str:
    return format(value, "f")


_BOUNDS: dict[str, Any] = {"max_digits": 28, "decimal_places": 10, "allow_inf_nan": False}
# bounds stand first: behind a validator pydantic would check them in Python
Exact = Annotated[
    Decimal,
    Field(**_BOUNDS),
    BeforeValidator(written),
    PlainSerializer(_plain, return_type=str),
]
Positive = Annotated[
    Decimal,
    Field(gt=0, **_BOUNDS),
    BeforeValidator(written),
    PlainSerializer(_plain, return_type=str),
]
NotNegative = Annotated[
    Decimal,
    Field(ge=0, **_BOUNDS),
    BeforeValidator(written),
    PlainSerializer(_plain, return_type=str),
]

# DOMAIN 3.4: a reference in set X, not starting or ending with a slash, no double slash; nor with a
# blank, which not everyone on the way would keep
_REFERENCE = r"^[A-Za-z0-9\-?:().,'+]( */? *[A-Za-z0-9\-?:().,'+])*$"
Reference = Annotated[str, Field(min_length=1, max_length=35, pattern=_REFERENCE)]
WireReference = Annotated[str, Field(min_length=1, max_length=16, pattern=_REFERENCE)]
# control characters have no place in any text: no message and no database takes them all
PRINTED = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, Field(min_length=1, max_length=140, pattern=PRINTED)]
AddressLine = Annotated[str, Field(max_length=70, pattern=PRINTED)]
Portfolio = Annotated[str, Field(min_length=1, max_length=35, pattern=PRINTED)]
Account = Annotated[str, Field(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9/\-?:().,'+ ]+$")]
Code4 = Annotated[str, Field(pattern=r"^[A-Z0-9]{4}$")]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Amount(Model):
    """Money on the wire: a currency and a decimal string with no more digits than ISO 4217 allows."""

    currency: Currency
    value: NotNegative

    @model_validator(mode="after")
    def _digits(self) -> Amount:
        digits = currency_digits(self.currency)
        if -int(self.value.normalize().as_tuple().exponent) > digits:
            raise ValueError(f"{self.currency} has {digits} decimals (C03), got {self.value}")
        return self


class InstrumentQuantity(Model):
    """UNIT for shares, FAMT for face amount, AMOR for amortised face."""

    type: QuantityType = "UNIT"
    value: Positive


class Price(Model):
    """90A/90B DEAL: PRCT and YIEL are percentages, ACTU, DISC and PREM amounts per unit."""

    type: Literal["PRCT", "YIEL", "ACTU", "DISC", "PREM"] = "ACTU"
    value: Exact
    currency: Currency | None = None

    @model_validator(mode="after")
    def _currency(self) -> Price:
        if (self.type in {"ACTU", "DISC", "PREM"}) != (self.currency is not None):
            wants = "needs" if self.currency is None else "has no"
            raise ValueError(f"price type {self.type} {wants} currency")
        return self


class LocalId(Model):
    """A local identifier and its scheme as MX says it (CUSP, SEDL, COMM...)."""

    scheme: Code4
    id: Annotated[str, Field(min_length=1, max_length=31, pattern=r"^[A-Za-z0-9]+$")]


class PlaceOfTrade(Model):
    """94B TRAD: kind of place, and its market identifier code for an exchange."""

    type: Literal["EXCH", "OTCO", "PRIM", "SECM", "VARI"]
    mic: Mic | None = None
    text: Annotated[str, Field(min_length=1, max_length=30, pattern=PRINTED)] | None = None


class BondTerms(Model):
    """The FIA block: day count (MICO / DayCntBsis), denomination, maturity and rate."""

    day_count: Annotated[str, Field(pattern=r"^A0\d\d$")] | None = None
    denomination_currency: Currency | None = None
    maturity_date: Day | None = None
    interest_rate: Exact | None = None


class Dss(Model):
    """A party in a data source scheme: issuer (DTCY) + scheme name (ID) + its code there."""

    issuer: Code4
    scheme: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = "ID"
    id: Annotated[str, Field(min_length=1, max_length=34, pattern=r"^[A-Za-z0-9/\-?:().,'+ ]+$")]


class Party(Model):
    """One party of the settlement chain, by exactly one of BIC, data source scheme or name."""

    bic: Bic | None = None
    dss: Dss | None = None
    name: Text | None = None
    lei: LegalEntity | None = None
    account: Account | None = None

    @model_validator(mode="after")
    def _one(self) -> Party:
        if sum(x is not None for x in (self.bic, self.dss, self.name)) != 1:
            raise ValueError("give exactly one of bic, dss and name")
        return self


class LinkedReference(Model):
    """A1 LINK / Lnkgs: position in processing and the reference linked to."""

    position: Literal["BEFO", "AFTE", "WITH", "INFO"] | None = None
    qualifier: Literal["PREV", "RELA", "PREA", "COMM", "TRRF", "POOL", "MAST"] = "RELA"
    reference: WireReference


class Lot(Model):
    """C1 BREAK: a tax lot named by the seller."""

    number: Annotated[str, Field(min_length=1, max_length=30, pattern=PRINTED)]
    quantity: Positive
    acquired_on: Day | None = None
    price: Price | None = None


class Fx(Model):
    """92B EXCH with 19A RESU."""

    unit_currency: Currency
    quoted_currency: Currency
    rate: Positive
    resulting_amount: Amount


class Wire(Model):
    """What an envelope needs beside the body; `finality build` takes it from here, the gateway assigns it."""

    seme: WireReference
    prep: datetime | None = None
    sender: Bic
    receiver: Bic
    uetr: Uetr | None = None


CHAIN_DELIVERER = ("deag", "sell", "decu", "dei1", "dei2")
CHAIN_RECEIVER = ("reag", "buyr", "recu", "rei1", "rei2")


class Instruction(Model):
    """One receive or delivery of securities, free or against payment (MT540-543, sese.023)."""

    kind: Literal["securities"] = "securities"
    reference: Reference
    portfolio: Portfolio | None = None
    direction: Literal["RECE", "DELI"]
    payment: Literal["APMT", "FREE"]
    counterparty: Bic | None = None  # the broker; its standing instructions fill the chain
    common_ref: WireReference | None = None
    trade_id: WireReference | None = None
    linked_refs: tuple[LinkedReference, ...] = ()
    place_of_trade: PlaceOfTrade | None = None
    place_of_clearing: Bic | None = None
    trade_date: BusinessDay
    settle_date: BusinessDay | None = None  # computed from the cycle when absent
    price: Price | None = None
    days_accrued: Annotated[int, Field(ge=0, le=999)] | None = None
    affirmed: bool = False
    isin: Isin
    local_id: LocalId | None = None
    name: Text | None = None
    bond_terms: BondTerms | None = None
    quantity: InstrumentQuantity
    lots: tuple[Lot, ...] = ()
    safekeeping_account: Account | None = None
    cash_account: Account | None = None
    txn_type: Code4 = "TRAD"
    conditions: tuple[Code4, ...] = ()
    partial: Literal["PART", "NPAR", "PARC", "PARQ"] | None = None
    hold: bool = False
    pset: Bic | None = None
    deag: Party | None = None
    sell: Party | None = None
    decu: Party | None = None
    dei1: Party | None = None
    dei2: Party | None = None
    reag: Party | None = None
    buyr: Party | None = None
    recu: Party | None = None
    rei1: Party | None = None
    rei2: Party | None = None
    settlement_amount: Amount | None = None
    deal_amount: Amount | None = None
    accrued_interest: Amount | None = None
    commission: Amount | None = None  # LOCO
    charges: Amount | None = None  # CHAR
    tax: Amount | None = None  # TRAX
    regulatory_fee: Amount | None = None  # REGF
    fx: Fx | None = None
    wire: Wire | None = None

    @model_validator(mode="after")
    def _economics(self) -> Instruction:
        if self.payment == "APMT" and self.settlement_amount is None:
            raise ValueError("against payment needs settlement_amount (E83)")
        if self.settle_date is not None and self.settle_date < self.trade_date:
            raise ValueError(
                f"settle_date {self.settle_date} is before trade_date {self.trade_date}"
            )
        amounts = [
            a
            for a in (
                self.deal_amount,
                self.accrued_interest,
                self.commission,
                self.charges,
                self.tax,
                self.regulatory_fee,
            )
            if a is not None
        ]
        if self.settlement_amount and any(
            a.currency != self.settlement_amount.currency for a in amounts
        ):
            raise ValueError("every amount must be in the settlement currency; use fx for another")
        if self.settlement_amount and self.deal_amount:
            costs = sum(
                (
                    a.value
                    for a in (self.commission, self.charges, self.tax, self.regulatory_fee)
                    if a
                ),
                Decimal(0),
            )
            accrued = self.accrued_interest.value if self.accrued_interest else Decimal(0)
            sign = 1 if self.direction == "RECE" else -1
            expected = self.deal_amount.value + accrued + sign * costs
            if expected != self.settlement_amount.value:
                raise ValueError(
                    f"settlement_amount {self.settlement_amount.value} is not deal {self.deal_amount.value}"
                    f" + accrued {accrued} {'+' if sign > 0 else '-'} costs {costs} = {expected}"
                )
        return self


class Address(Model):
    """A postal address; CBPR+ wants town and country from 2026-11-14 (DOMAIN 3.2)."""

    street: Annotated[str, Field(max_length=70, pattern=PRINTED)] | None = None
    building: Annotated[str, Field(max_length=16, pattern=PRINTED)] | None = None
    post_code: Annotated[str, Field(max_length=16, pattern=PRINTED)] | None = None
    town: Annotated[str, Field(max_length=35, pattern=PRINTED)] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    lines: Annotated[tuple[AddressLine, ...], Field(max_length=2)] = ()


class PaymentParty(Model):
    """A debtor or creditor: who, where, and the account."""

    name: Text | None = None
    bic: Bic | None = None
    lei: LegalEntity | None = None
    address: Address | None = None
    iban: Iban | None = None
    account: Annotated[str, Field(min_length=1, max_length=34, pattern=PRINTED)] | None = None

    @model_validator(mode="after")
    def _who(self) -> PaymentParty:
        if self.name is None and self.bic is None:
            raise ValueError("give name or bic")
        if self.iban is not None and self.account is not None:
            raise ValueError("give iban or account, not both")
        return self


class CoveredTransfer(Model):
    """The customer transfer that a bank transfer covers (MT202 COV sequence B, pacs.009 COV)."""

    debtor: PaymentParty
    debtor_agent: Bic | None = None
    intermediary: Bic | None = None
    creditor_agent: Bic | None = None
    creditor: PaymentParty
    instructed_amount: Amount | None = None
    remittance: Text | None = None


class Payment(Model):
    """One customer (MT103, pacs.008) or bank (MT202, pacs.009) transfer.

    A bank transfer that `covers` a customer transfer has the UETR of that one, and its reference as
    related reference (MT202 COV, field 21).
    """

    kind: Literal["customer", "bank"]
    reference: Reference
    portfolio: Portfolio | None = None
    uetr: Uetr | None = None
    end_to_end_id: Annotated[str, Field(min_length=1, max_length=35, pattern=PRINTED)] | None = None
    related_reference: WireReference | None = None
    value_date: BusinessDay
    amount: Amount
    instructed_amount: Amount | None = None
    debtor: PaymentParty
    debtor_agent: Bic | None = None
    creditor: PaymentParty
    creditor_agent: Bic | None = None
    intermediary: Bic | None = None
    cash_account: Account | None = None  # ours, to be debited
    charges: Literal["SHAR", "DEBT", "CRED"] = "SHAR"
    remittance: Text | None = None
    purpose: Annotated[str, Field(pattern=r"^[A-Z]{4}$")] | None = None
    covers: CoveredTransfer | None = None
    wire: Wire | None = None

    @model_validator(mode="after")
    def _positive(self) -> Payment:
        if self.amount.value <= 0:
            raise ValueError("amount must be above zero")
        if self.kind == "bank" and (self.creditor.bic is None):
            raise ValueError("a bank transfer needs creditor.bic (58a)")
        if self.covers is not None:
            if self.kind != "bank":
                raise ValueError("only a bank transfer covers a customer transfer")
            if self.related_reference is None:
                raise ValueError(
                    "a cover names the reference of the transfer it covers in related_reference (21)"
                )
            if self.uetr is None:
                raise ValueError("a cover has the uetr of the transfer it covers: give it (121)")
        return self
