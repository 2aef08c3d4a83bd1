"""Static data: one row model per CSV file, its key, and what it refers to.

A row's key plus `valid_from` is unique. A row without `valid_to` holds until the next row of its
key begins. Looking rows up is schemas/static.py, reading files schemas/static_files.py.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from schemas.dates import Day
from schemas.identifiers import (
    COUNTRIES,
    Bic,
    Currency,
    Isin,
    LegalEntity,
    currency_digits,
    is_bic,
    is_cusip,
    is_sedol,
)
from schemas.instruction import Dss, Party
from schemas.money import written
from schemas.mt import deviations
from schemas.obligation import Tolerance

ALWAYS = date(1900, 1, 1)
ANY = "*"

Id = Annotated[str, Field(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-/ ]*$")]
Name = Annotated[str, Field(min_length=1, max_length=140)]
Account = Annotated[str, Field(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9/\-?:().,'+ ]+$")]
Link = Annotated[str, Field(pattern=r"^[a-z][a-z0-9\-]{0,30}$")]
Exact = Annotated[
    Decimal,
    Field(max_digits=28, decimal_places=10, allow_inf_nan=False),
    BeforeValidator(written),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
]
NotNegative = Annotated[Exact, Field(ge=0)]
AssetClass = Literal["equity", "etf", "fund", "government", "corporate", "eurobond"]
AssetClassOrAny = Literal[AssetClass, "*"]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError(
            "zone", "zone {value}: not an IANA time zone, e.g. America/New_York", {"value": value}
        ) from None
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise PydanticCustomError(
            "country", "country {value}: not an ISO 3166 code", {"value": value}
        )
    return value


def _agent(value: str) -> str:
    party(value)
    return value


def party(code: str, account: str | None = None) -> Party:
    """The party that a BIC or a data source scheme code (`DTCY/ID/00009911`) names."""
    if is_bic(code):
        return Party(bic=code, account=account)
    parts = code.split("/", 2)
    if len(parts) != 3:
        raise PydanticCustomError(
            "agent",
            "agent {value}: neither a BIC nor ISSUER/SCHEME/CODE such as DTCY/ID/00009911",
            {"value": code},
        )
    return Party(dss=Dss(issuer=parts[0], scheme=parts[1], id=parts[2]), account=account)


def _deviations(value: str) -> str:
    try:
        return deviations.known(value)
    except ValueError as error:
        raise PydanticCustomError("deviation", str(error), {"value": value}) from None


Zone = Annotated[str, AfterValidator(_zone)]
Deviations = Annotated[str, Field(max_length=400), AfterValidator(_deviations)]
Country = Annotated[str, AfterValidator(_country)]
Agent = Annotated[str, Field(max_length=45), AfterValidator(_agent)]


class Reference(NamedTuple):
    """These columns of a row must be found in those columns of another file."""

    columns: tuple[str, ...]
    file: str
    target: tuple[str, ...]


class Row(BaseModel):
    """What every row has: its file, its key, and the first and last date on which it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: ClassVar[str]
    key_columns: ClassVar[tuple[str, ...]]
    references: ClassVar[tuple[Reference, ...]] = ()

    valid_from: Day = ALWAYS
    valid_to: Day | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(str(getattr(self, column) or "") for column in self.key_columns)

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("period", "valid_to is before valid_from")
        return self


class LegalEntityRow(Row):
    """A firm of our house."""

    file = "legal_entities"
    key_columns = ("id",)

    id: Id
    name: Name
    lei: LegalEntity
    bic: Bic | None = None
    country: Country


class Fund(Row):
    file = "funds"
    key_columns = ("id",)
    references = (Reference(("legal_entity",), "legal_entities", ("id",)),)

    id: Id
    name: Name
    legal_entity: Id
    type: Literal["UCITS", "AIF", "MANDATE", "OTHER"]
    base_currency: Currency
    lei: LegalEntity | None = None
    domicile: Country


class Portfolio(Row):
    file = "portfolios"
    key_columns = ("id",)
    references = (Reference(("fund",), "funds", ("id",)),)

    id: Id
    name: Name
    fund: Id
    base_currency: Currency


