"""The only place that knows what time it is. Business time is the clock's; waits use the real one."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg.pgproto.pgproto import UUID as DatabaseUUID


class Clock(Protocol):
    """Business time."""

    virtual: bool

    def now(self) -> datetime:
        """The business instant, UTC."""
        ...


class RealClock:
    """Business time is real time."""

    virtual = False

    def now(self) -> datetime:
        """The instant, UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """Business time stands still until its driver moves it; it never goes back."""

    virtual = True

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The virtual instant, UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move forward; ValueError on a step back."""
        if now < self._now:
            raise ValueError(f"the clock stands at {self._now}, it cannot go back to {now}")
        self._now = now


def real_now() -> datetime:
    """Real time, for what is about people and machines: sessions, keys, leases."""
    return datetime.now(UTC)


def business_date(now: datetime, zone: str) -> date:
    """The calendar date of this instant in the zone of the business."""
    return now.astimezone(ZoneInfo(zone)).date()


def new_id(now: datetime) -> UUID:
    """A UUID version 7: ordered by time, random below the millisecond."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (noise >> 68 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    made: UUID = DatabaseUUID(
        value.to_bytes(16, "big")
    )  # as rows carry it: a UUID, ten times as quick
    return made
