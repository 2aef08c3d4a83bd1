"""The demo's cast: static data, people, who plays the other side, and a day's trades."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gateway import demo_orders
from gateway.demo_data import demo_files
from gateway.demo_stream import SCRIPTS, STOCKS, Holdings, Trade, payments, trades
from schemas.static_rows import OpeningPosition

PORTFOLIOS: dict[str, tuple[str, ...]] = {
    "US": ("AGE-CORE", "AGE-GROWTH", "AAE-CORE", "AAE-VALUE", "ABI-EQUITY"),
    "T2S": ("AGE-CORE", "AGE-GROWTH", "AAE-CORE", "AAE-VALUE", "ABI-EQUITY"),
}
PEOPLE = {
    "upstream": ("order management", ["maker", "viewer"]),
    "treasury": ("treasury system", ["maker", "viewer"]),
    "anna": ("anna", ["maker", "checker", "viewer"]),  # may approve, never what she made
    "ben": ("ben", ["checker", "viewer"]),
    "custody": ("custody link", ["link"]),
    "admin": ("carla", ["admin"]),
}
LATE_SSI = (
    "counterparty,market,asset_class,agent,agent_account,account,pset,valid_from,valid_to\n"
    "NORDDE30,US,equity,DTCY/ID/00009644,,,,2024-01-01,\n"
)


def table(name: str) -> list[dict[str, str]]:
    """One of its tables as text."""
    return list(csv.DictReader(io.StringIO(demo_files()[f"{name}.csv"].decode())))


def simulator_config(at_once: bool = False) -> dict[str, Any]:
    """Who plays what: the network, the cast's custodians and their bank, with openings of their own."""
    opening = {n: table(n) for n in ("opening_positions", "opening_cash", "accounts")}
    directory = sorted({row["bic"] for row in table("parties")} | {"ALDRUS30"})
    mode = "at_once" if at_once else "story"
    rates: dict[str, float] = {}
    return {
        "swift": {
            "links": {
                "swift": {"format": "fin", "bic": "ALDRUS30", "zone": "America/New_York"},
                "swiftnet": {"format": "mx", "bic": "ALDRUS30", "zone": "America/New_York"},
            },
            "correspondents": {
                "HARBUS30": {"format": "fin"},
                "RHEIDE30": {"format": "mx"},
                "MERIUS30": {"format": "mx"},
            },
            "directory": directory,
            "latency_seconds": [0, 0] if at_once else [1, 3],
            "faults": {} if at_once else {"lose_ack": 0.001, "duplicate": 0.002},
        },
        "custodian": {
            "custodians": {
                "HARBUS30": {
                    "format": "fin",
                    "place": "DTC",
                    "partial": False,
                    "cash_basis": "actual" if at_once else "contractual",
                    "advice": not at_once,
                },
                "RHEIDE30": {
                    "format": "mx",
                    "place": "T2S",
                    "partial": True,
                    "cash_basis": "actual",
                    "advice": not at_once,
                },
            },
            **opening,
            "rates": rates,
            "scripts": [] if at_once else [*SCRIPTS, *demo_orders.SCRIPTS],
            "mode": mode,
        },
        "bank": {
            "banks": {"MERIUS30": {"zone": "America/New_York"}},
            "opening_cash": opening["opening_cash"],
            "mode": mode,
            "rates": {"reject": 0.02},
        },
    }


def holdings_of() -> Holdings:
    """What each portfolio holds when the books open."""
    found = Holdings()
    for row in table(OpeningPosition.file):
        key = (row["portfolio"], row["isin"])
        found.free[key] = found.free.get(key, Decimal(0)) + Decimal(row["quantity"])
    return found


def plan(
    seed: int, count: int, day: date, first: int, opening: datetime, held: Holdings
) -> list[Trade]:
    """A business day of trades and payments, in time order."""
    stream = [
        *trades(seed, count, day, first, STOCKS, PORTFOLIOS, held, opening),
        *payments(seed, count, day, first, opening),
    ]
    return sorted(stream, key=lambda t: (t.at, t.body["reference"]))
