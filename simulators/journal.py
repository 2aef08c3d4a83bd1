"""The journal of one simulator: an append-only file of JSON lines, fsynced per batch.

One record a line; `n` numbers the lines, `at` is the simulator's own time (UTC, ISO 8601).
  {n, at, dir: "config", seed, config}                 the settings from here on
  {n, at, dir: "in", link, sha256, ref, type, text}    came, and was not seen before
  {n, at, dir: "in", link, sha256, ref, type, repeat: true}    the same bytes again
  {n, at, dir: "tick"}                                 the agenda was worked up to `at`
  {n, at, dir: "out", link, sha256, ref, type, text}   left, once or more often

`sha256` is over the message's bytes alone, unpacked. `text` is UTF-8, or latin-1 where "encoding"
says so; an `out` with "kept": "there" has none, for the receiver's own journal has it. An `out`
with "repeat": true carries bytes that left before. Each `out` follows from the config, in and tick
records before it, so a torn tail loses nothing that was acknowledged. Beside `NAME.jsonl` stands
`NAME.sent`: the line up to which every `out` was taken by the transport.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

Record = dict[str, Any]
TAKE_SECONDS = 5.0
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Journal:
    """Appends records in memory, writes and fsyncs them together."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.jsonl"
        self._marks = folder / f"{name}.sent"
        self.n = 0
        self._waiting: list[str] = []
        self._file = self.path.open("ab", buffering=0)
        self._take_alone()
        self._cut_torn_line()
        self._mark_file = self._marks.open("ab", buffering=0)

    def _take_alone(self) -> None:
        """One writer a journal: an earlier process gets a few seconds to go."""
        end = time.monotonic() + TAKE_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                if time.monotonic() > end:
                    raise SystemExit(f"{self.path} is written by another simulator") from None
                time.sleep(0.05)

    def _cut_torn_line(self) -> None:
        """A write that did not end in a newline was never acknowledged to anybody."""
        if not self.path.exists():
            return
        with self.path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            end = size
            while end:
                start = max(0, end - 65_536)
                file.seek(start)
                found = file.read(end - start).rfind(b"\n")
                if found >= 0:
                    end = start + found + 1
                    break
                end = start
            if end < size:
                file.truncate(end)

    def records(self) -> Iterator[Record]:
        """What stands in the file, from the beginning; the next `n` follows its last."""
        with self.path.open("rb") as file:
            for line in file:
                record: Record = json.loads(line)
                self.n = record["n"]
                yield record

    def sent(self) -> int:
        """Line number up to which everything was taken by the transport."""
        lines = self._marks.read_bytes().split(b"\n")[:-1]
        return max((int(line) for line in lines if line.isdigit()), default=0)

    def add(self, record: Record) -> int:
        """Number this record and keep it for the next `sync`."""
        self.n += 1
        self._waiting.append(_encode({"n": self.n, **record}))
        return self.n

    def sync(self) -> None:
        """Write what was added and return when the disk has it."""
        if self._waiting:
            data = memoryview(("\n".join(self._waiting) + "\n").encode())
            while data:
                data = data[self._file.write(data) :]
            os.fdatasync(self._file.fileno())
            self._waiting.clear()

    def mark(self, n: int) -> None:
        """Everything up to line `n` was taken. Lost marks only cause repeats, so no fsync."""
        self._mark_file.write(b"%d\n" % n)

    def close(self) -> None:
        """Sync and close, once or more often."""
        if self._file.closed:
            return
        self.sync()
        self._file.close()
        self._mark_file.close()


def digest(raw: bytes) -> str:
    """SHA-256 of a message's bytes, in hex."""
    return sha256(raw).hexdigest()


def text_fields(raw: bytes) -> Record:
    """The message as the journal shows it."""
    try:
        return {"text": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": raw.decode("latin-1"), "encoding": "latin-1"}


def raw_of(record: Record) -> bytes:
    """The bytes of a record that `text_fields` wrote."""
    text: str = record["text"]
    return text.encode(record.get("encoding", "utf-8"))
