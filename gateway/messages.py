"""Messages at the command line: build one, read some, say what is wrong with them."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, datetime
from functools import cache
from typing import Any

import builders
import builders.mx
import parsers
import parsers.containers
import translation
from gateway.schema_store import installed_schemas
from parsers.findings import of_problem
from schemas.event import canonical
from schemas.finding import Finding
from schemas.mt import deviations
from schemas.mt.rules import RULES
from schemas.mx.compiler import Schemas
from schemas.mx.interface import RULES as ENVELOPE_RULES
from schemas.mx.rules import RULES as MX_RULES
from schemas.practice import PRACTICES
from schemas.problem import MessageError, Problem, Refused
from translation import Translation


def build(text: bytes, format_: str, envelope: bool) -> bytes:
    """The message this body makes in this format; MX alone, or with its header."""
    name = format_.lower()
    if name not in builders.BODIES:
        known = ", ".join(sorted(builders.BODIES))
        raise Refused(
            "unknown_format", [Problem("--format", "unknown", f"one of {known}", format_)]
        )
    body = read_model(builders.BODIES[name], text)
    if body.wire is None:
        words = "give wire.seme, wire.sender and wire.receiver to build a message"
        raise Refused("wire_missing", [Problem("wire", "missing", words)])
    raw = builders.write(name, body, body.wire)
    if name.startswith("mt") or not envelope:
        return raw
    created = body.wire.prep or datetime.now(UTC)
    return builders.mx.envelope(raw, body.wire, created_at=created)


def formats() -> str:
    """Every format that can be built, and the body it is built from."""
    return "\n".join(f"{name:<10} {model.__name__}" for name, model in builders.BODIES.items())


def body_schema(format_: str) -> str:
    """The JSON schema of the body of a format; Refused for one that is not built."""
    model = builders.BODIES.get(format_.lower())
    if model is None:
        known = ", ".join(sorted(builders.BODIES))
        raise Refused(
            "unknown_format", [Problem("--format", "unknown", f"one of {known}", format_)]
        )
    return json.dumps(model.model_json_schema(), indent=2)


def read_model(model: Any, text: bytes) -> Any:
    """The body, or Refused with every problem."""
    import pydantic

    try:
        return model.model_validate_json(text)
    except pydantic.ValidationError as error:
        raise Refused(
            "invalid",
            [
                Problem(
                    ".".join(str(part) for part in e["loc"]) or "(body)",
                    e["type"],
                    e["msg"],
                    str(e.get("input"))[:60],
                )
                for e in error.errors(include_url=False)
            ],
        ) from error


def tolerated(said: str | None) -> frozenset[str]:
    """The deviations that are named, as in the column `tolerates` of a link; Refused for no such."""
    try:
        codes = deviations.known(said or "")
    except ValueError as error:
        raise Refused("invalid", [Problem("tolerates", "deviation", str(error), said)]) from error
    return frozenset(deviations.BY_CODE) if codes == deviations.EVERY else frozenset(codes.split())


def read_all(payload: bytes, tolerates: frozenset[str]) -> list[dict[str, Any]]:
    """Every message of a file: its type, its fields in plain words, its meaning, its problems."""
    found = parsers.containers.unpack(payload)
    if not found:
        return [{**_BLANK, "problems": [dataclasses.asdict(EMPTY)]}]
    return [_reading(item, tolerates) for item in found]


EMPTY = Problem("(file)", "empty", "there is no message in it")
_BLANK: dict[str, Any] = {
    "type": None,
    "answer": None,
    "fields": [],
    "deviations": [],
    "problems": [],
}


def _unpacked(payload: bytes) -> list[parsers.containers.Item]:
    """The messages of a file; Refused when there is none, which is not the same as none wrong."""
    found = parsers.containers.unpack(payload)
    if not found:
        raise Refused("empty", [EMPTY])
    return found


def _reading(item: parsers.containers.Item, tolerates: frozenset[str]) -> dict[str, Any]:
    raw = item.body
    reading = dict(_BLANK)
    reading |= {"kind": item.kind, "container": item.container}
    reading |= {"offset": item.offset, "length": len(raw)}
    try:
        reading["fields"] = [dataclasses.asdict(f) for f in parsers.describe(raw)]
        reading["deviations"] = [dataclasses.asdict(f) for f in parsers.deviations(raw, tolerates)]
        answer = parsers.answer(raw, known_schemas(), tolerates=tolerates)
        reading["type"] = answer.header.type
        reading["answer"] = json.loads(canonical(_plain(answer)))
    except MessageError as error:
        reading["problems"] = [dataclasses.asdict(p) for p in error.problems]
    return reading


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def validate_all(
    payload: bytes, schema_only: bool, tolerates: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """What is wrong with the messages of a file, and where; one file at a time."""
    with _JUDGING:  # a compiled schema keeps its last verdict
        return _validated(payload, schema_only, known_schemas(), tolerates)


def judged(payload: bytes, schema_only: bool, tolerates: frozenset[str]) -> list[dict[str, Any]]:
    """The same of one file among many: that there is no message in it is a finding too."""
    try:
        return validate_all(payload, schema_only, tolerates)
    except Refused as refused:
        return [dataclasses.asdict(of_problem(problem)) for problem in refused.problems]


_JUDGING = threading.Lock()


@cache
def known_schemas() -> Schemas:
    """With what was imported into the data folder; a question writes nothing there."""
    from gateway.config import Settings

    return installed_schemas(Settings().data, keep=False)


def _validated(
    payload: bytes, schema_only: bool, schemas: Schemas, tolerates: frozenset[str]
) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = []
    items = _unpacked(payload)
    for item, place in zip(items, parsers.containers.places(payload, items), strict=True):
        if not (schema_only and _is_fin(item.body)):
            found = parsers.check(item.body, schemas, tolerates=tolerates)
            findings += [dataclasses.asdict(_placed(each, *place)) for each in found]
    return findings


def translate_all(payload: bytes, to: translation.Standard | None) -> list[Translation]:
    """Every message of a file in the other standard, or in the one named; MessageError if one has none."""
    with _JUDGING:
        schemas, at = known_schemas(), datetime.now(UTC)
        return [_translated(item.body, to, schemas, at) for item in _unpacked(payload)]


def _translated(
    raw: bytes, to: translation.Standard | None, schemas: Schemas, at: datetime
) -> Translation:
    return translation.translate(raw, to or ("mt" if _is_mx(raw) else "mx"), schemas, at=at)


def translated(made: Translation) -> dict[str, Any]:
    """A translation with its receipt, as it is told over HTTP and with --json."""
    return {
        "source": made.source,
        "target": made.target,
        "message": made.raw.decode("utf-8"),
        "valid": made.valid,
        "elements": made.receipt.elements,
        "counts": made.receipt.counts,
        "receipt": [dataclasses.asdict(entry) for entry in made.receipt.entries],
        "findings": [dataclasses.asdict(finding) for finding in made.findings],
    }


def rules(as_json: bool) -> str:
    """Every rule of the validator: code, what it applies to, how sure it is, what it says, its source."""
    listed = sorted(
        (
            *RULES,
            *MX_RULES,
            *(p.rule for p in PRACTICES),
            *deviations.DEVIATIONS,
            *ENVELOPE_RULES.values(),
        ),
        key=lambda rule: rule.code,
    )
    if as_json:
        return json.dumps([dataclasses.asdict(rule) for rule in listed])
    return "\n".join(
        f"{r.code:<18} {r.severity:<8} {r.layer:<9} {r.confidence:<7} {r.applies}: {r.says}"
        f"  [{r.source}]"
        for r in listed
    )


def _placed(found: Finding, line: int, column: int) -> Finding:
    """A finding of one message with its place in the file."""
    column = found.column + column if found.line == 1 else found.column
    return dataclasses.replace(found, line=found.line + line, column=column)


def _is_fin(raw: bytes) -> bool:
    try:
        return not parsers.is_xml(parsers.opened(raw))
    except MessageError:
        return False


def _is_mx(raw: bytes) -> bool:
    return parsers.is_xml(parsers.opened(raw))