LOCAL_IDS = {"CUSP": is_cusip, "SEDL": is_sedol}


class Instrument(Row):
    file = "instruments"
    key_columns = ("isin",)
    references = (Reference(("market",), "places", ("market",)),)

    isin: Isin
    name: Name
    ticker: Annotated[str, Field(max_length=12)] | None = None
    asset_class: AssetClass
    currency: Currency
    market: Id
    local_scheme: Annotated[str, Field(pattern=r"^[A-Z0-9]{4}$")] | None = None
    local_id: Annotated[str, Field(pattern=r"^[A-Z0-9*@#]{1,31}$")] | None = None
    day_count: Annotated[str, Field(pattern=r"^A0\d\d$")] | None = None
    denomination_currency: Currency | None = None
    maturity_date: Day | None = None
    interest_rate: Exact | None = None

    @property
    def is_debt(self) -> bool:
        return self.asset_class in {"government", "corporate", "eurobond"}

    @model_validator(mode="after")
    def _local(self) -> Self:
        if (self.local_scheme is None) != (self.local_id is None):
            raise PydanticCustomError("local_id", "local_scheme and local_id come together")
        good = LOCAL_IDS.get(self.local_scheme or "")
        if good is not None and not good(self.local_id or ""):
            raise PydanticCustomError(
                "local_id",
                "{scheme} {value}: shape or check digit is wrong",
                {"scheme": self.local_scheme, "value": self.local_id},
            )
        return self


class PartyRow(Row):
    """A firm outside: who it is and the zone its own local times are in."""

    file = "parties"
    key_columns = ("bic",)

    bic: Bic
    name: Name
    role: Literal["broker", "custodian", "bank", "csd", "agent"]
    lei: LegalEntity | None = None
    country: Country
    zone: Zone


class Place(Row):
    """A place of settlement and what it can do (DOMAIN 2.6, 2.7)."""

    file = "places"
    key_columns = ("bic",)
    references = (Reference(("calendar",), "calendars", ("calendar",)),)

    bic: Bic
    name: Name
    market: Id
    calendar: Id
    zone: Zone
    partial_supported: bool
    partial_default: Literal["PART", "NPAR"] | None = None
    hold_supported: bool
    matches: bool = True  # so that a settlement status implies a match (DOMAIN 6.5)
    # how far off a received amount may be, in its currency: up to this amount, and above it
    tolerance_limit: NotNegative | None = None
    tolerance_up_to: NotNegative | None = None
    tolerance_above: NotNegative | None = None

    @model_validator(mode="after")
    def _partials(self) -> Self:
        if self.partial_default == "PART" and not self.partial_supported:
            raise PydanticCustomError("partial", "partial_default PART needs partial_supported")
        return self

    @model_validator(mode="after")
    def _tolerances(self) -> Self:
        given = (self.tolerance_limit, self.tolerance_up_to, self.tolerance_above)
        if len({value is None for value in given}) > 1:
            raise PydanticCustomError(
                "tolerance", "give all of tolerance_limit, tolerance_up_to, tolerance_above or none"
            )
        return self

    @property
    def tolerance(self) -> Tolerance | None:
        """The matching tolerance of receipts here; None where amounts must agree exactly."""
        if self.tolerance_limit is None:
            return None
        assert self.tolerance_up_to is not None and self.tolerance_above is not None
        return Tolerance(self.tolerance_limit, self.tolerance_up_to, self.tolerance_above)


class AccountRow(Row):
    """One of our accounts: securities with its cash account in one currency, or cash alone."""

    file = "accounts"
    key_columns = ("servicer", "safekeeping_account", "cash_account")
    references = (
        Reference(("portfolio",), "portfolios", ("id",)),
        Reference(("servicer",), "parties", ("bic",)),
    )

    portfolio: Id
    servicer: Bic
    safekeeping_account: Account | None = None
    cash_account: Account | None = None
    currency: Currency | None = None
    cash_basis: Literal["actual", "contractual"] = "actual"

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.safekeeping_account is None and self.cash_account is None:
            raise PydanticCustomError("account", "give safekeeping_account or cash_account or both")
        if (self.cash_account is None) != (self.currency is None):
            raise PydanticCustomError("account", "cash_account and currency come together")
        return self


