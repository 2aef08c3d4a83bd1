"""What each column of the static tables holds, derived from the row models, and said in words.

The models in schemas/static_rows.py are the rule; `ABOUT` adds what a person needs who fills it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from schemas.cells import CellKind
from schemas.static_rows import FILES

KINDS: dict[str, CellKind] = {
    "boolean": "logical",
    "integer": "number",
    "number": "number",
    "date": "date",
    "time": "time",
}
WRITTEN: dict[CellKind, str] = {
    "text": "text",
    "number": "number, with a decimal point and no separators",
    "date": "date, YYYY-MM-DD",
    "time": "local time, HH:MM",
    "logical": "yes or no",
}
# by column, or by table and column where a name means something of its own there
ABOUT = {
    "account": "the counterparty's own account, named with SELL or BUYR",
    "accounts.portfolio": "whose account it is",
    "accounts.currency": "of the cash account; given exactly when that is",
    "ack_minutes": "business minutes without a network answer before the alarm; else the setting",
    "acquired_on": "when the lot was bought",
    "agent": "BIC, or issuer/scheme/code such as DTCY/ID/00009911: the party that settles for them",
    "agent_account": "the account of that agent, where it is named",
    "amount": "cash on the account; overdrawn is negative",
    "answer_minutes": "business minutes in which this servicer usually answers",
    "asset_class": "what it is; * in a rule means every class that has no row of its own",
    "base_currency": "the currency its books are kept in",
    "bic": "its BIC",
    "business_service": "the service its XML messages name, e.g. swift.cbprplus.03",
    "calendar": "the calendar it follows, of this house or of those that come with the product",
    "calendars.kind": "closed, early (then with closes_at), or open against the seed calendar",
    "calendars.name": "what the day is called",
    "cash_account": "cash account at the servicer; alone, or beside the securities account it pays",
    "cash_basis": "actual, or contractual where the servicer credits on the contractual date",
    "client": "the upstream system, as its key is named",
    "closes_at": "when the market closes early that day, local time",
    "cost": "what the lot cost in all, in its currency",
    "counterparty": "whom we trade with, by BIC",
    "country": "ISO 3166 code of two letters",
    "currency": "ISO 4217 code",
    "cut_offs.name": "what the limit is called",
    "cut_offs.rule": "on which date the local time is meant",
    "day_count": "ISO 20022 day count of what bears interest, e.g. A006",
    "denomination_currency": "of a bond, where it is not the settlement currency",
    "domicile": "ISO 3166 code of two letters",
    "folder": "of a directory link, below the data folder unless absolute",
    "format": "fin for MT, mx for ISO 20022",
    "fund": "the fund it belongs to",
    "hold_supported": "whether an instruction can be held there",
    "id": "our own short name for it; other tables refer to it",
    "interest_rate": "per cent a year",
    "isin": "ISO 6166, with its check digit",
    "lag": "business days from trade to settlement",
    "lau": "the set of keys in the settings by which its messages are authenticated; empty: none",
    "tolerates": "deviations from FIN its senders are known for, such as dev_decimal, or all; empty: none",
    "legal_entity": "the firm of our house it belongs to",
    "lei": "legal entity identifier, with its check digits",
    "link": "the link it is spoken to over",
    "local_id": "its local number, with its check digit; together with local_scheme",
    "local_scheme": "CUSP, SEDL and the like; together with local_id",
    "local_time": "the limit, in its zone",
    "lot": "a name of the lot, unique in its holding",
    "market": "the market it settles in; a place of settlement names it",
    "matches": "whether instructions are matched there",
    "maturity_date": "when it is redeemed",
    "max_amount": "up to which no second person is needed; empty means any amount",
    "mt_allowed": "whether payments may go as MT103 and MT202",
    "name": "its name in full",
    "on": "the date",
    "opened_on": "the date the books open with it",
    "own_bic": "our BIC on this channel",
    "own_ssi.agent": "receiving or delivering agent on our side, where one is named",
    "owner": "the place or firm whose limit it is, by BIC",
    "partial_default": "PART or NPAR where nothing is said",
    "partial_supported": "whether parts of an instruction can settle there",
    "portfolio": "the portfolio it belongs to",
    "pset": "place of settlement, by BIC",
    "counterparty_ssi.pset": "place of settlement, only where it differs from ours",
    "quantity": "units, or face amount",
    "role": "what the firm is to us",
    "safekeeping_account": "securities account at the servicer",
    "servicer": "the custodian or bank that keeps the account, by BIC",
    "source": "who says so: a circular, a web page",
    "ticker": "what people call it",
    "tolerance_above": "matching tolerance for amounts above the limit, in the place's currency",
    "tolerance_limit": "the amount at which the matching tolerance changes; give all three or none",
    "tolerance_up_to": "matching tolerance for amounts up to the limit",
    "trade_calendar": "the venue calendar that knows the trade dates",
    "transport": "mqtt, or a directory of files",
    "trusted.type": "RF, RVP, DF, DVP, or a payment: customer, bank",
    "type": "what kind of fund it is",
    "valid_from": "the first date it holds; empty means always",
    "valid_to": "the last date it holds; empty means until the next row of its key",
    "wait_for_cand": "whether a replacement waits for the cancellation's confirmation",
    "zone": "IANA time zone its local times are in, e.g. America/New_York",
}


class Column(NamedTuple):
    """One column: its name, what a cell holds, whether one must, and what may stand there."""

    table: str
    name: str
    kind: CellKind
    required: bool
    key: bool
    allowed: tuple[str, ...]
    default: str
    about: str

    @property
    def written(self) -> str:
        """How a value is written."""
        return "one of those allowed" if self.allowed else WRITTEN[self.kind]


@cache
def columns(file: str) -> tuple[Column, ...]:
    """The columns of a table: those of its own in their order, then the dates every row has."""
    row = FILES[file]
    schema = row.model_json_schema()
    needed = set(schema.get("required", ()))
    names = [n for n in schema["properties"] if n not in ("valid_from", "valid_to")]
    return tuple(
        _column(file, name, schema["properties"][name], name in needed, name in row.key_columns)
        for name in (*names, "valid_from", "valid_to")
    )


def _column(file: str, name: str, schema: dict[str, Any], required: bool, key: bool) -> Column:
    shapes = list(_shapes(schema))
    kinds = {KINDS.get(s.get("format") or s.get("type", ""), "text") for s in shapes}
    kind: CellKind = next((k for k in KINDS.values() if k in kinds), "text")
    allowed = tuple(v for s in shapes for v in s.get("enum", [s["const"]] if "const" in s else []))
    default = schema.get("default")
    if kind == "logical" and default is not None:
        default = "yes" if default else "no"
    shown = "" if default is None or name == "valid_from" else str(default)
    about = ABOUT.get(f"{file}.{name}") or ABOUT[name]
    return Column(file, name, kind, required, key, tuple(map(str, allowed)), shown, about)


def _shapes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The alternatives of a JSON schema, but for null."""
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _shapes(each)
    elif schema.get("type") != "null":
        yield schema
