"""Packed payloads and batch files to single messages: RJE, DOS-PCC, joined FIN or XML.

Nothing is dropped but separators and padding: what is no message comes out as an item of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers import companions

_BLANK = b" \t\r\n\x00\x1a"
_RJE = re.compile(rb"\$[ \t\r\n\x00\x1a]*(?=\{[1-4]:|:[0-9]{2}[A-Z]?:|<|\Z)")
_BETWEEN = re.compile(rb"[ \t\r\n\x00\x1a$]*")
_PCC = re.compile(rb"\x01([^\x01\x03]*)\x03?")
_PROLOG = re.compile(
    rb"\s*(?:<\?[^>]*\?>\s*|<!--(?:(?!-->).)*-->\s*)*<([A-Za-z_][\w.\-:]*)", re.DOTALL
)
_INPUT_HEAD = re.compile(rb"[^{}]*\}\s*\{2:I")


def split(payload: bytes) -> list[bytes]:
    """The messages of a payload in order; an ACK keeps the original that follows it."""
    if companions.is_framed(payload):
        return [payload]
    payload = payload.removeprefix(b"\xef\xbb\xbf")
    if payload.lstrip(_BLANK)[:1] == b"\x01":
        parts: list[bytes] = _PCC.findall(payload)
    elif payload.lstrip(_BLANK)[:1] == b"<":
        parts = list(_documents(payload))
    else:
        parts = [item for part in _RJE.split(payload) for item in _concatenated(part)]
    return [item for part in parts if (item := part.strip(_BLANK))]


def _concatenated(part: bytes) -> Iterator[bytes]:
    """FIN messages without separator, told apart by their block 1."""
    first, *heads = part.split(b"{1:")
    if first.strip(_BLANK) or not heads:
        yield first
    held = b""
    for head in heads:
        message = b"{1:" + head
        if held and _INPUT_HEAD.match(head):
            yield held + message
            held = b""
            continue
        if held:
            yield held
        held = message if head.startswith(b"F21") else b""
        if not held:
            yield message
    if held:
        yield held


def _documents(payload: bytes) -> Iterator[bytes]:
    """XML documents one after another, each to the end of its root element."""
    position = 0
    while position < len(payload):
        end = _end_of_root(payload, position)
        if payload[position:end].lstrip(_BLANK)[:1] != b"<":
            yield from split(payload[position:])
            return
        yield payload[position:end]
        position = skip.end() if (skip := _BETWEEN.match(payload, end)) else end


def _end_of_root(payload: bytes, start: int) -> int:
    """Where the element that begins here ends; the end of the payload if it does not."""
    prolog = _PROLOG.match(payload, start)
    if prolog is None:
        return len(payload)
    tag = re.compile(rb"<(/?)" + re.escape(prolog[1]) + rb"(?=[\s/>])[^<>]*>")
    depth = 0
    for found in tag.finditer(payload, prolog.start(1) - 1):
        if found[1]:
            depth -= 1
        elif not found[0].endswith(b"/>"):
            depth += 1
        if depth <= 0:
            return found.end()
    return len(payload)
