"""Chance that depends only on the seed and the question, so that interleaving changes nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping


def _digest(seed: int, parts: tuple[str, ...]) -> int:
    text = f"{seed}\x1f" + "\x1f".join(parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")


def draw(seed: int, *parts: str) -> float:
    """A number in [0, 1) for this seed and this step."""
    return (_digest(seed, parts) >> 64) / 2**64


def between(low: float, high: float, seed: int, *parts: str) -> float:
    """A number in [low, high) for this seed and this step."""
    return low + (high - low) * draw(seed, *parts)


def outcome(rates: Mapping[str, float], otherwise: str, seed: int, *parts: str) -> str:
    """The name whose share of [0, 1) the draw falls into."""
    rest = draw(seed, *parts)
    for name, rate in rates.items():
        if rest < rate:
            return name
        rest -= rate
    return otherwise


def reference(length: int, seed: int, *parts: str) -> str:
    """A reference of upper-case letters and digits (26 at most) from the seed and the step."""
    return base64.b32encode(_digest(seed, parts).to_bytes(16, "big")).decode()[:length]
