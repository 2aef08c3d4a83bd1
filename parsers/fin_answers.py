"""FIN messages to answers: acknowledgements, statuses, confirmations, cash advices.

Lenient in order, strict in content: a field that is used is there once and well formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from typing import Literal, get_args

from parsers import fin_content
from parsers.fin_text import FinField, FinMessage
from parsers.fin_text import read as read_fields
from schemas.answer import (
    Answer,
    Axis,
    CashAdvice,
    CashEntry,
    Confirmation,
    Header,
    NetworkAnswer,
    Reason,
    Standing,
    StatusAdvice,
    Unknown,
)
from schemas.dates import business_day
from schemas.identifiers import CURRENCY_DIGITS
from schemas.money import Money, Quantity, QuantityType
from schemas.mt.fields import FORMATS
from schemas.mt.notation import read_day, read_decimal, read_moment
from schemas.mt.service import TITLES
from schemas.problem import MessageError, Problem

AXES: dict[str, Axis] = {axis: axis for axis in get_args(Axis)}
# of two quantities the face amount counts, as it does in the instruction
QUANTITY_TYPES: dict[str, QuantityType] = {"FAMT": "FAMT", "UNIT": "UNIT", "AMOR": "AMOR"}
DIRECTIONS: dict[str, Literal["RECE", "DELI"]] = {
    "544": "RECE", "545": "RECE", "546": "DELI", "547": "DELI",
}  # fmt: skip
PAYMENTS: dict[str, Literal["APMT", "FREE"]] = {
    "544": "FREE", "545": "APMT", "546": "FREE", "547": "APMT",
}  # fmt: skip
ABOUT: dict[str, Literal["instruction", "cancellation"]] = {
    "INST": "instruction", "CAST": "cancellation",
}  # fmt: skip
ADVICES: dict[str, Literal["CRDT", "DBIT"]] = {"900": "DBIT", "910": "CRDT"}
# DOMAIN 4.6: what a system message says of ours
VERDICTS: dict[str, Literal["delivered", "undelivered", "aborted"]] = {
    "010": "undelivered", "011": "delivered", "015": "aborted", "019": "aborted",
}  # fmt: skip

_MUR = re.compile(r"\{108:([^{}]*)\}")


def read(raw: bytes) -> Answer:
    """The answer these bytes carry; MessageError with every problem when they cannot be read."""
    message = read_fields(raw)
    if message.type == "F21":
        return _acknowledgement(message)
    if message.type in VERDICTS:
        return _system(message)
    if not message.type:
        untold = Problem("block 2", "H50", "no header, and the fields do not tell the type")
        raise MessageError("unreadable", [untold])
    picked = _Picked(message)
    answer = _READERS.get(message.type, _unknown)(picked)
    if picked.problems:
        raise MessageError("unreadable", picked.problems)
    return answer


def content_hash(text: str) -> bytes:
    """The hash of block 4: equal for copies that differ in line ends or are marked DUPL."""
    plain = text.strip("\n").replace("/DUPL\n", "\n", 1)
    return sha256(plain.encode("latin-1")).digest()


class _Picked:
    """The fields of one message by place, and the problems met while taking values from them."""

    __slots__ = ("message", "problems")

    def __init__(self, message: FinMessage) -> None:
        self.message = message
        self.problems: list[Problem] = []

    def find(self, path: str, name: str) -> FinField | None:
        """The field at this place; twice is a problem."""
        found = self.message.at(path, name)
        if len(found) > 1 and name[:2] != "16":
            again = FinField(self.message, found[1])
            self.problems.append(Problem(again.where, "T13", "may come only once", again.value))
        return FinField(self.message, found[0]) if found else None

    def find_all(self, path: str, name: str) -> list[FinField]:
        """Every field at this place."""
        return [FinField(self.message, index) for index in self.message.at(path, name)]

    def need(self, path: str, name: str) -> FinField | None:
        found = self.find(path, name)
        if found is None:
            where = f"{path}/{name[:2]}a {name[2:]}".strip("/ ")
            self.problems.append(Problem(where, "T13", "is missing"))
        return found

    def groups(self, f: FinField | None) -> tuple[str | None, ...] | None:
        """The components of a field by its format, or None with the problem noted."""
        if f is None:
            return None
        form = FORMATS.get(f.tag)
        found = form.pattern.fullmatch(f.value) if form is not None else None
        if found is None:
            fault = fin_content.fault(f.tag, f.value)
            rule, words = fault[:2] if fault else ("T13", "this option is not known here")
            self.problems.append(Problem(f.where, rule, words, f.value))
            return None
        return found.groups()

    def refuse(self, f: FinField, rule: str, message: str) -> None:
        self.problems.append(Problem(f.where, rule, message, f.value))

    def last(self, f: FinField | None) -> str | None:
        """The last component: code, reference, account."""
        groups = self.groups(f)
        return groups[-1] if groups else None

    def reference(self, f: FinField | None) -> str:
        return self.last(f) or ""

    def on(self, f: FinField | None) -> date | None:
        groups = self.groups(f)
        if f is None or groups is None:
            return None
        moment = self._moment(f, groups)
        return moment.date() if moment else None

    def at(self, f: FinField | None) -> datetime | None:
        groups = self.groups(f)
        return self._moment(f, groups) if f is not None and groups is not None else None

    def _moment(self, f: FinField, groups: tuple[str | None, ...]) -> datetime | None:
        """Naive unless the field names its offset (98E)."""
        values = dict(zip(FORMATS[f.tag].parts, groups, strict=True))
        try:
            moment = read_moment(values.get("date") or "", values.get("time") or "000000")
            business_day(moment.date())
        except ValueError:
            self.refuse(f, "T50", "is no date and time")
            return None
        if values.get("hours"):
            offset = timedelta(hours=int(values["hours"] or 0), minutes=int(values["minutes"] or 0))
            sign = -1 if values["negative"] else 1
            return moment.replace(tzinfo=timezone(sign * offset) if offset else UTC)
        return moment

    def quantity(self, path: str, name: str) -> Quantity | None:
        """36B; where face and amortised amount are both given, the face amount."""
        found: dict[str, Quantity] = {}
        for f in self.find_all(path, name):
            groups = self.groups(f)
            if groups is None:
                continue
            type_, number = groups[1] or "", groups[2] or ""
            if type_ in found or type_ not in QUANTITY_TYPES:
                text = "comes twice" if type_ in found else "is no quantity type known here"
                self.refuse(f, "K36", f"{type_} {text}")
                continue
            found[type_] = Quantity(QUANTITY_TYPES[type_], read_decimal(number))
        return next((found[t] for t in QUANTITY_TYPES if t in found), None)

    def money(self, f: FinField | None) -> Money | None:
        """19A, 32A: the amount without its sign, which agents use in different senses."""
        groups = self.groups(f)
        if f is None or groups is None:
            return None
        currency, amount = groups[-2] or "", groups[-1] or ""
        digits = CURRENCY_DIGITS.get(currency)
        if digits is None or len(amount.partition(",")[2].rstrip("0")) > digits:
            fault = ("T52", "no such currency") if digits is None else ("C03", "too many decimals")
            self.refuse(f, *fault)
            return None
        return Money(currency, read_decimal(amount).quantize(Decimal(1).scaleb(-digits)))


def _joined(lines: str | None) -> str | None:
    """A narrative as one line."""
    return " ".join(lines.split("\n")) if lines else None


def _header(message: FinMessage, type_: str, reference: str, **more: object) -> Header:
    prepared = more.get("prepared_at")
    duplicate = "PDE" in message.trailer or "PDM" in message.trailer or bool(more.get("duplicate"))
    return Header(
        type=type_,
        sender=message.sender,
        receiver=message.receiver,
        reference=reference,
        function=str(more.get("function", "")),
        prepared_at=prepared if isinstance(prepared, datetime) else None,
        network_at=message.network_at,
        possible_duplicate=duplicate,
        content_hash=content_hash(message.text),
    )


def _service_values(message: FinMessage) -> dict[str, str]:
    """Tags of a service message, the first of each: MT011 repeats 175."""
    values: dict[str, str] = {}
    for tag, value in message.service:
        values.setdefault(tag, value)
    return values


def _acknowledgement(message: FinMessage) -> Answer:
    values = _service_values(message)
    if values.get("451") not in ("0", "1"):
        problem = Problem("block 4/451", "T13", "neither 0 nor 1", values.get("451"))
        raise MessageError("unreadable", [problem])
    accepted = values["451"] == "0"
    mur = values.get("108") or _mur_of(message.original)
    rule, line = _rejection(values.get("405", ""))
    header = _header(
        message, "ACK" if accepted else "NAK", mur or message.session, function=message.session
    )
    return NetworkAnswer(header, "ack" if accepted else "nak", mur, rule, line)


def _mur_of(original: str) -> str | None:
    """The MUR in the copy of our message that some interfaces put after its ACK."""
    found = _MUR.search(original.partition("{4:")[0])
    return found[1] if found else None


def _rejection(value: str) -> tuple[str | None, int | None]:
    """Rule and line of a 405: three characters and up to three digits."""
    rule, line = value[:3], value[3:6]
    return rule or None, int(line) if line.isdecimal() else None


def _system(message: FinMessage) -> Answer:
    values = _service_values(message)
    mur, mir = values.get("108"), values.get("106")
    rule, line = _rejection(values.get("405", ""))
    text = f"{TITLES[message.type]} {values.get('431') or values.get('432') or ''}".strip()
    header = _header(message, f"MT{message.type}", mur or mir or message.session)
    reason = rule or values.get("432") or values.get("431")
    return NetworkAnswer(header, VERDICTS[message.type], mur, reason, line, text)


def _unknown(picked: _Picked) -> Answer:
    """A type without a reader: its references where they stand in the usual places."""
    message = picked.message
    seme, twenty = picked.find("GENL", "20SEME"), picked.find("", "20")
    related, twenty_one = picked.find("GENL/LINK", "20RELA"), picked.find("", "21")
    reference = _after_slashes(seme or twenty) or message.header.get("108") or message.session
    function = picked.find("GENL", "23G")
    return Unknown(
        _header(
            message, f"MT{message.type}", reference, function=function.value if function else ""
        ),
        _after_slashes(related or twenty_one) or dict(message.service).get("108"),
    )


def _after_slashes(f: FinField | None) -> str | None:
    return f.value[5:].lstrip("/") if f and f.qualifier else f.value if f else None


def _securities_header(picked: _Picked) -> Header:
    function = picked.need("GENL", "23G")
    words = picked.groups(function) or ("", None)
    return _header(
        picked.message,
        f"MT{picked.message.type}",
        picked.reference(picked.need("GENL", "20SEME")),
        function=words[0] or "",
        prepared_at=picked.at(picked.find("GENL", "98PREP")),
        duplicate=words[1] == "DUPL",
    )


def _status(picked: _Picked) -> Answer:
    """MT548: every status with all its reasons."""
    header = _securities_header(picked)
    if header.function not in ABOUT and not picked.problems:
        return _unknown(picked)
    standings = _standings(picked)
    condition = any(s.axis == "TPRC" for s in standings)
    related = picked.reference(picked.need("GENL/LINK", "20RELA"))
    if not standings and not picked.problems:
        return Unknown(header, related)
    return StatusAdvice(
        header=header,
        related=related,
        about="condition" if condition else ABOUT.get(header.function, "instruction"),
        standings=standings,
        servicer_reference=header.reference,
        market_reference=picked.last(picked.find("GENL/LINK", "20MITI")),
        isin=_isin(picked, "SETTRAN"),
        quantity=picked.quantity("SETTRAN", "36SETT"),
        amount=picked.money(picked.find("SETTRAN", "19SETT")),
        safekeeping_account=picked.last(picked.find("SETTRAN", "97SAFE")),
    )


def _standings(picked: _Picked) -> tuple[Standing, ...]:
    """The statuses on the axes the engine keeps; affirmation, allegement and such are not."""
    standings: list[Standing] = []
    axis, code, reasons = "", "", list[Reason]()

    def close() -> None:
        if axis in AXES:
            standings.append(Standing(AXES[axis], code, tuple(reasons)))

    for f in picked.message.fields:
        if f.tag == "25D" and f.path == "GENL/STAT":
            close()
            axis, code, reasons = f.qualifier, picked.last(f) or "", []
        elif f.tag == "24B" and f.path == "GENL/STAT/REAS":
            reason = picked.last(f) or ""
            reasons.append(Reason("OTHR" if reason == "NARR" else reason))
        elif f.tag == "70D" and f.path == "GENL/STAT/REAS" and reasons:
            groups = picked.groups(f)
            reasons[-1] = Reason(reasons[-1].code, _joined(groups[-1] if groups else None))
    close()
    return tuple(standings)


def _isin(picked: _Picked, path: str) -> str | None:
    groups = picked.groups(picked.find(path, "35B"))
    return groups[1] if groups else None


def _confirmation(picked: _Picked) -> Answer:
    """MT544-547: what moved, or is taken back."""
    type_ = picked.message.type
    header = _securities_header(picked)
    if header.function not in ("NEWM", "CANC", "RVSL") and not picked.problems:
        return _unknown(picked)
    part = picked.last(picked.find("GENL", "22PARS"))
    effective = picked.on(picked.need("TRADDET", "98ESET"))
    quantity = picked.quantity("FIAC", "36ESTT")
    if quantity is None:
        picked.need("FIAC", "36ESTT")
    pre = picked.last(picked.find("GENL", "22PREC"))
    previous = picked.quantity("FIAC", "36PSTT") or picked.quantity("FIAC", "36PSTA")
    undoing = header.function != "NEWM"
    undone = picked.need if undoing else picked.find
    return Confirmation(
        header=header,
        related=picked.reference(picked.need("GENL/LINK", "20RELA")),
        direction=DIRECTIONS[type_],
        payment=PAYMENTS[type_],
        part="PAIN" if part == "PAIN" else "PARC" if part == "PARC" else None,
        quantity=quantity or Quantity("UNIT", Decimal(0)),
        effective_on=effective or date.min,
        settle_on=picked.on(picked.find("TRADDET", "98SETT")),
        previous=previous,
        remaining=picked.quantity("FIAC", "36RSTT"),
        amount=_amount(picked, "ESTT"),
        previous_amount=_amount(picked, "PSTT"),
        remaining_amount=_amount(picked, "RSTT"),
        isin=_isin(picked, "TRADDET"),
        safekeeping_account=picked.last(picked.find("FIAC", "97SAFE")),
        cash_account=picked.last(picked.find("FIAC", "97CASH")),
        pre_confirmation=pre in ("PRCA", "PRSE"),
        undoes=picked.last(undone("GENL/LINK", "20PREV")) if undoing else None,
        servicer_reference=header.reference,
        market_reference=picked.last(picked.find("GENL/LINK", "20MITI")),
    )


def _amount(picked: _Picked, qualifier: str) -> Money | None:
    """An amount of the confirmation; agents put it beside the quantity or among the amounts."""
    among, beside = (picked.find(path, f"19{qualifier}") for path in ("SETDET/AMT", "FIAC"))
    return picked.money(among or beside)


def _cash(picked: _Picked) -> Answer:
    """MT900 and MT910: one booked movement."""
    message = picked.message
    reference = picked.reference(picked.need("", "20"))
    related = picked.reference(picked.need("", "21"))
    account = picked.groups(picked.find("", "25P") or picked.need("", "25"))
    booked = picked.need("", "32A")
    money, value_on = picked.money(booked), _value_date(picked, booked)
    text = picked.groups(picked.find("", "72"))
    header = _header(message, f"MT{message.type}", reference)
    entry = CashEntry(
        amount=money or Money("XXX", Decimal(0)),
        direction=ADVICES[message.type],
        value_on=value_on or date.min,
        our_reference=None if related == "NONREF" else related,
        servicer_reference=reference,
        uetr=message.header.get("121"),
        text=_joined(text[-1] if text else None),
    )
    return CashAdvice(header, (account[0] or "") if account else "", (entry,))


def _value_date(picked: _Picked, f: FinField | None) -> date | None:
    if f is None or picked.groups(f) is None:
        return None
    try:
        return read_day(f.value[:6])
    except ValueError:
        picked.refuse(f, "T50", "is no date")
        return None


_READERS: dict[str, Callable[[_Picked], Answer]] = {
    "548": _status,
    "544": _confirmation,
    "545": _confirmation,
    "546": _confirmation,
    "547": _confirmation,
    "900": _cash,
    "910": _cash,
}
