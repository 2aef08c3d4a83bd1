"""Alarms: seen by the holder of one lane, answered by people.

One stands for each rule and object while the rule holds. Acknowledging or muting makes it quiet; it
sounds again when it is twice as bad, turns red, or the time it was muted for is over.
"""

from __future__ import annotations

import asyncio
import shutil
import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import asyncpg
import structlog

from gateway.alarm_rules import RULES, AlarmRule
from gateway.clock import business_date, new_id, real_now
from gateway.desk.words import USUAL
from gateway.handlers import told
from gateway.identity import Client
from gateway.runner import OUTAGES
from gateway.sink import TOLD, told_up_to
from schemas.problem import Problem, Refused
from schemas.static_rows import LinkRow
from store import alarms
from store.alarms import Found
from store.leases import LANES

if TYPE_CHECKING:
    from gateway.core import Core
    from store.rows import Connection

log = structlog.get_logger()
LANE = zlib.crc32(b"alarms") % LANES
EVERY_SECONDS = 5.0
REST = 20  # rests so many times as long as it looked: the lanes come first
WORSE = 2  # times what it was when it was made quiet
MUTED_MAX = timedelta(days=7)
WORDS_MAX = 200
Deed = Literal["own", "let-go", "acknowledge", "mute", "sound"]
DEEDS: tuple[Deed, ...] = ("own", "let-go", "acknowledge", "mute", "sound")
EVENTS: dict[Deed, str] = {
    "own": "AlarmOwned",
    "let-go": "AlarmLetGo",
    "acknowledge": "AlarmAcknowledged",
    "mute": "AlarmMuted",
    "sound": "AlarmSounded",
}


class Watch:
    """Looks round every few seconds while it holds the lane."""

    def __init__(self, core: Core) -> None:
        check_limits(core.settings.alarms)
        self.core = core
        self._noted: dict[str, bool] = {}  # what we last said of our links

    async def work(self) -> None:
        """Look for ever; an outage is waited out."""
        while True:
            began = time.monotonic()
            try:
                await self.note_links()
                if LANE in self.core.held:
                    await self.look()
                else:
                    self.core.metrics.alarms(0, 0)
            except (*OUTAGES, asyncpg.PostgresError) as outage:
                log.warning("alarms", error=repr(outage))
            await asyncio.sleep(max(EVERY_SECONDS, REST * (time.monotonic() - began)))

    async def note_links(self) -> None:
        """Tell whoever watches how the links stand that this process works."""
        up = {state.name: state.up for state in self.core.link_states()}
        if up != self._noted:
            async with self.core.pool.acquire() as db:
                await alarms.note_links(db, up, real_now())
            self._noted = up

    async def look(self) -> None:
        """Raise, change and clear until what stands is what the rules find."""
        now = self.core.clock.now()
        async with self.core.pool.acquire() as db, db.transaction():
            now_found = {(f.rule, f.object): f for f in [*await self._asked(db), *self._seen()]}
            stands = {(r["rule"], r["object"]): r for r in await alarms.standing(db)}
            new = {new_id(now): f for key, f in now_found.items() if key not in stands}
            changed = [
                (row["id"], f.words, f.red, f.weight)
                for key, row in stands.items()
                if (f := now_found.get(key)) is not None
                and (f.words, f.red, f.weight) != (row["words"], row["red"], row["weight"])
            ]
            gone = [row for key, row in stands.items() if key not in now_found]
            await alarms.raise_many(db, now, new)
            await alarms.change_many(db, now, changed)
            await alarms.clear_many(db, now, [row["id"] for row in gone])
            await told.leave(
                db,
                [
                    *(_event(id_, "AlarmRaised", "gateway", f._asdict()) for id_, f in new.items()),
                    *(_event(r["id"], "AlarmCleared", "gateway", dict(r)) for r in gone),
                ],
            )
            loud = [row["red"] for row in await alarms.standing(db) if sounds(row, now)]
        self.core.metrics.alarms(red=sum(loud), amber=len(loud) - sum(loud))

    async def _asked(self, db: Connection) -> list[Found]:
        """What the database says; each rule is one statement."""
        now, real = self.core.clock.now(), real_now()
        told_to = await told_up_to(db, TOLD) if self.core.settings.status_topics else {}
        asked = {
            **dict.fromkeys(
                ("approval_late", "failing_money"),
                (business_date(now, self.core.settings.business_zone),),
            ),
            "link_down": (real, [row.name for row in self.core.static.all(LinkRow)]),
            "silent": (now, list(USUAL), [usual.total_seconds() for usual in USUAL.values()]),
            "sink_behind": (list(told_to), list(told_to.values())),
        }
        found: list[Found] = []
        for id_ in alarms.QUERIES:
            if id_ == "sink_behind" and not told_to:
                continue  # nobody listens
            rule = RULES[id_]
            limit: object = threshold(rule, self.core.settings.alarms)
            if rule.unit in ("business seconds", "seconds"):
                before = now if rule.unit == "business seconds" else real
                limit = before - timedelta(seconds=float(str(limit)))
            found += [
                _found(rule, row["object"], row["name"], row["weight"], row)
                for row in await alarms.found(db, id_, limit, *asked.get(id_, ()))
            ]
        return found

    def _seen(self) -> Iterable[Found]:
        """What the process sees by itself: its disk."""
        rule = RULES["disk_low"]
        free = shutil.disk_usage(self.core.settings.data).free
        if free < threshold(rule, self.core.settings.alarms):
            short = threshold(rule, self.core.settings.alarms) - free
            yield _found(rule, "data", f"{free:,}", short)


