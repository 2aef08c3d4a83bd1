"""One standard to the other, with a receipt for every element. Nothing here does I/O.

What the tables of `pairs` map is brought over; what they do not know is dropped, and the receipt
says so. The result is judged like any message: its findings come with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from parsers import check as judge
from parsers import datapdu, encodings, fin, fin_verdict, is_xml, mx
from parsers.fin_text import FinMessage
from schemas.finding import Finding
from schemas.mx import catalogue
from schemas.mx.compiler import Schemas
from schemas.mx.notation import text
from schemas.problem import MessageError, Problem
from translation import headers, mt_side, mx_side
from translation.headers import Envelope
from translation.pairs import BY_MESSAGE, BY_TYPE
from translation.pairs.pair import Pair, Variant
from translation.receipt import Receipt
from translation.to_mt import ToMt
from translation.to_mx import ToMx

Standard = Literal["mt", "mx"]


@dataclass(frozen=True, slots=True)
class Translation:
    """The message in the other standard, what became of each element, and the verdict on it."""

    source: str  # 'MT541'
    target: str  # 'sese.023.001.11'
    raw: bytes
    receipt: Receipt
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """Whether a network would take the result."""
        return all(finding.severity != "error" for finding in self.findings)


def translate(raw: bytes, to: Standard, schemas: Schemas, *, at: datetime) -> Translation:
    """The message in the other standard; MessageError when it cannot be read or has no counterpart.

    `at` is the time a header is written where the source names none; it has an offset.
    """
    raw = encodings.plain(raw)
    if is_xml(raw):
        inside = datapdu.opened(raw)
        if is_xml(inside):
            if to == "mx":
                raise _already("an ISO 20022 message", to)
            return _to_mt(inside, schemas)
        raw = inside
    if to == "mt":
        raise _already("a FIN message", to)
    return _to_mx(fin.read(raw), schemas, at)


def _already(what: str, to: Standard) -> MessageError:
    words = f"this is {what} already: nothing to translate"
    return MessageError("not_translatable", [Problem("(message)", "translation", words, to)])


def _to_mx(message: FinMessage, schemas: Schemas, at: datetime) -> Translation:
    key = fin_verdict.key_of(message) or message.type
    root = mt_side.tree(message, key)
    pair, variant = _of_type(key, root)
    mapped = pair.maps_reference(variant)
    envelope = headers.business_header(message, root, pair.message_id, at, reference_mapped=mapped)
    headers.blocks(message, root)
    target = mx_side.MxNode(pair.root)
    said = {
        "now": text(at),
        "sender": message.sender,
        "receiver": message.receiver,
        "currency": _currency(root),
    }
    receipt = ToMx(root, target, pair.message_id).run(pair.rows(variant, said))
    if pair.says and not any(target.first(path) for path in pair.says):
        words = (
            f"nothing of it is said in {pair.message_id}, which needs one of {', '.join(pair.says)}"
        )
        raise MessageError(
            "not_translatable", [Problem("(message)", "translation", words, f"MT{key}")]
        )
    known = schemas.outline(pair.message_id)
    raw = mx_side.written(target, pair.message_id, catalogue.NAMESPACE, known)
    if envelope.written:
        body = raw.decode().partition("?>\n")[2]
        raw = f"<BusinessMessage>\n{envelope.written}{body}</BusinessMessage>\n".encode()
    return Translation(
        f"MT{key}", pair.message_id, raw, _whole(envelope, receipt), tuple(judge(raw, schemas))
    )


def _to_mt(raw: bytes, schemas: Schemas) -> Translation:
    message = mx.read(raw)
    if message.document is None or message.message_id is None or not len(message.document):
        raise MessageError("not_translatable", [Problem("Document", "element", "it is empty")])
    source = mx_side.tree(message.document[0])
    pair, variant = _of_message(message.message_id, source)
    root = mt_side.MtNode()
    banks = sender, receiver = headers.parties(message.header, source)
    said = {"now": "", "sender": sender, "receiver": receiver, "currency": _currency_of(source)}
    receipt = ToMt(source, root, f"MT{variant.type}").run(pair.rows(variant, said))
    prepared_in = "GENL" if variant.type[0] == "5" else ""
    envelope = headers.fin_headers(
        message.header, root, variant.type, banks, prepared_in=prepared_in
    )
    block = "\n".join(mt_side.lines(root, variant.type)).replace("\n", "\r\n")
    written = f"{envelope.written}{{4:\r\n{block}\r\n-}}{envelope.trailer}".encode(
        "latin-1", "replace"
    )
    found = fin.check_as(written, variant.type)
    return Translation(
        message.message_id, f"MT{variant.type}", written, _whole(envelope, receipt), tuple(found)
    )


_BALANCES = re.compile(r"(?:60|62)[FM]|34F|90[CD]")
_OF_BALANCE = re.compile(r"[CD]?\d*([A-Z]{3})")


def _currency(root: mt_side.MtNode) -> str:
    """The currency of the account of a statement; '' where nothing says it."""
    for _, each in root.walk():
        if _BALANCES.fullmatch(each.tag) and (found := _OF_BALANCE.match(each.text)):
            return found[1]
    return ""


def _currency_of(source: mx_side.MxNode) -> str:
    """That of the first amount, else of the account; '' where nothing says it."""
    said = (leaf.value for leaf in source.leaves() if leaf.attribute == "Ccy")
    return next(said, "") or next(
        (leaf.value for leaf in source.leaves() if leaf.path.endswith("/Acct/Ccy")), ""
    )


def _whole(envelope: Envelope, receipt: Receipt) -> Receipt:
    """The receipt of the envelope and of what is in it."""
    said = sum(1 for entry in envelope.entries if entry.source)
    return Receipt((*envelope.entries, *receipt.entries), said + receipt.elements)


def _of_type(type_: str, root: mt_side.MtNode) -> tuple[Pair, Variant]:
    """The pair of an MT; where it has several, the first whose own sign it bears."""
    for pair, variant in BY_TYPE.get(type_, ()):
        if pair.takes(root):
            return pair, variant
    words = "no ISO 20022 message is known to correspond"
    if signs := " or ".join(pair.sign for pair, _ in BY_TYPE.get(type_, ())):
        words += f" to one without {signs}"
    else:
        known = ", ".join(sorted(f"MT{each}" for each in BY_TYPE))
        words += f"; translated are {known}"
    raise MessageError(
        "not_translatable", [Problem("(message)", "translation", words, f"MT{type_}")]
    )


def _one_alone(pair: Pair, source: mx_side.MxNode) -> None:
    """An MT holds one transaction; a batch is translated one by one."""
    count = source.count(pair.one) if pair.one else 0
    if count > 1:
        words = f"{count} of {pair.one}, and an MT holds one: send each as a message of its own"
        problem = Problem(f"{source.name}/{pair.one}", "translation", words, str(count))
        raise MessageError("not_translatable", [problem])


def _of_message(message_id: str, source: mx_side.MxNode) -> tuple[Pair, Variant]:
    for pair in BY_MESSAGE.get(message_id[:8], ()):
        variant = pair.variant_of(source)
        if variant is not None:
            _one_alone(pair, source)
            return pair, variant
    known = ", ".join(sorted(BY_MESSAGE))
    words = f"no MT is known to correspond to what it says; translated are {known}"
    raise MessageError("not_translatable", [Problem("(message)", "translation", words, message_id)])
