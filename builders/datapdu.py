"""The DataPDU of the SWIFT interface, one message in each (DOMAIN 4.9)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from schemas.identifiers import bic11
from schemas.instruction import Wire

NAMESPACE = "urn:swift:saa:xsd:saa.2.0"
REVISION = "2.0.14"

# the network service a message travels on, by its area
SERVICES = {"sese": "swift.if.ia!p", "pacs": "swift.finplus!pf"}


def write(message_id: str, wire: Wire, body: bytes, possible_duplicate: bool) -> bytes:
    """The header for the interface around the business header and the Document."""
    reference = escape(wire.seme)
    duplicate = "true" if possible_duplicate else "false"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Saa:DataPDU xmlns:Saa="{NAMESPACE}">',
        f"<Saa:Revision>{REVISION}</Saa:Revision>",
        "<Saa:Header>",
        "<Saa:Message>",
        f"<Saa:SenderReference>{reference}</Saa:SenderReference>",
        f"<Saa:MessageIdentifier>{message_id}</Saa:MessageIdentifier>",
        "<Saa:Format>MX</Saa:Format>",
        _party("Sender", wire.sender),
        _party("Receiver", wire.receiver),
        "<Saa:InterfaceInfo>",
        f"<Saa:UserReference>{reference}</Saa:UserReference>",
        "</Saa:InterfaceInfo>",
        "<Saa:NetworkInfo>",
        "<Saa:Priority>Normal</Saa:Priority>",
        f"<Saa:IsPossibleDuplicate>{duplicate}</Saa:IsPossibleDuplicate>",
        f"<Saa:Service>{SERVICES[message_id[:4]]}</Saa:Service>",
        "</Saa:NetworkInfo>",
        "</Saa:Message>",
        "</Saa:Header>",
        "<Saa:Body>",
    )
    start = "".join(f"{line}\n" for line in head).encode()
    return start + body + b"</Saa:Body>\n</Saa:DataPDU>"


def _party(element: str, bic: str) -> str:
    name = f"<Saa:FullName><Saa:X1>{bic11(bic)}</Saa:X1></Saa:FullName>"
    return f"<Saa:{element}><Saa:DN>{_distinguished(bic)}</Saa:DN>{name}</Saa:{element}>"


def _distinguished(bic: str) -> str:
    """The directory name of a BIC: its first eight letters, and its branch where it has one."""
    branch = bic[8:].lower() or "xxx"
    return f"ou={branch},o={bic[:8].lower()},o=swift"
