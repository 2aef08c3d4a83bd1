"""What the gateway counts, for Prometheus; several worker processes count into shared files."""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

_BUCKETS = tuple(
    n / 1000
    for n in (
        1,
        2,
        5,
        10,
        15,
        20,
        30,
        40,
        50,
        75,
        100,
        150,
        200,
        250,
        300,
        400,
        500,
        1000,
        2500,
        5000,
    )
)


SHARED = "PROMETHEUS_MULTIPROC_DIR"


def folder(data: Path) -> Path:
    """Where the workers of one installation count."""
    return data / "metrics"


def share(shared: Path, worker: int) -> None:
    """Count beside the other workers from here on: before the first metric is made.

    A worker that is started again goes on in its own files, so no counter ever falls.
    """
    os.environ[SHARED] = str(shared)
    values.ValueClass = values.MultiProcessValue(lambda: worker)  # type: ignore[no-untyped-call]


class Metrics:
    """One registry per gateway, so that several in one test process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._items = Counter(
            "finality_items", "Items worked in lane transactions", registry=self.registry
        )
        self._batches = Histogram(
            "finality_batch_seconds", "Lane transactions", buckets=_BUCKETS, registry=self.registry
        )
        self._received = Counter(
            "finality_messages_received", "Inbound messages", ["link"], registry=self.registry
        )
        self._repeats = Counter(
            "finality_messages_repeated", "Inbound repeats", ["link"], registry=self.registry
        )
        self._sent = Counter(
            "finality_messages_sent", "Outbound messages", ["link"], registry=self.registry
        )
        self._refused = Counter(
            "finality_overloaded", "Requests answered 503", registry=self.registry
        )
        self.latency = Histogram(
            "finality_answer_seconds",
            "From the receipt of an answer to its books",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.sink_lag = Gauge(
            "finality_sink_lag_seconds",
            "How far the status sink is behind the log, in business time",
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self._alarms = Gauge(
            "finality_alarms",
            "Alarms that sound, by how bad; told by the process that watches",
            ["tone"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.queue = Gauge(
            "finality_queue",
            "Items waiting in the lanes",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def batch(self, items: int, seconds: float) -> None:
        self._items.inc(items)
        self._batches.observe(seconds)

    def received(self, link: str, messages: int, repeats: int) -> None:
        self._received.labels(link).inc(messages)
        self._repeats.labels(link).inc(repeats)

    def sent(self, link: str, messages: int) -> None:
        self._sent.labels(link).inc(messages)

    def alarms(self, red: int, amber: int) -> None:
        self._alarms.labels("late").set(red)
        self._alarms.labels("near").set(amber)

    def refused(self) -> None:
        self._refused.inc()

    def text(self) -> bytes:
        """The exposition format, of all workers where there are several."""
        if not values.ValueClass._multiprocess:
            return generate_latest(self.registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)
