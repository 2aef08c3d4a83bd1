"""What people and upstream systems ask of one instruction or payment, and who may ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from gateway import problems
from gateway.api import answers
from gateway.api.route import JSON, Call, Route, Schema, answer, read_body, refuse_repeats
from gateway.handlers.people import WHICH_CONTENT
from gateway.items import Result
from gateway.rights import BEYOND, Right
from schemas.instruction import PRINTED
from schemas.problem import Problem, Refused

CHANGES: TypeAdapter[dict[str, Any]] = TypeAdapter(Annotated[dict[str, Any], Field(min_length=1)])


Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTED),
]


class Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bare(Words):
    """Nothing more to say."""


class Why(Words):
    """Why, in the actor's words."""

    reason: Reason | None = None


class ApprovedContent(Words):
    """Which content is approved: what was looked at, and nothing that came after."""

    content: Annotated[
        str,
        Field(
            pattern="^[0-9a-f]{64}$",
            description="`content` of the instruction as it was read: the SHA-256 of its `current`",
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _said(cls, said: object) -> object:
        if isinstance(said, dict) and not said.get("content"):
            raise Refused("invalid", [Problem("content", "missing", WHICH_CONTENT)])
        return said


class Fate(Words):
    """Whether the payment left."""

    left: bool


class Note(Words):
    """What is worth knowing, in the actor's words."""

    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=PRINTED),
    ]


class Assignee(Words):
    """Who is to work on it."""

    to: Annotated[str, StringConstraints(min_length=1, max_length=140, pattern=PRINTED)]


class FollowUp(Words):
    """When it shall come up again, in business time; without it, no more."""

    at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One action: what it is called in the core, who may ask it, and what it is told."""

    name: str
    right: Right
    does: str
    body: type[Words] | Literal["changes"]
    of: tuple[str, ...] = ("instructions", "payments")


ACTIONS: dict[str, Action] = {
    "approve": Action("approve", "checker", "Approve what another person made", ApprovedContent),
    "cancel": Action("cancel", "maker", "Take it back; if it settles first, settlement wins", Why),
    "hold": Action("hold", "maker", "Keep it from leaving until released", Bare),
    "release": Action("release", "maker", "Let go what was held here", Bare),
    "release-date": Action(
        "release_date",
        "maker or checker",
        "Let a date stand that the calendar calls closed; takes two persons",
        Bare,
    ),
    "amend": Action(
        "amend", "maker", "Change these fields: cancel what is out there and replace it", "changes"
    ),
    "repair": Action(
        "repair", "maker", "Correct these fields of what was refused, as a new version", "changes"
    ),
    "decide-fate": Action(
        "decide_fate", "checker", "Say whether a payment of unknown fate left", Fate, ("payments",)
    ),
    "own": Action("own", "maker or checker", "Take it on oneself", Bare),
    "let-go": Action("let_go", "maker or checker", "Own it no longer", Bare),
    "assign": Action("assign", "maker or checker", "Give it to another person", Assignee),
    "note": Action("note", "maker or checker", "Write down what is worth knowing", Note),
    "follow-up": Action(
        "follow_up", "maker or checker", "See it again among what to do at this time", FollowUp
    ),
}
SCHEMAS: Mapping[str, Schema] = {
    "changes": {"type": "object", "minProperties": 1, "description": "fields and their new values"}
}


async def act(call: Call) -> web.Response:
    """Do what the last part of the path says."""
    action = ACTIONS[call.request.path.rsplit("/", 1)[1]]
    told = _changes(call.body) if action.body == "changes" else _words(action.body, call.body)
    result = await call.core.act(call.client, call.id(), action.name, told)
    if result.outcome in ("conflict", "refused"):
        raise Refused(code_of(result), result.problems)
    return answer({"outcome": result.outcome, "id": result.id, "state": result.state})


def code_of(result: Result) -> str:
    """Why an action was refused: the person, the state, or what was said."""
    if any(p.rule == "four_eyes" for p in result.problems):
        return "four_eyes"
    if any(p.rule == BEYOND for p in result.problems):
        return "forbidden"
    if any(p.path == "state" or p.rule == "stale" for p in result.problems):
        return "not_allowed"
    return "invalid"


def _words(shape: Any, body: bytes) -> dict[str, Any]:
    """What the actor said; nothing is said by an empty body."""
    said: Words = read_body(shape, body.strip() or b"{}")
    return said.model_dump(mode="json", exclude_none=True)


def _changes(body: bytes) -> dict[str, Any]:
    """The fields as given; the lane's holder validates them against what they change."""
    try:
        changes = CHANGES.validate_json(body)
    except ValidationError as error:
        code = "malformed_json" if problems.is_malformed(error) else "invalid"
        raise Refused(code, problems.of_validation(error)) from error
    refuse_repeats(body)
    return changes


def _route(path: str, action: Action, of: str) -> Route:
    verb, _, rest = path.partition("-")
    return Route(
        "POST",
        f"/v1/{of}/{{id}}/{path}",
        action.right,
        act,
        f"{verb}{rest.title()}{of[:-1].title()}",
        of,
        action.does,
        {200: answers.Done},
        takes={JSON: SCHEMAS["changes"] if action.body == "changes" else action.body},
        key="required",
        refuses=("not_allowed", "four_eyes"),
    )


ROUTES = tuple(
    _route(path, action, of)
    for of in ("instructions", "payments")
    for path, action in ACTIONS.items()
    if of in action.of
)
