"""One box finds anything: what a text may name, each way of finding it by an index of its own.

What is open is searched inside its texts as well; what is over is found by whole names, beginnings
and amounts, so that a search costs the same after years.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

OPEN = "c.urgency < 500000"  # what may still settle: store/sql/0004_urgency.sql
_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]+([.,][0-9]+)?")
# as the index of store/sql/0006_search.sql has it: text, for no payload may ever fail to be stored
_THEIRS = r"""substring(e.payload from '"reference":"([^"\\]+)"')"""
_INSIDE = f"""
select c.id from condition c where {OPEN} and (c.reference ilike {{like}}
    or c.wire_reference ilike {{like}} or c.instrument_name ilike {{like}})
union all select i.id from instruction i where upper(i.reference) like {{prefix}}
union all select r.instruction from reference r
    where r.kind in ('wire', 'uetr') and r.owner = '' and r.value = any({{exact}}::text[])
union all select e.aggregate from event e
    where e.type in ('StatusReceived', 'ConfirmationReceived', 'CashAdvised', 'PaymentStatusReceived')
      and {_THEIRS} = any({{exact}}::text[])
"""
_ISIN = "union all select c.id from condition c where c.isin like {prefix}\n"
_ISINS = "union all select c.id from condition c where c.isin = any({isins}::text[])\n"
_AMOUNT = f"""union all select c.id from condition c where c.amount = {{number}}
union all select c.id from condition c
    where {OPEN} and (c.quantity = {{number}} or c.open_quantity = {{number}})
"""
# a firm may be in every row: asked of the row at hand, not gathered first
_FIRMS = """ or c.counterparty = any({firms}::text[]) or c.custodian = any({firms}::text[])
    or c.place = any({firms}::text[])"""
_ISIN_START = re.compile(r"[A-Z]{2}[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True)
class Sought:
    """What the box holds, and what static data knows it to be."""

    text: str
    isins: tuple[str, ...] = ()  # of the instruments it names
    firms: tuple[str, ...] = ()  # BICs of the firms it names


def condition_of(sought: Sought, add: Callable[[object], str]) -> str:
    """What holds of a `condition c` that the box finds; `add` takes a value and names its parameter."""
    text = sought.text
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = _INSIDE.format(
        like=add(f"%{plain}%"),
        prefix=(prefix := add(f"{plain.upper()}%")),
        exact=add(sorted({text, text.upper(), text.lower()})),
    )
    if _ISIN_START.fullmatch(text.upper()):
        found += _ISIN.format(prefix=prefix)
    if sought.isins:
        found += _ISINS.format(isins=add(list(sought.isins)))
    if _NUMBER.fullmatch(text):
        found += _AMOUNT.format(number=add(_number(text)))
    firms = _FIRMS.format(firms=add(list(sought.firms))) if sought.firms else ""
    return f"(c.id = any(array({found})){firms})"


def _number(text: str) -> Decimal:
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", text):  # 190275,00 as FIN writes it
        return Decimal(text.replace(",", "."))
    return Decimal(text.replace(",", ""))
