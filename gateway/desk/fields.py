"""A stored message as people read it: its fields with names written out, beside its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers import fin, mx_answers
from schemas.problem import Refused

TEXT_MAX = 200_000
SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
# what both sides must say alike; references, functions and times differ by nature
COMPARED = frozenset(
    {
        "Settlement date",
        "Trade date",
        "Deal price",
        "Deal amount",
        "Instrument",
        "Quantity to settle",
        "Safekeeping account",
        "Cash account",
        "Settlement amount",
        "Place of settlement",
        "Receive or deliver",
        "Against payment or free",
    }
)


@dataclass(frozen=True, slots=True)
class Named:
    """One field: its tag, what it is called, what it says, and its line in the text."""

    path: str
    tag: str
    name: str
    value: str
    line: int | None
    other: str | None = None  # what the message beside it says, where that differs


def named(raw: bytes) -> tuple[list[Named], str]:
    """The fields of a message, or none and why it cannot be read."""
    try:
        described = mx_answers.describe(raw) if raw.lstrip()[:1] == b"<" else fin.describe(raw)
    except Refused as refused:
        return [], str(refused)
    return [Named(d.path, d.tag, d.name, d.value, d.line) for d in described], ""


def beside(mine: Sequence[Named], theirs: Sequence[Named]) -> list[Named]:
    """Our fields, each with what the other message says of the same thing where it differs."""
    said = {field.name: field.value for field in reversed(theirs) if field.name in COMPARED}
    return [
        replace(f, other=said[f.name]) if f.name in said and _differ(f.value, said[f.name]) else f
        for f in mine
    ]


def text(raw: bytes) -> str:
    """The bytes as text; what is no UTF-8 or a control character shows as a substitute."""
    shown = raw[:TEXT_MAX].decode("utf-8", errors="replace").replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else SUBSTITUTE for c in shown)


def _differ(one: str, other: str) -> bool:
    return _meant(one) != _meant(other)


def _meant(value: str) -> str:
    """Only the first line counts, and the BIC of a head office is its BIC in eight."""
    return value.partition("\n")[0].strip().removesuffix("XXX")
