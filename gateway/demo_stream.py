"""The demo's stream: seeded, realistic trades of the cast, with the usual mishaps planted among them.

Rates are those DESK.md names (2 % first unmatched, 2-3 % failing, 0.2 % NAK). Amounts tie out; nothing
here knows how the product works, it only knows what a trading desk would send.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

OPEN = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # Mon 13:30 ET
TRADING_MINUTES = 390
CENT = Decimal("0.01")
RATES = {  # per ten thousand instructions
    "nak": 20,
    "unmatched_dqua": 60,
    "unmatched_cmis": 140,
    "fail": 250,
    "cancel_race": 20,
    "cancel": 40,
    "late_ssi": 20,
}
PARTS_OF_T2S = 300
PAYMENTS = 200


@dataclass(frozen=True, slots=True)
class Stock:
    """What is traded, where, at about which price, and with whom."""

    isin: str
    price: Decimal
    currency: str
    market: str
    counterparties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """One instruction as upstream sends it, when, and the mishap that will befall it."""

    at: datetime
    mishap: str | None
    body: dict[str, Any]
    kind: str = "instructions"


@dataclass
class Holdings:
    """What each portfolio can deliver, so that the stream never sells what nobody has."""

    free: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def take(self, portfolio: str, isin: str, quantity: Decimal) -> bool:
        """Reserve for a sale; False when there is not enough."""
        if self.free.get((portfolio, isin), Decimal(0)) < quantity:
            return False
        self.free[portfolio, isin] -= quantity
        return True


def draw(seed: int, *step: object) -> int:
    """A number from 0 to 9,999 that depends on nothing but the seed and the step."""
    text = ":".join(str(s) for s in (seed, *step))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10_000


def pick(seed: int, choices: tuple[Any, ...], *step: object) -> Any:
    """One of the choices."""
    return choices[draw(seed, *step) % len(choices)]


def trades(
    seed: int, count: int, day: date, first: int, stocks: tuple[Stock, ...],
    portfolios: dict[str, tuple[str, ...]], holdings: Holdings, opening: datetime = OPEN,
) -> Iterator[Trade]:
    """`count` trades of one day in time order; portfolios by the currency they can settle."""
    for n in range(first, first + count):
        yield one(seed, n, count, day, first, stocks, portfolios, holdings, opening)


def one(
    seed: int, n: int, count: int, day: date, first: int, stocks: tuple[Stock, ...],
    portfolios: dict[str, tuple[str, ...]], holdings: Holdings, opening: datetime,
) -> Trade:
    """The n-th trade."""
    stock: Stock = pick(seed, stocks, "stock", n)
    portfolio = pick(seed, portfolios[stock.market], "portfolio", n)
    quantity = Decimal(100 * (1 + draw(seed, "quantity", n) % 40))
    deliver = draw(seed, "side", n) % 2 == 1 and holdings.take(portfolio, stock.isin, quantity)
    drift = Decimal(draw(seed, "price", n) % 400 - 200) / 10_000
    price = (stock.price * (1 + drift)).quantize(CENT, ROUND_HALF_UP)
    deal = (price * quantity).quantize(CENT, ROUND_HALF_UP)
    commission = (deal / 10_000).quantize(CENT, ROUND_HALF_UP) + Decimal("5.00")
    net = deal - commission if deliver else deal + commission
    mishap = mishap_of(seed, n, stock)
    reference = f"T{day:%y%m%d}{n:06d}"
    body: dict[str, Any] = {
        "reference": reference,
        "portfolio": portfolio,
        "direction": "DELI" if deliver else "RECE",
        "payment": "APMT",
        "counterparty": pick(seed, stock.counterparties, "broker", n),
        "trade_id": f"{(mishap or 'ok')[:6].upper().replace('_', '')}{day:%m%d}{n:05d}",
        "trade_date": day.isoformat(),
        "isin": stock.isin,
        "quantity": {"type": "UNIT", "value": str(quantity)},
        "price": {"type": "ACTU", "currency": stock.currency, "value": str(price)},
        "deal_amount": {"currency": stock.currency, "value": str(deal)},
        "commission": {"currency": stock.currency, "value": str(commission)},
        "settlement_amount": {"currency": stock.currency, "value": str(net)},
    }
    if stock.market == "US":
        body["place_of_trade"] = {"type": "EXCH", "mic": "XNAS"}
        body["affirmed"] = True
    if mishap == "nak":
        # a slip of the finger: well-formed, and unknown to the network's directory
        body["sell" if not deliver else "buyr"] = {"bic": "KESTUX30"}
    minute = (n - first) * TRADING_MINUTES / max(1, count)
    return Trade(opening + timedelta(minutes=minute), mishap, body)


def mishap_of(seed: int, n: int, stock: Stock) -> str | None:
    """What befalls the n-th trade, if anything."""
    number = draw(seed, "mishap", n)
    for mishap, rate in RATES.items():
        if number < rate:
            return mishap
        number -= rate
    if stock.market == "T2S" and draw(seed, "part", n) < PARTS_OF_T2S:
        return "part"
    return None