class OwnSsi(Row):
    """Where a portfolio settles a kind of instrument: our side of the chain."""

    file = "own_ssi"
    key_columns = ("portfolio", "market", "asset_class")
    references = (
        Reference(("portfolio",), "portfolios", ("id",)),
        Reference(("market",), "places", ("market",)),
        Reference(
            ("portfolio", "servicer", "safekeeping_account"),
            "accounts",
            ("portfolio", "servicer", "safekeeping_account"),
        ),
        Reference(("pset",), "places", ("bic",)),
    )

    portfolio: Id
    market: Id
    asset_class: AssetClassOrAny = "*"
    servicer: Bic
    safekeeping_account: Account
    pset: Bic
    agent: Agent | None = None  # REAG of what we receive, DEAG of what we deliver, where named
    agent_account: Account | None = None


class CounterpartySsi(Row):
    """Where a counterparty settles a kind of instrument: the other side of the chain."""

    file = "counterparty_ssi"
    key_columns = ("counterparty", "market", "asset_class")
    references = (
        Reference(("counterparty",), "parties", ("bic",)),
        Reference(("market",), "places", ("market",)),
        Reference(("pset",), "places", ("bic",)),
    )

    counterparty: Bic
    market: Id
    asset_class: AssetClassOrAny = "*"
    agent: Agent  # DEAG of what we receive, REAG of what we deliver
    agent_account: Account | None = None
    account: Account | None = None  # the counterparty's own, with SELL or BUYR
    pset: Bic | None = None  # only where it differs from ours


class ChannelProfile(Row):
    """How we and one servicer speak: standard, link, names, what is allowed, how long is normal."""

    file = "channel_profiles"
    key_columns = ("servicer",)
    references = (
        Reference(("servicer",), "parties", ("bic",)),
        Reference(("link", "format"), "links", ("name", "format")),
    )

    servicer: Bic
    format: Literal["fin", "mx"]
    link: Link
    own_bic: Bic
    mt_allowed: bool = False  # payments as MT103 and MT202 (DOMAIN 3.2)
    zone: Zone
    business_service: Annotated[str, Field(max_length=35)] | None = None
    wait_for_cand: bool = True
    ack_minutes: Annotated[int, Field(gt=0)] | None = None  # business time; None: the setting
    answer_minutes: Annotated[int, Field(gt=0)] = 60


class LinkRow(Row):
    """A link: its transport, what it speaks, and the folder of a directory link."""

    file = "links"
    key_columns = ("name",)

    name: Link
    transport: Literal["mqtt", "directory"]
    format: Literal["fin", "mx"]
    # below the data folder unless absolute
    folder: Annotated[str, Field(max_length=400)] | None = None
    lau: Id | None = None  # the set of keys in the settings; None: nothing is authenticated
    tolerates: Deviations | None = None  # what its senders are known for; None: strict

    @property
    def tolerated(self) -> frozenset[str]:
        """The codes of the deviations this link's messages may have."""
        said = (self.tolerates or "").split()
        return frozenset(deviations.BY_CODE) if said == [deviations.EVERY] else frozenset(said)


class SettlementCycle(Row):
    """Days from trade to settlement, and the venue calendar that knows the trade dates."""

    file = "settlement_cycles"
    key_columns = ("market", "asset_class")
    references = (
        Reference(("market",), "places", ("market",)),
        Reference(("trade_calendar",), "calendars", ("calendar",)),
    )

    market: Id
    asset_class: AssetClassOrAny = "*"
    trade_calendar: Id | None = None
    lag: Annotated[int, Field(ge=0, le=30)]


class CurrencyCalendar(Row):
    """The calendar that says when a currency can be paid."""

    file = "currency_calendars"
    key_columns = ("currency",)
    references = (Reference(("calendar",), "calendars", ("calendar",)),)

    currency: Currency
    calendar: Id


