"""How the desk says things: states, waits, reasons, money and time in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from schemas.reasons import ANYWHERE, REASONS
from store.desk import CLOSED

Tone = Literal["late", "near", "ours", "plain", "done"]
# every colour comes with its letter, so that nothing rests on colour alone
LETTERS: dict[Tone, str] = {"late": "L", "near": "N", "ours": "O", "plain": "·", "done": "–"}
TONES: dict[Tone, str] = {
    "late": "late: past its date or failing",
    "near": "near: due today and not on course, or waiting longer than usual",
    "ours": "our move",
    "plain": "normal, nothing to do",
    "done": "nothing open any more",
}
STATES: dict[str, str] = {
    "draft": "draft",
    "approved": "approved",
    "released_to_wire": "released",
    "released": "released",
    "sent": "sent",
    "network_acked": "sent",
    "network_nak": "network NAK",
    "in_progress": "in progress",
    "accepted": "accepted",
    "in_repair": "in repair",
    "inferred_matched": "inferred match",
    "matched": "matched",
    "pending": "pending",
    "unmatched": "unmatched",
    "on_hold": "on hold",
    "overdue_unconfirmed": "unconfirmed",
    "failing": "failing",
    "cancel_pending": "cancel pending",
    "cancel_requested": "cancel pending",
    "settled": "settled",
    "part_settled_rest_cancelled": "part settled",
    "cancelled": "cancelled",
    "rejected": "rejected",
    "reversed": "reversed",
    "debited": "debited",
    "credited": "credited",
    "returned": "returned",
    "fate_unknown": "fate unknown",
}
# flags that name a person or a version after a colon
FLAGS: dict[str, str] = {
    "held": "held by {}",
    "reapprove": "to be approved again",
    "lift": "release asked: {}",
    "lifted": "released: {}",
    "amend": "replacement waits",
    "unbuildable": "cannot be built",
    "ssi_missing": "SSI missing",
    "ssi_cooling": "SSI just changed",
    "closed_date": "closed date",
    "double_sent": "sent twice",
    "delivered": "delivered",
    "uninstructed": "nothing instructs it",
    "follow_up": "follow up {}",
    "follow_up_due": "follow-up due",
}
# how long each state usually lasts; longer is worth a look
USUAL: dict[str, timedelta] = {
    "released_to_wire": timedelta(minutes=1),
    "released": timedelta(minutes=1),
    "sent": timedelta(minutes=2),
    "network_acked": timedelta(minutes=10),
    "accepted": timedelta(minutes=45),
    "inferred_matched": timedelta(hours=2),
    "cancel_pending": timedelta(minutes=15),
    "unmatched": timedelta(minutes=30),
}
# a day's work before the settlement date: being here on that date is not on course
_BEFORE_MATCH = frozenset(
    {
        "draft", "approved", "released_to_wire", "released", "sent", "accepted", "network_nak",
        "in_repair", "unmatched", "inferred_matched", "on_hold",
    }
)  # fmt: skip
_LATE = frozenset({"failing", "overdue_unconfirmed"})
MOVES: dict[str, str] = {
    "us": "Us",
    "them": "Them",
    "custodian": "Custodian",
    "network": "Network",
    "nobody": "Nobody",
}
KINDS: dict[tuple[str, str], tuple[str, str]] = {
    ("RECE", "APMT"): ("RVP", "receive against payment"),
    ("DELI", "APMT"): ("DVP", "deliver against payment"),
    ("RECE", "FREE"): ("RF", "receive free"),
    ("DELI", "FREE"): ("DF", "deliver free"),
}
# status lines of MT548 and sese.024, as a desk says them
STANDINGS: dict[tuple[str, str], str] = {
    ("IPRC", "PACK"): "accepted",
    ("IPRC", "PPRC"): "pending processing",
    ("IPRC", "REJT"): "rejected",
    ("IPRC", "REPR"): "in repair",
    ("IPRC", "CAND"): "cancelled",
    ("IPRC", "CANP"): "cancellation pending",
    ("IPRC", "CPRC"): "counterparty asks to cancel",
    ("IPRC", "MODC"): "modified",
    ("CPRC", "PACK"): "cancellation accepted",
    ("CPRC", "CANP"): "cancellation pending",
    ("CPRC", "CAND"): "cancelled as asked",
    ("CPRC", "DEND"): "cancellation denied",
    ("CPRC", "REJT"): "cancellation rejected",
    ("MTCH", "MACH"): "matched",
    ("MTCH", "NMAT"): "unmatched",
    ("INMH", "MACH"): "match inferred",
    ("INMH", "NMAT"): "no match inferred",
    ("SETT", "PEND"): "pending",
    ("SETT", "PENF"): "failing",
    ("TPRC", "COMP"): "change done",
    ("TPRC", "DEND"): "change denied",
    ("TPRC", "REJT"): "change rejected",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """What a row waits for, how long already, and how long is usual."""

    text: str
    long: str
    usual: str
    over: bool


def number(value: Decimal | None) -> str:
    """Thousands separated, no trailing zeros after the point."""
    if value is None:
        return ""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal | None, digits: int = 2) -> str:
    """Thousands separated, at least the currency's digits, never rounded."""
    if value is None:
        return ""
    text = f"{value:,f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole


