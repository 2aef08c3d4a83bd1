"""The receipt of a translation: every element of the source is told for, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["kept", "converted", "truncated", "defaulted", "dropped"]
OUTCOMES: tuple[Outcome, ...] = ("kept", "converted", "truncated", "defaulted", "dropped")


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one element.

    `kept`: the same characters stand in the target. `converted`: the same meaning in another form.
    `truncated`: part of it stands there, `words` say what is lost. `dropped`: none of it, `words`
    say why. `defaulted`: the target needs what the source does not say; such an entry has no
    source, all others have one.
    """

    outcome: Outcome
    source: str  # path in the source; '' for what was defaulted
    value: str  # of the source
    target: str  # path in the target; '' for what was dropped
    words: str = ""
    line: int = 0  # of the source's block 4 or document, 0 where it has none


@dataclass(frozen=True, slots=True)
class Receipt:
    """All entries, and how many elements the source had when they were counted on their own."""

    entries: tuple[Entry, ...]
    elements: int

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many entries there are of each outcome, none left out."""
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def adds_up(self) -> bool:
        """Whether each element of the source has exactly one entry."""
        return sum(1 for entry in self.entries if entry.source) == self.elements

    @property
    def losses(self) -> tuple[Entry, ...]:
        """What did not come through whole."""
        return tuple(e for e in self.entries if e.outcome in ("truncated", "dropped"))
