"""Values to bytes: one body, two wires. Nothing here does I/O."""

from __future__ import annotations

from builders import fin, mt_requests, mx, mx_requests
from schemas.instruction import Instruction, Payment, Wire
from schemas.problem import MessageError, Problem
from schemas.requests import Request

Body = Instruction | Payment | Request
BODIES: dict[str, type[Body]] = {
    **dict.fromkeys(("mt540", "mt541", "mt542", "mt543", "sese.023"), Instruction),
    **dict.fromkeys(("mt103", "mt202", "pacs.008", "pacs.009"), Payment),
    **{name: model for name, (model, _) in mt_requests.REQUESTS.items()},
    **{name: model for name, (model, _) in mx_requests.BODIES.items()},
}


def write(format: str, body: Body, wire: Wire, *, cancel_of: str | None = None) -> bytes:
    """The message: a FIN text with its headers, or the Document of an ISO 20022 one.

    MessageError names every rule it would break, all at once. `cancel_of` is the reference of the
    message that this one cancels.
    """
    if format not in BODIES:
        known = ", ".join(sorted(BODIES))
        raise MessageError(
            "unknown_format", [Problem("format", "unknown", f"one of {known}", format)]
        )
    if format.startswith("mt"):
        return fin.write(format, body, wire, cancel_of=cancel_of)
    return mx.write(format, body, wire, cancel_of=cancel_of)
