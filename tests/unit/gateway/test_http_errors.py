"""What is raised behind the door, and what it answers."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from gateway import http
from gateway.items import Overloaded
from schemas.problem import Problem, Refused

RAISED = (
    (Refused("invalid", [Problem("a", "b", "c")]), 422, "invalid"),
    (Refused("unauthenticated"), 401, "unauthenticated"),
    (Overloaded(), 503, "overloaded"),
    (OSError("the database is gone"), 503, "outage"),
    (TimeoutError(), 503, "outage"),
    (web.HTTPNotFound(), 404, "not_found"),
    (web.HTTPMethodNotAllowed("PUT", ["GET"]), 405, "method_not_allowed"),
    (KeyError("a bug"), 500, "internal"),
)


async def answered(raised, accept="application/json", path="/v1/x"):
    async def handler(request):
        raise raised

    request = make_mocked_request("GET", path, headers={"Accept": accept})
    return await http.as_problems(request, handler)


@pytest.mark.parametrize(("raised", "status", "code"), RAISED)
async def test_what_is_raised_answers_its_row(raised, status, code):
    response = await answered(raised)
    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert json.loads(response.body)["type"] == f"urn:finality:problem:{code}"


@pytest.mark.parametrize("raised", [Overloaded(), OSError()])
async def test_what_passes_says_when_to_come_back(raised):
    assert int((await answered(raised)).headers["Retry-After"]) >= 1


async def test_a_bug_tells_nothing_of_itself():
    assert b"a bug" not in (await answered(KeyError("a bug"))).body


async def test_a_browser_off_the_api_gets_no_problem_document():
    with pytest.raises(web.HTTPNotFound):
        await answered(web.HTTPNotFound(), accept="text/html", path="/nowhere")


def test_no_two_routes_share_an_address():
    addresses = [(route.method, route.path) for route in http.ROUTES]
    assert len(addresses) == len(set(addresses))
