"""The story of one instruction: people, messages and changes in order, with the silences named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import merge
from typing import Any
from zoneinfo import ZoneInfo

from gateway.desk import words

GAP = timedelta(minutes=2)  # a silence worth naming


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: a person, a message or a change, or a silence between them."""

    at: str
    title: str
    who: str
    what: str
    detail: str
    message: int | None
    kind: str  # 'person', 'message', 'change', 'trouble', 'gap', 'quiet', 'day'


def story(
    events: Sequence[Mapping[str, Any]],
    repeats: Sequence[Mapping[str, Any]],
    row: Mapping[str, Any],
    now: datetime,
    zone_name: str,
) -> list[Step]:
    """Every step in order, days and silences between them, and the silence that lasts.

    `repeats` are the sendings after the first, as `sent_again` tells them."""
    steps: list[Step] = []
    zone = ZoneInfo(zone_name)
    before: datetime | None = None
    state = ""
    for event in merge(events, repeats, key=lambda told: told["known_at"]):
        known: datetime = event["known_at"]
        local = known.astimezone(zone)
        if before is not None and known - before > GAP:
            steps.append(_gap(known - before, words.USUAL.get(state), ""))
        if before is None or before.astimezone(zone).date() != local.date():
            steps.append(_mark(words.long_day(local.date()), "day"))
        said = json.loads(event["payload"])
        state = str(said.get("state", state))
        steps.append(_step(event, said, f"{local:%H:%M:%S}"))
        before = known
    usual = None if words.closed(row) else words.USUAL.get(row["state"])
    if before is not None and usual is not None and now - before > usual:
        steps.append(_gap(now - before, usual, " so far"))
    return steps


def sent_again(
    messages: Sequence[Mapping[str, Any]], attempts: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Sendings that carry the mark of a possible duplicate, told as events are, earliest first."""
    return sorted(_repeats(messages, attempts), key=lambda told: told["known_at"])


def _repeats(
    messages: Sequence[Mapping[str, Any]], attempts: Sequence[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    by_id = {m["id"]: m for m in messages}
    for a in attempts:
        if a["possible_duplicate"]:
            message = by_id[a["outbox"]]
            said = {"type": message["type"], "reference": message["reference"]}
            yield {
                "type": SENT_AGAIN,
                "known_at": a["at"],
                "payload": json.dumps(said),
                "actor": message["link"],
                "cause": a["message"],
            }


def _gap(length: timedelta, usual: timedelta | None, still: str) -> Step:
    """A silence: an answer that was awaited for longer than it usually takes, or just quiet."""
    if usual is None or length <= usual:
        return _mark(f"quiet for {words.span(length)}", "quiet")
    took = f"no answer for {words.span(length)}{still}, usually {words.span(usual)}"
    return _mark(took, "gap")


def _mark(title: str, kind: str) -> Step:
    return Step("", title, "", "", "", None, kind)


SENT_AGAIN = "SentAgain"  # no event of the log: the outbox keeps what left, and when
# event types in the words of a desk, and whose doing they are
TITLES: dict[str, tuple[str, str]] = {
    "InstructionReceived": ("Instruction received", "person"),
    "TradeBooked": ("Trade booked", "change"),
    "TradeCancelled": ("Trade taken out of the books", "change"),
    "Approved": ("Approved", "person"),
    "Instructed": ("Instruction sent", "message"),
    SENT_AGAIN: ("Sent again, marked as a possible duplicate", "message"),
    "CancelRequested": ("Cancellation asked", "person"),
    "ChangeRequested": ("Change asked", "person"),
    "Amended": ("Amended", "person"),
    "NetworkAnswered": ("Network answered", "message"),
    "StatusReceived": ("Status received", "message"),
    "ConfirmationReceived": ("Confirmation received", "message"),
    "SettledPart": ("Securities moved", "change"),
    "SettlementReversed": ("Settlement reversed", "trouble"),
    "CashMoved": ("Cash moved", "change"),
    "CashAdvised": ("Cash advised", "message"),
    "PaymentStatusReceived": ("Payment status received", "message"),
    "Moved": ("State", "change"),
    "Waiting": ("Waiting", "change"),
    "Held": ("Held", "person"),
    "Unheld": ("Let go", "person"),
    "Withdrawn": ("Taken back", "person"),
    "DateReleaseAsked": ("Asked to let the date stand", "person"),
    "DateReleased": ("Date let stand", "person"),
    "FateDecided": ("Fate decided", "person"),
    "Owned": ("Taken on", "person"),
    "OwnerLeft": ("Let go by its owner", "person"),
    "Assigned": ("Assigned", "person"),
    "Noted": ("Note", "person"),
    "FollowUpSet": ("Follow-up", "person"),
    "FollowUpDue": ("Follow-up due", "change"),
    "PaymentDropped": ("Payment dropped", "change"),
    "MessageReceived": ("Message received", "message"),
    "PositionOpened": ("Position opened", "change"),
    "CashOpened": ("Cash opened", "change"),
    "ExceptionRaised": ("Exception", "trouble"),
    "ExceptionClosed": ("Exception closed", "person"),
    "MessageReinjected": ("Message sent through again", "person"),
    "RepairAsked": ("Repair asked", "person"),
    "RepairApproved": ("Repair approved", "person"),
    "RepairRefused": ("Repair turned down", "person"),
}
_SHOWN_MAX = 400
UNSHOWN = frozenset(
    {"body_hash", "content", "key", "part", "round", "original_sha256", "repaired_sha256"}
)  # for machines
FIGURES = frozenset({"quantity", "amount", "cash", "cost", "gain"})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")


def _step(event: Mapping[str, Any], payload: dict[str, Any], at: str) -> Step:
    title, kind = TITLES.get(event["type"], (event["type"], "change"))
    was, state = payload.pop("from", None), payload.pop("state", None)
    moved = " → ".join(words.state(str(s)) for s in (was, state) if s) if state else ""
    standings = [words.standing(*said) for said in payload.pop("says", ())]
    payload = {key: value for key, value in payload.items() if key not in UNSHOWN}
    detail = " · ".join((*standings, *filter(None, [words_of(payload)])))
    return Step(
        at=at,
        title=title,
        who=event["actor"],
        what=moved,
        detail=detail[:_SHOWN_MAX],
        message=event["cause"],
        kind=kind,
    )


def words_of(value: object) -> str:
    """A value of an event or a message on one line."""
    match value:
        case None | "":
            return ""
        case dict():
            parts = ((words.plain(str(key)), _figured(str(key), v)) for key, v in value.items())
            return " · ".join(f"{key} {text}" for key, text in parts if text)
        case list():
            return ", ".join(words_of(item) for item in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return _dated(str(value))


def _figured(key: str, value: object) -> str:
    text = words_of(value)
    return words.number(Decimal(text)) if key in FIGURES and _NUMBER.fullmatch(text) else text


def _dated(text: str) -> str:
    """A date as a desk reads it; anything else as it is."""
    return words.long_day(date.fromisoformat(text)) if _DATE.fullmatch(text) else text
