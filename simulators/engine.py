"""What every simulator's engine is: messages in, an agenda, messages out. No I/O here."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Label:
    """Type and reference of a message, as the journal shows them."""

    type: str
    reference: str


@dataclass(frozen=True, slots=True)
class Departure:
    """One message that leaves now; `repeat` says that the same bytes left before."""

    link: str
    raw: bytes
    label: Label
    repeat: bool = False
    keep_text: bool = True  # False where the receiver's own journal keeps it


class Engine(Protocol):
    """A machine of configure, receive, repeat, emit: the same calls give the same bytes."""

    name: str

    def configure(self, seed: int, config: Config) -> None:
        """Take these settings from now on."""
        ...

    def links(self) -> Mapping[str, str]:
        """MQTT topic each link is read from, by link."""
        ...

    def way_out(self, link: str) -> str:
        """MQTT topic this link is written to."""
        ...

    def receive(self, link: str, raw: bytes, now: datetime) -> Label:
        """Take one message that was never seen before; what follows goes on the agenda."""
        ...

    def repeat(self, link: str, label: Label, now: datetime) -> None:
        """The same bytes came again."""
        ...

    def due(self) -> datetime | None:
        """When the agenda's next item is due."""
        ...

    def emit(self, now: datetime) -> list[Departure]:
        """Do all that is due by now, in the order of its due times."""
        ...

    def books(self) -> Mapping[str, Any] | None:
        """The books as they stand, for who compares; None where there are none."""
        ...


Action = Callable[[datetime], None]


class Agenda:
    """What is to be done when: by due time, then by key, then by order of entry."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str, int, Action]] = []
        self._entries = 0

    def add(self, due: datetime, key: str, action: Action) -> None:
        """Call `action(due)` once `due` has come."""
        self._entries += 1
        heapq.heappush(self._heap, (due, key, self._entries, action))

    def due(self) -> datetime | None:
        """The earliest due time."""
        return self._heap[0][0] if self._heap else None

    def run(self, now: datetime) -> None:
        """Do what is due by now, also what that puts on the agenda for now."""
        while self._heap and self._heap[0][0] <= now:
            due, _, _, action = heapq.heappop(self._heap)
            action(due)
