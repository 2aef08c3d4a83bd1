"""What the people of the story order, and what the other side does with it (`SCRIPTS`, by trade id)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
PREFIX = "STORY-"  # references of the story: its own people act on them, nobody else's


def trade(
    name: str,
    portfolio: str,
    isin: str,
    quantity: int,
    price: str,
    currency: str,
    counterparty: str,
    *,
    sells: bool = False,
    traded_on: str = "2026-11-23",
) -> dict[str, Any]:
    """A trade in shares against payment, its amounts tied out; `name` is also its trade id."""
    deal = (Decimal(price) * quantity).quantize(CENT, ROUND_HALF_UP)
    fee = (deal / 10_000).quantize(CENT, ROUND_HALF_UP) if currency == "USD" else Decimal(0)
    body: dict[str, Any] = {
        "reference": PREFIX + name,
        "portfolio": portfolio,
        "direction": "DELI" if sells else "RECE",
        "payment": "APMT",
        "counterparty": counterparty,
        "trade_id": name,
        "trade_date": traded_on,
        "isin": isin,
        "quantity": {"type": "UNIT", "value": str(quantity)},
        "price": {"type": "ACTU", "currency": currency, "value": price},
        **_amounts(currency, deal, fee, sells),
    }
    if currency == "USD":
        body |= {"place_of_trade": {"type": "EXCH", "mic": "XNAS"}, "affirmed": True}
    return body


def _amounts(currency: str, deal: Decimal, fee: Decimal, sells: bool) -> dict[str, Any]:
    named = {
        "deal_amount": deal,
        "commission": fee,
        "settlement_amount": deal - fee if sells else deal + fee,
    }
    return {n: {"currency": currency, "value": str(v)} for n, v in named.items() if v}


MSFT, NVDA, SAP = "US5949181045", "US67066G1040", "DE0007164600"
BLOCK = [
    trade(f"MSFT-{n}", portfolio, MSFT, quantity, "502.10", "USD", "KESTUS30")
    for n, portfolio, quantity in ((1, "AGE-CORE", 6000), (2, "AAE-CORE", 4000), (3, "ABI-EQUITY", 2000))
]  # fmt: skip
NVDA_FIVE_HUNDRED = trade("NVDA", "AGE-CORE", NVDA, 500, "178.40", "USD", "KESTUS30")
NVDA_FIVE_THOUSAND = {
    name: value
    for name, value in trade("NVDA", "AGE-CORE", NVDA, 5000, "178.40", "USD", "KESTUS30").items()
    if name in ("quantity", "deal_amount", "commission", "settlement_amount")
}
GIFT = {
    "reference": PREFIX + "FREE",
    "portfolio": "AGE-CORE",
    "direction": "DELI",
    "payment": "FREE",
    "counterparty": "KESTUS30",
    "trade_id": "FREE",
    "trade_date": "2026-11-23",
    "settle_date": "2026-11-24",
    "isin": MSFT,
    "quantity": {"type": "UNIT", "value": "250"},
    "buyr": {"bic": "KESTGB30"},  # well-formed, and unknown to the network's directory
}
SAP_FRIDAY = trade(
    "SAP", "AGE-CORE", SAP, 20_000, "228.40", "EUR", "NORDDE30", traded_on="2026-11-20"
)
SALE = trade("CROSSED", "AAE-CORE", MSFT, 3_000, "503.00", "USD", "KESTUS30", sells=True)
TREASURY = {
    "reference": PREFIX + "UST",
    "portfolio": "ABI-BONDS",
    "direction": "RECE",
    "payment": "APMT",
    "counterparty": "PALIUS30",
    "trade_id": "UST",
    "trade_date": "2026-11-23",
    "isin": "US91282CLW90",
    "quantity": {"type": "FAMT", "value": "25000000"},
    "price": {"type": "PRCT", "value": "99.50"},
    "place_of_trade": {"type": "OTCO"},
    "affirmed": True,
    "days_accrued": 9,
    "deal_amount": {"currency": "USD", "value": "24875000.00"},
    "accrued_interest": {"currency": "USD", "value": "26415.75"},
    "settlement_amount": {"currency": "USD", "value": "24901415.75"},
}
AT_NIGHT = [
    trade(f"NIGHT-{n}", "AGE-CORE", isin, 1_000, price, "EUR", "NORDDE30")
    for n, isin, price in (
        (1, "DE0007236101", "231.90"),
        (2, "DE0008404005", "361.20"),
        (3, "DE000BASF111", "44.62"),
    )
]
NIGHT = [body["reference"] for body in AT_NIGHT]
SCRIPTS: list[dict[str, Any]] = [
    {
        "match": {"trade_prefix": "NVDA"},
        "outcome": "unmatched_dqua",
        "words": "quantity differs, theirs is 5,000",
    },
    {"match": {"trade_prefix": "MSFT-"}, "outcome": "settle"},
    {"match": {"trade_prefix": "FREE"}, "outcome": "settle"},
    {"match": {"trade_prefix": "SAP"}, "outcome": "part", "settles": "09:30"},
    {"match": {"trade_prefix": "CROSSED"}, "outcome": "cancel_race", "settles": "14:50"},
    {"match": {"trade_prefix": "UST"}, "outcome": "fail", "settles": "10:00"},
    {"match": {"trade_prefix": "NIGHT-"}, "outcome": "settle"},
]
