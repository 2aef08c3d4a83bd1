"""The blocks around a FIN message's text as typed values, and what is wrong with them.

Every function takes the text of one block, without its braces, and gives its value and the faults in
it with their columns. Any text gives a value or faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from schemas.identifiers import is_bic, is_uetr
from schemas.mt import headers, service
from schemas.mt.headers import Tag
from schemas.mt.notation import compile_format, read_day


class Fault(NamedTuple):
    """What is wrong in a block: the rule, the words, the value, and its column in the block from 0."""

    rule: str
    message: str
    value: str
    column: int
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A logical terminal: BIC of eight characters, the terminal's letter, branch."""

    bic: str
    letter: str
    branch: str

    @property
    def bic11(self) -> str:
        """The BIC with its branch."""
        return self.bic + self.branch


@dataclass(frozen=True, slots=True)
class Basic:
    """Block 1."""

    application: str  # F, A, L
    service: str  # 01, 21, ...
    terminal: Terminal
    session: str
    sequence: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A message's input or output reference (MIR, MOR)."""

    on: date
    terminal: Terminal
    session: str
    sequence: str


@dataclass(frozen=True, slots=True)
class Input:
    """Block 2 of a message to the network."""

    type: str
    receiver: Terminal
    priority: str
    monitoring: str = ""
    obsolescence: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """Block 2 of a message from the network; times are local to the terminals."""

    type: str
    entered_at: datetime
    reference: Reference
    delivered_at: datetime
    priority: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What PDE, PDM, SYS and MRF may say: when, and of which message."""

    at: time | None = None
    reference: Reference | None = None


_BASIC = re.compile(r"([A-Z])([0-9]{2})([A-Z0-9]{8})([A-Z0-9])([A-Z0-9]{3})([0-9]{4})([0-9]{6})")
_LOGIN = re.compile(r"L[0-9]{2}[A-Z0-9]{12}")  # services before there is a session
_INPUT = re.compile(
    r"I([0-9]{3})([A-Z0-9]{8})([A-Z0-9])([A-Z0-9]{3})(?:([A-Z])([0-9]?)((?:[0-9]{3})?))?"
)
_OUTPUT = re.compile(r"O([0-9]{3})([0-9]{4})([0-9A-Z]{28})([0-9]{6})([0-9]{4})([A-Z]?)")
_REFERENCE = re.compile(r"([0-9]{6})([A-Z0-9]{8})([A-Z0-9])([A-Z0-9]{3})([0-9]{4})([0-9]{6})")
_TAGS = re.compile(r"\{([^{}:]*):?([^{}]*)\}?|([^{}]+)|\}")
_USER = {tag.tag: tag for tag in headers.USER_HEADER}
_TRAILER = {tag.tag: tag for tag in headers.TRAILERS}
_USER_ORDER = {tag.tag: place for place, tag in enumerate(headers.USER_HEADER)}
_TRAILER_ORDER = {"MAC": 0, "PAC": 1, "CHK": 2}
_PATTERNS = {
    tag: re.compile(r"") if not form else compile_format(form).pattern
    for tag, form in (
        *((t.tag, t.form) for t in (*headers.USER_HEADER, *headers.TRAILERS)),
        *service.FORMS.items(),
    )
}
Tags = tuple[tuple[str, str, int], ...]  # tag, value, column of the value in the block


def basic(block: str, from_network: bool = False) -> tuple[Basic | None, list[Fault]]:
    """Block 1; in a message from the network it names the receiver."""
    found = _BASIC.fullmatch(block)
    if found is None:
        if _LOGIN.fullmatch(block):
            terminal = Terminal(block[3:11], block[11], block[12:])
            return Basic(block[0], block[1:3], terminal, "", ""), []
        said = "not application, service, terminal, session and sequence"
        return None, [Fault("H01", said, block, 0)]
    application, service_id, bic, letter, branch, session, sequence = found.groups()
    value = Basic(application, service_id, Terminal(bic, letter, branch), session, sequence)
    faults = []
    if application not in headers.APPLICATIONS:
        faults.append(Fault("H03", f"no application {application}", application, 0))
    if not is_known(bic + branch):
        faults.append(Fault("H10", "no BIC stands here", bic + branch, 3))
    elif letter == "X" or letter.isdigit():
        rule = "header_output" if from_network else "H10"
        faults.append(Fault(rule, "a terminal is a letter other than X", block[3:15], 11))
    return value, faults


def application(block: str) -> tuple[Input | Output | None, list[Fault]]:
    """Block 2, of either direction."""
    if found := _INPUT.fullmatch(block):
        return _input(found)
    if found := _OUTPUT.fullmatch(block):
        return _output(found)
    return None, [Fault("H50", "neither an input nor an output header", block, 0)]


def _input(found: re.Match[str]) -> tuple[Input, list[Fault]]:
    type_, bic, letter, branch, priority, monitoring, obsolescence = (
        g or "" for g in found.groups()
    )
    value = Input(type_, Terminal(bic, letter, branch), priority, monitoring, obsolescence)
    faults = []
    system = type_.startswith("0")  # goes to the network itself, whose names are no BICs
    if not system and not is_known(bic + branch):
        faults.append(Fault("H50", "no BIC stands here", bic + branch, 4))
    elif letter != "X":
        said = "a receiver's terminal is written X"
        faults.append(Fault("H50", said, bic + letter + branch, 12))
    faults += _priority(type_, priority, monitoring, obsolescence)
    return value, faults


def _priority(type_: str, priority: str, monitoring: str, obsolescence: str) -> Iterator[Fault]:
    said = priority + monitoring + obsolescence
    if not priority:
        yield Fault("H52", "the priority is missing", said, 16)
    elif priority not in headers.PRIORITIES:
        yield Fault("H52", "a priority is S, U or N", said, 16)
    elif priority == "S" and not type_.startswith("0"):
        yield Fault("H52", "S is for system messages", said, 16)
    elif obsolescence not in headers.MONITORING[priority].get(monitoring, ()):
        yield Fault("H52", "this monitoring or period does not go with the priority", said, 16)


def _output(found: re.Match[str]) -> tuple[Output | None, list[Fault]]:
    type_, entered, mir, delivered_on, delivered, priority = found.groups()
    reference_, faults = reference(mir)
    faults = [fault._replace(rule="H50", column=fault.column + 8) for fault in faults]
    entered_at = None if reference_ is None else _moment(mir[:6], entered)
    delivered_at = _moment(delivered_on, delivered)
    if entered_at is None and reference_ is not None:
        faults.append(Fault("H50", "the input time is none", entered, 4))
    if delivered_at is None:
        faults.append(Fault("H50", "the output date or time is none", delivered_on + delivered, 36))
    if priority not in headers.PRIORITIES:
        faults.append(Fault("H52", "a priority is S, U or N", priority, 46))
    if reference_ is not None and reference_.terminal.letter == "X":
        said = "the sender's reference names terminal X, which sends nothing"
        faults.append(Fault("header_output", said, mir, 8))
    if reference_ is None or entered_at is None or delivered_at is None:
        return None, faults
    return Output(type_, entered_at, reference_, delivered_at, priority), faults


def reference(text: str) -> tuple[Reference | None, list[Fault]]:
    """A MIR or MOR."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return None, [Fault("T12", "not date, terminal, session and sequence", text, 0)]
    on, bic, letter, branch, session, sequence = found.groups()
    day = _day(on)
    if day is None:
        return None, [Fault("T50", "the date is none", on, 0)]
    if not bic.startswith(headers.NETWORK) and not is_known(bic + branch):
        return None, [Fault("T27", "no BIC stands here", bic + branch, 6)]
    return Reference(day, Terminal(bic, letter, branch), session, sequence), []


