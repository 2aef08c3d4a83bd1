"""Everything there is to say against an ISO 20022 message: schema, sums, identifiers, its header."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from parsers import mx, mx_rules
from parsers.mx_places import Places
from schemas.finding import Finding, Layer
from schemas.mx import catalogue
from schemas.mx.compiler import Fault, Schemas, path_of
from schemas.mx.rules import BY_CODE

SCHEMA: Layer = "schema"


def judge(raw: bytes, message: mx.MxMessage, schemas: Schemas) -> list[Finding]:
    """The findings of a message read from these bytes, in their order; none when it is good."""
    faults = list(_faults(message, schemas))
    if not faults:
        return []
    tops = [part for part in (message.header, message.document) if part is not None]
    places = Places(mx.plain(raw), tops[0].getroottree().getroot())
    found = [_finding(fault, tops, places) for fault in faults]
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _faults(message: mx.MxMessage, schemas: Schemas) -> Iterator[Fault]:
    """A rule of ours says nothing of an element the schema has spoken of."""
    said: set[etree._Element | None] = set()
    for fault in schema_faults(message, schemas):
        said.add(fault.node)
        yield fault
    yield from (fault for fault in mx_rules.faults(message) if fault.node not in said)


def schema_faults(message: mx.MxMessage, schemas: Schemas) -> list[Fault]:
    """What departs from the schemas of the header and of the Document."""
    found: list[Fault] = []
    if message.header is not None:
        found += header_faults(message.header, schemas, message.size)
    if message.document is not None and message.message_id is not None:
        found += schemas.faults(message.document, message.message_id, message.size)
    return found


def header_faults(header: etree._Element, schemas: Schemas, size: int | None = None) -> list[Fault]:
    """What departs from the schema of a header, which is in no more than so many bytes."""
    version = catalogue.message_id(mx.namespace_of(header))
    return schemas.faults(header, version or "AppHdr", size)


def _finding(fault: Fault, tops: list[etree._Element], places: Places) -> Finding:
    path, line, column = "/Document", fault.line, 1
    if fault.node is not None:
        top = next((each for each in tops if _is_in(fault.node, each)), tops[0])
        path = "/" + path_of(fault.node, top)
        leaf = len(fault.node) == 0 and bool(fault.value)
        line, column = places.text(fault.node) if leaf else places.element(fault.node)
    return finding(fault, path, line, column)


def finding(fault: Fault, path: str, line: int, column: int) -> Finding:
    """A fault as a finding at a place."""
    rule = BY_CODE.get(fault.rule)
    mend = rule.mend if rule is not None else ""
    right = f"{mend}: {fault.right}" if mend and fault.right else fault.right or mend
    return Finding(
        fault.rule,
        "error" if rule is None else rule.severity,
        path,
        line,
        column,
        fault.message,
        fault.value,
        right,
        None,
        SCHEMA if rule is None else rule.layer,
    )


def _is_in(node: etree._Element, top: etree._Element) -> bool:
    return node is top or any(each is top for each in node.iterancestors())
