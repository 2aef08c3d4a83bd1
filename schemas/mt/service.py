"""Service and system messages: block 4 holds `{tag:value}` instead of lines (DOMAIN 4.5, 4.6)."""

from __future__ import annotations

TAGS = {
    "102": "Logical terminal of the receiver",
    "106": "Message input reference",
    "107": "Message output reference",
    "108": "Message user reference",
    "175": "Time of input or delivery",
    "177": "Date and time",
    "405": "Rejected for",
    "431": "Delivery status",
    "432": "Aborted for",
    "451": "Accepted (0) or rejected (1)",
    "619": "Validation flag",
}
TITLES = {
    "F21": "Acknowledgement",
    "010": "Non-delivery warning",
    "011": "Delivery notification",
    "012": "Sender notification",
    "015": "Delayed negative acknowledgement",
    "019": "Abort notification",
    "021": "Retrieved message",
}
# tags of a message header (block 3) and trailer (block 5) that a person may want to see
HEADER_TAGS = {
    "103": "Service code",
    "106": "Message input reference",
    "108": "Message user reference",
    "111": "Service type",
    "113": "Banking priority",
    "115": "Addressee information",
    "119": "Validation flag",
    "121": "Unique end-to-end transaction reference",
    "165": "Payment release information",
    "423": "Balance checkpoint",
    "424": "Related reference",
    "433": "Sanctions screening information",
    "434": "Payment controls information",
}
TRAILER_TAGS = {
    "CHK": "Checksum",
    "DLM": "Delayed message",
    "MAC": "Authentication code",
    "MRF": "Message reference",
    "PDE": "Possible duplicate emission",
    "PDM": "Possible duplicate message",
    "SYS": "System originated",
    "TNG": "Training message",
}
