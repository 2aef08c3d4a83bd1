"""ISO 20022 answers: sese.024, 025, 026, 027, 031, pacs.002, camt.054 and the interface's reports.

A version without a schema is read by element name; what has no use here yet is Unknown, not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Literal, cast

from lxml import etree

from parsers import mx
from parsers.mx_fields import Fields
from schemas import codes
from schemas.answer import (
    Answer,
    CashAdvice,
    CashEntry,
    Confirmation,
    Header,
    NetworkAnswer,
    PaymentStatus,
    Reason,
    Standing,
    StatusAdvice,
    Unknown,
)
from schemas.described import Described
from schemas.identifiers import bic11, is_bic
from schemas.money import Quantity
from schemas.mx import catalogue
from schemas.mx.compiler import SCHEMA_UNAVAILABLE, Schemas, path_of
from schemas.mx.interface import REASONS, REPORTS, TEXTS
from schemas.mx.statuses import ADVICES, NO_REASON
from schemas.problem import MessageError, Problem

NOT_PROVIDED = "NOTPROVIDED"
REFERENCE_MAX = 35
_NOWHEN = date.min
_NOTHING = Quantity("UNIT", 0)  # type: ignore[arg-type]
_NAMES = {row["path"]: row["name"] for row in codes.rows("mx_names")}


def read(raw: bytes, schemas: Schemas) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    message = mx.read(raw)
    report = _report(message)
    if report is not None:
        return report
    faults = [fault for fault in _faults(message, schemas) if fault.rule != SCHEMA_UNAVAILABLE]
    if faults:
        raise MessageError("schema", faults)
    problems: list[Problem] = []
    answer = _answer(message, problems)
    if problems:
        raise MessageError("message_not_valid", problems)
    return answer


def check(raw: bytes, schemas: Schemas) -> list[Problem]:
    """What is wrong with a message against the schemas of its header and its Document."""
    try:
        return _faults(mx.read(raw), schemas)
    except MessageError as error:
        return list(error.problems)


def describe(raw: bytes) -> list[Described]:
    """Every value of a message in its order, its element written out in plain words."""
    found = []
    for node in mx.parse(raw).iter():
        if len(node) == 0:
            path = path_of(node)
            name = _name(path)
            value = " ".join((*node.attrib.values(), (node.text or "").strip()))
            line = node.sourceline or 0
            found.append(Described(path, mx.local(node), name, value.strip(), line))
    return found
