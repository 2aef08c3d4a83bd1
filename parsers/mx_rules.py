"""What a schema cannot say of a message: identifiers, amounts, and what its header says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import cast

from lxml import etree

from parsers import (
    mx,
    mx_posting_rules,
    mx_settlement_rules,
    mx_statement_rules,
    mx_total_rules,
)
from parsers.mx_tree import Below, decimal
from schemas.identifiers import CURRENCY_DIGITS, bic11, is_bic, is_iban, is_isin, is_lei, is_uetr
from schemas.mx.compiler import Fault

_IDENTIFIERS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "IBAN": ("iban", is_iban),
    "BICFI": ("bic", is_bic),
    "BIC": ("bic", is_bic),
    "AnyBIC": ("bic", is_bic),
    "BICOrBEI": ("bic", is_bic),
    "LEI": ("lei", is_lei),
    "ISIN": ("isin", is_isin),
    "UETR": ("uetr", is_uetr),
    "OrgnlUETR": ("uetr", is_uetr),
}
_WORDS = {
    "iban": "this is no IBAN: its country, length or check digits are wrong",
    "bic": "this is no BIC: its form or country is wrong",
    "lei": "this is no LEI: its check digits are wrong",
    "isin": "this is no ISIN: its country or check digit is wrong",
    "uetr": "this is no UUID of version 4 in lower case",
}
_WITH_CURRENCY = etree.XPath("descendant::*[@Ccy]")
_KINDS: dict[str, Callable[[Below], Iterator[Fault]]] = {
    **mx_total_rules.RULES,
    **mx_statement_rules.RULES,
    **mx_settlement_rules.RULES,
    **mx_posting_rules.RULES,
}


def faults(message: mx.MxMessage) -> Iterator[Fault]:
    """Every departure of a message from the rules of schemas/mx/rules.py that are no schema's."""
    if message.header is not None:
        yield from _identifiers(message.header)
        yield from _header(message)
    document = message.document
    if document is None or message.message_id is None:
        return
    yield from values(document)
    rule = _KINDS.get(message.message_id[:8])
    content = next(document.iterchildren("*"), None)
    if rule is not None and content is not None:
        yield from rule(Below(content))


@lru_cache(256)  # a sender may name any namespace
def _tags(namespace: str) -> tuple[str, ...]:
    return tuple(f"{{{namespace}}}{name}" for name in _IDENTIFIERS)


@lru_cache(4096)
def _known(name: str, value: str) -> bool:
    """Whether an identifier is one; the same ones come again and again."""
    return _IDENTIFIERS[name][1](value)


def _identifiers(part: etree._Element) -> Iterator[Fault]:
    for node in part.iter(*_tags(mx.namespace_of(part))):
        value = (node.text or "").strip()
        name = mx.local(node)
        if value and not _known(name, value):
            rule = _IDENTIFIERS[name][0]
            yield Fault(node, mx.line_of(node), rule, _WORDS[rule], value)


def _amounts(part: etree._Element) -> Iterator[Fault]:
    for node in cast(list[etree._Element], _WITH_CURRENCY(part)):
        currency = node.get("Ccy") or ""
        text = node.text or ""
        digits = CURRENCY_DIGITS.get(currency)
        if digits is None:
            words = f"{currency} is no currency that ISO 4217 gives decimals for"
            yield Fault(node, mx.line_of(node), "amount_decimals", words, text.strip())
            continue
        point = text.find(".")
        if point >= 0 and len(text) - point - 1 > digits and _too_fine(node, digits):
            words = f"{currency} has {digits} decimals"
            yield Fault(node, mx.line_of(node), "amount_decimals", words, text.strip())


def _too_fine(node: etree._Element, digits: int) -> bool:
    """Zeros behind the decimals of a currency say nothing, and a price is no amount."""
    amount = decimal(node.text or "")
    if amount is None or amount == round(amount, digits):
        return False
    around = [mx.local(each) for each in node.iterancestors()]
    return not any("Pric" in name or name in ("Val", "AmtPric") for name in around)


def _header(message: mx.MxMessage) -> Iterator[Fault]:
    assert message.header is not None
    said = Below(message.header)
    yield from definition(message.header, message.message_id)
    for side, agent in (("Fr", "InstgAgt"), ("To", "InstdAgt")):
        party = said.find(side)
        if party is None:
            continue
        if not any((node.text or "").strip() for node in party.iter()):
            words = f"{side} names nobody"
            yield Fault(party, mx.line_of(party), "header_party", words)
        yield from _agent(message, said.text(f"{side}/FIId/FinInstnId/BICFI"), agent)


def values(part: etree._Element) -> Iterator[Fault]:
    """Identifiers and amounts below an element that are none."""
    yield from _identifiers(part)
    yield from _amounts(part)


def definition(header: etree._Element | None, message_id: str | None) -> Iterator[Fault]:
    """What is wrong where a header names another message than the one that comes with it."""
    if header is None or message_id is None:
        return
    node = Below(header).find("MsgDefIdr")
    name = "" if node is None else (node.text or "").strip()
    if node is not None and name and name != message_id:
        words = f"the header says {name}, the Document is {message_id}"
        right = f"write {message_id}"
        yield Fault(node, mx.line_of(node), "message_definition", words, name, right)


def _agent(message: mx.MxMessage, bic: str, agent: str) -> Iterator[Fault]:
    """Payments are from agent to agent, whom the header names too."""
    if message.document is None or not (message.message_id or "").startswith("pacs") or not bic:
        return
    content = next(message.document.iterchildren("*"), None)
    if content is None:
        return
    node = Below(content).find(f"GrpHdr/{agent}/FinInstnId/BICFI")
    if node is not None and node.text and bic11(node.text.strip()) != bic11(bic):
        words = f"{agent} is not the {bic} of the header"
        yield Fault(node, mx.line_of(node), "header_agent", words, node.text.strip())
