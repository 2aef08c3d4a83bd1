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
    who: str = "upstream"


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
    seed: int,
    count: int,
    day: date,
    first: int,
    stocks: tuple[Stock, ...],
    portfolios: dict[str, tuple[str, ...]],
    holdings: Holdings,
    opening: datetime = OPEN,
) -> Iterator[Trade]:
    """`count` trades of one day in time order; portfolios by the currency they can settle."""
    for n in range(first, first + count):
        yield one(seed, n, count, day, first, stocks, portfolios, holdings, opening)


def one(
    seed: int,
    n: int,
    count: int,
    day: date,
    first: int,
    stocks: tuple[Stock, ...],
    portfolios: dict[str, tuple[str, ...]],
    holdings: Holdings,
    opening: datetime,
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
        "trade_id": f"{PREFIXES.get(mishap or '', 'OK')}{day:%m%d}{n:05d}"[:16],
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
        body["sell" if not deliver else "buyr"] = {"bic": "KESTGB30"}
    minute = (n - first) * TRADING_MINUTES / max(1, count)
    if mishap == "late_ssi" and stock.market == "US":
        body["counterparty"] = "NORDDE30"  # no standing instruction of theirs in this market yet
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


def payments(seed: int, count: int, day: date, first: int, opening: datetime) -> Iterator[Trade]:
    """Bank transfers of the treasury, one to fifty trades; the larger ones want a second person."""
    for n in range(first, first + max(1, count // 50)):
        amount = Decimal(50_000 + 37 * draw(seed, "payment", n))
        yield Trade(
            opening + timedelta(minutes=20 + draw(seed, "payment minute", n) % 200),
            None,
            {
                "kind": "bank",
                "reference": f"P{day:%y%m%d}{n:06d}",
                "portfolio": "AGE-CORE",
                "value_date": day.isoformat(),
                "amount": {"currency": "USD", "value": str(amount)},
                "debtor": {"name": "Alder Global Equity", "bic": "ALDRUS30"},
                "creditor": {"bic": "KESTUS30"},
            },
            "payments",
            "treasury",
        )


US = ("KESTUS30", "PALIUS30")
T2S = ("NORDDE30", "KESTUS30")
STOCKS = tuple(
    Stock(isin, Decimal(price), currency, market, brokers)
    for isin, price, currency, market, brokers in (
        ("US5949181045", "502.10", "USD", "US", US),
        ("US67066G1040", "178.40", "USD", "US", US),
        ("US0378331005", "190.25", "USD", "US", US),
        ("US0231351067", "221.35", "USD", "US", US),
        ("US02079K3059", "279.80", "USD", "US", US),
        ("US30303M1027", "612.45", "USD", "US", US),
        ("US46625H1005", "305.15", "USD", "US", US),
        ("DE0007164600", "228.40", "EUR", "T2S", T2S),
        ("DE0007236101", "231.90", "EUR", "T2S", T2S),
        ("DE0008404005", "361.20", "EUR", "T2S", T2S),
        ("DE000BASF111", "44.62", "EUR", "T2S", T2S),
        ("NL0000235190", "205.75", "EUR", "T2S", T2S),
    )
)
# what the other side does with a trade, by the prefix of its id
SCRIPTS = [
    {"match": {"trade_prefix": "DQUA"}, "outcome": "unmatched_dqua"},
    {"match": {"trade_prefix": "CMIS"}, "outcome": "unmatched_cmis"},
    {"match": {"trade_prefix": "FAIL"}, "outcome": "fail"},
    {"match": {"trade_prefix": "PART"}, "outcome": "part"},
    {"match": {"trade_prefix": "CANCELR"}, "outcome": "cancel_race"},
]
PREFIXES = {
    "nak": "NAK",
    "unmatched_dqua": "DQUA",
    "unmatched_cmis": "CMIS",
    "fail": "FAIL",
    "cancel_race": "CANCELR",
    "cancel": "CANCEL",
    "late_ssi": "LATE",
    "part": "PART",
}
