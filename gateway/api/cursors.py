"""Opaque tokens: where a list goes on, and a place in the log as a position per lane."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence

from schemas.problem import Problem, Refused
from store.leases import LANES

SEQ_MAX = 2**63 - 1


def write_cursor(values: Sequence[str | int]) -> str:
    """The token of a list's last row."""
    return _encode(json.dumps(list(values), separators=(",", ":")).encode())


def read_cursor(token: str, types: Sequence[type]) -> list[str | int]:
    """The values of such a token; Refused when it is not one of ours."""
    try:
        values = json.loads(_decode(token))
    except ValueError:
        values = None
    if not isinstance(values, list) or [type(v) for v in values] != list(types):
        raise _refused("cursor", token)
    return values


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
