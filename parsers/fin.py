"""FIN messages: read one, check it against its table and rules, describe it in plain words."""

from __future__ import annotations

from functools import cache

from parsers import fin_rules, fin_table
from parsers.fin_text import FinField, FinMessage, read
from schemas.described import Described
from schemas.mt import MESSAGES, service
from schemas.mt.message import names
from schemas.problem import MessageError, Problem

__all__ = ["FinField", "FinMessage", "check", "check_bytes", "describe", "read"]

_TABLED_HEADERS = {"103": ("121",), "202": ("121",)}  # U13: no payment without its UETR


def check(message: FinMessage) -> list[Problem]:
    """What is wrong with a message by its table and its rules; nothing for a type without table."""
    table = MESSAGES.get(message.type)
    if table is None:
        if message.typed and not message.type:
            return [Problem("block 2", "H50", "no header, and the fields do not tell the type")]
        return []
    problems = fin_table.check(message, table)
    for rule in fin_rules.RULES.get(message.type, ()):
        problems.extend(rule(message))
    for tag in _TABLED_HEADERS.get(message.type, ()):
        if not message.typed and tag not in message.header:
            problems.append(Problem("block 3", "U13", f"{service.HEADER_TAGS[tag]} is missing"))
    return problems


def check_bytes(raw: bytes) -> list[Problem]:
    """What is wrong with these bytes, whether they can be read or not."""
    try:
        return check(read(raw))
    except MessageError as error:
        return list(error.problems)


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
    described += [_described(message.type, f) for f in message.fields if f.tag[:2] != "16"]
    described += [
        Described("block 5", tag, service.TRAILER_TAGS.get(tag, "Trailer tag"), value, 0)
        for tag, value in message.trailer.items()
    ]
    return described


def _described(type_: str, f: FinField) -> Described:
    value = f.value[5:].lstrip("/") if f.qualifier else f.value
    tag = f"{f.tag} {f.qualifier}".rstrip()
    return Described(f.path, tag, _name(type_, f), value, f.line)


def _name(type_: str, f: FinField) -> str:
    known = _names(type_)
    return (
        known.get((f.path, f.tag, f.qualifier))
        or known.get((f.path, f.tag, ""))
        or known.get(("", f.tag[:2], f.qualifier))
        or _names("").get(("", f.tag[:2], f.qualifier))
        or f"Field {f.tag}"
    )


@cache
def _names(type_: str) -> dict[tuple[str, str, str], str]:
    """Plain words by (path, tag, qualifier), and by ('', tag number, qualifier) anywhere."""
    tables = [MESSAGES[type_]] if type_ in MESSAGES else list(MESSAGES.values())
    found: dict[tuple[str, str, str], str] = {}
    for table in tables:
        for path, tag, qualifier, name in names(table.items):
            found.setdefault((path, tag, qualifier), name)
            if qualifier:
                found.setdefault(("", tag[:2], qualifier), name)
    return found
