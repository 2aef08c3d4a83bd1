"""An instruction completed from static data: parties, accounts, dates, place, format and link.

What the user gave wins. What static data cannot give yet is a Wait, and the instruction is kept;
what can never be right is a Problem, and it is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from schemas.calendar import Calendar
from schemas.instruction import BondTerms, Instruction, LocalId, Party
from schemas.problem import Problem
from schemas.static import StaticData
from schemas.static_rows import (
    ANY,
    AccountRow,
    ChannelProfile,
    CounterpartySsi,
    Instrument,
    OwnSsi,
    Place,
    SettlementCycle,
    party,
)
from settlement.calendar import settlement_date
from settlement.findings import Findings, Wait, absent, portfolio_of

FIN_FORMATS = {
    ("RECE", "FREE"): "mt540",
    ("RECE", "APMT"): "mt541",
    ("DELI", "FREE"): "mt542",
    ("DELI", "APMT"): "mt543",
}
# agent and trading party of the other side, then the agent of ours (DOMAIN 6.2)
CHAINS = {"RECE": ("deag", "sell", "reag"), "DELI": ("reag", "buyr", "deag")}
DEBT_QUANTITIES = frozenset({"FAMT", "AMOR"})

Ssi = TypeVar("Ssi", OwnSsi, CounterpartySsi, SettlementCycle)


@dataclass(frozen=True, slots=True)
class Enriched:
    """The completed instruction, where it goes, and what keeps it from going."""

    instruction: Instruction
    instrument: Instrument | None = None
    market: str | None = None
    place: Place | None = None
    servicer: str | None = None
    account: AccountRow | None = None
    channel: ChannelProfile | None = None
    format: str | None = None
    standard_on: date | None = None  # what the cycle gives; another settle_date is non-standard
    waiting: tuple[Wait, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.waiting and not self.problems

    @property
    def standard(self) -> bool:
        return self.standard_on in (None, self.instruction.settle_date)


def enrich(
    instruction: Instruction,
    static: StaticData,
    today: date,
    released: Collection[str] = (),
) -> Enriched:
    """The instruction completed; `released` names the waits that two persons have lifted."""
    found = Findings(static, today, released)
    portfolio = found.portfolio(portfolio_of(instruction, static, today))
    instrument = _instrument(found, instruction)
    first_on = instruction.settle_date or instruction.trade_date
    market = _market(found, instruction, instrument, first_on)
    if market is None or instrument is None or portfolio is None:
        return _unfinished(found, instruction, instrument, market)
    terms = _Terms(instruction, instrument, portfolio, market)
    # the chain says where, where says when, and when says which chain holds
    settle_on, standard_on = _dates(found, terms, _likely_place(found, terms, first_on))
    own = _ssi(found.static, OwnSsi, portfolio, terms, settle_on)
    place = _place(found, terms, settle_on)
    account = _account(found, terms, own, settle_on)
    channel = found.channel(account.servicer) if account is not None else None
    _check(found, terms, place)
    filled = (
        _instrument_details(instrument)
        | _accounts(found, terms, account, settle_on)
        | _chain(found, terms, own, settle_on)
        | {"portfolio": portfolio, "settle_date": standard_on, "pset": place.bic if place else None}
        | _partial(instruction, place)
    )
    return Enriched(
        instruction=instruction.model_copy(update=absent(instruction, filled)),
        instrument=instrument,
        market=market,
        place=place,
        servicer=account.servicer if account is not None else None,
        account=account,
        channel=channel,
        format=_format(instruction, channel),
        standard_on=standard_on,
        waiting=tuple(found.waiting),
        problems=tuple(found.problems),
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What every look-up of one instruction needs."""

    instruction: Instruction
    instrument: Instrument
    portfolio: str
    market: str


def _unfinished(
    found: Findings, instruction: Instruction, instrument: Instrument | None, market: str | None
) -> Enriched:
    return Enriched(
        instruction,
        instrument,
        market,
        waiting=tuple(found.waiting),
        problems=tuple(found.problems),
    )


def _instrument(found: Findings, instruction: Instruction) -> Instrument | None:
    row = found.static.find(Instrument, instruction.isin, on=instruction.trade_date)
    if row is None:
        found.wait(
            "instrument_missing",
            f"no instrument {instruction.isin} on {instruction.trade_date}",
            instruction.isin,
            instruction.trade_date,
        )
    return row


def _market(
    found: Findings, instruction: Instruction, instrument: Instrument | None, on: date
) -> str | None:
    """The market of the place asked for, else that of the instrument."""
    if instruction.pset is None:
        return instrument.market if instrument is not None else None
    place = found.static.find(Place, instruction.pset, on=on)
    if place is None:
        _wait_for_place(found, instruction.pset, on)
        return None
    return place.market


