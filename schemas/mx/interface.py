"""What the SWIFT interface reports in a DataPDU header, and which verdict each word is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.finding import Rule

Verdict = Literal["ack", "nak", "delivered", "undelivered", "aborted"]

# A network that timed out or gave up leaves the fate of the message open: a person must look.
TRANSMISSION: Mapping[str, Verdict] = {
    "NetworkAcked": "ack",
    "NetworkNacked": "nak",
    "NetworkRejectedLocally": "nak",
    "NetworkAborted": "aborted",
    "NetworkTimedOut": "aborted",
}
DELIVERY: Mapping[str, Verdict] = {
    "DlvAcked": "delivered",
    "RcvDelivered": "delivered",
    "DlvNacked": "undelivered",
    "DlvRejectedLocally": "undelivered",
    "DlvTimedOut": "undelivered",
    "RcvOverdue": "undelivered",
    "DlvAborted": "aborted",
    "RcvAborted": "aborted",
    "RcvDelayedNak": "aborted",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report: the elements that may hold its status, and what each status means."""

    statuses: tuple[str, ...]
    verdicts: Mapping[str, Verdict]


REPORTS = {
    "TransmissionReport": Report(("NetworkDeliveryStatus",), TRANSMISSION),
    # of the interface itself: what it took is with the network only once that says so
    "MessageStatus": Report(("IsSuccess",), {"false": "nak", "0": "nak"}),
    "DeliveryReport": Report(("ReceiverDeliveryStatus", "DeliveryStatus"), DELIVERY),
}
FORMATS = frozenset({"MX", "MT", "AnyXML", "File"})
_SOURCE = "interface's guide, from memory"


def _envelope(code: str, says: str, mend: str) -> Rule:
    return Rule(code, "DataPDU", "usage", says, mend, _SOURCE, "recall", "warning")


# what an envelope says of the message in it
RULES = {
    rule.code: rule
    for rule in (
        _envelope(
            "pdu_format", "Format is MX, MT, AnyXML or File", "write the one that is in Body"
        ),
        _envelope(
            "pdu_body",
            "Body holds what Format says",
            "put the business header and the Document into Body, or correct Format",
        ),
        _envelope(
            "pdu_identifier",
            "MessageIdentifier names the message in Body",
            "write the last part of the Document's namespace",
        ),
        _envelope(
            "pdu_party",
            "Sender and Receiver are those of the business header",
            "correct the one that is wrong: who it is for is read from the business header",
        ),
    )
}
# interfaces differ in where they say why
REASONS = (
    "NetworkNackReason",
    "NackReason",
    "RejectionReason",
    "ReasonCode",
    "ErrorCode",
    "Reason",
)
TEXTS = ("ReasonText", "ErrorText", "Description", "Text", "Contents")
