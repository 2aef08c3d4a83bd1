"""MT540 to 543 from an instruction: receive or deliver, free or against payment (DOMAIN 6.1)."""

from __future__ import annotations

from builders.fin_values import (
    day,
    moment,
    money,
    narrative,
    number,
    reference,
    signed,
    unsigned,
)
from schemas.instruction import (
    CHAIN_DELIVERER,
    CHAIN_RECEIVER,
    Instruction,
    Lot,
    Party,
    Price,
    Wire,
)
from schemas.problem import Problem

TYPES = {
    ("RECE", "FREE"): "540",
    ("RECE", "APMT"): "541",
    ("DELI", "FREE"): "542",
    ("DELI", "APMT"): "543",
}
# outermost first, as E86 reads the chain: each party needs every later one
CHAINS = (CHAIN_DELIVERER[::-1], CHAIN_RECEIVER[::-1])
AGENTS = {"RECE": "deag", "DELI": "reag"}  # of the other side (E91)
# where 35B says which numbering a local identifier is of; others are told under /XX/
LOCAL_PREFIXES = {"CUSP": "/US/", "SEDL": "/GB/", "WKNR": "/DE/", "VALN": "/CH/", "SICC": "/JP/"}
DESCRIPTION_LINES = 4
PERCENTAGES = frozenset({"PRCT", "YIEL"})
# the amounts beside the settlement amount, in the order they are written
COSTS = (
    ("ACRU", "accrued_interest"),
    ("CHAR", "charges"),
    ("DEAL", "deal_amount"),
    ("LOCO", "commission"),
    ("REGF", "regulatory_fee"),
    ("TRAX", "tax"),
)


def lines(
    type_: str,
    instruction: Instruction,
    wire: Wire,
    cancel_of: str | None,
    problems: list[Problem],
) -> list[str]:
    """The lines of block 4; what the network would refuse is added to the problems."""
    found = TYPES[instruction.direction, instruction.payment]
    if type_ != found:
        fault = f"{instruction.direction} {instruction.payment} is an MT{found}"
        problems.append(Problem("format", "format", fault, f"mt{type_}"))
    return [
        *_general(instruction, wire, cancel_of, problems),
        *_trade(instruction, problems),
        *_holding(instruction, problems),
        ":16R:SETDET",
        *(f":22F::STCO//{code}" for code in _conditions(instruction)),
        f":22F::SETR//{instruction.txn_type}",
        *_parties(instruction, problems),
        *_amounts(instruction, problems),
        ":16S:SETDET",
    ]


def _conditions(i: Instruction) -> list[str]:
    """Each settlement condition once; the partial wish is one of them."""
    return list(dict.fromkeys((*i.conditions, *([i.partial] if i.partial else []))))


def _general(
    i: Instruction, wire: Wire, cancel_of: str | None, problems: list[Problem]
) -> list[str]:
    function = "CANC" if cancel_of is not None else "PREA" if i.hold else "NEWM"
    out = [":16R:GENL", f":20C::SEME//{wire.seme}", f":23G:{function}"]
    if wire.prep is not None:
        out.append(f":98C::PREP//{moment(wire.prep)}")
    if cancel_of is not None:
        out += _link("PREV", cancel_of, "cancel_of", None, problems)
        if cancel_of == wire.seme:
            fault = "a cancellation has its own reference: give it a new SEME"
            problems.append(Problem("wire.seme", "E08", fault, wire.seme))
    for n, link in enumerate(i.linked_refs):
        # E08: the only PREV of a cancellation is the message it cancels
        if cancel_of is None or link.qualifier != "PREV":
            path = f"linked_refs[{n}].reference"
            out += _link(link.qualifier, link.reference, path, link.position, problems)
    if i.common_ref is not None:
        out += _link("COMM", i.common_ref, "common_ref", None, problems)
    if i.trade_id is not None:
        out += _link("TRRF", i.trade_id, "trade_id", None, problems)
    out.append(":16S:GENL")
    return out


