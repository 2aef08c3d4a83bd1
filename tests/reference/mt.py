"""The page of an MT: what stands where, formats, words, the rules that apply, an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from schemas.finding import Rule
from schemas.mt import MESSAGES, codes
from schemas.mt.common_group import CATEGORIES
from schemas.mt.fields import FORMATS
from schemas.mt.message import ANY, Field, Item, Message
from schemas.mt.rules import RULES
from tests.reference.examples import example

_COMMON = re.compile(r"[1-9]9[0-9]")
_APPLIES = re.compile(r"MT(\d{3})(?:-(\d{3}))?|MT(\d)xx")
_KINDS = {"103STP": "103 STP", "103REMIT": "103 REMIT", "202COV": "202 COV", "205COV": "205 COV"}


def pages() -> Iterator[tuple[str, str]]:
    """File name and text of every page; a message of the common group has one for all categories."""
    for type_, message in MESSAGES.items():
        if not _COMMON.fullmatch(type_):
            yield f"{type_}.md", _page(f"MT{_KINDS.get(type_, type_)}", type_, message)
    for number in sorted({type_[1:] for type_ in MESSAGES if _COMMON.fullmatch(type_)}):
        every = ", ".join(f"MT{category}{number}" for category in CATEGORIES)
        page = _page(f"MTn{number}", f"1{number}", MESSAGES[f"1{number}"])
        yield (
            f"n{number}.md",
            page.replace("\n\n", f"\n\nThe same in every category: {every}.\n", 1),
        )


def index() -> Iterator[str]:
    """Rows of a table: type, title, how many places for fields."""
    for type_, message in MESSAGES.items():
        if not _COMMON.fullmatch(type_):
            shown = f"[MT{_KINDS.get(type_, type_)}](mt/{type_}.md)"
            yield f"| {shown} | {message.title} | {_places(message.items)} |\n"
        elif type_[0] == "1":
            shown = f"[MTn{type_[1:]}](mt/n{type_[1:]}.md)"
            yield f"| {shown} | {message.title} | {_places(message.items)} |\n"


def rules_of(type_: str) -> list[Rule]:
    """The rules that name this type among those they apply to; those of every MT are not among them."""
    return [rule for rule in RULES if applies(rule, type_)]


def applies(rule: Rule, type_: str) -> bool:
    """Whether a rule's words of where it applies take in a type."""
    if rule.applies == "MT103 STP":
        return type_ == "103STP"
    number = int(type_[:3])
    for first, last, category in _APPLIES.findall(rule.applies):
        if category and type_[0] == category:
            return True
        if first and int(first) <= number <= int(last or first):
            return True
    return False


def _page(name: str, type_: str, message: Message) -> str:
    rows = "".join(_rows(message.items))
    tags = sorted({tag for field in _fields(message.items) for tag in field.tags if tag != ANY})
    by_format = groupby(sorted(tags, key=lambda t: (_shown(t), t)), key=_shown)
    same = sorted((list(group), notation) for notation, group in by_format)
    formats = "".join(f"| {' '.join(group)} | `{notation}` |\n" for group, notation in same)
    own = "".join(f"- [{r.code}](../rules.md#{r.code.lower()}) {r.says}\n" for r in rules_of(type_))
    rules = f"## Rules\n\n{own}\nand those of every MT.\n\n" if own else ""
    return (
        f"# {name} {message.title}\n\n"
        f"At most {message.length_max:,} characters of text. M must be there, O may, * more than once.\n\n"
        f"| | field | what |\n|---|---|---|\n{rows}\n"
        f"{rules}{_codes(type_, message.items)}"
        f"## Formats\n\n| field | format |\n|---|---|\n{formats}\n"
        f"## Example\n\n```\n{example(type_)}```\n"
    ).replace("-}```", "-}\n```")


def _codes(type_: str, items: tuple[Item, ...]) -> str:
    """The lists of codes known for the fields of a type, an unnamed qualifier being any."""
    lists: dict[tuple[str, str], str] = {}
    for field in _fields(items):
        for tag in field.tags:
            for qualifier in field.qualifiers or ("",):
                known = codes.of_place(type_, tag, qualifier)
                if known:
                    lists[tag, qualifier] = " ".join(sorted(known))
    if not lists:
        return ""
    rows = "".join(
        f"| {tag} {qualifier or 'any'} | {known} |\n"
        for (tag, qualifier), known in sorted(lists.items())
    )
    head = "What this product knows; another code is questioned, not refused."
    return f"## Codes\n\n{head}\n\n| field | codes |\n|---|---|\n{rows}\n"


def _rows(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        use = ("M" if item.required else "O") + ("*" if item.repeats else "")
        if isinstance(item, Field):
            yield f"| {use} | {_tags(item)} | {_what(item)} |\n"
            continue
        yield f"| **{use}** | **{item.id} {item.block}** | **{_title(item.title, item.block)}** |\n"
        yield from _rows(item.items)
        yield f"| | | *end of {item.id}* |\n"


def _title(title: str, block: str) -> str:
    return title if block or not title.startswith("Sequence ") else "repeats from its first field"


def _tags(item: Field) -> str:
    if item.tags == (ANY,):
        return "any"
    number = item.tags[0][:2]
    letters = [tag[2:] or "-" for tag in item.tags]
    return item.tags[0] if len(letters) == 1 else f"{number}[{''.join(letters)}]"


def _what(item: Field) -> str:
    if item.codes:
        return f"{item.name}: {', '.join(sorted(item.codes))}"
    if item.qualifiers:
        return "; ".join(f"{code} {words}" for code, words in item.qualifiers.items())
    return item.name + (f"; not {', '.join(sorted(item.others))}" if item.others else "")


def _shown(tag: str) -> str:
    return FORMATS[tag].notation.replace("|", "\\|") or "(empty)"


def _fields(items: Sequence[Item]) -> Iterator[Field]:
    for item in items:
        if isinstance(item, Field):
            yield item
        else:
            yield from _fields(item.items)


def _places(items: Sequence[Item]) -> int:
    return sum(1 for _ in _fields(items))
