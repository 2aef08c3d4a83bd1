"""Bytes to values: FIN, ISO 20022 and companion files in, one Answer out. Nothing here does I/O."""

from __future__ import annotations

from parsers import companions, fin_answers, mx_answers
from schemas.answer import Answer
from schemas.mx.compiler import Schemas


def read(raw: bytes, schemas: Schemas) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    if companions.is_framed(raw):
        return companions.read(raw)
    if raw.lstrip()[:1] == b"<":
        return mx_answers.read(raw, schemas)
    return fin_answers.read(raw)
