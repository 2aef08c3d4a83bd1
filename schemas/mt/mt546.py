"""MT546 Deliver free confirmation."""

from __future__ import annotations

from schemas.mt.confirmation_sequences import confirmation
from schemas.mt.message import Message

MT546 = Message("546", "Deliver free confirmation", confirmation(against_payment=False))
