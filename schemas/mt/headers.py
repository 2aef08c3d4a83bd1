"""Blocks 1, 2, 3, 5 and S of a FIN message as tables: every tag, its form, its order, who writes it.

Forms are in the standard's notation. Facts are of DOMAIN 4.1 and 4.5; what is from memory of the
handbook says so in its rule's confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.finding import Rule

Writer = Literal["any", "network"]


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a block: what it is, its form, the messages it is for, and who may write it."""

    tag: str
    name: str
    form: str  # '' is empty
    writer: Writer = "any"
    types: frozenset[str] = frozenset()  # all when empty


# a message input or output reference: date, terminal, session, sequence
REFERENCE = "6!n4!a2!a2!c1!c3!c4!n6!n"
TIMED = f"[4!n{REFERENCE}]"  # time and reference, or nothing

USER_HEADER: tuple[Tag, ...] = (
    Tag("103", "Service code", "3!a"),
    Tag("113", "Banking priority", "4!x"),
    Tag("108", "Message user reference", "16x"),
    Tag("119", "Validation flag", "8c"),
    Tag("423", "Balance checkpoint", "12!n[2!n]"),
    Tag("106", "Message input reference", REFERENCE),
    Tag("424", "Related reference", "16x"),
    Tag("111", "Service type", "3!n"),
    Tag("121", "Unique end-to-end transaction reference", "36x"),
    Tag("115", "Addressee information", "32x", "network"),
    Tag("165", "Payment release information", "3!c/34x", "network"),
    Tag("433", "Sanctions screening information", "/3!a/[20x]", "network"),
    Tag("434", "Payment controls information", "/3!a/[20x]", "network"),
)
TRAILERS: tuple[Tag, ...] = (
    Tag("MAC", "Authentication code", "8!h"),
    Tag("PAC", "Proprietary authentication code", "8!h"),
    Tag("CHK", "Checksum", "12!h"),
    Tag("SYS", "System originated", TIMED, "network"),
    Tag("TNG", "Training message", ""),
    Tag("PDE", "Possible duplicate emission", TIMED),
    Tag("PDM", "Possible duplicate message", TIMED, "network"),
    Tag("DLM", "Delayed message", "", "network"),
    Tag("MRF", "Message reference", f"6!n4!n{REFERENCE}", "network"),
)
# what interfaces write into block S; it never goes to the network, and others may stand there
INTERFACE: dict[str, str] = {
    "COP": "Copy: P primary, S secondary",
    "FAC": "Result of the check of the sender",
    "MAN": "Message was entered by hand",
    "MDG": "Local authentication",
    "REF": "Reference of the interface",
    "SAC": "Authentication checked",
    "SPD": "Possible duplicate of the interface",
}
NETWORK = ("DYDY", "DYLR", "SWFT")  # how the network names itself in references and receivers
# which flag of 119 stands with which types
FLAGS: dict[str, frozenset[str]] = {
    "STP": frozenset({"102", "103"}),
    "REMIT": frozenset({"103"}),
    "COV": frozenset({"202", "205"}),
    "RFDD": frozenset({"104"}),
}
# priority, then which monitoring goes with which period of obsolescence in minutes' codes
PRIORITIES: dict[str, str] = {"S": "system", "U": "urgent", "N": "normal"}
MONITORING: dict[str, dict[str, tuple[str, ...]]] = {
    "S": {"": ("",)},
    "U": {"1": ("", "003"), "3": ("", "003")},
    "N": {"": ("",), "2": ("", "020")},
}
APPLICATIONS = {"F": "FIN", "A": "general purpose application", "L": "login"}
_BOOK = "user handbook, from memory"
_PUBLIC = "user handbook, as carried by Prowide Core"


def _rule(code: str, says: str, mend: str, source: str = _BOOK) -> Rule:
    confidence: Literal["medium", "recall"] = "recall" if source == _BOOK else "medium"
    return Rule(code, "every MT", "network", says, mend, source, confidence, nak=True)


RULES: tuple[Rule, ...] = (
    _rule("H03", "the application is F, A or L", "write F01 for a message between users"),
    _rule(
        "H10",
        "block 1 names a logical terminal: BIC, a letter other than X, branch",
        "put your terminal's letter (mostly A) between the eighth and ninth character of the BIC",
        _PUBLIC,
    ),
    _rule(
        "H52",
        "U goes with monitoring 1 or 3 and period 003, N with none or 2 and 020, S with system messages",
        "write N alone, or U3",
        _PUBLIC,
    ),
    _rule(
        "U00",
        "tags of block 3 are known, each once, in order, each in its form",
        "write it in the form shown and in its place, or leave it out",
    ),
    Rule(
        "trailer_order",
        "every MT",
        "usage",
        "trailers stand in their order: MAC, PAC, CHK, then the others",
        "put CHK before the trailers that say how the message travelled",
        _BOOK,
        "low",
        "warning",
    ),
    Rule(
        "service_tag",
        "system and service messages",
        "usage",
        "a system message has the tags of its table, mandatory ones always, each in its form",
        "look at what the network sent: it is read as it is",
        _BOOK,
        "recall",
        "warning",
    ),
    Rule(
        "service_brace",
        "ACK and NAK",
        "usage",
        "every tag of a service message has its own braces",
        "close 405 before 108: it was read as if it were",
        "seen in the field",
        "high",
        "warning",
    ),
    Rule(
        "header_output",
        "every MT",
        "usage",
        "an output header is the network's: the sender's reference names a real terminal",
        "take the message as the network delivered it",
        _BOOK,
        "low",
        "info",
    ),
)
