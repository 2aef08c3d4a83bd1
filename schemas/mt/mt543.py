"""MT543 Deliver against payment instruction."""

from __future__ import annotations

from schemas.mt.instruction_sequences import instruction
from schemas.mt.message import Message

MT543 = Message("543", "Deliver against payment instruction", instruction(against_payment=True))
