"""FIN messages: read one, judge it by its table and rules, describe it in plain words."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from parsers import fin_envelope, fin_verdict, findings
from parsers.fin_structure import Departure
from parsers.fin_text import FinField, FinMessage, lines_before, read
from schemas.described import Described
from schemas.finding import Finding, Rule
from schemas.mt import MESSAGES, service, words
from schemas.mt.fields import FORMATS
from schemas.mt.message import names
from schemas.mt.rules import BY_CODE
from schemas.problem import MessageError, Problem

__all__ = ["FinField", "FinMessage", "check", "check_bytes", "describe", "read"]

_HEADERS_NEEDED = {"103": ("121",), "202": ("121",), "205": ("121",)}  # U13
_OF_FORMAT = frozenset({"T12", "T30", "T33", "T87"})  # what would be right is the format


def check(message: FinMessage) -> list[Finding]:
    """Everything there is to say against a message; without a table, only of its fields."""
    key = fin_verdict.key_of(message)
    if key is not None:
        found = [_finding(message, d) for d in fin_verdict.departures(message, key)]
    elif message.type or not message.typed:
        found = [_finding(message, d) for d in fin_verdict.contents(message)]
        if message.parts:
            found.append(_said("no_table", "block 2", f"MT{message.type} has no table here"))
    else:
        found = [_said("H50", "block 2", "no header, and the fields do not tell the type")]
    for tag in _HEADERS_NEEDED.get(message.type, ()):
        if not message.typed and tag not in message.header:
            found.append(_said("U13", "block 3", f"{service.HEADER_TAGS[tag]} is missing"))
    return found


def check_as(raw: bytes, type_: str) -> list[Finding]:
    """The verdict on a text whose type is known, be it written with headers or without."""
    message = read(raw)
    if message.typed:
        message.type = type_
        return check(message)
    return check_bytes(raw)


def check_bytes(raw: bytes) -> list[Finding]:
    """Everything there is to say against these bytes, whether they can be read or not."""
    around = fin_envelope.check(raw)
    try:
        found = check(read(raw))
    except MessageError as error:
        before = lines_before(raw)
        found = [_unread(problem, before) for problem in error.problems]
    said = {(finding.rule, finding.path.partition("/")[0]) for finding in around}
    return around + [f for f in found if (f.rule, f.path) not in said]


def _unread(problem: Problem, before: int) -> Finding:
    """A problem of reading, whose line is one of block 4, at its line of the bytes."""
    found = findings.of_problem(problem)
    return replace(found, line=found.line + before) if " line " in problem.path else found


def _finding(message: FinMessage, departure: Departure) -> Finding:
    """A departure with its place in the bytes, its rule and what a network would answer."""
    rule = BY_CODE[departure.rule]
    if departure.index < 0:
        return findings.of_rule(rule, departure.where, 1, 1, departure.message, None, rule.code)
    f = message.fields[departure.index]
    before = f.value[: departure.offset]
    down = before.count("\n")
    column = len(before) - before.rfind("\n") if down else len(before) + len(f.tag) + 3
    found = findings.of_rule(
        rule,
        f"{f.path}/{f.tag} {f.qualifier}".strip("/ "),
        message.lines_before + f.line + down,
        column,
        departure.message,
        f.value,
        f"{rule.code}{f.line + down:03d}",
    )
    return replace(found, right=right_of(rule, f.tag, f.value))


def right_of(rule: Rule, tag: str, value: str) -> str:
    """What would be right in a field that breaks a rule: its form, unless it has that already."""
    form = FORMATS.get(tag)
    if form is None or rule.code not in _OF_FORMAT:
        return rule.mend
    misread = tag == "35B" and not value.startswith("ISIN ")  # as a description
    if form.pattern.fullmatch(value) and not misread:
        return "correct what it says: its form is right"
    return f"{rule.mend}: {tag} reads {form.notation}"


def _said(code: str, path: str, said: str) -> Finding:
    return findings.of_rule(BY_CODE[code], path, 1, 1, said, None, code)


def describe(raw: bytes) -> list[Described]:
    """The fields of these bytes with their names written out; MessageError if unreadable."""
    message = read(raw)
    described = [
        Described("block 3", tag, service.HEADER_TAGS.get(tag, "Header tag"), value, 0)
        for tag, value in message.header.items()
    ]
    described += [
        Described("block 4", tag, service.TAGS.get(tag, "Service tag"), value, 1)
        for tag, value in message.service
    ]
    described += [_described(f) for f in message.fields if f.tag[:2] != "16"]
    described += [
        Described("block 5", tag, service.TRAILER_TAGS.get(tag, "Trailer tag"), value, 0)
        for tag, value in message.trailer.items()
    ]
    return described


def _described(f: FinField) -> Described:
    value = f.value[5:].lstrip("/") if f.qualifier else f.value
    tag = f"{f.tag} {f.qualifier}".rstrip()
    return Described(f.path, tag, name_of(f), value, f.line)


def name_of(f: FinField) -> str:
    """The name of a field in words: that of its place in the table, else of its tag."""
    known = _names(f.message.type)
    return (
        known.get((f.path, f.tag, f.qualifier))
        or known.get((f.path, f.tag, ""))
        or _words(f.tag, f.qualifier)
    )


def _words(tag: str, qualifier: str) -> str:
    """The words for a field anywhere, by its qualifier if it has one."""
    if not qualifier:
        return words.of_tag(tag[:2], tag)
    known = words.of_qualifier(tag[:2], qualifier)
    return known if known != qualifier else words.of_tag(tag[:2], tag)


@cache
def _names(type_: str) -> dict[tuple[str, str, str], str]:
    """Plain words by (path, tag, qualifier) in the table of a type."""
    found: dict[tuple[str, str, str], str] = {}
    for path, tag, qualifier, name in names(MESSAGES[type_].items) if type_ in MESSAGES else ():
        found.setdefault((path, tag, qualifier), name)
    return found
