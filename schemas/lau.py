"""Local authentication (LAU, DOMAIN 4.10): keys of two halves, HMAC-SHA256, and where it is carried.

A key's secret is never shown: not in a repr, not in a problem, not in a log.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.problem import Problem, Refused

# where the authentication is carried: MDG in block S of a FIN message, a file beside the file with
# the digest of all of it, a Signature in the LAU element of a DataPDU
Adapter = Literal["fin", "file", "xml"]
HALF = 16  # characters of each half; two people each know one
SUFFIX = ".lau"  # of the file beside a file
_HALF = re.compile(rf"[!-~]{{{HALF}}}")


@dataclass(frozen=True, slots=True)
class Key:
    """A shared key by its name, and when it is used: from the first instant, up to the last."""

    name: str  # 'current', 'previous'
    secret: bytes = field(repr=False)
    from_at: datetime | None = None
    until: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether it may be used at this instant."""
        after = self.from_at is None or self.from_at <= at
        return after and (self.until is None or at < self.until)

    def validity(self) -> str:
        """Its name and its time, for people."""
        begins = f" from {self.from_at.isoformat()}" if self.from_at else ""
        ends = f" until {self.until.isoformat()}" if self.until else ""
        return self.name + begins + ends


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one link, the newest first, and how its messages carry the authentication."""

    adapter: Adapter
    keys: tuple[Key, ...]

    def signing(self, at: datetime) -> Key:
        """The key to sign with: the newest that is valid. Refused when none is."""
        for key in self.keys:
            if key.is_valid(at):
                return key
        known = ", ".join(key.validity() for key in self.keys) or "none"
        words = f"no key is valid at {at.isoformat()}; known are: {known}"
        raise Refused("lau", [Problem("LAU", "lau_no_key", words)])


def key(
    name: str,
    left: str,
    right: str,
    from_at: datetime | None = None,
    until: datetime | None = None,
) -> Key:
    """A key put together from its halves; Refused, naming the half, when one is none."""
    problems = [
        Problem(f"{name}.{side}", "lau_half", f"{HALF} visible ASCII characters are needed")
        for side, half in (("left", left), ("right", right))
        if not _HALF.fullmatch(half)
    ]
    if not problems and left == right:
        problems = [Problem(name, "lau_half", "both halves are the same")]
    if from_at is not None and until is not None and from_at >= until:
        problems.append(Problem(name, "lau_validity", "it ends before it begins"))
    if problems:
        raise Refused("lau", problems)
    return Key(name, (left + right).encode(), from_at, until)


def digest(key: Key, *parts: bytes) -> bytes:
    """HMAC-SHA256 over these parts one after another: 32 bytes."""
    mac = hmac.new(key.secret, digestmod="sha256")
    for part in parts:
        mac.update(part)
    return mac.digest()


def matching(keys: Iterable[Key], parts: Iterable[bytes], given: bytes) -> Key | None:
    """The key this digest was made with; every comparison takes the same time."""
    parts = tuple(parts)
    found = None
    for key in keys:
        if hmac.compare_digest(digest(key, *parts), given) and found is None:
            found = key
    return found
