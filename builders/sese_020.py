"""sese.020: the request to cancel an instruction; its own reference stands in the header only."""

from __future__ import annotations

from typing import Any

from builders import sese_023
from schemas.instruction import Instruction, Wire
from schemas.mx.notation import Message
from schemas.mx.sese_020 import SESE_020
from schemas.problem import MessageError, Problem


def draft(
    body: Instruction, wire: Wire, cancel_of: str | None
) -> tuple[Message, dict[str, Any], list[Problem]]:
    """The table, and the values of the instruction that `cancel_of` names."""
    if not isinstance(body, Instruction):
        raise MessageError("wrong_body", [Problem("kind", "format", "sese.020 has no payments")])
    return SESE_020, {**sese_023.values(body, wire), "cancelled": cancel_of}, []
