"""Mapping tables: one for each pair of messages, read in both directions.

    GENL/20C SEME             | TxId                         | text
    SETDET/22F STCO           | SttlmParams/SttlmTxCond*     | code
    GENL/LINK*                | Lnkgs*                       |
        22F LINK              | PrcgPos                      | code
    SETDET/SETPRTY*(95a DEAG) | DlvrgSttlmPties/Pty1         |
        95a DEAG              | Id                           | party
    GENL/23G                  | -                            | = NEWM
    -                         | SttlmAmt/CdtDbtInd           | = {cash}
    GENL/22F SFRE             | StmtGnlDtls/Frqcy            | code, else mt //DAIL
    GENL/99B TOSE             | -                            | a count of messages has no element

A line says where a value stands in the MT, where in the MX, and how it is converted; with lines
below it, it is a block and the element that corresponds to it. A star makes a new block or element
for each one found. A condition in brackets picks the blocks that hold a field (`.` is the block one
is in) or, after `!`, hold none, or, after `&`, hold it more than once, or the elements that hold a
value, or any; with a third word, `(25D MTCH NMAT)`, the field must say that, and says it in the MT
that is written.

`= VALUE` is what a side always says there, `unless` another element is there, or only `when` it is;
`= VALUE only`: a message that says another value there means something else and is refused, as a
cancellation is that would be told as what it cancels;
`else` what it says where the other is silent; `lost` what the other form cannot tell; `also` where
the MX says the same again; `without` an element in whose presence the MX is not asked; `-` on one
side with words: it has no place there, and why. Names in braces are those of the variant, such as
what differs between receiving and delivering.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_MT = re.compile(
    r"(?P<blocks>(?:(?:[A-Z#][A-Z0-9a-z]*\*?|\.(?=\())(?:\([^)]*\))?/?)*)"
    r"(?P<tag>\d{2,3}[A-Za]?)?(?: (?P<qualifier>[A-Z0-9]{4}))?"
)
_BLOCK = re.compile(r"(?P<name>[A-Z#][A-Z0-9a-z]*|\.)(?P<many>\*?)(?:\((?P<where>[^)]*)\))?/?")
_STEP = re.compile(
    r"(?P<name>[A-Za-z0-9]+)(?P<many>\*?)(?:\((?P<path>[^=)]+)(?:=(?P<value>[^)]*))?\))?/?"
)
_ELSE = re.compile(r", else (mt|mx) (\S+)")
_LOST = re.compile(r", lost: (.*)")
_WITHOUT = re.compile(r", without (\S+)")
_ALSO = re.compile(r", also (\S+)")


class Block(NamedTuple):
    """A step into a block of the MT, '.' for none; the field it must hold, what that must say."""

    name: str
    many: bool
    tag: str = ""
    qualifier: str = ""
    value: str = ""


class Step(NamedTuple):
    """A step into an element of the MX; it must have `value` at `path` below it, '' for any."""

    name: str
    many: bool
    path: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a mapping table."""

    blocks: tuple[Block, ...]
    tag: str  # '95a' for any option, '' for a block or nothing
    qualifier: str
    steps: tuple[Step, ...]
    in_mt: bool  # whether the MT side has a place at all
    in_mx: bool
    converter: str  # its name; '' where nothing is converted
    arguments: tuple[str, ...]
    always: str | None  # what the one side that has a place always says
    only: bool  # whether a message that says another value there is refused
    words: str  # why the other side has no place
    unless: tuple[Step, ...] = ()  # an element in whose presence `always`, or the row, is not said
    when: tuple[Step, ...] = ()  # one in whose absence it is not
    default_mt: str | None = None
    default_mx: str | None = None
    lost: str = ""
    also: tuple[Step, ...] = ()
    rows: tuple[Row, ...] = ()


def rows(text: str, names: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows of a table for one variant; ValueError names a line that reads as nothing."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    found = [line.rstrip() for line in text.splitlines() if line.strip()]
    return tuple(_rows(found))


def _rows(lines: list[str]) -> Iterator[Row]:
    margins = [len(line) - len(line.lstrip()) for line in lines]
    starts = [i for i, margin in enumerate(margins) if margin == margins[0]]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _row(lines[start], tuple(_rows(lines[start + 1 : end])) if end > start + 1 else ())


def _row(line: str, inside: tuple[Row, ...]) -> Row:
    try:
        mt, mx, how = (part.strip() for part in line.split("|", 2))
    except ValueError:
        raise ValueError(f"no line of a mapping table: {line}") from None
    in_mt, in_mx = mt != "-", mx != "-"
    blocks, tag, qualifier = _mt(mt) if in_mt else ((), "", "")
    steps = _steps(mx) if in_mx else ()
    if inside:
        return Row(
            blocks, tag, qualifier, steps, in_mt, in_mx, "", (), None, False, "", rows=inside
        )  # fmt: skip
    if not (in_mt and in_mx):
        if how == "=":  # a name that the message does not fill
            return Row(blocks, tag, qualifier, steps, in_mt, in_mx, "", (), "", False, "")
        if not how.startswith("= "):
            return Row(blocks, tag, qualifier, steps, in_mt, in_mx, "", (), None, False, how)
        always, _, unless = how[2:].partition(" unless ")
        always, _, when = always.partition(" when ")
        value = always.removesuffix(" only")
        return Row(
            blocks, tag, qualifier, steps, in_mt, in_mx, "", (), value, value != always, "",
            _steps(unless), _steps(when),
        )  # fmt: skip
    lost = _LOST.search(how)
    how = _LOST.sub("", how)
    without = _WITHOUT.search(how)
    how = _WITHOUT.sub("", how)
    also = _ALSO.search(how)
    how = _ALSO.sub("", how)
    defaults = dict(_ELSE.findall(how))
    name, *arguments = _ELSE.sub("", how).split()
    return Row(
        blocks,
        tag,
        qualifier,
        steps,
        in_mt=True,
        in_mx=True,
        converter=name,
        arguments=tuple(arguments),
        always=None,
        only=False,
        words="",
        unless=_steps(without[1]) if without else (),
        default_mt=defaults.get("mt"),
        default_mx=defaults.get("mx"),
        lost=lost[1] if lost else "",
        also=_steps(also[1]) if also else (),
    )


def _mt(place: str) -> tuple[tuple[Block, ...], str, str]:
    if place == ".":
        return (), "", ""
    found = _MT.fullmatch(place)
    if found is None:
        raise ValueError(f"no place in an MT: {place}")
    blocks = tuple(
        Block(b["name"], bool(b["many"]), *(b["where"] or "").split())
        for b in _BLOCK.finditer(found["blocks"])
    )
    return blocks, found["tag"] or "", found["qualifier"] or ""


def _steps(path: str) -> tuple[Step, ...]:
    if path in ("", "."):
        return ()
    steps = tuple(
        Step(s["name"], bool(s["many"]), s["path"] or "", s["value"] or "")
        for s in _STEP.finditer(path)
    )
    if "/".join(_shown(step) for step in steps) != path:
        raise ValueError(f"no path in an MX: {path}")
    return steps


def _shown(step: Step) -> str:
    value = f"={step.value}" if step.value else ""
    where = f"({step.path}{value})" if step.path else ""
    return f"{step.name}{'*' if step.many else ''}{where}"
