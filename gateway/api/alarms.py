"""Alarms over HTTP: what should not stay as it is, by which rule, and answering one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from aiohttp import web
from pydantic import AwareDatetime, Field

from gateway import alarms
from gateway.alarm_rules import RULES
from gateway.api import answers
from gateway.api.actions import Bare, Words
from gateway.api.route import JSON, Asked, Call, Route, answer, read_body
from store import alarms as rows

KEPT = (
    *("id", "rule", "object", "instruction", "words", "red", "raised_at", "cleared_at", "owner"),
    *("acknowledged_by", "acknowledged_at", "note", "muted_by", "muted_until", "mute_reason"),
)
Said = Annotated[str, Field(min_length=1, max_length=alarms.WORDS_MAX)]


class Listed(Asked):
    """Which alarms."""

    cleared: Annotated[bool, Field(description="also those that have cleared")] = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Acknowledged(Words):
    """What is known, or being done."""

    note: Said


class Muted(Words):
    """Until when it shall be quiet, and why."""

    until: AwareDatetime
    reason: Said


async def list_alarms(call: Call) -> web.Response:
    """Standing alarms first, the red ones before the others."""
    asked: Listed = call.query
    now = call.core.clock.now()
    async with call.core.pool.acquire() as db:
        found = await rows.listed(db, asked.cleared, asked.limit)
    return answer({"alarms": [shown(row, now) for row in found]})


async def list_rules(call: Call) -> web.Response:
    """Every rule with this installation's threshold."""
    given = call.core.settings.alarms
    return answer(
        {
            "rules": [
                {
                    "id": r.id, "title": r.title, "says": r.says, "mend": r.mend,
                    "threshold": f"{alarms.threshold(r, given):f}", "unit": r.unit,
                    "red": f"{r.red:f}", "right": r.right,
                }
                for r in RULES.values()
            ]
        }
    )  # fmt: skip


def shown(row: Mapping[str, Any], now: Any) -> dict[str, Any]:
    """An alarm as it is answered."""
    rule = RULES[row["rule"]]
    return {
        **{name: row[name] for name in KEPT},
        "title": rule.title,
        "weight": f"{row['weight']:f}",
        "state": alarms.state(row, now),
        "mend": rule.mend,
        "page": rule.page.format(object=quote(row["object"], safe="")),
    }


async def own(call: Call) -> web.Response:
    """Take it."""
    read_body(Bare, call.body)
    return await _done(call, "own")


async def let_go(call: Call) -> web.Response:
    """Give it back."""
    read_body(Bare, call.body)
    return await _done(call, "let-go")


async def acknowledge(call: Call) -> web.Response:
    """It is known: quiet until it is twice as bad."""
    return await _done(call, "acknowledge", read_body(Acknowledged, call.body).note)


async def mute(call: Call) -> web.Response:
    """Quiet until then, or until it is twice as bad."""
    said = read_body(Muted, call.body)
    return await _done(call, "mute", said.reason, said.until)


async def sound(call: Call) -> web.Response:
    """Let it sound again."""
    read_body(Bare, call.body)
    return await _done(call, "sound")


async def _done(call: Call, deed: alarms.Deed, words: str = "", until: Any = None) -> web.Response:
    row = await alarms.do(call.core, call.client, call.id(), deed, words, until)
    return answer(shown(row, call.core.clock.now()))


def _deed(name: alarms.Deed, handler: Any, operation: str, summary: str, takes: Any) -> Route:
    return Route(
        "POST",
        f"/v1/alarms/{{id}}/{name}",
        "viewer",  # who may answer is the rule's to say
        handler,
        operation,
        "alarms",
        summary,
        {200: answers.Alarm},
        takes={JSON: takes},
        key="required",
        refuses=("not_allowed",),
    )


ROUTES = (
    Route(
        "GET",
        "/v1/alarms",
        "viewer",
        list_alarms,
        "listAlarms",
        "alarms",
        "What should not stay as it is, red ones first",
        {200: answers.Alarms},
        query=Listed,
    ),
    Route(
        "GET",
        "/v1/alarms/rules",
        "viewer",
        list_rules,
        "listAlarmRules",
        "alarms",
        "When an alarm sounds, and what to do then",
        {200: answers.AlarmRules},
    ),
    _deed("own", own, "ownAlarm", "Take an alarm", Bare),
    _deed("let-go", let_go, "letAlarmGo", "Give an alarm back", Bare),
    _deed(
        "acknowledge",
        acknowledge,
        "acknowledgeAlarm",
        "It is known; quiet until twice as bad",
        Acknowledged,
    ),
    _deed("mute", mute, "muteAlarm", "Quiet until a time, or until twice as bad", Muted),
    _deed("sound", sound, "soundAlarm", "Let it sound again", Bare),
)
