"""Trades, settled parts, advances and payments to what they book: journals, movements and lots.

Every function is pure and says what to add; nothing here knows what was added before. What must be
taken back is the same posting reversed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from ledger.journal import Journal
from ledger.lots import Lot, LotMove, Relief, moves_left, share
from ledger.lots import trade as trade_lots
from ledger.lots import untrade as untrade_lots
from ledger.positions import Movement
from ledger.rules import Figures, Rule, book
from schemas.obligation import Advance, Part
from schemas.trade import Trade

ZERO = Decimal(0)

# buys and sells, and whether the cash came through an advance
_SETTLED = {
    (True, False): Rule.BUY_SETTLED,
    (False, False): Rule.SELL_SETTLED,
    (True, True): Rule.BUY_SETTLED_ADVANCED,
    (False, True): Rule.SELL_SETTLED_ADVANCED,
}
_TRADED = {
    (True, True): Rule.BUY_TRADED,
    (False, True): Rule.SELL_TRADED,
    (True, False): Rule.RECEIVED_FREE,
    (False, False): Rule.DELIVERED_FREE,
}


@dataclass(frozen=True, slots=True)
class Posting:
    """What one happening adds to the books; `moves` is what a trade needs to be taken back."""

    journals: tuple[Journal, ...] = ()
    movements: tuple[Movement, ...] = ()
    lots: tuple[Lot, ...] = ()
    moves: tuple[LotMove, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A part with its money: what was really paid, and how much of what was owed it relieves."""

    key: str
    quantity: Decimal
    cash: Decimal
    relieved: Decimal
    effective_on: date


def shares(parts: Iterable[Part], trade: Trade) -> tuple[Settled, ...]:
    """The parts that stand, with their money: pro rata where not stated, the last has the rest."""
    settled: list[Settled] = []
    quantity, paid, relieved_before = ZERO, ZERO, ZERO
    for part in parts:
        if part.reversed:
            continue
        quantity += part.quantity
        last = quantity == trade.quantity
        if part.amount is not None:
            cash = part.amount.amount
        elif last:
            cash = trade.amount - paid
        else:
            cash = share(trade.amount, part.quantity, trade.quantity, trade.digits)
        if not trade.paid:
            cash = ZERO
        relieved = trade.amount - relieved_before if last and trade.paid else cash
        paid += cash
        relieved_before += relieved
        settled.append(Settled(part.key, part.quantity, cash, relieved, part.effective_on))
    return tuple(settled)


def book_trade(trade: Trade, lots: Sequence[Lot], ordinal: int) -> Posting:
    """A trade on its trade date: cost and payable, or relieved cost, gain and receivable."""
    quantity = trade.quantity if trade.buys else -trade.quantity
    value = trade.value if trade.paid or trade.buys else ZERO
    relief = trade_lots(lots, ordinal, trade.trade_on, quantity, value, trade.digits)
    figures = _traded_figures(trade, relief, trade.amount, trade.accrued)
    return Posting(
        book(_TRADED[trade.buys, trade.paid], figures, trade.trade_on),
        _movements(trade, "traded", trade.quantity, trade.amount, trade.trade_on),
        relief.lots,
        relief.moves,
    )


def unbook_trade(
    rest: Trade, lots: Sequence[Lot], ordinal: int, moves: Sequence[LotMove]
) -> Posting:
    """Take back so much of a trade, as it was on its trade date; `moves` is what is left of its moves."""
    signed = rest.quantity if rest.buys else -rest.quantity
    relief = untrade_lots(lots, ordinal, rest.trade_on, moves, signed, rest.digits)
    figures = _traded_figures(rest, relief, -rest.amount, -rest.accrued)
    journals = book(_TRADED[rest.buys, rest.paid], figures, rest.trade_on)
    return Posting(
        tuple(Journal(f"{j.rule}_reversed", rest.trade_on, j.legs) for j in journals),
        _movements(rest, "traded", -rest.quantity, -rest.amount, rest.trade_on),
        relief.lots,
        moves_left(moves, signed, rest.digits),
    )


def settle(part: Settled, trade: Trade, *, advanced: bool = False) -> Posting:
    """A settled part: securities move, and cash, or the advance where there was one."""
    if not trade.paid:
        return Posting((), _securities(trade, "settled", part.quantity, part.effective_on))
    figures = _figures(trade)
    figures.cash, figures.relieved = part.cash, part.relieved
    figures.difference = part.cash - part.relieved
    movements = _securities(trade, "settled", part.quantity, part.effective_on)
    if not advanced:
        movements += _cash(trade, "settled", part.cash, part.effective_on)
        if figures.difference:
            movements += _cash(trade, "traded", figures.difference, part.effective_on)
    return Posting(book(_SETTLED[trade.buys, advanced], figures, part.effective_on), movements)


def unsettle(part: Settled, trade: Trade, on: date, *, advanced: bool = False) -> Posting:
    """A settled part taken back: equal and opposite, on the date the reversal names."""
    return reverse(settle(part, trade, advanced=advanced), on)


def advance(moved: Advance, trade: Trade) -> Posting:
    """Cash the custodian moved on the contractual date."""
    figures = _figures(trade)
    figures.cash = moved.amount.amount if moved.amount is not None else trade.amount
    rule = Rule.BUY_ADVANCED if trade.buys else Rule.SELL_ADVANCED
    movements = _cash(trade, "settled", figures.cash, moved.effective_on)
    if figures.cash != trade.amount:
        movements += _cash(trade, "traded", figures.cash - trade.amount, moved.effective_on)
    return Posting(book(rule, figures, moved.effective_on), movements)


