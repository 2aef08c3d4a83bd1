"""Bytes nobody would send, through every door that reads messages: no crash, no hang, no flood of memory.

    python -m tests.fuzz --minutes 10 --seed 7

Good messages and the corpus are bent, cut, joined and wrapped; any exception but a refusal, any call
longer than 2 s (and 6 s for each megabyte) and any that takes more than 2 GB is a crasher. Each is made as
small as it stays one and kept in tests/crashers (packed), which a test replays. The seed is printed; a
seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import parsers
import translation
from parsers import (
    containers,
    fin_entries,
    fin_stream,
    fin_stream_verdict,
    mx_entries,
    mx_stream,
    mx_stream_verdict,
    spreadsheet,
)
from schemas.mx.compiler import Fault
from schemas.problem import MessageError, Refused
from tests import corpus, mt_samples, mx_samples
from tests.reference import examples

CRASHERS = Path(__file__).parent / "crashers"
SECONDS_MAX = 2.0  # of processor time for one call
SECONDS_EACH_MB = 6.0  # more: a payload of findings alone is told line by line
HANGS_AFTER = 4  # times as long
MEMORY_MAX = 2 << 30
SIZE_MAX = 1_000_000
ITEMS_MAX = 20  # of one payload that are read one by one
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Target = Callable[[bytes], object]


class Slow(BaseException):
    """A call took longer than it may."""


class Crash(NamedTuple):
    """What went wrong and where, which tells one crasher from another."""

    target: str
    kind: str
    place: str
    said: str


def _read(raw: bytes) -> None:
    for tolerates in (frozenset[str](), parsers.TOLERANT):
        message = parsers.read(raw, SCHEMAS(), tolerates=tolerates)
        for value in message:
            _ = (value.place, value.name, value.text, value.value, value.parts, value.line)
            _ = value.column
            message.get(value.place)


def _check(raw: bytes) -> None:
    for tolerates in (frozenset[str](), parsers.TOLERANT):
        parsers.check(raw, SCHEMAS(), tolerates=tolerates)
    parsers.deviations(raw, parsers.TOLERANT)


def _stream(raw: bytes) -> None:
    for chunk in (7, 1 << 18) if len(raw) < 20_000 else (1 << 18,):
        for found in fin_stream.messages(io.BytesIO(raw), chunk):
            if isinstance(found, fin_stream.Message):
                for read in (fin_entries.statement, fin_entries.holdings):
                    for _ in read(found.fields):
                        pass
    for _ in fin_stream_verdict.verdict(io.BytesIO(raw)):
        pass
    _stream_mx(raw)


def _stream_mx(raw: bytes) -> None:
    name = mx_stream.message_id(raw[: mx_stream.HEAD_MAX])
    if name is None or name[:8] not in mx_stream.UNITS:
        return
    decoder = mx_entries.Decoder(SCHEMAS().outline(name))
    for event in mx_stream.events(io.BytesIO(raw), name):
        if not isinstance(event, Fault):
            decoder.values(event.node)
    for _ in mx_stream_verdict.verdict(io.BytesIO(raw), name, SCHEMAS()):
        pass


def _translate(raw: bytes) -> None:
    to = "mt" if parsers.is_xml(parsers.opened(raw)) else "mx"
    translation.translate(raw, to, SCHEMAS(), at=AT)


SCHEMAS = cache(lambda: corpus.schemas(explain=False))
EACH: dict[str, Target] = {
    "read": _read,
    "check": _check,
    "describe": parsers.describe,
    "answer": lambda raw: parsers.answer(raw, SCHEMAS()),
    "translate": _translate,
}
WHOLE: dict[str, Target] = {
    "unpack": lambda raw: list(containers.places(raw, containers.unpack(raw))),
    "stream": _stream,
    "spreadsheet": lambda raw: spreadsheet.read(raw) if raw[:2] == b"PK" else None,
}


def crash_of(payload: bytes, seconds: float = SECONDS_MAX) -> Crash | None:
    """The first thing that goes wrong with a payload; None when it is read or refused in time."""
    for name, target in WHOLE.items():
        if (crash := _called(name, target, payload, seconds)) is not None:
            return crash
    items = [item.body for item in containers.unpack(payload)[:ITEMS_MAX]]
    for raw in dict.fromkeys([payload, *items]):
        for name, target in EACH.items():
            if (crash := _called(name, target, raw, seconds)) is not None:
                return crash
    return None


def _called(name: str, target: Target, raw: bytes, seconds: float) -> Crash | None:
    before = time.process_time()
    seconds += SECONDS_EACH_MB * len(raw) / 1e6
    signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER * seconds)
    try:
        target(raw)
    except (MessageError, Refused):
        pass
    except (Exception, Slow) as wrong:
        frames = traceback.extract_tb(wrong.__traceback__)
        ours = [
            f
            for f in frames
            if "/site-packages/" not in f.filename
            and "/lib/" not in f.filename
            and f.name != "_hangs"
        ]
        last = ours[-1] if ours else frames[-1]
        place = f"{Path(last.filename).parent.name}/{Path(last.filename).name}:{last.name}"
        return Crash(name, type(wrong).__name__, place, str(wrong)[:200])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    taken = time.process_time() - before
    if taken > seconds:
        return Crash(name, "Slow", name, f"{taken:.1f} s for {len(raw)} bytes")
    return None


@cache
def seeds() -> tuple[bytes, ...]:
    """Good messages of every kind, and the corpus where it is there."""
    found = [path.read_bytes() for path in corpus.files()]
    found += mt_samples.SAMPLES.values()
    found += [examples.example(type_).encode() for type_ in examples.MESSAGES]
    found += [
        getattr(mx_samples, name)
        for name in dir(mx_samples)
        if name.isupper() and isinstance(getattr(mx_samples, name), bytes)
    ]
    golden = Path(__file__).parent / "golden"
    found += [p.read_bytes() for p in sorted(golden.rglob("*")) if p.suffix in {".fin", ".xml"}]
    return tuple(raw for raw in found if 0 < len(raw) < 200_000)


def inputs(seed: int) -> Iterator[bytes]:
    """Payloads without end, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        raw = rng.choice(seeds())
        for _ in range(rng.choice((1, 1, 2, 3, 5))):
            raw = rng.choice(MUTATIONS)(rng, raw)
        yield raw[:SIZE_MAX]


