"""Problems with someone's input, as values: all of them at once, each with path, rule and value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it stands, the rule it breaks, the value found, and what to do about it."""

    path: str
    rule: str
    message: str
    value: str | None = None


class Refused(Exception):
    """An input that cannot be taken, with every reason; `code` is stable and machine readable."""

    def __init__(self, code: str, problems: Iterable[Problem] = ()) -> None:
        self.code = code
        self.problems = tuple(problems)
        super().__init__(f"{code}: " + "; ".join(f"{p.path}: {p.message}" for p in self.problems))


class MessageError(Refused):
    """A message that cannot be read or must not be sent."""
