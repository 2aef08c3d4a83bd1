"""Whether a message or file carries the right local authentication (LAU, DOMAIN 4.10).

Looked at before anything is parsed. What has none, or a wrong or a stale one, is refused naming the
keys that were tried, never what they are.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from parsers import encodings, mx
from schemas.lau import Adapter, Key, Keys, matching
from schemas.mx import signature
from schemas.problem import MessageError, Problem

_BLOCK_S = re.compile(rb"\{S:[^{}]*+((?>(?:\{[^{}]*+\}[^{}]*+)*))\}\s*\Z")
_MDG = re.compile(rb"\{MDG:([^{}]*)\}")
_HEX = re.compile(rb"[0-9A-Fa-f]{64}")
DIGEST_BYTES = 32
PLACES: dict[Adapter, str] = {"fin": "block S", "file": "companion file", "xml": "LAU"}


@dataclass(frozen=True, slots=True)
class Verified:
    """The key a message was authenticated with, and whether another is newer by now."""

    key: str
    stale: bool


def verify_fin(raw: bytes, keys: Keys, at: datetime) -> Verified:
    """The key of the MDG tag in block S at the end, over the message before that block."""
    block = _BLOCK_S.search(raw)
    marks = [] if block is None else _MDG.findall(block[1])
    if block is None or not marks:
        raise _missing(keys, "there is no {S:{MDG:...}} at its end")
    if len(marks) > 1:
        raise _malformed("fin", "block S must hold one MDG")
    if not _HEX.fullmatch(marks[0]):
        raise _malformed("fin", "MDG must be 64 hexadecimal digits")
    message = raw[: block.start()].rstrip()
    return _judged(keys, [message], bytes.fromhex(marks[0].decode()), at)


def verify_file(content: bytes, companion: bytes | None, keys: Keys, at: datetime) -> Verified:
    """The key of the digest in the file beside this one, over all of its content."""
    if companion is None or not companion.strip():
        raise _missing(keys, "there is no file of the same name with .lau, or it is empty")
    try:
        given = base64.b64decode(companion.strip(), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if len(given) != DIGEST_BYTES:
        raise _malformed(
            "file", f"it must hold the Base64 of {DIGEST_BYTES} bytes and nothing else"
        )
    return _judged(keys, [content], given, at)


def verify_xml(raw: bytes, keys: Keys, at: datetime) -> Verified:
    """The key of the Signature in the LAU element, over the document without it.

    MessageError too when the bytes are not safe, whole XML.
    """
    root = mx.parse(raw)
    holders = [node for node in root.iter("{*}LAU") if node.getparent() is root]
    found = list(root.iter(f"{{{signature.DSIG}}}Signature"))
    if mx.local(root) != "DataPDU" or not holders or not found:
        raise _missing(keys, "there is no DataPDU with a Signature in its LAU element")
    if len(holders) > 1 or len(found) > 1 or found[0].getparent() is not holders[0]:
        raise _malformed("xml", "one LAU element with one Signature in it")
    info = found[0].find(f"{{{signature.DSIG}}}SignedInfo")
    value = found[0].findtext(f"{{{signature.DSIG}}}SignatureValue") or ""
    try:
        given = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if info is None or len(given) != DIGEST_BYTES:
        raise _malformed("xml", "a SignedInfo and a SignatureValue of HMAC-SHA256 are needed")
    try:
        said = signature.canonical(info)
        _without(found[0])
        expected = signature.signed_info(root)
    except etree.C14NError:
        raise _malformed("xml", "there is no canonical form of this document") from None
    if _forms(info) != _forms(expected):
        raise _malformed(
            "xml", "only an enveloped, exclusive C14N, SHA-256 signature of all is taken"
        )
    if not hmac.compare_digest(_digest_of(info), _digest_of(expected)):
        tried = _tried(keys, at)
        raise _refused("xml", "lau_wrong", f"the document is not the one that was signed; {tried}")
    return _judged(keys, [said], given, at)


def verify(raw: bytes, keys: Keys, at: datetime, companion: bytes | None = None) -> Verified:
    """The key these bytes were authenticated with, by the link's adapter; MessageError if by none."""
    match keys.adapter:
        case "fin":
            return verify_fin(encodings.plain(raw), keys, at)
        case "xml":
            return verify_xml(raw, keys, at)
        case "file":
            return verify_file(raw, companion, keys, at)


def _judged(keys: Keys, parts: Sequence[bytes], given: bytes, at: datetime) -> Verified:
    key = matching(keys.keys, parts, given)
    place = keys.adapter
    if key is None:
        words = f"it was made with none of the keys, or something was changed; {_tried(keys, at)}"
        raise _refused(place, "lau_wrong", words)
    if not key.is_valid(at):
        words = (
            f"it was made with the key {key.validity()}, which is not in use at {at.isoformat()}"
        )
        raise _refused(place, "lau_stale", words)
    newest = next(each for each in keys.keys if each.is_valid(at))
    return Verified(key.name, key is not newest)


def _tried(keys: Keys, at: datetime) -> str:
    names = [_shown(key, at) for key in keys.keys]
    return f"tried: {', '.join(names) or 'no key is known for this link'}"


def _shown(key: Key, at: datetime) -> str:
    return key.validity() + ("" if key.is_valid(at) else " (not in use now)")


def _missing(keys: Keys, words: str) -> MessageError:
    told = "this link takes only what is authenticated"
    return _refused(keys.adapter, "lau_missing", f"{words}; {told}")


def _malformed(adapter: Adapter, words: str) -> MessageError:
    return _refused(adapter, "lau_malformed", words)


def _refused(adapter: Adapter, rule: str, words: str) -> MessageError:
    return MessageError("lau", [Problem(PLACES[adapter], rule, words)])


def _without(node: etree._Element) -> None:
    """Take an element out of its document; what follows it stays."""
    parent, before = node.getparent(), node.getprevious()
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _forms(info: etree._Element) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Every element of a SignedInfo with its attributes: all but the digest itself."""
    return [
        (str(node.tag), tuple((str(k), str(v)) for k, v in node.attrib.items()))
        for node in info.iter("*")
    ]


def _digest_of(info: etree._Element) -> bytes:
    value = info.findtext(f".//{{{signature.DSIG}}}DigestValue") or ""
    return "".join(value.split()).encode()
