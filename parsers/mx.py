"""Received bytes to the parts of an ISO 20022 message, or a refusal: nothing outside is ever read.

Framing (DataPDU, header with Document, bare Document) is seen here; what the message means is not.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import cast

from lxml import etree

from parsers import encodings
from schemas.mx import catalogue
from schemas.problem import MessageError, Problem

SIZE_MAX = 16 * 1024 * 1024

_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}\?>")
_PROLOG = re.compile(rb"(?>(?:\s|<\?[^>]*\?>|<!--(?>(?:(?!-->)[\s\S])*)-->)*)")
_STARTS_WITH_HEADER = re.compile(rb"<(?:[\w.-]+:)?AppHdr[\s>]")


@dataclass(frozen=True, slots=True)
class MxMessage:
    """What lies in the bytes: any of the interface's header, the business header, the Document."""

    interface: etree._Element | None
    header: etree._Element | None
    document: etree._Element | None
    message_id: str | None
    size: int  # of the bytes it came in


def read(raw: bytes) -> MxMessage:
    """The parts of one message; MessageError when the bytes are not safe, whole XML."""
    root = parse(raw)
    interface = root if local(root) == "DataPDU" else None
    document = first(root, "Document")
    header = first(root, "AppHdr")
    if interface is None and header is None and document is None:
        words = "neither a Document nor a DataPDU"
        raise MessageError("not_a_message", [Problem(where(root), "element", words, local(root))])
    namespace = "" if document is None else namespace_of(document)
    name = catalogue.message_id(namespace)
    if document is not None and name is None:
        words = "the namespace of the Document names no message"
        raise MessageError("not_a_message", [Problem(where(document), "version", words, namespace)])
    if document is not None and (other := _second(document)) is not None:
        words = "the envelope holds more than one Document: send each as a message of its own"
        raise MessageError("not_a_message", [Problem(where(other), "element", words)])
    return MxMessage(interface, header, document, name, len(raw))


def _second(document: etree._Element) -> etree._Element | None:
    """Another Document beside this one, or in an element beside the one it stands in."""
    beside = next(document.itersiblings("{*}Document"), None)
    around = document.getparent()
    if beside is not None or around is None:
        return beside
    return next(
        (
            found
            for each in around.itersiblings("*")
            if (found := first(each, "Document")) is not None
        ),
        None,
    )


def parse(raw: bytes) -> etree._Element:
    """The root element. Document type declarations are refused outright, before parsing."""
    if len(raw) > SIZE_MAX:
        words = f"{len(raw)} bytes; at most {SIZE_MAX} are read"
        raise MessageError("too_large", [Problem("(document)", "size", words)])
    text = plain(raw)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        words = "document type declarations and entities are not taken"
        raise MessageError("doctype", [Problem("(document)", "doctype", words)])
    if b"\0" in text:
        raise MessageError("encoding", [Problem("(document)", "encoding", "not UTF-8")])
    try:
        return etree.fromstring(_one_root(text), _PARSER)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        where = f"(document) line {line or 1} column {max(column, 1)}"
        raise MessageError(
            "not_well_formed", [Problem(where, "not_well_formed", str(error.msg))]
        ) from None


def plain(raw: bytes) -> bytes:
    """The document in UTF-8, its lines where they came: a declaration stands first or is left out."""
    text = encodings.plain(raw)
    begun = text.lstrip()
    blank = text[: len(text) - len(begun)]
    if not blank:
        return text
    lines = b"\n" * blank.count(b"\n")
    return lines + undeclared(begun, 1) if lines else begun


def undeclared(text: bytes, count: int = 0) -> bytes:
    """The text with blanks for its XML declarations, or for as many of them."""
    return _DECLARATION.sub(_blank_of, text, count)


def _blank_of(found: re.Match[bytes]) -> bytes:
    """As many lines and columns, and nothing in them."""
    return re.sub(rb"[^\n]", b" ", found[0])


def _one_root(text: bytes) -> bytes:
    """A header and its Document may follow each other without an element around them."""
    prolog = _PROLOG.match(text)
    before = prolog.end() if prolog else 0
    if not _STARTS_WITH_HEADER.match(text, before):
        return text
    body = _DECLARATION.sub(b"", text[before:])
    lines = b"\n" * text.count(b"\n", 0, before)  # so that lines are counted as they came
    return lines + b"<BusinessMessage>" + body + b"</BusinessMessage>"


def content_hash(part: etree._Element) -> bytes:
    """SHA-256 over the exclusive canonical form, the same in every envelope."""
    try:
        canonical = etree.tostring(part, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:  # libxml2 refuses relative namespace names, even of the envelope
        canonical = etree.canonicalize(
            etree.tostring(part, encoding="unicode", with_tail=False)
        ).encode()
    return hashlib.sha256(canonical).digest()


def first(root: etree._Element, name: str) -> etree._Element | None:
    """The first element of this local name, the root included."""
    return next(root.iter("{*}" + name), None)


def local(node: etree._Element) -> str:
    """The name without its namespace; a prefix that is declared nowhere stays."""
    return node.tag.rpartition("}")[2]


def namespace_of(node: etree._Element) -> str:
    """The namespace of an element, '' without one."""
    return node.tag[1:].rpartition("}")[0]


def where(node: etree._Element) -> str:
    """The local name and the line of an element."""
    return f"{local(node)} line {line_of(node)}"


def line_of(node: etree._Element) -> int:
    return cast(int, node.sourceline or 0)