def small(seed: int) -> Iterator[bytes]:
    """Those of them that take no time worth speaking of."""
    return (raw for raw in inputs(seed) if len(raw) < 30_000)


def _flip(rng: random.Random, raw: bytes) -> bytes:
    out = bytearray(raw)
    for _ in range(rng.choice((1, 2, 8)) if out else 0):
        out[rng.randrange(len(out))] = rng.choice((rng.randrange(256), *b":-/{}\r\n\x00,.<>&\xff"))
    return bytes(out)


def _cut(rng: random.Random, raw: bytes) -> bytes:
    return (
        raw[: rng.randrange(len(raw) + 1)]
        if rng.random() < 0.7
        else raw[rng.randrange(len(raw) + 1) :]
    )


def _drop(rng: random.Random, raw: bytes) -> bytes:
    start, size = rng.randrange(len(raw) + 1), rng.choice((1, 2, 5, 30, 300))
    return raw[:start] + raw[start + size :]


def _double(rng: random.Random, raw: bytes) -> bytes:
    start, size = rng.randrange(len(raw) + 1), rng.choice((1, 4, 20, 200, 2000))
    return (
        raw[: start + size]
        + raw[start : start + size] * rng.choice((1, 2, 50))
        + raw[start + size :]
    )


def _splice(rng: random.Random, raw: bytes) -> bytes:
    other = rng.choice(seeds())
    return raw[: rng.randrange(len(raw) + 1)] + other[rng.randrange(len(other) + 1) :]