def _link(
    qualifier: str, value: str, path: str, position: str | None, problems: list[Problem]
) -> list[str]:
    return [
        ":16R:LINK",
        *([f":22F::LINK//{position}"] if position else []),
        f":20C::{qualifier}//{reference(value, path, problems)}",
        ":16S:LINK",
    ]


def _trade(i: Instruction, problems: list[Problem]) -> list[str]:
    out = [":16R:TRADDET"]
    if i.place_of_clearing:
        out.append(f":94H::CLEA//{i.place_of_clearing}")
    if i.place_of_trade:
        place = i.place_of_trade.mic or i.place_of_trade.text
        out.append(f":94B::TRAD//{i.place_of_trade.type}" + (f"/{place}" if place else ""))
    if i.settle_date is None:
        fault = "the settlement date is mandatory: give it or let the calendar compute it"
        problems.append(Problem("settle_date", "T89", fault))
    else:
        out.append(f":98A::SETT//{day(i.settle_date)}")
    out.append(f":98A::TRAD//{day(i.trade_date)}")
    if i.price is not None:
        out.append(_price("DEAL", i.price, "price", problems))
    if i.days_accrued is not None:
        out.append(f":99A::DAAC//{i.days_accrued:03d}")
    out += _instrument(i, problems)
    out += _attributes(i, problems)
    if i.affirmed:
        out.append(":25D::AFFM//AFFI")
    out.append(":16S:TRADDET")
    return out


def _price(qualifier: str, price: Price, path: str, problems: list[Problem]) -> str:
    if price.type in PERCENTAGES:
        rate = signed(price.value, f"{path}.value", problems)
        return f":90A::{qualifier}//{price.type}/{rate}"
    amount = unsigned(price.value, f"{path}.value", problems)
    return f":90B::{qualifier}//{price.type}/{price.currency}{amount}"


def _instrument(i: Instruction, problems: list[Problem]) -> list[str]:
    out = [f":35B:ISIN {i.isin}"]
    if i.local_id is not None:
        prefix = LOCAL_PREFIXES.get(i.local_id.scheme, f"/XX/{i.local_id.scheme}/")
        out += narrative(prefix + i.local_id.id, "local_id.id", problems, lines=1)
    if i.name is not None:
        out += narrative(i.name, "name", problems, lines=DESCRIPTION_LINES + 1 - len(out))
    return out


def _attributes(i: Instruction, problems: list[Problem]) -> list[str]:
    terms = i.bond_terms
    if terms is None:
        return []
    out: list[str] = []
    if terms.day_count:
        out.append(f":22F::MICO//{terms.day_count}")
    if terms.denomination_currency:
        out.append(f":11A::DENO//{terms.denomination_currency}")
    if terms.maturity_date:
        out.append(f":98A::MATU//{day(terms.maturity_date)}")
    if terms.interest_rate is not None:
        rate = signed(terms.interest_rate, "bond_terms.interest_rate", problems)
        out.append(f":92A::INTR//{rate}")
    return [":16R:FIA", *out, ":16S:FIA"] if out else []


def _holding(i: Instruction, problems: list[Problem]) -> list[str]:
    quantity = unsigned(i.quantity.value, "quantity.value", problems)
    out = [":16R:FIAC", f":36B::SETT//{i.quantity.type}/{quantity}"]
    if i.safekeeping_account is None:
        fault = "the safekeeping account is mandatory: give it or a standing instruction"
        problems.append(Problem("safekeeping_account", "T89", fault))
    else:
        out.append(f":97A::SAFE//{i.safekeeping_account}")
    if i.cash_account is not None:
        out.append(f":97A::CASH//{i.cash_account}")
    for n, lot in enumerate(i.lots):
        out += _lot(lot, i.quantity.type, f"lots[{n}]", problems)
    out.append(":16S:FIAC")
    return out


