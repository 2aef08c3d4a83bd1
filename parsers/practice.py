"""A message against the market practice it is under, at the date it bears (schemas/practice.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from parsers import findings, mx
from parsers.message import Fin, Message
from parsers.mx_message import Mx
from schemas.calendar import Calendar, calendars, seed_days
from schemas.finding import Finding
from schemas.identifiers import is_bic
from schemas.practice import BY_CODE, CBPR_SERVICE, DTC, ICSDS, VALUE_DAYS
from schemas.value import Value

INSTRUCTIONS = frozenset({"MT540", "MT541", "MT542", "MT543"})
CONFIRMATIONS = frozenset({"MT544", "MT545", "MT546", "MT547"})
TRANSFERS = frozenset({"MT103", "MT202", "MT205"})
PAYMENTS = {"pacs.008": "FIToFICstmrCdtTrf", "pacs.009": "FICdtTrf"}
SETTLES = "SctiesSttlmTxInstr/TradDtls/SttlmDt/Dt/Dt"
SATURDAY = 5
INSTRUCTION_ID_MAX = 16
LINES_MAX, LINE_MAX = 2, 70


class Said(NamedTuple):
    """A rule that is broken, by which value, in words; the place where there is no value."""

    code: str
    words: str
    value: Value | None = None
    place: str = ""


def check(message: Message) -> list[Finding]:
    """What the practice a message is under has to say against it."""
    made = _made_on(message)
    return [_finding(said) for said in _said(message) if _holds(said.code, made)]


def _said(message: Message) -> Iterator[Said]:
    if isinstance(message, Fin):
        if message.type in INSTRUCTIONS:
            yield from _instruction(message)
        elif message.type in CONFIRMATIONS:
            yield from _after_trade(message, "TRADDET/98 ESET")
        elif message.type in TRANSFERS:
            yield from _transfer(message)
    elif isinstance(message, Mx) and message.type[:8] == "sese.023":
        if any(on.weekday() >= SATURDAY for on in _days(message, SETTLES)):
            yield from _on_weekend(message.get(SETTLES))
    elif isinstance(message, Mx) and message.type[:8] in PAYMENTS:
        yield from _settled(message)
        if _is_cbpr(message):
            yield from _payment(message)


def _holds(code: str, made: date | None) -> bool:
    """A rule holds for what was made since its date, and for what tells no date."""
    since = BY_CODE[code].since
    return since is None or made is None or made >= since


def _finding(said: Said) -> Finding:
    rule = BY_CODE[said.code].rule
    if said.value is None:
        return findings.of_rule(rule, said.place, 1, 1, said.words, None, "")
    value = said.value
    return findings.of_rule(rule, value.place, value.line, value.column, said.words, value.text, "")


def _made_on(message: Message) -> date | None:
    """The day a message says it was made."""
    if isinstance(message, Mx):
        created = mx.first(message.mx.header, "CreDt") if message.mx.header is not None else None
        text = (created.text or "").strip()[:10] if created is not None else ""
        return _day(text)
    prepared = message.get("GENL/98 PREP")
    value = prepared.value if prepared else None
    return (
        value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# settlement instructions ------------------------------------------------------------------------------


def _instruction(message: Fin) -> Iterator[Said]:
    yield from _after_trade(message, "TRADDET/98 SETT")
    yield from _on_weekend(message.get("TRADDET/98 SETT"))
    place = message.get("SETDET/SETPRTY/95P PSET")
    depository = place.text[:8] if place else ""
    if depository in DTC:
        yield from _dtc(message)
    elif depository in ICSDS:
        yield from _participants(message, set(ICSDS.values()), r"[0-9]{5}", "icsd_participant")


def _after_trade(message: Fin, place: str) -> Iterator[Said]:
    settles = message.get(place)
    at, traded = _date_of(settles), _date_of(message.get("TRADDET/98 TRAD"))
    if at is not None and traded is not None and at < traded:
        yield Said("settles_before_trade", f"{at} is before the trade of {traded}", settles)


def _on_weekend(settles: Value | None) -> Iterator[Said]:
    at = _date_of(settles)
    if at is not None and at.weekday() >= SATURDAY:
        yield Said("settles_on_weekend", f"{at} is a {at:%A}", settles)


def _days(message: Mx, place: str) -> Iterator[date]:
    """The dates at a place, by their elements: values are made of them when there is one to name."""
    days = (_day((node.text or "").strip()) for node in message.nodes(place))
    return (day for day in days if day is not None)


def _date_of(value: Value | None) -> date | None:
    on = value.value if value is not None else None
    return on.date() if isinstance(on, datetime) else on if isinstance(on, date) else None


def _dtc(message: Fin) -> Iterator[Said]:
    yield from _participants(message, {"DTCYID"}, r"[0-9]{8}", "dtc_participant")
    for wish in message.all("SETDET/22F STCO"):
        if wish.value in ("PART", "PARQ", "PARC"):
            yield Said("dtc_partial", f"{wish.value} asks for parts", wish)
    amount = message.get("SETDET/AMT/19A SETT")
    if amount is not None and amount.parts.get("currency", "USD") != "USD":
        yield Said("dtc_currency", f"the amount is in {amount.parts['currency']}", amount)


def _participants(message: Fin, schemes: set[str], form: str, code: str) -> Iterator[Said]:
    """The agents told by their number at the depository, if it is none."""
    for agent in ("DEAG", "REAG"):
        for value in message.all(f"SETDET/SETPRTY/95R {agent}"):
            number = str(value.parts.get("id", ""))
            if value.parts.get("scheme") in schemes and not re.fullmatch(form, number):
                yield Said(code, f"{number} is no such number", value)


# payments between banks ---------------------------------------------------------------------------------


def _transfer(message: Fin) -> Iterator[Said]:
    amount = message.get("32A")
    if amount is not None and isinstance(on := amount.parts.get("date"), date):
        currency = str(amount.parts.get("currency", ""))
        if why := _closed(on, currency):
            yield _not_moving(on, currency, why, amount)


def _settled(message: Mx) -> Iterator[Said]:
    place = f"{PAYMENTS[message.type[:8]]}/CdtTrfTxInf/IntrBkSttlmDt"
    for number, node in enumerate(message.nodes(place)):
        on, transaction = _day((node.text or "").strip()), node.getparent()
        amount = None if transaction is None else mx.first(transaction, "IntrBkSttlmAmt")
        currency = "" if amount is None else amount.get("Ccy") or ""
        if on is not None and (why := _closed(on, currency)):
            yield _not_moving(on, currency, why, message.all(place)[number])


def _closed(on: date, currency: str) -> str:
    """Why a currency does not move: a weekend, or a holiday where its calendar is packaged."""
    calendar = _calendars().get(VALUE_DAYS.get(currency, ""))
    closed = calendar.closing(on) if calendar is not None and on.year in calendar.years else None
    return closed.name if closed else f"{on:%A}" if on.weekday() >= SATURDAY else ""


def _not_moving(on: date, currency: str, why: str, value: Value) -> Said:
    return Said("value_day", f"{currency} does not move on {on}: {why}", value)


@cache
def _calendars() -> dict[str, Calendar]:
    return calendars(seed_days())


def _is_cbpr(message: Mx) -> bool:
    header = message.mx.header
    service = mx.first(header, "BizSvc") if header is not None else None
    return service is not None and (service.text or "").strip().startswith(CBPR_SERVICE)


def _payment(message: Mx) -> Iterator[Said]:
    values = list(message)
    root = values[0].place.partition("/")[0] if values else ""
    tx = f"{root}/CdtTrfTxInf"
    if any(value.place.startswith(f"{tx}[2]") for value in values):
        yield Said("cbpr_one", "more than one transaction", None, tx)
    created = message.get(f"{root}/GrpHdr/CreDtTm")
    if created is not None and not re.search(r"(Z|[+-]\d\d:\d\d)$", created.text):
        yield Said("cbpr_offset", "no offset after the time", created)
    for number in message.all(f"{tx}/PmtId/InstrId"):
        if len(number.text) > INSTRUCTION_ID_MAX:
            yield Said("cbpr_instruction_id", f"{len(number.text)} characters", number)
    if message.get(f"{tx}/PmtId/UETR") is None:
        yield Said("cbpr_uetr", "there is none", None, f"{tx}/PmtId/UETR")
    for agent, bic in (("InstgAgt", message.sender), ("InstdAgt", message.receiver)):
        named = message.get(f"{tx}/{agent}/FinInstnId/BICFI")
        if named is None:
            yield Said("cbpr_agents", "it is not named", None, f"{tx}/{agent}")
        elif is_bic(bic) and named.text[:8] != bic[:8]:
            yield Said("cbpr_agents", f"the header says {bic}", named)
    yield from _addresses(values)


def _addresses(values: list[Value]) -> Iterator[Said]:
    """Every postal address: structured, or town and country beside two lines."""
    found: dict[str, dict[str, list[Value]]] = {}
    for value in values:
        before, mark, name = value.place.partition("/PstlAdr/")
        if mark:
            parts = found.setdefault(f"{before}/PstlAdr", {})
            parts.setdefault(re.sub(r"\[\d+\]", "", name), []).append(value)
    for place, parts in found.items():
        lines = parts.get("AdrLine", [])
        if not {"TwnNm", "Ctry"} <= parts.keys():
            missing = " and ".join(sorted({"TwnNm", "Ctry"} - parts.keys()))
            yield Said("cbpr_address", f"{missing} is missing", lines[0] if lines else None, place)
            continue
        if len(lines) > LINES_MAX or any(len(line.text) > LINE_MAX for line in lines):
            yield Said("cbpr_address_lines", f"{len(lines)} lines", lines[-1])
        town = parts["TwnNm"][0].text.casefold()
        for line in lines:
            if re.search(rf"\b{re.escape(town)}\b", line.text.casefold()):
                yield Said(
                    "cbpr_address_repeats", f"the line repeats {parts['TwnNm'][0].text}", line
                )