def day(value: date | None) -> str:
    """Tue 24 Nov."""
    return f"{value:%a} {value.day} {value:%b}" if value else ""


def long_day(value: date) -> str:
    """Tue 24 Nov 2026."""
    return f"{value:%a} {value.day} {value:%b %Y}"


def moment(value: datetime | None, zone: str, today: date) -> str:
    """13:30:05 today, otherwise with its day."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M:%S}"
    return clock if local.date() == today else f"{day(local.date())} {clock}"


def minute(value: datetime, zone: str, today: date) -> str:
    """A moment to the minute."""
    return moment(value, zone, today)[:-3]


def span(length: timedelta) -> str:
    """8 s, 41 min, 3 h 10, 2 d."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    return f"{seconds // 86400} d"


def short_span(length: timedelta) -> str:
    """A span in its largest unit: 8 s, 41 min, 3 h, 2 d."""
    return " ".join(span(length).split()[:2])


def kind(row: Mapping[str, Any]) -> tuple[str, str]:
    """The desk's letters for this kind of instruction, and the words."""
    if row["kind"] == "securities":
        return KINDS.get((row["direction"], row["payment"]), ("SEC", "securities instruction"))
    return "PAY", "bank transfer" if row["kind"] == "bank" else "customer transfer"


def state(value: str) -> str:
    """The display state in words; an unknown one as it is."""
    return STATES.get(value, value.replace("_", " "))


def move(value: str | None) -> str:
    """Whose move it is."""
    return MOVES.get(value or "", value or "")


def plain(code: str | None) -> str:
    """A snake_case word of ours as people write it."""
    return (code or "").replace("_", " ")


def standing(axis: str, code: str, *reasons: str) -> str:
    """One status line of an answer: what it says, and why."""
    said = STANDINGS.get((axis, code), f"{axis} {code}")
    why = "; ".join(f"{REASONS[r].meaning} ({r})" if r in REASONS else r for r in reasons)
    return f"{said}: {why}" if why else said


def reason(row: Mapping[str, Any]) -> str:
    """What the primary reason means; where its code says nothing, what was written."""
    known = REASONS.get(row["reason"] or "")
    if known is None or known.code in ANYWHERE:
        return row["reason_text"] or (known.meaning if known else "")
    return known.meaning


def flags(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What is worth knowing beside the state; who made it and whose it is are said elsewhere."""
    return tuple(
        FLAGS.get(name, plain(name)).replace("{}", _when(who) if name == "follow_up" else who)
        for name, _, who in (flag.partition(":") for flag in row["flags"])
        if name not in ("maker", "owner")
    )


def owner(row: Mapping[str, Any]) -> str:
    """Who has taken it on; empty while nobody has."""
    return next((f[6:] for f in row["flags"] if f.startswith("owner:")), "")


def _when(instant: str) -> str:
    at = datetime.fromisoformat(instant)
    return f"{day(at.date())} {at:%H:%M} UTC"


def closed(row: Mapping[str, Any]) -> bool:
    """Nothing is open, and no trade waits to be instructed again."""
    return (
        row["state"] in CLOSED and not row["open_quantity"] and "uninstructed" not in row["flags"]
    )


def tone(row: Mapping[str, Any], now: datetime, today: date) -> Tone:
    """The one colour of a row: late, ours, near, plain; done when nothing is open."""
    if closed(row):
        return "done"
    if row["state"] in _LATE or (row["settle_on"] and row["settle_on"] < today):
        return "late"
    if row["whose_move"] == "us":
        return "ours"
    usual = USUAL.get(row["state"])
    due = row["settle_on"] == today and row["state"] in _BEFORE_MATCH
    return "near" if due or (usual and now - row["since"] > usual) else "plain"


def wait(row: Mapping[str, Any], now: datetime) -> Wait:
    """What it waits for, for how long, and how long is normal."""
    if closed(row):
        return Wait("", "", "", False)
    usual = USUAL.get(row["state"])
    waited = now - row["since"]
    return Wait(
        plain(row["waits_for"]),
        span(waited),
        span(usual) if usual else "",
        bool(usual and waited > usual),
    )


def sentence(row: Mapping[str, Any], now: datetime, zone: str, today: date) -> str:
    """The first line of an instruction's page: what, how much, where it stands, why, whose move."""
    what = _what(row)
    if closed(row):
        since = minute(row["since"], zone, today)
        return f"{what}: {state(row['state'])}{_because(row)} since {since}; nothing to do."
    settled = row["settled_quantity"] or Decimal(0)
    parts = [what]
    if settled:
        parts.append(f"{number(settled)} settled")
        parts.append(f"{number(row['open_quantity'])} {state(row['state'])}")
    else:
        parts[0] += f" is {state(row['state'])}"
    since = minute(row["since"], zone, today)
    text = ", ".join(parts) + _because(row) + f" since {since}; {_next(row)}"
    return text + "."


def utc(value: datetime) -> str:
    """An instant in full, for titles."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _what(row: Mapping[str, Any]) -> str:
    if row["kind"] != "securities":
        to = f" to {row['counterparty']}" if row["counterparty"] else ""
        return f"Payment of {row['currency']} {money(row['amount'])}{to}"
    name = row["instrument_name"] or row["isin"]
    against = f" for {row['currency']} {money(row['amount'])}" if row["payment"] == "APMT" else ""
    return f"{kind(row)[0]} {number(row['quantity'])} {name}{against}"


def _because(row: Mapping[str, Any]) -> str:
    words = reason(row)
    if not row["reason"]:
        return f": {words}" if words else ""
    return f": {words} ({row['reason']})" if words else f": {row['reason']}"


def _next(row: Mapping[str, Any]) -> str:
    wanted = plain(row["waits_for"])
    match row["whose_move"]:
        case "us":
            return f"our move: {wanted}" if wanted else "our move"
        case "nobody" | None:
            return f"waiting for {wanted}, nothing to do" if wanted else "nothing to do"
        case "them":
            who = row["counterparty"] or "the counterparty"
            return f"{who} must move" + (f"; we wait for {wanted}" if wanted else "") + _usual(row)
        case "custodian":
            who = row["custodian"] or "the custodian"
            return f"{who} must answer" + (f"; we wait for {wanted}" if wanted else "")
        case _:
            return f"the network must answer; we wait for {wanted or 'it'}"


def _usual(row: Mapping[str, Any]) -> str:
    known = REASONS.get(row["reason"] or "")
    return f" ({known.action})" if known else ""
