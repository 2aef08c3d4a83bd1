"""sese.023: what an instruction says in it, and the rules the schema does not know."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from schemas.identifiers import is_iban
from schemas.instruction import Instruction, LinkedReference, Lot, Party, Price, Wire
from schemas.mx.notation import Message
from schemas.mx.sese_023 import SESE_023
from schemas.mx.settlement import DELIVERER, RECEIVER
from schemas.problem import MessageError, Problem

QUANTITY_FIELDS = {"UNIT": "units", "FAMT": "face", "AMOR": "amortised"}

# what we buy we pay for; what we deliver we are paid for
WAY = {"RECE": "DBIT", "DELI": "CRDT"}
# amounts that follow the cash of the trade, and costs, which always go out
FOLLOWING = {
    "settlement_amount": "settlement_way",
    "deal_amount": "deal_way",
    "accrued_interest": "accrued_way",
}
COSTS = {
    "commission": "commission_way",
    "charges": "charges_way",
    "tax": "tax_way",
    "regulatory_fee": "regulatory_way",
}
LINK_FIELDS = {
    "PREV": "instruction",
    "RELA": "instruction",
    "PREA": "instruction",
    "POOL": "pool",
    "COMM": "other",
    "TRRF": "other",
    "MAST": "other",
}
ROOT = f"Document/{SESE_023.root}"
CHAINS = (
    ("DlvrgSttlmPties", DELIVERER, attrgetter(*DELIVERER)),
    ("RcvgSttlmPties", RECEIVER, attrgetter(*RECEIVER)),
)


class PricedAmount(NamedTuple):
    """An amount per unit; prices have more decimals than their currency."""

    currency: str | None
    value: Decimal


def draft(
    body: Instruction, wire: Wire, cancel_of: str | None
) -> tuple[Message, dict[str, Any], list[Problem]]:
    """The table, its values and what is wrong with them already."""
    if not isinstance(body, Instruction):
        raise MessageError("wrong_body", [Problem("kind", "format", "sese.023 has no payments")])
    return SESE_023, values(body, wire), list(_problems(body))


def values(body: Instruction, wire: Wire) -> dict[str, Any]:
    """The fields of the table: those of the instruction, and those that follow from them."""
    way = WAY[body.direction]
    found: dict[str, Any] = body.__dict__.copy()
    found["seme"] = wire.seme
    quantity = QUANTITY_FIELDS[body.quantity.type]
    found[quantity] = body.quantity.value
    found["links"] = [_link(link) for link in body.linked_refs] or None
    found["lots"] = [_lot(lot, quantity) for lot in body.lots] or None
    found["conditions"] = [{"code": code} for code in body.conditions] or None
    found["price"] = _price(body.price)
    found["affirmation"] = "AFFI" if body.affirmed else None
    found["held"] = True if body.hold else None
    found["with_accrued"] = True if body.accrued_interest else None
    place = body.place_of_trade
    found["place_text"] = place.text if place and not place.mic else None
    if body.cash_account:
        field = "cash_iban" if is_iban(body.cash_account) else "cash_other"
        found[field] = body.cash_account
    for field, its_way in FOLLOWING.items():
        if found[field]:
            found[its_way] = way
    for field, its_way in COSTS.items():
        if found[field]:
            found[its_way] = "DBIT"
    return found


def _link(link: LinkedReference) -> dict[str, Any]:
    return {"position": link.position, LINK_FIELDS[link.qualifier]: link.reference}


def _lot(lot: Lot, quantity: str) -> dict[str, Any]:
    return {
        "number": lot.number,
        quantity: lot.quantity,
        "acquired_on": lot.acquired_on,
        "price": _price(lot.price),
    }


def _price(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    kind = price.type if price.type in {"DISC", "PREM"} else None
    per_unit = price.currency is not None
    return {
        "yielded": None if kind else price.type == "YIEL",
        "kind": kind,
        "rate": None if per_unit else price.value,
        "amount": PricedAmount(price.currency, price.value) if per_unit else None,
    }


def _problems(body: Instruction) -> Iterator[Problem]:
    if body.payment == "APMT" and body.settlement_amount is None:
        path = f"{ROOT}/SttlmAmt"
        yield Problem(path, "E83", "against payment the settlement amount is needed")
    if body.payment == "FREE" and body.settlement_amount is not None:
        words = "free of payment has no settlement amount"
        yield Problem(f"{ROOT}/SttlmAmt", "free", words, str(body.settlement_amount.value))
    if body.fx is not None and body.settlement_amount is None:
        words = "an exchange needs the settlement amount it belongs to"
        yield Problem(f"{ROOT}/SttlmAmt/FXDtls", "E62", words)
    if body.pset is None:
        path = f"{ROOT}/DlvrgSttlmPties/Dpstry"
        yield Problem(path, "E91", "pset, the place of settlement, is needed")
    agent = "deag" if body.direction == "RECE" else "reag"
    if getattr(body, agent) is None:
        side = "DlvrgSttlmPties" if agent == "deag" else "RcvgSttlmPties"
        yield Problem(f"{ROOT}/{side}/Pty1", "E91", f"{agent}, their agent, is needed")
    for side, chain, parties in CHAINS:
        found = parties(body)
        if any(found[1:]):
            yield from _chain_problems(side, chain, found)


def _chain_problems(
    side: str, chain: tuple[str, ...], parties: tuple[Party | None, ...]
) -> Iterator[Problem]:
    """Every party needs the one between it and the depository (E86)."""
    for number, (nearer, further) in enumerate(pairwise(parties), start=1):
        if nearer is None and further is not None:
            words = f"{chain[number]} is given, so {chain[number - 1]} is needed"
            yield Problem(f"{ROOT}/{side}/Pty{number}", "E86", words)