def tags(block: str) -> tuple[Tags, list[Fault]]:
    """The `{tag:value}` of a block in order, and what stands between them."""
    found: list[tuple[str, str, int]] = []
    faults: list[Fault] = []
    for piece in _TAGS.finditer(block):
        if piece[1] is None:
            if piece[0].strip():
                faults.append(
                    Fault("U00", "text outside a tag", piece[0].strip()[:40], piece.start())
                )
        else:
            found.append((piece[1], piece[2], piece.start(2)))
    return tuple(found), faults


def user(
    block: str, type_: str = "", from_network: bool = False
) -> tuple[dict[str, str], list[Fault]]:
    """Block 3 of a message of this type."""
    found, faults = tags(block)
    values: dict[str, str] = {}
    last = -1
    for tag, value, column in found:
        known = _USER.get(tag)
        if known is None:
            faults.append(Fault("U00", f"no tag {tag} of block 3", value, column, tag))
            continue
        if tag in values:
            faults.append(Fault("U00", "comes twice", value, column, tag))
            continue
        values[tag] = value
        if _USER_ORDER[tag] < last:
            faults.append(Fault("U00", "stands after a tag it comes before", value, column, tag))
        last = max(last, _USER_ORDER[tag])
        faults += _tag_faults(known, value, column, "U00", from_network)
    faults += _flag(values, type_, found)
    return values, faults


def _flag(values: Mapping[str, str], type_: str, found: Tags) -> Iterator[Fault]:
    columns = {tag: column for tag, _, column in found}
    flag = values.get("119")
    if flag is not None and type_ and type_ not in headers.FLAGS.get(flag, ()):
        yield Fault("U00", f"{flag} is no flag of an MT{type_}", flag, columns["119"], "119")
    uetr = values.get("121")
    if uetr is not None and not is_uetr(uetr):
        said = "not a UUID of version 4 in lower case"
        yield Fault("U13", said, uetr, columns["121"], "121")


