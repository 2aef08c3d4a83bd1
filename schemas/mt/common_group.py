"""Common group messages, n90 to n99: the same in every category of the standard."""

from __future__ import annotations

from schemas.mt.message import Message
from schemas.mt.table import message

CATEGORIES = "12345679"
_LINES = {
    "90": (
        "Advice of charges, interest and other adjustments",
        """
M  20
M  21
M  25
M  32[CD]
O  52[AD]
M  71B
O  72
""",
    ),
    "91": (
        "Request for payment of charges, interest and other expenses",
        """
M  20
M  21
M  32B
O  52[AD]
O  57[ABD]
M  71B
O  72
""",
    ),
    "92": (
        "Request for cancellation",
        """
M  20
M  21
M  11S
O  79
O* **  Copy of fields of the original message
""",
    ),
    "95": (
        "Queries",
        """
M  20
M  21
M  75
O  77A
O  11[RS]
O  79
O* **  Copy of fields of the original message
""",
    ),
    "96": (
        "Answers",
        """
M  20
M  21
M  76
O  77A
O  11[RS]
O  79
O* **  Copy of fields of the original message
""",
    ),
    "98": (
        "Proprietary message",
        """
M  20
M  12
M  77E
""",
    ),
    "99": (
        "Free format message",
        """
M  20
O  21
M  79
""",
    ),
}

COMMON: dict[str, Message] = {
    category + number: message(
        category + number, title, lines, length_max=2_000 if category == "9" else 10_000
    )
    for category in CATEGORIES
    for number, (title, lines) in _LINES.items()
}
