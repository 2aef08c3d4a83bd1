"""A row of the list as it is shown, and the address of a list as values: filters, order, cursor."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from gateway.desk import words
from gateway.desk.board import Board
from schemas.identifiers import currency_digits
from store.desk import FILTERS, ORDERS, TABS, View
from store.search import Sought

SEARCH_MAX = 140


class NotHere(Exception):
    """An address that names nothing; the text says how such a thing is named."""


class Unreadable(ValueError):
    """An address that asks for what cannot be."""


@dataclass(frozen=True, slots=True)
class Line:
    """Everything one row shows, as text."""

    id: str
    tone: words.Tone
    letter: str
    tone_words: str
    state: str
    badge: str
    move: str
    wait: words.Wait
    since: str
    reason_code: str
    reason: str
    narrative: str
    kind: str
    kind_words: str
    name: str
    isin: str
    ticker: str
    open: str
    total: str
    currency: str
    amount: str
    counterparty: str
    counterparty_bic: str
    custodian: str
    custodian_bic: str
    place: str
    settle: str
    settle_today: bool
    age: str
    owner: str
    reference: str
    wire_reference: str
    portfolio: str
    flags: tuple[str, ...]


def line(row: Mapping[str, Any], board: Board) -> Line:
    """How this row reads at this moment."""
    now, today = board.now, board.today
    tone = words.tone(row, now, today)
    kind, kind_words = words.kind(row)
    settled = row["settled_quantity"]
    partly = bool(settled) and bool(row["open_quantity"])
    return Line(
        id=str(row["id"]),
        tone=tone,
        letter=words.LETTERS[tone],
        tone_words=words.TONES[tone],
        state=words.state(row["state"]),
        badge=f"{words.number(settled)} of {words.number(row['quantity'])} settled"
        if partly
        else "",
        move="" if words.closed(row) else words.move(row["whose_move"]),
        wait=words.wait(row, now),
        since=words.utc(row["since"]),
        reason_code=row["reason"] or "",
        reason=words.reason(row),
        narrative=row["reason_text"] or "",
        kind=kind,
        kind_words=kind_words,
        name=row["instrument_name"] or "",
        isin=row["isin"] or "",
        ticker=board.tickers.get(row["isin"], ""),
        open=words.number(row["open_quantity"]),
        total=words.number(row["quantity"]),
        currency=row["currency"] or "",
        amount=words.money(row["amount"], digits(row["currency"])),
        counterparty=firm(row["counterparty"], board),
        counterparty_bic=row["counterparty"] or "",
        custodian=firm(row["custodian"], board),
        custodian_bic=row["custodian"] or "",
        place=firm(row["place"], board),
        settle=words.day(row["settle_on"]),
        settle_today=row["settle_on"] == today,
        age=words.short_span(now - row["created_at"]),
        owner=words.owner(row),
        reference=row["reference"],
        wire_reference=row["wire_reference"] or "",
        portfolio=row["portfolio"],
        flags=words.flags(row),
    )


def sentence(row: Mapping[str, Any], board: Board) -> str:
    """The first line of an instruction's page."""
    named = dict(row) | {
        "counterparty": firm(row["counterparty"], board),
        "custodian": firm(row["custodian"], board),
    }
    return words.sentence(named, board.now, board.zone, board.today)


def firm(bic: str | None, board: Board) -> str:
    """The name of a firm, or what stands for it where it has none; a head office's BIC in eight."""
    if not bic:
        return ""
    return board.names.get(bic.removesuffix("XXX")) or bic.removesuffix("XXX")


def digits(currency: str | None) -> int:
    """Decimals of this currency; two where there is none."""
    try:
        return currency_digits(currency) if currency else 2
    except ValueError:
        return 2


def view(query: Mapping[str, str], sought: Callable[[str], Sought] = Sought) -> View:
    """The view an address asks for, `sought` its search; Unreadable names what cannot be."""
    tab = query.get("tab") or "act"
    order = query.get("order") or "urgency"
    if tab not in TABS:
        raise Unreadable(f"there is no tab {tab!r}")
    if order not in ORDERS:
        raise Unreadable(f"the list cannot be ordered by {order!r}")
    filters = tuple((name, query[name].strip()) for name in FILTERS if query.get(name, "").strip())
    settle_on = dict(filters).get("settle_on")
    if settle_on is not None and not _is_day(settle_on):
        raise Unreadable(f"{settle_on!r} is not a date like 2026-11-24")
    search = query.get("q", "").strip()
    if len(search) > SEARCH_MAX or "\0" in "".join((search, *(value for _, value in filters))):
        raise Unreadable(f"search takes up to {SEARCH_MAX} printable characters")
    return View(tab, filters, sought(search) if search else None, order, query.get("way") == "desc")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def address(view_: View, **changes: Any) -> str:
    """The query string of a view, with changes; the short form of what is default left out."""
    changed = replace(view_, **changes)
    pairs = [("tab", changed.tab), *changed.filters]
    if changed.search:
        pairs.append(("q", changed.search.text))
    if changed.order != "urgency":
        pairs.append(("order", changed.order))
    if changed.descending:
        pairs.append(("way", "desc"))
    return urlencode(pairs)


def write_cursor(keys: list[str]) -> str:
    """A cursor as text for an address."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def read_cursor(text: str) -> list[str]:
    """The keys in a cursor; Unreadable when it is not one of ours."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Unreadable("this is not a cursor of the list") from error
    if not (isinstance(keys, list) and len(keys) == 3 and all(isinstance(k, str) for k in keys)):
        raise Unreadable("this is not a cursor of the list")
    return keys


def write_ids(ids: Iterable[UUID]) -> str:
    """Identifiers, 22 characters each, for an address."""
    joined = b"".join(id_.bytes for id_ in ids)
    return base64.urlsafe_b64encode(joined).decode().rstrip("=")


def read_ids(text: str) -> frozenset[UUID]:
    """The identifiers in such a text; Unreadable when it is cut."""
    try:
        joined = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return frozenset(UUID(bytes=joined[at : at + 16]) for at in range(0, len(joined), 16))
    except (binascii.Error, ValueError) as error:
        raise Unreadable("this is not a list of ours") from error


def write_place(positions: Mapping[int, int]) -> str:
    """A place in the log: a position per lane."""
    return ".".join(f"{lane:x}-{seq:x}" for lane, seq in sorted(positions.items()))


_PLACE = re.compile(r"([0-9a-f]{1,2}-[0-9a-f]{1,15})?(\.[0-9a-f]{1,2}-[0-9a-f]{1,15}){0,63}")


def read_place(text: str) -> dict[int, int]:
    """The positions in such a text; Unreadable when it is not one of ours."""
    if not _PLACE.fullmatch(text):
        raise Unreadable("this is not a place in the log")
    pairs = (part.split("-") for part in text.split(".") if part)
    return {int(lane, 16): int(seq, 16) for lane, seq in pairs}


def seen(row: Any) -> str:
    """What a page was drawn from: another number of facts or state is another page."""
    return f"{row['facts']}-{row['version']}-{row['state']}"