def check_limits(given: Mapping[str, Decimal]) -> None:
    """Refused when a limit is set for no rule, or to less than nothing."""
    problems = [
        Problem("FINALITY_ALARMS", "unknown", f"known are {', '.join(RULES)}", name)
        for name in given
        if name not in RULES
    ]
    problems += [
        Problem(f"FINALITY_ALARMS {name}", "negative", "zero or more", str(limit))
        for name, limit in given.items()
        if limit < 0
    ]
    if problems:
        raise Refused("settings", problems)


def threshold(rule: AlarmRule, given: Mapping[str, Decimal]) -> Decimal:
    """The limit of a rule: the installation's, else the rule's own."""
    return given.get(rule.id, rule.threshold)


def _found(
    rule: AlarmRule,
    object_: str,
    name: str,
    weight: Decimal | int,
    row: Mapping[str, Any] | None = None,
) -> Found:
    amount = Decimal(weight)
    return Found(
        rule.id,
        object_,
        row["portfolio"] if row is not None else "",
        row["instruction"] if row is not None else None,
        rule.says.format(name=name, weight=f"{amount:,f}"),
        amount >= rule.red,
        amount,
    )


def sounds(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether an alarm asks for somebody: it stands, and nobody made it quiet for now."""
    if row["cleared_at"] is not None:
        return False
    quiet = row["acknowledged_at"] is not None or (
        row["muted_until"] is not None and row["muted_until"] > now
    )
    if not quiet:
        return True
    was, turns_red = row["quiet_weight"], RULES[row["rule"]].red
    return bool(row["weight"] >= WORSE * max(was, Decimal(1)) or was < turns_red <= row["weight"])


async def do(
    core: Core,
    client: Client,
    id_: UUID,
    deed: Deed,
    words: str = "",
    until: datetime | None = None,
) -> Mapping[str, Any]:
    """Answer an alarm; Refused where it has cleared, the right is missing, or words are.

    An owner gives it away themselves. The event is by the person, in the same transaction.
    """
    now = core.clock.now()
    async with core.pool.acquire() as db, db.transaction():
        row = await alarms.lock(db, id_)
        if row is None:
            raise Refused(
                "not_found", [Problem("id", "unknown", "there is no such alarm", str(id_))]
            )
        _may(client, row, deed)
        after = await _done(
            db, row, deed, client.person, now, _said(deed, words, until, now), until
        )
        said = {
            "rule": row["rule"], "object": row["object"], "words": row["words"],
            "said": words or None, "until": until.isoformat() if until else None,
            "before": state(row, now),
        }  # fmt: skip
        await told.leave(db, [told.Told(id_, EVENTS[deed], client.person, said)])
    return after


def _may(client: Client, row: Mapping[str, Any], deed: Deed) -> None:
    rule = RULES[row["rule"]]
    if not client.may(rule.right):
        text = f"answering {rule.title!r} needs the role {rule.right}"
        raise Refused("forbidden", [Problem("Authorization", "role", text, rule.right)])
    if row["cleared_at"] is not None:
        text = "it has cleared by itself: there is nothing to answer"
        raise Refused("not_allowed", [Problem("id", "cleared", text, str(row["id"]))])
    owner = row["owner"]
    if deed == "own" and owner not in (None, client.person):
        text = f"{owner} owns it: ask them to let it go"
        raise Refused("not_allowed", [Problem("owner", "owned", text, owner)])
    if deed == "let-go" and owner != client.person:
        text = "only who owns it lets it go"
        raise Refused("not_allowed", [Problem("owner", "owned", text, owner)])


def _said(deed: Deed, words: str, until: datetime | None, now: datetime) -> str:
    """What was said with it, checked: acknowledging and muting say why, muting until when."""
    words = words.strip()
    if deed in ("acknowledge", "mute") and not (
        0 < len(words) <= WORDS_MAX and words.isprintable()
    ):
        text = f"say what is known or done, in up to {WORDS_MAX} printable characters"
        raise Refused("invalid", [Problem("words", "missing", text, words[:60] or None)])
    if deed == "mute" and (until is None or not now < until <= now + MUTED_MAX):
        text = f"a time after now, at most {MUTED_MAX.days} days away"
        raise Refused("invalid", [Problem("until", "time", text, str(until) if until else None)])
    return words


async def _done(
    db: Connection,
    row: Mapping[str, Any],
    deed: Deed,
    person: str,
    now: datetime,
    words: str,
    until: datetime | None,
) -> Mapping[str, Any]:
    match deed:
        case "own" | "let-go":
            after = await alarms.own(db, row["id"], person if deed == "own" else None, now)
        case "acknowledge":
            after = await alarms.acknowledge(db, row["id"], person, now, words)
        case "mute":
            assert until is not None  # _said refuses it
            after = await alarms.mute(db, row["id"], person, now, words, until)
        case "sound":
            after = await alarms.sound(db, row["id"], now)
    return dict(after)


def state(row: Mapping[str, Any], now: datetime) -> str:
    """How an alarm stands, in a word."""
    if row["cleared_at"] is not None:
        return "cleared"
    if sounds(row, now):
        return "sounding"
    return "acknowledged" if row["acknowledged_at"] is not None else "muted"


def _event(id_: UUID, type_: str, actor: str, row: Mapping[str, Any]) -> told.Told:
    said = {name: row[name] for name in ("rule", "object", "words")}
    return told.Told(id_, type_, actor, said | {"weight": str(row["weight"])})
