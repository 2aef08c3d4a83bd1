"""MT545 Receive against payment confirmation."""

from __future__ import annotations

from schemas.mt.confirmation_sequences import confirmation
from schemas.mt.message import Message

MT545 = Message("545", "Receive against payment confirmation", confirmation(against_payment=True))
