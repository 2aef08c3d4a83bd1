"""The FIN message in a DataPDU (XMLv2, DOMAIN 4.9): its text from the Body, its headers from the header.

The interface carries block 4, or the whole message, as Base64 or as text. What stands in the
envelope is said in the FIN blocks it would have, so that one engine reads both.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from parsers import findings, mx
from schemas.finding import Finding
from schemas.identifiers import bic11, is_bic
from schemas.mx import catalogue, interface
from schemas.problem import MessageError, Problem

ROOT_MAX = 4096  # bytes in which the root element begins
_MT = re.compile(rb"<(?:[\w.-]+:)?Format\s*>\s*MT\s*<")
_IDENTIFIER = re.compile(r"fin\.([0-9]{3})(?:\.([A-Za-z]{3,5}))?")
_WHITE = re.compile(r"\s+")
_USER_HEADER = re.compile(r"(?:\{[0-9]{3}:[^{}]*\})+")
_MUR = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,16}")
_FLAGS = frozenset({"STP", "REMIT", "COV"})  # what a message identifier may add: block 3 tag 119


def opened(raw: bytes) -> bytes:
    """The FIN message inside these bytes if they are a DataPDU with one, else the bytes themselves.

    MessageError when the envelope says MT and holds none, or is not safe, whole XML.
    """
    if b"DataPDU" not in raw[:ROOT_MAX] or raw.lstrip()[:1] != b"<" or not _MT.search(raw):
        return raw
    root = mx.parse(raw)
    header = mx.first(root, "Header")
    message = header[0] if header is not None and len(header) else None
    if mx.local(root) != "DataPDU" or message is None or mx.local(message) != "Message":
        return raw  # a report speaks of a message and carries at most its copy
    if _said(message, "Format") != "MT":
        return raw
    text = _text(root)
    if text.lstrip().startswith("{1:"):
        return _bytes(text)
    duplicate = _said(message, "IsPossibleDuplicate") in ("true", "1")
    return _bytes(_head(message) + _closed(text, duplicate))


@dataclass(frozen=True, slots=True)
class Pdu:
    """The header of a DataPDU that carries a message; what it does not say is empty."""

    reference: str
    identifier: str
    format: str
    sender: str  # BIC11
    receiver: str
    user_reference: str
    service: str
    priority: str
    possible_duplicate: bool
    authenticated: bool  # a LAU element is there; whether it is right is not looked at here
    line: int


def header(root: etree._Element) -> Pdu | None:
    """The header of this DataPDU; None where it reports on a message, or is no DataPDU."""
    around = mx.first(root, "Header") if mx.local(root) == "DataPDU" else None
    message = around[0] if around is not None and len(around) else None
    if message is None or mx.local(message) != "Message":
        return None
    sender, receiver = _terminal(message, "Sender", "A"), _terminal(message, "Receiver", "X")
    return Pdu(
        reference=_said(message, "SenderReference") or "",
        identifier=_said(message, "MessageIdentifier") or "",
        format=_said(message, "Format") or "",
        sender=sender[:8] + sender[9:],
        receiver=receiver[:8] + receiver[9:],
        user_reference=_said(message, "UserReference") or "",
        service=_said(message, "Service") or "",
        priority=_said(message, "Priority") or "",
        possible_duplicate=_said(message, "IsPossibleDuplicate") in ("true", "1"),
        authenticated=any(mx.local(node) == "LAU" for node in root.iterchildren("*")),
        line=mx.line_of(message),
    )


def check(raw: bytes) -> list[Finding]:
    """What the envelope in these bytes says otherwise than the message in it; nothing for others."""
    if b"DataPDU" not in raw[:ROOT_MAX]:
        return []
    try:
        root = mx.parse(raw)
    except MessageError:
        return []  # said by who reads the message
    said = header(root)
    return [] if said is None else list(_departures(root, said))


def _departures(root: etree._Element, said: Pdu) -> Iterator[Finding]:
    document = mx.first(root, "Document")
    if said.format not in interface.FORMATS:
        yield _finding("pdu_format", said.line, "no such format", said.format)
    elif (said.format == "MX") != (document is not None):
        holds = "no Document is in Body" if document is None else "a Document is in Body"
        yield _finding("pdu_body", said.line, holds, said.format)
    if document is not None:
        name = catalogue.message_id(mx.namespace_of(document)) or ""
        if said.identifier and not said.identifier.startswith(name):
            words = f"the Document is {name}"
            yield _finding("pdu_identifier", said.line, words, said.identifier)
    business = mx.first(root, "AppHdr")
    if business is None:
        return
    for name, element, bic in (("Fr", "Sender", said.sender), ("To", "Receiver", said.receiver)):
        party = mx.first(business, name)
        told = None if party is None else _said(party, "BICFI")
        if bic and told and is_bic(told) and bic11(told) != bic:
            words = f"{element} is {bic}, the business header says {told}"
            yield _finding("pdu_party", said.line, words, bic)


def _finding(code: str, line: int, words: str, value: str) -> Finding:
    rule = interface.RULES[code]
    return findings.of_rule(rule, "DataPDU/Header", line, 1, words, value or None, code)


def _text(root: etree._Element) -> str:
    """The Body as FIN text; refused when it is neither that nor the Base64 of it."""
    body = mx.first(root, "Body")
    said = "" if body is None else "".join(str(text) for text in body.itertext())
    for text in (said, _decoded(said)):
        if text is not None and text.lstrip()[:1] in ("{", ":") and text.strip():
            return text
    where = "Body" if body is None else mx.where(body)
    words = "Format is MT, and here is neither FIN text nor the Base64 of it"
    raise MessageError("unreadable", [Problem(where, "body", words, said.strip()[:40] or None)])


def _bytes(text: str) -> bytes:
    """FIN is one byte a character; what has none becomes bytes no character set allows."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _decoded(said: str) -> str | None:
    try:
        return base64.b64decode(_WHITE.sub("", said), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return None


def _head(message: etree._Element) -> str:
    """Blocks 1 to 3 as the envelope tells them; a type it does not tell is left to the fields."""
    told = _IDENTIFIER.fullmatch((_said(message, "MessageIdentifier") or "").strip())
    sender, receiver = _terminal(message, "Sender", "A"), _terminal(message, "Receiver", "X")
    if told is None or not sender or not receiver:
        return "{4:"
    user = _said(message, "FINUserHeader") or ""
    if not _USER_HEADER.fullmatch(user):
        user = ""
        reference = _said(message, "UserReference") or ""
        if _MUR.fullmatch(reference):
            user += f"{{108:{reference}}}"
        if told[2] and told[2].upper() in _FLAGS:
            user += f"{{119:{told[2].upper()}}}"
        if (uetr := _said(message, "UETR")) and "{" not in uetr and "}" not in uetr:
            user += f"{{121:{uetr}}}"
    block_3 = f"{{3:{user}}}" if user else ""
    return f"{{1:F01{sender}0000000000}}{{2:I{told[1]}{receiver}N}}{block_3}{{4:"


def _closed(text: str, duplicate: bool) -> str:
    """From after `{4:` to the end of the message, whichever of the two the interface left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
    text = text.removeprefix("{4:").strip("\n ")
    trailer = "{5:{PDE:}}" if duplicate else ""
    if text.startswith("{"):  # a system message: tags in braces
        return text + "}" * (text.count("{") + 1 - text.count("}")) + trailer
    if "\n-}" in text:
        return "\n" + text + ("" if "{5:" in text else trailer)
    return "\n" + text.removesuffix("\n-") + "\n-}" + trailer


def _terminal(message: etree._Element, element: str, letter: str) -> str:
    """The logical terminal of a party, or '' where its BIC is not said."""
    party = mx.first(message, element)
    name = None if party is None else _said(party, "X1") or _said(party, "BIC12") or party.text
    name = (name or "").strip()
    bic = name[:8] + name[9:] if len(name) == 12 else name
    if not is_bic(bic):
        return ""
    return f"{bic11(bic)[:8]}{letter}{bic11(bic)[8:]}"


def _said(part: etree._Element, name: str) -> str | None:
    found = mx.first(part, name)
    return None if found is None or not found.text else found.text.strip()
