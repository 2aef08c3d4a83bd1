"""The network's verdict on one DataPDU: header against Document, addresses, schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from simulators.mx import HEADER, Pdu

Schemas = Mapping[str, etree.XMLSchema]


class Nack(Exception):
    """Why the network refuses: a code and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.reason = (code, words)


def check(pdu: Pdu, sender: str, known: Callable[[str], bool], schemas: Schemas) -> None:
    """Nothing, or Nack with the first fault."""
    if not pdu.reference or len(pdu.reference) > 35:
        raise Nack("X01", "BizMsgIdr is missing or too long")
    if pdu.type != pdu.document_type:
        raise Nack("X02", f"MsgDefIdr {pdu.type} is not the Document's {pdu.document_type}")
    if pdu.sender[:8] != sender[:8]:
        raise Nack("X03", f"sender {pdu.sender} is not the owner of this connection")
    if not known(pdu.receiver):
        raise Nack("X04", f"receiver {pdu.receiver} is not known")
    for type_, element in ((HEADER, pdu.header), (pdu.type, pdu.document)):
        schema = schemas.get(type_)
        if schema is not None and not schema.validate(element):
            raise Nack("X05", f"{type_}: {schema.error_log}"[:200])
