"""A value of a message as a program wants it: typed, as text, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, Protocol

from schemas.money import Money


@dataclass(frozen=True, slots=True)
class Party:
    """Who: by BIC, by a code in a scheme, or by name and address lines; and their account."""

    bic: str = ""
    account: str = ""
    lines: tuple[str, ...] = ()
    scheme: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Narrative:
    """What is told of one entry; what it does not say is empty.

    `parts` are the numbered or named parts as they came, those of one name joined by a blank.
    """

    kind: Literal["numbered", "named", "text"]
    text: str  # the whole, its lines joined
    transaction_code: str = ""  # of the German banks, three digits
    booking_text: str = ""
    purpose: str = ""
    end_to_end: str = ""
    mandate: str = ""
    creditor: str = ""
    name: str = ""  # of the other side
    account: str = ""
    bank: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


Typed = str | Decimal | date | datetime | time | bool | Money | Party | Narrative


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
