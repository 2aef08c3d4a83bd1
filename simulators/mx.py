"""DataPDU, business header and Document as the other side reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from lxml import etree

SAA = "urn:swift:saa:xsd:saa.2.0"
ISO = "urn:iso:std:iso:20022:tech:xsd:"
HEADER = "head.001.001.02"
BYTES_MAX = 16 * 1024 * 1024
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
)


class Broken(Exception):
    """The bytes are not one DataPDU with header and Document."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One business message: who, what, under which reference, and its Document."""

    sender: str
    receiver: str
    reference: str  # BizMsgIdr
    sender_reference: str  # of the DataPDU; empty where it has none
    type: str  # MsgDefIdr
    document_type: str  # the last part of the Document's namespace
    possible_duplicate: bool
    header: etree._Element
    document: etree._Element


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant by this path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in element if local(c) == name), None)
    return element


def text(element: etree._Element | None, *path: str) -> str:
    """Its text, empty where it is not there."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def read(raw: bytes) -> Pdu:
    """The business message in a DataPDU, or Broken."""
    if len(raw) > BYTES_MAX:
        raise Broken("too long")
    try:
        root = etree.fromstring(raw, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Broken(f"not well-formed: {error}") from None
    if b"<!DOCTYPE" in raw:
        raise Broken("a document type is not allowed")
    body = child(root, "Body")
    header, document = child(body, "AppHdr"), child(body, "Document")
    if local(root) != "DataPDU" or header is None or document is None:
        raise Broken("no DataPDU with AppHdr and Document")
    message = child(root, "Header", "Message")
    return Pdu(
        sender=text(header, "Fr", "FIId", "FinInstnId", "BICFI"),
        receiver=text(header, "To", "FIId", "FinInstnId", "BICFI"),
        reference=text(header, "BizMsgIdr"),
        sender_reference=text(message, "SenderReference"),
        type=text(header, "MsgDefIdr"),
        document_type=etree.QName(document).namespace.rpartition(":")[2]
        if etree.QName(document).namespace
        else "",
        possible_duplicate=text(header, "PssblDplct") == "true",
        header=header,
        document=document,
    )


def canonical(document: etree._Element) -> bytes:
    """The Document alone, so that copies in other envelopes are equal."""
    return etree.tostring(document, method="c14n", exclusive=True)


def instant(at: datetime) -> str:
    """UTC with its offset, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def element(name: str, *content: str) -> str:
    """One element; empty content gives no element."""
    inner = "".join(content)
    return f"<{name}>{inner}</{name}>" if inner else ""


def value(name: str, content: str) -> str:
    """One element with text, escaped; empty text gives no element."""
    return f"<{name}>{escape(content)}</{name}>" if content else ""


def _party(name: str, bic: str) -> str:
    return f"<{name}><FIId><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></FIId></{name}>"


def _address(name: str, bic: str) -> str:
    full = bic if len(bic) == 11 else f"{bic[:8]}XXX"
    return (
        f"<Saa:{name}><Saa:DN>o={bic[:8].lower()},o=swift</Saa:DN>"
        f"<Saa:FullName><Saa:X1>{full}</Saa:X1></Saa:FullName></Saa:{name}>"
    )


def business_message(
    sender: str, receiver: str, reference: str, type_: str, content: str, at: datetime
) -> bytes:
    """A DataPDU with header and Document, as its sender hands it to the network."""
    return (
        f'<Saa:DataPDU xmlns:Saa="{SAA}"><Saa:Revision>2.0.14</Saa:Revision>'
        "<Saa:Header><Saa:Message>"
        f"<Saa:SenderReference>{escape(reference)}</Saa:SenderReference>"
        f"<Saa:MessageIdentifier>{type_}</Saa:MessageIdentifier><Saa:Format>MX</Saa:Format>"
        f"{_address('Sender', sender)}{_address('Receiver', receiver)}"
        f"<Saa:InterfaceInfo><Saa:UserReference>{escape(reference)}</Saa:UserReference></Saa:InterfaceInfo>"
        "<Saa:NetworkInfo><Saa:Priority>Normal</Saa:Priority>"
        "<Saa:IsPossibleDuplicate>false</Saa:IsPossibleDuplicate></Saa:NetworkInfo>"
        "</Saa:Message></Saa:Header><Saa:Body>"
        f'<AppHdr xmlns="{ISO}{HEADER}">{_party("Fr", sender)}{_party("To", receiver)}'
        f"<BizMsgIdr>{escape(reference)}</BizMsgIdr><MsgDefIdr>{type_}</MsgDefIdr>"
        f"<CreDt>{instant(at)}</CreDt></AppHdr>"
        f'<Document xmlns="{ISO}{type_}">{content}</Document></Saa:Body></Saa:DataPDU>'
    ).encode()


def transmission_report(
    reference: str, serial: str, at: datetime, reason: tuple[str, str] | None = None
) -> bytes:
    """NetworkAcked, or NetworkNacked with code and words."""
    status = "NetworkAcked" if reason is None else "NetworkNacked"
    why = ""
    if reason is not None:
        why = (
            "<Saa:Interventions><Saa:Intervention><Saa:IntvCategory>TransmissionReport"
            f"</Saa:IntvCategory><Saa:CreationTime>{instant(at)}</Saa:CreationTime>"
            "<Saa:OperatorOrigin>SYSTEM</Saa:OperatorOrigin>"
            f"<Saa:Contents>{escape(reason[1])}</Saa:Contents>"
            "</Saa:Intervention></Saa:Interventions>"
            f"<Saa:NetworkInfo><Saa:NetworkNackReason>{reason[0]}</Saa:NetworkNackReason>"
            "</Saa:NetworkInfo>"
        )
    return (
        f'<Saa:DataPDU xmlns:Saa="{SAA}"><Saa:Revision>2.0.14</Saa:Revision><Saa:Header>'
        f"<Saa:TransmissionReport><Saa:SenderReference>{escape(reference)}</Saa:SenderReference>"
        f"<Saa:ReconciliationInfo>{serial}</Saa:ReconciliationInfo>"
        f"<Saa:NetworkDeliveryStatus>{status}</Saa:NetworkDeliveryStatus>{why}"
        "</Saa:TransmissionReport></Saa:Header></Saa:DataPDU>"
    ).encode()


def mark_possible_duplicate(raw: bytes) -> bytes:
    """The same message as the network hands it out a second time."""
    return raw.replace(
        b"<Saa:IsPossibleDuplicate>false</Saa:IsPossibleDuplicate>",
        b"<Saa:IsPossibleDuplicate>true</Saa:IsPossibleDuplicate>",
        1,
    )
