"""What is held when the books open: lots and cash, as events of their lane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from gateway.handlers.bookkeeping import post
from gateway.items import Opening
from ledger import posting as books
from ledger.lots import Lot
from schemas.static_rows import OpeningCash, OpeningPosition
from store.books import LotKey

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance


def holdings(items: Iterable[Opening]) -> list[LotKey]:
    """Whose lots these openings add to."""
    found = []
    for item in items:
        if item.kind == OpeningPosition.file:
            row = OpeningPosition.model_validate_json(item.body)
            found.append((item.lane, row.portfolio, row.safekeeping_account, row.isin))
    return found


def open_books(advance: Advance, item: Opening) -> None:
    """Post one opening row under an event of its own."""
    if item.kind == OpeningPosition.file:
        _position(advance, item, OpeningPosition.model_validate_json(item.body))
    else:
        _cash(advance, item, OpeningCash.model_validate_json(item.body))


def _position(advance: Advance, item: Opening, row: OpeningPosition) -> None:
    unit = advance.unit
    event = unit.tell(
        item.lane,
        row.portfolio,
        uuid5(NAMESPACE_OID, f"{item.kind}|{item.key}"),
        "PositionOpened",
        row.opened_on,
        item.by,
        {"key": item.key, "isin": row.isin, "quantity": row.quantity},
    )
    lot = Lot(event.seq, row.acquired_on, row.quantity, row.cost, row.quantity, row.cost)
    done = books.open_position(
        row.portfolio,
        row.safekeeping_account,
        lot,
        isin=row.isin,
        currency=row.currency,
        opened_on=row.opened_on,
    )
    post(unit, event, done, None, (item.lane, row.portfolio, row.safekeeping_account, row.isin))


def _cash(advance: Advance, item: Opening, row: OpeningCash) -> None:
    unit = advance.unit
    event = unit.tell(
        item.lane,
        row.portfolio,
        uuid5(NAMESPACE_OID, f"{item.kind}|{item.key}"),
        "CashOpened",
        row.opened_on,
        item.by,
        {"key": item.key, "currency": row.currency, "amount": row.amount},
    )
    done = books.open_cash(row.portfolio, row.cash_account, row.currency, row.amount, row.opened_on)
    post(unit, event, done, None)
