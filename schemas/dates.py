"""Dates the business can mean. What lies outside is a slip of the finger, and would end elsewhere:

PostgreSQL's driver reads the first and last date of the calendar as minus and plus infinity, and
a time near either end cannot be told in another zone. A bare number is no date: it would be read as
seconds since 1970.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

FIRST = date(1900, 1, 1)
LAST = date(2199, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.,]+([Zz]|[+-][0-9:]+)?")


def _written_day(value: object) -> object:
    if (isinstance(value, str) and _DAY.fullmatch(value)) or type(value) is date:
        return value
    raise PydanticCustomError("date", "write a date as YYYY-MM-DD")


def _written_instant(value: object) -> object:
    if (isinstance(value, str) and _INSTANT.fullmatch(value)) or isinstance(value, datetime):
        return value
    raise PydanticCustomError("instant", "write a time as 2026-11-23T18:30:00Z")


# bounds stand first: behind a validator pydantic would check them in Python
Day = Annotated[date, BeforeValidator(_written_day)]
BusinessDay = Annotated[date, Field(ge=FIRST, le=LAST), BeforeValidator(_written_day)]
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(FIRST.year, 1, 1, tzinfo=UTC), lt=datetime(LAST.year + 1, 1, 1, tzinfo=UTC)),
    BeforeValidator(_written_instant),
]


def business_day(day: date) -> date:
    """The same date; ValueError outside what the business can mean."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day} is not between {FIRST} and {LAST}")
    return day
