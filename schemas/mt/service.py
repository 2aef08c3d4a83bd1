"""Service and system messages: block 4 holds `{tag:value}` instead of lines (DOMAIN 4.5, 4.6)."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.mt import headers
from schemas.mt.headers import REFERENCE


@dataclass(frozen=True, slots=True)
class Report:
    """A service or system message: its title, and the tags it must and may have."""

    title: str
    mandatory: tuple[str, ...]
    optional: tuple[str, ...] = ()


TAGS = {
    "102": "Logical terminal of the receiver",
    "103": "Service code",
    "104": "Priority",
    "106": "Message input reference",
    "107": "Message output reference",
    "108": "Message user reference",
    "110": "Reason of the log-in's answer",
    "114": "Payment release information for the sender",
    "151": "Session and sequence number",
    "175": "Time of input or delivery",
    "177": "Date and time",
    "202": "Number of this part",
    "203": "Number of parts",
    "251": "Reference of the input message asked for",
    "252": "Range of input references asked for",
    "253": "Reference of the output message asked for",
    "254": "Range of output references asked for",
    "255": "Range of output references asked for",
    "256": "Message user reference asked for",
    "257": "Times of input asked for",
    "258": "Times of output asked for",
    "259": "Sequence numbers of input asked for",
    "260": "Sequence numbers of output asked for",
    "270": "Times asked for",
    "280": "Time and reference of the input message",
    "281": "Time and reference of the output message",
    "301": "Service code of the report",
    "305": "Kind of report",
    "311": "Answer to the acknowledgement",
    "331": "Session history",
    "332": "Counts of the application",
    "342": "Queued messages",
    "343": "Oldest queued message",
    "405": "Rejected for",
    "421": "Reason of a failed retrieval",
    "431": "Delivery status",
    "432": "Aborted for",
    "451": "Accepted (0) or rejected (1)",
    "501": "Session key",
    "503": "Reason of the session's answer",
    "619": "Copy service",
}
# forms that are sure enough to hold a value against; the rest is read as it comes
FORMS = {
    "102": "4!a2!a2!c1!c3!c",
    "104": "1!a",
    "106": REFERENCE,
    "107": REFERENCE,
    "108": "16x",
    "175": "4!n",
    "177": "6!n4!n",
    "202": "4!n",
    "203": "4!n",
    "405": "3!c[3!n]",
    "431": "2!n",
    "432": "2!c",
    "451": "1!n",
}
_RETRIEVAL = ("102", *(str(number) for number in range(251, 261)), "270")
REPORTS: dict[str, Report] = {
    "F21": Report("Acknowledgement", ("177", "451"), ("108", "311", "405", "503")),
    "010": Report("Non-delivery warning", ("106", "431"), ("102", "104", "108")),
    "011": Report("Delivery notification", ("175", "106", "107"), ("108",)),
    "012": Report("Sender notification", ("175", "106", "102"), ("103", "108", "114", "619")),
    "015": Report("Delayed negative acknowledgement", ("405",), ("106", "108", "175")),
    "019": Report("Abort notification", ("175", "106", "102", "432"), ("107", "108", "619")),
    "020": Report("Retrieval request", (), _RETRIEVAL),
    "021": Report("Retrieved message", ("202", "203"), ("108", "280", "281", "421", "431")),
    "022": Report("Retrieval request of a history", (), _RETRIEVAL),
    "023": Report("Retrieved history", ("202", "203"), ("108", "280", "281", "421", "431")),
    "066": Report("Undelivered messages asked for", ("202", "203", "305"), ("301", "342", "343")),
    "082": Report("Undelivered messages at a time", ("202", "203"), ("301", "305", "342", "343")),
    "083": Report(
        "Undelivered messages at the cut-off", ("202", "203"), ("301", "305", "342", "343")
    ),
}
TITLES = {type_: report.title for type_, report in REPORTS.items()}
# tags of a message header (block 3) and trailer (block 5) that a person may want to see
HEADER_TAGS = {tag.tag: tag.name for tag in headers.USER_HEADER}
TRAILER_TAGS = {tag.tag: tag.name for tag in headers.TRAILERS}
