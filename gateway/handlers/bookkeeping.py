"""The books' side of a unit of work: what is owed by the facts, less what is posted, becomes postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway.handlers.case import Case, PostedPart, TakenBack
from gateway.handlers.unit import Unit
from ledger import posting as books
from ledger.lots import Lot, after, share
from ledger.posting import Posting, Settled
from schemas.event import Event
from schemas.trade import Trade
from settlement.condition import Condition, Flag
from settlement.payments import PaymentCondition
from store.books import EntryRow, JournalRow, LotKey, LotRow, MovementRow

if TYPE_CHECKING:
    from gateway.handlers.release import Desk

ZERO = Decimal(0)


def book(desk: Desk, case: Case, actor: str) -> None:
    """Book the trade once its account is known; order the payment's cash."""
    terms = case.terms
    if terms is None:
        return
    if terms.trade is not None and case.posted.ordinal is None:
        trade = terms.trade
        said = {
            "isin": trade.isin,
            "direction": trade.direction,
            "quantity": trade.quantity,
            "amount": trade.amount,
            "currency": trade.currency,
        }
        _book_trade(desk, case, trade, actor, said, trade.trade_on)
    elif terms.outgoing is not None and not case.posted.ordered:
        event = desk.tell(
            case,
            "PaymentOrdered",
            actor,
            {"amount": terms.outgoing.amount, "currency": terms.outgoing.currency},
        )
        post(desk.unit, event, books.order_payment(terms.outgoing, desk.today), case.id)
        case.posted.ordered = True


def unbook(desk: Desk, case: Case) -> None:
    """Take all of the trade back: another takes its place."""
    terms = case.terms
    if terms is None or terms.trade is None or case.posted.ordinal is None:
        return
    _take_back(desk, case, terms.trade, ZERO, ZERO, terms.trade.trade_on)
    case.posted.ordinal, case.posted.moves, case.posted.taken = None, (), ()


def _balance_trade(desk: Desk, case: Case, condition: Condition, trade: Trade) -> None:
    """Book what stands of the trade, whatever was booked or taken back of it before (DOMAIN 2.4, 7.2)."""
    if case.posted.ordinal is None:
        return
    quantity, amount = _stands(condition, trade)
    booked, _ = _booked(case, trade)
    if quantity < booked:
        _shrink(desk, case, condition, trade, quantity, amount)
    elif quantity > booked:
        _book_again(desk, case, trade, quantity, amount)


def _shrink(
    desk: Desk,
    case: Case,
    condition: Condition,
    trade: Trade,
    quantity: Decimal,
    amount: Decimal,
) -> None:
    """Down to this: first what never settled, as never traded, then what had, from its reversal on."""
    booked, booked_amount = _booked(case, trade)
    once = min(trade.quantity, sum((p.quantity for p in condition.parts), ZERO))
    if quantity < once < booked:
        some = share(booked_amount - amount, once - quantity, booked - quantity, trade.digits)
        _take_back(desk, case, trade, once, amount + some, trade.trade_on)
    on = trade.trade_on if quantity >= once else _stood_until(condition, trade)
    _take_back(desk, case, trade, quantity, amount, on)


def _booked(case: Case, trade: Trade) -> tuple[Decimal, Decimal]:
    """Quantity and amount of the trade in the books."""
    taken = case.posted.taken
    return (
        trade.quantity - sum((t.quantity for t in taken), ZERO),
        trade.amount - sum((t.amount for t in taken), ZERO),
    )


def _stood_until(condition: Condition, trade: Trade) -> date:
    """When the last of what had settled was taken back."""
    return max([trade.trade_on, *(p.reversed_on for p in condition.parts if p.reversed_on)])


def _stands(condition: Condition, trade: Trade) -> tuple[Decimal, Decimal]:
    """Quantity and amount that stand: settled and open, and all that others left uninstructed."""
    settled = books.shares(condition.parts, trade)
    quantity = condition.open_quantity + sum((s.quantity for s in settled), ZERO)
    if Flag.UNINSTRUCTED in condition.flags or quantity >= trade.quantity:
        return trade.quantity, trade.amount
    if not trade.paid:
        return quantity, share(trade.amount, quantity, trade.quantity, trade.digits)
    open_amount = share(trade.amount, condition.open_quantity, trade.quantity, trade.digits)
    return quantity, open_amount + sum((s.relieved for s in settled), ZERO)


