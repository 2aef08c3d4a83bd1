"""The keys of local authentication (LAU): read from the settings once, found by the link that names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

import builders.lau
from gateway.config import LauKey
from schemas.lau import HALF, Adapter, Key, Keys, key
from schemas.problem import Problem, Refused
from schemas.static_rows import LinkRow

ADAPTERS: Mapping[tuple[str, str], Adapter] = {
    ("mqtt", "fin"): "fin",
    ("mqtt", "mx"): "xml",
    ("directory", "fin"): "file",
    ("directory", "mx"): "xml",
}
KeySets = Mapping[str, tuple[Key, ...]]


def load(given: Mapping[str, Sequence[LauKey]]) -> KeySets:
    """The sets of keys by name; Refused, naming the key, when a half cannot be read or is none."""
    return {name: tuple(_keys(name, each)) for name, each in given.items()}


def _keys(name: str, given: Sequence[LauKey]) -> list[Key]:
    found = []
    for number, each in enumerate(given, 1):
        called = f"{name} {number}"
        halves = (
            _half(called, each.left, each.left_file),
            _half(called, each.right, each.right_file),
        )
        found.append(key(called, *halves, each.from_at, each.until))
    return found


def _half(called: str, given: SecretStr | None, file: Path | None) -> str:
    if file is None:
        assert given is not None  # LauKey takes one of the two
        return given.get_secret_value()
    try:
        return file.read_text(encoding="ascii").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        words = f"cannot be read as {HALF} characters of ASCII: {type(error).__name__}"
        raise Refused(
            "lau", [Problem(f"lau_keys {called}", "lau_half", words, str(file))]
        ) from None


def of_link(row: LinkRow | None, sets: KeySets) -> Keys | None:
    """The keys of a link; a set that is not in the settings has none, so that nothing passes."""
    if row is None or row.lau is None:
        return None
    return Keys(ADAPTERS[row.transport, row.format], sets.get(row.lau, ()))


def sign(body: bytes, keys: Keys | None, at: datetime) -> bytes:
    """One message as it leaves; where its file is authenticated as a whole, as it is."""
    if keys is None or keys.adapter == "file":
        return body
    return builders.lau.SIGNERS[keys.adapter](body, keys.signing(at))
