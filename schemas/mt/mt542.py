"""MT542 Deliver free."""

from __future__ import annotations

from schemas.mt.instruction_sequences import instruction
from schemas.mt.message import Message

MT542 = Message("542", "Deliver free", instruction(against_payment=False))
