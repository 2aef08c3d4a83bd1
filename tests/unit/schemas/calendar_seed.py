"""Makes schemas/codes/calendars.csv from the holidays library; run it to extend the years.

python tests/unit/schemas/calendar_seed.py > schemas/codes/calendars.csv
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from datetime import date

import holidays

YEARS = range(2024, 2029)
COLUMNS = ("calendar", "on", "kind", "closes_at", "name", "source")
Line = tuple[str, str, str, str, str, str]

PUBLISHED = {"NYSE": "XNYS", "SIFMA": "XSIF", "FED": "XFED", "TARGET": "XECB", "LSE": "XLON"}
_CLOSES = re.compile(r" \(markets close at (\d+):(\d\d)pm\)$")


def table() -> list[Line]:
    """Every seed calendar's weekday closings and early closes, by calendar and date."""
    published = [line for name, code in PUBLISHED.items() for line in _published(name, code)]
    return sorted([*published, *_dtc(), *_t2s(), *_euroclear()])


def _published(name: str, code: str) -> Iterator[Line]:
    source = f"holidays {code}"
    for on, words in _weekdays(code, "public"):
        yield name, on.isoformat(), "closed", "", words, source
    if "half_day" not in _calendar(code, "public").supported_categories:
        return
    for on, words in _weekdays(code, "half_day"):
        hour, minute = _CLOSES.search(words).groups()
        closes_at = f"{int(hour) % 12 + 12:02d}:{minute}"
        yield name, on.isoformat(), "early", closes_at, _CLOSES.sub("", words), source


def _dtc() -> Iterator[Line]:
    """No settlement when the exchange is closed, nor when the Fed moves no cash (DOMAIN 1.3)."""
    closed = dict(_weekdays("XFED", "public")) | dict(_weekdays("XNYS", "public"))
    for on, words in closed.items():
        yield "DTC", on.isoformat(), "closed", "", words, "holidays XNYS and XFED"


def _t2s() -> Iterator[Line]:
    for on, words in _weekdays("XECB", "public"):
        yield "T2S", on.isoformat(), "closed", "", words, "holidays XECB, as TARGET"


def _euroclear() -> Iterator[Line]:
    for year in YEARS:
        for on, words in ((date(year, 1, 1), "New Year's Day"), (date(year, 12, 25), "Christmas")):
            if on.weekday() < 5:
                yield "EUROCLEAR", on.isoformat(), "closed", "", words, "rule: 1 Jan and 25 Dec"


def _weekdays(code: str, category: str) -> list[tuple[date, str]]:
    return [(on, words) for on, words in _calendar(code, category).items() if on.weekday() < 5]


def _calendar(code: str, category: str) -> holidays.HolidayBase:
    return holidays.financial_holidays(code, years=YEARS, categories=(category,))


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table())
