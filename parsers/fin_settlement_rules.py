"""Rules of settlement messages that no table can say (DOMAIN 4.5, 6.1): the E and C codes.

What follows from the shape alone is a rule of shapes and worked out once; the others look at
values, each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from parsers.fin_rule import Rules, ShapeRule, part
from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage
from schemas.mt.notation import read_decimal

Found = Iterator[Departure]

# outermost first; each needs every one after it (E86)
DELIVERERS = ("DEI2", "DEI1", "DECU", "SELL", "DEAG")
RECEIVERS = ("REI2", "REI1", "RECU", "BUYR", "REAG")
PARTY_BLOCKS = ("SETDET/SETPRTY", "SETDET/CSHPRTY", "SETTRAN/SETPRTY")
# may come in several AMT blocks (E87)
_MANY = frozenset({"RESU", "OCMT"})


def _parties(kind: Shape, blocks: tuple[str, ...] = PARTY_BLOCKS) -> list[int]:
    return [
        i
        for i, (tag, path) in enumerate(zip(kind.tags, kind.paths, strict=True))
        if path in blocks and tag[:2] == "95" and kind.qualifiers[i] != "ALTE"
    ]


def _having(kind: Shape, path: str, tag: str) -> list[int]:
    return [
        i
        for i, (t, p) in enumerate(zip(kind.tags, kind.paths, strict=True))
        if t == tag and p == path
    ]


def cancellation_names_the_original(message: FinMessage, found: Structure) -> Found:
    """E08: a cancellation has exactly one link with PREV."""
    function = next(iter(message.at("GENL", "23G")), -1)
    if function < 0 or message.value(function)[:4] not in ("CANC", "RVSL"):
        return
    linked = message.at("GENL/LINK", "20PREV")
    if len(linked) != 1:
        text = f"{message.value(function)} needs exactly one link :20C::PREV//, found {len(linked)}"
        yield Departure(function, "", "E08", text)


def count_needs_its_number(kind: Shape, found: Structure) -> Found:
    """E90: the total of linked instructions comes with the number of this one."""
    for total in kind.places.get(("GENL", "99TOSE"), ()):
        if ("GENL", "99SETT") not in kind.places:
            yield Departure(total, "", "E90", "TOSE needs SETT: say which of them this one is")


def each_party_once(kind: Shape, found: Structure) -> Found:
    """E84: a party qualifier comes once in the message."""
    seen: set[str] = set()
    for i in _parties(kind):
        qualifier = kind.qualifiers[i]
        if qualifier in seen:
            yield Departure(i, "", "E84", f"{qualifier} comes twice: leave one out")
        seen.add(qualifier)


def chain_is_unbroken(kind: Shape, found: Structure) -> Found:
    """E86: a party of the chain needs every one between it and the agent, and the agent."""
    present = {kind.qualifiers[i]: i for i in _parties(kind)}
    for chain in (DELIVERERS, RECEIVERS):
        for step, outer in enumerate(chain):
            missing = [q for q in chain[step + 1 :] if q not in present]
            if outer in present and missing:
                yield Departure(present[outer], "", "E86", f"{outer} needs {', '.join(missing)}")
                break


def each_amount_once(kind: Shape, found: Structure) -> Found:
    """E87: an amount qualifier comes in one AMT block only."""
    amounts = [i for i in _having(kind, "SETDET/AMT", "19A") if kind.qualifiers[i] not in _MANY]
    count = Counter(kind.qualifiers[i] for i in amounts)
    for i in amounts:
        qualifier = kind.qualifiers[i]
        if count[qualifier] > 1:
            count[qualifier] = 0
            yield Departure(i, "", "E87", f"{qualifier} comes in more than one block")


def exchange_has_its_result(kind: Shape, found: Structure) -> Found:
    """E62: an exchange rate and the resulting amount come together."""
    blocks: dict[int, dict[str, int]] = {}
    for i, path in enumerate(kind.paths):
        if path == "SETDET/AMT" and kind.qualifiers[i] in ("EXCH", "RESU"):
            blocks.setdefault(kind.sequences[i], {})[kind.qualifiers[i]] = i
    for pair in blocks.values():
        if len(pair) == 1:
            ((qualifier, i),) = pair.items()
            other = "RESU" if qualifier == "EXCH" else "EXCH"
            yield Departure(i, "", "E62", f"{qualifier} needs {other} in the same block")


def no_amount_beside_the_quantity(kind: Shape, found: Structure) -> Found:
    """E88: with one FIAC no settlement amount stands in it."""
    for i in _having(kind, "FIAC", "19A"):
        if kind.qualifiers[i] == "SETT":
            yield Departure(i, "", "E88", "SETT belongs in AMT")


def place_has_no_account(kind: Shape, found: Structure) -> Found:
    """E52: no account stands beside the place of settlement."""
    places = {kind.sequences[i] for i in _parties(kind) if kind.qualifiers[i] == "PSET"}
    for i, tag in enumerate(kind.tags):
        if tag[:2] == "97" and kind.sequences[i] in places:
            yield Departure(i, "", "E52", "the place of settlement has no account")


def exchange_is_cancelled(message: FinMessage, found: Structure) -> Found:
    """E63: what becomes of a standing exchange is said in a cancellation only."""
    function = next(iter(message.at("GENL", "23G")), -1)
    if function < 0 or message.value(function)[:4] == "CANC":
        return
    for i in message.at("SETDET", "22FXCX"):
        yield Departure(i, "", "E63", f"{message.value(function)} takes no FXCX")


def something_moves(message: FinMessage, found: Structure) -> Found:
    """Ours: a quantity is more than zero."""
    for i in (*message.at("FIAC", "36SETT"), *message.at("FIAC", "36ESTT")):
        number = part(message, i, "number")
        if number is not None and not read_decimal(number):
            yield Departure(i, "", "nothing_moves", "nothing is settled")


def pair_off_is_named(message: FinMessage, found: Structure) -> Found:
    """C50: a paired-off quantity needs the type PAIR."""
    paired = message.at("GENL/LINK", "36PAIR")
    if paired and not any(message.value(i)[-4:] == "PAIR" for i in message.at("SETDET", "22SETR")):
        yield Departure(paired[0], "", "C50", "needs :22F::SETR//PAIR")


def _needs_amount(qualifier: str, rule: str) -> ShapeRule:
    def check(kind: Shape, found: Structure) -> Found:
        count = len(kind.places.get(("SETDET/AMT", f"19{qualifier}"), ()))
        if count != 1:
            text = f"exactly one :19A::{qualifier}// is needed, found {count}"
            yield Departure(-1, "SETDET/AMT", rule, text)

    return check


def _needs_parties(agent: str, rule: str) -> ShapeRule:
    def check(kind: Shape, found: Structure) -> Found:
        if any(path == "SETDET" and name == "22DBNM" for path, name in kind.places):
            return
        present = {kind.qualifiers[i] for i in _parties(kind, ("SETDET/SETPRTY",))}
        for qualifier in (agent, "PSET"):
            if qualifier not in present:
                yield Departure(-1, "SETDET/SETPRTY", rule, f"{qualifier} is missing")

    return check


def status_has_its_amount(message: FinMessage, found: Structure) -> Found:
    """E83: a transaction against payment states its settlement amount."""
    for i in message.at("SETTRAN", "22PAYM"):
        if message.value(i).endswith("APMT") and not message.at("SETTRAN", "19SETT"):
            yield Departure(i, "", "E83", "APMT needs :19A::SETT//")


def status_has_its_agent(message: FinMessage, found: Structure) -> Found:
    """E85: when parties are given, the agent of the other side is among them."""
    kind = message.shape
    present = {kind.qualifiers[i] for i in _parties(kind, ("SETTRAN/SETPRTY",))}
    for i in message.at("SETTRAN", "22REDE") if present else ():
        agent = "REAG" if message.value(i).endswith("DELI") else "DEAG"
        if agent not in present:
            yield Departure(i, "", "E85", f"{agent} is missing among the parties")


# the qualifiers a reason may have beside that of its status (E37)
ALSO = {"PACK": {"CACK"}, "CPRC": {"CAND", "CANP"}}


def reason_fits_its_status(message: FinMessage, found: Structure) -> Found:
    """E37: the qualifier of a reason repeats the status code it explains (DOMAIN 2.3)."""
    status = ""
    for i, tag in enumerate(message.shape.tags):
        if tag == "25D":
            status = "" if part(message, i, "scheme") else part(message, i, "code") or ""
        elif tag == "24B" and status and message.shape.paths[i].endswith("REAS"):
            qualifier = message.shape.qualifiers[i]
            if qualifier != status and qualifier not in ALSO.get(status, ()):
                yield Departure(i, "", "E37", f"does not explain the status {status}")


_CHAIN = (each_party_once, chain_is_unbroken)
_AMOUNTS = (each_amount_once, exchange_has_its_result)
_INSTRUCTION = (
    *(count_needs_its_number, *_CHAIN, *_AMOUNTS, no_amount_beside_the_quantity),
    place_has_no_account,
)
_CONFIRMATION = (*_CHAIN, *_AMOUNTS)
_INSTRUCTED = (
    *(cancellation_names_the_original, pair_off_is_named, exchange_is_cancelled, something_moves),
)
_CONFIRMED = (cancellation_names_the_original, something_moves)

RULES: dict[str, Rules] = {
    "540": Rules((*_INSTRUCTION, _needs_parties("DEAG", "E91")), _INSTRUCTED),
    "541": Rules(
        (*_INSTRUCTION, _needs_parties("DEAG", "E91"), _needs_amount("SETT", "E83")), _INSTRUCTED
    ),
    "542": Rules((*_INSTRUCTION, _needs_parties("REAG", "E91")), _INSTRUCTED),
    "543": Rules(
        (*_INSTRUCTION, _needs_parties("REAG", "E91"), _needs_amount("SETT", "E83")), _INSTRUCTED
    ),
    "544": Rules((*_CONFIRMATION, _needs_parties("DEAG", "E93")), _CONFIRMED),
    "545": Rules(
        (*_CONFIRMATION, _needs_parties("DEAG", "E93"), _needs_amount("ESTT", "E92")), _CONFIRMED
    ),
    "546": Rules((*_CONFIRMATION, _needs_parties("REAG", "E93")), _CONFIRMED),
    "547": Rules(
        (*_CONFIRMATION, _needs_parties("REAG", "E93"), _needs_amount("ESTT", "E92")), _CONFIRMED
    ),
    "548": Rules(_CHAIN, (status_has_its_amount, status_has_its_agent, reason_fits_its_status)),
}
