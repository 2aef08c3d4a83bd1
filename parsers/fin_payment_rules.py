"""Rules of customer and bank transfers, MT103 and MT202, that no table can say (DOMAIN 3.5, 4.5)."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fin_rule import Rules, fields, part
from parsers.fin_shape import Shape
from parsers.fin_structure import Departure, Structure
from parsers.fin_text import FinMessage
from schemas.identifiers import COUNTRIES, is_iban
from schemas.mt.mt103 import SINGLE_MARKET

Found = Iterator[Departure]
SERVICE_LEVELS = frozenset({"SPRI", "SSTD", "SPAY"})
# 23E: what goes with a priority payment (E01), what takes words of its own (D97), STP's four (D17)
PRIORITY_CODES = frozenset({"SDVA", "TELB", "PHOB", "INTC"})
WORDED_CODES = frozenset({"PHON", "PHOB", "PHOI", "TELE", "TELB", "TELI", "HOLD", "REPA"})
KNOWN_CODES = WORDED_CODES | {"SDVA", "INTC", "CORT", "CHQB"}
STP_CODES = frozenset({"CORT", "INTC", "SDVA", "REPA"})


def _at(departures: list[int], rule: str, words: str) -> Found:
    for index in departures:
        yield Departure(index, "", rule, words)


def _has(kind: Shape, number: str) -> bool:
    return any(tag[:2] == number for tag in kind.tags)


def _tag(message: FinMessage, *tags: str) -> int | None:
    """The first of these fields, or None."""
    return next(iter(fields(message, *tags)), None)


def _level(message: FinMessage) -> str:
    """The service level of 23B that brings rules of its own, or ''."""
    index = _tag(message, "23B")
    value = message.value(index) if index is not None else ""
    return value if value in SERVICE_LEVELS else ""


def intermediary_needs_account_bank(kind: Shape, found: Structure) -> Found:
    """C81: who pays through an intermediary says at which bank the account is.

    In a cover the rule holds in each of its sequences.
    """
    for sequence in dict.fromkeys(found.sequences):
        here = [i for i, s in enumerate(found.sequences) if s == sequence]
        through = [i for i in here if kind.tags[i][:2] == "56"]
        if through and not any(kind.tags[i][:2] == "57" for i in here):
            yield from _at(through[:1], "C81", "56a needs 57a: name the account's bank")


def third_reimbursement_needs_both(kind: Shape, found: Structure) -> Found:
    """E06: a third reimbursement institution needs both correspondents."""
    third = [i for i, tag in enumerate(kind.tags) if tag[:2] == "55"]
    missing = [f"{n}a" for n in ("53", "54") if not _has(kind, n)]
    if third and missing:
        yield from _at(third[:1], "E06", f"55a needs {' and '.join(missing)}")


def charges_need_the_instructed_amount(kind: Shape, found: Structure) -> Found:
    """D51: charges are stated beside the instructed amount."""
    if "33B" not in kind.tags:
        charged = [i for i, tag in enumerate(kind.tags) if tag in ("71F", "71G")]
        yield from _at(charged[:1], "D51", f"{kind.tags[charged[0]]} needs 33B" if charged else "")


def rate_between_two_currencies(message: FinMessage, found: Structure) -> Found:
    """D75: an exchange rate stands exactly where two currencies differ."""
    settled, instructed, rate = (_tag(message, t) for t in ("32A", "33B", "36"))
    if settled is None:
        return
    theirs = part(message, instructed, "currency") if instructed is not None else None
    differ = theirs is not None and theirs != part(message, settled, "currency")
    if differ and rate is None:
        assert instructed is not None
        yield Departure(instructed, "", "D75", "33B in another currency than 32A needs 36")
    elif not differ and rate is not None:
        yield Departure(rate, "", "D75", "36 stands only where 33B has another currency than 32A")


def instructed_amount_in_the_single_market(message: FinMessage, found: Structure) -> Found:
    """D49: between these countries the instructed amount is stated."""
    ends = {message.sender[4:6], message.receiver[4:6]}
    if not message.typed and ends <= SINGLE_MARKET and _tag(message, "33B") is None:
        yield Departure(-1, f"MT{message.type}/33B", "D49", "33B is needed between these countries")


def codes_fit_the_service_level(message: FinMessage, found: Structure) -> Found:
    """E01, E02: what 23E may say beside a service level."""
    level, codes = _level(message), fields(message, "23E")
    if level in ("SSTD", "SPAY"):
        yield from _at(codes[:1], "E02", f"23B {level} takes no 23E")
    if level == "SPRI":
        odd = [i for i in codes if message.value(i)[:4] not in PRIORITY_CODES]
        allowed = ", ".join(sorted(PRIORITY_CODES))
        yield from _at(odd, "E01", f"beside 23B SPRI only {allowed}")


def parties_fit_the_service_level(message: FinMessage, found: Structure) -> Found:
    """E03-E05, E07, E09, E10, E16, E17: the options of the parties beside a service level."""
    level = _level(message)
    if not level:
        return
    beside = f"beside 23B {level}"
    yield from _at(fields(message, "53D"), "E03", f"53D is not allowed {beside}")
    bare = [i for i in fields(message, "53B") if not message.value(i).startswith("/")]
    yield from _at(bare, "E04", f"53B needs its party identifier {beside}")
    yield from _at(fields(message, "54B", "54D"), "E05", f"54a is A {beside}")
    yield from _at(fields(message, "55B", "55D"), "E07", f"55a is A {beside}")
    loose = [i for i in fields(message, "57D") if not message.value(i).startswith("/")]
    yield from _at(fields(message, "57B"), "E09", f"57a is A, C or D {beside}")
    yield from _at(loose, "E09", f"57D needs its party identifier {beside}")
    whom = [i for i in fields(message, "59") if not message.value(i).startswith("/")]
    yield from _at(whom, "E10", f"59a needs its account {beside}")
    through = fields(message, "56")
    if level == "SPRI":
        yield from _at(through, "E16", "56a is not allowed beside 23B SPRI")
    else:
        yield from _at(fields(message, "56D"), "E17", f"56a is A or C {beside}")


def instruction_codes(message: FinMessage, found: Structure) -> Found:
    """T47, D97, E46, E18, E44, E45: 23E by itself and beside the parties."""
    seen: set[str] = set()
    for i in fields(message, "23E"):
        code = part(message, i, "code") or ""
        if code not in KNOWN_CODES:
            yield Departure(i, "", "T47", f"one of {', '.join(sorted(KNOWN_CODES))}")
        if part(message, i, "text") and code not in WORDED_CODES:
            yield Departure(i, "", "D97", f"{code} takes no words of its own")
        if code in seen:
            yield Departure(i, "", "E46", f"{code} comes twice")
        seen.add(code)
        if code in ("TELI", "PHOI") and _tag(message, "56") is None:
            yield Departure(i, "", "E44", f"{code} needs 56a: whom to call")
        if code in ("TELE", "PHON") and _tag(message, "57") is None:
            yield Departure(i, "", "E45", f"{code} needs 57a: whom to call")
    whom = [i for i in fields(message, "59") if message.value(i).startswith("/")]
    if "CHQB" in seen:
        yield from _at(whom, "E18", "who is paid by cheque is paid on no account")


def charges_fit_who_bears_them(message: FinMessage, found: Structure) -> Found:
    """E13, D50, E15, C02: charges beside OUR, SHA and BEN."""
    bearer = _tag(message, "71A")
    who = message.value(bearer) if bearer is not None else ""
    sent, received = fields(message, "71F"), fields(message, "71G")
    if who == "OUR":
        yield from _at(sent[:1], "E13", "71A OUR takes no 71F")
    if who == "SHA":
        yield from _at(received[:1], "D50", "71A SHA takes no 71G")
    if who == "BEN":
        yield from _at(received[:1], "E15", "71A BEN takes no 71G")
        if not sent and bearer is not None:
            yield Departure(bearer, "", "E15", "71A BEN needs 71F: what was taken")
    settled = _tag(message, "32A")
    currency = part(message, settled, "currency") if settled is not None else None
    other = [i for i in received if part(message, i, "currency") not in (None, currency)]
    yield from _at(other, "C02", "71G has the currency of 32A")


def numbered_lines(message: FinMessage, found: Structure) -> Found:
    """T56: the lines of 50F and 59F begin with 1/, their numbers go up, 3/ begins with a country."""
    for i in fields(message, "50F", "59F"):
        lines = message.value(i).split("\n")
        numbered = [line for line in lines[lines[0][1:2] != "/" :] if line[1:2] == "/"]
        numbers = [line[0] for line in numbered]
        country = next((line[2:4] for line in numbered if line[0] == "3"), "")
        if numbers[:1] != ["1"] or numbers != sorted(numbers):
            yield Departure(i, "", "T56", "the lines are 1/, 2/, 3/ in that order, 1/ first")
        elif "3" not in numbers:
            yield Departure(i, "", "T56", "a line 3/ with country and town is missing")
        elif country not in COUNTRIES:
            yield Departure(i, "", "T56", f"3/ begins with a country, and {country!r} is none")


def straight_through(message: FinMessage, found: Structure) -> Found:
    """D17, D19, E04, T47: what straight-through processing asks of codes and accounts."""
    odd = [i for i in fields(message, "23E") if message.value(i)[:4] not in STP_CODES]
    yield from _at(odd, "T47", f"STP takes only {', '.join(sorted(STP_CODES))}")
    bare = [i for i in fields(message, "53B") if not message.value(i).startswith("/")]
    yield from _at(bare, "E04", "53B needs its party identifier in STP")
    ends = {message.sender[4:6], message.receiver[4:6]}
    for i in fields(message, "59"):
        account = message.value(i).partition("\n")[0]
        if not account.startswith("/"):
            yield Departure(i, "", "D17", "STP needs the account in 59a")
        elif not message.typed and ends <= SINGLE_MARKET and not is_iban(account[1:]):
            yield Departure(i, "", "D19", "between these countries STP needs an IBAN", 1)


_CUSTOMER = Rules(
    (
        intermediary_needs_account_bank,
        third_reimbursement_needs_both,
        charges_need_the_instructed_amount,
    ),
    (
        rate_between_two_currencies,
        instructed_amount_in_the_single_market,
        codes_fit_the_service_level,
        parties_fit_the_service_level,
        instruction_codes,
        charges_fit_who_bears_them,
        numbered_lines,
    ),
)
_BANK = Rules((intermediary_needs_account_bank,))
_COVER = Rules(_BANK.shape, (numbered_lines,))
RULES: dict[str, Rules] = {
    "103": _CUSTOMER,
    "103REMIT": _CUSTOMER,
    "103STP": Rules(_CUSTOMER.shape, (*_CUSTOMER.values, straight_through)),
    "202": _BANK,
    "202COV": _COVER,
    "205": _BANK,
    "205COV": _COVER,
}
