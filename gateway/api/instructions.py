"""Instructions and payments over HTTP: submit one or many, list, and read one with all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import pydantic_core
from aiohttp import web
from pydantic import Field, ValidationError

from gateway import problems
from gateway.api import answers, cases
from gateway.api.cursors import identifier, read_cursor, write_cursor
from gateway.api.route import (
    JSON,
    Asked,
    Call,
    Route,
    Schema,
    answer,
    missing,
    read_body,
    refuse_repeats,
)
from gateway.items import Result
from gateway.rights import BEYOND
from schemas.dates import Day
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from store import queries

MANY_MAX = 1000
LIMIT_MAX = 500
PAYMENT_KINDS = "customer,bank"
Body = Instruction | Payment


class Listed(Asked):
    """Which instructions; every filter must hold."""

    state: Annotated[str | None, Field(description="display states, separated by commas")] = None
    portfolio: str | None = None
    counterparty: str | None = None
    isin: str | None = None
    settle_on: Day | None = None
    kind: Annotated[str | None, Field(description="securities, customer, bank")] = None
    reference: Annotated[
        str | None, Field(description="upstream's reference, or one of ours on the wire")
    ] = None
    q: Annotated[
        str | None,
        Field(max_length=100, description="text in references, names, ISIN and BICs"),
    ] = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 100
    cursor: str | None = None


async def submit_instructions(call: Call) -> web.Response:
    """Take in one instruction or many."""
    return await _submit(call, Instruction)


async def submit_payments(call: Call) -> web.Response:
    """Take in one payment or many."""
    return await _submit(call, Payment)


async def _submit(call: Call, model: type[Instruction] | type[Payment]) -> web.Response:
    call.core.admit()
    if call.body.lstrip()[:1] == b"[":
        return await _submit_many(call, model)
    item = read_body(model, call.body)
    result = (await call.core.submit(call.client, [item]))[0]
    if result.outcome in ("conflict", "refused"):
        raise Refused(_code(result), result.problems)
    status = 201 if result.outcome == "created" else 200
    place = f"/v1/instructions/{result.id}"
    return answer(
        {
            "outcome": result.outcome,
            "id": result.id,
            "reference": item.reference,
            "state": result.state,
        },
        status,
        {"Location": place},
    )


async def _submit_many(call: Call, model: type[Instruction] | type[Payment]) -> web.Response:
    given = _array(call.body)
    read = [_read(model, one) for one in given]
    good = [one for one in read if not isinstance(one, list)]
    results = iter(await call.core.submit(call.client, good) if good else ())
    lines = [
        _refused(index, given[index], one)
        if isinstance(one, list)
        else _line(index, one.reference, next(results))
        for index, one in enumerate(read)
    ]
    return answer({"results": lines})


def _array(body: bytes) -> list[Any]:
    try:
        given = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused("malformed_json", [problems.unreadable(str(error))]) from error
    if not 1 <= len(given) <= MANY_MAX:
        raise Refused(
            "invalid",
            [Problem(problems.BODY, "length", f"give 1 to {MANY_MAX} at a time", str(len(given)))],
        )
    refuse_repeats(body)
    return list(given)


def _read(model: type[Instruction] | type[Payment], one: object) -> Body | list[Problem]:
    try:
        return model.model_validate(one)
    except ValidationError as error:
        return problems.of_validation(error)


def _refused(index: int, one: object, found: Sequence[Problem]) -> dict[str, Any]:
    reference = one.get("reference") if isinstance(one, dict) else None
    return _item(index, "refused", None, problems.short(reference), None, "invalid", found)


def _line(index: int, reference: str, result: Result) -> dict[str, Any]:
    if result.outcome in ("created", "duplicate"):
        return _item(index, result.outcome, result.id, reference, result.state, None, ())
    return _item(
        index, "refused", result.id, reference, result.state, _code(result), result.problems
    )


def _item(
    index: int,
    outcome: str,
    id_: UUID | None,
    reference: str | None,
    state: str | None,
    code: str | None,
    found: Sequence[Problem],
) -> dict[str, Any]:
    return {
        "index": index,
        "outcome": outcome,
        "id": id_,
        "reference": reference,
        "state": state,
        "code": code,
        "problems": [problems.error(p) for p in found],
    }


def _code(result: Result) -> str:
    if any(p.rule == BEYOND for p in result.problems):
        return "forbidden"
    return "conflict" if result.outcome == "conflict" else "invalid"


async def list_instructions(call: Call) -> web.Response:
    """Instructions and payments, newest first."""
    return await _list(call, {})


async def list_payments(call: Call) -> web.Response:
    """Payments, newest first."""
    return await _list(call, {} if call.query.kind else {"kind": PAYMENT_KINDS})


async def _list(call: Call, fixed: dict[str, str]) -> web.Response:
    asked: Listed = call.query
    given = {name: getattr(asked, name) for name in queries.FILTERS}
    filters = {name: str(value) for name, value in (given | fixed).items() if value}
    after = read_cursor(asked.cursor, (identifier,))[0] if asked.cursor else None
    async with call.core.pool.acquire() as db:
        rows = await queries.instructions(db, filters, asked.q, after, asked.limit + 1)
    page = rows[: asked.limit]
    cursor = write_cursor([str(page[-1]["id"])]) if len(rows) > asked.limit else None
    return answer({"instructions": [cases.summary(row) for row in page], "cursor": cursor})


async def read_instruction(call: Call) -> web.Response:
    """All that is known of one instruction."""
    return answer(await _case(call))


async def read_payment(call: Call) -> web.Response:
    """All that is known of one payment."""
    case = await _case(call)
    if case["kind"] == "securities":
        raise missing("id", "this is no payment; see /v1/instructions", call.id())
    return answer(case)


async def _case(call: Call) -> dict[str, Any]:
    id_ = call.id()
    case = await cases.load(call.core, id_)
    if case is None:
        raise missing("id", "there is no such instruction", id_)
    return case


def _both(model: type[Body]) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{model.__name__}"}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": MANY_MAX}
    return {"oneOf": [one, many], "x-models": [model]}


SUBMITTED: dict[int, Schema | str] = {
    201: answers.Taken,
    200: {
        "oneOf": [
            {"$ref": "#/components/schemas/Taken"},
            {"$ref": "#/components/schemas/Items"},
        ],
        "x-models": [answers.Taken, answers.Items],
    },
}
ROUTES = (
    Route(
        "POST",
        "/v1/instructions",
        "maker",
        submit_instructions,
        "submitInstructions",
        "instructions",
        "Submit one securities instruction or many",
        SUBMITTED,
        takes={JSON: _both(Instruction)},
        key="optional",
        refuses=("conflict",),
    ),
    Route(
        "GET",
        "/v1/instructions",
        "viewer",
        list_instructions,
        "listInstructions",
        "instructions",
        "List instructions and payments, newest first",
        {200: answers.Summaries},
        query=Listed,
    ),
    Route(
        "GET",
        "/v1/instructions/{id}",
        "viewer",
        read_instruction,
        "readInstruction",
        "instructions",
        "Read one with its axes, timeline, messages and journals",
        {200: answers.Case},
    ),
    Route(
        "POST",
        "/v1/payments",
        "maker",
        submit_payments,
        "submitPayments",
        "payments",
        "Submit one payment or many",
        SUBMITTED,
        takes={JSON: _both(Payment)},
        key="required",
        refuses=("conflict",),
    ),
    Route(
        "GET",
        "/v1/payments",
        "viewer",
        list_payments,
        "listPayments",
        "payments",
        "List payments, newest first",
        {200: answers.Summaries},
        query=Listed,
    ),
    Route(
        "GET",
        "/v1/payments/{id}",
        "viewer",
        read_payment,
        "readPayment",
        "payments",
        "Read one with its timeline, messages and journals",
        {200: answers.Case},
    ),
)
