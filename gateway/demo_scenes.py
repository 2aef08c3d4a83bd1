"""The story of the demo day as a table: when, what is shown, who does what, and what the other side does.

A step's `path` may name an instruction of the story as `{REFERENCE}`. The trade id decides what the
simulators do (`SCRIPTS`), so that it is the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
NEW_YORK = ZoneInfo("America/New_York")
PREFIX = "STORY-"  # references of the story: its own people act on them, nobody else's


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one person, and what to look at until the next."""

    at: datetime
    seconds: float  # on the screen, at its usual speed
    look: str
    about: str = ""  # reference of the instruction to look at
    who: str = ""
    path: str = ""
    body: Any = None
    answer: int = 200
    kills: bool = False  # a second gateway process takes its share of the work, and is killed


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its title, its steps in time order, and where its instructions must stand at its end."""

    title: str
    steps: tuple[Step, ...]
    ends: dict[str, str] = field(default_factory=dict)  # state by reference


def et(day: int, clock: str) -> datetime:
    """A moment of November 2026 in New York."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


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
    fee = (deal / 10_000).quantize(CENT, ROUND_HALF_UP)
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
    return {name: {"currency": currency, "value": str(value)} for name, value in named.items()}


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

SCENES: tuple[Scene, ...] = (
    Scene(
        "A purchase goes out",
        (
            Step(
                et(23, "13:30"),
                12,
                "Three funds bought 12,000 Microsoft shares from a broker, for delivery tomorrow."
                " The order system hands the"
                " trades over; Finality writes the instructions for the custodian and sends them,"
                " with no hand on them.",
                PREFIX + "MSFT-1",
                "upstream",
                "/v1/instructions",
                BLOCK,
            ),
            Step(
                et(23, "13:35"),
                18,
                "Sent, acknowledged by the network, accepted by the custodian and matched with the"
                " broker's side: each of"
                " these is a message, with its time and its bytes. Now everyone waits for tomorrow.",
                PREFIX + "MSFT-1",
            ),
        ),
        {PREFIX + f"MSFT-{n}": "pending" for n in (1, 2, 3)},
    ),
    Scene(
        "The two sides disagree",
        (
            Step(
                et(23, "15:05"),
                6,
                "A purchase of 500 NVIDIA shares goes out. The broker, Kestrel, has 5,000.",
                PREFIX + "NVDA",
                "upstream",
                "/v1/instructions",
                [NVDA_FIVE_HUNDRED],
            ),
            Step(
                et(23, "15:10"),
                14,
                "The custodian answers that it does not match: the quantity differs. Unmatched it"
                " would fail tomorrow, so"
                " the move is ours: ask who is right.",
                PREFIX + "NVDA",
            ),
            Step(
                et(23, "15:20"),
                12,
                "Kestrel was right. A message that left cannot be edited: Anna's correction goes out as a"
                " cancellation, waits for its answer, and only then sends 5,000 anew. Never both at once.",
                PREFIX + "NVDA",
                "anna",
                "/v1/instructions/{STORY-NVDA}/amend",
                NVDA_FIVE_THOUSAND,
            ),
        ),
        {PREFIX + "NVDA": "pending"},
    ),
    Scene(
        "Nobody approves alone",
        (
            Step(
                et(23, "17:30"),
                8,
                "Anna keys a delivery of 250 Microsoft shares for no payment at all. Whoever could"
                " do that alone could give"
                " the fund away, so it waits for a second person.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions",
                [GIFT],
            ),
            Step(
                et(23, "17:32"),
                8,
                "Anna tries to approve it herself: refused, because she made it. It is still not sent.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
                403,
            ),
            Step(
                et(23, "17:35"),
                12,
                "Ben approves, and it leaves. The network refuses it and names the line: the"
                " receiver's code is one it"
                " does not know. Nothing reached the custodian.",
                PREFIX + "FREE",
                "ben",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
            ),
            Step(
                et(23, "17:45"),
                4,
                "Anna corrects the code. What Ben approved was something else, so it waits for him again.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/repair",
                {"buyr": None},
            ),
            Step(
                et(23, "17:47"),
                8,
                "Ben approves what stands there now: it goes, and is accepted and matched.",
                PREFIX + "FREE",
                "ben",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
            ),
        ),
        {PREFIX + "FREE": "pending"},
    ),
)
LAST = et(23, "18:00")  # where the last scene ends
SCRIPTS = [
    {"match": {"trade_prefix": "NVDA"}, "outcome": "unmatched_dqua"},
    {"match": {"trade_prefix": "MSFT"}, "outcome": "settle"},
    {"match": {"trade_prefix": "FREE"}, "outcome": "settle"},
]
