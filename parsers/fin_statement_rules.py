"""Rules of statements: of cash (MT940, 941, 942, 950) and of holdings and transactions (MT535-537)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from parsers.fin_rule import Rules, ValueRule, fields, part
from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage
from schemas.mt.notation import read_decimal

Found = Iterator[Departure]
BALANCES = ("60F", "60M", "62F", "62M", "64", "65")


def information_belongs_to_a_line(kind: Shape, found: Structure) -> Found:
    """C24: information to the account owner follows its statement line."""
    for i, tag in enumerate(kind.tags):
        if tag == "86" and found.sequences[i] == "A" and kind.tags[i - 1] != "61":
            yield Departure(i, "", "C24", "86 follows its 61, or stands once at the end")


def one_currency(message: FinMessage, found: Structure) -> Found:
    """C27: balances agree in the first two characters of their currency."""
    first = ""
    for i in fields(message, *BALANCES):
        currency = (part(message, i, "currency") or "")[:2]
        first = first or currency
        if currency and currency != first:
            yield Departure(i, "", "C27", f"the balances before are in {first}*")


def balances_add_up(message: FinMessage, found: Structure) -> Found:
    """What was there and what was booked make what is there: ours, no network adds it up."""
    opened, closed = (next(iter(fields(message, t)), None) for t in ("60", "62"))
    if opened is None or closed is None:
        return
    amounts = [_signed(message, i) for i in (opened, *fields(message, "61"))]
    final = _signed(message, closed)
    if final is None or None in amounts:
        return  # what does not read is said already
    total = sum((a for a in amounts if a is not None), Decimal())
    if total != final:
        text = f"opening balance and lines make {total}, the closing balance says {final}"
        yield Departure(closed, "", "balance", text)


def _signed(message: FinMessage, index: int) -> Decimal | None:
    amount, mark = part(message, index, "amount"), part(message, index, "debit_credit")
    if amount is None or mark is None:
        return None
    return read_decimal(amount) * (1 if mark in ("C", "RD", "EC") else -1)


def sums_agree(message: FinMessage, found: Structure) -> Found:
    """The counts and sums of 90C and 90D are those of the lines."""
    lines = [
        (part(message, i, "debit_credit"), part(message, i, "amount"))
        for i in fields(message, "61")
    ]
    for tag, marks in (("90C", ("C", "RD", "EC")), ("90D", ("D", "RC", "ED"))):
        for i in fields(message, tag):
            mine = [read_decimal(a) for m, a in lines if m in marks and a is not None]
            number, amount = part(message, i, "number"), part(message, i, "amount")
            if number is None or amount is None:
                continue
            if (int(number), read_decimal(amount)) != (len(mine), sum(mine, Decimal())):
                text = f"the lines are {len(mine)} and make {sum(mine, Decimal())}"
                yield Departure(i, "", "count", text)


def _activity(*blocks: str) -> ValueRule:
    def check(message: FinMessage, found: Structure) -> Found:
        """E66: with activity there are details, without there are none."""
        for i in message.at("GENL", "17ACTI"):
            says = message.value(i)[-1:]
            present = [b for b in blocks if b in message.shape.paths]
            if says == "N" and present:
                yield Departure(i, "", "E66", f"no activity, and {present[0]} is there")
            if says == "Y" and not present:
                yield Departure(i, "", "E66", f"activity, and neither {' nor '.join(blocks)}")

    return check


def place_is_said_once(message: FinMessage, found: Structure) -> Found:
    """D03, D04, D05: places and aggregate balances of a statement of holdings."""
    kind = message.shape
    above = message.at("SUBSAFE", "94SAFE")
    blocks: dict[int, list[int]] = {}
    for i, path in enumerate(kind.paths):
        if path.endswith("SUBBAL"):
            blocks.setdefault(kind.sequences[i], []).append(i)
    for held in blocks.values():
        names = {kind.tags[i][:2] + kind.qualifiers[i]: i for i in held}
        if "93AGGR" in names and "94SAFE" in names and above:
            yield Departure(names["94SAFE"], "", "D03", "SUBSAFE names the place already")
        if "93AGGR" in names and "94SAFE" not in names and not above:
            yield Departure(names["93AGGR"], "", "D04", "AGGR needs :94a::SAFE//")
        for partial in ("93AVAI", "93NAVL"):
            if partial in names and "93AGGR" not in names:
                yield Departure(names[partial], "", "D05", f"{partial[2:]} needs AGGR beside it")


def posted_amount_against_payment(message: FinMessage, found: Structure) -> Found:
    """E83: a transaction against payment states what was posted."""
    kind = message.shape
    by_block: dict[int, list[int]] = {}
    for i in range(len(kind.tags)):
        by_block.setdefault(kind.sequences[i], []).append(i)
    for held in by_block.values():
        names = {kind.tags[i][:2] + kind.qualifiers[i]: i for i in held}
        paid = names.get("22PAYM")
        if paid is not None and message.value(paid).endswith("APMT") and "19PSTA" not in names:
            yield Departure(paid, "", "E83", "APMT needs :19A::PSTA//")


_BALANCED = (one_currency, balances_add_up)
RULES: dict[str, Rules] = {
    "940": Rules((information_belongs_to_a_line,), _BALANCED),
    "941": Rules((), (one_currency,)),
    "942": Rules((information_belongs_to_a_line,), (sums_agree,)),
    "950": Rules((), _BALANCED),
    "535": Rules((), (_activity("SUBSAFE"), place_is_said_once)),
    "536": Rules((), (_activity("SUBSAFE"), posted_amount_against_payment)),
    "537": Rules((), (posted_amount_against_payment,)),
}
