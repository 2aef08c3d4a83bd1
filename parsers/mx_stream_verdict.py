"""The verdict on an ISO 20022 document of any length, while it is read.

libxml2 validates along with the reading. Our own rules hold each entry, and each account once its
entries have gone by; rules on the totals of payments need the whole and are not applied here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from lxml import etree

from parsers import (
    findings,
    mx,
    mx_posting_rules,
    mx_rules,
    mx_statement_rules,
    mx_stream,
    mx_verdict,
)
from parsers.mx_stream import Account, Document, Header, Holding, Unit
from parsers.mx_tree import Below
from schemas.finding import Finding
from schemas.mx.compiler import SCHEMA_UNAVAILABLE, Fault, Schemas
from schemas.problem import MessageError


def verdict(file: BinaryIO, name: str, schemas: Schemas) -> Iterator[Finding]:
    """Everything there is to say against a document of this message, in the order it is found."""
    schema = schemas.schema(name)
    if schema is None:
        words = "there is no schema of this version; it is read by element name only"
        fault = Fault(None, 1, SCHEMA_UNAVAILABLE, words, name)
        yield mx_verdict.finding(fault, "/Document", 1, 1)
    judge = _Judge(name, schemas)
    try:
        for event in mx_stream.events(file, name, schema):
            yield from judge.of(event)
    except MessageError as error:
        yield from (findings.of_problem(problem) for problem in error.problems)


@dataclass(slots=True)
class _Judge:
    """What has been seen of the account or holding that is open."""

    name: str
    schemas: Schemas
    entries: mx_statement_rules.Entries = field(default_factory=mx_statement_rules.Entries)
    postings: mx_posting_rules.Postings = field(default_factory=mx_posting_rules.Postings)

    def of(self, event: mx_stream.Event) -> Iterator[Finding]:
        if isinstance(event, Fault):
            yield mx_verdict.finding(event, "/Document", event.line, 1)
        elif isinstance(event, Unit):
            if event.node.tag.endswith("}Ntry"):
                self.entries.add(Below(event.node))
            elif event.node.tag.endswith("}Tx"):
                self.postings.add(Below(event.node))
            yield from self._own(event.node, f"entry {event.number}: ")
        elif isinstance(event, Account):
            faults = mx_statement_rules.of_account(Below(event.node), self.entries)
            yield from _findings(faults, "")
            self.entries = mx_statement_rules.Entries()
        elif isinstance(event, Holding):
            faults = mx_posting_rules.of_holding(Below(event.node), self.postings)
            yield from _findings(faults, "")
            self.postings = mx_posting_rules.Postings()
        elif isinstance(event, Header):
            yield from self._header(event.node)
        elif isinstance(event, Document):
            yield from self._own(event.node, "")

    def _own(self, node: etree._Element, before: str) -> Iterator[Finding]:
        yield from _findings(mx_rules.values(node), before)

    def _header(self, node: etree._Element) -> Iterator[Finding]:
        yield from self._own(node, "")
        yield from _findings(mx_rules.definition(node, self.name), "")
        yield from _findings(mx_verdict.header_faults(node, self.schemas), "")


def _findings(faults: Iterable[Fault], before: str) -> Iterator[Finding]:
    """Numbers in a path would mislead: what stood before is let go of."""
    for fault in faults:
        names = [] if fault.node is None else [fault.node, *fault.node.iterancestors()]
        path = "/".join(("", *(mx.local(each) for each in reversed(names))))
        found = mx_verdict.finding(fault, path, fault.line, 1)
        yield replace(found, message=before + found.message)
