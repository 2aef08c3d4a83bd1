"""Findings: what a validator says about a message, and the rules it says it by, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
Layer = Literal["syntax", "network", "schema", "usage", "business"]
Confidence = Literal["high", "medium", "recall", "low"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule a message can break: what it says, what to do, where it comes from.

    `confidence` is how well the source is known: high where the text was read, medium where a
    sister message's was, recall where it is from memory of the handbook. `nak` is whether a network
    refuses with this code.
    """

    code: str
    applies: str  # to which messages, in words: 'every MT', 'MT540-543'
    layer: Layer
    says: str
    mend: str
    source: str
    confidence: Confidence
    severity: Severity = "error"
    nak: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a message: the rule, where in the bytes, what would be right."""

    rule: str
    severity: Severity
    path: str
    line: int  # of the bytes as they were given, from 1
    column: int
    message: str
    value: str | None
    right: str
    nak: str | None  # what a network would answer: code and line of block 4
    layer: Layer = "syntax"
