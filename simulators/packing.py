"""One payload, many messages: FIN with `$` between, DataPDUs one behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

PAYLOAD_BYTES_MAX = 200_000
_END_OF_PDU = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?DataPDU\s*>")


def split(payload: bytes) -> list[bytes]:
    """The single messages, byte for byte; what is neither stays one item."""
    stripped = payload.strip()
    if stripped.startswith(b"<"):
        return list(_pdus(payload))
    return [item for part in payload.split(b"$") if (item := part.strip())]


def _pdus(payload: bytes) -> Iterator[bytes]:
    start = 0
    for found in _END_OF_PDU.finditer(payload):
        yield payload[start : found.end()].strip()
        start = found.end()
    if rest := payload[start:].strip():
        yield rest


def groups(sizes: Iterable[int]) -> Iterator[int]:
    """How many of the next messages go into each payload; one alone may exceed the bound."""
    count = total = 0
    for size in sizes:
        if count and total + size + 1 > PAYLOAD_BYTES_MAX:
            yield count
            count = total = 0
        count += 1
        total += size + 1
    if count:
        yield count


def join(raws: Sequence[bytes]) -> bytes:
    """One payload of these messages."""
    return (b"" if raws[0].lstrip().startswith(b"<") else b"$").join(raws)
