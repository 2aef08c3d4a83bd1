"""Dates the business can mean. What lies outside is a slip of the finger, and would end elsewhere:

PostgreSQL's driver reads the first and last date of the calendar as minus and plus infinity, and
a time near either end cannot be told in another zone.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

FIRST = date(1900, 1, 1)
LAST = date(2199, 12, 31)
BusinessDay = Annotated[date, Field(ge=FIRST, le=LAST)]


def business_day(day: date) -> date:
    """The same date; ValueError outside what the business can mean."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day} is not between {FIRST} and {LAST}")
    return day