class CalendarDay(Row):
    """A date of a calendar of the operator's own, or one that overrules the seed table."""

    file = "calendars"
    key_columns = ("calendar", "on")

    calendar: Id
    on: Day
    kind: Literal["closed", "early", "open"]
    closes_at: time | None = None
    name: Name
    source: Name

    @model_validator(mode="after")
    def _early(self) -> Self:
        if (self.kind == "early") != (self.closes_at is not None):
            raise PydanticCustomError("early", "closes_at is for early closes, and they need it")
        return self


class CutOff(Row):
    """A limit of a place or servicer as people say it: local time, zone and whose date."""

    file = "cut_offs"
    key_columns = ("owner", "name")
    references = (
        Reference(("owner",), "parties", ("bic",)),
        Reference(("calendar",), "calendars", ("calendar",)),
    )

    owner: Bic
    name: Id
    local_time: time
    zone: Zone
    rule: Literal["trade_date", "settle_date", "day_before_settle_date"]
    calendar: Id


class OpeningPosition(Row):
    """A lot held when the books open, with what it cost in all."""

    file = "opening_positions"
    key_columns = ("servicer", "safekeeping_account", "isin", "lot")
    references = (
        Reference(
            ("portfolio", "servicer", "safekeeping_account"),
            "accounts",
            ("portfolio", "servicer", "safekeeping_account"),
        ),
        Reference(("isin",), "instruments", ("isin",)),
    )

    portfolio: Id
    servicer: Bic
    safekeeping_account: Account
    isin: Isin
    lot: Id
    quantity: Annotated[Exact, Field(gt=0)]
    cost: Annotated[Exact, Field(ge=0)]
    currency: Currency
    acquired_on: Day
    opened_on: Day

    @model_validator(mode="after")
    def _cost(self) -> Self:
        _fits(self.cost, self.currency)
        if self.acquired_on > self.opened_on:
            raise PydanticCustomError("acquired_on", "acquired_on is after opened_on")
        return self


class OpeningCash(Row):
    """Cash on an account when the books open; overdrawn is negative."""

    file = "opening_cash"
    key_columns = ("servicer", "cash_account")
    references = (
        Reference(
            ("portfolio", "servicer", "cash_account", "currency"),
            "accounts",
            ("portfolio", "servicer", "cash_account", "currency"),
        ),
    )

    portfolio: Id
    servicer: Bic
    cash_account: Account
    currency: Currency
    amount: Exact
    opened_on: Day

    @model_validator(mode="after")
    def _amount(self) -> Self:
        _fits(self.amount, self.currency)
        return self


class Trusted(Row):
    """What an upstream system may send without a second person: per type, and up to an amount."""

    file = "trusted"
    key_columns = ("client", "type", "currency")

    client: Id
    type: Literal["RF", "RVP", "DF", "DVP", "customer", "bank"]
    currency: Currency | None = None  # none: any currency, and free deliveries
    max_amount: Annotated[Exact, Field(ge=0)] | None = None  # none: no limit

    @model_validator(mode="after")
    def _limit(self) -> Self:
        if self.max_amount is not None and self.currency is None:
            raise PydanticCustomError("max_amount", "max_amount needs a currency")
        return self


def _fits(amount: Decimal, currency: str) -> None:
    digits = currency_digits(currency)
    if -int(amount.normalize().as_tuple().exponent) > digits:
        raise PydanticCustomError(
            "currency_digits",
            "{currency} has {digits} decimals (C03), got {amount}",
            {"currency": currency, "digits": digits, "amount": format(amount, "f")},
        )


FILES: dict[str, type[Row]] = {
    row.file: row
    for row in (
        LegalEntityRow, Fund, Portfolio, Instrument, PartyRow, Place, AccountRow, OwnSsi,
        CounterpartySsi, LinkRow, ChannelProfile, SettlementCycle, CurrencyCalendar, CalendarDay,
        CutOff, OpeningPosition, OpeningCash, Trusted,
    )
}  # fmt: skip

# what says where money and securities go: after a change it rests before it is used (DOMAIN 10.2)
COOLED = frozenset({AccountRow.file, OwnSsi.file, CounterpartySsi.file})
