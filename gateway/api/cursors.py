"""Opaque tokens: where a list goes on, and a place in the log as a position per lane."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas.problem import Problem, Refused
from store.leases import LANES

SEQ_MAX = 2**63 - 1


def write_cursor(values: Sequence[str | int]) -> str:
    """The token of a list's last row."""
    return _encode(json.dumps(list(values), separators=(",", ":")).encode())


def read_cursor(token: str, kinds: Sequence[Callable[[object], Any]]) -> list[Any]:
    """The values of such a token, each of its kind; Refused when it is not one of ours."""
    try:
        values = json.loads(_decode(token))
        if not isinstance(values, list):
            raise ValueError("not a list")
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, RecursionError):
        raise _refused("cursor", token) from None


def number(value: object, most: int = SEQ_MAX) -> int:
    """A row's number, as the database can hold it."""
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("not a number of a row")
    return value


def lane(value: object) -> int:
    """A lane's number."""
    return number(value, LANES - 1)


def word(value: object) -> str:
    """A text the database can hold."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    return value


def identifier(value: object) -> UUID:
    """An instruction's identifier."""
    return UUID(word(value))


def write_place(positions: Mapping[int, int]) -> str:
    """The token of a place in the log: lane and position of every lane that has one."""
    numbers = (n for lane, seq in sorted(positions.items()) if seq for n in (lane, seq))
    return _encode(b"\x01" + b"".join(map(_varint, numbers)))


def read_place(token: str) -> dict[int, int]:
    """The position per lane of such a token; Refused when it is not one of ours."""
    try:
        numbers = _varints(_decode(token))
        positions = dict(zip(numbers[::2], numbers[1::2], strict=True))
    except ValueError as error:
        raise _refused("after", token) from error
    if any(lane >= LANES or seq > SEQ_MAX for lane, seq in positions.items()):
        raise _refused("after", token)
    return positions


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _varints(data: bytes) -> list[int]:
    if data[:1] != b"\x01":
        raise ValueError("an unknown kind of token")
    numbers, shift, number = [], 0, 0
    for byte in data[1:]:
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise ValueError("a number too long")
        if not byte & 0x80:
            numbers.append(number)
            shift = number = 0
    if shift:
        raise ValueError("cut short")
    return numbers


def _refused(path: str, token: str) -> Refused:
    return Refused("query", [Problem(path, "token", "not a token that was given here", token[:60])])
