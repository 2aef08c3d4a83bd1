"""The page of rules: what each says, what would be right, what a network answers, an example."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.finding import Rule
from schemas.mt import deviations
from schemas.mt.rules import RULES as MT_RULES
from schemas.mx.interface import RULES as ENVELOPE_RULES
from schemas.mx.rules import RULES as MX_RULES
from tests.reference.faults import fault

LINES_MAX = 8  # of an example
_HEAD = """# Rules

What `finality validate` says a message by, as `finality validate --rules` lists it. *Confidence* is how well
the source is known: high where the rule's text was read for that message, medium where a sister message's
was, recall where it is from memory; what is recalled only warns where that matters. *NAK* is the code a
network refuses with. An example is one change to a good message that breaks the rule. What a schema says
against an ISO 20022 message has no rule here: its code is the schema's own (`element_content`,
`cvc_pattern_valid` and so on).
"""


def page() -> str:
    """docs/reference/rules.md."""
    parts = [_HEAD]
    for title, rules in _groups():
        parts.append(f"\n## {title}\n")
        parts.extend(_rule(rule) for rule in sorted(rules, key=lambda r: r.code))
    return "".join(parts)


def _groups() -> Iterator[tuple[str, list[Rule]]]:
    yield "MT", list(MT_RULES)
    yield "Deviations that tolerant reading mends", list(deviations.DEVIATIONS)
    yield "ISO 20022 and its envelope", [*MX_RULES, *ENVELOPE_RULES.values()]


def _rule(rule: Rule) -> str:
    nak = f"NAK {rule.code}" if rule.nak else "no NAK"
    facts = f"{rule.applies} · {rule.layer} · {rule.severity} · {nak} · {rule.source}"
    text = f"\n### {rule.code}\n\n{_sentence(rule.says)} **Right:** {rule.mend}.\n\n"
    return f"{text}*{facts}, confidence {rule.confidence}*\n{_example(rule.code)}"


def _example(code: str) -> str:
    found = fault(code)
    if found is None:
        return ""
    change = "".join(
        f"{sign} {line}\n"
        for sign, text in (("-", found.good), ("+", found.wrong))
        for line in _lines(text)
    )
    kind = found.type if found.type == "ACK" else f"MT{found.type}"
    said = found.finding.message.rstrip(".")
    return f"\nIn an {kind}: {said}.\n\n```diff\n{change}```\n"


def _lines(text: str) -> list[str]:
    lines = text.strip("\n").split("\n") if text else []
    if len(lines) > LINES_MAX:
        return [*lines[:3], f"... {len(lines) - 3} lines more"]
    return lines


def _sentence(says: str) -> str:
    return f"{says[0].upper()}{says[1:]}."
