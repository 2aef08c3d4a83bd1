"""MT920 Request message."""

from __future__ import annotations

from schemas.mt.table import message

MT920 = message(
    "920",
    "Request message",
    """
M  20
M* Loop1 -
   M  12  Type of the message asked for
   M  25
   O* 34F
""",
    length_max=2_000,
)
