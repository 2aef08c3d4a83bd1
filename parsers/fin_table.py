"""A FIN message against its table: order, presence, repetition, qualifiers and formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parsers.fin_text import FinField, FinMessage
from schemas.identifiers import COUNTRIES, CURRENCY_DIGITS, is_bic, is_isin
from schemas.mt.fields import FORMATS
from schemas.mt.message import Field, Item, Message
from schemas.mt.message import Sequence as Block
from schemas.mt.notation import Format, illegal_in_x, is_reference, read_day, read_decimal
from schemas.problem import Problem

Fault = tuple[str, str] | None

_LONG_NUMBER = re.compile("[0-9,]{16}")  # longer than any 15d


@dataclass(slots=True)
class _Node:
    """A block as it stands in the message: its opening field and what is in it."""

    opened: FinField
    children: list[FinField | _Node] = field(default_factory=list)


def check(message: FinMessage, table: Message) -> list[Problem]:
    """Every difference between the message and its table."""
    problems: list[Problem] = []
    if len(message.text) + message.text.count("\n") > table.length_max:
        longest = f"the text has more than {table.length_max} characters"
        problems.append(Problem("block 4", "M50", longest, str(len(message.text))))
    _check_items(_tree(message.fields), table.items, f"MT{table.type}", problems)
    return problems


def _tree(fields: Sequence[FinField]) -> list[FinField | _Node]:
    top: list[FinField | _Node] = []
    levels = [top]
    for f in fields:
        if f.tag == "16R":
            node = _Node(f)
            levels[-1].append(node)
            levels.append(node.children)
        elif f.tag == "16S":
            levels.pop()
        else:
            levels[-1].append(f)
    return top


def _check_items(
    children: Sequence[FinField | _Node],
    items: Sequence[Item],
    where: str,
    problems: list[Problem],
) -> None:
    """Walk children along the items; what fits no later item is out of place."""
    at, used = 0, 0  # the item reached, and how often it was taken
    for child in children:
        found = _place(child, items, at, used)
        if found is None:
            problems.append(_misplaced(child, items))
        else:
            passed = items[at + (used > 0) : found]
            problems.extend(_missing(item, where) for item in passed if item.required)
            at, used = found, used + 1 if found == at else 1
        _check_child(child, items[found] if found is not None else None, problems)
    problems.extend(_missing(item, where) for item in items[at + (used > 0) :] if item.required)


def _place(child: FinField | _Node, items: Sequence[Item], at: int, used: int) -> int | None:
    for index in range(at, len(items)):
        if index == at and used and not items[index].repeats:
            continue
        if _fits(child, items[index]):
            return index
    return None


def _fits(child: FinField | _Node, item: Item) -> bool:
    if isinstance(item, Block):
        return isinstance(child, _Node) and child.opened.value == item.block
    if isinstance(child, _Node) or child.tag not in item.tags:
        return False
    return not item.qualifiers or child.qualifier in item.qualifiers


def _misplaced(child: FinField | _Node, items: Sequence[Item]) -> Problem:
    opened = child.opened if isinstance(child, _Node) else child
    if any(_fits(child, item) for item in items):
        rule = "T89" if opened.qualifier else "T13"
        return Problem(opened.where, rule, "comes too often or out of order", opened.value)
    if isinstance(child, _Node):
        return Problem(opened.where, "T92", "this block does not belong here", opened.value)
    tags = {tag for item in items if isinstance(item, Field) for tag in item.tags}
    if opened.tag in tags and opened.qualifier:
        return Problem(opened.where, "T89", "this qualifier does not belong here", opened.value)
    return Problem(opened.where, "T13", "this field does not belong here", opened.value)


def _missing(item: Item, where: str) -> Problem:
    if isinstance(item, Block):
        return Problem(f"{where}/{item.block}", "T92", f"block {item.block} is missing")
    tag = item.tags[0] if len(item.tags) == 1 else item.tags[0][:2] + "a"
    qualifiers = "/".join(item.qualifiers)
    rule = "T89" if qualifiers else "T13"
    return Problem(f"{where}/{tag} {qualifiers}".rstrip(), rule, f"{_name(item)} is missing")


def _name(item: Field) -> str:
    return item.name or next(iter(item.qualifiers.values()))


def _check_child(child: FinField | _Node, item: Item | None, problems: list[Problem]) -> None:
    if isinstance(child, _Node):
        if isinstance(item, Block):
            _check_items(child.children, item.items, child.opened.path, problems)
        return
    fault = field_fault(child)
    if fault is None and isinstance(item, Field) and item.codes and child.value not in item.codes:
        fault = ("T36" if child.tag == "23B" else "T08", f"one of {', '.join(sorted(item.codes))}")
    if fault is not None:
        problems.append(Problem(child.where, *fault, child.value))


def field_fault(f: FinField) -> Fault:
    """What is wrong with the content of one field by its format, or None."""
    form = FORMATS.get(f.tag)
    if form is None:
        return None
    found = form.pattern.fullmatch(f.value)
    if found is None:
        return _shape_fault(f, form)
    parts = [(p, v) for p, v in zip(form.parts, found.groups(), strict=True) if v is not None]
    return next(_content_faults(parts), None)


def _shape_fault(f: FinField, form: Format) -> Fault:
    notation = form.notation
    lines = f.value.split("\n")
    illegal = illegal_in_x(f.value.replace("\n", ""))
    if illegal is not None and "z" not in notation:
        return "T32", f"{illegal!r} is not in character set X"
    if any(not line.strip() for line in lines):
        return "T17", "a line is empty"
    if notation.startswith(":") and not re.match(":[A-Z0-9]{4}/", f.value):
        return "T87", f"a generic field reads {notation}"
    if re.search(r"\dd$|\dd\b", notation) and "," not in lines[-1]:
        return "T43", f"a number needs a decimal comma: {notation}"
    if "*" in notation and len(lines) > 1 and not any(len(line) > 35 for line in lines):
        return "T30", f"too many lines, or a line begins with ':' or '-': {notation}"
    if form.pattern.match(f.value) or _LONG_NUMBER.search(lines[-1]):
        return "T33", f"too long for {notation}"
    return "T12", f"does not read {notation}"


def _content_faults(parts: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Faults of dates, times, amounts, references and identifiers among the components."""
    values = dict(parts)
    for name, value in parts:
        if name == "date" and not _is_date(value):
            yield "T50", f"{value} is no date"
        elif name == "time" and not _is_time(value):
            yield "T38", f"{value} is no time"
        elif name == "currency" and value not in CURRENCY_DIGITS:
            yield "T52", f"{value} is no currency of ISO 4217"
        elif name == "reference" and not is_reference(value):
            yield "T26", "a reference has no slash at its ends and no double slash"
        elif name == "bic" and not is_bic(value):
            yield "T27", f"{value} is no BIC"
        elif name == "country" and value not in COUNTRIES:
            yield "T73", f"{value} is no country"
        elif name == "isin" and not is_isin(value):
            yield "T12", f"{value} is no ISIN: its check digit or country is wrong"
        elif name == "amount":
            yield from _amount_faults(value, values)
    if "negative" in values and not any(c in "123456789" for c in parts[-1][1]):
        yield "T14", "a sign with zero"


def _amount_faults(value: str, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    digits = CURRENCY_DIGITS.get(values.get("currency", ""))
    if digits is not None and len(value.partition(",")[2].rstrip("0")) > digits:
        amount = read_decimal(value)
        yield "C03", f"{amount} has more decimals than {values['currency']} allows ({digits})"


def _is_date(value: str) -> bool:
    try:
        read_day(value)
    except ValueError:
        return False
    return True


def _is_time(value: str) -> bool:
    return value[:2] < "24" and value[2:4] < "60" and value[4:6] < "60"
