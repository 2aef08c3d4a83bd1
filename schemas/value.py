"""A value of a message as a program wants it: typed, as text, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from schemas.money import Money


@dataclass(frozen=True, slots=True)
class Party:
    """Who: by BIC, by a code in a scheme, or by name and address lines; and their account."""

    bic: str = ""
    account: str = ""
    lines: tuple[str, ...] = ()
    scheme: str = ""
    id: str = ""


Typed = str | Decimal | date | datetime | time | bool | Money | Party


class Value(Protocol):
    """One value of a message.

    `place` is its path: blocks, tag and qualifier of a FIN field (`SETDET/AMT/19A SETT`), the
    numbered path of an ISO 20022 element. `parts` are the components of a FIN field by their names
    in the field table, or the attributes of an element. `line` and `column` are those of the bytes
    that were read, from 1.
    """

    @property
    def place(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def value(self) -> Typed: ...
    @property
    def parts(self) -> Mapping[str, Typed]: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
