"""FIN text as the network and its correspondents read and write it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

_BLOCKS = re.compile(
    r"\{1:(?P<basic>[^{}]*)\}\{2:(?P<application>[^{}]*)\}"
    r"(?:\{3:(?P<user>(?:\{[^{}]*\})*)\})?"
    r"\{4:(?P<text>.*?)-\}"
    r"(?:\{5:(?P<trailer>(?:\{[^{}]*\})*)\})?(?:\{S:(?:\{[^{}]*\})*\})?",
    re.DOTALL,
)
_TAGGED = re.compile(r"\{([0-9A-Z]{3}):([^{}]*)\}")
_PDE = re.compile(r"\{PDE:[^{}]*\}")
_MUR = re.compile(r"\{108:([^{}]*)\}")


class Broken(Exception):
    """The bytes are not one FIN user message."""


class Field(NamedTuple):
    """One field of block 4, its line counted from 1 behind `{4:`."""

    tag: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Fin:
    """The blocks of one message, undigested."""

    basic: str
    application: str
    user: str
    text: str  # between `{4:` and `-}`
    trailer: str

    @property
    def type(self) -> str:
        """The message type, e.g. 541."""
        return self.application[1:4]

    @property
    def sender(self) -> str:
        """BIC8 of the sending terminal."""
        if self.application.startswith("O"):
            return self.application[14:22]
        return self.basic[3:11]

    @property
    def receiver(self) -> str:
        """BIC8 of the receiving terminal."""
        if self.application.startswith("I"):
            return self.application[4:12]
        return self.basic[3:11]

    @property
    def mur(self) -> str | None:
        """108 of block 3."""
        found = _MUR.search(self.user)
        return found.group(1) if found else None

    def user_tags(self) -> list[tuple[str, str]]:
        """The tags of block 3 in order."""
        return _TAGGED.findall(self.user)

    @property
    def marked_duplicate(self) -> bool:
        """Whether the sender or the network says that this may be a repeat."""
        return "{PDE:" in self.trailer or "{PDM:" in self.trailer


def read(raw: bytes) -> Fin:
    """The blocks, or Broken."""
    text = raw.decode("latin-1")
    found = _BLOCKS.fullmatch(text)
    if found is None:
        raise Broken("not a FIN message")
    return Fin(
        found["basic"],
        found["application"],
        found["user"] or "",
        found["text"],
        found["trailer"] or "",
    )


def fields(text: str) -> list[Field]:
    """The fields of block 4, with their continuation lines; Broken when none begins it."""
    parts = text.replace("\r\n", "\n").split("\n:")
    if len(parts) < 2 or parts[0] or not parts[-1].endswith("\n"):
        raise Broken("block 4 does not begin with a field and end with a line break")
    parts[-1] = parts[-1][:-1]
    found: list[Field] = []
    line = 1
    for part in parts[1:]:
        tag, _, value = part.partition(":")
        found.append(Field(tag, value, line))
        line += part.count("\n") + 1
    return found


@lru_cache(maxsize=64)
def terminal(bic: str, letter: str = "A") -> str:
    """The logical terminal of a BIC: its letter at position 9, branch XXX by default."""
    return bic[:8] + letter + (bic[8:11] or "XXX")


@lru_cache(maxsize=4096)
def _local(at: datetime, zone: tzinfo) -> tuple[str, str]:
    there = at.astimezone(zone)
    return f"{there:%y%m%d}", f"{there:%H%M}"


def acknowledgement(
    bic: str, serial: str, at: datetime, zone: tzinfo, mur: str | None, nak: str | None = None
) -> bytes:
    """The network's F21: 451:0, or 451:1 with its code and line."""
    day, time = _local(at.replace(second=0, microsecond=0), zone)
    verdict = "{451:0}" if nak is None else f"{{451:1}}{{405:{nak}}}"
    echo = f"{{108:{mur}}}" if mur else ""
    text = f"{{1:F21{terminal(bic)}{serial}}}{{4:{{177:{day}{time}}}{verdict}{echo}}}"
    return text.encode("latin-1")


def input_message(sender: str, receiver: str, type_: str, mur: str, lines: list[str]) -> bytes:
    """A message as its sender hands it to the network."""
    body = "\r\n".join(lines)
    return (
        f"{{1:F01{terminal(sender)}0000000000}}{{2:I{type_}{terminal(receiver, 'X')}N}}"
        f"{{3:{{108:{mur}}}}}{{4:\r\n{body}\r\n-}}"
    ).encode("latin-1")


def output_message(
    message: Fin,
    osn: str,
    isn: str,
    at: datetime,
    zones: tuple[tzinfo, tzinfo],
    duplicate: str = "",
) -> bytes:
    """The same message as the network hands it out: output header with MIR, checksum, TNG."""
    day_in, time_in = _local(at.replace(second=0, microsecond=0), zones[0])
    day_out, time_out = _local(at.replace(second=0, microsecond=0), zones[1])
    mir = f"{day_in}{terminal(message.sender)}{isn}"
    checksum = hashlib.blake2b(message.text.encode("latin-1"), digest_size=6).hexdigest().upper()
    pde = "".join(_PDE.findall(message.trailer)) if message.trailer else ""
    user = f"{{3:{message.user}}}" if message.user else ""
    return (
        f"{{1:F01{terminal(message.receiver)}{osn}}}"
        f"{{2:O{message.type}{time_in}{mir}{day_out}{time_out}N}}{user}{{4:{message.text}-}}"
        f"{{5:{{CHK:{checksum}}}{{TNG:}}{pde}{duplicate}}}"
    ).encode("latin-1")
