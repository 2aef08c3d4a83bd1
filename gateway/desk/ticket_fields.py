"""The fields of a ticket: what a person types becomes the body that upstream systems send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused

Kind = Literal["securities", "payment"]
TYPED_MAX = 4_000
Typed = dict[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One input: its name, its words, where its value goes in the body, and what it may be."""

    name: str
    label: str
    path: str  # in the body, dotted; `*.currency` beside every amount
    group: str
    input: Literal["text", "number", "date", "select", "list", "check", "json"] = "text"
    choices: tuple[tuple[str, str], ...] = ()
    source: str = ""  # of the values offered: portfolios, parties, instruments, currencies
    hint: str = ""
    money: bool = False


def _amount(name: str, label: str) -> Field:
    return Field(name, label, f"{name}.value", "Amounts", "number", money=True)


SECURITIES: tuple[Field, ...] = (
    Field("reference", "Our reference", "reference", "Trade"),
    Field("portfolio", "Portfolio", "portfolio", "Trade", "select", source="portfolios"),
    Field(
        "direction", "Direction", "direction", "Trade", "select",
        (("RECE", "Receive (we buy)"), ("DELI", "Deliver (we sell)")),
    ),
    Field(
        "payment", "Payment", "payment", "Trade", "select",
        (("APMT", "Against payment"), ("FREE", "Free of payment")),
    ),
    Field("isin", "ISIN", "isin", "Trade", "list", source="instruments"),
    Field(
        "quantity_type", "Quantity is", "quantity.type", "Trade", "select",
        (("UNIT", "Units"), ("FAMT", "Face amount"), ("AMOR", "Amortised face")),
    ),
    Field("quantity", "Quantity", "quantity.value", "Trade", "number"),
    Field("counterparty", "Counterparty", "counterparty", "Trade", "list", source="parties"),
    Field("trade_date", "Traded", "trade_date", "Trade", "date"),
    Field("settle_date", "Settles", "settle_date", "Trade", "date", hint="by the market's cycle"),
    Field("trade_id", "Trade id", "trade_id", "Trade"),
    Field("currency", "Currency", "*.currency", "Amounts", "list", source="currencies"),
    Field("price", "Price", "price.value", "Amounts", "number"),
    Field(
        "price_type", "Price is", "price.type", "Amounts", "select",
        (("ACTU", "per unit"), ("PRCT", "per cent")),
    ),
    _amount("deal_amount", "Deal amount"),
    _amount("accrued_interest", "Accrued interest"),
    _amount("commission", "Commission"),
    _amount("charges", "Charges"),
    _amount("tax", "Tax"),
    _amount("settlement_amount", "Settlement amount"),
    Field(
        "partial", "Partial settlement", "partial", "Settlement", "select",
        (("", "as the place does it"), ("NPAR", "not allowed"), ("PART", "allowed")),
    ),
    Field("pset", "Place of settlement", "pset", "Settlement", hint="standing instruction"),
    Field("safekeeping_account", "Safekeeping account", "safekeeping_account", "Settlement",
          hint="standing instruction"),
    Field("hold", "On hold at the place", "hold", "Settlement", "check"),
    Field("more", "Other fields", "", "Settlement", "json", hint='as JSON: {"txn_type": "REPU"}'),
)  # fmt: skip

PAYMENT: tuple[Field, ...] = (
    Field("reference", "Our reference", "reference", "Payment"),
    Field(
        "kind", "Transfer", "kind", "Payment", "select",
        (("customer", "to a customer"), ("bank", "to a bank")),
    ),
    Field("portfolio", "Portfolio", "portfolio", "Payment", "select", source="portfolios"),
    Field("value_date", "Value date", "value_date", "Payment", "date"),
    Field("currency", "Currency", "*.currency", "Payment", "list", source="currencies"),
    Field("amount", "Amount", "amount.value", "Payment", "number", money=True),
    Field("debtor_name", "Debtor", "debtor.name", "Parties"),
    Field("debtor_bic", "Debtor's BIC", "debtor.bic", "Parties"),
    Field("creditor_name", "Creditor", "creditor.name", "Parties"),
    Field("creditor_bic", "Creditor's BIC", "creditor.bic", "Parties", "list", source="parties"),
    Field("creditor_iban", "IBAN", "creditor.iban", "Parties"),
    Field("creditor_account", "or account", "creditor.account", "Parties"),
    Field("creditor_street", "Street", "creditor.address.street", "Parties"),
    Field("creditor_building", "Number", "creditor.address.building", "Parties"),
    Field("creditor_post_code", "Post code", "creditor.address.post_code", "Parties"),
    Field("creditor_town", "Town", "creditor.address.town", "Parties"),
    Field("creditor_country", "Country", "creditor.address.country", "Parties"),
    Field("creditor_agent", "Creditor's bank", "creditor_agent", "Parties", "list", source="parties"),
    Field(
        "charges", "Charges", "charges", "Details", "select",
        (("SHAR", "shared"), ("DEBT", "we pay"), ("CRED", "they pay")),
    ),
    Field("remittance", "Remittance", "remittance", "Details"),
    Field("purpose", "Purpose", "purpose", "Details"),
    Field("more", "Other fields", "", "Details", "json", hint="as JSON"),
)  # fmt: skip
FIELDS: dict[str, tuple[Field, ...]] = {"securities": SECURITIES, "payment": PAYMENT}
MODELS: dict[str, type[Instruction] | type[Payment]] = {
    "securities": Instruction,
    "payment": Payment,
}
COSTS = ("commission", "charges", "tax", "regulatory_fee")