def _wait_for_place(found: Findings, bic: str, on: date) -> None:
    found.wait("place_missing", f"no place of settlement {bic} on {on}", bic, on)


def _ssi(static: StaticData, kind: type[Ssi], owner: str, terms: _Terms, on: date) -> Ssi | None:
    """The row for this market and asset class, else the one for any asset class."""
    asset_class = terms.instrument.asset_class
    lead = (owner, terms.market) if owner else (terms.market,)
    return static.find(kind, *lead, asset_class, on=on) or static.find(kind, *lead, ANY, on=on)


def _counterparty(instruction: Instruction) -> str | None:
    """The broker: named, or the BIC of SELL or BUYR."""
    trading = getattr(instruction, CHAINS[instruction.direction][1])
    return instruction.counterparty or (trading.bic if trading is not None else None)


def _counterparty_ssi(static: StaticData, terms: _Terms, on: date) -> CounterpartySsi | None:
    counterparty = _counterparty(terms.instruction)
    return _ssi(static, CounterpartySsi, counterparty, terms, on) if counterparty else None


def _place(found: Findings, terms: _Terms, on: date) -> Place | None:
    bic = _place_named(found.static, terms, on)
    place = found.static.find(Place, bic, on=on) if bic is not None else None
    if bic is not None and place is None:
        _wait_for_place(found, bic, on)
    return place


def _place_named(static: StaticData, terms: _Terms, on: date) -> str | None:
    """Where it settles: as asked, where the other side says, or where we hold."""
    if terms.instruction.pset is not None:
        return terms.instruction.pset
    theirs = _counterparty_ssi(static, terms, on)
    if theirs is not None and theirs.pset is not None:
        return theirs.pset
    own = _ssi(static, OwnSsi, terms.portfolio, terms, on)
    return own.pset if own is not None else None


def _likely_place(found: Findings, terms: _Terms, on: date) -> Place | None:
    """The place named, else the first of the market: a date is due even while an SSI is missing."""
    named = _place_named(found.static, terms, on)
    if named is not None:
        return found.static.find(Place, named, on=on)
    of_market = [row for row in found.static.all(Place, on) if row.market == terms.market]
    return of_market[0] if of_market else None


def _dates(found: Findings, terms: _Terms, place: Place | None) -> tuple[date, date | None]:
    """The settlement date and the standard one; without them, the trade date stands in."""
    instruction = terms.instruction
    fallback = instruction.settle_date or instruction.trade_date
    _check_trade_date(found, instruction)
    if place is None:
        return fallback, None
    cycle = _ssi(found.static, SettlementCycle, "", terms, instruction.trade_date)
    if cycle is None:
        found.wait(
            "cycle_missing",
            f"no settlement cycle for {terms.market} {terms.instrument.asset_class}"
            f" on {instruction.trade_date}",
            f"{terms.market}|{terms.instrument.asset_class}",
            instruction.trade_date,
        )
        return fallback, None
    try:
        dated = settlement_date(
            instruction.trade_date,
            cycle.lag,
            market=found.calendar(place.calendar),
            currencies=_currency_calendars(found, instruction),
            venue=found.calendar(cycle.trade_calendar) if cycle.trade_calendar else None,
            explicit=instruction.settle_date,
        )
    except LookupError as error:
        found.wait_for_calendar(error, fallback)
        return fallback, None
    found.wait_for_open(dated.closed)
    return dated.on, dated.standard_on


def _check_trade_date(found: Findings, instruction: Instruction) -> None:
    """Tomorrow is somewhere already today; later than that nobody has traded."""
    if instruction.trade_date > found.today + timedelta(days=1):
        found.problem(
            "trade_date",
            "trade_date_future",
            f"the trade date is after the business date {found.today}",
            str(instruction.trade_date),
        )


def _currency_calendars(found: Findings, instruction: Instruction) -> list[Calendar]:
    amount = instruction.settlement_amount
    if instruction.payment == "FREE" or amount is None:
        return []
    return [found.currency_calendar(amount.currency, instruction.trade_date)]


def _account(found: Findings, terms: _Terms, own: OwnSsi | None, on: date) -> AccountRow | None:
    """The safekeeping account as asked for, else that of our standing instruction."""
    wanted = terms.instruction.safekeeping_account
    if wanted is None and own is None:
        _wait_for_ssi(found, "our own", terms.portfolio, terms, on)
        return None
    servicer = own.servicer if own is not None else None
    name = wanted or (own and own.safekeeping_account)
    rows = [
        row
        for row in found.static.accounts_of(terms.portfolio, on)
        if row.safekeeping_account == name
    ]
    if not rows and wanted is not None:
        found.problem(
            "safekeeping_account",
            "unknown_account",
            f"portfolio {terms.portfolio} has no such account on {on}",
            wanted,
        )
    elif not rows:
        found.wait("ssi_missing", f"account {name} is not valid on {on}", str(name), on)
    currency = _currency(terms)
    rows.sort(key=lambda row: (row.servicer != servicer, row.currency != currency))
    for used in (*rows[:1], own if wanted is None else None):
        if used is not None:
            found.wait_for_cooling(used)
    return rows[0] if rows else None


