"""MT540 Receive free."""

from __future__ import annotations

from schemas.mt.instruction_sequences import instruction
from schemas.mt.message import Message

MT540 = Message("540", "Receive free", instruction(against_payment=False))