def _lot(lot: Lot, type_: str, path: str, problems: list[Problem]) -> list[str]:
    quantity = unsigned(lot.quantity, f"{path}.quantity", problems)
    return [
        ":16R:BREAK",
        f":13B::LOTS//{lot.number}",
        f":36B::LOTS//{type_}/{quantity}",
        *([f":98A::LOTS//{day(lot.acquired_on)}"] if lot.acquired_on else []),
        *([_price("LOTS", lot.price, f"{path}.price", problems)] if lot.price else []),
        ":16S:BREAK",
    ]


def _parties(i: Instruction, problems: list[Problem]) -> list[str]:
    agent = AGENTS[i.direction]
    if getattr(i, agent) is None:
        fault = f"MT{TYPES[i.direction, i.payment]} needs {agent.upper()}, the other side's agent"
        problems.append(Problem(agent, "E91", fault))
    out: list[str] = []
    for chain in CHAINS:
        outer: str | None = None
        for name in chain:
            party: Party | None = getattr(i, name)
            if party is not None:
                outer = outer or name
                out += _party(name, party, problems)
            elif outer is not None and name != agent:
                fault = f"{outer.upper()} needs {name.upper()} after it in the chain: give it"
                problems.append(Problem(name, "E86", fault))
    if i.pset is None:
        fault = "the place of settlement is missing: give its BIC or a standing instruction"
        problems.append(Problem("pset", "E91", fault))
    else:
        out += [":16R:SETPRTY", f":95P::PSET//{i.pset}", ":16S:SETPRTY"]
    return out


def _party(name: str, party: Party, problems: list[Problem]) -> list[str]:
    out = [":16R:SETPRTY", *_identified(name, party, problems)]
    if party.lei is not None:
        out.append(f":95L::ALTE//{party.lei}")
    if party.account is not None:
        out.append(f":97A::SAFE//{party.account}")
    out.append(":16S:SETPRTY")
    return out


def _identified(name: str, party: Party, problems: list[Problem]) -> list[str]:
    qualifier = name.upper()
    if party.bic is not None:
        return [f":95P::{qualifier}//{party.bic}"]
    if party.dss is not None:
        return [f":95R::{qualifier}/{party.dss.issuer}{party.dss.scheme}/{party.dss.id}"]
    first, *rest = narrative(party.name or "", f"{name}.name", problems, lines=4) or [""]
    return [f":95Q::{qualifier}//{first}", *rest]


def _amounts(i: Instruction, problems: list[Problem]) -> list[str]:
    out: list[str] = []
    for qualifier, name in COSTS:
        amount = getattr(i, name)
        if amount is not None:
            text = money(amount, f"{name}.value", problems)
            out += [":16R:AMT", f":19A::{qualifier}//{text}", ":16S:AMT"]
    if i.payment == "APMT":
        return out + _settlement(i, problems)
    for name in ("settlement_amount", "fx"):
        if getattr(i, name) is not None:
            fault = "an instruction free of payment settles no money: leave it out or make it APMT"
            problems.append(Problem(name, "T89", fault))
    return out


def _settlement(i: Instruction, problems: list[Problem]) -> list[str]:
    if i.settlement_amount is None:
        fault = "against payment needs the settlement amount: give it"
        problems.append(Problem("settlement_amount", "E83", fault))
        return []
    out = [":16R:AMT"]
    if i.accrued_interest is not None:
        out.append(":17B::ACRU//Y")
    out.append(f":19A::SETT//{money(i.settlement_amount, 'settlement_amount.value', problems)}")
    if i.fx is not None:
        # E62: the rate and the resulting amount only ever come together
        resulting = money(i.fx.resulting_amount, "fx.resulting_amount.value", problems)
        rate = number(i.fx.rate, "fx.rate", problems)
        out.append(f":19A::RESU//{resulting}")
        out.append(f":92B::EXCH//{i.fx.unit_currency}/{i.fx.quoted_currency}/{rate}")
    out.append(":16S:AMT")
    return out
