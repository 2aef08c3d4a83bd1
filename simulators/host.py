"""One engine with its journal: replayed at start, written before anything is acknowledged."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulators import packing
from simulators.engine import Config, Departure, Engine, Label
from simulators.journal import Journal, Record, digest, raw_of, text_fields

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class JournalDiffers(Exception):
    """Replaying the journal gave other messages than it holds: it was written by other rules."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to publish, with the journal line that must be marked when it was taken."""

    n: int
    topic: str
    link: str
    raw: bytes


class Host:
    """The durable shell of one engine. All times come from outside."""

    def __init__(self, engine: Engine, folder: Path, seed: int, config: Config) -> None:
        self.engine = engine
        self.name = engine.name
        self.now = EPOCH
        self.received: dict[str, int] = {}
        self.sent: dict[str, int] = {}
        self._folder = folder
        self._seen: dict[str, dict[bytes, Label]] = {}
        self._journal = Journal(folder, engine.name)
        self._books_written: str | None = None
        self._settings: Record = {"seed": seed, "config": json.loads(json.dumps(config))}
        try:
            self.unsent = {parcel.n: parcel for parcel in self._replay()}
        except BaseException:
            self._journal.close()
            raise
        self.topics = {topic: link for link, topic in engine.links().items()}

    # start

    def _replay(self) -> list[Parcel]:
        """Rebuild the engine from the journal; what was not known sent, goes again."""
        marked = self._journal.sent()
        parcels: list[Parcel] = []
        owed: deque[Departure] = deque()
        settings: Record | None = None
        for record in self._journal.records():
            at = datetime.fromisoformat(record["at"])
            self.now = max(self.now, at)
            way = record["dir"]
            if way == "out":
                parcels += self._replayed(record, owed, marked)
                continue
            if way == "config":
                settings = {"seed": record["seed"], "config": record["config"]}
                self.engine.configure(record["seed"], record["config"])
            elif way == "tick":
                owed.extend(self.engine.emit(at))
            elif record.get("repeat"):
                label = Label(record["type"], record["ref"])
                self.engine.repeat(record["link"], label, at)
            else:
                self._note(record["link"], bytes.fromhex(record["sha256"]), record)
                self.engine.receive(record["link"], raw_of(record), at)
        parcels += [self._depart(departure) for departure in owed]
        if settings != self._settings:
            self._journal.add({"at": self.now.isoformat(), "dir": "config", **self._settings})
            self.engine.configure(self._settings["seed"], self._settings["config"])
        self._journal.sync()
        self._write_books()
        return parcels

    def _replayed(self, record: Record, owed: deque[Departure], marked: int) -> list[Parcel]:
        departure = owed.popleft() if owed else None
        if departure is None or digest(departure.raw) != record["sha256"]:
            raise JournalDiffers(f"{self._journal.path.name} line {record['n']}: {record['ref']}")
        self._count(departure)
        if record["n"] <= marked:
            return []
        topic = self.engine.way_out(departure.link)
        return [Parcel(record["n"], topic, departure.link, departure.raw)]

    def _note(self, link: str, key: bytes, record: Mapping[str, Any]) -> None:
        self._seen.setdefault(link, {})[key[:16]] = Label(record["type"], record["ref"])
        self.received[link] = self.received.get(link, 0) + 1

    def _count(self, departure: Departure) -> None:
        if not departure.repeat:
            self.sent[departure.link] = self.sent.get(departure.link, 0) + 1

    # work

    def take(self, payloads: Iterable[tuple[str, bytes]], now: datetime) -> list[Parcel]:
        """Take what came on these topics and do what is due; returns when all of it is on disk."""
        self.now = max(self.now, now)
        at = self.now.isoformat()
        for topic, payload in payloads:
            link = self.topics[topic]
            for raw in packing.split(payload):
                self._take_one(link, raw, at)
        return self.tick(now)

    def _take_one(self, link: str, raw: bytes, at: str) -> None:
        key = digest(raw)
        label = self._seen.get(link, {}).get(bytes.fromhex(key)[:16])
        record: Record = {"at": at, "dir": "in", "link": link, "sha256": key}
        if label is not None:
            self.engine.repeat(link, label, self.now)
            self._journal.add(
                {**record, "ref": label.reference, "type": label.type, "repeat": True}
            )
            return
        label = self.engine.receive(link, raw, self.now)
        record |= {"ref": label.reference, "type": label.type}
        self._note(link, bytes.fromhex(key), record)
        self._journal.add({**record, **text_fields(raw)})

    def tick(self, now: datetime) -> list[Parcel]:
        """Do what is due by now; returns when it is on disk."""
        self.now = max(self.now, now)
        due = self.engine.due()
        parcels: list[Parcel] = []
        if due is not None and due <= self.now:
            self._journal.add({"at": self.now.isoformat(), "dir": "tick"})
            parcels = [self._depart(departure) for departure in self.engine.emit(self.now)]
        self._journal.sync()
        self.unsent |= {parcel.n: parcel for parcel in parcels}
        return parcels

    def _depart(self, departure: Departure) -> Parcel:
        record: Record = {
            "at": self.now.isoformat(),
            "dir": "out",
            "link": departure.link,
            "sha256": digest(departure.raw),
            "ref": departure.label.reference,
            "type": departure.label.type,
        }
        if departure.repeat:
            record["repeat"] = True
        elif departure.keep_text:
            record |= text_fields(departure.raw)
        else:
            record["kept"] = "there"
        self._count(departure)
        n = self._journal.add(record)
        return Parcel(n, self.engine.way_out(departure.link), departure.link, departure.raw)

    def taken(self, numbers: Sequence[int]) -> None:
        """The transport has these; remember up to where nothing is owed."""
        for n in numbers:
            self.unsent.pop(n, None)
        self._journal.mark(next(iter(self.unsent)) - 1 if self.unsent else self._journal.n)

    # rest

    def rest(self) -> None:
        """Nothing is in hand: write the books down for who compares them."""
        self._write_books()

    def report(self, tick: int | None) -> dict[str, Any]:
        """What the driver of the clock wants to know, said when idle."""
        due = self.engine.due()
        return {
            "name": self.name,
            "tick": tick,
            "now": self.now.isoformat(),
            "received": dict(sorted(self.received.items())),
            "sent": dict(sorted(self.sent.items())),
            "next_due": due.isoformat() if due else None,
            "idle": True,
        }

    def _write_books(self) -> None:
        books = self.engine.books()
        if books is None:
            return
        text = json.dumps(books, sort_keys=True)
        if text != self._books_written:
            path = self._folder / f"{self.name}.books.json"
            draft = path.with_suffix(".tmp")
            draft.write_text(text)
            os.replace(draft, path)
            self._books_written = text

    def close(self) -> None:
        """Write the books and close the journal."""
        self._write_books()
        self._journal.close()
