"""Rules of settlement messages that no table can say (DOMAIN 4.5, 6.1): the E and C codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from parsers.fin_text import FinField, FinMessage
from schemas.problem import Problem

Rule = Callable[[FinMessage], Iterator[Problem]]

# outermost first; each needs every one after it (E86)
DELIVERERS = ("DEI2", "DEI1", "DECU", "SELL", "DEAG")
RECEIVERS = ("REI2", "REI1", "RECU", "BUYR", "REAG")
PARTY_BLOCKS = ("SETDET/SETPRTY", "SETDET/CSHPRTY", "SETTRAN/SETPRTY")


def _parties(message: FinMessage, blocks: tuple[str, ...] = PARTY_BLOCKS) -> list[FinField]:
    return [
        f
        for f in message.fields
        if f.path in blocks and f.tag[:2] == "95" and f.qualifier != "ALTE"
    ]


def _having(message: FinMessage, path: str, tag: str) -> list[FinField]:
    return [f for f in message.fields if f.path == path and f.tag == tag]


def cancellation_names_the_original(message: FinMessage) -> Iterator[Problem]:
    """E08: a cancellation has exactly one link with PREV."""
    cancels = [f for f in message.fields if f.tag == "23G" and f.value[:4] in ("CANC", "RVSL")]
    linked = [f for f in message.fields if f.path == "GENL/LINK" and f.qualifier == "PREV"]
    if cancels and len(linked) != 1:
        text = f"{cancels[0].value} needs exactly one link :20C::PREV//, found {len(linked)}"
        yield Problem(cancels[0].where, "E08", text, cancels[0].value)


def count_needs_its_number(message: FinMessage) -> Iterator[Problem]:
    """E90: the total of linked instructions comes with the number of this one."""
    counts = {f.qualifier: f for f in message.fields if f.path == "GENL" and f.tag[:2] == "99"}
    if "TOSE" in counts and "SETT" not in counts:
        yield Problem(counts["TOSE"].where, "E90", "TOSE needs SETT", counts["TOSE"].value)


def each_party_once(message: FinMessage) -> Iterator[Problem]:
    """E84: a party qualifier comes once in the message."""
    seen: set[str] = set()
    for f in _parties(message):
        if f.qualifier in seen:
            yield Problem(f.where, "E84", f"{f.qualifier} comes twice", f.value)
        seen.add(f.qualifier)


def chain_is_unbroken(message: FinMessage) -> Iterator[Problem]:
    """E86: a party of the chain needs every one between it and the agent, and the agent."""
    present = {f.qualifier: f for f in _parties(message)}
    for chain in (DELIVERERS, RECEIVERS):
        for i, outer in enumerate(chain):
            missing = [q for q in chain[i + 1 :] if q not in present]
            if outer in present and missing:
                text = f"{outer} needs {', '.join(missing)}"
                yield Problem(present[outer].where, "E86", text, present[outer].value)
                break


def each_amount_once(message: FinMessage) -> Iterator[Problem]:
    """E87: an amount qualifier comes in one AMT block only."""
    amounts = _having(message, "SETDET/AMT", "19A")
    count = Counter(f.qualifier for f in amounts if f.qualifier not in ("RESU", "OCMT"))
    for f in amounts:
        if count[f.qualifier] > 1:
            count[f.qualifier] = 0
            yield Problem(f.where, "E87", f"{f.qualifier} comes in more than one block", f.value)


def exchange_has_its_result(message: FinMessage) -> Iterator[Problem]:
    """E62: an exchange rate and the resulting amount come together."""
    blocks: dict[int, dict[str, FinField]] = {}
    for f in message.fields:
        if f.path == "SETDET/AMT" and f.qualifier in ("EXCH", "RESU"):
            blocks.setdefault(f.sequence, {})[f.qualifier] = f
    for found in blocks.values():
        if len(found) == 1:
            ((qualifier, f),) = found.items()
            other = "RESU" if qualifier == "EXCH" else "EXCH"
            yield Problem(f.where, "E62", f"{qualifier} needs {other} in the same block", f.value)


def no_amount_beside_the_quantity(message: FinMessage) -> Iterator[Problem]:
    """E88: with one FIAC no settlement amount stands in it."""
    for f in _having(message, "FIAC", "19A"):
        if f.qualifier == "SETT":
            yield Problem(f.where, "E88", "SETT belongs in AMT", f.value)


def pair_off_is_named(message: FinMessage) -> Iterator[Problem]:
    """C50: a paired-off quantity needs the type PAIR."""
    types = {f.value[-4:] for f in message.fields if f.tag == "22F" and f.qualifier == "SETR"}
    for f in message.fields:
        if f.path == "GENL/LINK" and f.qualifier == "PAIR" and "PAIR" not in types:
            yield Problem(f.where, "C50", "needs :22F::SETR//PAIR", f.value)


def _needs_amount(qualifier: str, rule: str) -> Rule:
    def check(message: FinMessage) -> Iterator[Problem]:
        found = [f for f in _having(message, "SETDET/AMT", "19A") if f.qualifier == qualifier]
        if len(found) != 1:
            text = f"exactly one :19A::{qualifier}// is needed, found {len(found)}"
            yield Problem("SETDET/AMT", rule, text)

    return check


def _needs_parties(agent: str, rule: str) -> Rule:
    def check(message: FinMessage) -> Iterator[Problem]:
        if any(f.tag == "22F" and f.qualifier == "DBNM" for f in message.fields):
            return
        present = {f.qualifier for f in _parties(message, ("SETDET/SETPRTY",))}
        for qualifier in (agent, "PSET"):
            if qualifier not in present:
                yield Problem("SETDET/SETPRTY", rule, f"{qualifier} is missing")

    return check


def status_has_its_amount(message: FinMessage) -> Iterator[Problem]:
    """E83: a transaction against payment states its settlement amount."""
    against = [f for f in message.fields if f.tag == "22H" and f.value == ":PAYM//APMT"]
    amounts = [f for f in _having(message, "SETTRAN", "19A") if f.qualifier == "SETT"]
    if against and not amounts:
        yield Problem(against[0].where, "E83", "APMT needs :19A::SETT//", against[0].value)


def status_has_its_agent(message: FinMessage) -> Iterator[Problem]:
    """E85: when parties are given, the agent of the other side is among them."""
    present = {f.qualifier for f in _parties(message, ("SETTRAN/SETPRTY",))}
    for f in message.fields:
        if present and f.tag == "22H" and f.qualifier == "REDE":
            agent = "REAG" if f.value.endswith("DELI") else "DEAG"
            if agent not in present:
                yield Problem(f.where, "E85", f"{agent} is missing among the parties", f.value)


# the status code a reason may stand under (E37)
REASONS_OF = {"CANP": {"CANP"}, "CAND": {"CAND"}, "REJT": {"REJT"}, "PEND": {"PEND"},
              "PENF": {"PENF"}, "NMAT": {"NMAT"}, "DEND": {"DEND"}, "REPR": {"REPR"},
              "PPRC": {"PPRC"}, "PACK": {"PACK", "CACK"}}  # fmt: skip


def reason_fits_its_status(message: FinMessage) -> Iterator[Problem]:
    """E37: the qualifier of a reason repeats the status code it explains."""
    status = ""
    for f in message.fields:
        if f.tag == "25D":
            status = f.value[-4:]
        elif f.tag == "24B" and f.qualifier not in REASONS_OF.get(status, {f.qualifier}):
            yield Problem(f.where, "E37", f"does not explain the status {status}", f.value)


_INSTRUCTION: tuple[Rule, ...] = (
    cancellation_names_the_original,
    count_needs_its_number,
    each_party_once,
    chain_is_unbroken,
    each_amount_once,
    exchange_has_its_result,
    no_amount_beside_the_quantity,
    pair_off_is_named,
)
_CONFIRMATION: tuple[Rule, ...] = (
    cancellation_names_the_original,
    each_party_once,
    chain_is_unbroken,
    each_amount_once,
    exchange_has_its_result,
)
RULES: dict[str, tuple[Rule, ...]] = {
    "540": (*_INSTRUCTION, _needs_parties("DEAG", "E91")),
    "541": (*_INSTRUCTION, _needs_parties("DEAG", "E91"), _needs_amount("SETT", "E83")),
    "542": (*_INSTRUCTION, _needs_parties("REAG", "E91")),
    "543": (*_INSTRUCTION, _needs_parties("REAG", "E91"), _needs_amount("SETT", "E83")),
    "544": (*_CONFIRMATION, _needs_parties("DEAG", "E93")),
    "545": (*_CONFIRMATION, _needs_parties("DEAG", "E93"), _needs_amount("ESTT", "E92")),
    "546": (*_CONFIRMATION, _needs_parties("REAG", "E93")),
    "547": (*_CONFIRMATION, _needs_parties("REAG", "E93"), _needs_amount("ESTT", "E92")),
    "548": (
        status_has_its_amount,
        status_has_its_agent,
        each_party_once,
        chain_is_unbroken,
        reason_fits_its_status,
    ),
}
