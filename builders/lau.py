"""Messages and files with their local authentication (LAU, DOMAIN 4.10)."""

from __future__ import annotations

import base64
import re

from lxml import etree

from schemas.lau import Key, digest
from schemas.mx import signature
from schemas.problem import MessageError, Problem

_BLOCK_S = re.compile(
    rb"\{S:[^{}]*+(?>(?:\{[^{}]*+\}[^{}]*+)*)\}\s*\Z"
)  # of a text it is part of it
_END = re.compile(rb"</((?:[\w.-]+:)?)DataPDU\s*>\s*\Z")


def sign_fin(raw: bytes, key: Key) -> bytes:
    """The FIN message with block S at its end, holding its digest; one that is there is replaced."""
    message = _BLOCK_S.sub(b"", raw).rstrip()
    mark = digest(key, message).hex().upper()
    return message + f"{{S:{{MDG:{mark}}}}}".encode()


def sign_file(content: bytes, key: Key) -> bytes:
    """What stands in the file beside a file: the digest of all of it as Base64."""
    return base64.b64encode(digest(key, content)) + b"\n"


def sign_xml(raw: bytes, key: Key) -> bytes:
    """The DataPDU with a LAU element as its last; MessageError when it is no DataPDU, or signed."""
    end = _END.search(raw)
    if end is None or b"LAU>" in raw:
        words = "only a DataPDU without a LAU element can be signed"
        raise MessageError("not_a_message", [Problem("DataPDU", "lau_place", words)])
    prefix = end[1].decode()
    empty = f"<{prefix}LAU></{prefix}LAU>".encode()
    root = etree.fromstring(raw[: end.start()] + empty + raw[end.start() :], _PARSER)
    info = signature.signed_info(root)
    value = base64.b64encode(digest(key, signature.canonical(info))).decode()
    signed = (
        f'<{prefix}LAU><ds:Signature xmlns:ds="{signature.DSIG}">'
        + etree.tostring(info, encoding="unicode")
        + f"<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature></{prefix}LAU>"
    )
    return raw[: end.start()] + signed.encode() + raw[end.start() :]


SIGNERS = {"fin": sign_fin, "xml": sign_xml}  # of one message; a file is signed as a whole
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
