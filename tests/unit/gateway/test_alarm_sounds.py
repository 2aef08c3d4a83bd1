"""When an alarm is quiet and when it sounds again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.alarms import sounds, state

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
NEW: dict[str, Any] = {
    "rule": "unsent",  # red from 100 messages on
    "weight": Decimal(10),
    "quiet_weight": None,
    "acknowledged_at": None,
    "muted_until": None,
    "cleared_at": None,
}
KNOWN = NEW | {"acknowledged_at": NOW, "quiet_weight": Decimal(10)}
MUTED = NEW | {"muted_until": NOW + timedelta(hours=1), "quiet_weight": Decimal(10)}


@pytest.mark.parametrize(
    "row, now, stands",
    [
        (NEW, NOW, "sounding"),
        (KNOWN, NOW, "acknowledged"),
        (MUTED, NOW, "muted"),
        (KNOWN | {"weight": Decimal(19)}, NOW, "acknowledged"),
        (KNOWN | {"weight": Decimal(20)}, NOW, "sounding"),
        (MUTED | {"weight": Decimal(20)}, NOW, "sounding"),
        (MUTED, NOW + timedelta(minutes=59), "muted"),
        (MUTED, NOW + timedelta(hours=1), "sounding"),
        (KNOWN | {"quiet_weight": Decimal(90), "weight": Decimal(99)}, NOW, "acknowledged"),
        (KNOWN | {"quiet_weight": Decimal(90), "weight": Decimal(100)}, NOW, "sounding"),  # red
        (KNOWN | {"quiet_weight": Decimal(110), "weight": Decimal(120)}, NOW, "acknowledged"),
        (NEW | {"cleared_at": NOW}, NOW, "cleared"),
    ],
)
def test_what_was_made_quiet_sounds_again_when_worse_or_its_time_is_over(
    row: dict[str, Any], now: datetime, stands: str
) -> None:
    assert state(row, now) == stands
    assert sounds(row, now) == (stands == "sounding")