def typed(kind: str, form: Mapping[str, object]) -> Typed:
    """What was typed into the fields of this kind, trimmed; nothing else of the form."""
    found = {f.name: str(form.get(f.name, "")).strip()[:TYPED_MAX] for f in FIELDS[kind]}
    return {name: text for name, text in found.items() if text}


def body(kind: str, said: Typed) -> dict[str, Any]:
    """The body as JSON would carry it; Refused where the other fields are no JSON object."""
    found: dict[str, Any] = {}
    for field in FIELDS[kind]:
        value = said.get(field.name)
        if value is None or field.input == "json" or field.path.startswith("*"):
            continue
        written: Any = value == "on" if field.input == "check" else value
        if field.money or field.input == "number":
            written = value.replace(",", "").replace(" ", "")
        _put(found, field.path, written)
        if field.money and "currency" in said:
            _put(found, f"{field.name}.currency", said["currency"])
    _tidy(kind, found, said)
    return found | _more(said.get("more"))


def _tidy(kind: str, found: dict[str, Any], said: Typed) -> None:
    """What a choice in one field means for another."""
    if kind != "securities":
        return
    if "price" not in said:
        found.pop("price", None)
    elif said.get("price_type", "ACTU") == "ACTU" and "currency" in said:
        found["price"]["currency"] = said["currency"]
    if "quantity" not in said:
        found.pop("quantity", None)


def _put(into: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        into = into.setdefault(name, {})
    into[last] = value


def _more(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        more = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("invalid", [Problem("more", "json", f"this is not JSON: {error}")]) from error
    if not isinstance(more, dict):
        raise Refused("invalid", [Problem("more", "json", "write an object: {...}", text[:60])])
    return more


def fields_of(kind: str, given: Mapping[str, Any]) -> Typed:
    """A body as the fields would show it: what they cannot show stands among the other fields."""
    left = json.loads(json.dumps(given))
    found: Typed = {}
    for field in FIELDS[kind]:
        if field.input == "json":
            continue
        if field.path.startswith("*"):
            amounts = [v for v in given.values() if isinstance(v, dict) and "currency" in v]
            if amounts:
                found[field.name] = str(amounts[0]["currency"])
            continue
        value = _take(left, field.path)
        if value is not None and value is not False:
            found[field.name] = "on" if value is True else str(value)
    for name in list(left):
        if isinstance(left[name], dict) and set(left[name]) <= {"currency"}:
            del left[name]
    for name in ("kind", "wire") if kind == "securities" else ("wire",):
        left.pop(name, None)
    left = {name: value for name, value in left.items() if value not in ({}, [], None)}
    if left:
        found["more"] = json.dumps(left, ensure_ascii=False)
    return found


def _take(left: dict[str, Any], path: str) -> Any:
    *above, last = path.split(".")
    for name in above:
        if not isinstance(left.get(name), dict):
            return None
        left = left[name]
    return left.pop(last, None)


def mirrored(given: Mapping[str, Any]) -> dict[str, Any]:
    """The other side of the same trade: direction turned, our costs and accounts left out."""
    ours = {*COSTS, "safekeeping_account", "cash_account", "lots", "portfolio", "wire"}
    chain = {f"{way}{n}" for way in ("de", "re") for n in ("ag", "cu", "i1", "i2")} | {
        "sell",
        "buyr",
    }
    turned = {k: v for k, v in given.items() if k not in ours | chain}
    turned["direction"] = "DELI" if given.get("direction") == "RECE" else "RECE"
    deal = given.get("deal_amount")
    if deal is not None and given.get("accrued_interest") is None:
        turned["settlement_amount"] = deal
    elif deal is not None:
        turned.pop("settlement_amount", None)  # with interest: to be worked out by the person
    return turned