def _book_trade(
    desk: Desk, case: Case, trade: Trade, actor: str, said: dict[str, Any], on: date
) -> None:
    holding = (case.lane, case.portfolio, trade.account, trade.isin)
    event = desk.tell(case, "TradeBooked", actor, said, on=on)
    done = books.book_trade(trade, desk.unit.memory.lots.get(holding, []), event.seq)
    post(desk.unit, event, books.dated(done, on), case.id, holding)
    case.posted.ordinal, case.posted.moves = event.seq, done.moves


def _take_back(
    desk: Desk, case: Case, trade: Trade, quantity: Decimal, amount: Decimal, on: date
) -> None:
    """Leave this quantity and amount of the trade booked."""
    posted = case.posted
    assert posted.ordinal is not None
    booked, booked_amount = _booked(case, trade)
    rest = replace(
        trade,
        quantity=booked - quantity,
        amount=booked_amount - amount,
        accrued=_accrued(trade, booked) - _accrued(trade, quantity),
    )
    if not rest.quantity:
        return
    holding = (case.lane, case.portfolio, trade.account, trade.isin)
    actor = case.maker or "lifecycle"
    event = desk.tell(case, "TradeCancelled", actor, {"quantity": rest.quantity}, on=on)
    lots = desk.unit.memory.lots.get(holding, [])
    done = books.unbook_trade(rest, lots, posted.ordinal, posted.moves)
    post(desk.unit, event, books.dated(done, on), case.id, holding)
    posted.moves = done.moves
    posted.taken = (*posted.taken, TakenBack(rest.quantity, rest.amount, on))


def _book_again(desk: Desk, case: Case, trade: Trade, quantity: Decimal, amount: Decimal) -> None:
    """What was taken back stands after all: each from the date it was taken back on, last first."""
    posted = case.posted
    booked, booked_amount = _booked(case, trade)
    while booked < quantity:
        last = posted.taken[-1]
        wanted = quantity - booked
        whole = last.quantity <= wanted
        back = (
            last
            if whole and last.quantity < wanted
            else TakenBack(wanted, amount - booked_amount, last.on)
        )
        part = replace(
            trade,
            quantity=back.quantity,
            amount=back.amount,
            accrued=_accrued(trade, booked + back.quantity) - _accrued(trade, booked),
        )
        moves = posted.moves
        _book_trade(desk, case, part, "lifecycle", {"again": back.quantity}, last.on)
        posted.moves = (*moves, *posted.moves)
        left = TakenBack(last.quantity - back.quantity, last.amount - back.amount, last.on)
        posted.taken = (*posted.taken[:-1], *((left,) if left.quantity else ()))
        booked, booked_amount = booked + back.quantity, booked_amount + back.amount


def _accrued(trade: Trade, quantity: Decimal) -> Decimal:
    """The accrued interest of this much of the trade."""
    return share(trade.accrued, quantity, trade.quantity, trade.digits)


def balance(
    desk: Desk, case: Case, condition: Condition | PaymentCondition, carry: dict[str, Any]
) -> None:
    """Post the difference between what the facts say and what the books hold."""
    if isinstance(condition, PaymentCondition):
        _balance_payment(desk, case, condition, carry)
    else:
        _balance_securities(desk, case, condition, carry)


def _balance_securities(
    desk: Desk, case: Case, condition: Condition, carry: dict[str, Any]
) -> None:
    assert case.terms is not None and case.terms.trade is not None
    trade = case.terms.trade
    _balance_trade(desk, case, condition, trade)
    advanced = condition.advance is not None
    wanted = {
        s.key: PostedPart(s.quantity, s.cash, s.relieved, s.effective_on, advanced)
        for s in books.shares(condition.parts, trade)
    }
    if not wanted and not case.posted.parts and not advanced and not case.posted.advances:
        return
    causes = {f.key: f.message for f in case.facts}
    taken_back = {p.key: p.reversed_on for p in condition.parts if p.reversed}
    for key, held in list(case.posted.parts.items()):
        if wanted.get(key) != held:
            del case.posted.parts[key]
            on = taken_back.get(key) or held.effective_on
            event = desk.tell(
                case,
                "SettlementReversed",
                "lifecycle",
                {"quantity": held.quantity, "part": key},
                causes.get(key),
                on,
            )
            part = Settled(key, held.quantity, held.cash, held.relieved, held.effective_on)
            post(desk.unit, event, books.unsettle(part, trade, on, advanced=held.advanced), case.id)
    _balance_advances(desk, case, condition, causes)
    for key, part_wanted in wanted.items():
        if key in case.posted.parts:
            continue
        case.posted.parts[key] = part_wanted
        case.heard = [h for h in case.heard if h.key != key]
        event = desk.tell(
            case,
            "SettledPart",
            "lifecycle",
            {"quantity": part_wanted.quantity, "cash": part_wanted.cash, "part": key, **carry},
            causes.get(key),
            part_wanted.effective_on,
        )
        carry.clear()
        part = Settled(
            key,
            part_wanted.quantity,
            part_wanted.cash,
            part_wanted.relieved,
            part_wanted.effective_on,
        )
        post(desk.unit, event, books.settle(part, trade, advanced=advanced), case.id)


