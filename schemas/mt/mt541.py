"""MT541 Receive against payment instruction."""

from __future__ import annotations

from schemas.mt.instruction_sequences import instruction
from schemas.mt.message import Message

MT541 = Message("541", "Receive against payment instruction", instruction(against_payment=True))
