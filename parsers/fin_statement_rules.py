"""Rules of statements: of cash (MT940, 941, 942, 950) and of holdings and transactions (MT535-537)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from parsers.fin_rule import Rules, ValueRule, fields, part
from parsers.fin_settlement_rules import reason_fits_its_status
from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage
from schemas.mt.notation import read_day, read_decimal

Found = Iterator[Departure]
_PERIOD = re.compile(r":STAT//(\d{8})(\d{6})?/(\d{8})(\d{6})?")
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


def postings_add_up(message: FinMessage, found: Structure) -> Found:
    """Opening holding and postings make the closing one (DOMAIN 6.7): ours, no network adds it up.

    Whether a reversal names the movement it takes back or the one it makes is not agreed on among
    senders: either will do.
    """
    kind = message.shape
    pages = message.at("GENL", "28E")
    alone = all(message.value(i).endswith("/ONLY") for i in pages)
    said = {
        (kind.sequences[i], name): message.value(i)[-4:]
        for name in ("22REDE", "25MOVE")
        for i in message.at("SUBSAFE/FIN/TRAN/TRANSDET", name)
    }
    starts = [*message.at("SUBSAFE/FIN", "35B"), len(kind.tags)]
    for start, end in pairwise(starts):
        inside = range(start, end)
        balances = {kind.qualifiers[i]: i for i in inside if kind.paths[i] == "SUBSAFE/FIN"}
        opened, closed = (
            next((balances[q] for q in pair if q in balances), None) for pair in _HOLDING
        )
        if opened is None or closed is None:
            continue
        of_page = {"INOP", "INCL"} & balances.keys()
        if not alone and not of_page:
            continue  # the rest of its transactions may stand on another page
        posted = [_posted(message, i, said) for i in inside if _posts(kind, i)]
        first, final = _held(message, opened), _held(message, closed)
        if first is None or final is None or any(p is None or p[0] != final[0] for p in posted):
            continue  # what does not read is said already; two kinds of quantity do not add up
        both = [
            first[1] + sum(each, Decimal())
            for each in ([p[1] for p in posted if p], [p[2] for p in posted if p])
        ]
        if first[0] == final[0] and final[1] not in both:
            text = (
                f"opening holding and postings make {both[0]:f}, the closing one says {final[1]:f}"
            )
            yield Departure(closed, "", "balance", text)


_HOLDING = (("FIOP", "INOP"), ("FICL", "INCL"))


def _posts(kind: Shape, index: int) -> bool:
    return kind.tags[index][:2] == "36" and kind.qualifiers[index] == "PSTA"


def _posted(
    message: FinMessage, index: int, said: dict[tuple[int, str], str]
) -> tuple[str, Decimal, Decimal] | None:
    """The kind of a posted quantity, and its number in or out: a reversal taken back, as named."""
    block = message.shape.sequences[index]
    way = {"RECE": 1, "DELI": -1}.get(said.get((block, "22REDE"), ""))
    held = _held(message, index)
    if way is None or held is None:
        return None
    as_named = way * held[1]
    return held[0], -as_named if said.get((block, "25MOVE")) == "REVE" else as_named, as_named


def _held(message: FinMessage, index: int) -> tuple[str, Decimal] | None:
    """The kind of a quantity and its signed number."""
    number = part(message, index, "balance") or part(message, index, "number")
    type_ = part(message, index, "type")
    if number is None or type_ is None:
        return None
    return type_, read_decimal(number) * (-1 if part(message, index, "negative") else 1)


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


def pending_is_told_one_way(message: FinMessage, found: Structure) -> Found:
    """E66: pending transactions by status or one by one, as is said, and none without activity."""
    active = next((message.value(i)[-1:] for i in message.at("GENL", "17ACTI")), "")
    way = next((message.value(i)[-4:] for i in message.at("GENL", "22STST")), "")
    wanted = {"STAT": "STAT", "TRAN": "TRANS"}.get(way, "")
    kind = message.shape
    for block in ("STAT", "TRANS"):
        begins = [i for i, p in enumerate(kind.paths) if p == block and kind.tags[i] == "16R"]
        if begins and active == "N":
            yield Departure(begins[0], "", "E66", f"no activity, and {block} is there")
        elif begins and wanted and block != wanted:
            yield Departure(begins[0], "", "E66", f"told by {way}, and {block} is there")
        elif not begins and active == "Y" and block == wanted:
            yield Departure(-1, block, "E66", f"activity, told by {way}, and no {block}")


def period_is_not_reversed(message: FinMessage, found: Structure) -> Found:
    """Ours: a period ends on the day it begins or after it."""
    for i in message.at("GENL", "69STAT"):
        said = _PERIOD.fullmatch(message.value(i))
        if said and (said[3], said[4] or "") < (said[1], said[2] or ""):
            yield Departure(i, "", "period", f"it ends on {said[3]}, before it begins")


def balances_follow(message: FinMessage, found: Structure) -> Found:
    """Ours: the closing balance is of the day of the opening one or later."""
    opened, closed = (next(iter(fields(message, t)), None) for t in ("60", "62"))
    if opened is None or closed is None:
        return
    first, last = (_day(part(message, i, "date")) for i in (opened, closed))
    if first and last and last < first:
        yield Departure(closed, "", "period", f"{last} is before the opening balance of {first}")


def _day(text: str | None) -> date | None:
    try:
        return read_day(text) if text else None
    except ValueError:  # said already
        return None


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


_BALANCED = (one_currency, balances_add_up, balances_follow)
_TRANSACTIONS = (posted_amount_against_payment, postings_add_up, period_is_not_reversed)
_PENDING = (posted_amount_against_payment, reason_fits_its_status, pending_is_told_one_way)
RULES: dict[str, Rules] = {
    "940": Rules((information_belongs_to_a_line,), _BALANCED),
    "941": Rules((), (one_currency,)),
    "942": Rules((information_belongs_to_a_line,), (sums_agree,)),
    "950": Rules((), _BALANCED),
    "535": Rules((), (_activity("SUBSAFE"), place_is_said_once)),
    "536": Rules((), (_activity("SUBSAFE"), *_TRANSACTIONS)),
    "537": Rules((), _PENDING),
}
