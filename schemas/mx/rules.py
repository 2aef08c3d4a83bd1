"""Rules of ISO 20022 messages that are no element's: what each says and what to do."""

from __future__ import annotations

from schemas.finding import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "schema_unavailable",
        "every MX",
        "schema",
        "a version that has a schema here is checked against it",
        "import the official file with `finality schemas import`, or use a version that has one",
        "ISO 20022",
        "high",
        "warning",
    ),
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