def _balance_advances(
    desk: Desk, case: Case, condition: Condition, causes: dict[str, int | None]
) -> None:
    assert case.terms is not None and case.terms.trade is not None
    trade = case.terms.trade
    wanted = {} if condition.advance is None else {condition.advance.key: condition.advance}
    for key, held in list(case.posted.advances.items()):
        if wanted.get(key) != held:
            del case.posted.advances[key]
            event = desk.tell(
                case, "CashMoved", "lifecycle", {"advance": "taken back"}, causes.get(key)
            )
            post(desk.unit, event, books.unadvance(held, trade, held.effective_on), case.id)
    for key, moved in wanted.items():
        if key not in case.posted.advances:
            case.posted.advances[key] = moved
            event = desk.tell(
                case,
                "CashMoved",
                "lifecycle",
                {"advance": "contractual"},
                causes.get(key),
                moved.effective_on,
            )
            post(desk.unit, event, books.advance(moved, trade), case.id)


def _balance_payment(
    desk: Desk, case: Case, condition: PaymentCondition, carry: dict[str, Any]
) -> None:
    assert case.terms is not None and case.terms.outgoing is not None
    outgoing = case.terms.outgoing
    causes = {f.key: f.message for f in case.facts}
    for held_moves, moves, name, add in (
        (case.posted.debits, condition.debits, "debit", books.debit_payment),
        (case.posted.returns, condition.returns, "return", books.return_payment),
    ):
        wanted = {m.key: (m.amount.amount, m.on) for m in moves}
        for key, held in list(held_moves.items()):
            if wanted.get(key) != held:
                del held_moves[key]
                event = desk.tell(
                    case, "CashMoved", "lifecycle", {name: "taken back"}, causes.get(key)
                )
                post(desk.unit, event, books.reverse(add(outgoing, *held), held[1]), case.id)
        for key, (cash, on) in wanted.items():
            if key not in held_moves:
                held_moves[key] = (cash, on)
                said = {name: cash, **carry}
                event = desk.tell(case, "CashMoved", "lifecycle", said, causes.get(key), on)
                carry.clear()
                post(desk.unit, event, add(outgoing, cash, on), case.id)
    if condition.dropped and case.posted.ordered and not case.posted.debits:
        case.posted.ordered = False
        event = desk.tell(case, "PaymentDropped", "lifecycle", {"amount": outgoing.amount})
        post(desk.unit, event, books.drop_payment(outgoing, desk.today), case.id)


def post(
    unit: Unit,
    event: Event,
    posting: Posting,
    instruction: UUID | None,
    holding: LotKey | None = None,
) -> None:
    """Add what a happening books; `holding` says whose lots its lots are."""
    _journals(unit, event, posting, instruction)
    base = unit.lines.get((event.lane, event.seq), 0)
    unit.lines[event.lane, event.seq] = base + len(posting.movements)
    for line, m in enumerate(posting.movements, base):
        unit.movements.append(
            MovementRow(
                event.lane,
                event.seq,
                line,
                m.portfolio,
                m.account,
                m.asset,
                m.side,
                m.measure,
                m.delta,
                m.effective_on,
                m.due_on,
            )
        )
    if posting.lots:
        assert holding is not None
        _lots(unit, holding, posting.lots)


def _journals(unit: Unit, event: Event, posting: Posting, instruction: UUID | None) -> None:
    for journal in posting.journals:
        unit.journals.append(
            JournalRow(
                event.lane,
                event.seq,
                journal.rule,
                event.portfolio,
                instruction,
                journal.effective_on,
            )
        )
        for line, leg in enumerate(journal.legs):
            unit.entries.append(
                EntryRow(
                    event.lane,
                    event.seq,
                    journal.rule,
                    line,
                    event.portfolio,
                    leg.account,
                    leg.detail,
                    leg.currency,
                    leg.amount,
                    journal.effective_on,
                )
            )


def _lots(unit: Unit, holding: LotKey, lots: Sequence[Lot]) -> None:
    unit.memory.lots[holding] = after(unit.memory.lots.get(holding, []), lots)
    for x in lots:
        unit.lots.append(
            LotRow(
                *holding, x.ordinal, x.opened_on, x.quantity, x.cost, x.open_quantity, x.open_cost
            )
        )
