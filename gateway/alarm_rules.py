"""The rules of alarms, as data: what must not stand longer, or be more, than so much.

A threshold is a default; `FINALITY_ALARMS` sets others by rule, as `{"unsent": 300}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gateway.rights import Right

Unit = Literal["business seconds", "seconds", "times the usual", "amount", "number", "bytes"]


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When it sounds, what it says, what to do, who may answer it, and where one looks."""

    id: str
    title: str
    says: str  # {name} and {weight}
    mend: str
    threshold: Decimal
    unit: Unit
    red: Decimal  # the weight from which it is red; what it weighs is the rule's own
    page: str  # {object}
    right: Right = "maker or checker"


def _rule(
    id_: str,
    title: str,
    says: str,
    mend: str,
    threshold: int,
    unit: Unit,
    red: int,
    page: str,
    right: Right = "maker or checker",
) -> AlarmRule:
    return AlarmRule(id_, title, says, mend, Decimal(threshold), unit, Decimal(red), page, right)


MINUTE = 60
RULES: dict[str, AlarmRule] = {
    rule.id: rule
    for rule in (
        _rule(
            "link_down", "Link down", "{name} is down", "look at the link and its counterparty",
            MINUTE, "seconds", 0, "/links",
        ),
        _rule(
            "unsent", "Unsent messages", "{weight} messages wait to leave on {name}",
            "see whether the link is up and takes what is sent", 2 * MINUTE, "business seconds",
            100, "/links",
        ),
        _rule(
            "ack_overdue", "No network answer", "{weight} messages on {name} have no ACK or NAK",
            "ask the network or the counterparty; securities messages go again by themselves",
            5 * MINUTE, "business seconds", 20, "/links",
        ),
        _rule(
            "inbound_waits", "Inbound not worked", "{weight} messages from {name} were not worked",
            "see the links page and the log of the gateway", MINUTE, "business seconds", 100,
            "/links",
        ),
        _rule(
            "inbound_parked", "Inbound without a home",
            "{weight} messages from {name} could not be placed",
            "repair them, or send them through again", 30 * MINUTE, "business seconds", 20,
            "/exceptions#inbound",
        ),
        _rule(
            "fate_unknown", "Payment of unknown fate",
            "nobody knows whether the payment {name} left", "ask the bank, then say what happened",
            0, "business seconds", 0, "/instructions/{object}",
        ),
        _rule(
            "silent", "Silent for longer than usual",
            "{name} has left {weight} instructions without an answer",
            "chase, or ask for a status", 3, "times the usual", 20,
            "/?tab=them&custodian={object}",
        ),
        _rule(
            "exceptions_wait", "Exceptions nobody took on", "{weight} exceptions are open and unowned",
            "own their instructions, or repair, send through or close them",
            30 * MINUTE, "business seconds", 20,
            "/exceptions",
        ),
        _rule(
            "contradiction", "What came contradicts what stands", "{name}: {weight} exceptions",
            "compare the messages and call their sender; nothing was booked on a guess",
            0, "number", 0, "/exceptions",
        ),
        _rule(
            "log_broken", "The log does not end where it should", "{name} of the log were cut or added to",
            "stop, keep the database as it is, and run finality verify", 0, "number", 0, "/links",
        ),
        _rule(
            "sink_behind", "Listeners are told late", "{weight} events were not told over MQTT yet",
            "see whether the broker is up; the record itself is complete", 20_000, "number",
            1_000_000, "/links",
        ),
        _rule(
            "overdue_unconfirmed", "Confirmations overdue",
            "{name} has not confirmed {weight} instructions", "chase the confirmations",
            30 * MINUTE, "business seconds", 20, "/?tab=failing&custodian={object}",
        ),
        _rule(
            "approval_late", "Approval late", "{name} settles today and waits for a second person",
            "approve it or turn it down", 15 * MINUTE, "business seconds", 0,
            "/instructions/{object}",
        ),
        _rule(
            "failing_money", "Much is late", "{name} {weight} is failing or past its date",
            "chase the largest first", 10_000_000, "amount", 50_000_000,
            "/?tab=failing&currency={object}",
        ),
        _rule(
            "locked_out", "Sign-in locked", "{name} is locked out after {weight} wrong passwords",
            "ask the person; give a new password if it was not them", 0, "seconds", 0, "/users",
            "security",
        ),
        _rule(
            "disk_low", "Disk nearly full", "{name} bytes are left for the data folder",
            "make room: the gateway stops taking work when the disk is full", 2 * 1024**3, "bytes",
            0, "/links",
        ),
    )
}  # fmt: skip