def trailer(
    block: str, from_network: bool = False
) -> tuple[dict[str, str | Duplicate], list[Fault]]:
    """Block 5; what PDE, PDM, SYS and MRF say is typed."""
    found, faults = tags(block)
    faults = [fault._replace(rule="Z00") for fault in faults]
    values: dict[str, str | Duplicate] = {}
    last = -1
    for tag, value, column in found:
        known = _TRAILER.get(tag)
        if known is None or tag in values:
            said = "comes twice" if known else f"no trailer {tag}"
            faults.append(Fault("Z00", said, value, column, tag))
            continue
        place = _TRAILER_ORDER.get(tag, 3)
        if place < last:
            faults.append(Fault("trailer_order", "stands after others", value, column, tag))
        last = max(last, place)
        wrong = list(_tag_faults(known, value, column, "Z00", from_network))
        faults += wrong
        values[tag] = value
        if headers.REFERENCE in known.form and not wrong:
            duplicate, inside = _duplicate(value)
            values[tag] = duplicate
            faults += [Fault("Z00", f.message, f.value, column + f.column, tag) for f in inside]
    return values, faults


def _duplicate(value: str) -> tuple[Duplicate, list[Fault]]:
    """Time and reference of a trailer; MRF has a date before."""
    if not value:
        return Duplicate(), []
    found, faults = reference(value[-28:])
    faults = [fault._replace(column=len(value) - 28 + fault.column) for fault in faults]
    at = _clock(value[-32:-28])
    if at is None:
        faults.append(Fault("Z00", "the time is none", value[-32:-28], len(value) - 32))
    if len(value) > 32 and _day(value[:-32]) is None:
        faults.append(Fault("Z00", "the date is none", value[:-32], 0))
    return Duplicate(at, found), faults


def interface(block: str) -> tuple[dict[str, str], list[Fault]]:
    """Block S, which interfaces write in their own way: any tag, each once."""
    found, faults = tags(block)
    values: dict[str, str] = {}
    for tag, value, column in found:
        if tag in values:
            faults.append(Fault("Z00", "comes twice", value, column, tag))
        values.setdefault(tag, value)
    return values, [fault._replace(rule="Z00") for fault in faults]


def report(type_: str, found: Iterable[tuple[str, str]]) -> list[Fault]:
    """What is wrong with the tags of a service or system message, by its table."""
    known = service.REPORTS.get(type_)
    pairs = tuple(found)
    faults = []
    present = {tag for tag, _ in pairs}
    for tag, value in pairs:
        pattern = _PATTERNS.get(tag) if tag in service.FORMS else None
        if pattern is not None and not pattern.fullmatch(value):
            said = f"not as {tag} reads: {service.FORMS[tag]}"
            faults.append(Fault("service_tag", said, value, 0, tag))
        if known is not None and tag not in known.mandatory and tag not in known.optional:
            faults.append(
                Fault("service_tag", f"not known in this message ({type_})", value, 0, tag)
            )
    if known is not None:
        for tag in known.mandatory:
            if tag not in present:
                faults.append(Fault("service_tag", f"{service.TAGS[tag]} is missing", "", 0, tag))
    if type_ == "F21":
        faults += _verdict(dict(pairs))
    return faults


def _verdict(values: Mapping[str, str]) -> Iterator[Fault]:
    """451 is 0 or 1, and a NAK says why."""
    said = values.get("451")
    if said is not None and said not in ("0", "1"):
        yield Fault("service_tag", "neither accepted (0) nor rejected (1)", said, 0, "451")
    if said == "1" and "405" not in values:
        yield Fault("service_tag", "a NAK without its reason (405)", "", 0, "405")


def _tag_faults(
    known: Tag, value: str, column: int, rule: str, from_network: bool
) -> Iterator[Fault]:
    if not _PATTERNS[known.tag].fullmatch(value):
        form = known.form or "nothing"
        yield Fault(rule, f"{known.tag} reads {form}", value, column, known.tag)
    if known.writer == "network" and not from_network:
        said = f"{known.name} is written by the network alone"
        yield Fault(rule, said, value, column, known.tag)


@lru_cache(maxsize=4096)
def is_known(bic: str) -> bool:
    """Whether this is a BIC, of a country there is."""
    return is_bic(bic)


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        return time(int(text[:2]), int(text[2:]))
    except ValueError:
        return None


def _moment(on: str, at: str) -> datetime | None:
    day, clock = _day(on), _clock(at)
    return None if day is None or clock is None else datetime.combine(day, clock)
