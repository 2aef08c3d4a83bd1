"""What each role may do, where, and which roles no one person holds together (DOMAIN 10.1).

Deny by default: a right comes from a role, a role from a row, and a row may bound it to a legal
entity, a portfolio, a kind of instruction and an amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from store.people import Entitlement

Role = Literal["viewer", "maker", "checker", "link", "auditor", "config", "security", "admin"]
Right = Literal[Role, "maker or checker"]
ROLES: tuple[str, ...] = get_args(Role)
# who makes or checks also sees; a link only delivers messages
MAY: dict[str, frozenset[Right]] = {
    "viewer": frozenset({"viewer"}),
    "maker": frozenset({"viewer", "maker", "maker or checker"}),
    "checker": frozenset({"viewer", "checker", "maker or checker"}),
    "link": frozenset({"link"}),
    "auditor": frozenset({"viewer", "auditor"}),
    "config": frozenset({"viewer", "config"}),
    "security": frozenset({"viewer", "auditor", "security"}),
    "admin": frozenset(get_args(Right)),
}
# of the matrix of duties: who decides about rights or set-up neither makes nor checks
CLASHES = (
    ("security", frozenset({"maker", "checker", "link"})),
    ("config", frozenset({"checker"})),
)
KINDS = ("RVP", "DVP", "RF", "DF", "PAY")
ANY = "*"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a right is asked for: one instruction or payment."""

    portfolio: str
    entity: str
    kind: str  # one of KINDS
    amount: Decimal | None = None
    currency: str | None = None


def clashes(roles: Iterable[str], environment: str) -> str | None:
    """Why one person cannot hold these roles together; None when they may."""
    held = frozenset(roles)
    for role, others in CLASHES:
        if role in held and held & others:
            both = " and ".join(sorted(held & others))
            return f"who is {role} is not {both}: give one of them to another person"
    if "admin" in held and environment == "LIVE":
        return "admin is every duty in one hand, for trying things out; on LIVE give config or security"
    return None


def admits(row: Entitlement, subject: Subject) -> bool:
    """Whether a right of this row reaches that far."""
    within = (
        row.entity in (ANY, subject.entity)
        and row.portfolio in (ANY, subject.portfolio)
        and row.kind in (ANY, subject.kind)
    )
    if not within or row.amount_max is None or subject.amount is None:
        return within
    return row.currency == subject.currency and subject.amount <= row.amount_max


def words(row: Entitlement) -> str:
    """A row as people read it: maker for AGE-CORE, DVP, up to USD 1,000,000."""
    where = [
        f"{name} {value}" if name == "entity" else value
        for name, value in (
            ("entity", row.entity),
            ("portfolio", row.portfolio),
            ("kind", row.kind),
        )
        if value != ANY
    ]
    if row.amount_max is not None:
        where.append(f"up to {row.currency} {row.amount_max:,f}")
    return f"{row.role} for {', '.join(where)}" if where else f"{row.role} everywhere"
