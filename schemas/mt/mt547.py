"""MT547 Deliver against payment confirmation."""

from __future__ import annotations

from schemas.mt.confirmation_sequences import confirmation
from schemas.mt.message import Message

MT547 = Message("547", "Deliver against payment confirmation", confirmation(against_payment=True))
