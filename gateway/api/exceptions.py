"""The exceptions queue over HTTP: what needs a person, what stands behind it, what people do with it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from gateway.api import answers, cases
from gateway.api.actions import Reason, Why, Words, code_of
from gateway.api.cursors import SEQ_MAX, lane, number, read_cursor, word
from gateway.api.route import JSON, Asked, Call, Route, answer, missing, read_body
from gateway.handlers import commands
from gateway.handlers.exceptions import DEEDS, aggregate_of
from gateway.items import Handling
from gateway.rights import DEED_RIGHTS
from schemas.problem import Refused
from store import desk, exceptions, messages

if TYPE_CHECKING:
    from gateway.core import Core
    from gateway.identity import Client

MESSAGE = ("id", "link", "stored_at", "type", "reference", "state", "reason", "seen")
REPAIR = (
    "message",
    "original",
    "maker",
    "reason",
    "asked_at",
    "decision",
    "decided_by",
    "decided_at",
)


class Raised(Asked):
    """Which exceptions."""

    closed: Annotated[bool, Field(description="also those that were dealt with")] = False
    code: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class Closing(Words):
    """How it was dealt with, in the person's words."""

    reason: Reason


class Correction(Words):
    """One corrected message, as text or (where it is no UTF-8) as base64, and why."""

    text: str | None = None
    bytes: Annotated[str | None, Field(description="the exact bytes, base64")] = None
    reason: Reason

    @model_validator(mode="after")
    def _one(self) -> Correction:
        if (self.text is None) == (self.bytes is None):
            raise ValueError("give the message once: as text or as bytes")
        return self


class Approval(Words):
    """Which corrected bytes are approved."""

    message: Annotated[
        int, Field(ge=1, le=SEQ_MAX, description="the number of the proposed message")
    ]


class Refusal(Approval):
    """Which corrected bytes are not, and why."""

    reason: Reason


BODIES: dict[str, type[BaseModel]] = {
    "close": Closing,
    "reinject": Why,
    "repair": Correction,
    "approve": Approval,
    "refuse": Refusal,
}


async def list_exceptions(call: Call) -> web.Response:
    """What needs a person, oldest first."""
    asked: Raised = call.query
    async with call.core.pool.acquire() as db:
        rows = await exceptions.listed(db, asked.closed, asked.code, None, asked.limit)
    return answer({"exceptions": [cases.exception(row) for row in rows]})


async def read_exception(call: Call) -> web.Response:
    """One exception with the message behind it, its repairs and what people did."""
    return answer(await _shown(call.core, call.request.match_info["id"]))


async def act(call: Call) -> web.Response:
    """Do what the last part of the path says; the exception as it stands then."""
    token = call.request.match_info["id"]
    action = call.request.path.rsplit("/", 1)[1]
    body: Any = read_body(BODIES[action], call.body.strip() or b"{}")
    await do(call.core, call.client, token, action, told(action, body))
    return answer(await _shown(call.core, token))


def told(action: str, body: BaseModel) -> dict[str, Any]:
    """What the holder of the lane is told; bytes travel as base64."""
    if isinstance(body, Correction):
        coded = body.bytes or base64.b64encode((body.text or "").encode()).decode()
        return {"bytes": coded, "reason": body.reason}
    return body.model_dump(exclude_none=True)


async def do(core: Core, client: Client, token: str, action: str, body: dict[str, Any]) -> None:
    """Have it done; Refused with the reason. Every door of people comes through here."""
    name = name_of(token)
    result = await commands.handle(core, Handling(*name, client, action, body))
    if result.outcome == "refused":
        if any(p.rule == "unknown" for p in result.problems):
            raise missing("id", "there is no such exception", token)
        raise Refused(_code(result.problems) or code_of(result), result.problems)


def name_of(token: str) -> tuple[int, str, str, int]:
    """Lane, code, key and round of a token that names an exception."""
    lane_, code, key, round_ = read_cursor(token, (lane, word, word, number))
    return lane_, code, key, round_


def _code(found: Any) -> str | None:
    return "not_allowed" if any(p.rule in ("stale", "no_repair") for p in found) else None


async def _shown(core: Core, token: str) -> dict[str, Any]:
    lane_, code, key, _ = name_of(token)
    async with core.pool.acquire() as db:
        row = await exceptions.one(db, lane_, code, key)
        if row is None:
            raise missing("id", "there is no such exception", token)
        repairs = await exceptions.repairs(db, lane_, code, key)
        aggregate = aggregate_of(row["instruction"], lane_, code, key)
        deeds = await exceptions.deeds(db, aggregate, lane_, DEEDS, code, key)
        original = await desk.message(db, row["message"]) if row["message"] else None
        bodies = await messages.bodies(db, [r["message"] for r in repairs])
    return {
        **cases.exception(row),
        "original": None if original is None else _message(original),
        "repairs": [
            {**{name: r[name] for name in REPAIR}, "raw": cases.shown(bodies[r["message"]]["body"])}
            for r in repairs
        ],
        "history": [
            {
                "at": d["known_at"],
                "type": d["type"],
                "actor": d["actor"],
                "payload": json.loads(d["payload"]),
            }
            for d in deeds
        ],
    }


def _message(row: Any) -> dict[str, Any]:
    return {
        **{name: row[name] for name in MESSAGE},
        "raw": cases.shown(row["body"]),
        "fields": cases.described(row["body"]),
    }


def _deed(path: str, name: str, summary: str, *refuses: str) -> Route:
    action = path.rsplit("/", 1)[-1]
    return Route(
        "POST",
        f"/v1/exceptions/{{id}}/{path}",
        DEED_RIGHTS[action],
        act,
        name,
        "exceptions",
        summary,
        {200: answers.ExceptionCase},
        takes={JSON: BODIES[action]},
        key="required",
        refuses=("not_allowed", *refuses),
    )


ROUTES = (
    Route(
        "GET",
        "/v1/exceptions",
        "viewer",
        list_exceptions,
        "listExceptions",
        "exceptions",
        "What needs a person, oldest first",
        {200: answers.Exceptions},
        query=Raised,
    ),
    Route(
        "GET",
        "/v1/exceptions/{id}",
        "viewer",
        read_exception,
        "readException",
        "exceptions",
        "One exception: the message behind it, its repairs, and what people did",
        {200: answers.ExceptionCase},
    ),
    _deed(
        "close",
        "closeException",
        "Say how a person dealt with it",
    ),
    _deed(
        "reinject",
        "reinjectException",
        "Send its message through once more, as it came",
    ),
    _deed(
        "repair",
        "repairException",
        "Store corrected bytes beside the original; another person lets them in",
    ),
    _deed(
        "repair/approve",
        "approveRepair",
        "Let corrected bytes in, in place of the original; never by who wrote them",
        "four_eyes",
    ),
    _deed(
        "repair/refuse",
        "refuseRepair",
        "Turn corrected bytes down, or take one's own back",
    ),
)
