"""What each role may do, where, and which roles no one person holds together (DOMAIN 10.1).

Deny by default: a right comes from a role, a role from a row, and a row may bound it to a legal
entity, a portfolio, a kind of instruction and an amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args

from schemas.instruction import Instruction, Payment
from schemas.static import StaticData
from schemas.static_rows import Fund, Portfolio
from settlement.approval import TYPES, type_of
from store.people import Entitlement
from store.scope import Scope

if TYPE_CHECKING:
    from gateway.identity import Client

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
    ("config", frozenset({"maker", "checker", "security"})),
)
# what each action on an instruction needs, whatever door it came through
ACTION_RIGHTS: dict[str, Right] = {
    "approve": "checker",
    "decide_fate": "checker",
    **dict.fromkeys(("cancel", "hold", "release", "amend", "repair"), "maker"),
    **dict.fromkeys(
        ("release_date", "own", "let_go", "assign", "note", "follow_up"), "maker or checker"
    ),
}
# and each deed on an exception
DEED_RIGHTS: dict[str, Right] = {
    "repair": "maker",
    "approve": "checker",
    **dict.fromkeys(("close", "reinject", "refuse"), "maker or checker"),
}
BEYOND = "beyond_rights"  # the rule a refusal for want of a right names
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


def subject_of(
    body: Instruction | Payment, portfolio: str, static: StaticData, on: date
) -> Subject:
    """What rights to this instruction are held against."""
    row = static.find(Portfolio, portfolio, on=on) if portfolio else None
    fund = static.find(Fund, row.fund, on=on) if row is not None else None
    entity = "" if fund is None else fund.legal_entity
    if isinstance(body, Payment):
        return Subject(portfolio, entity, "PAY", body.amount.value, body.amount.currency)
    money = body.settlement_amount or body.deal_amount
    if money is None:
        return Subject(portfolio, entity, type_of(body))
    return Subject(portfolio, entity, type_of(body), money.value, money.currency)


def subject_of_row(row: Mapping[str, Any], static: StaticData, on: date) -> Subject:
    """The same of a condition's row, where the body is not at hand; of nothing where there is none."""
    found = static.find(Portfolio, row["portfolio"], on=on) if row["portfolio"] else None
    fund = static.find(Fund, found.fund, on=on) if found is not None else None
    kind = "PAY" if row["about"] == "payment" else TYPES.get((row["direction"], row["payment"]), "")
    entity = "" if fund is None else fund.legal_entity
    return Subject(row["portfolio"], entity, kind, row["amount"], row["currency"])


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
    """Whether a right of this row reaches that far; no limit reaches an amount nobody knows."""
    within = (
        row.entity in (ANY, subject.entity)
        and row.portfolio in (ANY, subject.portfolio)
        and row.kind in (ANY, subject.kind)
    )
    if not within or row.amount_max is None:
        return within
    return (
        subject.amount is not None
        and row.currency == subject.currency
        and subject.amount <= row.amount_max
    )


def scope_of(client: Client, static: StaticData) -> Scope | None:
    """What a person may see: None for everything, else the portfolios their rights reach.

    Every right to do something is one to see where it may be done. One that is bounded by kind or
    amount alone sees everything.
    """
    seeing = {role for role in client.roles if "viewer" in MAY.get(role, ())}
    rows = [row for row in client.bounds if row.role in seeing]
    if seeing - {row.role for row in rows}:
        return None
    if any(row.entity == ANY and row.portfolio == ANY for row in rows):
        return None
    funds = {row.id: row.legal_entity for row in static.all(Fund)}
    return Scope(
        client.person,
        tuple(
            sorted(
                {
                    p.id
                    for p in static.all(Portfolio)
                    for row in rows
                    if row.portfolio in (ANY, p.id) and row.entity in (ANY, funds.get(p.fund))
                }
            )
        ),
    )


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
