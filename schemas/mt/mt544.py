"""MT544 Receive free confirmation."""

from __future__ import annotations

from schemas.mt.confirmation_sequences import confirmation
from schemas.mt.message import Message

MT544 = Message("544", "Receive free confirmation", confirmation(against_payment=False))
