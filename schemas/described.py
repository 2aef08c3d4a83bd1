"""One line of a message with its field name written out, for people to read; never parsed again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """A value of a message: where it stands, its tag or element, its name in words, its line."""

    path: str
    tag: str
    name: str
    value: str
    line: int
