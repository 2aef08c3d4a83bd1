"""What a custodian keeps of one instruction, and the words for where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from simulators.custody_answers import Standing
from simulators.custody_calendar import Place
from simulators.custody_orders import Cancel, Order, Release

STAYING = {
    "unmatched_dqua": ("DQUA", "quantity differs"),
    "unmatched_dmon": ("DMON", "settlement amount differs"),
    "unmatched_stay": ("CMIS", "no counterparty instruction"),
}
PACK = Standing("IPRC", "PACK")
MACH = Standing("MTCH", "MACH")
HELD = Standing("SETT", "PEND", "PREA", "instruction on hold")
FUTU = Standing("SETT", "PEND", "FUTU", "awaiting settlement date")
PEND = Standing("SETT", "PEND")
CAND = Standing("CPRC", "CAND", "CANI", "cancelled by account owner")
CANCELLED = Standing("IPRC", "CAND", "CANI", "cancelled by account owner")
CANP = Standing("CPRC", "CANP", "CONF", "waiting for the counterparty")
SETTLED = Standing("CPRC", "DEND", "DSET", "already settled")
ALREADY = Standing("CPRC", "DEND", "DCAN", "already cancelled")
REFUSED = Standing("CPRC", "DEND", "OTHR", "counterparty does not agree")
UNKNOWN = Standing("CPRC", "REJT", "REFE", "reference not known")


@dataclass(frozen=True, slots=True)
class House:
    """One custodian's ways."""

    bic: str
    format: str
    place: Place
    partial: bool
    contractual: bool
    advice: bool
    cash_accounts: Mapping[str, str]


@dataclass(slots=True, eq=False)
class Deal:
    """One instruction and where it stands."""

    house: House
    order: Order
    outcome: str
    script: Mapping[str, str] = field(default_factory=dict)  # what it says beside the outcome
    settled: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    matched: bool = False
    closed: str = ""  # cancelled, rejected, settled
    hold: bool = False
    advanced: bool = False
    lacking: bool = False
    said: int = 0
    cancels: list[str] = field(default_factory=list)

    @property
    def name(self) -> tuple[str, str, str]:
        """Custodian, client and reference: what chance is asked about."""
        return self.house.bic, self.order.client, self.order.reference

    @property
    def open(self) -> Decimal:
        """What has not settled."""
        return self.order.quantity - self.settled


def missing(order: Order) -> str:
    """What the counterparty lacks: securities where we receive, else cash, else the will."""
    if order.direction == "RECE":
        return "CLAC"
    return "CMON" if order.payment == "APMT" else "PRCY"


def waiting_order(deal: Deal) -> tuple[date, str]:
    return deal.order.settle_on, deal.order.reference


def matches(match: Mapping[str, str], house: House, order: Order) -> bool:
    """Whether a script speaks of this instruction: every condition it names holds."""
    holds: dict[str, Callable[[str], bool]] = {
        "trade_prefix": lambda v: order.trade_id.startswith(v),
        "trade_contains": lambda v: v in order.trade_id,
        "ref_prefix": lambda v: order.reference.startswith(v),
        "ref_contains": lambda v: v in order.reference,
        "isin": lambda v: order.isin == v,
        "quantity": lambda v: order.quantity == Decimal(v),
        "custodian": lambda v: house.bic == v,
        "direction": lambda v: order.direction == v,
    }
    return all(holds[name](str(value)) for name, value in match.items())


def stranger(item: Cancel | Release) -> Order:
    """A stand-in for an instruction nobody gave, so that the refusal can be addressed."""
    return Order(
        item.client,
        item.reference,
        b"",
        item.type,
        "RECE",
        "FREE",
        "",
        "UNIT",
        Decimal(0),
        "",
        date.min,
    )


def cash_accounts(rows: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get("safekeeping_account"):
            accounts = found.setdefault(row["servicer"], {})
            accounts[row["safekeeping_account"]] = row["cash_account"]
    return found
