"""The OpenAPI document: complete, consistent, and a page that needs nothing from outside."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from gateway import openapi
from gateway.http import ROUTES
from gateway.rights import Right

DOCUMENT = openapi.document(ROUTES)
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def refs(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def test_the_document_is_json():
    assert json.loads(json.dumps(DOCUMENT))["openapi"] == "3.1.0"


def test_every_reference_leads_to_a_shape():
    shapes = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(refs(DOCUMENT)) <= shapes


def test_every_shape_is_used():
    shapes = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert shapes <= set(refs(DOCUMENT))


def test_every_shape_is_a_schema():
    jsonschema = pytest.importorskip("jsonschema")
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own():
    names = [o["operationId"] for methods in DOCUMENT["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_what_it_answers_and_who_may(path, method, operation):
    assert any(int(status) < 300 for status in operation["responses"])
    assert all(r["description"] and r["content"] for r in operation["responses"].values())
    assert "security" in operation
    assert operation["x-right"] in {*get_args(Right), "anyone"}
    assert (operation["security"] == []) == (operation["x-right"] == "anyone")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_part_of_the_path_is_a_parameter(path, method, operation):
    named = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
    assert named == re.findall(r"{(\w+)}", path)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_refusals_are_problem_documents(path, method, operation):
    for status, response in operation["responses"].items():
        if int(status) >= 400 and path != "/readyz":
            assert list(response["content"]) == ["application/problem+json"]


def test_only_health_and_documents_are_open_to_anyone():
    anyone = {r.path for r in ROUTES if r.right == "anyone"}
    assert anyone == {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}


def test_every_write_is_protected_from_repeats_but_messages_and_the_clock():
    unprotected = {r.path for r in ROUTES if r.method == "POST" and r.key == "none"}
    reads_only = {"/v1/messages/validate", "/v1/messages/translate"}
    assert unprotected - reads_only == {"/v1/messages", "/v1/clock"}


def test_only_instructions_may_come_without_a_key():
    assert {r.path for r in ROUTES if r.key == "optional"} == {"/v1/instructions"}


def test_amounts_in_answers_are_strings():
    entry = DOCUMENT["components"]["schemas"]["Entry"]
    assert entry["properties"]["amount"]["type"] == "string"


def test_the_page_names_every_operation_and_loads_nothing():
    page = openapi.page(DOCUMENT)
    assert all(f"<code>{path}</code>" in page for path in DOCUMENT["paths"])
    assert "<script" not in page
    assert "://" not in page.replace("https://json-schema.org", "")
