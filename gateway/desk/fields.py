"""A stored message as people read it: its fields with names written out, beside its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from parsers import companions, fin, mx_answers
from schemas.problem import Refused

TEXT_MAX = 200_000
ENVELOPES = frozenset({"DataPDU", "BusinessMessage", "AppHdr"})
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

    @property
    def of_envelope(self) -> bool:
        """Whether it is of the header, trailer or wrapping, not of the message itself."""
        if self.path.startswith("block"):
            return self.path != "block 4"
        steps = self.path.split("/")
        return steps[0] in ENVELOPES and "Document" not in steps


@dataclass(frozen=True, slots=True)
class Pair:
    """What two messages say under one name."""

    name: str
    mine: Named | None
    theirs: Named | None

    @property
    def differs(self) -> bool:
        """Whether both speak of the same thing and mean something else."""
        if self.mine is None or self.theirs is None or self.name not in COMPARED:
            return False
        return _meant(self.mine.value) != _meant(self.theirs.value)


def named(raw: bytes) -> tuple[list[Named], str]:
    """The fields of a message, or none and why it cannot be read."""
    if companions.is_framed(raw):
        name, content = companions.parts(raw)
        return [Named("", "", "File", name, 1), Named("", "", "Says", content, 2)], ""
    try:
        described = mx_answers.describe(raw) if raw.lstrip()[:1] == b"<" else fin.describe(raw)
    except Refused as refused:
        return [], str(refused)
    return [Named(d.path, d.tag, d.name, d.value, d.line) for d in described], ""


def beside(mine: Sequence[Named], theirs: Sequence[Named]) -> list[Pair]:
    """Both messages by name: what both say, what the answer adds, what only we said."""
    ours, others = _numbered(mine), _numbered(theirs)
    return [
        *(Pair(key[0], ours[key], others[key]) for key in ours if key in others),
        *(Pair(key[0], None, others[key]) for key in others if key not in ours),
        *(Pair(key[0], ours[key], None) for key in ours if key not in others),
    ]


def _numbered(fields: Sequence[Named]) -> dict[tuple[str, int], Named]:
    """By name and how often that came before; the envelope is left out."""
    times: Counter[str] = Counter()
    found = {}
    for field in fields:
        if not field.of_envelope:
            name = field.name or field.tag
            found[name, times[name]] = field
            times[name] += 1
    return found


def text(raw: bytes) -> str:
    """The bytes as text; what is no UTF-8 or a control character shows as a substitute."""
    shown = raw[:TEXT_MAX].decode("utf-8", errors="replace").replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else SUBSTITUTE for c in shown)


def _meant(value: str) -> str:
    """Only the first line counts, and the BIC of a head office is its BIC in eight."""
    return value.partition("\n")[0].strip().removesuffix("XXX")
