"""Market practice as dated rules: what a community asks of messages beyond the standard.

A rule holds from its date, so that a message is judged by what held when it was made. The profile
a message is under is told by the message: the business service of its header, the place where it
settles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.finding import Confidence, Layer, Rule, Severity

Profile = Literal["cbpr+", "dtc", "icsd", "any"]

CBPR_SERVICE = "swift.cbprplus"
DTC = frozenset({"DTCYUS33"})
ICSDS = {
    "MGTCBEBE": "ECLR",
    "CEDELULL": "CEDE",
}  # depository -> scheme of its participants' numbers


# currency -> the packaged calendar of the days it moves on; of others only weekends are known
VALUE_DAYS = {"USD": "FED", "EUR": "TARGET"}


@dataclass(frozen=True, slots=True)
class Practice:
    """One rule of a profile, and from when it holds; None for always."""

    rule: Rule
    profile: Profile
    since: date | None = None


def _practice(
    code: str,
    profile: Profile,
    applies: str,
    says: str,
    mend: str,
    source: str,
    *,
    severity: Severity = "error",
    confidence: Confidence = "medium",
    layer: Layer = "usage",
    since: date | None = None,
) -> Practice:
    rule = Rule(code, applies, layer, says, mend, source, confidence, severity)
    return Practice(rule, profile, since)


# DOMAIN 3.2: from this day an address without town and country is refused
STRUCTURED_ADDRESSES_FROM = date(2026, 11, 14)
_CBPR = "CBPR+ usage guidelines, as quoted in public pages"
_PAYMENTS = "pacs.008, pacs.009 under CBPR+"
PRACTICES: tuple[Practice, ...] = (
    _practice(
        "cbpr_address",
        "cbpr+",
        _PAYMENTS,
        "an address tells town and country in elements of their own",
        "put the town into TwnNm and the country into Ctry",
        _CBPR,
        since=STRUCTURED_ADDRESSES_FROM,
    ),
    _practice(
        "cbpr_address_lines",
        "cbpr+",
        _PAYMENTS,
        "beside town and country there are at most two lines of 70 characters",
        "put street, building and post code into their elements",
        _CBPR,
        since=STRUCTURED_ADDRESSES_FROM,
    ),
    _practice(
        "cbpr_address_repeats",
        "cbpr+",
        _PAYMENTS,
        "address lines do not repeat the town",
        "leave it out of the line",
        _CBPR,
        severity="warning",
    ),
    _practice(
        "cbpr_instruction_id",
        "cbpr+",
        _PAYMENTS,
        "the instruction's identification has at most 16 characters",
        "use a shorter one, so that it survives as field 20",
        _CBPR,
    ),
    _practice(
        "cbpr_uetr",
        "cbpr+",
        _PAYMENTS,
        "a payment carries its UETR",
        "put a lower-case UUID of version 4 into PmtId/UETR",
        _CBPR,
    ),
    _practice(
        "cbpr_one",
        "cbpr+",
        _PAYMENTS,
        "a message holds one transaction",
        "send each as a message of its own",
        _CBPR,
    ),
    _practice(
        "cbpr_agents",
        "cbpr+",
        _PAYMENTS,
        "the instructing and the instructed agent are named by BIC, as in the header",
        "put the BICs of From and To into InstgAgt and InstdAgt",
        _CBPR,
    ),
    _practice(
        "cbpr_offset",
        "cbpr+",
        _PAYMENTS,
        "the time of creation has its offset from UTC",
        "add the offset, such as +00:00",
        _CBPR,
    ),
    _practice(
        "dtc_participant",
        "dtc",
        "MT540-543 settling at DTC",
        "a participant is known by its number of eight digits",
        "write 0000 and the four digits of the participant",
        "DTCC participant listings",
    ),
    _practice(
        "dtc_partial",
        "dtc",
        "MT540-543 settling at DTC",
        "a deliver order settles whole",
        "ask for NPAR, or leave the wish out",
        "DTC settlement guide, as quoted in public pages",
        severity="warning",
    ),
    _practice(
        "dtc_currency",
        "dtc",
        "MT541, MT543 settling at DTC",
        "the money side is US dollars",
        "name USD, or another place of settlement",
        "DTC settlement guide, as quoted in public pages",
    ),
    _practice(
        "icsd_participant",
        "icsd",
        "MT540-543 settling at Euroclear Bank or Clearstream",
        "a participant is known by its number of five digits",
        "write the five digits of the account",
        "public pages of both depositories",
        severity="warning",
        confidence="recall",
    ),
    _practice(
        "settles_before_trade",
        "any",
        "MT540-547",
        "a trade settles on its date or after it",
        "correct one of the two dates",
        "this product",
        layer="business",
    ),
    _practice(
        "settles_on_weekend",
        "any",
        "MT540-543, sese.023",
        "settlement is on a day of business",
        "take the next business day of the market",
        "this product",
        severity="warning",
        layer="business",
    ),
    _practice(
        "value_day",
        "any",
        "MT103, MT202, MT205, pacs.008, pacs.009",
        "money moves on a business day of its currency",
        "take the next business day of the currency",
        "this product; holidays of the packaged calendars",
        severity="warning",
        layer="business",
    ),
)
BY_CODE: dict[str, Practice] = {practice.rule.code: practice for practice in PRACTICES}
