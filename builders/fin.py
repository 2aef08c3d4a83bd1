"""FIN messages from instructions and payments: headers here, the text of each family in its module.

What a network would NAK never leaves: every rule broken is named, all of them at once.
"""

from __future__ import annotations

from builders import mt54x, mt103, mt202, mt_requests
from builders.fin_values import outside_x, reference
from schemas.identifiers import bic11
from schemas.instruction import Instruction, Payment, Wire
from schemas.mt import MESSAGES
from schemas.mt.notation import ONLY_X
from schemas.problem import MessageError, Problem
from schemas.requests import Request

SECURITIES = frozenset({"mt540", "mt541", "mt542", "mt543"})
PAYMENTS = {"mt103": mt103, "mt202": mt202}
Body = Instruction | Payment | Request


def write(format: str, body: Body, wire: Wire, *, cancel_of: str | None = None) -> bytes:
    """The complete message, blocks 1 to 4; MessageError with every rule it would break.

    `cancel_of` is the reference of the message that this one cancels; `wire.seme` is a new one.
    """
    problems: list[Problem] = []
    lines, header = _text(format, body, wire, cancel_of, problems)
    reference(wire.seme, "wire.seme", problems)
    text = "\r\n".join(lines)
    if not ONLY_X.fullmatch(text):
        problems.extend(outside_x(body))
        problems.extend(outside_x(wire, "wire"))
    longest = MESSAGES[format[2:]].length_max
    if len(text) + 4 > longest:
        fault = f"the text has {len(text) + 4} characters, {longest} are allowed: leave out details"
        problems.append(Problem("(body)", "M50", fault, str(len(text) + 4)))
    if problems:
        raise MessageError("unsendable", problems)
    sender, receiver = bic11(wire.sender), bic11(wire.receiver)
    return (
        f"{{1:F01{sender[:8]}A{sender[8:]}0000000000}}"
        f"{{2:I{format[2:]}{receiver[:8]}X{receiver[8:]}N}}"
        f"{{3:{{108:{wire.seme}}}{header}}}{{4:\r\n{text}\r\n-}}"
    ).encode("ascii")


def _text(
    format: str,
    body: Body,
    wire: Wire,
    cancel_of: str | None,
    problems: list[Problem],
) -> tuple[list[str], str]:
    """The lines of block 4 and what block 3 has besides the MUR."""
    if format in SECURITIES and isinstance(body, Instruction):
        return mt54x.lines(format[2:], body, wire, cancel_of, problems), ""
    model, request = mt_requests.REQUESTS.get(format, (None, None))
    if request is not None and model is not None and isinstance(body, model):
        if cancel_of is not None:
            fault = "a request is not cancelled by a message of its own type"
            problems.append(Problem("cancel_of", "format", fault, cancel_of))
        return request(body, wire, problems), mt_requests.header(body)
    family = PAYMENTS.get(format)
    if family is None or not isinstance(body, Payment):
        fault = f"a {type(body).__name__} cannot be written in this format"
        raise MessageError("unsendable", [Problem("format", "format", fault, format)])
    if cancel_of is not None:
        fault = "a payment is not cancelled by its own message type: ask the bank to cancel it"
        problems.append(Problem("cancel_of", "format", fault, cancel_of))
    return family.lines(body, wire, problems), family.header(body, wire, problems)


def mark_possible_duplicate(raw: bytes) -> bytes:
    """The same message with PDE in its trailer, for a re-send of unknown fate (DOMAIN 4.7)."""
    end = raw.rindex(b"-}") + 2
    message, trailer = raw[:end], raw[end:]
    if b"{PDE:" in trailer:
        return raw
    if trailer.startswith(b"{5:"):
        return message + trailer[:-1] + b"{PDE:}}"
    return message + b"{5:{PDE:}}" + trailer