def _lines(rng: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(4)
    if how == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif how == 1:
        lines.insert(i, lines[j])
    elif how == 2:
        del lines[i]
    else:
        lines.insert(i, rng.choice(rng.choice(seeds()).split(b"\n")))
    return b"\n".join(lines)


_MARKS = (
    b"{1:", b"{2:I103", b"{4:\r\n", b"-}", b"{5:{CHK:", b"}", b"{", b"\r\n:20:", b":16R:GENL\r\n", b":16S:",
    b"$", b"\x03", b"\r", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"<", b"</", b"<![CDATA[", b"]]>", b"<!--",
    b"<?xml version='1.0' encoding='UTF-16'?>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;",
    b"&#x10FFFF;", b"N", b",", b"99999999999999999999", b"-1", b"1E400", b"NaN", b"0000-00-00", b"20261332",
    b"\x00", b"\xc3\x28",
)  # fmt: skip


def _mark(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + rng.choice(_MARKS) * rng.choice((1, 1, 1, 3, 1000)) + raw[at:]


def _long(rng: random.Random, raw: bytes) -> bytes:
    at, what = (
        rng.randrange(len(raw) + 1),
        rng.choice((b"A", b"/", b" ", b"0", b"\n", b":", b"-", b"(", b"\t")),
    )
    return raw[:at] + what * rng.choice((100, 3_000, 3_000, 150_000)) + raw[at:]


def _deep(rng: random.Random, raw: bytes) -> bytes:
    depth = rng.choice((50, 255, 300, 5_000, 40_000))
    if raw.lstrip()[:1] == b"<":
        at = raw.find(b">", rng.randrange(len(raw))) + 1
        return raw[:at] + b"<a>" * depth + rng.choice((b"", b"</a>" * depth)) + raw[at:]
    at = raw.find(b"\n", rng.randrange(len(raw) or 1)) + 1
    opened = rng.choice((b":16R:GENL\n", b"{1:", b"{"))
    return raw[:at] + opened * min(depth, SIZE_MAX // len(opened)) + raw[at:]


def _tags(rng: random.Random, raw: bytes) -> bytes:
    """A field made of another tag, or an element of another name."""
    if raw.lstrip()[:1] == b"<":
        names = raw.split(b"<")
        i, j = rng.randrange(len(names)), rng.randrange(len(names))
        names[i] = names[j]
        return b"<".join(names)
    parts = raw.split(b"\n:")
    i = rng.randrange(len(parts))
    tag = rng.choice(sorted(examples.FORMATS)).encode()
    parts[i] = tag + b":" + parts[i].partition(b":")[2]
    return b"\n:".join(parts)


def _encoded(rng: random.Random, raw: bytes) -> bytes:
    text = raw.decode("latin-1")
    codec = rng.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp500", "cp037", "utf-32", "utf-7")
    )
    return text.encode(codec, "replace")


def _ends(rng: random.Random, raw: bytes) -> bytes:
    plain = raw.replace(b"\r\n", b"\n")
    return plain.replace(
        b"\n", rng.choice((b"\r\n", b"\r", b"\r\r\n", b"\n\r", b"\x85", b"\n \n", b""))
    )


def _wrapped(rng: random.Random, raw: bytes) -> bytes:
    how = rng.randrange(7)
    if how == 0:
        return raw + rng.choice((b"$", b"\r\n", b"")) + rng.choice(seeds())
    if how == 1:
        return b"\x01" + raw + b"\x03" + b"\x00" * (512 - len(raw) % 512)
    if how == 2:
        kind = rng.choice((b"MT", b"MX", b"AnyXML", b"File"))
        return (
            b'<DataPDU xmlns="urn:swift:saa:xsd:saa.2.0"><Revision>2.0.13</Revision><Header><Message>'
            b"<Format>" + kind + b"</Format></Message></Header><Body>" + raw + b"</Body></DataPDU>"
        )
    if how == 3:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(rng.choice(("xl/workbook.xml", "a.fin", "[Content_Types].xml")), raw)
        return out.getvalue()
    if how == 4:
        return gzip.compress(raw, mtime=0)
    if how == 5:
        return b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:0}}" + raw
    return b"\x1f" + len(raw).to_bytes(6, "big") + raw


MUTATIONS = (
    _flip, _flip, _cut, _drop, _double, _splice, _splice, _lines, _lines, _mark, _mark, _long, _deep, _tags,
    _tags, _encoded, _ends, _wrapped,
)  # fmt: skip


def smaller(raw: bytes, crash: Crash, seconds: float = 30.0) -> bytes:
    """The payload with everything left out without which it still goes wrong in the same place."""
    until = time.monotonic() + seconds
    size = len(raw) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(raw) and time.monotonic() < until:
            shorter = raw[:at] + raw[at + size :]
            found = crash_of(shorter)
            if found is not None and found[:3] == crash[:3]:
                raw = shorter
            else:
                at += size
        size //= 2
    return raw


def run(seed: int, seconds: float) -> Iterator[tuple[bytes, Crash]]:
    """The payloads that go wrong, one for each place, for so long."""
    known: set[tuple[str, str]] = set()
    until = time.monotonic() + seconds
    for count, raw in enumerate(inputs(seed)):
        if time.monotonic() > until:
            sys.stdout.write(f"{count} payloads\n")
            return
        crash = crash_of(raw)
        if crash is not None and (crash.kind, crash.place) not in known:
            known.add((crash.kind, crash.place))
            yield raw, crash


@contextmanager
def watched() -> Iterator[None]:
    """Calls that take far too long end as crashers while this is open."""
    before = signal.signal(signal.SIGPROF, _hangs)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)


def _hangs(number: int, frame: FrameType | None) -> None:
    raise Slow("far longer than it may")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    chosen = options.parse_args()
    sys.stdout.write(f"seed {chosen.seed}\n")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    wrong = 0
    with watched():
        for raw, crash in run(chosen.seed, chosen.minutes * 60):
            wrong += 1
            _keep(smaller(raw, crash), crash)
    sys.stdout.write(f"{wrong} crashers\n")
    raise SystemExit(1 if wrong else 0)


def _keep(least: bytes, crash: Crash) -> None:
    CRASHERS.mkdir(exist_ok=True)
    file = CRASHERS / f"{crash.target}-{hashlib.sha256(least).hexdigest()[:10]}.gz"
    file.write_bytes(gzip.compress(least, mtime=0))
    sys.stdout.write(f"{file.name} ({len(least)} bytes): {' '.join(crash)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
