"""Problems as findings: with their line taken apart, and the rule's own words on what would be right."""

from __future__ import annotations

import re

from schemas.finding import Finding, Layer, Rule
from schemas.mt.rules import BY_CODE as MT_RULES
from schemas.mx.rules import BY_CODE as MX_RULES
from schemas.problem import Problem

_LINE = re.compile(r"(.*?) ?line (\d+)(?: column (\d+))?", re.DOTALL)


def of_problem(problem: Problem, layer: Layer = "syntax") -> Finding:
    """The finding of something that could not be read, or departs from its schema."""
    found = _LINE.fullmatch(problem.path)
    path, line = (found[1], int(found[2])) if found else (problem.path, 1)
    column = int(found[3] or 1) if found else 1
    rule = MT_RULES.get(problem.rule) or MX_RULES.get(problem.rule)
    if rule is None:
        return Finding(
            problem.rule,
            "error",
            path,
            line,
            column,
            problem.message,
            problem.value,
            "",
            None,
            layer,
        )
    nak = f"{rule.code}{line:03d}" if found else rule.code
    return of_rule(rule, path, line, column, problem.message, problem.value, nak)


def of_rule(
    rule: Rule, path: str, line: int, column: int, said: str, value: str | None, nak: str
) -> Finding:
    """The finding of a rule at a place; `nak` only counts where a network answers with the rule."""
    return Finding(
        rule.code, rule.severity, path, line, column, said, value, rule.mend,
        nak if rule.nak else None, rule.layer,
    )  # fmt: skip
