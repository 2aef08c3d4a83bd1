"""The headers around a Document: the business header, the interface's header and its reports."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from parsers import mx
from parsers.mx_fields import Fields
from schemas.answer import Header, NetworkAnswer, Unknown
from schemas.identifiers import bic11, is_bic
from schemas.mx.interface import REASONS, REPORTS, TEXTS

REFERENCE_MAX = 35
# messages that do what an MT of their kind says in 23G
FUNCTIONS = {"sese.026": "RVSL"}


def header(message: mx.MxMessage, kind: str, content: Fields) -> Header:
    """Who says this message, under which reference, when."""
    assert message.document is not None
    digest = mx.content_hash(message.document)
    flag = message.interface is not None and _any_text(
        message.interface, ("IsPossibleDuplicate",)
    ) in {"true", "1"}
    if message.header is None:
        return Header(
            type=kind,
            sender=_party_of(message, "Sender"),
            receiver=_party_of(message, "Receiver"),
            reference=_reference(message, content, digest),
            function=FUNCTIONS.get(kind, ""),
            prepared_at=content.time("GrpHdr/CreDtTm"),
            network_at=None,
            possible_duplicate=flag,
            content_hash=digest,
        )
    said = Fields(message.header, content.problems)
    return Header(
        type=kind,
        sender=_bic_of(said, "Fr") or _party_of(message, "Sender"),
        receiver=_bic_of(said, "To") or _party_of(message, "Receiver"),
        reference=said.text("BizMsgIdr") or _reference(message, content, digest),
        function=FUNCTIONS.get(kind, ""),
        prepared_at=said.time("CreDt"),
        network_at=None,
        possible_duplicate=flag or said.flag("PssblDplct"),
        content_hash=digest,
    )


def _reference(message: mx.MxMessage, content: Fields, digest: bytes) -> str:
    """The sender's reference; a message that has none goes by its content, so copies are equal."""
    interface = message.interface
    said = None if interface is None else _any_text(interface, ("SenderReference",))
    return said or content.text("GrpHdr/MsgId") or digest.hex()[:REFERENCE_MAX]


def _party_of(message: mx.MxMessage, element: str) -> str:
    return "" if message.interface is None else _interface_bic(message.interface, element)


def _bic_of(header: Fields, element: str) -> str:
    bic = header.text(f"{element}/FIId/FinInstnId/BICFI", f"{element}/OrgId/Id/OrgId/AnyBIC")
    return bic11(bic) if bic else ""


def report(message: mx.MxMessage) -> NetworkAnswer | Unknown | None:
    """What the interface itself says; None where it carries a message of someone else."""
    if message.interface is None:
        return None
    kind = next((node for node in _children(message.interface, "Header")), None)
    if kind is None or mx.local(kind) == "Message":
        if message.document is None:
            return Unknown(_interface_header(message.interface, message.interface))
        return None
    found = _interface_header(message.interface, kind)
    known = REPORTS.get(mx.local(kind))
    status = _any_text(kind, known.statuses) if known else None
    verdict = known.verdicts.get(status or "") if known else None
    if verdict is None:
        return Unknown(found, found.reference or None)
    reason, words = _any_text(kind, REASONS), _any_text(kind, TEXTS)
    if reason is None and words:
        reason, words = _code_and_words(words)
    return NetworkAnswer(found, verdict, found.reference or None, reason, None, words)


def _children(root: etree._Element, name: str) -> Iterator[etree._Element]:
    found = mx.first(root, name)
    return iter(()) if found is None else iter(found)


def _code_and_words(text: str) -> tuple[str | None, str]:
    """`CODE: words` is a code and its words; anything else is words alone."""
    code, _, words = text.partition(":")
    return (code, words.strip()) if words and code.isalnum() else (None, text)


def _any_text(root: etree._Element, names: tuple[str, ...]) -> str | None:
    for name in names:
        found = mx.first(root, name)
        if found is not None and found.text and found.text.strip():
            return found.text.strip()
    return None


def _interface_header(interface: etree._Element, part: etree._Element) -> Header:
    flag = _any_text(interface, ("IsPossibleDuplicate",))
    created = mx.first(part, "CreationTime")
    said = None if created is None else Fields(created, []).time("")
    return Header(
        type="DataPDU",
        sender=_interface_bic(interface, "Sender"),
        receiver=_interface_bic(interface, "Receiver"),
        reference=_any_text(part, ("SenderReference",)) or "",
        function="",
        prepared_at=said,
        network_at=None,
        possible_duplicate=flag in {"true", "1"},
        content_hash=mx.content_hash(part),
    )


def _interface_bic(interface: etree._Element, element: str) -> str:
    party = mx.first(interface, element)
    name = None if party is None else _any_text(party, ("X1",))
    return bic11(name) if name and is_bic(name) else ""
