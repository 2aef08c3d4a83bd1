"""The OpenAPI 3.1 document, made from the routes, and the same as a plain page that works offline.

What a route declares is what is checked and what is documented: there is no second description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway import problems
from gateway.api.answers import ProblemDocument
from gateway.api.route import Route, Schema
from gateway.idempotency import HEADER

REF = "#/components/schemas/{model}"
EVERY_ROUTE = ("query", "internal", "outage")
BEHIND_A_KEY = ("unauthenticated", "forbidden")
WITH_A_BODY = ("malformed_json", "invalid", "too_large", "media_type", "overloaded")
WITH_A_KEY = ("idempotency_key", "idempotency_key_reused")
DESCRIPTION = """Submit securities instructions and payments, follow them to settled books.

Amounts and quantities are strings. Errors are `application/problem+json`, every problem at once.
Writes carry an `Idempotency-Key`: the same key and body gives the stored answer, another body is
refused.
"""
_NAMED = re.compile(r"{(\w+)}")


@cache
def document(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Finality", "version": _version(), "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key; its roles say what it may do.",
                }
            },
        },
    }


def codes(route: Route) -> list[str]:
    """Every error this route may answer."""
    found = [*EVERY_ROUTE, *route.refuses]
    if route.right != "anyone":
        found += BEHIND_A_KEY
    if route.method == "POST":
        found += WITH_A_BODY
    if route.key != "none":
        found += WITH_A_KEY
    if route.key == "required":
        found.append("idempotency_key_missing")
    if "{" in route.path:
        found.append("not_found")
    return sorted(set(found), key=lambda code: (problems.kind(code).status, code))


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": _responses(route),
        "security": [] if route.right == "anyone" else [{"key": []}],
        "x-right": route.right,
    }
    if route.takes:
        operation["requestBody"] = {
            "required": not _optional(route),
            "content": {media: _content(schema) for media, schema in route.takes.items()},
        }
    return operation


def _optional(route: Route) -> bool:
    return any(
        isinstance(s, type) and not any(f.is_required() for f in s.model_fields.values())
        for s in route.takes.values()
    )


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _NAMED.findall(route.path)
    ]
    schema = route.query.model_json_schema(ref_template=REF)
    for name, field in schema.get("properties", {}).items():
        parameter = {"name": name, "in": "query", "required": False, "schema": _untitled(field)}
        if "description" in field:
            parameter["description"] = field["description"]
        found.append(parameter)
    if route.key != "none":
        found.append(
            {
                "name": HEADER,
                "in": "header",
                "required": route.key == "required",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "Names this request; kept seven days.",
            }
        )
    return found


def _responses(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, shape in route.answers.items():
        if isinstance(shape, str):
            content = {shape: {"schema": {"type": "string"}}}
        else:
            content = {"application/json": _content(shape)}
        found[str(status)] = {
            "description": "Fine" if status < 400 else "Not now",
            "content": content,
        }
    for refused, named in _by_status(codes(route)).items():
        if refused not in found:
            found[refused] = {
                "description": "; ".join(
                    f"`{code}`: {problems.kind(code).title}" for code in named
                ),
                "content": {problems.MEDIA_TYPE: _content(ProblemDocument)},
            }
    return dict(sorted(found.items()))


def _by_status(found: Iterable[str]) -> dict[str, list[str]]:
    by_status: dict[str, list[str]] = {}
    for code in found:
        by_status.setdefault(str(problems.kind(code).status), []).append(code)
    return by_status


def _content(schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"schema": {"type": "string"}}
    if isinstance(schema, dict):
        return {"schema": {k: v for k, v in schema.items() if k != "x-models"}}
    return {"schema": {"$ref": REF.format(model=schema.__name__)}}


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    taken = {m for route in routes for s in route.takes.values() for m in _models(s)}
    given = {m for route in routes for s in route.answers.values() for m in _models(s)}
    wanted = [(m, "validation") for m in taken] + [(m, "serialization") for m in given]
    wanted.append((ProblemDocument, "serialization"))
    wanted.sort(key=lambda pair: pair[0].__name__)
    _, schemas = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]
    found: dict[str, Any] = schemas["$defs"]
    return found


def _models(schema: Schema | str | None) -> Sequence[type[BaseModel]]:
    if isinstance(schema, dict):
        models: Sequence[type[BaseModel]] = schema.get("x-models", ())
        return models
    return [schema] if isinstance(schema, type) else ()


def _untitled(field: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in field.items() if k not in ("title", "description")}


def _version() -> str:
    try:
        return version("finality")
    except PackageNotFoundError:
        return "0"


# the page -----------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886 }
details { border: 1px solid #8886; border-radius: 4px; margin: .4rem 0; padding: .3rem .7rem }
summary { cursor: pointer } code, pre { font: 13px/1.45 ui-monospace, monospace }
.method { display: inline-block; width: 3.2rem; font-weight: 600 }
.role { float: right; opacity: .7 } table { border-collapse: collapse }
td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: 4px }
"""


def page(found: Mapping[str, Any]) -> str:
    """The document as HTML, without script and without anything from elsewhere."""
    info = found["info"]
    paragraphs = "".join(f"<p>{_prose(p)}</p>" for p in info["description"].strip().split("\n\n"))
    tags = "".join(_tag(tag["name"], found["paths"]) for tag in found["tags"])
    shapes = "".join(_shape(name, s) for name, s in sorted(found["components"]["schemas"].items()))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="
        f'"width=device-width"><title>{escape(info["title"])} API</title><style>{STYLE}</style>'
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>{paragraphs}"
        f'<p><a href="/openapi.json">openapi.json</a></p>{tags}<h2>Shapes</h2>{shapes}</html>'
    )


def _tag(tag: str, paths: Mapping[str, Mapping[str, Any]]) -> str:
    operations = "".join(
        _shown(method, path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if tag in operation["tags"]
    )
    return f"<h2>{escape(tag)}</h2>{operations}"


def _shown(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = [
        (p["name"], p["in"], "required" if p["required"] else "", p.get("description", ""))
        for p in operation["parameters"]
    ]
    answers = [
        (status, ", ".join(_refs(r["content"])), r["description"])
        for status, r in operation["responses"].items()
    ]
    body = _refs(operation.get("requestBody", {}).get("content", {}))
    return (
        f"<details id={escape(operation['operationId'])}><summary>"
        f"<span class=method>{method.upper()}</span>"
        f"<code>{escape(path)}</code> — {escape(operation['summary'])}"
        f"<span class=role>{escape(operation['x-right'])}</span></summary>"
        + _table(("parameter", "in", "", ""), parameters)
        + (f"<p>Body: {_prose(', '.join(body))}</p>" if body else "")
        + _table(("status", "shape", ""), answers)
        + "</details>"
    )


def _refs(content: Mapping[str, Any]) -> list[str]:
    found = []
    for media, shape in content.items():
        names = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(shape))
        found.append(f"{media} {' or '.join(dict.fromkeys(names))}".strip())
    return found


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        "<tr>" + "".join(f"<td>{_prose(c)}</td>" for c in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>{lines}</table>"


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    text = escape(json.dumps(schema, indent=1, ensure_ascii=False))
    title = f"<summary><code>{escape(name)}</code></summary>"
    return f"<details id=shape-{escape(name)}>{title}<pre>{text}</pre></details>"


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
