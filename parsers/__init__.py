"""Bytes to values: FIN and ISO 20022 in, one Answer out. Nothing here does I/O."""

from __future__ import annotations

from parsers import fin_answers, mx_answers
from schemas.answer import Answer
from schemas.mx.compiler import Schemas


def read(raw: bytes, schemas: Schemas) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    if raw.lstrip()[:1] == b"<":
        return mx_answers.read(raw, schemas)
    return fin_answers.read(raw)
