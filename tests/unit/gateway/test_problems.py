"""Errors as values: their table, their rendering, and what pydantic finds in a caller's words."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from gateway import problems
from schemas.instruction import Instruction
from schemas.problem import Problem

GOOD = {
    "reference": "T-1",
    "portfolio": "GROWTH",
    "direction": "RECE",
    "payment": "APMT",
    "trade_date": "2026-11-23",
    "isin": "US0378331005",
    "quantity": {"value": "1000"},
    "settlement_amount": {"currency": "USD", "value": "190275.00"},
}


def found(**changes):
    with pytest.raises(ValidationError) as caught:
        Instruction.model_validate_json(json.dumps(GOOD | changes))
    return {p.path: p for p in problems.of_validation(caught.value)}


@pytest.mark.parametrize("code", problems.KINDS)
def test_every_error_is_an_error_with_a_title(code):
    kind = problems.kind(code)
    assert 400 <= kind.status <= 503
    assert kind.title


def test_a_code_the_table_does_not_know_refuses_the_content():
    assert problems.kind("something_new").status == 422


def test_all_problems_stand_in_one_document():
    faults = [Problem("a", "missing", "needed"), Problem("b.c", "isin", "check digit", "US1")]
    document = problems.body("invalid", "/v1/instructions", faults)
    assert document["status"] == 422
    assert document["detail"] == "a: needed (and 1 more)"
    assert [e["path"] for e in document["errors"]] == ["a", "b.c"]
    assert document["errors"][1] == {
        "path": "b.c",
        "rule": "isin",
        "value": "US1",
        "message": "check digit",
    }


def test_a_document_without_problems_says_its_title():
    assert problems.body("overloaded", "/x")["detail"] == problems.kind("overloaded").title


def test_a_nested_fault_has_a_dotted_path_and_shows_the_value():
    fault = found(quantity={"value": "-5"})["quantity.value"]
    assert fault.value == "-5"
    assert fault.rule == "greater_than"


def test_every_fault_is_found_at_once():
    faults = found(isin="US0378331006", direction="BUY", colour="red")
    assert {"isin", "direction", "colour"} <= faults.keys()


def test_a_json_float_is_no_amount():
    fault = found(quantity={"value": 10.5})["quantity.value"]
    assert "float" in fault.message


def test_a_rule_of_the_standard_is_named_by_its_code():
    fault = found(settlement_amount={"currency": "JPY", "value": "1.50"})["settlement_amount"]
    assert fault.rule == "C03"


def test_a_missing_field_shows_no_value():
    body = {k: v for k, v in GOOD.items() if k != "isin"}
    with pytest.raises(ValidationError) as caught:
        Instruction.model_validate_json(json.dumps(body))
    (fault,) = problems.of_validation(caught.value)
    assert (fault.path, fault.rule, fault.value) == ("isin", "missing", None)


def test_a_long_value_is_cut():
    assert len(problems.short("x" * 500) or "") == problems.VALUE_MAX


def test_a_container_is_not_echoed():
    assert problems.short({"secret": "x"}) is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b'{"reference": ,}', "line 1 column 15"),
        (b'{\n "a": 1\n "b": 2}', "line 3 column 2"),
        (b"", "line 1 column 0"),
        (b"[" * 5000, "line 1 column 202"),
    ],
)
def test_what_is_no_json_says_where_it_stops(text, where):
    with pytest.raises(ValidationError) as caught:
        Instruction.model_validate_json(text)
    assert problems.is_malformed(caught.value)
    (fault,) = problems.of_validation(caught.value)
    assert fault.path == where


def test_an_unpaired_surrogate_does_not_break_the_answer():
    response = problems.response("invalid", "/x", [Problem("a", "b", "c", "\ud800")])
    assert response.status == 422
    assert json.loads(response.body)["errors"][0]["path"] == "a"