def _currency(terms: _Terms) -> str:
    amount = terms.instruction.settlement_amount
    return amount.currency if amount is not None else terms.instrument.currency


def _wait_for_ssi(found: Findings, whose: str, owner: str, terms: _Terms, on: date) -> None:
    asset_class = terms.instrument.asset_class
    found.wait(
        "ssi_missing",
        f"no standing instruction, {whose}: {owner} in {terms.market} for {asset_class} on {on}",
        f"{owner}|{terms.market}|{asset_class}",
        on,
    )


def _format(instruction: Instruction, channel: ChannelProfile | None) -> str | None:
    if channel is None:
        return None
    if channel.format == "mx":
        return "sese.023"
    return FIN_FORMATS[instruction.direction, instruction.payment]


def _check(found: Findings, terms: _Terms, place: Place | None) -> None:
    """What the instrument and the place do not know."""
    instruction, instrument = terms.instruction, terms.instrument
    if instrument.is_debt != (instruction.quantity.type in DEBT_QUANTITIES):
        wanted = "FAMT or AMOR" if instrument.is_debt else "UNIT"
        found.problem(
            "quantity.type",
            "quantity_type",
            f"{instrument.asset_class} is counted in {wanted}",
            instruction.quantity.type,
        )
    if place is None:
        return
    if instruction.hold and not place.hold_supported:
        found.problem("hold", "hold_unsupported", f"{place.name} knows no hold", "true")
    if instruction.partial not in (None, "NPAR") and not place.partial_supported:
        found.problem(
            "partial",
            "partial_unsupported",
            f"{place.name} settles no parts; NPAR or nothing",
            instruction.partial,
        )


def _instrument_details(instrument: Instrument) -> dict[str, Any]:
    details: dict[str, Any] = {"name": instrument.name}
    if instrument.local_scheme is not None and instrument.local_id is not None:
        details["local_id"] = LocalId(scheme=instrument.local_scheme, id=instrument.local_id)
    if instrument.is_debt:
        details["bond_terms"] = BondTerms(
            day_count=instrument.day_count,
            denomination_currency=instrument.denomination_currency,
            maturity_date=instrument.maturity_date,
            interest_rate=instrument.interest_rate,
        )
    return details


def _accounts(
    found: Findings, terms: _Terms, account: AccountRow | None, on: date
) -> dict[str, Any]:
    if account is None:
        return {}
    filled: dict[str, Any] = {"safekeeping_account": account.safekeeping_account}
    if terms.instruction.payment == "FREE" or terms.instruction.cash_account is not None:
        return filled
    currency = _currency(terms)
    if account.currency == currency:
        return filled | {"cash_account": account.cash_account}
    found.wait(
        "ssi_missing",
        f"no cash account in {currency} with {account.servicer} for"
        f" {account.safekeeping_account} on {on}",
        f"{account.servicer}|{account.safekeeping_account}|{currency}",
        on,
    )
    return filled


def _chain(found: Findings, terms: _Terms, own: OwnSsi | None, on: date) -> dict[str, Any]:
    """The other side's agent and trading party, and our agent where one is named."""
    instruction = terms.instruction
    agent, trading, ours = CHAINS[instruction.direction]
    filled: dict[str, Any] = {}
    if own is not None and own.agent is not None:
        filled[ours] = party(own.agent, own.agent_account)
    counterparty = _counterparty(instruction)
    theirs = _counterparty_ssi(found.static, terms, on)
    if counterparty is not None:
        account = theirs.account if theirs is not None else None
        filled |= {"counterparty": counterparty, trading: Party(bic=counterparty, account=account)}
    if theirs is not None:
        filled[agent] = party(theirs.agent, theirs.agent_account)
        if getattr(instruction, agent) is None:
            found.wait_for_cooling(theirs)
    elif getattr(instruction, agent) is None and counterparty is not None:
        _wait_for_ssi(found, "the counterparty's", counterparty, terms, on)
    elif getattr(instruction, agent) is None:
        found.problem(
            "counterparty", "counterparty_missing", f"give counterparty, {trading} or {agent}"
        )
    return filled


def _partial(instruction: Instruction, place: Place | None) -> dict[str, Any]:
    return {"partial": place.partial_default} if place is not None else {}
