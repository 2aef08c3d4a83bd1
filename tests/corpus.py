"""Every message of the corpus read and judged in this process: what it says, by type.

`python -m tests.corpus` prints the table, `--findings` every finding; `--write` puts the table into
docs/corpus.md. The corpus is read in place from ../shared/corpus.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import parsers
from gateway.schema_store import SchemaStore
from parsers import containers
from schemas.finding import Finding
from schemas.mx.compiler import Schemas
from schemas.problem import MessageError

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
PAGE = ROOT / "docs" / "corpus.md"
TEXT = """# The corpus

264 messages that other people wrote, out of the test resources of public projects, read and judged by
Finality: `python -m tests.corpus`. They are read in place and none is copied here. Many are meant to be
wrong: fragments, deviations, old releases. *Read* is read as the standard has it, *mended* only by
tolerant reading, *refused* is neither, each with a reason. *Valid* is read and without a finding that is an
error; a file with findings counts once however many it has. Made by `make docs` where the corpus lies
beside the checkout.

"""
How = Literal["read", "mended", "refused"]


@dataclass(slots=True)
class Outcome:
    """What became of one file: the worst of its messages."""

    file: Path
    type: str
    how: How = "read"
    findings: list[Finding] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return self.how == "read" and not any(f.severity == "error" for f in self.findings)


def files() -> list[Path]:
    """The messages of the corpus, in order."""
    return sorted(p for p in CORPUS.rglob("*.*") if p.suffix in {".fin", ".xml"})


def schemas(*, explain: bool = True) -> Schemas:
    """The installed schemas, each generated once."""
    return Schemas(cache(SchemaStore().load), explain=explain)


def run(paths: Iterable[Path], known: Schemas) -> Iterator[Outcome]:
    """What becomes of each file; any exception but a refusal is a fault of ours and passes."""
    for path in paths:
        outcome = Outcome(path, path.parent.name)
        for item in containers.unpack(path.read_bytes()):
            outcome.findings += parsers.check(item.body, known)
            how = _read(item.body, known)
            outcome.how = max(outcome.how, how, key=("read", "mended", "refused").index)
        yield outcome


def _read(raw: bytes, known: Schemas) -> How:
    how: How = "refused"
    for tolerates, said in ((parsers.TOLERANT, "mended"), (frozenset[str](), "read")):
        try:
            message = parsers.read(raw, known, tolerates=tolerates)
        except MessageError:
            continue
        for value in message:
            _ = value.value, value.parts, value.name, value.line, value.column
        how = "read" if said == "read" else "mended"
    try:
        parsers.describe(raw)
    except MessageError:
        pass
    return how


def table(outcomes: Iterable[Outcome]) -> list[tuple[str, ...]]:
    """A row for each type, most files first, and one for all."""
    kinds: dict[str, list[Outcome]] = {}
    every = list(outcomes)
    for outcome in every:
        kinds.setdefault(outcome.type, []).append(outcome)
    rows = [_row(kind, kinds[kind]) for kind in sorted(kinds, key=lambda k: (-len(kinds[k]), k))]
    return [*rows, _row("all", every)]


def _row(kind: str, found: list[Outcome]) -> tuple[str, ...]:
    how = Counter(outcome.how for outcome in found)
    rules = Counter(rule for o in found for rule in {f.rule for f in o.findings})
    often = max(sorted(rules), key=lambda r: rules[r]) if rules else ""
    said = f"{often} ({rules[often]})" if often else ""
    valid, told = sum(o.valid for o in found), sum(bool(o.findings) for o in found)
    numbers = (len(found), how["read"], how["mended"], how["refused"], valid, told)
    return (kind, *map(str, numbers), said)


HEADS = ("type", "files", "read", "mended", "refused", "valid", "with findings", "most often")


def page(outcomes: Iterable[Outcome]) -> str:
    """docs/corpus.md."""
    rows = [HEADS, ("---", *["---:"] * 6, "---"), *table(outcomes)]
    return TEXT + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main(arguments: list[str]) -> None:
    outcomes = list(run(files(), schemas()))
    if "--write" in arguments:
        PAGE.write_text(page(outcomes), encoding="utf-8")
        return
    if "--findings" in arguments:
        sys.stdout.writelines(_told(o) for o in outcomes if o.findings or o.how != "read")
    rows: list[Any] = [HEADS, *table(outcomes)]
    wide = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, wide, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _told(outcome: Outcome) -> str:
    lines = [f"{outcome.file.relative_to(CORPUS)} {outcome.how}\n"]
    for f in outcome.findings:
        lines.append(f"  {f.line}:{f.column} {f.rule} {f.path}: {f.message} [{f.value}]\n")
    return "".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