def unadvance(moved: Advance, trade: Trade, on: date) -> Posting:
    """An advance the custodian took back."""
    return reverse(advance(moved, trade), on)


def open_position(
    portfolio: str,
    account: str,
    lot: Lot,
    *,
    isin: str,
    currency: str,
    opened_on: date,
) -> Posting:
    """A lot held when the books open, at its cost."""
    figures = Figures(currency, isin=isin, cost=lot.open_cost)
    movements = tuple(
        Movement(portfolio, account, isin, "R", measure, lot.open_quantity, opened_on, opened_on)
        for measure in ("traded", "settled")
    )
    return Posting(book(Rule.POSITION_OPENED, figures, opened_on), movements, (lot,))


def open_cash(
    portfolio: str, cash_account: str, currency: str, amount: Decimal, opened_on: date
) -> Posting:
    """Cash when the books open; overdrawn is below zero."""
    figures = Figures(currency, cash_account=cash_account, cash=amount)
    movements = tuple(
        Movement(portfolio, cash_account, currency, "R", measure, amount, opened_on, opened_on)
        for measure in ("traded", "settled")
    )
    return Posting(book(Rule.CASH_OPENED, figures, opened_on), movements)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A payment of ours, as the books see it."""

    portfolio: str
    cash_account: str
    currency: str
    amount: Decimal
    value_on: date


def order_payment(payment: Outgoing, on: date) -> Posting:
    """A released payment: nothing is booked, the cash is pending until an advice says it moved."""
    return Posting((), (_outflow(payment, "traded", payment.amount, on),))


def drop_payment(payment: Outgoing, on: date) -> Posting:
    """A payment that was refused, rejected or cancelled: its cash is free again."""
    return reverse(order_payment(payment, on), on)


def debit_payment(payment: Outgoing, cash: Decimal, on: date) -> Posting:
    """The bank debited us; charges taken besides are part of it."""
    figures = Figures(payment.currency, cash_account=payment.cash_account, cash=cash)
    movements: tuple[Movement, ...] = (_outflow(payment, "settled", cash, on),)
    if cash != payment.amount:
        movements += (_outflow(payment, "traded", cash - payment.amount, on),)
    return Posting(book(Rule.PAYMENT_DEBITED, figures, on), movements)


def return_payment(payment: Outgoing, cash: Decimal, on: date) -> Posting:
    """The money came back, perhaps less charges; the difference stays to be allocated."""
    figures = Figures(payment.currency, cash_account=payment.cash_account, cash=cash)
    movements = tuple(
        Movement(
            payment.portfolio, payment.cash_account, payment.currency, "R", measure, cash, on, on
        )
        for measure in ("traded", "settled")
    )
    return Posting(book(Rule.PAYMENT_RETURNED, figures, on), movements)


def dated(posting: Posting, on: date) -> Posting:
    """The same posting effective on another date; its lots stay as old as they are."""
    return replace(
        posting,
        journals=tuple(replace(journal, effective_on=on) for journal in posting.journals),
        movements=tuple(replace(m, effective_on=on) for m in posting.movements),
    )


def reverse(posting: Posting, on: date) -> Posting:
    """Equal and opposite journals and movements; lots are not for this, `unbook_trade` is."""
    return Posting(
        tuple(journal.reverse(on) for journal in posting.journals),
        tuple(
            Movement(m.portfolio, m.account, m.asset, m.side, m.measure, -m.delta, on, m.due_on)
            for m in posting.movements
        ),
    )


def _figures(trade: Trade) -> Figures:
    return Figures(trade.currency, isin=trade.isin, cash_account=trade.cash_account)


def _traded_figures(trade: Trade, relief: Relief, amount: Decimal, accrued: Decimal) -> Figures:
    """Cost as the rule signs it, and the gain that is left between cost and value."""
    figures = _figures(trade)
    value = amount - accrued
    figures.amount, figures.accrued = amount, accrued
    figures.cost = relief.cost if trade.buys else -relief.cost
    figures.gain = relief.cost - value if trade.buys else relief.cost + value
    return figures


def _movements(
    trade: Trade, measure: Literal["traded", "settled"], quantity: Decimal, cash: Decimal, on: date
) -> tuple[Movement, ...]:
    securities = _securities(trade, measure, quantity, on)
    return securities + _cash(trade, measure, cash, on) if trade.paid else securities


def _securities(
    trade: Trade, measure: Literal["traded", "settled"], quantity: Decimal, on: date
) -> tuple[Movement, ...]:
    return (
        Movement(
            trade.portfolio,
            trade.account,
            trade.isin,
            trade.side,
            measure,
            quantity,
            on,
            trade.settle_on,
        ),
    )


def _cash(
    trade: Trade, measure: Literal["traded", "settled"], amount: Decimal, on: date
) -> tuple[Movement, ...]:
    return (
        Movement(
            trade.portfolio,
            trade.cash_account,
            trade.currency,
            trade.cash_side,
            measure,
            amount,
            on,
            trade.settle_on,
        ),
    )


def _outflow(
    payment: Outgoing, measure: Literal["traded", "settled"], amount: Decimal, on: date
) -> Movement:
    return Movement(
        payment.portfolio,
        payment.cash_account,
        payment.currency,
        "D",
        measure,
        amount,
        on,
        payment.value_on,
    )
