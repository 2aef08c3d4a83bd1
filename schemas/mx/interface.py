"""What the SWIFT interface reports in a DataPDU header, and which verdict each word is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
